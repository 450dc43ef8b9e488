"""Tables that were computed from a connectome join with it, and with no other."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import connectome_analysis as ca
from connectome_analysis.tables import ContractError, Manifest, Session, check, write
from tests.tables import examples
from tests.tables.examples import BIG, edit_manifest, write_two


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_two(tmp_path / "x")


@pytest.fixture
def session(folder: Path) -> Session:
    return Session(folder)


GROUPS = pd.DataFrame({"node_id": [1, BIG, 3], "community": [0, 0, 1]})


def test_a_registered_table_joins_in_every_query(session: Session) -> None:
    session.register("communities", GROUPS)
    query = "SELECT name, community FROM nodes JOIN communities USING (node_id) ORDER BY 2, 1"
    for _ in range(2):
        assert session.sql(query).fetchall() == [("a", 0), ("b", 0), (None, 1)]
    assert session.table("communities").columns == ["node_id", "community"]


@pytest.mark.parametrize(
    "rows",
    [
        GROUPS,
        GROUPS.set_index("node_id"),
        GROUPS.set_index("node_id")["community"],
        pa.Table.from_pandas(GROUPS),
        GROUPS.astype({"node_id": "uint64"}),
    ],
    ids=["frame", "indexed frame", "series", "arrow", "unsigned"],
)
def test_any_table_by_neuron_is_taken(session: Session, rows: object) -> None:
    session.register("mine", rows)
    relation = session.sql("SELECT node_id, community FROM mine ORDER BY 1")
    assert str(relation.types[0]) == "BIGINT"
    assert relation.fetchall() == [(1, 0), (3, 1), (BIG, 0)]
    assert session.derived["mine"].ids == ("node_id",)


def test_motif_instances_are_neurons_in_every_column() -> None:
    with ca.open("celegans-varshney2011") as worm:
        worm.register("loops", ca.motifs.find(worm.graph(), "A -> B; B -> C; C -> A"))
        rows = worm.sql(
            "SELECT cell_class, count(*) FROM loops JOIN nodes ON node_id = A GROUP BY 1 ORDER BY 2 DESC"
        ).fetchall()
        assert rows[0][0] == "interneuron"
        assert worm._session.derived["loops"].ids == ("A", "B", "C")
        assert worm.registered == ("loops",)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"node_id": [1.0, 3.0]}, r"mine\.node_id must be int64, got float64\. Ids above 2\*\*53"),
        ({"node_id": ["1", "3"]}, r"mine\.node_id must be int64, got text\. Ids are whole numbers"),
        ({"node_id": np.array([2**63], "uint64")}, r"numbers above 2\*\*63 - 1"),
        ({"node_id": [1, 4, 5]}, r"^mine\.node_id has 2 ids that are no neuron here, such as 4\."),
        ({"pre_id": [1, 9]}, r"^mine\.pre_id has 1 ids that are no neuron here"),
    ],
)
def test_ids_are_integers_and_neurons_of_the_connectome(
    session: Session, rows: dict[str, object], message: str
) -> None:
    with pytest.raises(ContractError, match=message):
        session.register("mine", pd.DataFrame(rows))
    assert session.derived == {}


def test_an_id_may_be_missing_and_be_called_otherwise(session: Session) -> None:
    rows = pd.DataFrame({"root": pd.array([1, None], "Int64"), "p": [0.5, 0.25]})
    session.register("mine", rows, ids=["root"])
    assert session.sql("SELECT root FROM mine ORDER BY 1").fetchall() == [(1,), (None,)]
    with pytest.raises(ContractError, match=r"^other has no column node to hold neurons; it has"):
        session.register("other", rows, ids=["node"])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("edges", "edges is a table of the connectome"),
        ("EDGES", "EDGES is a table of the connectome"),
        ("type_matrix", "type_matrix is a view over the connectome"),
        ("a b", "must be a plain word"),
        ("mine", "mine is registered already"),
    ],
)
def test_a_name_is_free_or_refused(session: Session, name: str, message: str) -> None:
    session.register("mine", GROUPS)
    with pytest.raises(ContractError, match=message):
        session.register(name, GROUPS)


def test_a_registered_table_can_be_replaced_and_taken_away(session: Session) -> None:
    session.register("mine", GROUPS)
    before = session.sql("SELECT sum(community) FROM mine")
    session.register("mine", GROUPS.assign(community=7), replace=True)
    assert session.sql("SELECT sum(community) FROM mine").fetchall() == [(21,)]
    assert before.fetchall() == [(1,)]
    session.unregister("mine")
    with pytest.raises(ContractError, match="has no table mine"):
        session.sql("FROM mine")
    with pytest.raises(ContractError, match="No table mine is registered; there are: none"):
        session.unregister("mine")


def test_registered_tables_travel_with_a_pickled_session(session: Session) -> None:
    session.register("mine", GROUPS)
    copy = pickle.loads(pickle.dumps(session))
    assert copy.sql("SELECT count(*) FROM mine").fetchall() == [(3,)]


def test_a_saved_table_comes_back_to_its_connectome(session: Session, tmp_path: Path) -> None:
    session.register("communities", GROUPS)
    file = session.save("communities", tmp_path / "c.parquet", made_by="by hand")
    again = Session(session.path)
    again.register("communities", file)
    assert again.sql("FROM communities ORDER BY node_id").fetchall() == [(1, 0), (3, 1), (BIG, 0)]
    label = json.loads(pq.read_schema(file).metadata[b"neuropil"])
    assert label["connectome"]["name"] == "example"
    assert label["terms"] == {"licence": "not stated"}
    assert label["made_by"] == "by hand"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c.parquet", "x"]


def test_a_saved_table_joins_with_no_other_release(session: Session, tmp_path: Path) -> None:
    session.register("communities", GROUPS)
    file = session.save("communities", tmp_path / "c.parquet")
    other = Session(write_two(tmp_path / "y", nodes__name=["a", "b", "c"]))
    with pytest.raises(
        ContractError,
        match=r"computed from example, release 1 \(tables \w{8}\), and this is example, release 1 "
        r"\(tables \w{8}\): not joined",
    ):
        other.register("communities", file)


def test_a_manifest_written_anew_keeps_its_saved_tables(session: Session, tmp_path: Path) -> None:
    session.register("communities", GROUPS)
    file = session.save("communities", tmp_path / "c.parquet")
    session.close()
    edit_manifest(session.path, lambda content: content.update(licence="CC0"))
    Session(session.path).register("communities", file)


def test_files_of_ones_own_are_taken_with_their_ids_looked_up(
    session: Session, tmp_path: Path
) -> None:
    (tmp_path / "m.csv").write_text(f"node_id,p\n{BIG},0.5\n,0.25\n")
    session.register("mine", tmp_path / "m.csv")
    assert session.sql("SELECT node_id FROM mine").fetchall() == [(BIG,), (None,)]
    (tmp_path / "n.csv").write_text("node_id,p\n99,0.5\n")
    with pytest.raises(ContractError, match="no neuron here, such as 99"):
        session.register("n", tmp_path / "n.csv")


def test_damaged_and_missing_files_are_told_in_one_line(session: Session, tmp_path: Path) -> None:
    session.register("mine", GROUPS)
    file = session.save("mine", tmp_path / "c.parquet")
    data = bytearray(file.read_bytes())
    data[20] ^= 255
    file.write_bytes(data)
    for path, message in (
        (file, "cannot be read as a table"),
        (tmp_path / "no.parquet", "is not there; wanted is"),
        (tmp_path, "is not there; wanted is"),
    ):
        with pytest.raises(ContractError, match=message) as told:
            session.register("other", path)
        assert "\n" not in str(told.value)


def test_nothing_is_saved_over_a_file_or_into_a_connectome(
    session: Session, tmp_path: Path
) -> None:
    session.register("mine", GROUPS)
    file = session.save("mine", tmp_path / "c.parquet")
    for path, message in (
        (file, "exists. Choose another name"),
        (session.path / "c.parquet", "lies inside the connectome"),
        (tmp_path / "c.csv", r"must end in \.parquet"),
        (tmp_path / "no" / "c.parquet", "is not a folder"),
    ):
        with pytest.raises(ContractError, match=message):
            session.save("mine", path)
    session.save("mine", file, overwrite=True)
    assert check(session.path) == []
    with pytest.raises(ContractError, match="No table other is registered; there are: mine"):
        session.save("other", tmp_path / "d.parquet")


def test_terms_go_with_a_saved_table(tmp_path: Path) -> None:
    manifest = Manifest(name="x", licence="CC BY 4.0", access="Ask first.", restricted=True)
    session = Session(write(tmp_path / "x", examples.two(), manifest))
    session.register("mine", GROUPS)
    with pytest.raises(ContractError, match=r"^x is restricted: .* so: allow_restricted=True\.$"):
        session.save("mine", tmp_path / "c.parquet")
    file = session.save("mine", tmp_path / "c.parquet", allow_restricted=True)
    label = json.loads(pq.read_schema(file).metadata[b"neuropil"])
    assert list(label["terms"]) == ["licence", "access", "restricted"]
