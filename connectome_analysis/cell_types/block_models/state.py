"""State: groups of neurons and all counts between them that a move has to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from .description_length import between, level_above
from .log_partitions import log_partition_table

if TYPE_CHECKING:
    from ...graph import Graph

Ints = NDArray[np.int64]
# Beyond so many, ln n! is worked out each time.
_MOST_FACTORIALS = 4_000_000


class Wiring(NamedTuple):
    """What of a graph does not change when neurons change groups.

    Attributes
    ----------
    out_indptr, out_indices, out_count : CSR of parallel edges sent, without self-loops
    in_indptr, in_indices, in_count : the same received
    loops : (N,) int64
        Edges of a neuron to itself.
    k_out, k_in : (N,) int64
        Degrees, with parallel edges and self-loops.
    rank_out, rank_in : (N,) int64
        Place of a neuron's degree among the distinct ones.
    values_out, values_in : int64
        The distinct degrees.
    ln_factorial : (M,) float64
    partitions : table of `log_partition_table`
    n_edges : int
        With parallel edges.
    """

    out_indptr: Ints
    out_indices: Ints
    out_count: Ints
    in_indptr: Ints
    in_indices: Ints
    in_count: Ints
    loops: Ints
    k_out: Ints
    k_in: Ints
    rank_out: Ints
    rank_in: Ints
    values_out: Ints
    values_in: Ints
    ln_factorial: NDArray[np.float64]
    partitions: NDArray[np.float64]
    n_edges: int

    @property
    def n_nodes(self) -> int:
        """Number of neurons."""
        return len(self.loops)


class State(NamedTuple):
    """Groups, and counts that follow from them. Kernels change it in place.

    Attributes
    ----------
    group : (N,) int64
    e : (B, B) int64
        Edges from group to group.
    sent, received, size : (B,) int64
    alike_out, alike_in : (B, D) int64
        Neurons of a group with each distinct degree.
    gain_out, gain_in : (B, D) float64
        What one more neuron of this degree adds to ln q; NaN where not yet known.
    above : (L, B) int64
        Group at each level above, of each group of the first level. L = 0: not nested.
    above_e : (L, C, C) int64
    above_size : (L, C) int64
        How many groups of the level below each has.
    above_n : (L,) int64
        Groups of the level.
    """

    group: Ints
    e: Ints
    sent: Ints
    received: Ints
    size: Ints
    alike_out: Ints
    alike_in: Ints
    gain_out: NDArray[np.float64]
    gain_in: NDArray[np.float64]
    above: Ints
    above_e: Ints
    above_size: Ints
    above_n: Ints


def wiring_of(g: Graph, count: Ints) -> Wiring:
    """Wiring of a graph with parallel edges.

    Parameters
    ----------
    g : Graph
    count : (E,) int64
        Parallel edges of each pair, above 0.
    """
    return wiring_of_pairs(g.n_nodes, g.out_sources, g.out_indices, count)


def wiring_of_pairs(n: int, pre: NDArray[Any], post: NDArray[Any], count: Ints) -> Wiring:
    """Wiring of n nodes; pre, post, count : (E,) each pair once."""
    import scipy.sparse as sp

    pre, post = pre.astype(np.int64), post.astype(np.int64)
    loop = pre == post
    k_out = np.bincount(pre, count, n).astype(np.int64)
    k_in = np.bincount(post, count, n).astype(np.int64)
    sent = sp.csr_array((count[~loop], (pre[~loop], post[~loop])), shape=(n, n))
    received = sp.csr_array(sent.T)
    values_out, rank_out = np.unique(k_out, return_inverse=True)
    values_in, rank_in = np.unique(k_in, return_inverse=True)
    n_edges = int(count.sum())
    most = min(_MOST_FACTORIALS, 2 * (n_edges + n) + 1_000_000)
    return Wiring(
        out_indptr=sent.indptr.astype(np.int64),
        out_indices=sent.indices.astype(np.int64),
        out_count=sent.data.astype(np.int64),
        in_indptr=received.indptr.astype(np.int64),
        in_indices=received.indices.astype(np.int64),
        in_count=received.data.astype(np.int64),
        loops=np.bincount(pre[loop], count[loop], n).astype(np.int64),
        k_out=k_out,
        k_in=k_in,
        rank_out=rank_out.astype(np.int64),
        rank_in=rank_in.astype(np.int64),
        values_out=values_out,
        values_in=values_in,
        ln_factorial=gammaln(np.arange(most) + 1.0),
        partitions=log_partition_table(2 * max(n_edges, n), n),
        n_edges=n_edges,
    )


def state_of(
    wiring: Wiring, group: Ints, levels: list[Ints] | None = None, spare: int = 0
) -> State:
    """State of a partition.

    Parameters
    ----------
    group : (N,) int64
        Numbered 0, 1, ... without gaps.
    levels : list of arrays, optional
        Group of each group of the level below.
    spare : int
        Empty groups to hold ready.
    """
    n = int(group.max(initial=-1)) + 1 + spare
    pre = np.repeat(np.arange(wiring.n_nodes), np.diff(wiring.out_indptr))
    e = between(group[pre], group[wiring.out_indices], wiring.out_count, n)
    e[np.diag_indices(n)] += np.bincount(group, wiring.loops, n).astype(np.int64)
    shape_out, shape_in = (n, len(wiring.values_out)), (n, len(wiring.values_in))
    alike_out, alike_in = (
        np.bincount(group * shape[1] + rank, minlength=shape[0] * shape[1]).reshape(shape)
        for rank, shape in ((wiring.rank_out, shape_out), (wiring.rank_in, shape_in))
    )
    below = e[: n - spare, : n - spare]
    above, matrices, sizes = [], [], []
    of = np.arange(n - spare)
    for level in levels or []:
        joined, _ = level_above(below, level)
        of = level[of]
        above.append(np.append(of, np.zeros(spare, dtype=np.int64)))
        matrices.append(joined)
        sizes.append(np.bincount(level))
        below = joined
    widest = max((len(size) for size in sizes), default=0)
    above_e = np.zeros((len(sizes), widest, widest), dtype=np.int64)
    above_size = np.zeros((len(sizes), widest), dtype=np.int64)
    for place, (matrix, size) in enumerate(zip(matrices, sizes, strict=True)):
        above_e[place, : len(size), : len(size)] = matrix
        above_size[place, : len(size)] = size
    return State(
        group=group.astype(np.int64).copy(),
        e=e,
        sent=e.sum(axis=1),
        received=e.sum(axis=0),
        size=np.bincount(group, minlength=n),
        alike_out=alike_out,
        alike_in=alike_in,
        gain_out=np.full(shape_out, np.nan),
        gain_in=np.full(shape_in, np.nan),
        above=np.array(above, dtype=np.int64).reshape(len(sizes), n),
        above_e=above_e,
        above_size=above_size,
        above_n=np.array([len(size) for size in sizes], dtype=np.int64),
    )
