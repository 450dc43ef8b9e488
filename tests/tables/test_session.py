"""A session answers SQL over one whole connectome, and over it alone."""

from __future__ import annotations

import gc
import os
import pickle
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from connectome_analysis.tables import ContractError, DamagedConnectomeError, Session, write
from tests.tables import examples
from tests.tables.examples import BIG, MANIFEST, write_five, write_two


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_five(tmp_path_factory.mktemp("session") / "x")


@pytest.fixture(scope="module")
def session(folder: Path) -> Session:
    return Session(folder)


def test_every_table_is_a_view(session: Session) -> None:
    names = [name for (name,) in session.sql("SHOW TABLES").fetchall()]
    assert names == ["edges", "edges_by_region", "nodes", "skeletons", "synapses"]
    assert session.sql(
        """
        SELECT n.name, sum(e.syn_count) FROM edges e JOIN nodes n ON e.post_id = n.node_id
        WHERE e.edge_type = 'chemical' GROUP BY ALL
        """
    ).fetchall() == [("b", 4)]


def test_ids_come_out_as_integers(session: Session) -> None:
    frame = session.sql("SELECT node_id FROM nodes ORDER BY 1").df()
    assert frame.node_id.dtype == "int64"
    assert frame.node_id.tolist() == [1, 3, BIG]


def test_ids_with_gaps_come_out_as_integers(session: Session) -> None:
    frame = session.sql("SELECT pre_id FROM synapses ORDER BY synapse_id").df()
    assert str(frame.pre_id.dtype) == "Int64"
    assert frame.pre_id.tolist() == [1, 1, 1, BIG, pd.NA, pd.NA]


def test_values_go_in_as_parameters(session: Session) -> None:
    assert session.sql("SELECT name FROM nodes WHERE node_id = ?", [BIG]).fetchall() == [("b",)]
    assert session.sql("SELECT $x || '!'", {"x": "'; DROP TABLE nodes"}).fetchall() == [
        ("'; DROP TABLE nodes!",)
    ]


@pytest.mark.parametrize("kind", ["pandas", "pyarrow"])
def test_tables_of_ones_own_join(session: Session, kind: str) -> None:
    mine: object = pd.DataFrame({"node_id": [1, BIG], "group": ["x", "y"]})
    if kind == "pyarrow":
        mine = pa.Table.from_pandas(mine)
    assert session.sql(
        'SELECT n.name, m."group" FROM nodes n JOIN mine m USING (node_id) ORDER BY ALL',
        tables={"mine": mine},
    ).fetchall() == [("a", "x"), ("b", "y")]


def test_a_later_table_of_one_name_does_not_change_an_earlier_answer(session: Session) -> None:
    relations = [
        session.sql("FROM mine", tables={"mine": pd.DataFrame({"a": [i] * 3})}) for i in range(3)
    ]
    other = session.sql("FROM mine", tables={"mine": pd.DataFrame({"b": ["x"]})})
    gc.collect()
    for i, relation in enumerate(relations):
        assert relation.fetchall() == [(i,)] * 3
        assert relation.filter("a >= 0").df().a.tolist() == [i] * 3
    assert other.fetchall() == [("x",)]


def test_a_table_of_ones_own_is_gone_with_its_query(session: Session) -> None:
    session.sql("FROM mine", tables={"mine": pd.DataFrame({"a": [1]})}).fetchall()
    with pytest.raises(ContractError, match="example has no table mine; it has nodes, edges"):
        session.sql("FROM mine")


@pytest.mark.parametrize("name", ["nodes", "NODES", "Edges"])
def test_a_table_of_the_connectome_is_not_replaced(session: Session, name: str) -> None:
    with pytest.raises(ContractError) as caught:
        session.sql("FROM nodes", tables={name: pd.DataFrame({"a": [1]})})
    assert str(caught.value) == f"{name} is a table of the connectome; give yours another name."
    assert session.sql("SELECT count(*) FROM nodes").fetchall() == [(3,)]


@pytest.mark.parametrize("rows", ["text", [1], {"a": [1]}, None, 3])
def test_what_is_no_table_does_not_join(session: Session, rows: object) -> None:
    with pytest.raises(ContractError) as caught:
        session.sql("FROM mine", tables={"mine": rows})
    assert str(caught.value) == (
        f"mine must be a pandas DataFrame or a pyarrow Table, got builtins.{type(rows).__name__}."
    )


@pytest.mark.parametrize("name", ["", "a b", 'a"b', 3])
def test_a_table_of_ones_own_has_a_plain_name(session: Session, name: object) -> None:
    with pytest.raises(ContractError, match="must be a plain word"):
        session.sql("SELECT 1", tables={name: pd.DataFrame({"a": [1]})})


def test_a_table_by_name(session: Session) -> None:
    assert session.table("edges").aggregate("count(*)").fetchall() == [(4,)]
    with pytest.raises(ContractError) as caught:
        session.table("synapse")
    assert str(caught.value) == (
        "example has no table synapse; it has nodes, edges, edges_by_region, synapses, skeletons."
    )


def test_a_relation_outlives_the_session_it_came_from(folder: Path) -> None:
    relation = Session(folder).sql("SELECT count(*) FROM nodes")
    table = Session(folder).table("nodes")
    derived = Session(folder).sql("FROM nodes").filter("node_id = 1").project("name")
    gc.collect()
    assert relation.fetchall() == [(3,)]
    assert len(table.df()) == 3
    assert derived.fetchall() == [("a",)]
    assert Session(folder).sql("FROM nodes").order("node_id").limit(1).fetchall()[0][0] == 1


def test_one_answer_may_be_read_while_another_question_is_asked(session: Session) -> None:
    one = session.sql("SELECT i FROM range(1_000_000) r(i)").to_arrow_reader(1000)
    other = session.sql("SELECT i + 1 AS i FROM range(1_000_000) r(i)").to_arrow_reader(1000)
    for _ in range(3):
        a, b = one.read_next_batch(), other.read_next_batch()
        assert b["i"][0].as_py() == a["i"][0].as_py() + 1


def test_a_closed_session_answers_no_more(folder: Path) -> None:
    session = Session(folder)
    session.sql("FROM nodes")
    session.close()
    session.close()
    with pytest.raises(duckdb.ConnectionException):
        session.sql("FROM nodes")


def test_sql_that_is_none_is_told_with_the_place(session: Session) -> None:
    with pytest.raises(duckdb.ParserException, match="WEHRE"):
        session.sql("SELECT * FROM nodes n WEHRE true")
    with pytest.raises(ContractError) as caught:
        session.sql("SELECT * FROM neurons")
    assert str(caught.value) == (
        "example has no table neurons; it has nodes, edges, edges_by_region, synapses, skeletons."
    )


@pytest.mark.parametrize(
    "options", [{"memory_limit": "much"}, {"threads": 0}, {"threads": -1}, {"memory_limit": ""}]
)
def test_settings_that_are_none_are_refused(folder: Path, options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="DuckDB cannot be started with") as caught:
        Session(folder, **options)
    assert "\n" not in str(caught.value)


def test_a_session_that_was_sent_to_another_process_reads_the_same(folder: Path) -> None:
    there = pickle.loads(pickle.dumps(Session(folder, threads=1, memory_limit="200MB")))
    assert there.sql("SELECT count(*) FROM nodes").fetchall() == [(3,)]
    assert there.threads == 1
    assert there.memory_limit == "200MB"
    assert there.sql("SELECT current_setting('threads')").fetchall() == [(1,)]


# While others write


def test_after_a_replacement_no_new_question_is_answered(tmp_path: Path) -> None:
    folder = write_two(tmp_path / "x")
    session = Session(folder)
    waiting = session.sql("SELECT count(*) FROM nodes JOIN edges ON node_id = pre_id")
    write(
        folder,
        {"nodes": pd.DataFrame({"node_id": [7]}), "edges": examples.edges().iloc[:0]},
        MANIFEST,
        overwrite=True,
    )
    for ask in (lambda: session.sql("FROM nodes"), lambda: session.table("nodes")):
        with pytest.raises(DamagedConnectomeError) as caught:
            ask()
        assert str(caught.value) == (
            f"{folder} has been replaced since it was opened; open it again."
        )
    # A question that was asked before is answered from the connectome it was asked of.
    assert waiting.fetchall() == [(4,)]
    assert Session(folder).sql("FROM nodes").fetchall() == [(7,)]


@pytest.mark.parametrize("file_access", [True, False])
def test_an_answer_never_mixes_two_connectomes(tmp_path: Path, file_access: bool) -> None:
    """Two tables that must agree, replaced between the question and the answer."""
    ids = {"old": list(range(1000)), "new": list(range(1000, 2000))}

    def put(which: str) -> None:
        nodes = pd.DataFrame({"node_id": ids[which]})
        edges = pd.DataFrame(
            {"pre_id": ids[which], "post_id": ids[which], "edge_type": "x", "weight": 1.0}
        )
        write(tmp_path / "x", {"nodes": nodes, "edges": edges}, MANIFEST, overwrite=True)

    put("old")
    session = Session(tmp_path / "x", file_access=file_access)
    relation = session.sql(
        "SELECT min(node_id), count(*) FROM nodes JOIN edges ON node_id = pre_id"
    )
    put("new")
    put("old")
    put("new")
    assert relation.fetchall() == [(0, 1000)]


def test_a_removed_connectome_is_noticed(tmp_path: Path) -> None:
    session = Session(write_two(tmp_path / "x"))
    shutil.rmtree(tmp_path / "x")
    with pytest.raises(DamagedConnectomeError, match="has been replaced since it was opened"):
        session.sql("FROM nodes")


def test_a_file_edited_in_place_is_noticed(tmp_path: Path) -> None:
    session = Session(write_two(tmp_path / "x"))
    with (tmp_path / "x" / "edges.parquet").open("r+b") as file:
        file.write(b"x")
        os.utime(file.fileno(), ns=(0, 0))
    with pytest.raises(DamagedConnectomeError, match="has been replaced since it was opened"):
        session.sql("FROM nodes")


def test_a_session_sent_away_does_not_open_another_connectome(tmp_path: Path) -> None:
    sent = pickle.dumps(Session(write_two(tmp_path / "x")))
    write(tmp_path / "x", examples.five(), MANIFEST, overwrite=True)
    with pytest.raises(DamagedConnectomeError, match="has been replaced since it was opened"):
        pickle.loads(sent)


@pytest.mark.slow
def test_a_forked_child_leaves_its_parents_session_alone(tmp_path: Path) -> None:
    program = f"""
import os
from connectome_analysis.tables import Session
session = Session({str(write_two(tmp_path / "x"))!r}, threads=1)
os.makedirs(session._spill)
child = os.fork()
if child == 0:
    session._close()  # as at the end of a process
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert os.path.isdir(session._spill)
print(session.sql("SELECT count(*) FROM nodes").fetchall())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout == "[(3,)]\n", done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


# Larger than memory


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Edges whose rows take some 60 MB while they are sorted."""
    n = 1_000_000
    rng = np.random.default_rng(0)
    ids = np.arange(2000) * 2**40
    pairs = rng.permutation(2000 * 2000)[:n]
    edges = pa.table(
        {
            "pre_id": ids[pairs // 2000],
            "post_id": ids[pairs % 2000],
            "edge_type": pa.DictionaryArray.from_arrays(np.zeros(n, dtype="int8"), ["chemical"]),
            "weight": rng.random(n) + 1,
        }
    )
    folder = tmp_path_factory.mktemp("large")
    return write(folder / "x", {"nodes": pa.table({"node_id": ids}), "edges": edges}, MANIFEST)


def spilled(folder: Path) -> list[Path]:
    return list(folder.parent.glob(".neuropil-spill-*"))


def test_a_table_larger_than_memory_is_sorted_on_disk(large: Path) -> None:
    session = Session(large, memory_limit="40MB", threads=1)
    relation = session.sql("SELECT * FROM edges ORDER BY weight, pre_id")
    last, rows = 0.0, 0
    for batch in relation.to_arrow_reader(100_000):
        weights = batch["weight"].to_numpy()
        assert weights[0] >= last
        assert (np.diff(weights) >= 0).all()
        last, rows = weights[-1], rows + len(weights)
    assert rows == 1_000_000
    assert spilled(large), "nothing was spilled, so the test tests nothing"
    session.close()
    assert spilled(large) == []


def test_what_was_spilled_is_gone_with_the_session(large: Path) -> None:
    session = Session(large, memory_limit="40MB", threads=1)
    reader = session.sql("SELECT * FROM edges ORDER BY weight").to_arrow_reader(1000)
    reader.read_next_batch()
    assert spilled(large)
    del reader, session
    for _ in range(8):  # those that answer lately are kept for their relations
        Session(large).sql("SELECT 1")
    gc.collect()
    assert spilled(large) == []


def test_what_a_killed_process_spilled_is_cleared_after_a_week(tmp_path: Path) -> None:
    folder = write_two(tmp_path / "x")
    for name, days in (("old", 8), ("new", 6)):
        file = tmp_path / f".neuropil-spill-{name}" / "duckdb_temp_block-1.block"
        file.parent.mkdir()
        file.write_text("x")
        then = time.time() - days * 86400
        os.utime(file, (then, then))
    Session(folder).close()
    assert [path.name for path in spilled(folder)] == [".neuropil-spill-new"]
