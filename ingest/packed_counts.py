"""Packed counts: rows of synapses counted per pair of neurons and word, by sorting one number a row.

Ids are numbered as they come. Both numbers and that of the word fit into 64 bits, and whole numbers are
sorted faster than any hash table of 15 million pairs is filled: 16 million rows at a time, what they count
merged with what was counted before. Rows that lack an id are counted like the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .counting_kernels import group_sorted, merge_groups, pack_rows

ID_BITS = 28
WORD_BITS = 64 - 2 * ID_BITS
# The table of their numbers then takes a GB; in 28 bits there would be room for eight times as many.
MOST_IDS = 1 << 25
MOST_WORDS = 1 << WORD_BITS
ROWS_AT_ONCE = 1 << 24
NO_ID = -1


class TooManyError(Exception):
    """More ids or words than fit into 64 bits."""


class Counts(NamedTuple):
    """Groups in the order of sender, receiver and word; `NO_ID` goes first."""

    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    word: NDArray[np.int64]
    number: NDArray[np.int64]


class _Groups(NamedTuple):
    keys: NDArray[np.uint64]
    counts: NDArray[np.int64]


Translate = Callable[[Sequence[str | None]], Sequence[str | None]]


def count_rows(
    batches: Iterator[pa.RecordBatch],
    *,
    least: int = 0,
    translate: Translate = list,
    rows_at_once: int = ROWS_AT_ONCE,
) -> tuple[Counts, list[str | None]]:
    """Count rows by their values.

    Parameters
    ----------
    batches : iterator of RecordBatch
        Two columns of int64, and where rows are told apart by word a column of text.
    least : int
        Smallest id, 0 or more; what is smaller or empty is none.
    translate : callable, optional
        What the words become, each of them; several may become one.
    rows_at_once : int
        How many are sorted together.

    Returns
    -------
    counts : Counts
        Of groups that are there, each of them once.
    words : list of str or None
        What ``counts.word`` numbers, in the order of text, None first; empty where there is no column of words.

    Raises
    ------
    TooManyError
        Where there are more than 33 million ids or 256 words.

    Examples
    --------
    >>> rows = pa.record_batch({"pre": [7, 7, 7], "post": [9, 9, -1], "word": ["AL", "AL", None]})
    >>> counts, words = count_rows(iter([rows]))
    >>> counts.pre.tolist(), counts.post.tolist(), counts.word.tolist(), counts.number.tolist(), words
    ([7, 7], [-1, 9], [0, 1], [1, 2], [None, 'AL'])
    """
    ids, words = _Ids(least), _Words()
    groups: list[_Groups] = []
    waiting: list[Future[_Groups]] = []
    with ThreadPoolExecutor(1) as beside:  # sorting needs no Python, and leaves this thread to read
        keys, filled = np.empty(rows_at_once, np.uint64), 0
        for batch in batches:
            pre, post = (_numbers(batch.column(i).fill_null(NO_ID)) for i in (0, 1))
            word = words.numbered(batch.column(2)) if batch.num_columns > 2 else _NO_WORDS
            done = 0
            while done < len(pre):
                done, filled = ids.pack(pre, post, word, done, keys, filled)
                if filled == len(keys):
                    _collect(waiting, groups, at_most=1)
                    waiting.append(beside.submit(_grouped, keys))
                    keys, filled = np.empty(rows_at_once, np.uint64), 0
        waiting.append(beside.submit(_grouped, keys[:filled]))
        _collect(waiting, groups, at_most=0)
    whole = groups.pop() if groups else _Groups(np.empty(0, np.uint64), np.empty(0, np.int64))
    while groups:
        whole = _merged(groups.pop(), whole)
    return _in_order(whole, ids.listed(), words.listed(), translate)


def _collect(waiting: list[Future[_Groups]], groups: list[_Groups], *, at_most: int) -> None:
    """Take what has been grouped; two of a size are merged, so that every group moves few times."""
    while len(waiting) > at_most:
        new = waiting.pop(0).result()
        while groups and len(groups[-1].keys) <= 2 * len(new.keys):
            new = _merged(groups.pop(), new)
        groups.append(new)


def _grouped(keys: NDArray[np.uint64]) -> _Groups:
    keys.sort()
    different = np.empty(len(keys), np.uint64)
    counts = np.empty(len(keys), np.int64)
    n = group_sorted(keys, different, counts)
    return _Groups(different[:n].copy(), counts[:n].copy())


def _merged(one: _Groups, other: _Groups) -> _Groups:
    most = len(one.keys) + len(other.keys)
    keys, counts = np.empty(most, np.uint64), np.empty(most, np.int64)
    n = merge_groups(*one, *other, keys, counts)
    return _Groups(keys[:n], counts[:n])


def _in_order(
    whole: _Groups, ids: NDArray[np.int64], words: list[str | None], translate: Translate
) -> tuple[Counts, list[str | None]]:
    """Number ids and words by their order, which is not that in which they came."""
    order = np.argsort(ids)
    place = np.empty(len(ids), np.uint64)
    place[order] = np.arange(len(ids), dtype=np.uint64)
    ids = ids[order]
    become = list(translate(words)) if words else []
    listed = sorted(set(become), key=lambda word: (word is not None, word or ""))
    number = {word: i for i, word in enumerate(listed)}
    word_place = np.array([number[word] for word in become] or [0], np.uint64)
    mask, words_mask = np.uint64((1 << ID_BITS) - 1), np.uint64(MOST_WORDS - 1)
    shift, twice = np.uint64(WORD_BITS), np.uint64(WORD_BITS + ID_BITS)
    keys = place[whole.keys >> twice] << twice
    keys |= place[(whole.keys >> shift) & mask] << shift
    keys |= word_place[whole.keys & words_mask]
    sort = np.argsort(keys)
    keys, counts = keys[sort], whole.counts[sort]
    if len(listed) < len(become) and len(keys):
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        keys, counts = keys[starts], np.add.reduceat(counts, starts)
    found = Counts(
        pre=ids[keys >> twice],
        post=ids[(keys >> shift) & mask],
        word=(keys & words_mask).astype(np.int64),
        number=counts,
    )
    return found, listed


class _Ids:
    """Numbers of ids in the order in which they come: a table with open addresses."""

    def __init__(self, least: int) -> None:
        self._least = least
        self._table = np.full((1 << 16, 2), NO_ID - 1, np.int64)
        self._listed = np.full(1 << 15, NO_ID, np.int64)
        self._n = 1  # number 0 is for no id

    def pack(
        self,
        pre: NDArray[np.int64],
        post: NDArray[np.int64],
        word: NDArray[np.uint64],
        start: int,
        keys: NDArray[np.uint64],
        filled: int,
    ) -> tuple[int, int]:
        """Pack rows from `start` on until they or the `keys` are at their end."""
        while True:
            start, filled, self._n = pack_rows(
                *(pre, post, word, self._least, start, keys, filled),
                *(self._table, self._listed, self._n),
            )
            if start == len(pre) or filled == len(keys):
                return start, filled
            self._grow()

    def listed(self) -> NDArray[np.int64]:
        """The ids by their numbers."""
        return self._listed[: self._n]

    def _grow(self) -> None:
        size = 2 * len(self._table)
        if size // 2 > MOST_IDS:
            raise TooManyError
        known = self.listed()
        self._table = np.full((size, 2), NO_ID - 1, np.int64)
        self._listed = np.full(size // 2, NO_ID, np.int64)
        self._n = 1
        rows = known[1:]
        nothing = np.full(len(rows), NO_ID, np.int64)
        unused = np.empty(len(rows), np.uint64)
        _, _, self._n = pack_rows(
            *(rows, nothing, _NO_WORDS, self._least, 0, unused, 0),
            *(self._table, self._listed, self._n),
        )


class _Words:
    """Numbers of words in the order in which they come."""

    def __init__(self) -> None:
        self._numbers: dict[str | None, int] = {}

    def numbered(self, column: pa.Array) -> NDArray[np.uint64]:
        """The number of each row's word."""
        encoded = column
        if not pa.types.is_dictionary(column.type):
            encoded = column.dictionary_encode(null_encoding="encode")
        new = [self._number(word) for word in encoded.dictionary.to_pylist()]
        if encoded.null_count:
            new.append(self._number(None))
            indices = encoded.indices.fill_null(len(new) - 1)
        else:
            indices = encoded.indices
        return np.array(new, np.uint64)[_numbers(indices)]

    def listed(self) -> list[str | None]:
        """The words by their numbers."""
        return list(self._numbers)

    def _number(self, word: str | None) -> int:
        number = self._numbers.setdefault(word, len(self._numbers))
        if number >= MOST_WORDS:
            raise TooManyError
        return number


_NO_WORDS = np.empty(0, np.uint64)


def _numbers(column: pa.Array) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = column.to_numpy(zero_copy_only=False)
    return numbers
