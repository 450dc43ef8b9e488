"""BANC: text ids and text truth values become integers and booleans; glia are no neurons."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.feather as paf
import pytest

from ingest.banc import read_banc, recognise_banc
from ingest.simulated_releases import simulate_release

from .fly_releases import refused, well_read
from .sources import edges, manifest, rows

META, EDGES = "banc_888_meta.feather", "banc_888_edgelist_simple_v2.feather"


@pytest.fixture
def banc(tmp_path: Path) -> Path:
    return simulate_release("banc", tmp_path / "banc", n_neurons=100, n_connections=900)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "made").mkdir()
    return tmp_path / "made" / "out"


def test_trap_11_text_ids_and_text_truth_values(banc: Path, out: Path) -> None:
    meta = paf.read_table(banc / META).to_pylist()
    chosen = {
        int(r["banc_888_id"])
        for r in meta
        if "TRUE" in (r["proofread"], r["roughly_proofread"]) and r["super_class"] != "glia"
    }
    result = well_read(read_banc(banc, out))
    stored = {row["node_id"]: row for row in rows(result, "nodes")}
    assert set(stored) == chosen
    for row in meta[:-1]:
        found = stored.get(int(row["banc_888_id"]))
        if found:
            assert found["proofread"] is (row["proofread"] == "TRUE")
            automatic = row["hemibrain_cell_type"].startswith("auto:")
            assert found["hemibrain_cell_type_is_automatic"] is automatic
            x, y, z = (float(part) for part in row["root_position_nm"].split(","))
            assert (found["x_nm"], found["y_nm"], found["z_nm"]) == (x, y, z)
    listed = paf.read_table(banc / EDGES).to_pylist()
    assert edges(result) == {
        (int(r["pre"]), int(r["post"])): r["count"]
        for r in listed
        if {int(r["pre"]), int(r["post"])} <= chosen
    }
    assert result.buckets["edge_rows_in"] == len(listed)


def test_a_neuron_that_stands_twice_keeps_its_first_row(banc: Path, out: Path) -> None:
    result = read_banc(banc, out)
    first = int(paf.read_table(banc / META)["banc_888_id"][0].as_py())
    (found,) = [row for row in rows(result, "nodes") if row["node_id"] == first]
    assert found["cell_type"] == "DNa02"
    assert result.buckets["listed_rows_beside_another"] == 1


def test_every_row_can_be_a_neuron(banc: Path, out: Path) -> None:
    result = well_read(read_banc(banc, out, neurons="all"))
    assert result.rows == {"nodes": 100, "edges": 900}
    assert sum(pre == post for pre, post in edges(result)) == 10
    assert manifest(result).autapses == "kept: 10"


def test_the_other_detector_is_read_where_it_is_asked_for(banc: Path, out: Path) -> None:
    refused("banc", banc, out, "has no banc_888_edgelist_simple_v3", connections="v3")
    table = paf.read_table(banc / EDGES)
    paf.write_feather(table.slice(0, 3), banc / "banc_888_edgelist_simple_v3.feather")
    assert read_banc(banc, out).buckets["edge_rows_in"] == 900
    third = read_banc(banc, out.with_name("v3"), connections="v3")
    assert third.buckets["edge_rows_in"] == 3
    assert manifest(third).detector == "BANC synapses v3, size of 10 and more"


def test_trap_16_positions_in_voxels_where_there_are_none_in_nm(banc: Path, out: Path) -> None:
    meta = paf.read_table(banc / META)
    names = ["position" if n == "root_position_nm" else n for n in meta.column_names]
    paf.write_feather(meta.rename_columns(names), banc / META)
    found = rows(well_read(read_banc(banc, out)), "nodes")[0]
    x, y, z = (int(part) for part in found["position"].split(","))
    assert (found["x_nm"], found["y_nm"], found["z_nm"]) == (x * 4.0, y * 4.0, z * 45.0)


def test_recognised_and_refused(banc: Path, out: Path, tmp_path: Path) -> None:
    assert recognise_banc(banc)
    assert recognise_banc(tmp_path) is None
    refused("banc", banc, out, "connections must be 'v2' or 'v3'", connections="v1")
    meta, listed = paf.read_table(banc / META), paf.read_table(banc / EDGES)
    paf.write_feather(listed.set_column(0, "pre", pa.array(["7.2e+17"] * 900)), banc / EDGES)
    refused("banc", banc, out, "written from a float")
    paf.write_feather(listed.drop_columns(["count"]), banc / EDGES)
    refused("banc", banc, out, "no column 'count'")
    paf.write_feather(meta.drop_columns(["proofread", "roughly_proofread"]), banc / META)
    refused("banc", banc, out, "say neurons='all'")
    (banc / META).unlink()
    refused("banc", banc, out, "has no banc_888_meta.feather")


def test_the_bundle_of_an_older_version_has_one_list_of_edges(banc: Path, out: Path) -> None:
    meta = paf.read_table(banc / META)
    names = ["banc_746_id" if n == "banc_888_id" else n for n in meta.column_names]
    paf.write_feather(meta.rename_columns(names), banc / "banc_746_meta.feather")
    (banc / META).unlink()
    (banc / EDGES).rename(banc / "banc_746_simple_edgelist.feather")
    result = well_read(read_banc(banc, out))
    assert (manifest(result).release, manifest(result).detector) == ("746", None)
    assert result.buckets["edge_rows_in"] == 900
    assert any("does not say which detector" in line for line in result.decisions)
