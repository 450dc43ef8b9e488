"""Dyad draw: true graphs from the posterior of pairs that are independent of each other, exactly.

Of the four states of a pair each has the weight prior times likelihood. Pairs of which something was
seen are looked at one by one. Of all others few are connected: candidates come from a Poisson process
whose rate is known as a product of what each neuron brings, and each is kept with the probability
that makes the result exact. So the work grows with the edges, not with the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..rate_table import Floats, RateTable
from .dyad_prior import DyadPrior
from .pair_sums import most_of_each_sender

if TYPE_CHECKING:
    from ...graph import Graph

Places = NDArray[np.int64]
_ROWS_AT_ONCE = 256


class TrueEdges(NamedTuple):
    """A true graph beside what was seen.

    Attributes
    ----------
    kept : (E,) bool
        Which of the edges seen are real.
    senders, receivers : (M,) int64
        Connections that were missed.
    """

    kept: NDArray[np.bool_]
    senders: Places
    receivers: Places


@dataclass(frozen=True, eq=False)
class SeenDyads:
    """Which pairs of neurons were seen with a connection, one way or both.

    Attributes
    ----------
    first : (D,) int64
        Place of an edge of each such pair.
    second : (D,) int64
        Place of the reverse edge, or -1 where it was not seen.
    keys : (D,) int64, ascending
        Pairs as ``smaller * N + larger``.
    """

    first: Places
    second: Places
    keys: Places


def seen_dyads(g: Graph) -> SeenDyads:
    """Find the pairs of a graph without self-loops."""
    senders, receivers = g.out_sources.astype(np.int64), g.out_indices.astype(np.int64)
    key = np.minimum(senders, receivers) * g.n_nodes + np.maximum(senders, receivers)
    order = np.argsort(key, kind="stable")
    key = key[order]
    new = np.concatenate([[True], key[1:] != key[:-1]]) if len(key) else np.empty(0, bool)
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, len(key)))
    second = np.full(len(starts), -1, np.int64)
    second[sizes == 2] = order[starts[sizes == 2] + 1]
    return SeenDyads(order[starts], second, key[starts])


@dataclass(frozen=True, eq=False)
class DyadPosterior:
    """Independent pairs given what was seen.

    Attributes
    ----------
    g : Graph
        What was seen, without self-loops.
    dyads : SeenDyads
    prior : DyadPrior
    log_ratio : (E,) float64
        Evidence of each edge seen; infinite where it is certain.
    unseen : RateTable
        Likelihood ratio of directions that were not seen.
    """

    g: Graph
    dyads: SeenDyads
    prior: DyadPrior
    log_ratio: Floats
    unseen: RateTable

    # ---------------------------------------------------------------- pairs seen

    def seen_states(self) -> Floats:
        """(D, 4) probabilities of none, the first edge only, the reverse only, both."""
        first, second = self.dyads.first, self.dyads.second
        a, b = self.g.out_sources[first], self.g.out_indices[first]
        weights = np.ones((len(first), 4))
        off, on = self._weights(first, a, b)
        back = np.ones((len(first), 2))
        seen_both = second >= 0
        back[seen_both] = np.column_stack(
            self._weights(second[seen_both], b[seen_both], a[seen_both])
        )
        one_way = ~seen_both
        odds = self.prior.odds(b[one_way], a[one_way])
        back[one_way, 1] = odds * self.unseen.of(b[one_way], a[one_way])
        weights[:, 0] = off * back[:, 0]
        weights[:, 1] = on * back[:, 0]
        weights[:, 2] = off * back[:, 1]
        weights[:, 3] = self.prior.mutual * on * back[:, 1]
        result: Floats = weights / weights.sum(axis=1, keepdims=True)
        return result

    def _weights(self, edges: Places, a: Any, b: Any) -> tuple[Floats, Floats]:
        """Weights of seen edges being false and being real, scaled to their sum."""
        log = self.log_ratio[edges] + np.log(np.maximum(self.prior.odds(a, b), 1e-300))
        real = 1.0 / (1.0 + np.exp(-np.clip(log, -700.0, 700.0)))
        real = np.where(np.isposinf(self.log_ratio[edges]), 1.0, real)
        false = np.where(
            np.isposinf(self.log_ratio[edges]), 0.0, 1.0 / (1.0 + np.exp(np.clip(log, -700, 700)))
        )
        return false, real

    def edge_probability(self) -> Floats:
        """(E,) probability that each edge seen is real."""
        states = self.seen_states()
        result = np.empty(self.g.n_edges)
        result[self.dyads.first] = states[:, 1] + states[:, 3]
        both = self.dyads.second >= 0
        result[self.dyads.second[both]] = (states[:, 2] + states[:, 3])[both]
        # Certain is certain, whatever sums of rounded numbers say.
        return np.where(np.isposinf(self.log_ratio), 1.0, np.minimum(result, 1.0))

    # ---------------------------------------------------------------- all pairs

    def expected_missed(self) -> float:
        """Expected number of connections that were not seen; looks at all pairs."""
        states, one_way = self.seen_states(), self.dyads.second < 0
        total = float((states[one_way, 2] + states[one_way, 3]).sum())
        if not np.any(self.unseen.table) and not np.any(self.unseen.values):
            return total
        n = self.g.n_nodes
        everyone = np.arange(n)
        for begin in range(0, n, _ROWS_AT_ONCE):
            rows = everyone[begin : begin + _ROWS_AT_ONCE]
            there = self._unseen_weight(rows[:, None], everyone[None, :])
            back = self._unseen_weight(everyone[None, :], rows[:, None])
            both = self.prior.mutual * there * back
            edge = (there + both) / (1.0 + there + back + both)
            edge[np.arange(len(rows)), rows] = 0.0
            total += float(edge.sum())
        seen_a = self.g.out_sources[self.dyads.first]
        seen_b = self.g.out_indices[self.dyads.first]
        there, back = self._unseen_weight(seen_a, seen_b), self._unseen_weight(seen_b, seen_a)
        both = self.prior.mutual * there * back
        return total - float(((there + back + 2.0 * both) / (1.0 + there + back + both)).sum())

    def _unseen_weight(self, a: Any, b: Any) -> Floats:
        weight: Floats = self.prior.odds(a, b) * self.unseen.of(*np.broadcast_arrays(a, b))
        return weight

    # ---------------------------------------------------------------- draws

    def draw(self, rng: np.random.Generator) -> TrueEdges:
        """Draw a true graph."""
        kept = np.zeros(self.g.n_edges, np.bool_)
        first, second = self.dyads.first, self.dyads.second
        state = _choose(self.seen_states(), rng)
        forward, backward = (state & 1).astype(bool), state >= 2
        kept[first[forward]] = True
        both_seen = second >= 0
        kept[second[both_seen & backward]] = True
        turned = first[backward & ~both_seen]
        senders, receivers = self._unseen_pairs(rng)
        return TrueEdges(
            kept,
            np.concatenate([self.g.out_indices[turned].astype(np.int64), senders]),
            np.concatenate([self.g.out_sources[turned].astype(np.int64), receivers]),
        )

    def _unseen_pairs(self, rng: np.random.Generator) -> tuple[Places, Places]:
        """Connections of pairs of which nothing was seen."""
        nothing: Places = np.empty(0, np.int64)
        if not np.any(self.unseen.table) and not np.any(self.unseen.values):
            return nothing, nothing
        n, prior = self.g.n_nodes, self.prior
        most = most_of_each_sender(self.unseen)
        x, y = prior.sends * most, prior.receives
        one = product_pairs(x, y, prior.groups, prior.blocks, rng)
        # Both ways: a product of what both ends bring, too.
        z = x * y
        blocks = 0.5 * prior.mutual * prior.blocks * prior.blocks.T
        two = product_pairs(z, z, prior.groups, blocks, rng)
        a, b = np.concatenate([one[0], two[0]]), np.concatenate([one[1], two[1]])
        small, large = np.minimum(a, b), np.maximum(a, b)
        keys = np.unique((small * n + large)[small != large])
        if len(self.dyads.keys) and len(keys):
            place = np.searchsorted(self.dyads.keys, keys)
            place = np.minimum(place, len(self.dyads.keys) - 1)
            keys = keys[self.dyads.keys[place] != keys]
        small, large = np.divmod(keys, n)
        block = prior.blocks[prior.groups[small], prior.groups[large]]
        block_back = prior.blocks[prior.groups[large], prior.groups[small]]
        candidates = x[small] * y[large] * block + x[large] * y[small] * block_back
        candidates += prior.mutual * z[small] * z[large] * block * block_back
        there, back = self._unseen_weight(small, large), self._unseen_weight(large, small)
        both = prior.mutual * there * back
        total = there + back + both
        keep = rng.random(len(keys)) * -np.expm1(-candidates) < total / (1.0 + total)
        small, large = small[keep], large[keep]
        state = 1 + _choose(np.column_stack([there, back, both])[keep] / total[keep, None], rng)
        forward, backward = (state & 1).astype(bool), state >= 2
        return (
            np.concatenate([small[forward], large[backward]]),
            np.concatenate([large[forward], small[backward]]),
        )


def product_pairs(
    x: Floats, y: Floats, groups: NDArray[np.int32], blocks: Floats, rng: np.random.Generator
) -> tuple[Places, Places]:
    """Draw a Poisson process of ordered pairs of rate x_i y_j B[a, b], self-pairs and repeats too."""
    n_groups = len(blocks)
    order = np.argsort(groups, kind="stable")
    ends = np.searchsorted(groups[order], np.arange(n_groups), side="right")
    sums_x, sums_y = np.cumsum(x[order]), np.cumsum(y[order])
    at_x, at_y = (
        np.append(0.0, sums_x)[np.append(0, ends)],
        np.append(0.0, sums_y)[np.append(0, ends)],
    )
    mass = blocks * np.outer(np.diff(at_x), np.diff(at_y))
    number = rng.poisson(mass)
    a, b = np.divmod(np.repeat(np.arange(n_groups**2), number.ravel()), n_groups)
    chosen = []
    for group, at, sums in ((a, at_x, sums_x), (b, at_y, sums_y)):
        where = at[group] + rng.random(len(group)) * (at[group + 1] - at[group])
        place = np.searchsorted(sums, where, side="right")
        first = np.append(0, ends)[group]
        chosen.append(order[np.clip(place, first, ends[group] - 1)].astype(np.int64))
    return chosen[0], chosen[1]


def _choose(probabilities: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """(M,) one column for each row, as likely as it says."""
    cumulative = np.cumsum(probabilities, axis=1)
    at = rng.random(len(probabilities))[:, None]
    chosen: NDArray[np.int64] = np.minimum(
        (cumulative <= at).sum(axis=1), probabilities.shape[1] - 1
    )
    return chosen
