"""Counting kernels: the loops of `packed_counts`; their arguments have been checked there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.compiled import compiled

_ID_BITS = np.uint64(28)
_WORD_BITS = np.uint64(8)


@compiled
def pack_rows(
    pre: NDArray[np.int64],
    post: NDArray[np.int64],
    word: NDArray[np.uint64],
    least: int,
    start: int,
    keys: NDArray[np.uint64],
    filled: int,
    table: NDArray[np.int64],
    listed: NDArray[np.int64],
    n: int,
) -> Any:
    """Pack rows into numbers, numbering new ids, until one of the arrays is full.

    pre, post : what is smaller than `least`, which is 0 or more, is no id; word : as long, or empty
    keys : filled from place `filled` on
    table : (a power of two, 2), an id and beside it, on the same line of the cache, its number; -2 where none stands
    listed : half as long; ids by their numbers, of which `n` are taken

    Returns the next row, the next place in `keys` and the next number.
    """
    mask = np.uint64(len(table) - 1)
    multiplier = np.uint64(0x9E3779B97F4A7C15)
    worded = len(word) > 0
    i = start
    while i < len(pre) and filled < len(keys) and n + 2 <= len(listed):
        packed = np.uint64(0)
        for side in range(2):
            value = pre[i] if side == 0 else post[i]
            number = np.uint64(0)
            if value >= least:
                mixed = np.uint64(value) * multiplier
                slot = (mixed ^ (mixed >> np.uint64(32))) & mask
                while table[slot, 0] != value and table[slot, 0] != -2:
                    slot = (slot + np.uint64(1)) & mask
                if table[slot, 0] == -2:
                    table[slot, 0] = value
                    table[slot, 1] = n
                    listed[n] = value
                    n += 1
                number = np.uint64(table[slot, 1])
            packed = (packed << _ID_BITS) | number
        packed = packed << _WORD_BITS
        if worded:
            packed |= word[i]
        keys[filled] = packed
        filled += 1
        i += 1
    return i, filled, n


@compiled
def group_sorted(
    keys: NDArray[np.uint64], different: NDArray[np.uint64], counts: NDArray[np.int64]
) -> Any:
    """Count equal numbers that follow one another; return how many different ones there are.

    different, counts : as long as `keys`, filled from the front
    """
    n = 0
    for i in range(len(keys)):
        if i and keys[i] == keys[i - 1]:
            counts[n - 1] += 1
        else:
            different[n] = keys[i]
            counts[n] = 1
            n += 1
    return n


@compiled
def merge_groups(
    keys: NDArray[np.uint64],
    counts: NDArray[np.int64],
    other_keys: NDArray[np.uint64],
    other_counts: NDArray[np.int64],
    all_keys: NDArray[np.uint64],
    all_counts: NDArray[np.int64],
) -> Any:
    """Merge two ascending lists, adding up the counts of equal keys; return the length.

    all_keys, all_counts : long enough for both
    """
    i, j, n = 0, 0, 0
    while i < len(keys) or j < len(other_keys):
        if j == len(other_keys) or (i < len(keys) and keys[i] < other_keys[j]):
            all_keys[n], all_counts[n] = keys[i], counts[i]
            i += 1
        elif i == len(keys) or other_keys[j] < keys[i]:
            all_keys[n], all_counts[n] = other_keys[j], other_counts[j]
            j += 1
        else:
            all_keys[n], all_counts[n] = keys[i], counts[i] + other_counts[j]
            i += 1
            j += 1
        n += 1
    return n
