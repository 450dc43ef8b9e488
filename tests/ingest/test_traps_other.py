"""Traps of public releases, a sentence each: what goes wrong where a reader trusts a format."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from connectome_analysis.tables import ContractError
from ingest.known_formats import FORMATS

from .releases import (
    h01_record,
    take,
    write_catmaid,
    write_ciona,
    write_cook,
    write_h01,
    write_larva,
    write_matrix,
    write_sheets,
    write_witvliet,
)
from .sources import BIG, column, edges, manifest, named_edges, rows, text


def test_trap_1_ids_of_18_digits_come_whole_through_json(tmp_path: Path) -> None:
    source = write_h01(
        tmp_path / "h01",
        [h01_record(str(BIG), BIG + 2), h01_record(BIG + 2, str(BIG)), h01_record(None, BIG)],
    )
    result = take("h01", source, tmp_path / "out")
    assert edges(result) == {(BIG, BIG + 2): 1.0, (BIG + 2, BIG): 1.0}
    assert result.buckets["synapses_without_pre"] == 1


@pytest.mark.parametrize("bad", [7.2e17, "7.2e17", "12.0", 2**63, -4, True, "9" * 20, [1], "１２"])
def test_trap_1_what_has_been_a_float_is_no_id(bad: object, tmp_path: Path) -> None:
    source = write_h01(tmp_path / "h01", [h01_record(5, 6), h01_record(bad, 6)])
    with pytest.raises(ContractError, match=r"record 2: neuron_id must be an integer of 64 bits"):
        take("h01", source, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["h01"]


def test_trap_3_lists_without_header(tmp_path: Path) -> None:
    # P. pacificus: the first line is data, and there is a byte-order mark (trap 10).
    source = text(tmp_path, "specimen_107_synapselist.csv", "\ufeffADAL,AIBL\r\nADAL,AIBL\r\n")
    result = take("celegans", source, tmp_path / "worm")
    assert named_edges(result) == {("ADAL", "AIBL"): 2.0}
    assert manifest(result).species == "Pristionchus pacificus"
    lone = text(tmp_path, "G_edgelist.txt", "29 8419602 9.0\n29 29 1.0\n")
    assert edges(take("larva", lone, tmp_path / "larva")) == {(29, 8419602): 9.0, (29, 29): 1.0}
    folder = tmp_path / "cave"
    folder.mkdir()
    text(folder, "synapses_pni_2.csv", f"1,t,{BIG},{BIG + 1},50\n2,f,{BIG},{BIG + 1},60\n")
    with pytest.raises(
        ContractError, match=r"has no header, and there is no synapses_pni_2_header"
    ):
        take("cave", folder, tmp_path / "mouse")
    text(folder, "synapses_pni_2_header.csv", "id,valid,pre_pt_root_id,post_pt_root_id,size\n")
    mouse = take("cave", folder, tmp_path / "mouse")
    assert edges(mouse) == {(BIG, BIG + 1): 1.0}
    assert mouse.buckets["synapse_rows_not_valid"] == 1


def test_trap_5_larval_matrices_in_five_orders_add_up_by_label(tmp_path: Path) -> None:
    source = write_larva(tmp_path / "larva")
    result = take("larva", source, tmp_path / "out")
    assert edges(result) == {
        (11, 12): 4.0,
        (12, 11): 2.0,
        (12, 13): 5.0,
        (13, 13): 1.0,
        (14, 11): 4.0,
    }
    first = rows(result, "edges")[0]
    assert [first[n] for n in ("axon_axon", "axon_dendrite", "dendrite_axon")] == [1, 3, 0]
    nodes = {row["node_id"]: row for row in rows(result, "nodes")}
    assert {skid: row["side"] for skid, row in nodes.items()} == {
        11: "left",
        12: "right",
        13: "left",
        14: None,
    }
    assert (nodes[11]["pair_id"], nodes[13]["pair_id"]) == (12, None)
    assert (nodes[13]["cell_type"], nodes[11]["axon_input"]) == ("MBONs", 4.0)
    assert any("1 ids of the other files are in no matrix" in line for line in result.warnings)
    part = take("larva", source, tmp_path / "ad", part="axon_dendrite")
    assert edges(part) == {(11, 12): 3.0, (13, 13): 1.0}


def test_trap_5_parts_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    source = write_larva(tmp_path / "larva")
    write_matrix(source / "dd_connectivity_matrix.csv", [12], [13], {(12, 13): 4.0})
    with pytest.raises(
        ContractError,
        match=r"has 5 synapses from 12 to 13, the four parts have 4\. They must add up",
    ):
        take("larva", source, tmp_path / "out")


def test_trap_6_totals_repeats_zero_padding_and_rectangles(tmp_path: Path) -> None:
    result = take("cook2019", write_cook(tmp_path), tmp_path / "worm")
    names = {row["node_id"]: row["name"] for row in rows(result, "nodes")}
    found = {
        (names[e["pre_id"]], names[e["post_id"]], e["edge_type"]): e["weight"]
        for e in rows(result, "edges")
    }
    assert found == {
        ("I1L", "DA1", "chemical"): 10.0,
        ("I1L", "dBWML1", "chemical"): 3.0,
        ("DA1", "I1L", "chemical"): 2.0,
        ("DA1", "DA1", "chemical"): 1.0,
        ("I1L", "DA1", "electrical"): 4.0,
        ("DA1", "I1L", "electrical"): 4.0,
    }
    classes = {row["name"]: row["cell_class"] for row in rows(result, "nodes")}
    assert classes == {"I1L": "pharynx", "DA1": "sensory neurons", "dBWML1": "bodywall muscles"}
    assert "syn_count" not in rows(result, "edges")[0]
    assert manifest(result).weights["chemical"] == {"meaning": "EM sections", "unit": "sections"}


def test_trap_7_gap_junctions_listed_twice_or_once_come_to_the_same(tmp_path: Path) -> None:
    book = write_cook(tmp_path)
    twice = take("cook2019", book, tmp_path / "twice", gap="symmetric")
    once = take("cook2019", book, tmp_path / "once", gap="asymmetric")
    assert rows(twice, "edges") == rows(once, "edges")
    assert once.buckets["pairs_mirrored"] == 1


def test_trap_8_what_the_receiver_sees_is_not_counted_again(tmp_path: Path) -> None:
    listed = [
        ["Neuron 1", "Neuron 2", "Type", "Nbr"],
        ["ADAL", "AIBL", "Sp", 2],
        ["ADAL", "AIBL", "S", 1],
        ["AIBL", "ADAL", "Rp", 2],
        ["AIBL", "ADAL", "R", 1],
        ["ADAL", "RIML", "EJ", 4],
        ["RIML", "ADAL", "EJ", 4],
        ["VB01", "NMJ", "NMJ", 9],
    ]
    source = write_sheets(tmp_path / "NeuronConnect.xlsx", {"Sheet1": listed})
    result = take("celegans", source, tmp_path / "worm")
    names = {row["node_id"]: row["name"] for row in rows(result, "nodes")}
    found = {
        (names[e["pre_id"]], names[e["post_id"]], e["edge_type"]): (e["weight"], e["syn_count"])
        for e in rows(result, "edges")
    }
    assert found == {
        ("ADAL", "AIBL", "chemical"): (3.0, 3),
        ("ADAL", "RIML", "electrical"): (4.0, None),
        ("RIML", "ADAL", "electrical"): (4.0, None),
    }
    assert result.buckets["edge_rows_seen_by_the_receiver"] == 2
    assert result.buckets["edge_rows_neuromuscular"] == 1


def test_trap_9_ciona_has_bare_nan_dashes_and_names_of_digits(tmp_path: Path) -> None:
    result = take("ciona", write_ciona(tmp_path / "ciona"), tmp_path / "out", unit="um")
    assert named_edges(result) == {("100", "pns1"): 0.06}
    assert column(result, "nodes", "name") == ["100", "pns1", "7"]
    assert column(result, "nodes", "x_nm") == [None, 3000.0, None]
    assert column(result, "nodes", "Gaps") == [None, 4, None]
    assert result.buckets["edge_rows_without_weight"] == 1
    assert manifest(result).weights["chemical"] == {"meaning": "contact depth", "unit": "um"}


def test_trap_10_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    for part in ("chem", "elec"):
        text(tmp_path, f"herm_{part}_adj.csv", "\ufeff,ADAL,AIBL\r\nADAL,,4\r\nAIBL,4,\r\n")
    result = take("cook2019", tmp_path, tmp_path / "out")
    assert column(result, "nodes", "name") == ["ADAL", "AIBL"]
    assert Counter(column(result, "edges", "edge_type")) == {"chemical": 2, "electrical": 2}


def test_trap_14_root_0_is_nobody(tmp_path: Path) -> None:
    source = text(
        tmp_path,
        "synapses_pni_2_v661.csv",
        f"id,pre_pt_root_id,post_pt_root_id,size\n1,{BIG},0,5\n2,0,{BIG},5\n3,{BIG},{BIG + 1},5\n",
    )
    result = take("cave", source, tmp_path / "out")
    assert edges(result) == {(BIG, BIG + 1): 1.0}
    assert column(result, "nodes", "node_id") == [BIG, BIG + 1]
    assert result.buckets["synapses_without_pre"] == result.buckets["synapses_without_post"] == 1
    assert manifest(result).release == "v661"


def test_trap_15_one_sender_and_n_receivers_are_n_synapses(tmp_path: Path) -> None:
    worm = take("witvliet2021", write_witvliet(tmp_path / "w"), tmp_path / "worm", dataset=3)
    stored = rows(worm, "synapses")
    assert len(stored) == 5
    assert Counter(row["site_id"] for row in stored) == {BIG: 4, 8: 1}
    names = {row["node_id"]: row["name"] for row in rows(worm, "nodes")}
    found = {
        (names[e["pre_id"]], names[e["post_id"]], e["edge_type"]): e["weight"]
        for e in rows(worm, "edges")
    }
    assert found == {
        ("ADAL", "AIBL", "chemical"): 2.0,
        ("ADAL", "RIML", "chemical"): 1.0,
        ("AIBL", "DA1", "chemical"): 1.0,
        ("ADAL", "RIML", "electrical"): 1.0,
        ("RIML", "ADAL", "electrical"): 1.0,
    }
    fly = take("catmaid", write_catmaid(tmp_path / "c"), tmp_path / "larva")
    assert edges(fly) == {(16, 17): 2.0}
    pairs = [(s["pre_id"], s["post_id"], s["connector_id"]) for s in rows(fly, "synapses")]
    assert sorted(pairs, key=str) == [(16, 17, 900), (16, 17, 900), (None, 16, 902)]


def test_trap_16_voxels_that_are_no_cubes_come_out_in_nm(tmp_path: Path) -> None:
    header = "id,pre_pt_root_id,post_pt_root_id"
    together = text(
        tmp_path, "synapses_a.csv", f"{header},ctr_pt_position\n1,5,6,[103860  44385    891]\n"
    )
    split = text(
        tmp_path,
        "synapses_b.csv",
        f"{header},ctr_pt_position_x,ctr_pt_position_y,ctr_pt_position_z\n1,5,6,103860,44385,891\n",
    )
    wanted = [415_440.0, 177_540.0, 35_640.0]
    for number, source in enumerate((together, split)):
        result = take("cave", source, tmp_path / str(number), version=1, datastack="minnie65")
        (row,) = rows(result, "synapses")
        assert [row[f"{axis}_nm"] for axis in "xyz"] == wanted
    in_nm = take("cave", split, tmp_path / "nm", version=1, unit="nm")
    assert column(in_nm, "synapses", "z_nm") == [891.0]
    human = take("h01", write_h01(tmp_path / "h", [h01_record(5, 6)]), tmp_path / "human")
    (row,) = rows(human, "synapses")
    assert [row[f"{axis}_nm"] for axis in "xyz"] == [80.0, 160.0, 990.0]


@pytest.mark.parametrize("word", ["links", "edges"])
def test_trap_19_node_link_files_say_links_or_edges(word: str, tmp_path: Path) -> None:
    content = {
        "directed": True,
        "nodes": [{"id": "1"}, {"id": "2"}],
        word: [{"source": "1", "target": "2", "weight": 0.5}],
    }
    source = tmp_path / "ciona.json"
    source.write_text(json.dumps(content))
    assert named_edges(take("ciona", source, tmp_path / "out")) == {("1", "2"): 0.5}


def test_trap_20_a_matrix_may_be_turned_and_it_is_told_which_side_sends(tmp_path: Path) -> None:
    import scipy.io

    matrix = np.array([[0, 3], [0, 1]], np.uint8)
    ids = np.array([4, 9], np.int32)
    source = tmp_path / "Z.mat"
    scipy.io.savemat(
        source, {"Z": {"connectome": matrix, "cellID": ids, "cellType": ["_Axl_", "IBNm"]}}
    )
    result = take("matlab", source, tmp_path / "rows")
    assert edges(result) == {(4, 9): 3.0, (9, 9): 1.0}
    assert column(result, "nodes", "cellType") == ["Axl", "IBNm"]
    assert any("does not say which side of the matrix sends" in line for line in result.warnings)
    turned = take("matlab", source, tmp_path / "columns", orientation="columns-are-pre")
    assert edges(turned) == {(9, 4): 3.0, (9, 9): 1.0}
    assert not any("which side" in line for line in turned.warnings)
    assert "orientation columns-are-pre" in turned.decisions


def test_every_reader_of_a_release_says_by_what_it_is_recognised() -> None:
    unseen = {known.name for known in FORMATS if known.recognises is None}
    # A service is asked, not found in a folder.
    assert {name for name in unseen if not name.startswith("live-")} <= {"table", "em", "auto"}
