"""K-cores: the parts of a connectome in which every neuron has at least k partners inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from ..compiled import compiled
from ..graph import require_graph
from ..whole_numbers import require_whole
from .per_neuron import per_neuron
from .reciprocity import reciprocal_edges

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

Degree = Literal["total", "undirected", "in", "out"]


def core_numbers(g: Graph, degree: Degree = "total") -> pd.Series[int]:
    """Core number of each neuron: the largest k for which it belongs to the k-core.

    The k-core is the largest set of neurons that all have degree k or more within it. Seidman
    1983, doi:10.1016/0378-8733(83)90028-X; for in- and out-degree Giatsidis et al. 2013,
    doi:10.1007/s10115-012-0539-0. Found by taking away neurons of least degree, O(N + E), after
    Batagelj and Zaversnik 2003.

    Parameters
    ----------
    g : Graph
        Self-loops are left out; weights do not matter.
    degree : {"total", "undirected", "in", "out"}
        ``"total"`` is in- plus out-degree, a mutual pair counts twice (as in networkx and
        igraph); ``"undirected"`` counts partners; ``"in"`` and ``"out"`` one direction.

    Returns
    -------
    (N,) Series of int64, index ``node_id``

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3, 1], [2, 3, 1, 4])
    >>> ca.measures.core_numbers(g).to_dict()
    {1: 2, 2: 2, 3: 2, 4: 1}
    """
    require_graph(g)
    if degree not in ("total", "undirected", "in", "out"):
        msg = f"degree must be 'total', 'undirected', 'in' or 'out', got {degree!r}."
        raise ValueError(msg)
    simple = g.without_self_loops()
    forward = (simple.out_indptr, simple.out_indices)
    none = (np.zeros(simple.n_nodes + 1, dtype=np.int64), simple.out_indices[:0])
    held = simple.out_degree + simple.in_degree
    # When a neuron is taken away, the in-degree falls of those it sends to, and so on.
    if degree == "in":
        numbers = _peel(simple.in_degree, *forward, *none, np.zeros(0, dtype=bool))
    elif degree == "out":
        backward = (simple.in_indptr, simple.in_indices)
        numbers = _peel(simple.out_degree, *none, *backward, np.zeros(simple.n_edges, dtype=bool))
    else:
        backward = (simple.in_indptr, simple.in_indices)
        counted = np.zeros(simple.n_edges, dtype=bool)
        if degree == "undirected":
            counted = reciprocal_edges(simple)[simple.in_edges]
            receivers = np.repeat(np.arange(simple.n_nodes), simple.in_degree)
            held = held - np.bincount(receivers[counted], minlength=simple.n_nodes)
        numbers = _peel(held, *forward, *backward, counted)
    return per_neuron(g, numbers, "core_number")


def k_core(g: Graph, k: int, degree: Degree = "total") -> Graph:
    """Graph of the neurons of the k-core and the edges among them; empty where there is none.

    Parameters
    ----------
    g : Graph
    k : int
        At least 0.
    degree : {"total", "undirected", "in", "out"}
        As for `core_numbers`.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> ca.measures.k_core(ca.Graph.from_edges([1, 2, 3, 1], [2, 3, 1, 4]), 2)
    Graph: 3 nodes, 3 edges
    """
    require_whole("k", k, least=0)
    numbers = core_numbers(g, degree)
    return g.subgraph(g.node_ids[numbers.to_numpy() >= k])


@compiled
def _peel(  # type: ignore[no-untyped-def]
    degree, indptr_1, indices_1, indptr_2, indices_2, skip_2
):
    """Core number of each node. When a node goes, those in its two lists lose one degree each.

    degree : (N,) int64, the number of lists a node stands in; indptr, indices : CSR lists, the
    second without the entries marked in skip_2. Not checked here.
    """
    n = degree.shape[0]
    left = degree.copy()
    highest = 0
    for v in range(n):
        highest = max(highest, left[v])
    # Nodes sorted by what is left of their degree; begin[d] is the first of degree d.
    begin = np.zeros(highest + 2, np.int64)
    for v in range(n):
        begin[left[v] + 1] += 1
    for d in range(highest + 1):
        begin[d + 1] += begin[d]
    order = np.empty(n, np.int64)
    place = np.empty(n, np.int64)
    for v in range(n):
        place[v] = begin[left[v]]
        order[place[v]] = v
        begin[left[v]] += 1
    for d in range(highest + 1, 0, -1):
        begin[d] = begin[d - 1]
    begin[0] = 0
    for i in range(n):
        v = order[i]
        for which in range(2):
            if which == 0:
                first, stop = indptr_1[v], indptr_1[v + 1]
            else:
                first, stop = indptr_2[v], indptr_2[v + 1]
            for e in range(first, stop):
                if which == 0:
                    u = np.int64(indices_1[e])
                else:
                    if skip_2[e]:
                        continue
                    u = np.int64(indices_2[e])
                if left[u] > left[v]:
                    # u changes places with the first of its degree, then that run is shorter.
                    w = order[begin[left[u]]]
                    if w != u:
                        order[place[u]] = w
                        order[begin[left[u]]] = u
                        place[w] = place[u]
                        place[u] = begin[left[u]]
                    begin[left[u]] += 1
                    left[u] -= 1
    return left
