"""neuPrint: exports and bulk files come out whole, and regions that overlap are not added up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as paf
import pytest

from ingest.neuprint import read_neuprint, recognise_neuprint
from ingest.simulated_releases import simulate_release
from ingest.simulated_releases.neuprint import PRIMARY_ROIS

from .fly_releases import csv_rows, refused, rewrite, shuffled_columns, summed, well_read
from .sources import edges, manifest, rows

ENDS = ("bodyId_pre", "bodyId_post", "weight")
BULK = (":START_ID(Body-ID)", ":END_ID(Body-ID)", "weight:int")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return simulate_release("neuprint", tmp_path / "export", n_neurons=60, n_connections=400)


@pytest.fixture
def bulk(tmp_path: Path) -> Path:
    return simulate_release("neuprint-bulk", tmp_path / "bulk", n_neurons=60, n_connections=400)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "made").mkdir()
    return tmp_path / "made" / "out"


def _regions(result) -> dict[tuple[int, int, str], float]:
    stored = rows(result, "edges_by_region")
    return {(r["pre_id"], r["post_id"], r["region"]): r["weight"] for r in stored}


def test_an_export_comes_out_by_pair_and_by_region(export: Path, out: Path) -> None:
    result = well_read(read_neuprint(export, out))
    assert edges(result) == summed(csv_rows(export / "traced-total-connections.csv"), *ENDS)
    assert _regions(result) == {
        (int(r["bodyId_pre"]), int(r["bodyId_post"]), r["roi"]): int(r["weight"])
        for r in csv_rows(export / "traced-roi-connections.csv")
    }
    assert result.rows["nodes"] == 60


def test_side_is_the_end_of_the_instance(export: Path, out: Path) -> None:
    stored = {row["node_id"]: row for row in rows(read_neuprint(export, out), "nodes")}
    for row in csv_rows(export / "traced-neurons.csv"):
        side = {"_L": "left", "_R": "right"}.get(row["instance"][-2:])
        found = stored[int(row["bodyId"])]
        assert (found["side"], found["name"], found["cell_type"]) == (
            side,
            row["instance"] or None,
            row["type"] or None,
        )


@pytest.mark.parametrize(
    ("neurons", "totals", "by_roi"),
    [
        ("traced-neurons", "traced-connections", "traced-connections-per-roi"),
        ("neurons", "total-connections", "roi-connections"),
    ],
)
def test_older_names_of_the_files_are_known(
    export: Path, out: Path, neurons: str, totals: str, by_roi: str
) -> None:
    wanted = edges(read_neuprint(export, out))
    for old, new in (
        ("neurons", neurons),
        ("total-connections", totals),
        ("roi-connections", by_roi),
    ):
        (export / f"traced-{old}.csv").rename(export / f"{new}.csv")
    assert edges(well_read(read_neuprint(export, out.with_name("again")))) == wanted


def test_one_file_of_connections_is_enough(export: Path, out: Path) -> None:
    wanted = edges(read_neuprint(export, out))
    alone = export / "traced-roi-connections.csv"
    hidden = alone.rename(export / "kept.txt")
    without = well_read(read_neuprint(export, out.with_name("totals")))
    assert (edges(without), "edges_by_region" in without.rows) == (wanted, False)
    hidden.rename(alone)
    (export / "traced-total-connections.csv").unlink()
    assert edges(well_read(read_neuprint(export, out.with_name("rois")))) == wanted


def test_trap_4_overlapping_rois_are_refused_until_the_primary_ones_are_named(
    bulk: Path, out: Path
) -> None:
    (bulk / "Neuprint_Meta.csv").unlink()
    refused("neuprint", bulk, out, r"ROIs add up to more than the pair has.*primary_rois=\[")
    result = well_read(read_neuprint(bulk, out, primary_rois=PRIMARY_ROIS, unknown_neurons="add"))
    listed = csv_rows(bulk / "Neuprint_Neuron_Connections.csv")
    pairs = {k: v for k, v in summed(listed, *BULK).items() if v}
    assert edges(result) == pairs
    wanted = {}
    for row in listed:
        pair = (int(row[BULK[0]]), int(row[BULK[1]]))
        info = json.loads(row["roiInfo:string"])
        wanted |= {(*pair, roi): info[roi]["post"] for roi in PRIMARY_ROIS if roi in info}
        rest = int(row[BULK[2]]) - sum(v for k, v in wanted.items() if k[:2] == pair)
        if rest:
            wanted[*pair, "NotPrimary"] = rest
    assert _regions(result) == wanted


def test_trap_4_primary_rois_are_those_that_the_server_names(bulk: Path, out: Path) -> None:
    result = well_read(read_neuprint(bulk, out))
    named = read_neuprint(bulk, out.with_name("named"), primary_rois=PRIMARY_ROIS)
    assert _regions(result) == _regions(named)
    assert {region for *_, region in _regions(result)} == {*PRIMARY_ROIS, "NotPrimary"}
    assert "Neuprint_Meta.csv names the 5 primary ROIs" in result.decisions
    (bulk / "Neuprint_Meta.csv").write_text("primaryRois:string[],:LABEL\nEB,Meta\n")
    one = _regions(read_neuprint(bulk, out.with_name("one")))
    assert {region for *_, region in one} == {"EB", "NotPrimary"}
    (bulk / "Neuprint_Meta.csv").write_text("primaryRois:string[],:LABEL\n,Meta\n")
    refused("neuprint", bulk, out.with_name("none"), "primaryRois names no ROI.*by_region=False")


def test_trap_4_pairs_of_weight_0_are_counted_and_no_edges(bulk: Path, out: Path) -> None:
    listed = csv_rows(bulk / "Neuprint_Neuron_Connections.csv")
    zero = sum(row["weight:int"] == "0" for row in listed)
    result = read_neuprint(bulk, out, primary_rois=PRIMARY_ROIS, unknown_neurons="add")
    assert result.buckets["edge_rows_zero_weight"] == zero > 0
    assert result.buckets["connections_in"] == len(listed)
    assert result.rows["edges"] == len(listed) - zero


def test_fragments_are_no_neurons_and_their_rows_are_counted(bulk: Path, out: Path) -> None:
    listed = csv_rows(bulk / "Neuprint_Neurons.csv")
    neurons = {int(r["bodyId:long"]) for r in listed if "Neuron" in r[":LABEL"].split(";")}
    result = well_read(read_neuprint(bulk, out, by_region=False))
    assert {row["node_id"] for row in rows(result, "nodes")} == neurons
    assert result.buckets["listed_rows_not_chosen"] == len(listed) - len(neurons)
    pairs = summed(csv_rows(bulk / "Neuprint_Neuron_Connections.csv"), *BULK)
    assert edges(result) == {
        (pre, post): n for (pre, post), n in pairs.items() if n and {pre, post} <= neurons
    }
    assert edges(
        read_neuprint(bulk, out.with_name("t"), by_region=False, neurons="traced")
    ) == edges(result)


def test_trap_16_somata_of_8_nm_voxels(bulk: Path, out: Path) -> None:
    stored = {r["node_id"]: r for r in rows(read_neuprint(bulk, out, by_region=False), "nodes")}
    row = csv_rows(bulk / "Neuprint_Neurons.csv")[0]
    x, y, z = (
        int(part.split(":")[1]) for part in row["somaLocation:point{srid:9157}"][1:-1].split(",")
    )
    found = stored[int(row["bodyId:long"])]
    assert (found["x_nm"], found["y_nm"], found["z_nm"]) == (x * 8.0, y * 8.0, z * 8.0)
    assert (found["cropped"], found["size"]) == (None or found["cropped"], int(row["size:long"]))


def test_points_with_an_srid_are_read_by_their_three_numbers(bulk: Path, out: Path) -> None:
    before = rows(read_neuprint(bulk, out, by_region=False), "nodes")
    rewrite(bulk / "Neuprint_Neurons.csv", lambda t: t.replace('}"', ', srid:9157}"'))
    after = rows(read_neuprint(bulk, out.with_name("again"), by_region=False), "nodes")
    assert [r["z_nm"] for r in after] == [r["z_nm"] for r in before]


def test_parts_of_a_bulk_table_are_one(bulk: Path, out: Path) -> None:
    wanted = edges(read_neuprint(bulk, out, by_region=False))
    whole = bulk / "Neuprint_Neuron_Connections.csv"
    first, *lines = whole.read_text().splitlines(keepends=True)
    whole.write_text(first + "".join(lines[:100]))
    (bulk / "Neuprint_Neuron_Connections_1.csv").write_text(first + "".join(lines[100:]))
    assert edges(well_read(read_neuprint(bulk, out.with_name("again"), by_region=False))) == wanted


def test_columns_in_another_order_change_nothing(bulk: Path, out: Path) -> None:
    wanted = edges(read_neuprint(bulk, out, by_region=False))
    for file in bulk.glob("*.csv"):
        rewrite(file, shuffled_columns)
    assert edges(read_neuprint(bulk, out.with_name("again"), by_region=False)) == wanted


def test_the_manifest_says_that_it_is_synthetic(export: Path, out: Path) -> None:
    made = manifest(read_neuprint(export, out))
    assert made.name == "synthetic data in the format of hemibrain"
    (export / "README.txt").unlink()
    real = manifest(read_neuprint(export, out.with_name("real")))
    assert (real.name, real.licence, real.voxel_size_nm) == (
        "hemibrain",
        "CC BY 4.0",
        (8.0, 8.0, 8.0),
    )


def test_recognised_by_names(export: Path, bulk: Path, tmp_path: Path) -> None:
    assert recognise_neuprint(export)
    assert recognise_neuprint(bulk)
    assert recognise_neuprint(tmp_path) is None


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        (
            "traced-roi-connections",
            lambda t: t.replace(",1\n", ",x\n", 1),
            "weight must be an integer, got 'x'",
        ),
        ("traced-roi-connections", lambda t: t.replace("roi", "r", 1), "no column 'roi'"),
        (
            "traced-total-connections",
            lambda t: "".join(t.splitlines(keepends=True)[:-3]),
            "3 pairs have synapses by ROI and no total",
        ),
        ("traced-total-connections", lambda t: t.replace("weight", "n"), "no column 'weight'"),
        ("traced-neurons", lambda t: t.replace("bodyId", "b"), "no column 'bodyId'"),
        (
            "traced-neurons",
            lambda t: "".join(t.splitlines(keepends=True)[:-9]),
            "not among the 51 listed",
        ),
    ],
)
def test_a_damaged_export_is_one_line(
    export: Path, out: Path, file: str, change: Callable[[str], str], said: str
) -> None:
    rewrite(export / f"{file}.csv", change)
    refused("neuprint", export, out, said)


def test_damaged_bulk_files_and_wrong_options_are_one_line(bulk: Path, out: Path) -> None:
    refused("neuprint", bulk, out, "neurons must be 'listed' or 'traced'", neurons="good")
    connections = bulk / "Neuprint_Neuron_Connections.csv"
    whole = connections.read_text()
    connections.write_text(whole.replace('"{""', '"{', 1))
    refused("neuprint", bulk, out, "roiInfo must be JSON", primary_rois=PRIMARY_ROIS)
    connections.write_text(whole.replace("roiInfo", "info"))
    refused("neuprint", bulk, out, "no column 'roiInfo'", primary_rois=PRIMARY_ROIS)
    connections.unlink()
    refused("neuprint", bulk, out, "has no Neuprint_Neuron_Connections.csv")


@pytest.mark.parametrize("by_roi", [True, False])
def test_what_fetch_adjacencies_gave_is_read_as_it_was_saved(
    tmp_path: Path, out: Path, by_roi: bool
) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "neurons.csv").write_text("bodyId,instance,type\n1,a_L,a\n2,b_R,b\n")
    content = "bodyId_pre,bodyId_post,roi,weight\n1,2,EB,3\n1,2,PB,2\n"
    if not by_roi:
        content = "bodyId_pre,bodyId_post,weight\n1,2,5\n"
    (folder / "connections.csv").write_text(content)
    assert "bodyId_pre" in str(recognise_neuprint(folder))
    result = well_read(read_neuprint(folder, out))
    assert edges(result) == {(1, 2): 5}
    if by_roi:
        assert _regions(result) == {(1, 2, "EB"): 3, (1, 2, "PB"): 2}


def test_what_manc_publishes_of_its_bodies_joins_its_export(tmp_path: Path, out: Path) -> None:
    folder = tmp_path / "traced"
    folder.mkdir()
    (folder / "traced-neurons.csv").write_text("bodyId,type,instance\n10,DNg02,A\n20,B,B_L\n")
    (folder / "traced-connections.csv").write_text("bodyId_pre,bodyId_post,weight\n10,20,5\n")
    paf.write_feather(
        pa.table(
            {
                "bodyId": [10, 20, 30],
                "type": ["DNg02", "B", None],
                "class": ["descending neuron", "intrinsic neuron", None],
                "somaSide": ["LHS", "RHS", "Midline"],
                "birthtime": ["primary", None, None],
            }
        ),
        folder / "neuron-properties.feather",
    )
    result = well_read(read_neuprint(folder, out))
    first, second = sorted(rows(result, "nodes"), key=lambda row: row["node_id"])
    assert (first["super_class"], first["side"], first["birthtime"]) == (
        "descending neuron",
        "left",
        "primary",
    )
    assert (second["side"], second["cell_type"]) == ("right", "B")
    assert result.buckets["properties_rows_unknown_neuron"] == 1
    assert manifest(result).name == "MANC"
    assert not any("not read" in line for line in result.decisions)
