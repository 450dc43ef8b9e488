"""Dyads: both directions of every joined pair in one list, each pair once, from low to high degree.

A triangle is found where two neighbours of a neuron are themselves joined. When every pair is
kept only at its end of lower degree, the lists are short even at hubs: the work is the sum over
kept pairs of the shorter lists ahead, O(E^1.5) at worst, and far less on connectomes (Chiba and
Nishizeki 1985, doi:10.1137/0214017).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled

FORWARD, BACKWARD, MUTUAL = 1, 2, 3


class OrientedDyads(NamedTuple):
    """The joined pairs of a graph, each stored once at its lower-degree end.

    Attributes
    ----------
    indptr : (N + 1,) int64
    codes : (P,) uint32
        ``rank << 2 | code``: the other end's rank by falling degree, and the dyad's code:
        1 from the holder to the other, 2 the other way, 3 both. Ascending within a holder.
        Holders are ranks too.
    asymmetric_out, asymmetric_in, mutual : (N,) int64
        By rank: number of one-way dyads that leave and enter, and of mutual dyads.
    """

    indptr: NDArray[np.int64]
    codes: NDArray[np.uint32]
    asymmetric_out: NDArray[np.int64]
    asymmetric_in: NDArray[np.int64]
    mutual: NDArray[np.int64]


@compiled
def _oriented_dyads(n_nodes, senders, receivers):  # type: ignore[no-untyped-def]
    """senders, receivers : (E,) int32 in [0, n_nodes), n_nodes < 2**30, E < 2**31, a simple graph
    without self-loops; not checked here.

    Edges are dealt out twice, first to their end of smaller rank, then from there, rank by rank, to
    the other end that holds them. So every list comes out sorted without a sort, which would take
    most of the time.
    """
    n_edges = senders.shape[0]
    two, three = np.uint32(2), np.uint32(3)
    out_degree = np.zeros(n_nodes, np.int32)
    in_degree = np.zeros(n_nodes, np.int32)
    for e in range(n_edges):
        out_degree[senders[e]] += 1
        in_degree[receivers[e]] += 1
    # Hubs get the small ranks, so that the marks most often read lie close together.
    highest = 0
    for v in range(n_nodes):
        highest = max(highest, np.int64(out_degree[v]) + in_degree[v])
    start = np.zeros(highest + 2, np.int64)
    for v in range(n_nodes):
        start[highest - out_degree[v] - in_degree[v] + 1] += 1
    for d in range(highest + 1):
        start[d + 1] += start[d]
    rank = np.empty(n_nodes, np.uint32)
    out = np.empty(n_nodes, np.int64)
    into = np.empty(n_nodes, np.int64)
    for v in range(n_nodes):
        d = highest - out_degree[v] - in_degree[v]
        place = start[d]
        rank[v] = place
        out[place] = out_degree[v]
        into[place] = in_degree[v]
        start[d] += 1

    smaller = np.zeros(n_nodes + 1, np.int32)  # where the next edge of each smaller end goes
    holder = np.zeros(n_nodes + 1, np.int32)
    for e in range(n_edges):
        a, b = rank[senders[e]], rank[receivers[e]]
        smaller[min(a, b) + 1] += 1
        holder[max(a, b) + 1] += 1
    for v in range(n_nodes):
        smaller[v + 1] += smaller[v]
        holder[v + 1] += holder[v]
    dealt = np.empty(n_edges, np.uint32)
    for e in range(n_edges):
        a, b = rank[senders[e]], rank[receivers[e]]
        if a > b:
            dealt[smaller[b]] = (a << two) | np.uint32(1)
            smaller[b] += 1
        else:
            dealt[smaller[a]] = (b << two) | np.uint32(2)
            smaller[a] += 1
    raw = np.empty(n_edges, np.uint32)
    first = np.int64(0)
    for u in range(n_nodes):
        stop = np.int64(smaller[u])
        for j in range(first, stop):
            v = dealt[j] >> two
            raw[holder[v]] = (np.uint32(u) << two) | (dealt[j] & three)
            holder[v] += 1
        first = stop

    # The two entries of a mutual pair lie side by side now: merge them.
    indptr = np.zeros(n_nodes + 1, np.int64)
    mutual = np.zeros(n_nodes, np.int64)
    kept, j = 0, 0
    for v in range(n_nodes):
        stop = np.int64(holder[v])
        while j < stop:
            x = raw[j]
            j += 1
            if j < stop and raw[j] >> two == x >> two:
                j += 1
                x |= three
                mutual[v] += 1
                mutual[x >> two] += 1
            raw[kept] = x
            kept += 1
        indptr[v + 1] = kept
    for v in range(n_nodes):
        out[v] -= mutual[v]
        into[v] -= mutual[v]
    return indptr, raw[:kept].copy(), out, into, mutual


def oriented_dyads(
    n_nodes: int, senders: NDArray[np.int32], receivers: NDArray[np.int32]
) -> OrientedDyads:
    """Build the oriented dyad lists of a simple graph without self-loops.

    Parameters
    ----------
    n_nodes : int
    senders, receivers : (E,) int32
        Dense indices, in any order.
    """
    if n_nodes >= 2**30:  # two bits of a 32-bit word are taken by the code
        msg = f"Triads can be counted for up to {2**30 - 1:,} neurons, got {n_nodes:,}."
        raise ValueError(msg)
    if len(senders) >= 2**31:
        msg = f"Triads can be counted for up to {2**31 - 1:,} edges, got {len(senders):,}."
        raise ValueError(msg)
    return OrientedDyads(*_oriented_dyads(n_nodes, *_checked(n_nodes, senders, receivers)))


def _checked(
    n_nodes: int, senders: NDArray[np.int32], receivers: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The ends of edges as the kernel may take them; a ValueError where they are something else."""
    ends = []
    for name, given in (("senders", senders), ("receivers", receivers)):
        array = np.asarray(given)
        if array.ndim != 1 or (array.dtype.kind not in "iu" and len(array)):
            msg = f"{name} must be one-dimensional and whole numbers, got {array.dtype} {array.shape}."
            raise ValueError(msg)
        if len(array) and not (array.min() >= 0 and array.max() < n_nodes):
            msg = (
                f"{name} must be dense indices from 0 to {n_nodes - 1}, got {array.min()} to "
                f"{array.max()}; node ids become indices in Graph.from_edges."
            )
            raise ValueError(msg)
        ends.append(array.astype(np.int32, copy=False))
    if len(ends[0]) != len(ends[1]):
        msg = f"senders and receivers must be equally long, got {len(ends[0])} and {len(ends[1])}."
        raise ValueError(msg)
    return ends[0], ends[1]


def ranks_by_degree(
    n_nodes: int, senders: NDArray[np.int32], receivers: NDArray[np.int32]
) -> NDArray[np.int32]:
    """(N,) int32: the rank that `oriented_dyads` gives each node.

    By falling number of edges, in and out together; equal ones in the order of the nodes.
    """
    degree = np.bincount(senders, minlength=n_nodes) + np.bincount(receivers, minlength=n_nodes)
    rank = np.empty(n_nodes, dtype=np.int32)
    rank[np.argsort(-degree, kind="stable")] = np.arange(n_nodes, dtype=np.int32)
    return rank


class RankedDyads(NamedTuple):
    """Oriented dyads, and which neuron has which rank.

    Attributes
    ----------
    dyads : OrientedDyads
    order : (N,) int32
        Neuron of each rank.
    rank : (N,) int32
        Rank of each neuron.
    """

    dyads: OrientedDyads
    order: NDArray[np.int32]
    rank: NDArray[np.int32]


def ranked_dyads(
    n_nodes: int, senders: NDArray[np.int32], receivers: NDArray[np.int32]
) -> RankedDyads:
    """Build the oriented dyads and say which neuron has which rank.

    Parameters
    ----------
    n_nodes : int
    senders, receivers : (E,) int32
        A simple graph without self-loops, dense indices in any order.
    """
    dyads = oriented_dyads(n_nodes, senders, receivers)  # checks what it is given
    rank = ranks_by_degree(n_nodes, senders, receivers)
    order = np.empty(n_nodes, dtype=np.int32)
    order[rank] = np.arange(n_nodes, dtype=np.int32)
    return RankedDyads(dyads, order, rank)
