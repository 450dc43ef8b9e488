"""Pair table: a hash table from pairs of labels to numbers, for kernels.

A label's first eight partners share a cache line that follows from the label, and labels that are
near in space have near numbers, so that a walk through a volume stays in the cache. Further partners are scattered, so that a label with very many
costs no more than others.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from segmentation_core.compiled import compiled


@compiled
def table_of_pairs(capacity: int) -> Any:
    """Empty table: (capacity,) keys, 0 where free, and (capacity,) numbers.

    capacity : a power of two, at least 8; not checked here.
    """
    return np.zeros(capacity, np.int64), np.empty(capacity, np.int64)


@compiled
def place_of_key(keys: Any, key: Any) -> Any:
    """Place in the table where the key stands or would stand."""
    mask = len(keys) - 1
    near = ((key >> 32) << 3) & mask
    for k in range(8):
        place = near | ((key + k) & 7)
        if keys[place] == 0 or keys[place] == key:
            return place
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    place = np.int64(mixed & np.uint64(mask))
    while keys[place] != 0 and keys[place] != key:
        place = (place + 1) & mask
    return place


@compiled
def key_of_pair(a: Any, b: Any) -> Any:
    """Both labels in one number; 0 < a < 2**31, 0 <= b < 2**31; not checked here."""
    return (np.int64(a) << 32) | np.int64(b)


@compiled
def doubled_table(keys: Any, slots: Any) -> Any:
    """The same table with twice the room.

    Kernels call it between rows, when a row could fill more than half, and look up places
    themselves: an array that a loop replaces costs each look-up a counted reference.
    """
    larger, numbers = table_of_pairs(2 * len(keys))
    for k in range(len(keys)):
        if keys[k] != 0:
            to = place_of_key(larger, keys[k])
            larger[to] = keys[k]
            numbers[to] = slots[k]
    return larger, numbers
