"""Efficiency: how near the neurons are to each other, where no path at all is merely far.

The efficiency of a pair is 1 / length of the shortest path between them, 0 where there is none, so
that graphs in several parts can be compared, as mean path lengths cannot (Latora and Marchiori
2001, doi:10.1103/PhysRevLett.87.198701).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..graph import require_graph
from ..threads import map_threads
from .breadth_first import bits_set
from .path_lengths import pairs_by_length

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

_NODES_AT_ONCE = 256


def global_efficiency(
    g: Graph,
    *,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> float:
    """Mean of 1 / path length over all ordered pairs of different neurons; 0 where no path leads.

    Directed; for the undirected one take ``g.symmetrized()``. Weights and self-loops do not matter.
    NaN for fewer than two neurons.

    Parameters
    ----------
    g : Graph
    n_jobs : int, optional
        Threads; by default all processors this process may use.
    progress : callable, optional
        Called with the number of sources done and their total.

    Examples
    --------
    A chain of three: two pairs at length 1, one at 2, three without a path.

    >>> import connectome_analysis as ca
    >>> round(ca.measures.global_efficiency(ca.Graph.from_edges([1, 2], [2, 3])), 4)
    0.4167
    """
    require_graph(g)
    n = g.n_nodes
    if n < 2:
        return float("nan")
    counts = pairs_by_length(g, np.arange(n), n_jobs=n_jobs, progress=progress)[1:, 0]
    return float((counts / np.arange(1, len(counts) + 1)).sum() / (n * (n - 1)))


def local_efficiency(g: Graph, *, n_jobs: int | None = None) -> pd.Series[float]:
    """Efficiency among the partners of each neuron once it is taken away.

    The global efficiency of the subgraph induced on the neuron's partners, in the undirected
    simplified graph: partners are those it sends to or receives from, joined where either sends to
    the other. 0 for fewer than two partners, as in networkx and the Brain Connectivity Toolbox.
    The mean over neurons is the local efficiency of the graph.

    Parameters
    ----------
    g : Graph
        Directions, weights and self-loops do not matter.
    n_jobs : int, optional
        Threads; by default all processors this process may use.

    Returns
    -------
    (N,) Series of float64 in [0, 1], index ``node_id``

    Examples
    --------
    A square with one diagonal: the two ends of the diagonal have three partners in a chain.

    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3, 4, 1], [2, 3, 4, 1, 3])
    >>> ca.measures.local_efficiency(g).round(3).to_dict()
    {1: 0.833, 2: 1.0, 3: 0.833, 4: 1.0}
    """
    import pandas as pd

    require_graph(g)
    both = g.without_self_loops().symmetrized()

    def run(first: int) -> NDArray[np.float64]:
        stop = min(first + _NODES_AT_ONCE, both.n_nodes)
        found: NDArray[np.float64] = _among_partners(both.out_indptr, both.out_indices, first, stop)
        return found

    parts = list(map_threads(run, range(0, both.n_nodes, _NODES_AT_ONCE), n_jobs))
    return pd.Series(
        np.concatenate(parts) if parts else np.zeros(0),
        index=pd.Index(g.node_ids, name="node_id"),
        name="local_efficiency",
    )


@compiled
def _among_partners(indptr, indices, first, stop):  # type: ignore[no-untyped-def]
    """Efficiency of the partners of neurons first ... stop - 1.

    indptr, indices : CSR of a symmetric graph without self-loops; not checked here.
    """
    n_nodes = indptr.shape[0] - 1
    result = np.zeros(stop - first)
    place = np.full(n_nodes, -1, np.int32)
    one = np.uint64(1)
    for v in range(first, stop):
        begin = indptr[v]
        k = indptr[v + 1] - begin
        if k < 2:
            continue
        for i in range(k):
            place[indices[begin + i]] = i
        # The subgraph of the partners, as a list for each and as rows of bits.
        words = (k + 63) >> 6
        now = np.zeros((k, words), np.uint64)
        starts = np.zeros(k + 1, np.int64)
        joined = 0
        for i in range(k):
            u = indices[begin + i]
            for e in range(indptr[u], indptr[u + 1]):
                if place[indices[e]] >= 0:
                    joined += 1
            starts[i + 1] = joined
        local = np.empty(joined, np.int32)
        joined = 0
        for i in range(k):
            u = indices[begin + i]
            now[i, i >> 6] |= one << np.uint64(i & 63)
            for e in range(indptr[u], indptr[u + 1]):
                j = place[indices[e]]
                if j >= 0:
                    local[joined] = j
                    joined += 1
                    now[i, j >> 6] |= one << np.uint64(j & 63)
        for i in range(k):
            place[indices[begin + i]] = -1
        total = np.float64(joined)
        pairs = np.int64(k) * (k - 1)
        seen = joined
        length = 1
        after = np.empty_like(now)
        held = np.empty(k, np.int64)
        for i in range(k):
            held[i] = starts[i + 1] - starts[i] + 1
        while seen < pairs:
            length += 1
            fresh = 0
            for i in range(k):
                for w in range(words):
                    after[i, w] = now[i, w]
                if held[i] == k:
                    continue
                for e in range(starts[i], starts[i + 1]):
                    j = local[e]
                    for w in range(words):
                        after[i, w] |= now[j, w]
                count = 0
                for w in range(words):
                    count += bits_set(after[i, w])
                fresh += count - held[i]
                held[i] = count
            if fresh == 0:
                break
            total += fresh / length
            seen += fresh
            now, after = after, now
        result[v - first] = total / pairs
    return result
