"""FANC: cells in one segment or in none, rows by neuropil, voxels that are not cubes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingest.fanc import read_fanc, recognise_fanc
from ingest.simulated_releases import simulate_release

from .fly_releases import refused, well_read
from .sources import edges, manifest, rows

COUNTS = "synapses_nov2022_human_readable_connectioncountsperneuropil_countthresh3.parquet"


@pytest.fixture
def fanc(tmp_path: Path) -> Path:
    return simulate_release("fanc", tmp_path / "v1444", n_neurons=100, n_connections=900)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "made").mkdir()
    return tmp_path / "made" / "out"


def test_rows_by_neuropil_add_up_and_fragments_are_counted(fanc: Path, out: Path) -> None:
    cells = set(pq.read_table(fanc / "cell_ids_v2.parquet")["pt_root_id"].to_pylist()) - {0}
    listed = pq.read_table(fanc / COUNTS).to_pylist()
    wanted: Counter[tuple[int, int]] = Counter()
    for row in listed:
        if {row["pre_root_id"], row["post_root_id"]} <= cells:
            wanted[row["pre_root_id"], row["post_root_id"]] += row["num_synapses"]
    result = well_read(read_fanc(fanc, out))
    assert edges(result) == wanted
    assert {row["node_id"] for row in rows(result, "nodes")} == cells
    assert result.buckets["edge_rows_in"] == len(listed)
    assert manifest(result).pair_threshold == 3
    assert manifest(result).release == "1444"


def test_trap_14_cells_without_a_segment_are_no_nodes(fanc: Path, out: Path) -> None:
    result = read_fanc(fanc, out)
    assert result.buckets["node_rows_unassigned"] == 2
    assert result.buckets["listed_rows_beside_another"] == 1
    assert 0 not in {row["node_id"] for row in rows(result, "nodes")}


def test_trap_16_voxels_of_4_3_by_4_3_by_45_nm(fanc: Path, out: Path) -> None:
    cells = {r["user_id"]: r for r in pq.read_table(fanc / "cell_ids_v2.parquet").to_pylist()}
    for found in rows(read_fanc(fanc, out), "nodes"):
        x, y, z = cells[found["cell_id"]]["pt_position"]
        assert (found["x_nm"], found["y_nm"], found["z_nm"]) == pytest.approx(
            (x * 4.3, y * 4.3, z * 45.0)
        )
        assert found["soma_volume_um3"] > 0


def test_recognised_and_refused(fanc: Path, out: Path, tmp_path: Path) -> None:
    assert recognise_fanc(fanc)
    assert recognise_fanc(tmp_path) is None
    refused("fanc", fanc, out, "its pairs have 3 and more", min_synapses=2)
    cells = fanc / "cell_ids_v2.parquet"
    whole = cells.read_bytes()
    cells.write_bytes(whole[: len(whole) // 2])
    refused("fanc", fanc, out, "is not a readable Parquet file")
    cells.unlink()
    refused("fanc", fanc, out, "has no cell_ids_v2.parquet")
    cells.write_bytes(whole)
    counts = pq.read_table(fanc / COUNTS)
    pq.write_table(
        counts.rename_columns(["pre_root_id", "post_root_id", "neuropil", "n"]), fanc / COUNTS
    )
    refused("fanc", fanc, out, "no column 'num_synapses'")
    (fanc / COUNTS).unlink()
    refused("fanc", fanc, out, "connectioncounts")
