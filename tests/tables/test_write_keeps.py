"""What `write` takes, and that it comes back as it was."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectome_analysis.tables import TABLES, Manifest, Session, check, read_manifest, write
from tests.tables import examples
from tests.tables.examples import BIG, MANIFEST, write_five, write_two


def test_every_row_of_all_five_tables_comes_back(tmp_path: Path) -> None:
    folder = write_five(tmp_path / "x")
    assert sorted(file.name for file in folder.iterdir()) == [
        "connectome.json",
        "edges.parquet",
        "edges_by_region.parquet",
        "nodes.parquet",
        "skeletons.parquet",
        "synapses.parquet",
    ]
    rows = examples.rows(folder)
    assert rows["nodes.parquet"] == [
        {"node_id": 1, "name": "a", "side": "left", "sign": 1, "pre_completeness": 0.0},
        {"node_id": 3, "name": None, "side": "center", "sign": None, "pre_completeness": None},
        {"node_id": BIG, "name": "b", "side": "right", "sign": -1, "pre_completeness": 1.0},
    ]
    assert [tuple(row.values()) for row in rows["edges.parquet"]] == [
        (1, BIG, "chemical", 3.0, 3),
        (1, BIG, "electrical", 0.5, None),
        (BIG, 1, "electrical", 0.5, None),
        (BIG, BIG, "chemical", 1.0, 1),
    ]
    assert [row["synapse_id"] for row in rows["synapses.parquet"]] == [10, 11, 12, 13, 14, 15]
    assert [row["pre_id"] for row in rows["synapses.parquet"]] == [1, 1, 1, BIG, None, None]
    assert [row["x_nm"] for row in rows["synapses.parquet"]] == [0.0, 1.5, -2.0, None, 4.0, 5.0]
    assert [row["parent_id"] for row in rows["skeletons.parquet"]] == [None, 0, 1, 1, None]
    assert [row["region"] for row in rows["edges_by_region.parquet"]] == ["AL", "LH", "AL"]
    assert check(folder) == []


def test_columns_are_stored_in_the_types_of_the_contract(tmp_path: Path) -> None:
    folder = write_five(tmp_path / "x")
    for name, table in TABLES.items():
        for field in pq.read_schema(folder / f"{name}.parquet"):
            assert field.type == table.by_name[field.name].type, f"{name}.{field.name}"


def test_rows_are_sorted_and_compressed_with_zstd(tmp_path: Path) -> None:
    shuffled = {name: table.iloc[::-1] for name, table in examples.five().items()}
    folder = write(tmp_path / "x", shuffled, MANIFEST)
    assert examples.rows(folder) == examples.rows(write_five(tmp_path / "y"))
    column = pq.ParquetFile(folder / "edges.parquet").metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"


def test_the_order_of_rows_and_batches_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    rng = np.random.default_rng(0)
    written = []
    for i in range(3):
        tables: dict[str, object] = {}
        for name, frame in examples.five().items():
            table = pa.Table.from_pandas(
                frame.iloc[rng.permutation(len(frame))], preserve_index=False
            )
            tables[name] = table.to_reader(max_chunksize=i + 1)
        written.append(examples.fingerprint(write(tmp_path / str(i), tables, MANIFEST)))
    assert written[0] == written[1] == written[2]
    assert read_manifest(tmp_path / "0").written_at == "2023-11-14T22:13:20+00:00"


def test_a_connectome_may_have_no_edges(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "x", {"nodes": examples.nodes(), "edges": examples.edges().iloc[:0]}, MANIFEST
    )
    assert check(folder) == []
    with_sql = Session(folder)
    assert with_sql.sql("SELECT count(*) FROM edges").fetchall() == [(0,)]
    assert with_sql.sql("SELECT count(*) FROM nodes").fetchall() == [(3,)]


@pytest.mark.parametrize("make", [pd.DataFrame, pa.table])
def test_a_connectome_may_be_empty(tmp_path: Path, make: object) -> None:
    tables = {
        name: make({column.name: [] for column in table.columns if column.required})
        for name, table in TABLES.items()
    }
    folder = write(tmp_path / "x", tables, MANIFEST)
    session = Session(folder)
    assert session.verified
    assert set(examples.rows(folder)) == {f"{name}.parquet" for name in TABLES}
    for name, table in TABLES.items():
        for field in pq.read_schema(folder / f"{name}.parquet"):
            assert field.type == table.by_name[field.name].type
        assert session.table(name).fetchall() == []


def test_synapses_may_all_be_unattached(tmp_path: Path) -> None:
    """A detector's output before anything is segmented: no neuron, and no side attached."""
    synapses = examples.synapses().assign(pre_id=pd.array([None] * 6, dtype="Int64"))
    synapses = synapses.assign(post_id=pd.array([None] * 6, dtype="Int64"))
    nothing = {name: frame.iloc[:0] for name, frame in examples.two().items()}
    folder = write(tmp_path / "x", {**nothing, "synapses": synapses}, MANIFEST)
    assert check(folder) == []


def test_ids_may_lie_anywhere_in_int64(tmp_path: Path) -> None:
    ids = [-(2**63), -1, 0, 2**53, 2**53 + 1, 2**63 - 1]
    edges = pd.DataFrame(
        {"pre_id": ids, "post_id": ids[::-1], "edge_type": "chemical", "weight": 1.0}
    )
    folder = write(
        tmp_path / "x", {"nodes": pd.DataFrame({"node_id": ids}), "edges": edges}, MANIFEST
    )
    assert Session(folder).sql("SELECT node_id FROM nodes ORDER BY 1").fetchall() == [
        (i,) for i in ids
    ]
    frame = Session(folder).sql("SELECT * FROM edges ORDER BY pre_id").df()
    assert frame.pre_id.dtype == "int64"
    assert frame.pre_id.tolist() == ids
    assert frame.post_id.tolist() == ids[::-1]


@pytest.mark.parametrize(
    "ids",
    [
        np.array([1, 2, 3], dtype="int8"),
        np.array([1, 2, 3], dtype="uint64"),
        pd.array([1, 2, 3], dtype="UInt32"),
        pd.Categorical([1, 2, 3]),
        pd.Series([1, 2, 3], dtype=object),
    ],
    ids=lambda ids: str(ids.dtype),
)
def test_narrower_integers_become_int64(tmp_path: Path, ids: object) -> None:
    tables = {"nodes": pd.DataFrame({"node_id": ids}), "edges": examples.edges().iloc[:0]}
    folder = write(tmp_path / "x", tables, MANIFEST)
    assert examples.rows(folder)["nodes.parquet"] == [
        {"node_id": 1},
        {"node_id": 2},
        {"node_id": 3},
    ]


def test_ids_with_gaps_never_pass_through_a_float(tmp_path: Path) -> None:
    synapses = examples.synapses()
    synapses["pre_id"] = pd.Series([BIG, BIG, BIG, BIG, None, np.nan], dtype=object)
    edges = pd.DataFrame(
        {"pre_id": [BIG], "post_id": [BIG], "edge_type": ["chemical"], "weight": [1.0]}
    )
    folder = write(
        tmp_path / "x",
        {"nodes": examples.nodes(), "edges": edges, "synapses": synapses},
        MANIFEST,
    )
    stored = examples.rows(folder)["synapses.parquet"]
    assert [row["pre_id"] for row in stored] == [BIG] * 4 + [None] * 2


COLUMNS = {
    "bool": pa.array([True, None]),
    "int8": pa.array([-128, 127], pa.int8()),
    "uint64": pa.array([2**64 - 1, None], pa.uint64()),
    "float32": pa.array([0.1, None], pa.float32()),
    "float16": pa.array(np.array([0.5, 1], dtype="float16")),
    "nan": pa.array([-0.0, float("-inf")]),
    "decimal": pa.array([Decimal("1.10"), None], pa.decimal128(38, 2)),
    "text": pa.array(["a\0b\n\"'", ""]),
    "unicode": pa.array(["Größe 神经 🧠", "x" * 100_000]),
    "large text": pa.array(["a", None], pa.large_string()),
    "bytes": pa.array([b"\0\xff", b""]),
    "four bytes": pa.array([b"abcd", None], pa.binary(4)),
    "category": pa.array(["a", "a"]).dictionary_encode(),
    "nothing": pa.nulls(2),
    "date": pa.array([dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
    "time": pa.array([dt.time(1, 2, 3, 4), None]),
    "timestamp": pa.array([dt.datetime(1900, 1, 1), None], pa.timestamp("us")),
    "seconds": pa.array([0, None], pa.timestamp("s")),
    "nanoseconds": pa.array([1, None], pa.timestamp("ns")),
    "zone": pa.array([dt.datetime(2020, 1, 1, tzinfo=dt.UTC), None]),
    "list": pa.array([[1, None], None]),
    "fixed list": pa.array([[1, 2], None], pa.list_(pa.int32(), 2)),
    "lists": pa.array([[["a"], []], []]),
    "categories": pa.array([["a"], []]).cast(pa.list_(pa.dictionary(pa.int8(), pa.string()))),
    "list of nothing": pa.array([[None], []]),
    "struct": pa.array([{"a": 1, "b": ["x"]}, None]),
    "map": pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())),
}


def test_columns_beyond_the_contract_come_back(tmp_path: Path) -> None:
    nodes = pa.table({"node_id": pa.array([1, BIG]), **COLUMNS})
    folder = write(tmp_path / "x", {"nodes": nodes, "edges": examples.edges()}, MANIFEST)
    assert check(folder) == []
    stored = pq.read_table(folder / "nodes.parquet")
    assert stored.column_names == nodes.column_names
    for name, values in COLUMNS.items():
        # repr tells NaN, -0.0 and True apart, which == does not.
        assert repr(stored[name].to_pylist()) == repr(values.to_pylist()), name
    queried = Session(folder).sql("SELECT * FROM nodes").to_arrow_table()
    assert queried.column_names == nodes.column_names


def test_tables_beyond_the_contract_are_kept_in_their_order(tmp_path: Path) -> None:
    own = pd.DataFrame({"b": [3, 1, 2], "a": ["z", None, "y"], "node_id": [0.5, 1.5, 2.5]})
    folder = write(tmp_path / "x", {**examples.two(), "my_table": own}, MANIFEST)
    assert check(folder) == []
    assert Session(folder).sql("FROM my_table").fetchall() == [
        (3, "z", 0.5),
        (1, None, 1.5),
        (2, "y", 2.5),
    ]


def test_a_word_of_sql_may_name_a_table_and_a_column(tmp_path: Path) -> None:
    own = pd.DataFrame({"order": [1], 'a"b\n;--': [2]})
    folder = write(tmp_path / "x", {**examples.two(), "select": own, "größe": own}, MANIFEST)
    assert Session(folder).sql('SELECT "order", "a""b\n;--" FROM "select"').fetchall() == [(1, 2)]
    assert Session(folder).table("größe").fetchall() == [(1, 2)]
    assert check(folder) == []


def test_columns_with_numbers_for_names_become_text(tmp_path: Path) -> None:
    nodes = examples.nodes()[["node_id"]].assign(**{"5": 1}).rename(columns={"5": 5})
    folder = write(tmp_path / "x", {"nodes": nodes, "edges": examples.edges()}, MANIFEST)
    assert list(examples.rows(folder)["nodes.parquet"][0]) == ["node_id", "5"]


def test_what_the_index_of_a_frame_holds_is_no_column(tmp_path: Path) -> None:
    nodes = examples.nodes()[["node_id"]].set_index(pd.Index([7, 8, 9], name="row"))
    folder = write(tmp_path / "x", {"nodes": nodes, "edges": examples.edges()}, MANIFEST)
    assert list(examples.rows(folder)["nodes.parquet"][0]) == ["node_id"]


def test_a_reader_is_streamed_batch_by_batch(tmp_path: Path) -> None:
    alive = 0
    most = 0

    def batches() -> object:
        nonlocal alive, most
        for start in range(0, 1000, 100):
            alive += 1
            most = max(most, alive)
            yield pa.record_batch({"node_id": pa.array(range(start, start + 100))})
            alive -= 1

    reader = pa.RecordBatchReader.from_batches(pa.schema([("node_id", pa.int64())]), batches())
    folder = write(tmp_path / "x", {"nodes": reader, "edges": examples.edges().iloc[:0]}, MANIFEST)
    assert most == 1
    assert read_manifest(folder).tables["nodes"].rows == 1000


def test_the_frames_given_are_not_changed(tmp_path: Path) -> None:
    tables = examples.five()
    before = {name: frame.copy() for name, frame in tables.items()}
    write(tmp_path / "x", tables, MANIFEST)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(tables[name], frame)


def test_the_manifest_names_every_file_and_column(tmp_path: Path) -> None:
    folder = write_five(tmp_path / "x")
    content = json.loads((folder / "connectome.json").read_text(encoding="utf-8"))
    assert content["format"] == "neuropil-connectome"
    assert content["schema_version"] == "1.1"
    hashes = examples.fingerprint(folder)
    for name, record in content["tables"].items():
        (file,) = record["files"]
        assert file["path"] == f"{name}.parquet"
        assert file["sha256"] == hashes[file["path"]]
        assert file["bytes"] == (folder / file["path"]).stat().st_size
        assert record["rows"] == len(examples.rows(folder)[file["path"]])
    assert content["tables"]["nodes"]["columns"]["node_id"] == "int64"


def test_the_manifest_comes_back_with_everything_that_is_known(tmp_path: Path) -> None:
    manifest = Manifest(
        name="größe",
        species="Drosophila melanogaster",
        sex="female",
        release="783",
        citation=("A", "B"),
        doi=("10.1/x",),
        voxel_size_nm=(40, 4, 4),
        weights={"chemical": {"meaning": "synapses", "unit": "synapses"}},
        score_cutoff=50,
        pair_threshold=5,
        buckets={"rows in": np.int64(2**60), "kept": 3},
        made_by={"command": "neuropil ingest", "parent": None, "share": np.float64(0.5)},
        error_model={"recall": 0.9},
        notes=("one",),
        columns={"nodes.x": "something, µm"},
    )
    read = read_manifest(write(tmp_path / "x", examples.two(), manifest))
    assert read.tables.keys() == {"nodes", "edges"}
    assert read.written_at is not None
    expected = {**manifest.__dict__, "tables": read.tables, "written_at": read.written_at}
    assert read.__dict__ == expected


def test_progress_is_told_in_words(tmp_path: Path) -> None:
    said: list[str] = []
    write(tmp_path / "x", examples.two(), MANIFEST, progress=said.append)
    assert said == ["writing nodes", "writing edges", "checking", "putting it in place"]


def test_writing_leaves_nothing_beside_the_connectome(tmp_path: Path) -> None:
    for overwrite in (False, True):
        write(tmp_path / "x", examples.two(), MANIFEST, overwrite=overwrite)
        assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_two_neurons_of_one_name_are_two_neurons(tmp_path: Path) -> None:
    assert check(write_two(tmp_path / "x", nodes__name=["a", "a", "a"])) == []
