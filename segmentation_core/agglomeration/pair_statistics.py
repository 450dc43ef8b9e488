"""Pair statistics: what affinities say of each pair of fragments, as whole numbers.

Sums and counts of uint8 affinities, and histograms of them, are integers. They add up to the same
numbers in whatever blocks and order the voxels are visited.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmentation_core.compiled import compiled
from segmentation_core.pair_table import doubled_table, key_of_pair, place_of_key, table_of_pairs

N_BINS = 32  # of a histogram: eight affinity values each


class PairStatistics(NamedTuple):
    """Affinities across pairs of labels, first < second, sorted by both.

    first, second : (P,) int64, labels
    sums : (P, C) int64, of affinities 0 .. 255 between voxels of the two, by channel
    counts : (P, C) int64, of voxel pairs
    places : (P, 3) int64, sums of the (z, y, x) of voxels p over pairs that are neighbours
    histogram : (P, 32) int64 over the channels asked for, or (P, 0)
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    sums: NDArray[np.int64]
    counts: NDArray[np.int64]
    places: NDArray[np.int64]
    histogram: NDArray[np.int64]


def pair_statistics(
    labels: NDArray[np.int32],
    affinities: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    begin: tuple[int, int, int],
    end: tuple[int, int, int],
    *,
    histogram: NDArray[np.int64],
    origin: tuple[int, int, int] = (0, 0, 0),
) -> PairStatistics:
    """Statistics of the voxel pairs whose voxel p lies in a box.

    Parameters
    ----------
    labels : (z, y, x) int32, from 0 (none)
        May reach further than the box, so that p + offset finds its label.
    affinities : (C, z, y, x) uint8, of the box
        `affinities[:, 0, 0, 0]` is of voxel `begin`.
    offsets : (C, 3)
    begin, end : the box within `labels`
    histogram : (C,) int64, how often each channel counts in the histogram; all 0 for none
    origin : coordinates of `labels[0, 0, 0]`

    Pairs that leave `labels`, or touch label 0, are not counted.
    """
    columns = _accumulate(
        labels, affinities, offsets, np.array(begin), np.array(end), histogram, np.array(origin)
    )
    order = np.lexsort((columns[1], columns[0]))
    return PairStatistics(*(column[order] for column in columns))


@compiled
def _longer(rows: Any) -> Any:
    """The rows and as many rows of zeros."""
    longer = np.zeros((2 * rows.shape[0], rows.shape[1]), rows.dtype)
    longer[: rows.shape[0]] = rows
    return longer


@compiled
def _accumulate(
    labels: Any,
    affinities: Any,
    offsets: Any,
    begin: Any,
    end: Any,
    histogram: Any,
    origin: Any,
) -> Any:
    """One walk a section for all channels, so that its labels stay in the cache.

    Arrays grow between rows, never within one: a variable that is replaced in a loop costs the
    loop a counted reference at each look-up, three times the look-up itself.
    """
    n_channels = len(offsets)
    keys, slots = table_of_pairs(1 << 12)
    pairs = np.zeros((1 << 11, 2), np.int64)
    sums = np.zeros((1 << 11, n_channels), np.int64)
    counts = np.zeros((1 << 11, n_channels), np.int64)
    places = np.zeros((1 << 11, 3), np.int64)
    bins = np.zeros((1 << 11, N_BINS if histogram.any() else 0), np.int64)
    found = 0
    shape = labels.shape
    for z in range(begin[0], end[0]):
        for c in range(n_channels):
            oz, oy, ox = offsets[c, 0], offsets[c, 1], offsets[c, 2]
            if z + oz < 0 or z + oz >= shape[0]:
                continue
            near = abs(oz) + abs(oy) + abs(ox) == 1
            start, stop = max(begin[2], -ox), min(end[2], shape[2] - ox)
            if stop <= start:
                continue
            for y in range(max(begin[1], -oy), min(end[1], shape[1] - oy)):
                while found + stop - start > len(pairs):
                    pairs, sums, counts = _longer(pairs), _longer(sums), _longer(counts)
                    places, bins = _longer(places), _longer(bins)
                while 2 * (found + stop - start) > len(keys):
                    keys, slots = doubled_table(keys, slots)
                found = _row(
                    keys,
                    slots,
                    pairs,
                    sums[:, c],
                    counts[:, c],
                    places,
                    bins,
                    found,
                    labels[z, y, start:stop],
                    labels[z + oz, y + oy, start + ox : stop + ox],
                    affinities[c, z - begin[0], y - begin[1], start - begin[2] : stop - begin[2]],
                    near,
                    histogram[c],
                    (z + origin[0], y + origin[1], start + origin[2]),
                )
    return (
        pairs[:found, 0].copy(),
        pairs[:found, 1].copy(),
        sums[:found],
        counts[:found],
        places[:found],
        bins[:found],
    )


@compiled
def _row(
    keys: Any,
    slots: Any,
    pairs: Any,
    sums: Any,
    counts: Any,
    places: Any,
    bins: Any,
    found: Any,
    here: Any,
    there: Any,
    values: Any,
    near: Any,
    weight: Any,
    at: Any,
) -> Any:
    """Enter one row of one channel; the arrays have room. Returns how many pairs are known.

    Neighbours along x mostly belong to the pair before, whose numbers are entered once at its end.
    """
    last_a, last_b, last = np.int64(-1), np.int64(-1), np.int64(0)
    total, number, across = np.int64(0), np.int64(0), np.int64(0)
    for x in range(len(here)):
        one, two = here[x], there[x]
        if one == two or one == 0 or two == 0:
            continue
        a, b = np.int64(min(one, two)), np.int64(max(one, two))
        if a != last_a or b != last_b:
            if number > 0:
                sums[last] += total
                counts[last] += number
                if near:
                    places[last, 0] += number * at[0]
                    places[last, 1] += number * at[1]
                    places[last, 2] += across
            total, number, across = np.int64(0), np.int64(0), np.int64(0)
            last_a, last_b = a, b
            key = key_of_pair(a, b)
            place = place_of_key(keys, key)
            if keys[place] == 0:
                keys[place], slots[place] = key, found
                pairs[found, 0], pairs[found, 1] = a, b
                found += 1
            last = slots[place]
        total += np.int64(values[x])
        number += 1
        across += at[2] + x
        if weight > 0:
            bins[last, values[x] >> np.uint8(3)] += weight
    if number > 0:
        sums[last] += total
        counts[last] += number
        if near:
            places[last, 0] += number * at[0]
            places[last, 1] += number * at[1]
            places[last, 2] += across
    return found


def added(parts: list[PairStatistics]) -> PairStatistics:
    """Statistics of several boxes as one; the order of the parts does not matter."""
    first = np.concatenate([part.first for part in parts])
    second = np.concatenate([part.second for part in parts])
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    starts = np.ones(len(first), np.bool_)
    starts[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    where = np.flatnonzero(starts)

    def summed(columns: list[NDArray[np.int64]]) -> NDArray[np.int64]:
        rows = np.concatenate(columns)[order]
        if rows.size == 0:
            return rows[where]
        total: NDArray[np.int64] = np.add.reduceat(rows, where, axis=0)
        return total

    return PairStatistics(
        first[where],
        second[where],
        summed([part.sums for part in parts]),
        summed([part.counts for part in parts]),
        summed([part.places for part in parts]),
        summed([part.histogram for part in parts]),
    )
