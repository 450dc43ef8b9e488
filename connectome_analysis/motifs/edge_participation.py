"""Edge participation: how often each edge has each role in the connected triads, exactly.

For a pair of neurons joined by an edge, a third neuron matters only by its dyad with either. So an
edge and two codes name its role. Third neurons joined to both are found by the enumeration of
triangles; those joined to one are its dyads less the ones found.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..graph import require_graph
from ..threads import map_threads, thread_count
from .dyads import oriented_dyads, ranks_by_degree
from .triad_roles import EDGE_ROLE_NAMES, edge_role_of_codes

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

# Every thread has a table of its own for all pairs: 36 bytes each.
_TABLES_BYTES = 2**30


def edge_participation(g: Graph, *, n_jobs: int | None = None) -> pd.DataFrame:
    """Count in how many triads each edge has each role: exact and induced.

    Parameters
    ----------
    g : Graph
        Self-loops have no role: their rows are 0, and they are no part of any triad. Weights do
        not matter.
    n_jobs : int, optional
        Threads; by default all processors this process may use.

    Returns
    -------
    DataFrame, E rows in the order of ``g.edges()``, with the same index
        ``pre_id`` and ``post_id``, then the 30 edge roles of the 13 connected triads, named by the
        roles of sender and receiver: "030T:a>c" is the direct edge of a feed-forward loop. Counts
        are int32: an edge has at most N - 2 third neurons. The sum of a column is the count of its
        triad times the number of edges that have the role.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3])
    >>> edges = ca.motifs.edge_participation(g)
    >>> edges.loc[edges["030T:a>c"] == 1, ["pre_id", "post_id"]].values.tolist()
    [[1, 3]]
    """
    import pandas as pd

    require_graph(g)
    counts = edge_roles(g.n_nodes, g.out_sources, g.out_indices, n_jobs)
    ends = pd.DataFrame({"pre_id": g.node_ids[g.out_sources], "post_id": g.node_ids[g.out_indices]})
    table = pd.DataFrame(counts.T, columns=pd.Index(EDGE_ROLE_NAMES, dtype=object), copy=False)
    return pd.concat([ends, table], axis=1)


def edge_roles(
    n_nodes: int,
    senders: NDArray[np.int32],
    receivers: NDArray[np.int32],
    n_jobs: int | None = 1,
) -> NDArray[np.int32]:
    """(30, E) int32 counts for edges given as dense indices, each once; self-loops have zeros."""
    loops = senders == receivers
    simple_senders, simple_receivers = senders[~loops], receivers[~loops]
    dyads = oriented_dyads(n_nodes, simple_senders, simple_receivers)
    table_bytes = 36 * max(len(dyads.codes), 1)
    parts = max(1, min(thread_count(n_jobs), _TABLES_BYTES // table_bytes))
    tables = map_threads(
        lambda part: _thirds(dyads.indptr, dyads.codes, part, parts), range(parts), parts
    )
    thirds = next(tables)
    for table in tables:
        thirds += table
    degrees = np.stack(
        [np.zeros(n_nodes, np.int64), dyads.asymmetric_out, dyads.asymmetric_in, dyads.mutual],
        axis=1,
    )
    rank = ranks_by_degree(n_nodes, simple_senders, simple_receivers)
    counts = np.zeros((len(EDGE_ROLE_NAMES), len(senders)), dtype=np.int32)
    runs = np.linspace(0, len(senders), 4 * parts + 1).astype(np.int64)
    done = map_threads(
        lambda run: _fill(
            counts,
            dyads.indptr,
            dyads.codes,
            thirds,
            degrees,
            rank,
            senders,
            receivers,
            edge_role_of_codes(),
            run[0],
            run[1],
        ),
        pairwise(runs.tolist()),
        parts,
    )
    for _ in done:
        pass
    return counts


@compiled
def _thirds(indptr, codes, part, parts):  # type: ignore[no-untyped-def]
    """(P, 9) int32: for each pair, its third neurons by the codes of holder and other to them.

    Entry ``3 * (holder's code - 1) + other's code - 1``. Triangles of every parts-th rank.
    indptr : (N + 1,) int64 and codes : (P,) uint32 as in `OrientedDyads`; not checked here.
    """
    n_nodes = indptr.shape[0] - 1
    counts = np.zeros((codes.shape[0], 9), np.int32)
    place = np.full(n_nodes, -1, np.int64)
    two, three = np.uint32(2), np.uint32(3)
    for a in range(part, n_nodes, parts):
        begin, end = indptr[a], indptr[a + 1]
        if end - begin < 2:
            continue
        for j in range(begin, end):
            place[codes[j] >> two] = j
        for j in range(begin + 1, end):
            b = np.int64(codes[j] >> two)
            ab = np.int64(codes[j] & three)
            ba = ab if ab == 3 else 3 - ab
            for q in range(indptr[b], indptr[b + 1]):
                i = place[codes[q] >> two]
                if i >= 0:
                    ac = np.int64(codes[i] & three)
                    ca = ac if ac == 3 else 3 - ac
                    bc = np.int64(codes[q] & three)
                    cb = bc if bc == 3 else 3 - bc
                    counts[j, 3 * ac + bc - 4] += 1
                    counts[i, 3 * ab + cb - 4] += 1
                    counts[q, 3 * ba + ca - 4] += 1
        for j in range(begin, end):
            place[codes[j] >> two] = -1
    return counts


@compiled
def _fill(counts, indptr, codes, thirds, degrees, rank, senders, receivers, roles, first, stop):  # type: ignore[no-untyped-def]
    """Write the columns first ... stop - 1 of counts : (30, E) int32, which are zero.

    thirds as `_thirds` returns it; degrees : (N, 4) int64 by rank and code; rank : (N,) int32;
    senders, receivers : (E,) int32; roles : (4, 4, 4) int8; not checked here.
    """
    two, three = np.uint32(2), np.uint32(3)
    for e in range(first, stop):
        s, r = np.int64(rank[senders[e]]), np.int64(rank[receivers[e]])
        if s == r:
            continue
        holder, other = max(s, r), min(s, r)
        low, high = indptr[holder], indptr[holder + 1] - 1
        while low < high:  # the pair is there
            middle = (low + high) >> 1
            if np.int64(codes[middle] >> two) < other:
                low = middle + 1
            else:
                high = middle
        code = np.int64(codes[low] & three)  # from the sender's side: 1 or 3
        if s == other and code != 3:
            code = 3 - code
        back = code if code == 3 else 3 - code
        for x in range(1, 4):
            one_sided_s = degrees[s, x] - (x == code)
            one_sided_r = degrees[r, x] - (x == back)
            for y in range(1, 4):
                if s == holder:
                    both_s, both_r = thirds[low, 3 * x + y - 4], thirds[low, 3 * y + x - 4]
                else:
                    both_s, both_r = thirds[low, 3 * y + x - 4], thirds[low, 3 * x + y - 4]
                counts[roles[code, x, y], e] = both_s
                one_sided_s -= both_s
                one_sided_r -= both_r
            counts[roles[code, x, 0], e] = one_sided_s
            counts[roles[code, 0, x], e] = one_sided_r
