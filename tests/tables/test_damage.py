"""A damaged connectome is refused by name: no file is read that is not what was written."""

from __future__ import annotations

import gc
import json
import os
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectome_analysis.tables import (
    TABLES,
    ContractError,
    DamagedConnectomeError,
    Problem,
    Session,
    check,
)
from tests.tables import examples
from tests.tables.examples import BIG, edit_manifest, rehash, write_five


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_five(tmp_path_factory.mktemp("written") / "x")


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A whole connectome to damage."""
    return Path(shutil.copytree(written, tmp_path / "x"))


def found(folder: Path, *, verify: bool | None = None) -> list[Problem]:
    """What `check` says; `Session` must refuse the folder and name the first problem."""
    problems = check(folder)
    assert problems
    for problem in problems:
        assert "\n" not in str(problem)
    with pytest.raises(DamagedConnectomeError) as caught:
        Session(folder, verify=verify)
    message = str(caught.value)
    assert "\n" not in message
    assert str(problems[0]).split(": ", 2)[-1].rstrip(".") in message
    return problems


def faults(folder: Path) -> list[tuple[str, str]]:
    return [(problem.table, problem.rule) for problem in found(folder)]


@pytest.mark.parametrize("table", TABLES)
def test_a_flipped_byte_is_found(folder: Path, table: str) -> None:
    file = folder / f"{table}.parquet"
    data = bytearray(file.read_bytes())
    data[len(data) // 3] ^= 1
    file.write_bytes(data)
    first = found(folder)[0]
    assert (first.table, first.rule) == (table, "changed file")
    assert first.message == (
        f"the SHA-256 of {table}.parquet is not the one in connectome.json: "
        "it was edited or damaged after it was written."
    )


@pytest.mark.parametrize("left", [0, 1, 4, 500, -8, -1])
def test_a_truncated_file_is_found(folder: Path, left: int) -> None:
    file = folder / "edges.parquet"
    data = file.read_bytes()
    file.write_bytes(data[:left])
    first, second = found(folder, verify=False)[:2]
    size = len(data[:left])
    assert first.message == (
        f"edges.parquet has {size:,} bytes, connectome.json says {len(data):,}: "
        "it was truncated or edited after it was written."
    )
    assert (second.table, second.rule) == ("edges", "unreadable file")
    assert second.message.startswith("edges.parquet is not readable Parquet (")


def test_a_longer_file_is_found(folder: Path) -> None:
    with (folder / "edges.parquet").open("ab") as file:
        file.write(b"\0")
    assert ("edges", "changed file") in faults(folder)


def test_an_edited_file_of_the_same_rows_is_found_with_the_rule_it_breaks(folder: Path) -> None:
    table = pq.read_table(folder / "edges.parquet")
    weight = table.schema.get_field_index("weight")
    edited = table.set_column(weight, "weight", pa.array([-3.0, 0.5, 0.5, 1.0]))
    pq.write_table(edited, folder / "edges.parquet")
    rules = [rule for _, rule in faults(folder)]
    assert rules[0] == "changed file"
    assert "value out of range" in rules
    assert "weight is not syn_count" in rules


def test_a_file_of_other_rows_is_found(folder: Path) -> None:
    table = pq.read_table(folder / "synapses.parquet")
    pq.write_table(table.slice(0, 3), folder / "synapses.parquet")
    rules = [rule for _, rule in faults(folder)]
    assert rules[:2] == ["changed file", "row count"]
    assert "syn_count is not the number of synapses" in rules


def test_two_files_that_changed_places_are_found(folder: Path) -> None:
    (folder / "edges.parquet").rename(folder / "tmp")
    (folder / "edges_by_region.parquet").rename(folder / "edges.parquet")
    (folder / "tmp").rename(folder / "edges_by_region.parquet")
    tables = {table for table, _ in faults(folder)}
    assert {"edges", "edges_by_region"} <= tables


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_file_is_found(folder: Path, table: str) -> None:
    (folder / f"{table}.parquet").unlink()
    problems = found(folder, verify=False)
    assert str(problems[0]) == f"{table}: missing file: {table}.parquet is not there."


def test_a_folder_in_place_of_a_file_is_found(folder: Path) -> None:
    (folder / "nodes.parquet").unlink()
    (folder / "nodes.parquet").mkdir()
    assert faults(folder)[0] == ("nodes", "unreadable file")


def test_one_fault_does_not_hide_another(folder: Path) -> None:
    (folder / "nodes.parquet").unlink()
    (folder / "edges.parquet").write_bytes(b"PAR1")
    data = bytearray((folder / "skeletons.parquet").read_bytes())
    data[10] ^= 255
    (folder / "skeletons.parquet").write_bytes(data)
    rules = faults(folder)
    assert ("nodes", "missing file") in rules
    assert ("edges", "unreadable file") in rules
    assert ("skeletons", "changed file") in rules


def test_without_verify_a_large_connectome_is_still_refused_for_its_size(folder: Path) -> None:
    file = folder / "synapses.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DamagedConnectomeError, match="truncated or edited"):
        Session(folder, verify=False)


def test_without_verify_a_changed_value_is_not_looked_for(folder: Path) -> None:
    """The price of opening a large connectome at once; `check` and verify=True find it."""
    file = folder / "synapses.parquet"
    data = bytearray(file.read_bytes())
    data[20] ^= 1
    file.write_bytes(data)
    assert not Session(folder, verify=False).verified
    with pytest.raises(DamagedConnectomeError, match="SHA-256"):
        Session(folder, verify=True)


# The manifest


def test_a_missing_manifest_is_found(folder: Path) -> None:
    (folder / "connectome.json").unlink()
    (problem,) = found(folder)
    assert problem.message == (
        f"{folder} is not a connectome: it has no connectome.json. "
        "Make one with `neuropil ingest`, or give a bundled name (`neuropil datasets`)."
    )


@pytest.mark.parametrize("left", [0, 1, 100, -2])
def test_a_truncated_manifest_is_found(folder: Path, left: int) -> None:
    file = folder / "connectome.json"
    file.write_bytes(file.read_bytes()[:left])
    (problem,) = found(folder)
    assert problem.rule == "manifest"
    assert "the manifest is truncated or edited." in problem.message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"name": "example"', '"name": "exampel"'),
        ('"synapses"', '"sections"'),
        ('"rows": 3', '"rows": 4'),
        ("\n", "\r\n"),
        ("  ", "\t"),
        ('"release": "1"', '"release": "2"'),
    ],
)
def test_an_edited_manifest_is_found(folder: Path, old: str, new: str) -> None:
    file = folder / "connectome.json"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_bytes(text.replace(old, new, 1).encode())
    (problem,) = found(folder)
    assert problem.message.endswith(
        "is not what was written: its SHA-256 is not its manifest_sha256. "
        "Write the connectome again with the manifest you want."
    )


def test_a_manifest_without_its_own_hash_is_refused(folder: Path) -> None:
    content = json.loads((folder / "connectome.json").read_text(encoding="utf-8"))
    del content["manifest_sha256"]
    (folder / "connectome.json").write_text(json.dumps(content, indent=2))
    assert "its SHA-256 is not its manifest_sha256" in found(folder)[0].message


def test_a_manifest_that_hides_its_hash_in_another_place_is_refused(folder: Path) -> None:
    file = folder / "connectome.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    del content["manifest_sha256"]
    data = examples.signed({"format": content["format"], "notes": ["x"], "inner": content})
    file.write_bytes(data.replace(b'"notes"', b'"manifest_sha256": "", "notes"'))
    found(folder)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"[]", b"null", b"{}", b"[" * 100_000, b'"x"'])
def test_a_manifest_that_is_none_is_found(folder: Path, data: bytes) -> None:
    (folder / "connectome.json").write_bytes(data)
    (problem,) = found(folder)
    assert (problem.table, problem.rule) == ("connectome.json", "manifest")


def test_a_folder_in_place_of_the_manifest_is_found(folder: Path) -> None:
    (folder / "connectome.json").unlink()
    (folder / "connectome.json").mkdir()
    assert "cannot be read (Is a directory)" in found(folder)[0].message


@pytest.mark.parametrize("version", ["2.0", "0.9", "1", "10.0", "1.x", "", 1.0, None, ["1.0"]])
def test_another_schema_version_is_refused(folder: Path, version: object) -> None:
    edit_manifest(folder, lambda content: content.update(schema_version=version))
    (problem,) = found(folder)
    assert problem.message == (
        f"{folder / 'connectome.json'} has schema version {version}, this software reads 1.1. "
        "Update neuropil, or write the connectome again from its source."
    )


def test_a_later_minor_version_is_read_and_what_is_unknown_ignored(folder: Path) -> None:
    edit_manifest(
        folder, lambda content: content.update(schema_version="1.7", something_new={"x": 1})
    )
    assert check(folder) == []
    assert Session(folder).manifest.name == "example"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c.pop("tables"), "lacks 'tables'"),
        (lambda c: c.update(tables=[]), "is wrong"),
        (lambda c: c["tables"].update(nodes=3), "is wrong"),
        (lambda c: c["tables"]["nodes"].pop("rows"), "lacks 'rows'"),
        (lambda c: c["tables"]["nodes"].update(rows="many"), "is wrong"),
        (lambda c: c["tables"]["nodes"].update(rows=1e400), "is wrong"),
        (lambda c: c["tables"]["nodes"].update(files="nodes.parquet"), "is wrong"),
        (lambda c: c.pop("name"), "name"),
        (lambda c: c.update(name=None), "name must be str, got NoneType None"),
        (lambda c: c.update(name=""), "name must not be empty"),
        (lambda c: c.update(weights={"chemical": "synapses"}), "weights['chemical'] must be"),
        (lambda c: c.update(voxel_size_nm=[4, 4]), "voxel_size_nm must be three positive lengths"),
        (lambda c: c.update(pair_threshold=True), "pair_threshold must be"),
        (lambda c: c.update(citation=[1]), "citation must be a text or a list of texts"),
    ],
)
def test_a_manifest_that_is_wrong_is_found(
    folder: Path, change: Callable[[dict[str, Any]], object], says: str
) -> None:
    edit_manifest(folder, change)
    (problem,) = found(folder)
    assert says in problem.message
    assert problem.message.endswith("the manifest is damaged.")


@pytest.mark.parametrize("table", ["nodes", "edges"])
def test_a_manifest_without_nodes_or_edges_is_found(folder: Path, table: str) -> None:
    edit_manifest(folder, lambda content: content["tables"].pop(table))
    assert (table, "missing table") in faults(folder)


def test_a_table_without_files_is_found(folder: Path) -> None:
    edit_manifest(folder, lambda content: content["tables"]["edges"].update(files=[]))
    assert ("edges", "missing file") in faults(folder)


@pytest.mark.parametrize(
    "path", ["../secret.parquet", "/etc/passwd", "a/../../secret.parquet", ".."]
)
def test_a_path_that_leaves_the_folder_is_refused(folder: Path, path: str) -> None:
    shutil.copy(folder / "nodes.parquet", folder.parent / "secret.parquet")
    edit_manifest(folder, lambda c: c["tables"]["nodes"]["files"][0].update(path=path))
    first = found(folder)[0]
    assert (first.table, first.rule) == ("nodes", "outside the folder")
    assert first.message == (f"connectome.json names {path!r}, which is not inside the connectome.")


@pytest.mark.parametrize("path", ["", ".", "sub", "x" * 300, "a\0b", "a\udcffb"])
def test_a_path_that_is_no_file_is_refused(folder: Path, path: str) -> None:
    (folder / "sub").mkdir()
    edit_manifest(folder, lambda c: c["tables"]["nodes"]["files"][0].update(path=path))
    assert faults(folder)[0] == ("nodes", "unreadable file")


@pytest.mark.parametrize(
    "name", ["x\"; COPY (SELECT 1) TO 'canary.csv'; --", "a b", "", "../x", "1a"]
)
def test_a_table_name_that_is_more_than_a_word_is_refused(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    edit_manifest(
        folder, lambda content: content["tables"].update({name: content["tables"]["nodes"]})
    )
    (problem,) = found(folder)
    assert f"A table's name must be a plain word, got {name!r}" in problem.message
    with pytest.raises(DamagedConnectomeError):
        Session(folder, file_access=True)
    assert [path.name for path in folder.parent.iterdir()] == ["x"]


def test_wrong_row_counts_are_found(folder: Path) -> None:
    edit_manifest(folder, lambda content: content["tables"]["edges"].update(rows=5))
    (problem,) = found(folder, verify=False)
    assert str(problem) == "edges: row count: the files hold 4 rows, connectome.json says 5."


def test_columns_that_differ_from_the_manifest_are_found(folder: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["tables"]["nodes"]["columns"]["side"] = "int8"
        content["tables"]["nodes"]["columns"]["more"] = "string"

    edit_manifest(folder, change)
    (problem,) = found(folder, verify=False)
    assert str(problem) == (
        "nodes: columns: nodes.parquet and connectome.json differ in more, side, side."
    )


# Tables of several files, and tables of one's own


def split(folder: Path, table: str = "edges") -> None:
    """Store a table as a folder of two Parquet files, as Spark and Dask do."""
    whole = pq.read_table(folder / f"{table}.parquet")
    (folder / f"{table}.parquet").unlink()
    (folder / table).mkdir()
    files = []
    for i, start in enumerate((0, 2)):
        part = f"{table}/part-{i}.parquet"
        pq.write_table(whole.slice(start, 2 if i == 0 else None), folder / part)
        files.append({"path": part})
    edit_manifest(folder, lambda content: content["tables"][table].update(files=files))
    rehash(folder, table)


def test_a_table_may_be_several_files(folder: Path) -> None:
    before = Session(folder).sql("FROM edges ORDER BY ALL").fetchall()
    split(folder)
    assert check(folder) == []
    for file_access in (False, True):
        session = Session(folder, file_access=file_access)
        assert session.sql("FROM edges ORDER BY ALL").fetchall() == before


def test_a_table_of_several_files_is_checked_file_by_file(folder: Path) -> None:
    split(folder)
    (folder / "edges" / "part-1.parquet").unlink()
    assert faults(folder)[0] == ("edges", "missing file")


def test_a_file_nobody_names_is_not_read(folder: Path) -> None:
    split(folder)
    shutil.copy(folder / "edges" / "part-0.parquet", folder / "edges" / "part-2.parquet")
    assert check(folder) == []
    assert Session(folder).sql("SELECT count(*) FROM edges").fetchall() == [(4,)]


def test_a_file_may_be_a_link_and_is_checked_all_the_same(folder: Path) -> None:
    """As git-annex and DataLad keep large files."""
    real = folder.parent / "annex-object"
    (folder / "edges.parquet").rename(real)
    (folder / "edges.parquet").symlink_to(real)
    assert check(folder) == []
    assert len(Session(folder).table("edges").fetchall()) == 4
    real.write_bytes(real.read_bytes()[:-1] + b"x")
    assert ("edges", "changed file") in faults(folder)


def test_a_file_named_twice_is_found(folder: Path) -> None:
    split(folder)
    edit_manifest(
        folder,
        lambda content: content["tables"]["edges"]["files"].append(
            content["tables"]["edges"]["files"][0]
        ),
    )
    assert ("edges", "row count") in faults(folder)
    rehash(folder, "edges")
    assert ("edges", "duplicate key") in faults(folder)


def test_files_of_one_table_with_other_columns_are_found(folder: Path) -> None:
    split(folder)
    part = folder / "edges" / "part-1.parquet"
    pq.write_table(pq.ParquetFile(part).read().drop_columns(["weight"]), part)
    rehash(folder, "edges")
    assert ("edges", "columns") in faults(folder)
    assert ("edges", "missing column") in faults(folder)


def test_a_table_beyond_the_contract_is_checked_byte_by_byte(folder: Path) -> None:
    own = pd.DataFrame({"pre_id": [0.5], "anything": ["x"]})
    pq.write_table(pa.Table.from_pandas(own), folder / "mine.parquet")
    edit_manifest(folder, lambda c: c["tables"].update(mine={"files": [{"path": "mine.parquet"}]}))
    rehash(folder, "mine")
    assert check(folder) == []
    assert Session(folder).sql("FROM mine").fetchall() == [(0.5, "x")]
    data = bytearray((folder / "mine.parquet").read_bytes())
    data[10] ^= 1
    (folder / "mine.parquet").write_bytes(data)
    assert faults(folder)[0] == ("mine", "changed file")


def test_more_files_than_may_be_open_are_refused_with_the_way_out(folder: Path) -> None:
    split(folder)
    gc.collect()
    taken = [int(name) for name in os.listdir("/dev/fd")]  # noqa: PTH208
    free_below = max(taken) + 1 - len(taken)
    names = [f"edges/part-{i}.parquet" for i in range(2, free_below + 100)]
    for name in names:
        shutil.copy(folder / "edges" / "part-0.parquet", folder / name)
    edit_manifest(
        folder,
        lambda content: content["tables"]["edges"].update(files=[{"path": n} for n in names]),
    )
    rehash(folder, "edges")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(taken) + 40, hard))
    try:
        with pytest.raises(ContractError) as caught:
            Session(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert str(caught.value) == (
        f"{folder} has more files than may be open at once. "
        "Raise the limit (`ulimit -n`), or write it again with one file a table."
    )


# Rows that break a rule although every hash is right


COLUMN_TYPES = [
    ("nodes", "node_id", [1.0, 3.0, float(BIG)], "column type"),
    ("nodes", "node_id", ["1", "3", "4"], "column type"),
    ("nodes", "node_id", pa.array([1, 3, BIG], pa.uint64()), "column type"),
    ("nodes", "sign", [1, 0, 0], "column type"),
    ("edges", "weight", pa.array([1] * 4, pa.float32()), "column type"),
]
# `write` refuses these by the same rules; here they stand in a folder that another program made.
ROW_RULES = [
    ("nodes", "node_id", [1, None, BIG], "missing value"),
    ("nodes", "node_id", [1, 1, BIG], "duplicate key"),
    ("nodes", "node_id", [1, 3, BIG - 1], "unknown neuron"),
    ("nodes", "side", ["L", None, None], "value out of range"),
    ("nodes", "sign", pa.array([2, 0, 0], pa.int8()), "value out of range"),
    ("nodes", "pre_completeness", [1.5, None, None], "value out of range"),
    ("edges", "weight", [float("nan")] * 4, "value out of range"),
    ("edges", "weight", [0.0] * 4, "value out of range"),
    ("edges", "weight", [4.0, 0.5, 0.5, 1.0], "weight is not syn_count"),
    ("edges", "weight", [3.0, 0.5, 0.6, 1.0], "one-way electrical edge"),
    ("edges", "edge_type", ["chemical"] * 4, "duplicate key"),
    ("edges", "syn_count", pa.array([0, None, None, 1], pa.int32()), "value out of range"),
    ("edges_by_region", "weight", [2.0, 2.0, 1.0], "regions do not add up"),
    ("edges_by_region", "weight", [1e308, 1e308, 1e308], "regions do not add up"),
    ("edges_by_region", "region", ["AL", "AL", "AL"], "duplicate key"),
    ("synapses", "pre_id", [1, 1, None, BIG, None, None], "syn_count is not the number"),
    ("synapses", "x_nm", [float("inf")] * 6, "value out of range"),
    ("skeletons", "parent_id", [None, 2, 1, 1, None], "loop"),
    ("skeletons", "parent_id", [None, 0, 1, 9, None], "unknown parent"),
    ("skeletons", "parent_id", [3, 0, 1, 1, None], "no root"),
    ("skeletons", "point_id", [0, 0, 0, 0, 0], "duplicate key"),
    ("skeletons", "radius_nm", [-1.0] * 5, "value out of range"),
    ("skeletons", "x_nm", [None, 1.0, 1.0, 1.0, 1.0], "missing value"),
]


def store(folder: Path, table: str, column: str, values: object) -> None:
    stored = pq.read_table(folder / f"{table}.parquet")
    array = values if isinstance(values, pa.Array) else pa.array(values)
    changed = stored.set_column(stored.schema.get_field_index(column), column, array)
    examples.replace_table(folder, table, changed)


@pytest.mark.parametrize(("table", "column", "values", "rule"), COLUMN_TYPES)
def test_columns_of_another_type_are_found(
    folder: Path, table: str, column: str, values: object, rule: str
) -> None:
    store(folder, table, column, values)
    assert (table, rule) in faults(folder)


def test_rows_that_break_several_rules_are_found(folder: Path) -> None:
    store(folder, "nodes", "side", ["L", None, None])
    store(folder, "edges", "weight", [4.0, 0.5, 0.6, 1.0])
    store(folder, "edges_by_region", "region", ["AL", "AL", "AL"])
    store(folder, "synapses", "x_nm", [float("inf")] * 6)
    store(folder, "skeletons", "parent_id", [None, 2, 1, 1, None])
    assert {
        ("nodes", "value out of range"),
        ("edges", "one-way electrical edge"),
        ("edges", "weight is not syn_count"),
        ("edges_by_region", "duplicate key"),
        ("synapses", "value out of range"),
        ("skeletons", "loop"),
    } <= set(faults(folder))


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column", "values", "rule"), ROW_RULES)
def test_rows_that_break_a_rule_are_found(
    folder: Path, table: str, column: str, values: object, rule: str
) -> None:
    store(folder, table, column, values)
    assert any(problem.rule.startswith(rule) for problem in check(folder))


def test_a_small_connectome_is_opened_only_if_its_rows_keep_the_rules(folder: Path) -> None:
    stored = pq.read_table(folder / "nodes.parquet")
    examples.replace_table(folder, "nodes", stored.slice(0, 2))
    assert faults(folder)[0] == ("edges", "unknown neuron")
    assert not Session(folder, verify=False).verified


def test_a_missing_column_is_found(folder: Path) -> None:
    stored = pq.read_table(folder / "edges.parquet").drop_columns(["edge_type"])
    examples.replace_table(folder, "edges", stored)
    assert faults(folder) == [("edges", "missing column")]


def test_columns_that_differ_in_capitals_only_are_found(folder: Path) -> None:
    stored = pq.read_table(folder / "edges.parquet")
    examples.replace_table(folder, "edges", stored.append_column("WEIGHT", pa.array([-1.0] * 4)))
    (problem,) = found(folder)
    assert problem.rule == "repeated column"
    assert "WEIGHT, weight more than once" in problem.message


def test_a_column_stored_twice_is_found(folder: Path) -> None:
    stored = pq.read_table(folder / "edges.parquet")
    examples.replace_table(folder, "edges", stored.append_column("size", pa.array([1.0] * 4)))
    twice = pq.read_table(folder / "edges.parquet").append_column("size", pa.array([2.0] * 4))
    examples.replace_table(folder, "edges", twice)
    assert ("edges", "repeated column") in faults(folder)


def test_text_in_the_large_layout_is_text(folder: Path) -> None:
    stored = pq.read_table(folder / "nodes.parquet")
    place = stored.schema.get_field_index("name")
    large = stored.set_column(place, "name", stored["name"].cast(pa.large_string()))
    pq.write_table(large, folder / "nodes.parquet")
    rehash(folder, "nodes")
    assert check(folder) == []


def test_an_error_of_the_tables_is_a_value_error() -> None:
    assert issubclass(DamagedConnectomeError, ContractError)
    assert issubclass(ContractError, ValueError)
