"""What was written when schema 1.0 was new is read today, to the last bit."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from connectome_analysis.tables import TABLES, Session, check, read_manifest, write
from tests.tables import examples

FOLDER = Path(__file__).parent / "fixtures" / "schema-1.0"
BIG = 720_575_940_628_857_210
LAST = 2**63 - 1

# These files are a witness: a writer that has changed does not write them anew.
WRITTEN = {
    "connectome.json": "d64e348c1f5f9f491dffcf0cccaa69b10e1820e05b0de3ea49fb044961683a45",
    "edges.parquet": "40b11977c64c00efd6af6c03bec5545b34fb1e0007fd0eb4488e0a9838cc66e5",
    "edges_by_region.parquet": "b13ebf79515fb93e0169913e21fd1870d1646b6d369a8c8adea16d48a055c5e1",
    "mothers.parquet": "ac4532e4e6290b8504467a138c50de53c89eb3387af82db44f3c6b0e586aea78",
    "nodes.parquet": "1113494696f6637d5f90a914d2c55247eea0ceda1c6d9c55b943a309ef0afa86",
    "skeletons.parquet": "bc4084a073a6004d299f3c9cf2490aa61292d76c33f76dd581a6b4325f6f7aee",
    "synapses.parquet": "e8c50e1bbf7a42bd3b5aa0cb8ff25f651a9799225608071e02b8e96aad6db1ab",
}


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(FOLDER)


def test_the_files_are_those_that_were_written_then() -> None:
    assert {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in FOLDER.iterdir()
    } == WRITTEN


def test_it_is_found_clean() -> None:
    assert check(FOLDER) == []


def test_it_has_every_column_of_the_contract(session: Session) -> None:
    for name, table in TABLES.items():
        columns = session.table(name).columns
        assert [column.name for column in table.columns] == columns[: len(table.columns)]


def test_its_neurons_are_read(session: Session) -> None:
    assert session.sql("SELECT node_id, name, side, sign, x_nm FROM nodes").fetchall() == [
        (-1, "frag", None, None, None),
        (1, "AVAL", "left", 1, 1.5),
        (2, "AVAR", "right", -1, -1.5),
        (BIG, "größe 神经", "center", 1, 0.0),
        (LAST, None, None, 0, 1e9),
    ]
    assert session.sql(
        "SELECT cell_type, volume_nm3, post_completeness, status, soma_radius_um, synonyms, "
        "year(traced_on) FROM nodes WHERE node_id IN (2, 9223372036854775807) ORDER BY node_id"
    ).fetchall() == [
        ("AVA", 2e9, 0.25, "traced", 2.25, ["AVA right", "x"], None),
        ("", None, None, None, None, None, None),
    ]


def test_its_edges_are_read(session: Session) -> None:
    assert session.sql(
        "SELECT pre_id, post_id, edge_type, weight, syn_count, size, confidence FROM edges"
    ).fetchall() == [
        (1, 2, "chemical", 3.0, 3, 30.0, 0.9),
        (1, 2, "electrical", 0.125, None, None, None),
        (1, BIG, "chemical", 1.0, 1, None, 0.5),
        (2, -1, "chemical", 2.0, 2, 20.0, 0.0),
        (2, 1, "electrical", 0.125, None, None, None),
        (2, 2, "chemical", 1.0, 1, 10.0, 1.0),
        (BIG, 1, "chemical", 1.0, 1, 1.0, None),
    ]
    assert session.sql("SELECT post_id, region, syn_count FROM edges_by_region").fetchall() == [
        (2, "head", 2),
        (2, "tail", 1),
        (BIG, "head", 1),
        (2, "head", 1),
    ]


def test_its_synapses_are_read(session: Session) -> None:
    rows = session.sql("SELECT synapse_id, pre_id, post_id, y_nm, score FROM synapses").fetchall()
    assert rows[0] == (100, 1, 2, 0.5, -3.5)
    assert rows[2] == (102, 1, 2, 0.5, 143.0)
    assert rows[-2:] == [(108, None, 2, 0.5, None), (LAST, None, None, None, None)]
    assert len(rows) == 10


def test_its_skeletons_are_read(session: Session) -> None:
    assert session.sql(
        "SELECT node_id, point_id, parent_id, y_nm, radius_nm, compartment FROM skeletons"
    ).fetchall() == [
        (1, 10, None, 0.0, 100.0, "soma"),
        (1, 11, 10, 0.0, 50.0, "axon"),
        (1, 12, 11, 1.0, None, "axon"),
        (1, 13, 11, -1.0, 0.0, "dendrite"),
        (BIG, 0, None, 9.0, 1.0, None),
    ]


def test_its_table_beyond_the_contract_is_read(session: Session) -> None:
    assert session.sql("FROM mothers").fetchall() == [(1, "ABalppaaapa"), (2, "ABalaappapa")]


def test_its_manifest_is_read() -> None:
    manifest = read_manifest(FOLDER)
    assert manifest.name == "fixture"
    assert manifest.species == "Caenorhabditis elegans"
    assert manifest.release == "1"
    assert manifest.citation == ("White et al. 1986", "Großmann 2026")
    assert manifest.doi == ("10.1098/rstb.1986.0056",)
    assert manifest.voxel_size_nm == (50.0, 4.0, 4.0)
    assert manifest.weight_meaning("chemical") == "synapses"
    assert manifest.weight_meaning("electrical") == "contact area (um^2)"
    assert manifest.score_cutoff == -4.5
    assert manifest.pair_threshold == 1
    assert manifest.buckets == {"rows in": 12, "kept": 10, "no position": 2}
    assert manifest.error_model == {"recall": 0.9, "false_rate": 0.001}
    assert manifest.written_at == "2023-11-14T22:13:20+00:00"
    assert {name: record.rows for name, record in manifest.tables.items()} == {
        "nodes": 5,
        "edges": 7,
        "edges_by_region": 4,
        "synapses": 10,
        "skeletons": 5,
        "mothers": 2,
    }


def test_it_is_written_by_todays_writer_row_by_row(session: Session, tmp_path: Path) -> None:
    tables = {name: session.table(name).to_arrow_table() for name in session.manifest.tables}
    folder = write(tmp_path / "x", tables, session.manifest)
    assert examples.rows(folder) == examples.rows(FOLDER)


def test_a_copy_of_it_may_lie_anywhere(tmp_path: Path) -> None:
    assert check(shutil.copytree(FOLDER, tmp_path / "elsewhere")) == []
