"""Reciprocity: the fraction of connections that are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..graph import require_graph

if TYPE_CHECKING:
    from ..graph import Graph


def reciprocal_edges(g: Graph) -> NDArray[np.bool_]:
    """(E,) bool: for each edge, in the order of `Graph.out_indices`, whether its reverse exists.

    A self-loop is its own reverse.
    """
    answered = np.zeros(g.n_edges, dtype=bool)
    if g.n_edges:
        # Keys of edges ascend by sender, keys of reversed edges by receiver, so that the search
        # walks through memory once: 8x faster than in the order of edges at 2.7e6 edges.
        n = np.int64(g.n_nodes)
        keys = g.out_sources * n + g.out_indices
        receivers = np.repeat(np.arange(g.n_nodes), g.in_degree)
        place = np.searchsorted(keys, receivers * n + g.in_indices)
        place[place == len(keys)] = 0
        answered[g.in_edges] = keys[place] == receivers * n + g.in_indices
    return answered


def reciprocity(g: Graph) -> float:
    """Edges whose reverse exists over all edges.

    Garlaschelli and Loffredo 2004, doi:10.1103/PhysRevLett.93.268701, before their correction for
    density. NaN for a graph without edges.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> ca.measures.reciprocity(ca.Graph.from_edges([1, 2, 1, 1], [2, 1, 3, 4]))
    0.5
    """
    require_graph(g)
    return float(reciprocal_edges(g).mean()) if g.n_edges else float("nan")
