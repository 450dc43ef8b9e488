"""Packed counts: sorting packed rows counts them as going through them one by one does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest
from connectome_analysis.tables import ContractError
from ingest import counted_rows
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
    columns = (counts.pre.tolist(), counts.post.tolist(), named, counts.number.tolist())
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
        for name, found in (("pre", counts.pre), ("post", counts.post), ("n", counts.number)):
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


@pytest.fixture
def synapses() -> pa.Table:
    rng = np.random.default_rng(7)
    pre, post = rng.integers(0, 30, (2, 4_000))
    regions = rng.choice(np.array(["SMP_R", " SMP_R", "AL_L", "", "UNASGD"]), 4_000)
    return pa.table(
        {
            "pre_id": pa.array(pre, mask=rng.random(4_000) < 0.05),
            "post_id": pa.array(post),
            "region": pa.array(regions, mask=rng.random(4_000) < 0.05).dictionary_encode(),
            "score": rng.integers(0, 100, 4_000),
        }
    )


def tables_of(path: Path, out: Path, **options: Any) -> dict[str, list[dict[str, Any]]]:
    result = ingest.table(
        out, synapses=path, missing={"region": ["UNASGD"]}, unknown_neurons="drop", **options
    )
    found = {
        name: pq.read_table(result.path / f"{name}.parquet").to_pylist()
        for name in ("nodes", "edges", "edges_by_region")
    }
    return found | {"buckets": [dict(result.buckets)]}


@pytest.mark.parametrize(
    ("keep", "min_score", "listed"),
    [
        (True, None, None),
        (True, 30, range(1, 25)),
        (False, None, range(1, 25)),
        (False, 30, None),
    ],
)
def test_packed_or_not_from_an_arrow_file_or_another_the_tables_are_the_same(
    synapses: pa.Table,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    keep: bool,
    min_score: int | None,
    listed: range | None,
) -> None:
    import pyarrow.feather as paf

    options: dict[str, Any] = {"keep_synapses": keep, "min_score": min_score}
    if listed is not None:
        options["nodes"] = pa.table({"node_id": list(listed)})
    files = [tmp_path / "s.feather", tmp_path / "s.parquet"]
    paf.write_feather(synapses, files[0])
    pq.write_table(synapses, files[1])
    # Few rows: DuckDB counts.
    wanted = tables_of(files[0], tmp_path / "duckdb", **options)
    monkeypatch.setattr(counted_rows, "FEW_ROWS", 0)
    for file in files:
        assert tables_of(file, tmp_path / file.suffix, **options) == wanted
    # Regions are trimmed, and two spellings of one are one.
    regions = {row["region"] for row in wanted["edges_by_region"]}
    assert regions == {"SMP_R", "AL_L", "unassigned"}
    below = pc.sum(pc.less(synapses["score"], min_score or 0)).as_py()
    assert wanted["buckets"][0].get("synapse_rows_below_min_score", 0) == below


def test_more_regions_than_can_be_packed_are_counted_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted_rows, "FEW_ROWS", 0)
    number = MOST_WORDS + 44
    rows = pa.table(
        {
            "pre_id": [1] * number,
            "post_id": [2] * number,
            "region": [f"r{i}" for i in range(number)],
        }
    )
    pq.write_table(rows, tmp_path / "s.parquet")
    result = ingest.table(tmp_path / "out", synapses=tmp_path / "s.parquet", keep_synapses=False)
    assert result.rows["edges_by_region"] == number
    assert pq.read_table(result.path / "edges.parquet")["syn_count"].to_pylist() == [number]


def test_a_damaged_arrow_file_is_told_in_one_line(
    synapses: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow.feather as paf

    monkeypatch.setattr(counted_rows, "FEW_ROWS", 0)
    file = tmp_path / "s.feather"
    paf.write_feather(synapses, file, compression="lz4")
    content = bytearray(file.read_bytes())
    content[1000:3000] = bytes(2000)
    file.write_bytes(content)
    with pytest.raises(ContractError) as error:
        ingest.table(tmp_path / "out", synapses=file, keep_synapses=False)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()
