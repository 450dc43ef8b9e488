"""Weighted pairs: ordered pairs of neurons drawn with weights, and sets of them without repetition.

A pair's weight is that of its two classes, or its own. A pair is drawn in constant time: first the
pair of classes, by Walker's alias method (1977, doi:10.1145/355744.355749; tables after Vose 1991,
doi:10.1109/32.92917), then a neuron of each.

A set of so many different pairs, each set in proportion to the product of its weights, is drawn by
replacing its pairs in turn: each by one drawn by weight among those that are not in the set (Gibbs
sampling). No draw is refused, so after the first round nothing of the first set is left but what
exclusion carries on, and a few rounds do.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..compiled import compiled
from ..random_streams import next_word, pick
from .distinct import empty_table
from .edge_set import home
from .tilt import chance, own_place

Floats = NDArray[np.float64]
# A pair that is found in the set so often in a row stays as it is.
_MOST_TRIES = 100_000
# A bit costs less to clear than a key to find in a hash table, up to so many.
_BITS_PER_PAIR = 256
# Pairs drawn ahead.
_AT_ONCE = 256


class WeightedPairs(NamedTuple):
    """What pairs are drawn by.

    Attributes
    ----------
    share, other : (C + P,) float64, int32
        Alias table of the pairs of classes, row by row, and of pairs with a weight of their own.
    n_columns : int
        Classes of receivers.
    senders, receivers : (N,) int32
        Neurons by class.
    sender_bounds, receiver_bounds : (S + 1,), (R + 1,) int64
        Where classes begin.
    own : (P,) int64, ascending
        Pairs with a weight of their own, ``sender * N + receiver``.
    own_keys : (K,) uint64
        The same in a hash table; see `tilt.own_place`.
    own_shift : uint64
    """

    share: Floats
    other: NDArray[np.int32]
    n_columns: int
    senders: NDArray[np.int32]
    receivers: NDArray[np.int32]
    sender_bounds: NDArray[np.int64]
    receiver_bounds: NDArray[np.int64]
    own: NDArray[np.int64]
    own_keys: NDArray[np.uint64]
    own_shift: np.uint64


def weighted_pairs(
    sender_class: NDArray[np.int32],
    receiver_class: NDArray[np.int32],
    weights: Floats,
    own: NDArray[np.int64],
    own_weights: Floats,
) -> WeightedPairs:
    """Make the tables that pairs are drawn by.

    Parameters
    ----------
    sender_class, receiver_class : (N,) int32
    weights : (S, R) float64
        Of a pair by its classes, at least 0.
    own : (P,) int64, ascending
        Pairs with a weight of their own, as ``sender * N + receiver``.
    own_weights : (P,) float64
    """
    n_rows, n_columns = weights.shape
    senders, sender_bounds = _by_class(sender_class, n_rows)
    receivers, receiver_bounds = _by_class(receiver_class, n_columns)
    pairs = np.outer(np.diff(sender_bounds), np.diff(receiver_bounds))
    share, other = _alias(np.concatenate([(weights * pairs).ravel(), own_weights]))
    n_bits = int(2 * len(own)).bit_length() if len(own) else 0
    keys = np.zeros(1 << n_bits, np.uint64)
    shift = np.uint64(64 - n_bits) if n_bits else np.uint64(0)
    _fill_keys(keys, shift, own)
    return WeightedPairs(
        *(share, other, n_columns, senders, receivers, sender_bounds, receiver_bounds),
        *(own, keys, shift),
    )


def _by_class(of: NDArray[np.int32], count: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    bounds = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=count))])
    return np.argsort(of, kind="stable").astype(np.int32), bounds.astype(np.int64)


@compiled
def _fill_keys(table, shift, pairs):  # type: ignore[no-untyped-def]
    mask = table.shape[0] - 1
    for e in range(pairs.shape[0]):
        key = np.uint64(pairs[e]) + np.uint64(1)
        slot = home(key, shift)
        while table[slot] != 0:
            slot = (slot + 1) & mask
        table[slot] = key


@compiled
def _alias(weights):  # type: ignore[no-untyped-def]
    """Shares and others of an alias table; weights: (C,) of at least 0, not all 0."""
    count = weights.shape[0]
    share = weights * (count / weights.sum())
    other = np.arange(count).astype(np.int32)
    small, large = np.empty(count, np.int32), np.empty(count, np.int32)
    n_small, n_large = 0, 0
    for k in range(count):
        if share[k] < 1.0:
            small[n_small] = k
            n_small += 1
        else:
            large[n_large] = k
            n_large += 1
    while n_small > 0 and n_large > 0:
        n_small -= 1
        k, m = small[n_small], large[n_large - 1]
        other[k] = m
        share[m] -= 1.0 - share[k]
        if share[m] < 1.0:
            n_large -= 1
            small[n_small] = m
            n_small += 1
    for t in range(n_small):  # by rounding; a weight of 0 is never left here but by it
        share[small[t]] = 1.0 if weights[small[t]] > 0 else 0.0
    for t in range(n_large):
        share[large[t]] = 1.0
    return share, other


@compiled
def _draw_pairs(pairs, drawn, state):  # type: ignore[no-untyped-def]
    """Draw ordered pairs of different neurons by weight, each on its own, into `drawn`, (K, 2).

    Many at once, since the loop then has next to nothing for the processor to guess wrong.
    """
    share, other, n_columns = pairs.share, pairs.other, pairs.n_columns
    senders, receivers, own = pairs.senders, pairs.receivers, pairs.own
    sender_bounds, receiver_bounds = pairs.sender_bounds, pairs.receiver_bounds
    n_nodes = np.int64(senders.shape[0])
    n_own = own.shape[0]
    n_classes = share.shape[0] - n_own
    # There are few pairs of classes, so that a product of floats finds the row.
    rows = 1.0 / n_columns
    t = 0
    while t < drawn.shape[0]:
        place = chance(next_word(state)) * share.shape[0]
        k = np.uint64(place)
        instead = np.uint64(other[k])
        k = instead if place - k >= share[k] else k
        if k >= n_classes:
            number = own[k - np.uint64(n_classes)]
            drawn[t, 0], drawn[t, 1] = number // n_nodes, number % n_nodes
            t += 1
            continue
        # Unsigned places are not asked whether they count from the end.
        s = np.uint64((np.float64(k) + 0.5) * rows)
        r = k - s * np.uint64(n_columns)
        first, last = sender_bounds[s], sender_bounds[s + np.uint64(1)]
        begin, end = receiver_bounds[r], receiver_bounds[r + np.uint64(1)]
        # A place in an empty class is some other neuron's, and is drawn again.
        place_a = min(
            np.uint64(first + pick(next_word(state), last - first)), np.uint64(n_nodes - 1)
        )
        place_b = min(
            np.uint64(begin + pick(next_word(state), end - begin)), np.uint64(n_nodes - 1)
        )
        a, b = np.int64(senders[place_a]), np.int64(receivers[place_b])
        drawn[t, 0], drawn[t, 1] = a, b
        good = (a != b) & (first < last) & (begin < end)
        if n_own > 0 and good:
            good = own_place(pairs.own_keys, pairs.own_shift, a * n_nodes + b) < 0
        t += int(good)


@njit(inline="always")
def _key(n_nodes, a, b, ordered):  # type: ignore[no-untyped-def]
    """Number of a pair, above 0; of an unordered one the same both ways."""
    if not ordered and a > b:
        return np.uint64(b * n_nodes + a + 1)
    return np.uint64(a * n_nodes + b + 1)


@compiled
def _find(table, shift, key):  # type: ignore[no-untyped-def]
    """Where a key is, or would be."""
    mask = table.shape[0] - 1
    slot = home(key, shift)
    while table[slot] != 0 and table[slot] != key:
        slot = (slot + 1) & mask
    return slot


@compiled
def _take_out(table, shift, slot):  # type: ignore[no-untyped-def]
    """Empty a slot and move up what was put behind it for want of room."""
    mask = table.shape[0] - 1
    hole = slot
    slot = (slot + 1) & mask
    while table[slot] != 0:
        wanted = home(table[slot], shift)
        if ((slot - wanted) & mask) >= ((slot - hole) & mask):
            table[hole] = table[slot]
            hole = slot
        slot = (slot + 1) & mask
    table[hole] = 0


@compiled
def occupied(senders, receivers, n_nodes, ordered, room):  # type: ignore[no-untyped-def]
    """Set of pairs, with room for `room` in all: bits where these are few, or a hash table.

    Returns bits (one of them, for none), the table (likewise) and its shift.
    """
    if n_nodes * n_nodes <= _BITS_PER_PAIR * room:
        bits = np.zeros((n_nodes * n_nodes >> 6) + 1, np.uint64)
        table, shift = np.zeros(1, np.uint64), np.uint64(0)
    else:
        bits = np.zeros(0, np.uint64)
        table, shift = empty_table(room)
    for e in range(senders.shape[0]):
        key = _key(n_nodes, np.int64(senders[e]), np.int64(receivers[e]), ordered)
        if bits.shape[0] > 0:
            bits[key >> np.uint64(6)] |= np.uint64(1) << (key & np.uint64(63))
        else:
            table[_find(table, shift, key)] = key
    return bits, table, shift


@compiled
def replace_in_turn(senders, receivers, bits, table, shift, pairs, ordered, state):  # type: ignore[no-untyped-def]
    """Replace every pair by one drawn by weight among those not in the set; how many changed.

    senders, receivers : (E,) int32, changed in place; bits, table, shift : from `occupied`, with
    these and perhaps other pairs in it, changed in place; pairs : WeightedPairs; not checked here.
    """
    n_nodes = pairs.senders.shape[0]
    in_bits = bits.shape[0] > 0
    drawn = np.empty((min(_AT_ONCE, senders.shape[0]), 2), np.int64)
    used = drawn.shape[0]
    one, low, six = np.uint64(1), np.uint64(63), np.uint64(6)
    changed = 0
    for e in range(senders.shape[0]):
        before_a, before_b = np.int64(senders[e]), np.int64(receivers[e])
        key = _key(n_nodes, before_a, before_b, ordered)
        if in_bits:
            bits[key >> six] &= ~(one << (key & low))
        else:
            _take_out(table, shift, _find(table, shift, key))
        a, b = before_a, before_b
        for _ in range(_MOST_TRIES):
            if used == drawn.shape[0]:
                _draw_pairs(pairs, drawn, state)
                used = 0
            c, d = drawn[used, 0], drawn[used, 1]
            used += 1
            other = _key(n_nodes, c, d, ordered)
            if in_bits:
                there = bits[other >> six] & (one << (other & low)) != 0
            else:
                there = table[_find(table, shift, other)] != 0
            if not there:
                a, b, key = c, d, other
                break
        if in_bits:
            bits[key >> six] |= one << (key & low)
        else:
            table[_find(table, shift, key)] = key
        senders[e], receivers[e] = a, b
        changed += a != before_a or b != before_b
    return changed


def rounds_for(pairs: float, joined: int) -> int:
    """Rounds after which a thousandth or so is left of what exclusion carries on from the first set.

    Examples
    --------
    >>> rounds_for(40_000, 1_000), rounds_for(40_000, 20_000)
    (2, 9)
    """
    density = min(max(joined / max(pairs, 1), 1e-9), 0.99)
    return max(2, math.ceil(math.log(2e-3) / math.log(density)))
