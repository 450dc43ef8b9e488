"""Fractions: what share of a neuron's input, or of another's output, a connection supplies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..graph import require_graph
from .per_neuron import strengths

if TYPE_CHECKING:
    from ..graph import Graph


def input_fraction(g: Graph) -> NDArray[np.float64]:
    """Weight of each connection over all that its receiver receives.

    Parameters
    ----------
    g : Graph
        Weights must be positive. A self-loop, where the graph keeps it, is input too.

    Returns
    -------
    (E,) float64 in (0, 1], in the order of ``g.edges()``
        The fractions of one receiver sum to 1. They are of the input that the graph holds: what
        came from neurons outside it, or below a threshold, is not counted.

    Raises
    ------
    ValueError
        Where a weight is negative.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 1], [3, 3, 2], weight=[3, 1, 5])
    >>> g.edges().assign(fraction=ca.measures.input_fraction(g))["fraction"].tolist()
    [1.0, 0.75, 0.25]
    """
    require_graph(g)
    weights = strengths(g, weighted=True)
    received = np.bincount(g.out_indices, weights, g.n_nodes)
    share: NDArray[np.float64] = weights / received[g.out_indices]
    return share


def output_fraction(g: Graph) -> NDArray[np.float64]:
    """Weight of each connection over all that its sender sends; otherwise as `input_fraction`.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1], [2, 3], weight=[3, 1])
    >>> ca.measures.output_fraction(g).tolist()
    [0.75, 0.25]
    """
    require_graph(g)
    weights = strengths(g, weighted=True)
    sent = np.bincount(g.out_sources, weights, g.n_nodes)
    share: NDArray[np.float64] = weights / sent[g.out_sources]
    return share
