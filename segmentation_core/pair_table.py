"""Pair table: a hash table from pairs of labels to consecutive numbers, for kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from segmentation_core.compiled import compiled


@compiled
def table_of_pairs(capacity: int) -> Any:
    """Empty table: (capacity, 2) labels, 0 where free, and (capacity,) numbers.

    capacity : a power of two; not checked here.
    """
    return np.zeros((capacity, 2), np.int64), np.empty(capacity, np.int64)


@compiled
def place_of_pair(keys: Any, a: Any, b: Any) -> Any:
    """Place in the table where the pair stands or would stand. a > 0; linear probing."""
    mask = np.uint64(len(keys) - 1)
    mixed = np.uint64(a) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(b)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    place = np.int64(mixed & mask)
    while keys[place, 0] != 0 and (keys[place, 0] != a or keys[place, 1] != b):
        place = (place + 1) & np.int64(mask)
    return place


@compiled
def slot_of_pair(keys: Any, slots: Any, used: Any, a: Any, b: Any) -> Any:
    """Number of a pair of labels, a > 0, `used` if it is new; the table grows when half full.

    Returns (keys, slots, number, whether it is new).
    """
    place = place_of_pair(keys, a, b)
    if keys[place, 0] != 0:
        return keys, slots, slots[place], False
    keys[place, 0], keys[place, 1] = a, b
    slots[place] = used
    if 2 * (used + 1) > len(keys):
        larger, numbers = table_of_pairs(2 * len(keys))
        for k in range(len(keys)):
            if keys[k, 0] != 0:
                to = place_of_pair(larger, keys[k, 0], keys[k, 1])
                larger[to, 0], larger[to, 1] = keys[k, 0], keys[k, 1]
                numbers[to] = slots[k]
        return larger, numbers, used, True
    return keys, slots, used, True
