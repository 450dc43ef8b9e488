"""Real files, read as they were published; the numbers were counted in them by other means."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from ingest.table_reader import read_table

from .sources import column, edges, manifest, named_edges, rows


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_the_larval_edge_list_has_no_header_and_floats_for_counts(
    large_data: Path, out: Path
) -> None:
    # Winding 2023, doi 10.1126/science.add9330
    folder = large_data / "connectomes" / "larva_winding2023"
    source = folder / "G_edgelist.txt"
    result = read_table(
        source,
        out,
        nodes=folder / "meta_data.csv",
        columns={"side": "hemisphere", "cell_type": "merge_class"},
        weight_meaning="synapses",
    )
    lines = [line.split() for line in source.read_text().splitlines()]
    wanted = {(int(pre), int(post)): float(count) for pre, post, count in lines}
    assert edges(result) == wanted
    assert (len(wanted), sum(wanted.values())) == (119_010, 376_091)
    with (folder / "meta_data.csv").open() as text:
        listed = {int(row[""]): row for row in csv.DictReader(text)}
    stored = {row["node_id"]: row for row in rows(result, "nodes")}
    assert set(stored) == set(listed)
    sides = {"L": "left", "R": "right", "C": "center"}
    for skid, row in stored.items():
        assert row["name"] == listed[skid]["name"].strip()
        assert row["cell_type"] == listed[skid]["merge_class"].strip()
        assert row["side"] == sides.get(listed[skid]["hemisphere"])
        assert row["brain_and_inputs"] is (listed[skid]["brain_and_inputs"] == "True")
    brain = {skid for skid, row in stored.items() if row["brain_and_inputs"]}
    assert sum(pre in brain and post in brain for pre, post in wanted) == 107_344


def test_without_the_list_the_larva_lacks_its_lonely_neurons(large_data: Path, out: Path) -> None:
    source = large_data / "connectomes" / "larva_winding2023" / "G_edgelist.txt"
    result = read_table(source, out, min_synapses=5, on_self_loops="drop")
    assert result.rows == {"nodes": 3_554, "edges": 21_910}
    assert result.buckets["pairs_in"] == 119_010
    assert result.buckets["self_loops_dropped"] == 577
    assert sum("no list of neurons" in line for line in result.warnings) == 1


def test_ciona_has_names_that_are_digits_and_bare_nan(large_data: Path, out: Path) -> None:
    # Ryan 2016, doi 10.7554/eLife.16962
    source = large_data / "connectomes" / "ciona_ryan2016" / "ciona.json"
    result = read_table(source, out, weight_meaning="contact depth", weight_unit="um")
    content = json.loads(source.read_text())
    wanted = {
        (link["source"], link["target"]): link["weight"]
        for link in content["links"]
        if link["weight"] == link["weight"]
    }
    assert named_edges(result) == wanted
    assert (result.rows["nodes"], len(wanted)) == (222, 3_105)
    assert result.buckets["edge_rows_without_weight"] == 17
    assert column(result, "nodes", "name") == [node["id"] for node in content["nodes"]]
    assert column(result, "nodes", "node_id") == list(range(1, 223))
    loops = [pair for pair in wanted if pair[0] == pair[1]]
    assert len(wanted) - len(loops) == 3_085
    assert manifest(result).weights["chemical"] == {"meaning": "contact depth", "unit": "um"}


def test_cerebellar_synapses_become_edges_that_count_them(large_data: Path, out: Path) -> None:
    # Nguyen 2023, doi 10.1038/s41586-022-05471-w
    source = large_data / "connectomes" / "mouse_cerebellum_nguyen2022" / "grc_pc_synapses.csv"
    result = read_table(source, out, unit="nm", description={"species": "Mus musculus"})
    with source.open() as text:
        listed = list(csv.DictReader(text))
    assert named_edges(result) == Counter((row["pre"], row["post"]) for row in listed)
    stored = sorted(rows(result, "synapses"), key=lambda row: row["synapse_id"])
    assert len(stored) == len(listed) == 8_876
    for row, source_row in zip(stored, listed, strict=True):
        for name in ("x", "y", "z", "pre_x", "pre_y", "pre_z", "post_x", "post_y", "post_z"):
            assert row[f"{name}_nm"] == float(source_row[name])
        assert row["score"] == float(source_row["score"])
        area = source_row["mesh_area_um2"]
        assert row["mesh_area_um2"] == (float(area) if area else None)


def test_mossy_fibres_and_granule_cells_have_no_weights(large_data: Path, out: Path) -> None:
    folder = large_data / "connectomes" / "mouse_cerebellum_nguyen2022"
    result = read_table(
        folder / "mf_grc_edges.csv", out, nodes=folder / "mf_grc_nodes.csv", unit="nm"
    )
    assert result.rows == {"nodes": 5_023, "edges": 12_387}
    assert set(edges(result).values()) == {1.0}
    assert Counter(column(result, "nodes", "cell_type"))["grc"] == 3_953


@pytest.mark.parametrize("which", ["gt", "pred"])
def test_a_matrix_of_projection_neurons_to_kenyon_cells_is_rectangular(
    large_data: Path, out: Path, which: str
) -> None:
    # Buhmann 2021, doi 10.1038/s41592-021-01183-7
    source = large_data / "errors" / f"{which}_adj_matrix.csv"
    result = read_table(source, out, kind="matrix", rows_and_columns="different")
    with source.open() as text:
        cells = [[int(float(cell)) for cell in row] for row in csv.reader(text)]
    wanted = {
        (i + 1, j + 1 + 138): float(count)
        for i, row in enumerate(cells)
        for j, count in enumerate(row)
        if count
    }
    assert edges(result) == wanted
    assert result.rows["nodes"] == 138 + 528


def test_types_of_the_optic_lobe_are_nodes(large_data: Path, out: Path) -> None:
    # Matsliah 2024, doi 10.1038/s41586-024-07981-1
    folder = large_data / "connectomes" / "flywire783_optic_lobe_types"
    source = folder / "type_to_type_connection_and_synapse_counts.csv"
    result = read_table(source, out, columns={"syn_count": "synapses total"})
    assert result.rows == {"nodes": 742, "edges": 72_954}
    assert named_edges(result)["L2", "Tm1"] == 172_310
    assert "connections bilateral" in rows(result, "edges")[0]
