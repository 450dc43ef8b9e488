"""Releases of other species and formats of exchange: what each says comes out as it was meant."""

from __future__ import annotations

import json
import os
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as paf
import pytest

from connectome_analysis import datasets
from connectome_analysis.tables import ContractError
from ingest.recognised_release import read_recognised
from ingest.simulated_releases import simulate_release

from .every_source import SOURCES
from .releases import (
    h01_record,
    take,
    write_catmaid,
    write_cook,
    write_h01,
    write_matrix,
    write_witvliet,
)
from .sources import BIG, column, edges, manifest, named_edges, rows, text

SIMULATED = {"cave": 10, "h01": 3, "sonata": 3}


@pytest.mark.parametrize("release", sorted(SIMULATED))
def test_a_simulated_release_comes_back_as_it_was_drawn(release: str, tmp_path: Path) -> None:
    from ingest.simulated_releases.wiring import draw_ids, draw_wiring

    folder = simulate_release(release, tmp_path / "r", n_neurons=30, n_connections=80, seed=4)
    result = take(release, folder, tmp_path / "out")
    rng = np.random.default_rng(4)
    firsts = {"cave": 864691135000000000, "h01": 1000000000, "sonata": 720575940600000000}
    if release == "sonata":  # draws the wiring first
        wiring = draw_wiring(30, 80, rng)
        ids = draw_ids(30, firsts[release], rng)
    else:
        ids = draw_ids(30, firsts[release], rng)
        wiring = draw_wiring(30, 80, rng)
    wanted = {
        (int(ids[pre]), int(ids[post])): float(count)
        for pre, post, count in zip(wiring.pre, wiring.post, wiring.syn_count, strict=True)
    }
    assert edges(result) == wanted
    assert set(column(result, "nodes", "node_id")) >= set(ids.tolist())
    said = manifest(result)
    assert (said.species, said.source) == ("synthetic", "neuropil simulate-release")
    assert (said.individual, said.licence, tuple(said.doi)) == (None, None, ())


@pytest.mark.parametrize("release", ["cave", "h01", "sonata"])
def test_the_same_seed_writes_the_same_values(release: str, tmp_path: Path) -> None:
    one, two, other = (
        simulate_release(release, tmp_path / str(i), n_neurons=20, n_connections=40, seed=seed)
        for i, seed in enumerate((1, 1, 2))
    )
    same = {
        file.name: file.read_bytes() == (two / file.name).read_bytes() for file in one.iterdir()
    }
    # HDF5 may store times; its values are compared by the test above.
    assert all(equal for name, equal in same.items() if not name.endswith(".h5")), same
    assert any(
        file.read_bytes() != (other / file.name).read_bytes()
        for file in one.iterdir()
        if file.name != "README.txt"
    )


# --- CAVE -------------------------------------------------------------------------------------


def _cave_folder(folder: Path) -> Path:
    folder.mkdir()
    synapses = pa.table(
        {
            "id": pa.array([1, 2, 3], pa.int64()),
            "valid": [True, True, True],
            "pre_pt_root_id": pa.array([BIG, BIG, BIG + 5], pa.uint64()),
            "post_pt_root_id": pa.array([BIG + 1, BIG + 2, BIG + 1], pa.uint64()),
            "ctr_pt_position": pa.array([[1, 2, 3]] * 3, pa.list_(pa.int64())),
        }
    ).replace_schema_metadata(
        {"PANDAS_ATTRS": json.dumps({"datastack": "minnie65_public", "version": 1300})}
    )
    paf.write_feather(synapses, folder / "synapses_pni_2.feather")
    text(
        folder,
        "nucleus_detection_v0.csv",
        "id,valid,volume,pt_position,pt_root_id\n"
        f"201,t,300.5,[10 20 30],{BIG}\n202,t,100,[1 1 1],{BIG + 1}\n203,t,200,[2 2 2],{BIG + 1}\n"
        f"204,f,9,[0 0 0],{BIG + 9}\n205,t,9,[0 0 0],0\n",
    )
    text(
        folder,
        "aibs_metamodel_celltypes_v661.csv",
        "id_ref,pt_root_id,classification_system,cell_type\n"
        f"1,{BIG},excitatory_neuron,23P\n2,{BIG + 1},excitatory_neuron,4P\n"
        f"3,{BIG + 1},inhibitory_neuron,BC\n",
    )
    text(
        folder,
        "proofreading_status_and_strategy.csv",
        f"id,valid_id,pt_root_id,status_dendrite,status_axon\n1,{BIG},{BIG},t,f\n",
    )
    return folder


def test_nuclei_types_and_proofreading_join_their_roots(tmp_path: Path) -> None:
    result = take("cave", _cave_folder(tmp_path / "mouse"), tmp_path / "out")
    nodes = {row["node_id"]: row for row in rows(result, "nodes")}
    assert set(nodes) == {BIG, BIG + 1}
    first, merged = nodes[BIG], nodes[BIG + 1]
    assert (first["nucleus_id"], first["n_nuclei"], first["cell_type"]) == (201, 1, "23P")
    assert [first[f"{axis}_nm"] for axis in "xyz"] == [40.0, 80.0, 1_200.0]
    assert (first["proofread_axon"], first["proofread_dendrite"]) == (False, True)
    assert (merged["nucleus_id"], merged["n_nuclei"], merged["cell_type"]) == (None, 2, None)
    assert result.buckets["roots_with_several_nuclei"] == 1
    assert result.buckets["nuclei_not_valid"] == result.buckets["nuclei_without_root"] == 1
    assert edges(result) == {(BIG, BIG + 1): 1.0}
    assert result.buckets["synapse_rows_unknown_neuron"] == 2
    assert manifest(result).release == "v1300"
    everyone = take("cave", tmp_path / "mouse", tmp_path / "all", neurons="all")
    assert everyone.rows["nodes"] == 4
    assert everyone.rows["synapses"] == 3


def test_ids_that_have_been_floats_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "synapses.parquet"
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"pre_pt_root_id": [8.6e17], "post_pt_root_id": [1.0]}), source)
    with pytest.raises(ContractError, match="pre_id must be an integer"):
        take("cave", source, tmp_path / "out", version=1)


def test_an_unknown_datastack_has_no_voxels(tmp_path: Path) -> None:
    source = text(tmp_path, "s.csv", "id,pre_pt_root_id,post_pt_root_id\n1,2,3\n")
    with pytest.raises(ContractError, match=r"datastack 'zheng' is not known"):
        take("cave", source, tmp_path / "out", datastack="zheng")


# --- H01 --------------------------------------------------------------------------------------


def test_human_synapses_go_from_axons_to_dendrites_and_carry_their_terms(tmp_path: Path) -> None:
    records = [
        h01_record(5, 6, kind=1),
        h01_record(5, 6, receiver="AIS"),
        h01_record(5, 6, sender="SOMA", receiver="SOMA"),
        h01_record(5, 6, receiver="AXON"),
        h01_record(9, 6),
        h01_record(0, 6),
    ]
    source = write_h01(tmp_path / "h01", records)
    (source / "agglo_20200916c3_cell_data.json").write_text(
        '{"agglo_seg": "5", "type": "pyramidal"}\n{"agglo_seg": 9, "type": "astrocyte"}\n'
    )
    result = take("h01", source, tmp_path / "out")
    assert edges(result) == {(5, 6): 2.0}
    assert result.buckets["synapse_rows_of_other_compartments"] == 2
    assert result.buckets["synapse_rows_of_glia"] == 1
    assert result.buckets["synapses_without_pre"] == 1
    assert Counter(column(result, "synapses", "synapse_type")) == {"inhibitory": 1, "excitatory": 2}
    assert set(column(result, "synapses", "confidence")) == {0.75}
    said = manifest(result)
    assert said.species == "Homo sapiens"
    assert "terms of the H01 release" in str(said.licence)
    assert "consent" in str(said.consent)
    assert "identify the donor" in str(said.access)
    everything = take("h01", source, tmp_path / "all", compartments="all", glia="keep")
    assert everything.rows["synapses"] == 6


# --- skeletons --------------------------------------------------------------------------------


def test_human_cells_are_in_nm_and_no_column_is_empty(tmp_path: Path) -> None:
    folder = write_h01(tmp_path / "h01", [h01_record("5", "6")])
    cell = {"agglo_seg": "5", "true_x": 100, "true_y": 200, "true_z": 300.5, "type": "pyramidal"}
    (folder / "agglo_20200916c3_cell_data.json").write_text(json.dumps([cell]))
    result = take("h01", folder, tmp_path / "out")
    (sender,) = [row for row in rows(result, "nodes") if row["node_id"] == 5]
    assert [sender[f"{axis}_nm"] for axis in "xyz"] == [100.0, 200.0, 300.5]
    (synapse,) = rows(result, "synapses")
    assert "synapse_id_in_source" not in synapse
    record = h01_record("5", "6") | {"id": "77"}
    numbered = take("h01", write_h01(tmp_path / "ids", [record]), tmp_path / "numbered")
    assert column(numbered, "synapses", "synapse_id") == [77]


def test_weights_of_several_edges_of_a_pair_are_added_up(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "edges.h5", "w") as file:
        group = file.create_group("edges/pop_to_pop")
        group["source_node_id"] = np.array([0, 0, 1], np.uint64)
        group["target_node_id"] = np.array([1, 1, 2], np.uint64)
        group["0/syn_weight"] = [0.25, 0.5, 0.125]
    result = take("sonata", tmp_path / "edges.h5", tmp_path / "out")
    assert edges(result) == {(0, 1): 2.0, (1, 2): 1.0}
    assert column(result, "edges", "syn_weight_sum") == [0.75, 0.125]


def test_the_graph_of_a_brain_model_keeps_its_signs(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    SOURCES["shiu2024"].make(folder)
    result = read_recognised(folder, tmp_path / "out")
    assert result.decisions[0].startswith("recognised as shiu2024: Connectivity_783.parquet has")
    stored = {row["pre_id"]: row for row in rows(result, "edges")}
    assert {pre: (row["syn_count"], row["sign"]) for pre, row in stored.items()} == {
        BIG: (3, 1),
        BIG + 1: (4, -1),
    }
    assert not {"Presynaptic_Index", "Excitatory"} & set(stored[BIG])
    assert column(result, "nodes", "Completed") == [True] * 4
    assert (manifest(result).individual, manifest(result).release) == ("FAFB", "783")
    (folder / "Completeness_783.csv").rename(folder / "Completeness_630_final.csv")
    with pytest.raises(ContractError, match="are of two releases"):
        take("shiu2024", folder, tmp_path / "mixed")


def test_catmaid_gives_skeletons_in_nm(tmp_path: Path) -> None:
    result = take("catmaid", write_catmaid(tmp_path / "c"), tmp_path / "out")
    points = {(r["node_id"], r["point_id"]): r for r in rows(result, "skeletons")}
    assert points[16, 4]["parent_id"] == 5
    assert points[16, 5]["radius_nm"] is None
    assert points[16, 4]["radius_nm"] == 12.5
    assert column(result, "nodes", "length_nm") == [50.0, 50.0]
    assert result.buckets["links_gap"] == 1
    (near, _) = [s for s in rows(result, "synapses") if s["connector_id"] == 900]
    assert (near["x_nm"], near["pre_x_nm"], near["post_x_nm"]) == (32.0, 30.0, 100.0)


def test_swc_needs_its_unit_and_no_order(tmp_path: Path) -> None:
    # A parent may come after its child, ids may be any, types name compartments.
    source = text(tmp_path, "722817260.swc", "# words\n30 2 3 4 0 1.5 7 # fork\n7 1 0 0 0 -1 -1\n")
    with pytest.raises(
        ContractError, match=r"SWC states no unit; say it: unit='nm' or 'um', or vox"
    ):
        take("swc", source, tmp_path / "out")
    result = take("swc", source, tmp_path / "out", voxel_size_nm=(8, 8, 8))
    stored = {row["point_id"]: row for row in rows(result, "skeletons")}
    assert (stored[30]["parent_id"], stored[30]["x_nm"], stored[30]["radius_nm"]) == (7, 24.0, 12.0)
    assert (stored[7]["compartment"], stored[7]["radius_nm"]) == ("soma", None)
    assert column(result, "nodes", "length_nm") == [40.0]
    assert not any("No edge is left" in line for line in result.warnings)


def test_skeletons_with_names_number_their_neurons(tmp_path: Path) -> None:
    folder = tmp_path / "swc"
    folder.mkdir()
    for name in ("DA1_left", "12"):
        text(folder, f"{name}.swc", "1 0 1 1 1 1 -1\n")
    result = take("swc", folder, tmp_path / "out", unit="um")
    assert column(result, "nodes", "name") == ["12", "DA1_left"]
    assert [(r["node_id"], r["x_nm"]) for r in rows(result, "skeletons")] == [
        (1, 1000.0),
        (2, 1000.0),
    ]


# --- HDF5 -------------------------------------------------------------------------------------


def test_sonata_counts_from_0_and_looks_words_up(tmp_path: Path) -> None:
    import h5py

    folder = tmp_path / "circuit"
    folder.mkdir()
    with h5py.File(folder / "nodes.h5", "w") as file:
        nodes = file.create_group("nodes/v1")
        nodes["node_type_id"] = np.array([1, 1], np.int64)
        nodes["0/layer"] = np.array([1, 0], np.uint32)
        nodes["0/@library/layer"] = np.array(["L4", "L5"], dtype=h5py.string_dtype())
        nodes["0/x"], nodes["0/y"], nodes["0/z"] = ([1.0, 2.0] for _ in range(3))
    with h5py.File(folder / "edges.h5", "w") as file:
        group = file.create_group("edges/v1_to_v1")
        group["source_node_id"] = np.array([0, 0, 1], np.uint64)
        group["target_node_id"] = np.array([1, 1, 1], np.uint64)
        group["edge_type_id"] = np.array([3, 3, 3])
    result = take("sonata", folder, tmp_path / "out")
    assert edges(result) == {(0, 1): 2.0, (1, 1): 1.0}
    assert column(result, "nodes", "layer") == ["L5", "L4"]
    assert column(result, "nodes", "x_nm") == [1000.0, 2000.0]
    with h5py.File(folder / "edges.h5", "a") as file:
        file["edges/v1_to_v1/target_node_id"][2] = 2
    with pytest.raises(ContractError, match="target_node_id 2 is beyond the 2 nodes"):
        take("sonata", folder, tmp_path / "beyond")


def test_traces_of_nwb_are_keyed_by_neuron(tmp_path: Path) -> None:
    import h5py

    source = tmp_path / "session.nwb"
    with h5py.File(source, "w") as file:
        file.attrs["nwb_version"] = "2.5.0"
        plane = file.create_group("processing/ophys/ImageSegmentation/PlaneSegmentation")
        plane["id"] = np.array([101, 102, 103])
        series = file.create_group("processing/ophys/Fluorescence/RoiResponseSeries")
        series["data"] = np.arange(6, dtype=np.float32).reshape(2, 3)
        series["rois"] = np.array([2, 1, 0])
        series["rois"].attrs["table"] = plane.ref
        series["starting_time"] = 1.5
        series["starting_time"].attrs["rate"] = 6.3
    coregistered = text(
        tmp_path,
        "coregistration.csv",
        f"session,scan_idx,unit_id,pt_root_id\n4,7,101,{BIG}\n4,7,103,{BIG + 1}\n4,8,102,{BIG + 2}\n",
    )
    with pytest.raises(ContractError, match=r"holds 2 scans; say which"):
        take("nwb", source, tmp_path / "out", coregistration=coregistered)
    result = take(
        "nwb", source, tmp_path / "out", coregistration=coregistered, session=4, scan_idx=7
    )
    found = {row["unit_id"]: row for row in rows(result, "traces")}
    assert {unit: row["node_id"] for unit, row in found.items()} == {
        101: BIG,
        102: None,
        103: BIG + 1,
    }
    assert found[103]["values"] == [0.0, 3.0]
    assert (found[101]["rate_hz"], found[101]["start_s"]) == (6.3, 1.5)
    assert set(column(result, "nodes", "node_id")) == {BIG, BIG + 1}


def test_a_mat_file_of_version_7_3_is_turned_back(tmp_path: Path) -> None:
    import h5py

    matrix = np.array([[0, 3], [0, 1]], np.float64)
    source = tmp_path / "Z.mat"
    with h5py.File(source, "w") as file:
        file["W"] = matrix.T  # MATLAB writes columns first
    result = take("matlab", source, tmp_path / "out", orientation="rows-are-pre")
    assert edges(result) == {(1, 2): 3.0, (2, 2): 1.0}


def test_several_square_matrices_are_named(tmp_path: Path) -> None:
    import scipy.io

    source = tmp_path / "two.mat"
    scipy.io.savemat(source, {"A": np.eye(2), "B": np.eye(3)})
    with pytest.raises(
        ContractError, match=r"several square matrices: A, B; say which: variable='A'"
    ):
        take("matlab", source, tmp_path / "out")
    assert take("matlab", source, tmp_path / "out", variable="B").rows["nodes"] == 3


# --- worms and others -------------------------------------------------------------------------


def test_supplement_2_of_cook_counts_synapses(tmp_path: Path) -> None:
    book = write_cook(tmp_path, "SI 2 Synapse adjacency matrices.xlsx")
    result = take("cook2019", book, tmp_path / "out")
    said = manifest(result).weights
    assert said["chemical"] == {"meaning": "synapses"}
    assert said["electrical"]["meaning"] == "gap junctions"


def test_a_name_that_stands_twice_amid_others_is_refused(tmp_path: Path) -> None:
    from .releases import write_sheets

    rows_ = [[None] * 6, [None] * 6, [None, None, None, "A", "A", "B"], [None, None, "A", 1, 1, 1]]
    book = write_sheets(tmp_path / "SI 5 adjacency matrices.xlsx", {"herm chem": rows_})
    with pytest.raises(ContractError, match="column 'A' stands twice, and 'B' after it"):
        take("cook2019", book, tmp_path / "out", gap="none")


def test_a_worm_of_eight_must_be_chosen(tmp_path: Path) -> None:
    folder = write_witvliet(tmp_path / "w")
    (folder / "Dataset8_synapses.json").write_text("[]")
    with pytest.raises(ContractError, match=r"holds datasets 3, 8; say which: dataset=1"):
        take("witvliet2021", folder, tmp_path / "out")


def test_nemanode_and_the_list_of_synapses(tmp_path: Path) -> None:
    pairs = [
        {"pre": "ADAL", "post": "AIBL", "typ": 0, "syn": [3], "ids": [1]},
        {"pre": "ADAL", "post": "AIBL", "typ": 2, "syn": [1], "ids": [2]},
    ]
    source = text(tmp_path, "witvliet_2020_8.json", json.dumps(pairs))
    result = take("witvliet2021", source, tmp_path / "n")
    assert [(e["edge_type"], e["weight"], e["syn_count"]) for e in rows(result, "edges")] == [
        ("chemical", 3.0, 3),
        ("electrical", 1.0, None),
        ("electrical", 1.0, None),
    ]
    assert manifest(result).stage == "adult"
    listed = text(
        tmp_path,
        "synapse_list.csv",
        "dataset,pre,post,syn_id,sections,size,post_is_branch\n"
        "1,ADAL,AIBL,7,2,100,no\n1,ADAL,RIML,7,2,100,yes\n2,ADAL,AIBL,8,1,50,no\n",
    )
    one = take("witvliet2021", listed, tmp_path / "one", dataset=1)
    assert named_edges(one) == {("ADAL", "AIBL"): 1.0, ("ADAL", "RIML"): 1.0}


def test_padded_names_of_an_edge_list_are_trimmed(tmp_path: Path) -> None:
    source = text(
        tmp_path,
        "herm_full_edgelist.csv",
        "Source,Target,Weight,Type\nI1L , I2L           ,10,chemical\nI1L,VB01,2,electrical\n",
    )
    result = take("celegans", source, tmp_path / "out")
    assert column(result, "nodes", "name") == ["I1L", "I2L", "VB1"]
    assert manifest(result).weights["electrical"]["meaning"] == "EM sections"


def test_two_series_of_durbin_are_two_animals(tmp_path: Path) -> None:
    source = text(
        tmp_path,
        "neurodata.txt",
        "ADAL\tADAR\tGap_junction\tN2U\t2\t\nADAR\tADAL\tGap_junction\tN2U\t2\t\n"
        "ADAL\tAIBL\tSend_joint\tN2U\t1\t\nAIBL\tADAL\tReceive\tN2U\t1\t\n"
        "ADAL\tAIBL\tSend\tJSH\t5\t\nADAL\tAIBL\tSend\t\t9\t\n",
    )
    with pytest.raises(ContractError, match=r"holds the series JSH, N2U, which are two animals"):
        take("celegans", source, tmp_path / "out")
    result = take("celegans", source, tmp_path / "out", series="N2U")
    assert [(e["edge_type"], e["weight"]) for e in rows(result, "edges")] == [
        ("chemical", 1.0),
        ("electrical", 2.0),
        ("electrical", 2.0),
    ]


def test_platynereis_has_quoted_names(tmp_path: Path) -> None:
    source = text(
        tmp_path,
        "adjacency_matrix_connectome_2cells.csv",
        '"Neurons","MN1","12"\n"MN1",1,2\n"12",0,0\n',
    )
    result = take("platynereis", source, tmp_path / "out")
    assert named_edges(result) == {("MN1", "MN1"): 1.0, ("MN1", "12"): 2.0}


def test_a_labelled_npz_keeps_ids_beyond_float64(tmp_path: Path) -> None:
    source = tmp_path / "graph.npz"
    np.savez(
        source,
        indptr=np.array([0, 1, 1]),
        indices=np.array([1]),
        syn_count=np.array([5]),
        root_id=np.array([BIG, BIG + 1], np.uint64),
        cell_type=np.array(["KC", "PN"]),
    )
    result = take("labelled-npz", source, tmp_path / "out")
    assert edges(result) == {(BIG, BIG + 1): 5.0}
    assert column(result, "nodes", "cell_type") == ["KC", "PN"]
    np.savez(source, indptr=np.array([0, 2, 1]), indices=np.array([1]), root_id=np.array([1, 2]))
    with pytest.raises(ContractError, match="indptr must be 3 integers that rise from 0 to 1"):
        take("labelled-npz", source, tmp_path / "again")


def test_the_same_integer_in_two_datasets_is_two_neurons(tmp_path: Path) -> None:
    # Trap 13: a neuron is (dataset, release, id), so what is read says both.
    folder = tmp_path / "larva"
    folder.mkdir()
    write_matrix(folder / "all-all_connectivity_matrix.csv", [7], [7], {(7, 7): 1.0})
    fly = take("larva", folder, tmp_path / "fly")
    human = take("h01", write_h01(tmp_path / "h", [h01_record(7, 7)]), tmp_path / "human")
    identity = [(manifest(r).name, manifest(r).release) for r in (fly, human)]
    assert identity[0] != identity[1]
    assert edges(fly) == edges(human)


# --- published files --------------------------------------------------------------------------


@pytest.fixture
def cect(tmp_path: Path) -> Path:
    """Published tables of worms as the package cect 0.3.5 carries them."""
    wheel = Path(os.environ.get("NEUROPIL_WHEELS", "")) / "cect-0.3.5-py3-none-any.whl"
    if not wheel.is_file():
        pytest.skip("needs cect's wheel: set NEUROPIL_WHEELS to its folder")
    with zipfile.ZipFile(wheel) as archive:
        names = [n for n in archive.namelist() if n.startswith("cect/data/")]
        archive.extractall(tmp_path / "cect", names)
    return tmp_path / "cect" / "cect" / "data"


@pytest.mark.slow
@pytest.mark.parametrize("sex", ["hermaphrodite", "male"])
def test_cook_as_published_is_the_bundled_connectome(sex: str, cect: Path, tmp_path: Path) -> None:
    import pandas as pd

    book = cect / "SI 5 Connectome adjacency matrices, corrected July 2020.xlsx"
    result = take("cook2019", book, tmp_path / "out", sex=sex)
    bundled = datasets.path(f"celegans-cook2019-{sex}-all-cells")
    frames = []
    for folder in (result.path, bundled):
        names = pd.read_parquet(folder / "nodes.parquet").set_index("node_id")["name"]
        found = pd.read_parquet(folder / "edges.parquet")
        found["pre"], found["post"] = found["pre_id"].map(names), found["post_id"].map(names)
        frames.append(
            found.set_index(["pre", "post", "edge_type"])["weight"].astype(float).sort_index()
        )
    pd.testing.assert_series_equal(*frames, check_index_type=False)


def test_neuron_connect_as_published_has_279_neurons(cect: Path, tmp_path: Path) -> None:
    result = take("celegans", cect / "NeuronConnectFormatted.xlsx", tmp_path / "out")
    assert result.rows == {"nodes": 279, "edges": 3_225}
    assert result.buckets["edge_rows_seen_by_the_receiver"] == 2_658


@pytest.mark.parametrize(
    ("side", "neurons", "count", "synapses"),
    [("left", 209, 7_425, 25_322), ("right", 213, 7_536, 26_371)],
)
def test_the_mushroom_body_as_published_has_its_golden_numbers(
    side: str, neurons: int, count: int, synapses: int, tmp_path: Path
) -> None:
    wheel = Path(os.environ.get("NEUROPIL_WHEELS", "")) / "graspologic-3.4.4-py3-none-any.whl"
    if not wheel.is_file():
        pytest.skip("needs graspologic's wheel: set NEUROPIL_WHEELS to its folder")
    with zipfile.ZipFile(wheel) as archive:
        names = [n for n in archive.namelist() if "/datasets/drosophila/" in n]
        archive.extractall(tmp_path, names)
    folder = tmp_path / "graspologic" / "datasets" / "drosophila"
    result = take("larva-mushroom-body", folder, tmp_path / "out", side=side)
    found = {pair: weight for pair, weight in edges(result).items() if pair[0] != pair[1]}
    assert (result.rows["nodes"], len(found), sum(found.values())) == (neurons, count, synapses)


def test_the_mushroom_body_has_two_sides(tmp_path: Path) -> None:
    for side, letters in (("left", "K\nP\n"), ("right", "X\nP\n")):
        text(tmp_path, f"{side}_adjacency.csv", "0 3\n1 0\n")
        text(tmp_path, f"{side}_cell_labels.csv", letters)
    with pytest.raises(ContractError, match=r"holds left and right; say which: side='left'"):
        take("larva-mushroom-body", tmp_path, tmp_path / "out")
    with pytest.raises(ContractError, match=r"'X' is none of the letters K, P, O, I"):
        take("larva-mushroom-body", tmp_path, tmp_path / "out", side="right")
    result = take("larva-mushroom-body", tmp_path, tmp_path / "out", side="left")
    assert edges(result) == {(1, 2): 3.0, (2, 1): 1.0}
    assert column(result, "nodes", "cell_type") == ["KC", "PN"]
