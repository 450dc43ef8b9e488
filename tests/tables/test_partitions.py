"""Partitions: a large table is a folder of files by ranges of pre_id, and is read as one."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from connectome_analysis.tables import Manifest, Session, check, read_manifest, write
from connectome_analysis.tables.columns import Query

_SYNAPSES = (
    "SELECT i AS synapse_id, nullif(i % 7, 6)::BIGINT AS pre_id, (i % 5)::BIGINT AS post_id, "
    "i::DOUBLE AS x_nm, 0::DOUBLE AS y_nm, 0::DOUBLE AS z_nm FROM range(700) t(i)"
)


@pytest.fixture
def tables() -> dict[str, Query]:
    connection = duckdb.connect()
    edges = (
        "SELECT pre_id, post_id, 'chemical' AS edge_type, count(*)::DOUBLE AS weight, "
        f"count(*) AS syn_count FROM ({_SYNAPSES}) WHERE pre_id IS NOT NULL GROUP BY ALL"
    )
    queries = {
        "nodes": "SELECT unnest(range(0, 7)) AS node_id",
        "edges": edges,
        "synapses": _SYNAPSES,
    }
    return {name: Query(connection=connection, sql=sql) for name, sql in queries.items()}


def test_each_file_has_whole_neurons_and_the_ranges_follow_one_another(
    tables: dict[str, Query], tmp_path: Path
) -> None:
    folder = write(tmp_path / "fly", tables, Manifest(name="fly"), most_rows_per_file=210)
    files = [file.path for file in read_manifest(folder).tables["synapses"].files]
    assert files == [f"synapses/part-{i}.parquet" for i in range(3)]
    assert [f.path for f in read_manifest(folder).tables["edges"].files] == ["edges.parquet"]
    seen = [pq.read_table(folder / file)["pre_id"].to_pylist() for file in files]
    assert [sorted({p for p in part if p is not None}) for part in seen] == [[0, 1], [2, 3], [4, 5]]
    assert [None in part for part in seen] == [False, False, True]
    assert all(part == sorted(part, key=lambda p: (p is None, p)) for part in seen)
    assert check(folder) == []


def test_a_folder_of_files_gives_the_rows_of_one_file(
    tables: dict[str, Query], tmp_path: Path
) -> None:
    one = write(tmp_path / "one", tables, Manifest(name="fly"))
    many = write(tmp_path / "many", tables, Manifest(name="fly"), most_rows_per_file=100)
    query = "SELECT * FROM synapses ORDER BY pre_id, synapse_id"
    assert Session(one).sql(query).fetchall() == Session(many).sql(query).fetchall()
    again = write(many, tables, Manifest(name="fly"), overwrite=True)
    assert not (again / "synapses").exists()


def test_a_part_that_is_missing_or_changed_is_told(
    tables: dict[str, Query], tmp_path: Path
) -> None:
    folder = write(tmp_path / "fly", tables, Manifest(name="fly"), most_rows_per_file=100)
    (folder / "synapses" / "part-1.parquet").unlink()
    assert any("part-1.parquet is not there" in str(problem) for problem in check(folder))
