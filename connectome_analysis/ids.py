"""Ids: exact integers in, and where each of them stands among the neurons.

An id is never an array index. Dense indices are made here, once, for every graph.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Indices = NDArray[np.int32]


def as_ids(values: ArrayLike, name: str) -> NDArray[np.int64]:
    """Ids as int64, or a ValueError: a float is refused even where it looks whole."""
    array = np.asarray(values)
    if array.ndim != 1:
        msg = f"{name} must be one-dimensional, got shape {array.shape}."
        raise ValueError(msg)
    if array.size == 0:
        return np.empty(0, dtype=np.int64)
    if array.dtype.kind == "f":
        msg = (
            f"{name} must be integers, got {array.dtype}. Ids above 2**53 do not survive "
            "float64, so read the column as an integer."
        )
        raise ValueError(msg)
    if array.dtype.kind == "O" and all(
        isinstance(value, (int, np.integer)) and not isinstance(value, bool) for value in array
    ):
        array = np.array([int(value) for value in array], dtype=object)
        low, high = min(array), max(array)
        if low < -(2**63) or high >= 2**63:
            msg = f"{name} must fit int64, got {high if high >= 2**63 else low}."
            raise ValueError(msg)
        return array.astype(np.int64)
    if array.dtype.kind not in "iu":
        msg = (
            f"{name} must be integers, got {array.dtype}. Number the neurons and keep their "
            "names in the node table; `ingest.table` does both."
        )
        raise ValueError(msg)
    if array.dtype == np.uint64 and array.max() >= 2**63:
        msg = f"{name} must fit int64, got {array.max()}."
        raise ValueError(msg)
    return array.astype(np.int64, copy=False)


def require_unique(ids: NDArray[np.int64]) -> None:
    """Raise ValueError where an id stands twice, or where there are more than int32 can index."""
    ordered = np.sort(ids)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    if len(repeated):
        msg = f"node ids must be unique, got {repeated[0]} more than once."
        raise ValueError(msg)
    if len(ids) >= 2**31:
        msg = f"A graph may have up to {2**31 - 1:,} nodes, got {len(ids):,}."
        raise ValueError(msg)


class Positions:
    """Where each id stands among the node ids."""

    def __init__(self, ids: NDArray[np.int64]) -> None:
        low = int(ids.min()) if len(ids) else 0
        span = int(ids.max()) - low + 1 if len(ids) else 0
        self._low, self._span = low, span
        self._table: Indices | None = None
        if span <= 4 * len(ids) + 1024:
            # Ids that fill a range (worm, synthetic graphs): one look-up each.
            self._table = np.full(span, -1, dtype=np.int32)
            self._table[ids - low] = np.arange(len(ids), dtype=np.int32)
        else:
            self._order = np.argsort(ids, kind="stable").astype(np.int32)
            self._sorted = ids[self._order]

    def __call__(
        self,
        values: NDArray[np.int64],
        name: str,
        way_out: str = "add them to the nodes or leave the edges out",
    ) -> Indices:
        """Dense index of each value; a ValueError names what is not there as being in `name`."""
        if len(values) == 0:
            return np.empty(0, dtype=np.int32)
        if self._span == 0:
            known = np.zeros(len(values), dtype=bool)
            found = np.empty(0, dtype=np.int32)
        elif self._table is not None:
            known = (values >= self._low) & (values - self._low < self._span)
            found = self._table[np.where(known, values - self._low, 0)]
            known &= found >= 0
        else:
            # Equal neighbours, as in a list sorted by sender, are looked up once.
            starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
            place = np.searchsorted(self._sorted, values[starts])
            place[place == len(self._sorted)] = 0
            hit = self._sorted[place] == values[starts]
            lengths = np.diff(np.append(starts, len(values)))
            known = np.repeat(hit, lengths)
            found = np.repeat(self._order[place], lengths)
        if not known.all():
            missing = values[~known]
            msg = (
                f"{name} has {len(np.unique(missing))} ids that are not among the nodes, "
                f"for instance {missing[0]}; {way_out}."
            )
            raise ValueError(msg)
        return found
