"""Density: the fraction of possible connections that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..graph import require_graph

if TYPE_CHECKING:
    from ..graph import Graph


def density(g: Graph) -> float:
    """Edges over ordered pairs of neurons, E / (N (N - 1)).

    Depends on the node set: neurons without edges count. NaN for fewer than two neurons.
    Self-loops, where the graph keeps them, count as edges, as papers that keep them do.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> ca.measures.density(ca.Graph.from_edges([1, 2, 3], [2, 3, 1]))
    0.5
    """
    require_graph(g)
    pairs = g.n_nodes * (g.n_nodes - 1)
    return g.n_edges / pairs if pairs else float("nan")
