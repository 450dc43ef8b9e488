"""Dyad table: the pairs that are joined in what was seen, each with estimates of its states.

All other pairs have the estimate of their background, which depends on the groups of their two
neurons only: nothing, where no connection is ever invented. What is stored for a dyad is how far
its estimate differs from its background, so sums over all triples of neurons need only these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...motifs.dyads import ranked_dyads
from ..edge_rates import EdgeRates
from ..rate_table import Floats, RateTable
from .dyad_states import seen_and_unseen, states

if TYPE_CHECKING:
    from ...graph import Graph

# More kinds of neurons than this are joined to as many kinds, each with its mean background.
MOST_GROUPS = 96


@dataclass(frozen=True, eq=False)
class DyadTable:
    """Estimated states of all dyads of a graph.

    Nodes are ranks by falling number of partners; a dyad is held by its end of larger rank.

    Attributes
    ----------
    indptr : (N + 1,) int64
    others : (P,) int32, ascending within a holder
    codes : (P,) uint8
        What was seen: bit 1 from the holder to the other, bit 2 back; 0 for a pair that was not
        seen but has rates of its own.
    excess : (P, 3) float64
        Estimate less background of the states forward, backward and both, from the holder.
    groups : (N,) int32
        By rank.
    background : (G, G, 4) float64
        Estimated states of a pair that was not seen, by the groups of its first and second end.
    unseen_variance : bool
        Whether pairs that were not seen may be connected by an invented connection elsewhere, so
        that their estimates have a variance.
    coarse : bool
        Whether groups were joined, so that backgrounds are means.
    """

    indptr: NDArray[np.int64]
    others: NDArray[np.int32]
    codes: NDArray[np.uint8]
    excess: Floats
    groups: NDArray[np.int32]
    background: Floats
    unseen_variance: bool
    coarse: bool

    @property
    def n_nodes(self) -> int:
        """Number of neurons."""
        return len(self.groups)

    @property
    def n_groups(self) -> int:
        """Number of groups of neurons."""
        return len(self.background)

    @property
    def holders(self) -> NDArray[np.int32]:
        """(P,) int32: the holder of each dyad."""
        return np.repeat(np.arange(self.n_nodes, dtype=np.int32), np.diff(self.indptr))


def dyad_table(g: Graph, rates: EdgeRates) -> DyadTable:
    """Estimate the states of all dyads of a graph without self-loops."""
    seen, unseen = seen_and_unseen(rates, g)
    indptr, others, codes, order = _pairs(g, unseen)
    groups, background, coarse = _background(unseen)
    holders = np.repeat(np.arange(g.n_nodes, dtype=np.int32), np.diff(indptr))
    one, two = order[holders], order[others]
    forward = np.where(codes & 1, seen.of(one, two), unseen.of(one, two))
    backward = np.where(codes & 2, seen.of(two, one), unseen.of(two, one))
    by_rank = groups[order]
    estimate = states(forward, backward)[:, 1:]
    return DyadTable(
        indptr=indptr,
        others=others,
        codes=codes,
        excess=estimate - background[by_rank[holders], by_rank[others], 1:],
        groups=by_rank,
        background=background,
        unseen_variance=bool(np.any(unseen.table != 0)),
        coarse=coarse,
    )


def _pairs(
    g: Graph, unseen: RateTable
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8], NDArray[np.int32]]:
    """indptr, others, codes, and the neuron of each rank."""
    if not len(unseen.keys):
        ranked = ranked_dyads(g.n_nodes, g.out_sources, g.out_indices)
        codes = ranked.dyads.codes
        others = (codes >> np.uint32(2)).astype(np.int32)
        return ranked.dyads.indptr, others, (codes & np.uint32(3)).astype(np.uint8), ranked.order
    special = np.divmod(unseen.keys, g.n_nodes)
    ends = [
        np.concatenate([g.out_sources.astype(np.int64), special[i]])
        if i == 0
        else np.concatenate([g.out_indices.astype(np.int64), special[i]])
        for i in (0, 1)
    ]
    degree = np.bincount(ends[0], minlength=g.n_nodes) + np.bincount(ends[1], minlength=g.n_nodes)
    order = np.argsort(-degree, kind="stable").astype(np.int32)
    rank = np.empty(g.n_nodes, np.int64)
    rank[order] = np.arange(g.n_nodes)
    first, second = rank[ends[0]], rank[ends[1]]
    bit = np.where(first > second, 1, 2)
    bit[g.n_edges :] = 0
    keys, place = np.unique(
        np.maximum(first, second) * g.n_nodes + np.minimum(first, second), return_inverse=True
    )
    seen = np.zeros(len(keys), np.uint8)
    np.bitwise_or.at(seen, place.reshape(-1), bit.astype(np.uint8))
    holders, partners = np.divmod(keys, g.n_nodes)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(holders, minlength=g.n_nodes))])
    return indptr, partners.astype(np.int32), seen, order


def _background(unseen: RateTable) -> tuple[NDArray[np.int32], Floats, bool]:
    """Group of each neuron, states of a pair that was not seen by groups, whether joined."""
    table = unseen.table
    if not np.any(table):
        nothing = np.zeros((1, 1, 4))
        nothing[..., 0] = 1.0
        return np.zeros(unseen.n_nodes, np.int32), nothing, False
    rows, of = np.unique(
        np.column_stack([unseen.sender_class, unseen.receiver_class]), axis=0, return_inverse=True
    )
    group: NDArray[np.int64] = of.reshape(-1).astype(np.int64)
    forward = table[np.ix_(rows[:, 0], rows[:, 1])]
    coarse = len(rows) > MOST_GROUPS
    if coarse:
        group, forward = _joined(group, forward)
    return group.astype(np.int32), states(forward, forward.T), coarse


def _joined(of: NDArray[Any], forward: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Join groups whose backgrounds are alike; each pair of new groups has the mean of its pairs."""
    from scipy.cluster.vq import kmeans2

    size = np.bincount(of, minlength=len(forward)).astype(np.float64)
    shape = np.hstack([forward, forward.T]) @ np.random.default_rng(0).normal(
        size=(2 * len(forward), 16)
    )
    spread = shape.std(axis=0)
    scaled = shape / np.where(spread > 0, spread, 1.0)
    label = np.unique(kmeans2(scaled, MOST_GROUPS, minit="++", seed=0)[1], return_inverse=True)[
        1
    ].reshape(-1)
    member = np.zeros((len(size), label.max() + 1))
    member[np.arange(len(size)), label] = size
    mean = (member.T @ forward @ member) / np.outer(member.sum(axis=0), member.sum(axis=0))
    return label[of], mean
