"""Packed counts: sorting packed rows counts them as going through them one by one does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.packed_counts import MOST_WORDS, TooManyError, count_rows
from tests.reference import packed_counts as reference
from tests.reference.packed_counts import Row

ids = st.one_of(st.none(), st.sampled_from([0, 1, 2, 720575940629970489, 2**63 - 1]))
words = st.one_of(st.none(), st.sampled_from(["", "AL", "al", "\u00c4", "SMP"]))


def batches(rows: Sequence[Row], size: int, *, encoded: bool = False) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(rows), size):
        pre, post, word = zip(*rows[start : start + size], strict=True)
        texts = pa.array(word, pa.string())
        yield pa.record_batch(
            [
                *(pa.array(pre, pa.int64()), pa.array(post, pa.int64())),
                texts.dictionary_encode() if encoded else texts,
            ],
            ["a", "b", "c"],
        )


def groups(rows: Sequence[Row], size: int = 3, **options: object) -> list[tuple[object, ...]]:
    encoded = bool(options.pop("encoded", False))
    counts, listed = count_rows(batches(rows, size, encoded=encoded), **options)  # type: ignore[arg-type]
    named = [listed[i] for i in counts.word]
    columns = (counts.pre.tolist(), counts.post.tolist(), named, counts.count.tolist())
    return list(zip(*columns, strict=True))


def upper(words: Sequence[str | None]) -> list[str | None]:
    return [word.upper() if word else "NONE" for word in words]


def test_three_rows_by_hand() -> None:
    rows: list[Row] = [(7, 9, "AL"), (7, None, None), (7, 9, "AL")]
    assert groups(rows) == [(7, -1, None, 1), (7, 9, "AL", 2)]


@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(st.tuples(ids, ids, words), max_size=40),
    size=st.integers(1, 9),
    at_once=st.integers(1, 12),
    least=st.integers(0, 1),
    encoded=st.booleans(),
    meant=st.sampled_from([list, upper]),
)
def test_groups_are_those_of_the_slow_twin_however_the_rows_are_cut(
    rows: list[Row], size: int, at_once: int, least: int, encoded: bool, meant: object
) -> None:
    found = groups(rows, size, rows_at_once=at_once, least=least, translate=meant, encoded=encoded)
    assert found == reference.count_rows(rows, least, meant)  # type: ignore[arg-type]


def test_many_ids_are_counted_as_duckdb_counts_them_in_any_order() -> None:
    import duckdb

    rng = np.random.default_rng(3)
    # More ids than the table of numbers begins with, so that it grows while rows are packed.
    pre, post = rng.integers(0, 90_000, (2, 250_000)) * 8_000_000_000_003
    rows = pa.table({"pre": pre, "post": post % 40_000_000_000_000_000})
    wanted = duckdb.sql("SELECT pre, post, count(*) AS n FROM rows GROUP BY ALL ORDER BY 1, 2")
    expected = wanted.fetchnumpy()
    shuffled = rows.take(rng.permutation(len(rows)))
    for table in (rows, shuffled):
        counts, listed = count_rows(
            iter(table.to_batches(max_chunksize=7_001)), rows_at_once=60_000
        )
        assert listed == []
        for name, found in (("pre", counts.pre), ("post", counts.post), ("n", counts.count)):
            np.testing.assert_array_equal(found, expected[name])


def test_no_rows_are_no_groups() -> None:
    counts, listed = count_rows(iter(()))
    assert [len(column) for column in counts] == [0, 0, 0, 0]
    assert listed == []


def test_more_words_than_a_number_holds_are_told() -> None:
    rows: list[Row] = [(1, 2, str(i)) for i in range(MOST_WORDS)]
    assert len(groups(rows, 100)) == MOST_WORDS
    with pytest.raises(TooManyError):
        groups([*rows, (1, 2, "one more")], 100)
