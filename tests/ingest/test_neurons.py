"""The list of neurons: complete, each neuron once, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

import ingest
from connectome_analysis.tables import ContractError

from .sources import BIG, column, edges, named_edges, read, rows, text

EDGES = "pre,post,n_syn\n1,2,3\n2,3,4\n"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_neurons_without_edges_stay_in_the_list(tmp_path: Path, out: Path) -> None:
    listed = text(tmp_path, "n.csv", "root_id,cell_type\n1,A\n2,B\n3,A\n4,C\n")
    result = read(out, edges=text(tmp_path, "e.csv", EDGES), nodes=listed)
    assert column(result, "nodes", "node_id") == [1, 2, 3, 4]
    assert result.warnings == ()


def test_without_a_list_a_warning_says_who_is_missing(tmp_path: Path, out: Path) -> None:
    result = read(out, edges=text(tmp_path, "e.csv", EDGES))
    (warning,) = result.warnings
    assert warning == (
        "no list of neurons: nodes are the 3 neurons that the rows name. Neurons without edges are "
        "missing, and density, reciprocity over chance and nulls depend on them; give the list: "
        "nodes=FILE (--nodes FILE)"
    )


def test_a_neuron_named_only_by_a_row_that_is_left_out_is_still_a_neuron(
    tmp_path: Path, out: Path
) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n1,2,0\n3,,4\n5,5,1\n")
    result = read(out, edges=file, on_self_loops="drop")
    assert column(result, "nodes", "node_id") == [1, 2, 3, 5]


@pytest.mark.parametrize(
    ("rule", "nodes", "kept"),
    [("add", [1, 2, 3], {(1, 2): 3, (2, 3): 4}), ("drop", [1, 2], {(1, 2): 3})],
)
def test_unknown_neurons_are_added_or_their_rows_dropped(
    tmp_path: Path, out: Path, rule: str, nodes: list[int], kept: dict[tuple[int, int], int]
) -> None:
    file = text(tmp_path, "e.csv", EDGES)
    listed = text(tmp_path, "n.csv", "node_id,cell_type\n1,A\n2,B\n")
    with pytest.raises(ContractError) as error:
        ingest.table(out, edges=file, nodes=listed)
    assert str(error.value) == (
        "e.csv names a neuron that is not among the 2 listed, for instance 3. Say what to do: "
        'unknown_neurons="add" or "drop" (--unknown-neurons).'
    )
    result = read(out, edges=file, nodes=listed, unknown_neurons=rule)
    assert column(result, "nodes", "node_id") == nodes
    assert edges(result) == kept
    bucket = {"add": "neurons_added", "drop": "edge_rows_unknown_neuron"}[rule]
    assert result.buckets[bucket] == 1


def test_unknown_names_are_numbered_after_the_listed_ones(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\nZ,A,1\nB,Y,2\n")
    result = read(
        out, edges=file, nodes=text(tmp_path, "n.csv", "name\nB\nA\n"), unknown_neurons="add"
    )
    assert [(row["node_id"], row["name"]) for row in rows(result, "nodes")] == [
        (1, "B"),
        (2, "A"),
        (3, "Z"),
        (4, "Y"),
    ]
    assert named_edges(result) == {("Z", "A"): 1, ("B", "Y"): 2}


def test_a_row_that_repeats_another_word_for_word_is_left_out(tmp_path: Path, out: Path) -> None:
    listed = text(tmp_path, "n.csv", "node_id,side\n1,L\n2,R\n1,L\n3,M\n")
    result = read(out, edges=text(tmp_path, "e.csv", EDGES), nodes=listed)
    assert column(result, "nodes", "side") == ["left", "right", "center"]
    assert result.buckets["node_rows_repeated"] == 1


def test_two_different_rows_for_one_neuron_are_refused(tmp_path: Path, out: Path) -> None:
    listed = text(tmp_path, "n.csv", "node_id,side\n1,L\n2,R\n1,R\n3,M\n")
    with pytest.raises(ContractError) as error:
        ingest.table(out, edges=text(tmp_path, "e.csv", EDGES), nodes=listed)
    assert str(error.value) == (
        "n.csv: 1 neuron stands in several rows that differ, for instance 1. One row per neuron: "
        "join or take out the others."
    )


def test_a_neuron_without_an_id_is_refused_with_its_row(tmp_path: Path, out: Path) -> None:
    listed = text(tmp_path, "n.csv", "node_id,side\n1,L\n,R\n")
    with pytest.raises(
        ContractError, match=r"n.csv: node_id is empty, first in row 2 \(1 in all\)"
    ):
        ingest.table(out, edges=text(tmp_path, "e.csv", EDGES), nodes=listed)


def test_edges_may_refer_to_another_column_of_the_list(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\nADAL,AIBL,2\n")
    listed = text(tmp_path, "n.csv", f"root_id,name\n{BIG},ADAL\n{BIG + 1},AIBL\n")
    result = read(out, edges=file, nodes=listed, edges_refer_to="name")
    assert edges(result) == {(BIG, BIG + 1): 2}
    assert column(result, "nodes", "name") == ["ADAL", "AIBL"]
    with pytest.raises(
        ContractError, match=r"n.csv has no column 'label'; it has 'root_id', 'name'"
    ):
        ingest.table(out, edges=file, nodes=listed, edges_refer_to="label", overwrite=True)


def test_columns_of_the_list_arrive_in_the_words_of_the_contract(tmp_path: Path, out: Path) -> None:
    listed = text(
        tmp_path,
        "n.csv",
        "root_id,Cell Type,Side,neurotransmitter,sign,pre_completeness,volume_nm3\n"
        "1,NA,LHS,ACH,1,0.5,1e9\n2,None,na,unclear,-1,,NA\n3, KC ,midline,5HT,0,1,7\n",
    )
    result = read(out, edges=text(tmp_path, "e.csv", EDGES), nodes=listed)
    assert column(result, "nodes", "cell_type") == ["NA", "None", "KC"]
    assert column(result, "nodes", "side") == ["left", None, "center"]
    assert column(result, "nodes", "neurotransmitter") == ["acetylcholine", None, "serotonin"]
    assert column(result, "nodes", "sign") == [1, -1, 0]
    assert column(result, "nodes", "pre_completeness") == [0.5, None, 1.0]
    assert column(result, "nodes", "volume_nm3") == [1e9, None, 7.0]


def test_a_further_spelling_of_missing_holds_for_its_column_only(tmp_path: Path, out: Path) -> None:
    listed = text(tmp_path, "n.csv", "node_id,cell_type,status\n1,NA,NA\n2,KC,done\n3,na,x\n")
    result = read(
        out,
        edges=text(tmp_path, "e.csv", EDGES),
        nodes=listed,
        missing={"cell_type": ["NA"]},
    )
    assert column(result, "nodes", "cell_type") == [None, "KC", None]
    assert column(result, "nodes", "status") == ["NA", "done", "x"]


def test_a_side_outside_the_vocabulary_is_left_empty_and_kept_beside(
    tmp_path: Path, out: Path
) -> None:
    listed = text(tmp_path, "n.csv", "node_id,side\n1,L\n2,bilateral\n3,\n")
    result = read(out, edges=text(tmp_path, "e.csv", EDGES), nodes=listed)
    assert column(result, "nodes", "side") == ["left", None, None]
    assert column(result, "nodes", "side_in_source") == ["L", "bilateral", None]
    assert any("1 rows of 'side' are neither" in line for line in result.warnings)


def test_every_other_column_keeps_its_name_and_gets_the_type_its_rows_have(
    tmp_path: Path, out: Path
) -> None:
    listed = text(
        tmp_path,
        "n.csv",
        "node_id,n_pre,score,proofread,flag,sex,code,pair,Node_ID,mixed\n"
        f"1,5,0.5,TRUE,t,f,007,{BIG},x,1\n2,NA,-,false,f,f,12,,y,two\n3,7,1e3,True,t,f,1,8,z,\n",
    )
    result = read(
        out,
        edges=text(tmp_path, "e.csv", EDGES),
        nodes=listed,
        columns={"nodes.node_id": "node_id"},
    )
    stored = {name: column(result, "nodes", name) for name in rows(result, "nodes")[0]}
    assert stored["n_pre"] == [5, None, 7]
    assert stored["score"] == [0.5, None, 1000.0]
    assert stored["proofread"] == [True, False, True]
    assert stored["flag"] == [True, False, True]
    assert stored["sex"] == ["f", "f", "f"]  # female, not false
    assert stored["code"] == ["007", "12", "1"]
    assert stored["pair"] == [BIG, None, 8]
    assert stored["mixed"] == ["1", "two", None]
    assert stored["Node_ID_9"] == ["x", "y", "z"]  # SQL does not tell it from node_id


def test_long_integers_among_fractions_stay_text(tmp_path: Path, out: Path) -> None:
    larger = 2**64 - 1
    listed = text(tmp_path, "n.csv", f"node_id,ref,old\n1,{BIG},{larger}\n2,0.5,2\n3,1,\n")
    result = read(out, edges=text(tmp_path, "e.csv", EDGES), nodes=listed)
    assert column(result, "nodes", "ref") == [str(BIG), "0.5", "1"]
    assert column(result, "nodes", "old") == [str(larger), "2", None]


def test_the_index_that_pandas_writes_without_a_name_is_the_id(tmp_path: Path, out: Path) -> None:
    listed = text(tmp_path, "n.csv", ",name\n1,a\n2,b\n3,c\n")
    result = read(out, edges=text(tmp_path, "e.csv", EDGES), nodes=listed)
    assert column(result, "nodes", "name") == ["a", "b", "c"]
    assert "nodes.node_id is column 'column_1' of n.csv" in result.decisions


def test_a_list_without_a_column_of_ids_is_refused_with_its_columns(
    tmp_path: Path, out: Path
) -> None:
    listed = text(tmp_path, "n.csv", "cell_type,size\nA,1\n")
    with pytest.raises(ContractError) as error:
        ingest.table(out, edges=text(tmp_path, "e.csv", EDGES), nodes=listed)
    assert str(error.value) == (
        "n.csv: no column was recognised as node_id; it has 'cell_type', 'size'. Name it: "
        "columns={'node_id': ...} (--map node_id=...). If the first line is data: header=False "
        "(--no-header)."
    )


def test_columns_that_name_people_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    neurons = text(tmp_path, "n.csv", "id,type,user_name,E_Mail\n1,a,Ada,ada@example.org\n2,b,,\n")
    rows_ = text(tmp_path, "e.csv", "pre,post,n_syn,user_id\n1,2,3,77\n")
    result = read(tmp_path / "out", edges=rows_, nodes=neurons)
    everything = b"".join(p.read_bytes() for p in result.path.iterdir())
    assert b"example.org" not in everything
    assert "user_name" not in rows(result, "nodes")[0]
    assert "user_id" not in rows(result, "edges")[0]
    assert any(
        "nodes: columns that name people are left out: user_name, E_Mail" in line
        for line in result.decisions
    )
    kept = read(tmp_path / "kept", edges=rows_, nodes=neurons, personal_data=True)
    assert rows(kept, "nodes")[0]["user_name"] == "Ada"
