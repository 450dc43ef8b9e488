"""Contingency table: how many voxels each pair of a true and a predicted label shares.

Labels change rarely along a row, so voxels are counted by runs: eight at a time are compared with
the pair before, and only where one differs is the run written to a hash table. Ids keep all their
64 bits and are never array indices. Tables of blocks add up to the table of the whole.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled

_VOXELS_AT_ONCE = 1 << 24


@dataclass(frozen=True, kw_only=True)
class Contingency:
    """Voxels that pairs of labels share.

    Attributes
    ----------
    truth_id, prediction_id : (K,) uint64
        The pairs that occur, sorted by truth, then prediction; label 0 is kept.
    n_voxels : (K,) int64
        At least 1.
    """

    truth_id: NDArray[np.uint64]
    prediction_id: NDArray[np.uint64]
    n_voxels: NDArray[np.int64]

    @property
    def total(self) -> int:
        """Voxels counted."""
        return int(self.n_voxels.sum())

    @cached_property
    def truth_sizes(self) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
        """Ids of the true segments, their voxels, and the position of each row's among them."""
        return _sizes(self.truth_id, self.n_voxels)

    @cached_property
    def prediction_sizes(self) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
        """Ids of the predicted segments, their voxels, and the position of each row's."""
        return _sizes(self.prediction_id, self.n_voxels)

    def without(
        self, *, truth: Collection[int] = (), prediction: Collection[int] = ()
    ) -> Contingency:
        """The table without voxels whose true or predicted label is one of these."""
        keep = np.ones(len(self.n_voxels), bool)
        if len(truth):
            keep &= ~np.isin(self.truth_id, np.array(list(truth), np.uint64))
        if len(prediction):
            keep &= ~np.isin(self.prediction_id, np.array(list(prediction), np.uint64))
        return Contingency(
            truth_id=self.truth_id[keep],
            prediction_id=self.prediction_id[keep],
            n_voxels=self.n_voxels[keep],
        )

    def __add__(self, other: Contingency) -> Contingency:
        return merge_contingencies([self, other])


def contingency(truth: Any, prediction: Any, *, n_jobs: int | None = 1) -> Contingency:
    """Count the voxels that each pair of labels shares.

    Parameters
    ----------
    truth, prediction : arrays of any integer type and the same shape
        Labels, none negative; 0 is counted like any other. Ids up to 2**64 - 1 stay whole.
    n_jobs : int, optional
        Threads; None takes all processors this process may use.

    Returns
    -------
    Contingency
        Empty for empty arrays.

    Raises
    ------
    ValueError
        Where shapes differ, labels are no integers, or one is negative.

    Examples
    --------
    >>> import numpy as np
    >>> table = contingency(np.array([[1, 1, 2]]), np.array([[7, 7, 0]]))
    >>> table.truth_id.tolist(), table.prediction_id.tolist(), table.n_voxels.tolist()
    ([1, 2], [7, 0], [2, 1])
    """
    truth = _labels(truth, "truth")
    prediction = _labels(prediction, "prediction")
    if truth.shape != prediction.shape:
        msg = (
            f"truth and prediction must have the same shape, got {truth.shape} and "
            f"{prediction.shape}; crop one to the other."
        )
        raise ValueError(msg)
    tables = [
        Contingency(truth_id=ids[0], prediction_id=ids[1], n_voxels=counts)
        for ids, counts in _map_threads(_count, list(_blocks(truth, prediction)), n_jobs)
    ]
    return merge_contingencies(tables)


def merge_contingencies(tables: Iterable[Contingency]) -> Contingency:
    """Add tables of disjoint blocks up: the table of the whole, whatever the blocks.

    Parameters
    ----------
    tables : iterable of Contingency
        In any order.

    Returns
    -------
    Contingency
    """
    listed = list(tables)
    if len(listed) == 0:
        empty = np.zeros(0, np.uint64)
        return Contingency(truth_id=empty, prediction_id=empty, n_voxels=np.zeros(0, np.int64))
    truth = np.concatenate([table.truth_id for table in listed])
    prediction = np.concatenate([table.prediction_id for table in listed])
    n_voxels = np.concatenate([table.n_voxels for table in listed])
    order = np.lexsort((prediction, truth))
    truth, prediction, n_voxels = truth[order], prediction[order], n_voxels[order]
    if len(truth) == 0:
        return Contingency(truth_id=truth, prediction_id=prediction, n_voxels=n_voxels)
    new = np.ones(len(truth), bool)
    new[1:] = (truth[1:] != truth[:-1]) | (prediction[1:] != prediction[:-1])
    return Contingency(
        truth_id=truth[new],
        prediction_id=prediction[new],
        n_voxels=np.add.reduceat(n_voxels, np.flatnonzero(new)),
    )


def _sizes(
    ids: NDArray[np.uint64], n_voxels: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """Distinct ids, their voxels, and the position of each row's id among them."""
    names, position = np.unique(ids, return_inverse=True)
    sizes = np.zeros(len(names), np.int64)
    np.add.at(sizes, position, n_voxels)
    return names, sizes, np.asarray(position, np.int64)


def _labels(labels: Any, name: str) -> NDArray[Any]:
    """Labels as an array of unsigned integers, or one clear line."""
    array = np.asarray(labels)
    if array.dtype == np.bool_:
        array = array.view(np.uint8)
    if array.dtype.kind not in "iu":
        msg = (
            f"{name} must hold integer labels, got {array.dtype}; ids above 2**53 do not survive "
            "a float, so read them as integers."
        )
        raise ValueError(msg)
    if array.dtype.kind == "i":
        if array.size and int(array.min()) < 0:
            msg = f"{name} must hold no negative label, got {int(array.min())}; 0 is no neuron."
            raise ValueError(msg)
        array = array.view(array.dtype.str.replace("i", "u"))
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array


def _blocks(
    truth: NDArray[Any], prediction: NDArray[Any]
) -> Iterable[tuple[NDArray[Any], NDArray[Any]]]:
    """The two arrays in pieces of some 16 million voxels, whole rows each."""
    if truth.ndim <= 1 or truth.size <= _VOXELS_AT_ONCE:
        yield truth, prediction
        return
    rows = max(1, _VOXELS_AT_ONCE * truth.shape[0] // truth.size)
    for first in range(0, truth.shape[0], rows):
        yield truth[first : first + rows], prediction[first : first + rows]


def _count(
    block: tuple[NDArray[Any], NDArray[Any]],
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """(2, K) ids and (K,) counts of one block, in no order."""
    # A block that is not in C order is copied, block by block.
    truth = np.ascontiguousarray(block[0]).reshape(-1)
    prediction = np.ascontiguousarray(block[1]).reshape(-1)
    keys, counts = _pairs(truth, prediction)
    used = counts > 0
    return keys[used].T, counts[used]


def _map_threads(function: Any, items: list[Any], n_jobs: int | None) -> list[Any]:
    """Apply a function that releases the GIL to items, results in order."""
    given: object = n_jobs
    if given is None:
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    elif isinstance(given, bool) or not isinstance(given, (int, np.integer)) or given < 1:
        msg = f"n_jobs must be a whole number of at least 1, or None for all, got {n_jobs!r}."
        raise ValueError(msg)
    else:
        threads = int(given)
    if threads == 1 or len(items) == 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, items))


@compiled
def _pairs(truth: Any, prediction: Any) -> Any:
    """Hash table of pairs: (C, 2) uint64 and (C,) int64 counts, 0 where free.

    truth, prediction : (N,) unsigned integers, C order; not checked here.
    """
    keys = np.zeros((1024, 2), np.uint64)
    counts = np.zeros(1024, np.int64)
    n = len(truth)
    if n == 0:
        return keys, counts
    used = 0
    first_t, first_p = truth[0], prediction[0]
    start = 0
    i = 0
    while i < n:
        # Eight at a time without a branch; the compiler makes vector instructions of it.
        while i + 8 <= n:
            differs = (truth[i] ^ first_t) | np.uint64(0)
            other = (prediction[i] ^ first_p) | np.uint64(0)
            for k in range(1, 8):
                differs |= truth[i + k] ^ first_t
                other |= prediction[i + k] ^ first_p
            if (differs | other) != 0:
                break
            i += 8
        while i < n and truth[i] == first_t and prediction[i] == first_p:
            i += 1
        a, b = np.uint64(first_t), np.uint64(first_p)
        place = _place(keys, counts, a, b)
        if counts[place] == 0:
            keys[place, 0], keys[place, 1] = a, b
            used += 1
        counts[place] += i - start
        if 2 * used > len(counts):
            keys, counts = _larger(keys, counts)
        start = i
        if i < n:
            first_t, first_p = truth[i], prediction[i]
    return keys, counts


@compiled
def _place(keys: Any, counts: Any, a: Any, b: Any) -> Any:
    """Place where the pair stands or would stand; linear probing."""
    mask = len(counts) - 1
    mixed = (a * np.uint64(0x9E3779B97F4A7C15)) ^ (b + np.uint64(0x7F4A7C15))
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(31)
    place = np.int64(mixed & np.uint64(mask))
    while counts[place] != 0 and (keys[place, 0] != a or keys[place, 1] != b):
        place = (place + 1) & mask
    return place


@compiled
def _larger(keys: Any, counts: Any) -> Any:
    """The same table with twice the places."""
    new_keys = np.zeros((2 * len(counts), 2), np.uint64)
    new_counts = np.zeros(2 * len(counts), np.int64)
    for k in range(len(counts)):
        if counts[k] != 0:
            place = _place(new_keys, new_counts, keys[k, 0], keys[k, 1])
            new_keys[place, 0], new_keys[place, 1] = keys[k, 0], keys[k, 1]
            new_counts[place] = counts[k]
    return new_keys, new_counts
