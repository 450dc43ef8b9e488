"""Distinct: some of the whole numbers below a size, each set of so many equally likely.

A graph drawn without regard to its structure is such a set: number the ordered pairs of neurons
and draw as many as there are edges. Drawing until enough different ones have come gives every set
the same chance. It is fast while at most half are wanted; where more are, those left out are drawn.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ..compiled import compiled
from ..random_streams import below, unit
from .edge_set import home

_ONE = np.uint64(1)


@compiled
def distinct_numbers(state, size, count):  # type: ignore[no-untyped-def]
    """(count,) int64: distinct numbers in [0, size), every set equally likely, in any order.

    state : (4,) uint64, changed; 0 <= count <= size < 2**62; not checked here. Memory grows with
    `count` alone.
    """
    if count == 0:
        return np.empty(0, np.int64)
    if size <= 64 * count:
        return _distinct_in_bits(state, size, count)
    return _distinct_in_table(state, size, count)


@njit(inline="always")
def is_new(table, shift, key):  # type: ignore[no-untyped-def]
    """Put a key, not 0, into an open-addressing table; whether it was not there."""
    mask = table.shape[0] - 1
    slot = home(key, shift)
    while table[slot] != 0:
        if table[slot] == key:
            return False
        slot = (slot + 1) & mask
    table[slot] = key
    return True


@njit(inline="always")
def empty_table(count):  # type: ignore[no-untyped-def]
    """Table for `count` keys, at most half full, and the shift that finds a key's home."""
    n_bits = 4
    while (1 << n_bits) < 2 * count:
        n_bits += 1
    return np.zeros(1 << n_bits, np.uint64), np.uint64(64 - n_bits)


@compiled
def _distinct_in_table(state, size, count):  # type: ignore[no-untyped-def]
    """As `distinct_numbers`, for sparse sets."""
    table, shift = empty_table(count)
    numbers = np.empty(count, np.int64)
    found = 0
    while found < count:
        number = below(state, size)
        if is_new(table, shift, np.uint64(number) + _ONE):
            numbers[found] = number
            found += 1
    return numbers


@compiled
def _distinct_in_bits(state, size, count):  # type: ignore[no-untyped-def]
    """As `distinct_numbers`, for dense sets; ascending."""
    inverse = 2 * count > size
    marked = np.zeros((size + 63) >> 6, np.uint64)
    left = size - count if inverse else count
    while left > 0:
        number = below(state, size)
        word, bit = number >> 6, _ONE << np.uint64(number & 63)
        if not marked[word] & bit:
            marked[word] |= bit
            left -= 1
    numbers = np.empty(count, np.int64)
    found = 0
    for number in range(size):
        if ((marked[number >> 6] >> np.uint64(number & 63)) & _ONE != 0) != inverse:
            numbers[found] = number
            found += 1
    return numbers


@njit(inline="always")
def _gap(state, log_none):  # type: ignore[no-untyped-def]
    """Failures before the next success, where log_none < 0 is log(1 - p); as a float."""
    return np.floor(np.log(1.0 - unit(state)) / log_none)


@compiled
def bernoulli_numbers(state, size, p):  # type: ignore[no-untyped-def]
    """Ascending int64: each number in [0, size) with probability p, independently.

    state : (4,) uint64, changed; 0 <= size < 2**53; 0 <= p <= 1; not checked here. Goes from one
    to the next by the geometric gap between them, so time grows with the numbers drawn
    (Batagelj and Brandes 2005, doi:10.1103/PhysRevE.71.036113).
    """
    if p >= 1.0:
        return np.arange(size)
    mean = size * p
    numbers = np.empty(np.int64(mean + 6.0 * np.sqrt(mean) + 16.0), np.int64)
    if p <= 0.0 or size == 0:
        return numbers[:0]
    log_none = np.log1p(-p)
    found = 0
    at = _gap(state, log_none)
    while at < size:
        if found == numbers.shape[0]:
            longer = np.empty(2 * found, np.int64)
            longer[:found] = numbers
            numbers = longer
        numbers[found] = np.int64(at)
        found += 1
        at += 1.0 + _gap(state, log_none)
    return numbers[:found].copy()


@compiled
def binomial(state, size, p):  # type: ignore[no-untyped-def]
    """Draw how many of `size` independent trials succeed; as `bernoulli_numbers`."""
    if p >= 1.0:
        return np.int64(size)
    if p <= 0.0 or size == 0:
        return np.int64(0)
    log_none = np.log1p(-p)
    count = np.int64(0)
    at = _gap(state, log_none)
    while at < size:
        count += 1
        at += 1.0 + _gap(state, log_none)
    return count
