"""Relative weights: what a connection is among others of its neuron or its graph, not how many synapses.

A detector that finds four synapses of five leaves shares and ranks about as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..measures.fractions import input_fraction, output_fraction

if TYPE_CHECKING:
    from ..graph import Graph


def with_input_fractions(g: Graph) -> Graph:
    """Return the graph with each weight over all that its receiver receives in the graph."""
    return _weighted(g, input_fraction(g), "share of the receiver's input")


def with_output_fractions(g: Graph) -> Graph:
    """Return the graph with each weight over all that its sender sends in the graph."""
    return _weighted(g, output_fraction(g), "share of the sender's output")


def with_ranks(g: Graph) -> Graph:
    """Return the graph with each weight's rank over their number, in (0, 1]; equal weights share one.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2, 2], [2, 3, 1, 3], weight=[9, 2, 2, 4])
    >>> with_ranks(g).weights.tolist()
    [1.0, 0.375, 0.375, 0.75]
    """
    from scipy.stats import rankdata

    ranks = rankdata(g.weights) / max(g.n_edges, 1)
    return _weighted(g, ranks, "rank of the connection, 1 the strongest")


def _weighted(g: Graph, weights: NDArray[np.float64], meaning: str) -> Graph:
    from ..graph import Graph as Made

    return Made(
        g.node_ids,
        g.out_indptr,
        g.out_indices,
        np.ascontiguousarray(weights, np.float64),
        nodes=g.nodes if len(g.nodes.columns) > 1 else None,
        name=g.name,
        weight_meaning=meaning,
        confidence=g.confidence,
    )
