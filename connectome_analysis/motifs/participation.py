"""Participation: how often each neuron has each role in the small motifs of a graph, exactly.

Triangles are enumerated once, as by `triad_census`, and credited to their three corners. A role in
an open triad follows without enumeration: all pairs of dyads that could be it, which is a product
of dyad degrees in the middle and a sum over partners at an end, less those that a third dyad
closes, which are known from the neuron's roles in triangles.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..graph import require_graph
from ..threads import map_threads, thread_count
from .dyads import OrientedDyads, oriented_dyads, ranks_by_degree
from .triad_roles import ROLE_NAMES, role_of_codes

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

# Every thread has a table of its own for all neurons; more would cost more than they save.
_MOST_TABLES = 16
_MIRRORED = (0, 2, 1, 3)  # the code of a dyad seen from its other end


def participation(g: Graph, size: Literal[3, 4] = 3, *, n_jobs: int | None = None) -> pd.DataFrame:
    """Count in how many motifs each neuron has each role: exact and induced.

    Parameters
    ----------
    g : Graph
        Self-loops are left out; weights do not matter.
    size : {3, 4}
        Neurons in a motif; for 4 see `four_node_roles`.
    n_jobs : int, optional
        Threads; by default all processors this process may use.

    Returns
    -------
    DataFrame of int64, N rows with index ``node_id``, one column per role
        For size 3 the 30 roles of the 13 connected triads, which `triad_roles` describes. The sum
        of a column is the count of its triad times the number of nodes that have the role.

    Raises
    ------
    ValueError
        Where `size` is not 3 or 4.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3])
    >>> roles = ca.motifs.participation(g)
    >>> roles["030T:a"].to_dict()
    {1: 1, 2: 0, 3: 0}
    """
    import pandas as pd

    require_graph(g)
    if size == 4:
        from .four_node_roles import four_node_participation

        return four_node_participation(g, n_jobs=n_jobs)
    if size != 3:
        msg = f"size must be 3 or 4 neurons, got {size!r}."
        raise ValueError(msg)
    simple = g.without_self_loops()
    counts = roles_of_edges(simple.n_nodes, simple.out_sources, simple.out_indices, n_jobs)
    return pd.DataFrame(
        counts,
        index=pd.Index(g.node_ids, name="node_id"),
        columns=pd.Index(ROLE_NAMES, name="role", dtype=object),
    )


def roles_of_edges(
    n_nodes: int,
    senders: NDArray[np.int32],
    receivers: NDArray[np.int32],
    n_jobs: int | None = 1,
) -> NDArray[np.int64]:
    """(N, 30) int64 counts for a simple graph without self-loops given as dense indices."""
    dyads = oriented_dyads(n_nodes, senders, receivers)
    rules = _rules()
    parts = min(thread_count(n_jobs), _MOST_TABLES)
    if n_nodes < 4 * _MOST_TABLES:
        parts = 1
    tables = map_threads(
        lambda part: _corners(dyads.indptr, dyads.codes, rules.corners, part, parts),
        range(parts),
        parts,
    )
    closed = sum(tables, start=np.zeros((n_nodes, 16), dtype=np.int64))[:, : len(rules.closed)]
    by_rank = np.empty((n_nodes, len(ROLE_NAMES)), dtype=np.int64)
    by_rank[:, rules.closed] = closed
    by_rank[:, rules.open] = _pairs_of_dyads(dyads, rules) - closed @ rules.closes
    return by_rank[ranks_by_degree(n_nodes, senders, receivers)]


class _Rules(NamedTuple):
    """What `role_of_codes` says, arranged for counting.

    Attributes
    ----------
    closed, open : (15,) int64
        Places in `ROLE_NAMES` of the roles in triangles and in open triads.
    corners : (64,) uint32
        For the codes of a triangle, the roles of its corners, as places in `closed`: 8 bits each.
    closes : (15, 15) int64
        How many pairs of dyads that look like open role j are in a triangle in closed role i.
    middle : dict of (int, int) to int
        Place in `open` of the node whose own dyads have these codes, seen from it.
    end : dict of (int, int) to int
        Place in `open` of the node that has a dyad of the first code to a partner, which has one
        of the second code, seen from the partner.
    """

    closed: NDArray[np.int64]
    open: NDArray[np.int64]
    corners: NDArray[np.uint32]
    closes: NDArray[np.int64]
    middle: dict[tuple[int, int], int]
    end: dict[tuple[int, int], int]


@cache
def _rules() -> _Rules:
    table = role_of_codes()
    triangles = [row for row in range(64) if row >> 4 and row >> 2 & 3 and row & 3]
    closed = np.unique(table[triangles])
    others = np.setdiff1d(np.arange(len(ROLE_NAMES)), closed)
    in_closed = {int(role): i for i, role in enumerate(closed)}
    in_open = {int(role): i for i, role in enumerate(others)}
    corners = np.zeros(64, dtype=np.uint32)
    closes = np.zeros((len(closed), len(others)), dtype=np.int64)
    for row in triangles:
        roles = [in_closed[int(role)] for role in table[row]]
        corners[row] = roles[0] | roles[1] << 8 | roles[2] << 16
        for node in range(3):
            closes[roles[node]] = 0
            for dyad in range(3):  # take one dyad out
                left = table[row & ~(3 << 2 * dyad), node]
                closes[roles[node], in_open[int(left)]] += 1
    middle, end = {}, {}
    for first in (1, 2, 3):
        for second in (1, 2, 3):
            middle[first, second] = in_open[int(table[first << 4 | second << 2, 0])]
            end[first, second] = in_open[int(table[first << 4 | second, 0])]
    return _Rules(closed.astype(np.int64), others, corners, closes, middle, end)


@compiled
def _corners(indptr, codes, corners, part, parts):  # type: ignore[no-untyped-def]
    """(N, 16) int64: triangles of each rank by the place of its role, held by every parts-th rank.

    indptr : (N + 1,) int64 and codes : (P,) uint32 as in `OrientedDyads`; corners : (64,) uint32
    as in `_Rules`; not checked here.
    """
    n_nodes = indptr.shape[0] - 1
    counts = np.zeros((n_nodes, 16), np.int64)
    mark = np.zeros(n_nodes, np.uint8)
    two, three = np.uint32(2), np.uint32(3)
    low = np.uint32(255)
    for a in range(part, n_nodes, parts):
        begin, end = indptr[a], indptr[a + 1]
        if end - begin < 2:
            continue
        for j in range(begin, end):
            mark[codes[j] >> two] = np.uint8(codes[j] & three) << np.uint8(2)
        for j in range(begin + 1, end):
            b = np.int64(codes[j] >> two)
            base = np.uint8((codes[j] & three) << np.uint32(4))
            for q in range(indptr[b], indptr[b + 1]):
                c = np.int64(codes[q] >> two)
                seen = mark[c]
                if seen:
                    roles = corners[base | seen | np.uint8(codes[q] & three)]
                    counts[a, roles & low] += 1
                    counts[b, (roles >> np.uint32(8)) & low] += 1
                    counts[c, roles >> np.uint32(16)] += 1
        for j in range(begin, end):
            mark[codes[j] >> two] = 0
    return counts


@compiled
def _partner_sums(indptr, codes, degrees):  # type: ignore[no-untyped-def]
    """(N, 4, 4) int64: entry [v, s, t] sums ``degrees[u, t]`` over partners u by a dyad s from v.

    indptr, codes as in `OrientedDyads`; degrees : (N, 4) int64; not checked here.
    """
    n_nodes = indptr.shape[0] - 1
    sums = np.zeros((n_nodes, 4, 4), np.int64)
    for v in range(n_nodes):
        for j in range(indptr[v], indptr[v + 1]):
            u = np.int64(codes[j] >> np.uint32(2))
            code = np.int64(codes[j] & np.uint32(3))
            back = code if code == 3 else 3 - code
            for kind in range(1, 4):
                sums[v, code, kind] += degrees[u, kind]
                sums[u, back, kind] += degrees[v, kind]
    return sums


def _pairs_of_dyads(dyads: OrientedDyads, rules: _Rules) -> NDArray[np.int64]:
    """(N, 15) int64: pairs of adjoining dyads, closed or not, with each rank in each open role."""
    n_nodes = len(dyads.indptr) - 1
    degrees = np.zeros((n_nodes, 4), dtype=np.int64)
    degrees[:, 1] = dyads.asymmetric_out
    degrees[:, 2] = dyads.asymmetric_in
    degrees[:, 3] = dyads.mutual
    sums = _partner_sums(dyads.indptr, dyads.codes, degrees)
    pairs = np.zeros((n_nodes, len(rules.open)), dtype=np.int64)
    for (first, second), role in rules.middle.items():
        one, other = degrees[:, first], degrees[:, second]
        pairs[:, role] = one * (one - 1) // 2 if first == second else one * other
    for (first, second), role in rules.end.items():
        # A partner's dyad back to the neuron itself makes no pair.
        itself = degrees[:, first] if second == _MIRRORED[first] else 0
        pairs[:, role] = sums[:, first, second] - itself
    return pairs
