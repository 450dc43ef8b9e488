"""Which column becomes which: the user's word, known names, and no guess between two."""

from __future__ import annotations

from pathlib import Path

import pytest

import ingest
from connectome_analysis.tables import ContractError

from .sources import column, edges, manifest, read, text


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.mark.parametrize(
    "header",
    [
        "pre_id,post_id,syn_count",
        "pre,post,n_syn",
        "pre_root_id,post_root_id,syn_count",
        "pre_pt_root_id,post_pt_root_id,n_syn",
        "bodyId_pre,bodyId_post,weight",
        "body_pre,body_post,weight",
        "Presynaptic_ID,Postsynaptic_ID,Weight",
        "source,target,weight",
        "Source,Target,Weight",
        ":START_ID(Body-ID),:END_ID(Body-ID),weight",
        "from type,to type,synapses",
        "Neuron 1,Neuron 2,count",
    ],
)
def test_names_under_which_releases_publish_edges_are_known(
    tmp_path: Path, out: Path, header: str
) -> None:
    result = read(out, edges=text(tmp_path, "e.csv", f"{header}\n1,2,3\n"))
    assert edges(result) == {(1, 2): 3}
    first = header.partition(",")[0]
    assert first == "pre_id" or f"edges.pre_id is column {first!r} of e.csv" in result.decisions


def test_the_word_of_the_user_comes_before_every_known_name(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,from,to,weight,n\n1,2,7,8,9,4\n")
    result = read(out, edges=file, columns={"pre_id": "from", "post_id": "to", "syn_count": "n"})
    assert column(result, "edges", "syn_count") == [4]
    assert (column(result, "edges", "pre_id"), column(result, "edges", "pre")) == ([7], [1])


def test_two_pairs_that_could_be_meant_are_asked_about(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre_root_id,post_root_id,pre,post\n1,2,3,4\n")
    with pytest.raises(ContractError) as error:
        ingest.table(out, edges=file)
    assert str(error.value) == (
        "e.csv: the sending and receiving neuron could be pre_root_id, post_root_id or pre, post; "
        "say which: columns={'pre_id': ..., 'post_id': ...} (--map pre_id=... --map post_id=...)."
    )


def test_two_columns_that_could_be_one_are_asked_about(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn,count\n1,2,3,4\n")
    with pytest.raises(
        ContractError, match=r"edges.syn_count could be 'n_syn' or 'count'; say which"
    ):
        ingest.table(out, edges=file)


def test_columns_that_are_not_recognised_are_listed(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "a,b,c\n1,2,3\n")
    with pytest.raises(ContractError) as error:
        ingest.table(out, edges=file)
    assert str(error.value) == (
        "e.csv: no column was recognised as pre_id or post_id; it has 'a', 'b', 'c'. Name it: "
        "columns={'pre_id': ..., 'post_id': ...} (--map pre_id=... --map post_id=...). If the "
        "first line is data: header=False (--no-header)."
    )


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n\n1,2,3\n")
    with pytest.raises(ContractError) as error:
        ingest.table(out, edges=file, columns={"syn_count": "m"})
    assert str(error.value) == "e.csv has no column 'm' for syn_count; it has 'pre', 'post', 'n'."
    listed = text(tmp_path, "n.csv", "node_id\n1\n2\n")
    with pytest.raises(ContractError, match=r"No source has a column 'm' for neurotransmitter"):
        ingest.table(out, edges=file, nodes=listed, columns={"neurotransmitter": "m"})


def test_a_misspelt_contract_column_is_met_with_the_right_one(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n\n1,2,3\n")
    with pytest.raises(ContractError, match=r"'syn_cnt' is no column of edges.*'syn_count'\?"):
        ingest.table(out, edges=file, columns={"syn_cnt": "n"})
    with pytest.raises(ContractError, match=r"'nodes.side' is about nodes, which is not read here"):
        ingest.table(out, edges=file, columns={"nodes.side": "n"})


def test_a_column_of_both_tables_can_be_meant_in_one(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn,nt\n1,2,3,GABA\n")
    listed = text(tmp_path, "n.csv", "node_id,nt\n1,ACH\n2,GLUT\n")
    one = read(out, edges=file, nodes=listed, columns={"nodes.neurotransmitter": "nt"})
    assert column(one, "nodes", "neurotransmitter") == ["acetylcholine", "glutamate"]
    assert column(one, "edges", "nt") == ["GABA"]
    both = read(out, edges=file, nodes=listed, columns={"neurotransmitter": "nt"}, overwrite=True)
    assert column(both, "edges", "neurotransmitter") == ["gaba"]


def test_columns_that_differ_in_case_only_both_arrive(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn,batch,Batch\n1,2,3,a,b\n")
    result = read(out, edges=file)
    assert (column(result, "edges", "batch"), column(result, "edges", "Batch_5")) == (["a"], ["b"])


def test_a_name_that_stands_twice_is_refused(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n,n\n1,2,3,4\n")
    with pytest.raises(ContractError, match=r"e.csv has the column 'n' more than once; rename one"):
        ingest.table(out, edges=file)


@pytest.mark.parametrize("name", ["type", "kind", "Synapse Type", "edge_type"])
def test_a_column_whose_words_are_kinds_says_the_kind(tmp_path: Path, out: Path, name: str) -> None:
    lines = "ADAL,AIBL,Chemical,3\nADAL,AIBL,electrical,2\nADAL,ADAR,gap junction,1\n"
    result = read(out, edges=text(tmp_path, "e.csv", f"pre,post,{name},synapses\n{lines}"))
    kinds = zip(*(column(result, "edges", c) for c in ("edge_type", "weight")), strict=True)
    assert sorted(kinds) == [
        ("chemical", 3),
        ("electrical", 1),
        ("electrical", 1),
        ("electrical", 2),
        ("electrical", 2),
    ]


def test_a_column_type_of_other_words_is_kept_as_it_is(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,type,synapses\n1,2,axo-axonic,3\n")
    result = read(out, edges=file)
    assert column(result, "edges", "edge_type") == ["chemical"]
    assert column(result, "edges", "type") == ["axo-axonic"]


def test_a_unit_in_the_header_is_taken_with_the_column(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,weight [EM sections]\n1,2,3\n")
    result = read(out, edges=file)
    assert edges(result) == {(1, 2): 3}
    weights = dict(manifest(result).weights["chemical"])
    assert weights == {"meaning": "EM sections", "unit": "EM sections"}


def test_connectivity_is_a_weight(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "Presynaptic_ID,Postsynaptic_ID,Connectivity\n1,2,3\n")
    assert edges(read(out, edges=file)) == {(1, 2): 3}


@pytest.mark.parametrize(
    ("header", "value", "warned"),
    [
        ("strong", "7", True),
        ("n_contacts", "0.5", True),
        ("cluster", "7", False),
        ("pre_x", "7", False),
        ("note", "seven", False),
        ("seen", "1", False),
    ],
)
def test_a_column_that_could_be_the_weight_is_warned_of(
    tmp_path: Path, out: Path, header: str, value: str, *, warned: bool
) -> None:
    file = text(tmp_path, "e.csv", f"pre,post,{header}\n1,2,{value}\n")
    result = ingest.table(out, edges=file)
    said = [line for line in result.warnings if f"column {header!r} holds numbers" in line]
    assert bool(said) == warned
    if warned:
        assert said[0].endswith(f"columns={{'weight': {header!r}}} (--map weight={header})")
