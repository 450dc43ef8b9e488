"""Tilt: the odds with which a channel shows each edge, where a null model draws graphs unevenly.

Under a null model of the true wiring, seen through a channel, pairs are seen independently with
probability q_ij. Of all graphs that have what the null keeps of the graph seen, its degrees for
instance, each then comes with probability in proportion to the product over its edges of the odds
q_ij / (1 - q_ij). They are a ratio of two sums ::

    (false + true t) / ((1 - false) + (1 - true) t),   t = x_i y_j f

with t the odds of the true connection, see `true_odds`. A chain compares products of such
odds (Metropolis et al. 1953, doi:10.1063/1.1699114), and needs no matrix of all pairs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..compiled import compiled
from ..random_streams import State, next_word, pick
from .edge_set import home
from .pair_channel import Channel
from .true_odds import TrueOdds

_TO_UNIT = 1.0 / (1 << 53)
# So that products of two odds are numbers of float32.
_LEAST, _MOST = 1e-8, 1e8
_END = np.dtype([("odds", np.float32), ("row", np.uint32)])


class Tilt(NamedTuple):
    """Odds of every pair, as kernels read them.

    Attributes
    ----------
    senders, receivers : (N,) records
        ``odds`` float32: x or y; ``row`` uint32: what the neuron's class adds to the row of a pair
        in `table`.
    table : (C, 4) float32
        The two coefficients above and the two beneath, of a pair of classes.
    """

    senders: NDArray[np.void]
    receivers: NDArray[np.void]
    table: NDArray[np.float32]


class Own(NamedTuple):
    """Coefficients of pairs that have their own, in a hash table.

    Attributes
    ----------
    keys : (K,) uint64
        1 + ``sender * N + receiver``; 0 where empty.
    table : (K, 4) float32
    shift : uint64
    """

    keys: NDArray[np.uint64]
    table: NDArray[np.float32]
    shift: np.uint64


class Tilted(NamedTuple):
    """What a chain is tilted by. Kernels take the two apart and compile without what is None."""

    tilt: Tilt | None
    own: Own | None


EVEN = Tilted(None, None)


def tilt_of(channel: Channel, odds: TrueOdds) -> Tilted:
    """Make the tilt of a channel and the odds of true connections behind it."""
    n_nodes, n_receivers = len(channel.sender_class), channel.false.shape[1]
    senders, receivers = np.empty(n_nodes, _END), np.empty(n_nodes, _END)
    senders["odds"] = np.clip(odds.sender, _LEAST, _MOST)
    receivers["odds"] = np.clip(odds.receiver, _LEAST, _MOST)
    senders["row"] = channel.sender_class * n_receivers
    receivers["row"] = channel.receiver_class
    table = _coefficients(channel.false.ravel(), channel.true.ravel(), odds.factor.ravel())
    tilt = Tilt(senders, receivers, table)
    if not len(channel.pairs):
        return Tilted(tilt, None)
    pre, post = np.divmod(channel.pairs, n_nodes)
    factor = odds.factor[channel.sender_class[pre], channel.receiver_class[post]]
    own = _coefficients(channel.pair_false, channel.pair_true, factor)
    return Tilted(tilt, Own(*fill_own(channel.pairs, own)))


def fill_own(
    pairs: NDArray[np.int64], values: NDArray[np.float32]
) -> tuple[NDArray[np.uint64], NDArray[np.float32], np.uint64]:
    """Put (P, C) values of pairs into a hash table: its keys, values and shift; see `own_place`."""
    n_bits = int(2 * len(pairs)).bit_length()
    keys = np.zeros(1 << n_bits, np.uint64)
    table = np.zeros((1 << n_bits, values.shape[1]), np.float32)
    shift = np.uint64(64 - n_bits)
    _fill(keys, table, shift, pairs, values)
    return keys, table, shift


def _coefficients(
    false: NDArray[np.float64], true: NDArray[np.float64], factor: NDArray[np.float64]
) -> NDArray[np.float32]:
    columns = [false, true * factor, 1.0 - false, (1.0 - true) * factor]
    return np.ascontiguousarray(np.column_stack(columns), np.float32).reshape(-1, 4)


@compiled
def _fill(table, values, shift, pairs, own):  # type: ignore[no-untyped-def]
    mask = table.shape[0] - 1
    for e in range(pairs.shape[0]):
        key = np.uint64(pairs[e]) + np.uint64(1)
        slot = home(key, shift)
        while table[slot] != 0:
            slot = (slot + 1) & mask
        table[slot] = key
        values[slot] = own[e]


@compiled
def own_place(keys, shift, number):  # type: ignore[no-untyped-def]
    """Where a pair, ``sender * N + receiver``, has coefficients of its own, or -1."""
    key = np.uint64(number) + np.uint64(1)
    mask = keys.shape[0] - 1
    slot = home(key, shift)
    while keys[slot] != 0:
        if keys[slot] == key:
            return slot
        slot = (slot + 1) & mask
    return np.int64(-1)


@compiled
def one_of(count, state):  # type: ignore[no-untyped-def]
    """Draw one of so many."""
    return pick(next_word(state), count)


def tilt_for(tilts: tuple[Tilted, ...], state: State) -> Tilted:
    """The tilt that a sample is drawn by: the only one, or one of several at random."""
    if len(tilts) > 1:
        return tilts[int(one_of(len(tilts), state))]
    return tilts[0] if tilts else EVEN


@njit(inline="always")
def chance(word):  # type: ignore[no-untyped-def]
    """A number from [0, 1) of the upper 53 bits of a word."""
    return np.float64(word >> np.uint64(11)) * _TO_UNIT


@njit(inline="always")
def _odds(tilt, a, b):  # type: ignore[no-untyped-def]
    """Odds that the edge from a to b is seen by its classes, as two float32 to be divided."""
    # Unsigned places are not asked whether they count from the end.
    i, j = np.uint64(a), np.uint64(b)
    t = tilt.senders[i].odds * tilt.receivers[j].odds
    k = np.uint64(tilt.senders[i].row) + np.uint64(tilt.receivers[j].row)
    return tilt.table[k, 0] + tilt.table[k, 1] * t, tilt.table[k, 2] + tilt.table[k, 3] * t


@compiled
def odds_of(tilt, own, a, b):  # type: ignore[no-untyped-def]
    """Odds that the edge from a to b is seen, as two float32 to be divided."""
    above, beneath = _odds(tilt, a, b)
    if own is not None:
        place = own_place(own.keys, own.shift, np.int64(a) * tilt.senders.shape[0] + np.int64(b))
        if place >= 0:
            t = tilt.senders[a].odds * tilt.receivers[b].odds
            above = own.table[place, 0] + own.table[place, 1] * t
            beneath = own.table[place, 2] + own.table[place, 3] * t
    return above, beneath


@compiled
def decide_switches(  # type: ignore[no-untyped-def]
    tilt, own, senders, receivers, words, coins, i, first, width, decided
):
    """Say which switches the odds allow, on receivers as they are now.

    The switches are those of `switching`: of slot i and those after it, each with one of the
    window. Written to `decided`, (K, 3): the two receivers, and 1 where it may be made. This stands
    apart from the chain since numba counts references to a tuple's arrays wherever a loop
    branches, at ten times the cost of the odds.
    """
    n_edges = senders.shape[0]
    for t in range(words.shape[0]):
        j = first + pick(words[t], width)
        if j >= n_edges:
            j -= n_edges
        a, b = senders[i], receivers[i]
        c, d = senders[j], receivers[j]
        i = i + 1 if i + 1 < n_edges else 0
        if own is None:
            ab, no_ab = _odds(tilt, a, b)
            cd, no_cd = _odds(tilt, c, d)
            ad, no_ad = _odds(tilt, a, d)
            cb, no_cb = _odds(tilt, c, b)
        else:
            ab, no_ab = odds_of(tilt, own, a, b)
            cd, no_cd = odds_of(tilt, own, c, d)
            ad, no_ad = odds_of(tilt, own, a, d)
            cb, no_cb = odds_of(tilt, own, c, b)
        # Two float32 of these never multiply to 0; four may.
        before = np.float64(ab * cd) * np.float64(no_ad * no_cb)
        after = np.float64(ad * cb) * np.float64(no_ab * no_cd)
        decided[t, 0], decided[t, 1] = b, d
        decided[t, 2] = np.int32(chance(coins[t]) * before < after)


@compiled
def reversal_accepted(tilt, own, word, a, b, c):  # type: ignore[no-untyped-def]
    """Whether a->b->c->a may become c->b->a->c, by a random word."""
    before, after = 1.0, 1.0
    for x, y in ((a, b), (b, c), (c, a)):
        seen, unseen = odds_of(tilt, own, x, y)
        back, no_back = odds_of(tilt, own, y, x)
        before *= seen * no_back
        after *= back * unseen
    return chance(word) * before < after


@compiled
def log_odds_change(tilt, own, ends, moved):  # type: ignore[no-untyped-def]
    """Logarithm of what a step changes a graph's weight by.

    ends : (2 moved or more, 2), the edges it takes away, then as many that it adds.
    """
    total = 0.0
    for e in range(moved):
        seen, unseen = odds_of(tilt, own, ends[e, 0], ends[e, 1])
        total -= np.log(seen / unseen)
        seen, unseen = odds_of(tilt, own, ends[moved + e, 0], ends[moved + e, 1])
        total += np.log(seen / unseen)
    return total
