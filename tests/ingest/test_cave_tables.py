"""What CAVE's tables beside the synapses say of neurons: nothing of it is lost without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.recognised_release import read_recognised, recognise_release

from .releases import take
from .sources import column, manifest, rows, text

A, B = 864691135000000017, 864691135000000018
NUCLEI = (
    f"id,valid,volume,pt_root_id,pt_position\n100,t,200.5,{A},[10 20 30]\n101,t,9,{B},[1 1 1]\n"
)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A table of two synapses."""
    folder = tmp_path / "dump"
    folder.mkdir()
    text(folder, "synapses_v1.csv", f"id,pre_pt_root_id,post_pt_root_id\n1,{A},{B}\n2,{A},{B}\n")
    return folder


def test_what_is_measured_of_a_unit_is_kept_under_its_name(dump: Path, tmp_path: Path) -> None:
    text(dump, "nucleus_detection_v0.csv", NUCLEI)
    text(
        dump,
        "functional_properties_v3_bcm.csv",
        f"id,created,valid,target_id,pt_root_id,session,scan_idx,unit_id,pref_ori,gOSI,field\n"
        f"1,x,t,100,{A},4,7,1,0.5,0.3,2\n2,x,f,100,{A},4,7,2,0.5,0.3,2\n",
    )
    result = take("cave", dump, tmp_path / "out")
    unit = {"session": 4, "scan_idx": 7, "unit_id": 1, "pref_ori": 0.5, "gOSI": 0.3, "field": 2}
    assert rows(result, "functional_units") == [{"node_id": A, **unit}]
    assert result.buckets["functional_properties_v3_bcm_not_valid"] == 1
    assert any("pref_ori is in radians" in line for line in result.decisions)


def test_two_tables_of_units_stay_apart(dump: Path, tmp_path: Path) -> None:
    text(dump, "nucleus_detection_v0.csv", NUCLEI)
    for name in ("coregistration_manual_v4", "functional_properties_v3_bcm"):
        text(dump, f"{name}.csv", f"pt_root_id,session,scan_idx,unit_id\n{A},4,7,1\n")
    result = take("cave", dump, tmp_path / "out")
    assert {"coregistration_manual_v4", "functional_properties_v3_bcm"} <= set(result.rows)


def test_a_reference_table_is_looked_up_through_its_nucleus(dump: Path, tmp_path: Path) -> None:
    text(dump, "nucleus_detection_v0.csv", NUCLEI)
    types = (
        "id,target_id,classification_system,cell_type,note\n1,100,excitatory,L2a,x\n2,999,e,L5,y\n"
    )
    text(dump, "mtypes_v661.csv", types)
    text(dump, "nucleus_functional_area_assignment.csv", "id,target_id,tag,value\n1,101,V1,0.75\n")
    text(dump, "synapse_target_predictions_v2.csv", "id,target_id,tag\n1,2,spine\n")
    result = take("cave", dump, tmp_path / "out")
    assert column(result, "nodes", "cell_type") == ["L2a", None]
    assert column(result, "nodes", "note") == ["x", None]
    assert column(result, "nodes", "functional_area") == [None, "V1"]
    assert column(result, "nodes", "functional_area_value") == [None, 0.75]
    assert rows(result, "synapse_target_predictions_v2") == [{"synapse_id": 2, "tag": "spine"}]
    assert result.buckets["cell_types_without_root"] == 1


def test_a_reference_table_without_nuclei_is_named(dump: Path, tmp_path: Path) -> None:
    text(dump, "mtypes_v661.csv", "id,target_id,cell_type\n1,100,L2a\n")
    result = take("cave", dump, tmp_path / "out")
    assert any(
        "not read: mtypes_v661.csv (it names nuclei by target_id" in line
        for line in result.warnings
    )


def test_columns_without_a_header_keep_the_names_of_the_header_beside(tmp_path: Path) -> None:
    text(tmp_path, "synapses_v1.csv", f"1,{A},{B},77\n")
    text(
        tmp_path, "synapses_v1_header.csv", "id,pre_pt_root_id,post_pt_root_id,pre_pt_supervoxel_id"
    )
    text(tmp_path, "nucleus_detection_v0.csv", f"100,t,200.5,{A},[10 20 30]\n")
    text(tmp_path, "nucleus_detection_v0_header.csv", "id,valid,volume,pt_root_id,pt_position")
    result = take("cave", tmp_path, tmp_path / "out", neurons="all")
    assert column(result, "synapses", "pre_pt_supervoxel_id") == [77]
    assert column(result, "nodes", "nucleus_id") == [100, None]


def test_the_dump_of_synapses_needs_no_header(tmp_path: Path) -> None:
    folder = tmp_path / "mat"
    folder.mkdir()
    line = f"1,10,20,30,11,21,31,12,22,32,500,90,{A},91,{B}\n"
    text(folder, "synapses_pni_2_v1_filtered_view.csv", line)
    assert [one.format.name for one in recognise_release(folder)] == ["cave"]
    (synapse,) = rows(read_recognised(folder, tmp_path / "out"), "synapses")
    assert (synapse["pre_id"], synapse["post_id"], synapse["size"]) == (A, B, 500.0)
    assert (synapse["x_nm"], synapse["z_nm"]) == (44.0, 1_240.0)
    assert synapse["post_pt_supervoxel_id"] == 91


def test_the_somas_of_pinky100_are_its_neurons(tmp_path: Path) -> None:
    folder = tmp_path / "pinky"
    folder.mkdir()
    a, b = 648518346341352006, 648518346349539853
    text(
        folder,
        "soma_subgraph_synapses_spines_v185.csv",
        f"id,pre_root_id,post_root_id,cleft_vx,spine_vol_um3\n7,{a},{b},33,0.5\n",
    )
    text(
        folder,
        "soma_valence_v185.csv",
        "id,cell_type,pt_position,pt_root_id,soma_x_nm,soma_y_nm,soma_z_nm\n"
        f"1,e,[103860  44385    891],{a},1,2,3\n2,i,[1 2 3],{b + 1},4,5,6\n3,uncertain,[1 2 3],0,4,5,6\n",
    )
    result = read_recognised(folder, tmp_path / "out")
    assert manifest(result).individual == "pinky100"
    types = {row["node_id"]: (row["cell_type"], row["x_nm"]) for row in rows(result, "nodes")}
    assert types == {a: ("e", 1.0), b: (None, None), b + 1: ("i", 4.0)}
    assert result.buckets["cell_types_without_root"] == 1
