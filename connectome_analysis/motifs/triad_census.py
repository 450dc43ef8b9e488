"""Triad census: how many of all triples of neurons form each of the 16 classes, exactly.

Only triangles are enumerated. Open triads follow in closed form from the number of one-way and
mutual dyads at each neuron, and the classes with one dyad or none from totals. The work is one
look-up for every oriented wedge (see `dyads`), against n(n-1)(n-2)/6 triples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..graph import require_graph
from ..prefetch import prefetch
from ..threads import map_threads, thread_count
from .dyads import OrientedDyads, oriented_dyads
from .triads import TRIAD_NAMES, TRIADS, triad_class_of_codes

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

# Nodes are dealt out to threads in runs: hubs, which have the small ranks, cost least here.
_NODES_AT_ONCE = 4096


def triad_census(g: Graph, *, n_jobs: int | None = None) -> pd.Series[int]:
    """Count the triads of a graph: exact, induced, over all C(N, 3) triples.

    Parameters
    ----------
    g : Graph
        Self-loops are left out; weights do not matter.
    n_jobs : int, optional
        Threads; by default all processors this process may use.

    Returns
    -------
    (16,) Series of int64, index the MAN names "003" ... "300"
        Holland and Leinhardt 1976, doi:10.2307/270703. Sums to N(N-1)(N-2)/6.

    Examples
    --------
    A feed-forward loop and a neuron apart:

    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], node_ids=[1, 2, 3, 4])
    >>> census = ca.motifs.triad_census(g)
    >>> census[census > 0].to_dict()
    {'012': 3, '030T': 1}
    """
    import pandas as pd

    require_graph(g)
    simple = g.without_self_loops()
    counts = census_of_edges(simple.n_nodes, simple.out_sources, simple.out_indices, n_jobs)
    return pd.Series(counts, index=pd.Index(TRIAD_NAMES, name="motif", dtype=object), name="count")


def census_of_edges(
    n_nodes: int,
    senders: NDArray[np.int32],
    receivers: NDArray[np.int32],
    n_jobs: int | None = 1,
) -> NDArray[np.int64]:
    """(16,) int64 counts for a simple graph without self-loops given as dense indices."""
    dyads = oriented_dyads(n_nodes, senders, receivers)
    threads = thread_count(n_jobs)
    if threads == 1 or n_nodes <= _NODES_AT_ONCE:
        histogram = _triangle_codes(dyads.indptr, dyads.codes, 0, n_nodes)
    else:
        runs = range(0, n_nodes, _NODES_AT_ONCE)
        histogram = sum(
            map_threads(
                lambda first: _triangle_codes(
                    dyads.indptr, dyads.codes, first, min(first + _NODES_AT_ONCE, n_nodes)
                ),
                runs,
                threads,
            ),
            start=np.zeros(64, dtype=np.int64),
        )
    return _complete(n_nodes, dyads, histogram)


@compiled
def _triangle_codes(indptr, codes, first, stop):  # type: ignore[no-untyped-def]
    """Histogram of the three dyad codes of every triangle held by ranks first ... stop - 1.

    indptr : (N + 1,) int64 and codes : (P,) uint32 as in `OrientedDyads`; not checked here.

    Few look-ups find a triangle, and no processor foresees which. So the loop does not branch on it:
    every look-up writes to the end of a list of hits, which only grows where there is one. A third
    less time where the marks fit the first-level cache.
    """
    n_nodes = indptr.shape[0] - 1
    longest = 0
    for a in range(n_nodes):
        longest = max(longest, indptr[a + 1] - indptr[a])
    hits = np.empty(longest + 1, np.uint8)
    mark = np.zeros(n_nodes, np.uint8)
    histogram = np.zeros(64, np.int64)
    two = np.uint32(2)
    three = np.uint32(3)
    for a in range(first, stop):
        begin, end = indptr[a], indptr[a + 1]
        if end - begin < 2:
            continue
        for j in range(begin, end):
            b = codes[j] >> two
            mark[b] = np.uint8(codes[j] & three) << np.uint8(2)
            prefetch(codes, indptr[b])
        # The first neighbour has the smallest rank: nothing that it holds is a neighbour of a.
        for j in range(begin + 1, end):
            if j + 2 < end:  # the list after the next, line of 16 by line
                ahead = codes[j + 2] >> two
                for q in range(indptr[ahead], indptr[ahead + 1], 16):
                    prefetch(codes, q)
            b = codes[j] >> two
            found = 0
            for q in range(indptr[b], indptr[b + 1]):
                c = codes[q]
                seen = mark[c >> two]
                hits[found] = seen | np.uint8(c & three)
                found += seen != 0
            base = np.uint8((codes[j] & three) << np.uint32(4))
            for hit in range(found):
                histogram[base | hits[hit]] += 1
        for j in range(begin, end):
            mark[codes[j] >> two] = 0
    return histogram


def _complete(
    n_nodes: int, dyads: OrientedDyads, histogram: NDArray[np.int64]
) -> NDArray[np.int64]:
    """From triangles and dyads per neuron to all 16 classes."""
    count: dict[str, Any] = dict.fromkeys(TRIAD_NAMES, 0)
    # Holder a, neighbour b held by a, c held by both: codes (a, b), (a, c), (b, c).
    for codes, number in enumerate(histogram.tolist()):
        if number:
            count[TRIAD_NAMES[triad_class_of_codes()[codes]]] += number
    out, into, mutual = dyads.asymmetric_out, dyads.asymmetric_in, dyads.mutual

    def total(values: NDArray[np.int64]) -> int:
        return int(values.sum())

    # Pairs of dyads at one neuron, less those whose far ends are joined.
    t030, c030 = count["030T"], count["030C"]
    d120, u120, c120 = count["120D"], count["120U"], count["120C"]
    count["021D"] = total(out * (out - 1) // 2) - t030 - d120
    count["021U"] = total(into * (into - 1) // 2) - t030 - u120
    count["021C"] = total(out * into) - t030 - 3 * c030 - c120
    count["111D"] = total(mutual * into) - 2 * d120 - c120 - count["210"]
    count["111U"] = total(mutual * out) - 2 * u120 - c120 - count["210"]
    count["201"] = total(mutual * (mutual - 1) // 2) - count["210"] - 3 * count["300"]
    # Every dyad lies in n - 2 triples.
    connected = [TRIADS[name] for name in TRIAD_NAMES if TRIADS[name].connected]
    others = max(n_nodes - 2, 0)
    count["012"] = total(out) * others - sum(t.asymmetric * count[t.name] for t in connected)
    count["102"] = total(mutual) // 2 * others - sum(t.mutual * count[t.name] for t in connected)
    triples = n_nodes * (n_nodes - 1) * (n_nodes - 2) // 6
    count["003"] = triples - sum(count.values())
    return np.array([count[name] for name in TRIAD_NAMES], dtype=np.int64)
