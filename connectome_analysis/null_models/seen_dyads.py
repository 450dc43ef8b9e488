"""Seen dyads: the dyad null seen through a channel, with the mutual and one-way pairs of the graph seen.

Truly mutual, one-way and unconnected pairs fall on the neurons evenly; what each is seen as, the
channel says. Of all graphs with as many mutual and as many one-way pairs as the one seen, each comes
in proportion to the odds of what its pairs are; see `weighted_pairs`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph
from ..random_streams import State
from ..whole_numbers import require_whole
from .draw import Draw, EdgeArray, Mixing, edges_kept
from .dyad import KEEPS
from .dyad_channel import DyadChannel, dyad_channel_of, seen_states
from .options import require_choice
from .pair_channel import Channel
from .seen_pairs import divided
from .tilt import one_of
from .weighted_pairs import WeightedPairs, occupied, replace_in_turn, rounds_for, weighted_pairs

Floats = NDArray[np.float64]


class _Choices(NamedTuple):
    one_way: WeightedPairs
    mutual: WeightedPairs


class SeenDyadsSampler:
    """Draws graphs of the dyad null as a channel shows them.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    channels : tuple of Channel
        Each sample takes one of them.
    fixed : {"counts"}
        The numbers of mutual and of one-way pairs are those of `g`.
    rounds : int, optional
        How often each joined pair is replaced; 2 where left out, or more for a dense graph.

    Attributes
    ----------
    length : (str, int)
        The option that sets the length of the chain, and its value.
    true_weights : one (4,) for each channel
        Shares of pairs truly nothing, forth, back and both.
    """

    def __init__(
        self,
        g: Graph,
        channels: tuple[Channel, ...],
        *,
        fixed: Literal["counts"] = "counts",
        rounds: int | None = None,
    ) -> None:
        from ..measures.reciprocity import reciprocal_edges  # measures may come to need nulls

        require_choice("With errors fixed", fixed, ("counts",))
        if rounds is None:
            rounds = rounds_for(g.n_nodes * (g.n_nodes - 1) / 2, g.n_edges)
        require_whole("rounds", rounds)
        self.keeps = KEEPS
        self.length = ("rounds", int(rounds))
        self._g = g
        answered = np.asarray(reciprocal_edges(g))
        once = answered & (g.out_sources < g.out_indices)
        self._one_way = (g.out_sources[~answered], g.out_indices[~answered])
        self._mutual = (g.out_sources[once], g.out_indices[once])
        n_one, n_two = len(self._one_way[0]), len(self._mutual[0])
        self.true_weights: tuple[tuple[float, ...], ...] = ()
        self._choices: tuple[_Choices, ...] = ()
        if g.n_edges:
            dyads = [dyad_channel_of(channel) for channel in channels]
            self.true_weights = tuple(_true_weights(one, n_one, n_two) for one in dyads)
            self._choices = tuple(map(_choices_of, dyads, self.true_weights))

    def draw(self, state: State) -> Draw:
        """Draw one graph; see `Sampler.draw`. Edges come in any order."""
        g = self._g
        if not self._choices:
            none = Mixing(proposals=0, accepted=0, edges_kept=1.0)
            return Draw(g.out_sources.copy(), g.out_indices.copy(), None, none)
        one = 0 if len(self._choices) == 1 else int(one_of(len(self._choices), state))
        choices = self._choices[one]
        single = (self._one_way[0].copy(), self._one_way[1].copy())
        double = (self._mutual[0].copy(), self._mutual[1].copy())
        joined = _joined(single, double)
        held = occupied(*joined, g.n_nodes, False, len(joined[0]))
        rounds, changed = self.length[1], 0
        for _ in range(rounds):
            for ends, choice in ((single, choices.one_way), (double, choices.mutual)):
                changed += int(replace_in_turn(*ends, *held, choice, False, state))
        senders, receivers = _joined(_joined(single, double), double[::-1])
        mixing = Mixing(
            proposals=rounds * len(joined[0]),
            accepted=changed,
            edges_kept=edges_kept(g, senders, receivers),
        )
        return Draw(senders, receivers, None, mixing)


def _joined(one: tuple[EdgeArray, ...], two: tuple[EdgeArray, ...]) -> tuple[EdgeArray, EdgeArray]:
    return np.concatenate([one[0], two[0]]), np.concatenate([one[1], two[1]])


def _choices_of(dyads: DyadChannel, weights: tuple[float, ...]) -> _Choices:
    nothing, forth, _, both = _by_class(dyads, weights)
    own_nothing, own_forth, own_back, own_both = _of_own(dyads, weights)
    n_nodes = len(dyads.of)
    numbers = np.concatenate(
        [dyads.first * n_nodes + dyads.second, dyads.second * n_nodes + dyads.first]
    )
    order = np.argsort(numbers)

    def pairs(by_class: Floats, one: Floats, other: Floats) -> WeightedPairs:
        own = np.concatenate([divided(one, own_nothing), divided(other, own_nothing)])
        odds = divided(by_class, nothing)
        if not odds.any() and not own.any():  # none of this kind is seen, nor is any asked for
            odds = np.ones_like(odds)
        return weighted_pairs(dyads.of, dyads.of, odds, numbers[order], own[order])

    return _Choices(pairs(forth, own_forth, own_back), pairs(both, own_both, own_both))


def _by_class(
    dyads: DyadChannel, weights: tuple[float, ...]
) -> tuple[Floats, Floats, Floats, Floats]:
    return seen_states((dyads.false, dyads.false.T), (dyads.true, dyads.true.T), weights)


def _of_own(
    dyads: DyadChannel, weights: tuple[float, ...]
) -> tuple[Floats, Floats, Floats, Floats]:
    false, true = dyads.own_false.T, dyads.own_true.T
    return seen_states((false[0], false[1]), (true[0], true[1]), weights)


def _true_weights(dyads: DyadChannel, n_one: int, n_two: int) -> tuple[float, ...]:
    """Weights of the true states for which as many pairs of each kind are expected as were seen."""
    from scipy.optimize import least_squares

    size = np.bincount(dyads.of, minlength=len(dyads.false)).astype(np.float64)
    number = np.outer(size, size)
    number[np.diag_indices_from(number)] -= size
    np.subtract.at(number, (dyads.of[dyads.first], dyads.of[dyads.second]), 1.0)
    np.subtract.at(number, (dyads.of[dyads.second], dyads.of[dyads.first]), 1.0)

    def weights_of(logs: Floats) -> tuple[float, ...]:
        one, two = np.exp(logs)
        total = 1 + 2 * one + two
        return 1 / total, one / total, one / total, two / total

    def off(logs: Floats) -> Floats:
        weights = weights_of(logs)
        _, forth, back, both = _by_class(dyads, weights)
        _, own_forth, own_back, own_both = _of_own(dyads, weights)
        # Every unordered pair of neurons is in `number` twice.
        one = ((forth + back) * number).sum() / 2 + (own_forth + own_back).sum()
        two = (both * number).sum() / 2 + own_both.sum()
        return np.array([(one - n_one) / max(n_one, 1), (two - n_two) / max(n_two, 1)])

    pairs = max(number.sum() / 2 + len(dyads.first), 1.0)
    begin = np.log([max(n_one, 0.5) / (2 * pairs), max(n_two, 0.5) / pairs])
    found = least_squares(off, np.clip(begin, -29, 19), bounds=(-30, 20), xtol=1e-10)
    return weights_of(found.x)
