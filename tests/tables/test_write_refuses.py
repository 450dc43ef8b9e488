"""What `write` does not take, and what it says then."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from connectome_analysis.tables import ContractError, write
from tests.tables import examples
from tests.tables.examples import BIG, MANIFEST, write_five, write_two


def refusal(path: Path, tables: object = None, **columns: object) -> str:
    """Write to `path`, which must fail and leave nothing; the message, which must be one line."""
    only_two = all(name.startswith(("nodes__", "edges__")) for name in columns)
    writing = functools.partial(write_two if only_two else write_five, path, **columns)
    if tables is not None:
        writing = functools.partial(write, path, tables, MANIFEST)
    with pytest.raises(ContractError) as caught:
        writing()
    assert list(path.parent.iterdir()) == []
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("ids", "got"),
    [
        ([1.0, float(BIG), 3.0], "float64"),
        ([1, 2, None], "float64"),  # pandas makes floats of integers with a gap
        (pd.array([1.0, 2.0, 3.0], dtype="Float64"), "float64"),
        (np.array([1, 2, 3], dtype="float16"), "halffloat"),
        (pd.Series([1, 2.0, 3], dtype=object), "float64"),
        (pd.Categorical([1.0, 2.0, 3.0]), "float64"),
    ],
)
def test_ids_that_are_floats_are_refused(tmp_path: Path, ids: object, got: str) -> None:
    assert refusal(tmp_path / "x", nodes__node_id=ids) == (
        f"nodes.node_id must be int64, got {got}. "
        "Ids above 2**53 do not survive float64, so read the column as an integer."
    )


@pytest.mark.parametrize(
    ("ids", "got"),
    [
        ([True, False, True], "bool"),
        (["1", "2", "3"], "text"),
        (pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03"]).astype("M8[us]"), "timestamp"),
    ],
)
def test_ids_that_are_no_numbers_are_refused(tmp_path: Path, ids: object, got: str) -> None:
    message = refusal(tmp_path / "x", nodes__node_id=ids)
    assert message.startswith(f"nodes.node_id must be int64, got {got}")
    assert message.endswith("Read the column as an integer.")


def test_ids_above_int64_are_refused(tmp_path: Path) -> None:
    ids = np.array([1, BIG, 2**63], dtype="uint64")
    message = refusal(tmp_path / "x", nodes__node_id=ids)
    assert message.startswith("nodes.node_id must be int64, got uint64: ")
    assert "9223372036854775808" in message


@pytest.mark.parametrize("ids", [[1, "b", 3], [1, b"b", 3], [1, 2**70, 3], [True, 2, 3]])
def test_ids_of_mixed_types_are_refused(tmp_path: Path, ids: list[object]) -> None:
    message = refusal(tmp_path / "x", nodes__node_id=pd.Series(ids, dtype=object))
    assert message.startswith("nodes.node_id must be of one type: ")
    assert message.endswith("Give all its values one type.")


def test_a_missing_id_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path / "x", nodes__node_id=pd.array([1, BIG, None], dtype="Int64"))
    assert message == (
        "Not written. nodes: missing value: node_id is empty in 1 row; "
        "it must be filled in every row."
    )


def test_a_repeated_id_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path / "x", nodes__node_id=[1, BIG, 1])
    assert message == (
        "Not written. nodes: duplicate key: (node_id) must be unique; 1 key stands more than "
        "once, for instance node_id 1. Sum or drop the repeated rows."
    )


def test_a_repeated_edge_is_refused(tmp_path: Path) -> None:
    tables = examples.two()
    tables["edges"] = pd.concat([tables["edges"], tables["edges"].iloc[:1]])
    message = refusal(tmp_path / "x", tables)
    assert message.startswith("Not written. edges: duplicate key: (pre_id, post_id, edge_type)")
    assert f"pre_id 1, post_id {BIG}, edge_type 'chemical'" in message


def test_a_repeated_synapse_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path / "x", synapses__synapse_id=[10, 10, 12, 13, 14, 15])
    assert "synapses: duplicate key: (synapse_id) must be unique; 1 key stands" in message


@pytest.mark.parametrize("table", ["edges", "edges_by_region", "synapses", "skeletons"])
def test_an_unknown_neuron_is_refused(tmp_path: Path, table: str) -> None:
    tables = examples.five()
    column = "node_id" if table == "skeletons" else "pre_id"
    tables[table].loc[0, column] = 99
    message = refusal(tmp_path / "x", tables)
    assert f"{table}: unknown neuron: {column} must be a node_id of nodes; 1 row does" in message
    assert "for instance 99. Add the neuron to nodes, or leave the row out." in message


def test_neurons_that_float64_would_confuse_are_told_apart(tmp_path: Path) -> None:
    tables = examples.two()
    tables["edges"].loc[0, "post_id"] = BIG - 1
    assert f"for instance {BIG - 1}." in refusal(tmp_path / "x", tables)


@pytest.mark.parametrize("weight", [0.0, -1.0, np.nan, np.inf, -np.inf, 5e-324])
def test_a_weight_must_be_positive_and_finite(tmp_path: Path, weight: float) -> None:
    weights = pa.array([weight, 1.0, 0.5, 0.5], pa.float64())
    edges = pa.Table.from_pandas(examples.edges().drop(columns="syn_count"), preserve_index=False)
    edges = edges.set_column(edges.schema.get_field_index("weight"), "weight", weights)
    tables = {"nodes": examples.nodes(), "edges": edges}
    if weight > 0 and np.isfinite(weight):
        write(tmp_path / "x", tables, MANIFEST)
        return
    message = refusal(tmp_path / "x", tables)
    assert message == (
        "Not written. edges: value out of range: weight must satisfy isfinite(weight) AND "
        f"weight > 0; 1 row does not, for instance {weight!r}."
    )


def test_nan_in_pandas_is_a_missing_weight(tmp_path: Path) -> None:
    message = refusal(tmp_path / "x", edges__weight=[3.0, 1.0, np.nan, 0.5])
    assert "edges: missing value: weight is empty in 1 row" in message


@pytest.mark.parametrize("weights", [["3", "1", "1", "1"], [True] * 4])
def test_a_weight_must_be_a_number(tmp_path: Path, weights: list[object]) -> None:
    message = refusal(tmp_path / "x", edges__weight=weights)
    assert message.startswith("edges.weight must be float64, got ")


def test_an_integer_that_float64_would_round_is_no_weight(tmp_path: Path) -> None:
    message = refusal(tmp_path / "x", edges__weight=[BIG, 1, 1, 1])
    assert message.startswith("edges.weight must be float64, got int64: ")
    assert str(BIG) in message


@pytest.mark.parametrize("count", [0, -3])
def test_a_synapse_count_is_at_least_one(tmp_path: Path, count: int) -> None:
    counts = pd.array([3, count, None, None], dtype="Int32")
    message = refusal(tmp_path / "x", edges__syn_count=counts)
    assert (
        "edges: value out of range: syn_count must satisfy syn_count >= 1; 1 row does not, "
        f"for instance {count}." in message
    )


def test_a_synapse_count_is_an_integer(tmp_path: Path) -> None:
    assert refusal(tmp_path / "x", edges__syn_count=[3.0, 1.0, np.nan, np.nan]) == (
        "edges.syn_count must be int32, got float64. "
        "Counts are whole numbers; read the column as an integer (Int32 with gaps)."
    )


def test_a_synapse_count_above_int32_is_refused(tmp_path: Path) -> None:
    message = refusal(
        tmp_path / "x", edges__syn_count=pd.array([2**31, 1, None, None], dtype="Int64")
    )
    assert message.startswith("edges.syn_count must be int32, got int64: Integer value 2147483648")


def test_a_weight_that_counts_synapses_equals_the_count(tmp_path: Path) -> None:
    message = refusal(tmp_path / "x", edges__weight=[2.0, 1.0, 0.5, 0.5])
    assert (
        "edges: weight is not syn_count: the manifest says that weight counts synapses, so it "
        f"must equal syn_count; 1 row does not, for instance 1 to {BIG}." in message
    )


def test_a_count_that_is_not_the_number_of_synapses_is_refused(tmp_path: Path) -> None:
    tables = examples.five()
    tables["synapses"] = tables["synapses"].iloc[1:]
    message = refusal(tmp_path / "x", tables)
    assert message == (
        "Not written. edges: syn_count is not the number of synapses: 1 pair differs, for "
        f"instance 1 to {BIG}: syn_count 3, synapses 2."
    )


def test_regions_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    tables = examples.five()
    tables["edges_by_region"].loc[0, "weight"] = 1.0
    tables["edges_by_region"].loc[0, "syn_count"] = 1
    message = refusal(tmp_path / "x", tables)
    for column in ("weight", "syn_count"):
        assert (
            f"edges_by_region: regions do not add up: {column} over the regions of a pair must "
            "add up to its row in edges; 1 pair does not" in message
        )


def test_a_region_of_an_edge_that_is_not_there_is_refused(tmp_path: Path) -> None:
    tables = examples.five()
    extra = tables["edges_by_region"].iloc[:1].assign(post_id=1)
    tables["edges_by_region"] = pd.concat([tables["edges_by_region"], extra])
    assert "regions do not add up" in refusal(tmp_path / "x", tables)


def test_an_electrical_edge_one_way_is_refused(tmp_path: Path) -> None:
    tables = examples.two()
    tables["edges"] = tables["edges"].iloc[:3]
    assert refusal(tmp_path / "x", tables) == (
        "Not written. edges: one-way electrical edge: an electrical edge must stand in both "
        f"directions with one weight; 1 row has no twin, for instance 1 to {BIG}."
    )


def test_an_electrical_edge_of_two_weights_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path / "x", edges__weight=[3.0, 1.0, 0.5, 0.75])
    assert "edges: one-way electrical edge: " in message
    assert "2 rows have no twin" in message


@pytest.mark.parametrize(
    ("column", "values", "example"),
    [
        ("side", ["L", "right", "center"], "'L'"),
        ("side", ["Left", "right", "center"], "'Left'"),
        ("sign", [2, 1, 0], "2"),
        ("pre_completeness", [1.5, 1.0, 0.0], "1.5"),
        ("post_completeness", [-0.1, 1.0, 0.0], "-0.1"),
        ("x_nm", [np.inf, 1.0, 0.0], "inf"),
        ("volume_nm3", [-1.0, 1.0, 0.0], "-1.0"),
        ("length_nm", [-1.0, 1.0, 0.0], "-1.0"),
    ],
)
def test_a_value_out_of_range_is_refused(
    tmp_path: Path, column: str, values: list[object], example: str
) -> None:
    message = refusal(tmp_path / "x", **{f"nodes__{column}": values})
    assert message.startswith(f"Not written. nodes: value out of range: {column} must satisfy ")
    assert message.endswith(f"1 row does not, for instance {example}.")


def test_a_sign_is_an_integer(tmp_path: Path) -> None:
    message = refusal(tmp_path / "x", nodes__sign=[1.0, -1.0, 0.0])
    assert message.startswith("nodes.sign must be int8, got float64.")
    assert "nodes.sign must be int8, got int64: Integer value 300" in refusal(
        tmp_path / "x", nodes__sign=[1, -1, 300]
    )


def test_an_empty_edge_type_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path / "x", edges__edge_type=["", "chemical", "gap", "gap"])
    assert "edge_type must satisfy edge_type <> ''; 1 row does not, for instance ''." in message


def test_a_confidence_is_between_zero_and_one(tmp_path: Path) -> None:
    message = refusal(tmp_path / "x", synapses__confidence=[0, 1, 0, 0, 0, 80])
    assert "synapses: value out of range: confidence must satisfy" in message
    assert "for instance 80.0" in message


def test_a_skeleton_without_root_is_refused(tmp_path: Path) -> None:
    parents = pd.array([1, 0, 1, 1, None], dtype="Int64")
    message = refusal(tmp_path / "x", skeletons__parent_id=parents)
    assert (
        "skeletons: no root: a skeleton must have a point without parent; 1 has none, "
        "for instance neuron 1." in message
    )
    assert (
        "skeletons: loop: parents must lead to a root; 4 points run in a circle, "
        "for instance in neuron 1." in message
    )


@pytest.mark.parametrize(
    ("parents", "lost"),
    [
        ([None, 2, 1, 0, None], 2),  # 1 and 2 are each other's parents
        ([None, 1, 0, 0, None], 1),  # 1 is its own parent
        ([None, 2, 3, 1, None], 3),
    ],
)
def test_a_loop_beside_a_root_is_refused(
    tmp_path: Path, parents: list[int | None], lost: int
) -> None:
    message = refusal(tmp_path / "x", skeletons__parent_id=pd.array(parents, dtype="Int64"))
    noun = "point runs" if lost == 1 else "points run"
    assert message == (
        f"Not written. skeletons: loop: parents must lead to a root; {lost} {noun} in a circle, "
        "for instance in neuron 1."
    )


def test_a_parent_that_is_not_there_is_refused(tmp_path: Path) -> None:
    parents = pd.array([None, 0, 1, 7, None], dtype="Int64")
    assert refusal(tmp_path / "x", skeletons__parent_id=parents) == (
        "Not written. skeletons: unknown parent: parent_id must be a point_id of the same "
        "neuron; 1 row does not, for instance point 3 of neuron 1."
    )


def test_a_parent_in_another_neuron_is_refused(tmp_path: Path) -> None:
    points = [0, 1, 2, 3, 9]
    message = refusal(
        tmp_path / "x",
        skeletons__point_id=points,
        skeletons__parent_id=pd.array([None, 0, 1, 9, None], dtype="Int64"),
    )
    assert "skeletons: unknown parent: " in message


@pytest.mark.parametrize("missing", ["nodes", "edges"])
def test_nodes_and_edges_are_needed(tmp_path: Path, missing: str) -> None:
    tables = examples.two()
    del tables[missing]
    other = next(iter(tables))
    assert refusal(tmp_path / "x", tables) == (
        f"A connectome needs the tables nodes and edges, got {other}; {missing} missing."
    )


def test_no_table_at_all_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "x", {}) == (
        "A connectome needs the tables nodes and edges, got none; nodes and edges missing."
    )


def test_a_missing_column_is_named_with_its_meaning(tmp_path: Path) -> None:
    tables = examples.two()
    tables["edges"] = tables["edges"].drop(columns="edge_type")
    assert refusal(tmp_path / "x", tables) == (
        "edges needs a column edge_type (chemical, electrical, ...), "
        "got pre_id, post_id, weight, syn_count."
    )


def test_columns_that_differ_in_capitals_only_are_refused(tmp_path: Path) -> None:
    tables = examples.two()
    tables["nodes"] = tables["nodes"].assign(Type="a", type="b")
    assert refusal(tmp_path / "x", tables) == (
        "nodes has the column Type, type more than once "
        "(SQL does not tell capitals from small letters); rename one."
    )


@pytest.mark.parametrize("kind", ["pandas", "table", "reader"])
def test_repeated_columns_are_refused(tmp_path: Path, kind: str) -> None:
    names = ["node_id", "node_id"]
    table = pa.table([pa.array([1, 2]), pa.array([3, 4])], names=names)
    nodes = {
        "pandas": pd.DataFrame([[1, 2]], columns=names),
        "table": table,
        "reader": table.to_reader(),
    }[kind]
    message = refusal(tmp_path / "x", {"nodes": nodes, "edges": examples.edges()})
    assert message.startswith("nodes has the column node_id more than once")


def test_a_column_without_name_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path / "x", nodes__=[1, 2, 3])
    assert message == "nodes has a column without name; give it one."


@pytest.mark.parametrize("name", [3, None, "", "a b", "a/b", "../a", 'a"b', "1a", "a" * 101])
def test_a_table_name_is_a_plain_word(tmp_path: Path, name: object) -> None:
    tables = {**examples.two(), name: examples.nodes()}
    assert refusal(tmp_path / "x", tables) == f"A table's name must be a plain word, got {name!r}."


def test_tables_that_differ_in_capitals_only_are_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path / "x", {**examples.two(), "Nodes": examples.nodes()})
    assert message == "Tables must differ in more than capitals, got Nodes and nodes. Rename one."


@pytest.mark.parametrize("rows", [{"node_id": [1]}, [1], None, "nodes.csv"])
def test_other_kinds_of_table_are_refused(tmp_path: Path, rows: object) -> None:
    assert refusal(tmp_path / "x", {"nodes": rows, "edges": examples.edges()}) == (
        "nodes must be a pandas DataFrame, a pyarrow Table or a RecordBatchReader, "
        f"got builtins.{type(rows).__name__}."
    )


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1, 2, 3], pa.duration("s")),
        pa.array([(1, 2, 3)] * 3, pa.month_day_nano_interval()),
        pa.array([1, 2, 3], pa.decimal256(50, 2)),
        pa.array([{}, {}, {}], pa.struct([])),
        pa.array([[1], [2], [3]], pa.list_(pa.duration("s"))),
    ],
    ids=lambda values: str(values.type),
)
def test_types_that_do_not_come_back_are_refused(tmp_path: Path, values: pa.Array) -> None:
    nodes = pa.table({"node_id": pa.array([1, BIG, 3]), "x": values})
    message = refusal(tmp_path / "x", {"nodes": nodes, "edges": examples.edges()})
    assert message.startswith(f"nodes.x is of type {values.type}, which not every reader")


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1, 2, 3], pa.time64("ns")),
        pa.array([1, 2, 3], pa.timestamp("ns", "UTC")),
        pa.array([2**62, 2, 3], pa.timestamp("s")),
    ],
    ids=lambda values: str(values.type),
)
def test_times_that_would_be_rounded_are_refused(tmp_path: Path, values: pa.Array) -> None:
    nodes = pa.table({"node_id": pa.array([1, BIG, 3]), "x": values})
    message = refusal(tmp_path / "x", {"nodes": nodes, "edges": examples.edges()})
    assert message.startswith("nodes.x must be ")
    assert message.endswith("Convert the column before it is written.")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    message = refusal(
        tmp_path / "x", nodes__sign=[2, 1, 0], nodes__side=["L", "R", "C"], edges__weight=[0] * 4
    )
    assert message.startswith("Not written, ")
    for fault in ("sign must satisfy", "side must satisfy", "weight must satisfy"):
        assert fault in message


def test_an_error_of_the_readers_own_comes_through_unchanged(tmp_path: Path) -> None:
    def batches() -> object:
        yield pa.record_batch({"node_id": pa.array([1])})
        raise FileNotFoundError("synapses.csv")

    reader = pa.RecordBatchReader.from_batches(pa.schema([("node_id", pa.int64())]), batches())
    with pytest.raises(OSError, match=r"synapses\.csv"):
        write(tmp_path / "x", {"nodes": reader, "edges": examples.edges()}, MANIFEST)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_write_leaves_the_old_connectome(tmp_path: Path) -> None:
    write_two(tmp_path / "x")
    before = examples.fingerprint(tmp_path)
    with pytest.raises(ContractError):
        write(
            tmp_path / "x",
            {"nodes": examples.nodes().iloc[:1], "edges": examples.edges()},
            MANIFEST,
            overwrite=True,
        )
    assert examples.fingerprint(tmp_path) == before
