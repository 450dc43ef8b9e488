"""Rows of an edge list become edges: sums, thresholds, weights, and a bucket for every row."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ingest
from connectome_analysis.tables import ContractError

from .slow_edges import Row, slow_edges
from .sources import column, edges, manifest, named_edges, read, rows, text

some = st.one_of(st.none(), st.integers(1, 4))
edge_rows = st.lists(
    st.builds(
        Row,
        pre=some,
        post=some,
        region=st.sampled_from(["ME", "LO"]),
        count=st.one_of(st.none(), st.integers(0, 4)),
    ),
    min_size=1,
    max_size=15,
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    listed=edge_rows,
    min_synapses=st.one_of(st.none(), st.integers(1, 8)),
    keep=st.booleans(),
)
def test_the_reader_agrees_with_its_slow_twin(
    tmp_path: Path, out: Path, listed: list[Row], min_synapses: int | None, keep: bool
) -> None:
    lines = ["pre_id,post_id,region,syn_count"]
    for row in listed:
        fields = [row.pre, row.post, row.region, row.count]
        lines.append(",".join("" if field is None else str(field) for field in fields))
    result = read(
        out,
        edges=text(tmp_path, "e.csv", "\n".join(lines)),
        min_synapses=min_synapses,
        on_self_loops="keep" if keep else "drop",
        overwrite=True,
    )
    kept, by_region, buckets = slow_edges(listed, min_synapses=min_synapses, keep_self_loops=keep)
    assert edges(result) == kept
    assert {
        (row["pre_id"], row["post_id"], row["region"]): row["syn_count"]
        for row in rows(result, "edges_by_region")
    } == by_region
    assert {name: count for name, count in result.buckets.items() if count} == dict(buckets)
    named = {neuron for row in listed for neuron in (row.pre, row.post) if neuron is not None}
    assert set(column(result, "nodes", "node_id")) == named


def test_a_threshold_is_put_on_the_pair_and_not_on_its_rows(tmp_path: Path, out: Path) -> None:
    # Codex splits pairs by neuropil: rows of 3 belong to a pair of 6.
    file = text(
        tmp_path,
        "connections.csv",
        "pre_root_id,post_root_id,neuropil,syn_count\n1,2,ME,3\n1,2,LO,3\n1,3,ME,4\n",
    )
    result = read(out, edges=file, min_synapses=5)
    assert edges(result) == {(1, 2): 6}
    assert [row["region"] for row in rows(result, "edges_by_region")] == ["LO", "ME"]
    assert result.buckets["pairs_below_min_synapses"] == 1
    assert manifest(result).pair_threshold == 5
    assert column(result, "nodes", "node_id") == [1, 2, 3]


def test_a_pair_in_several_rows_is_one_edge_and_that_is_told(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n1,2,3\n1,2,4\n2,1,1\n")
    result = read(out, edges=file)
    assert edges(result) == {(1, 2): 7, (2, 1): 1}
    assert any(line.startswith("3 rows are 2 pairs") for line in result.decisions)


def test_rows_in_no_region_are_gathered_under_one(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,roi,n_syn\n1,2,,3\n1,2,NA,4\n")
    result = read(out, edges=file)
    assert [(r["region"], r["syn_count"]) for r in rows(result, "edges_by_region")] == [
        ("NA", 4),
        ("unassigned", 3),
    ]


@pytest.mark.parametrize("counts", ["3\n4", "3.0\n4.0", " 3 \n4e0"])
def test_whole_numbers_are_synapse_counts_and_that_is_warned_of(
    tmp_path: Path, out: Path, counts: str
) -> None:
    first, second = counts.split("\n")
    file = text(tmp_path, "e.csv", f"pre,post,weight\n1,2,{first}\n2,1,{second}\n")
    result = read(out, edges=file)
    assert column(result, "edges", "syn_count") == [3, 4]
    assert column(result, "edges", "weight") == [3.0, 4.0]
    assert manifest(result).weights == {"chemical": {"meaning": "synapses"}}
    assert any("taken as the number of synapses" in line for line in result.warnings)
    told = read(out, edges=file, weight_meaning="EM sections", overwrite=True)
    assert "syn_count" not in rows(told, "edges")[0]
    assert manifest(told).weights == {"chemical": {"meaning": "EM sections"}}
    assert not any("synapses" in line for line in told.warnings)


def test_fractions_are_weights_of_stated_or_unstated_meaning(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,weight\n1,2,0.06\n2,1,1.5\n")
    result = read(out, edges=file)
    assert column(result, "edges", "weight") == [0.06, 1.5]
    assert manifest(result).weights == {"chemical": {"meaning": "unstated"}}
    assert any("what column 'weight' measures is not stated" in line for line in result.warnings)
    told = read(out, edges=file, weight_meaning="contact depth", weight_unit="um", overwrite=True)
    assert manifest(told).weights == {"chemical": {"meaning": "contact depth", "unit": "um"}}
    assert any("not stated" in line for line in told.warnings) is False


def test_fractions_are_no_synapse_counts(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,syn_count\n1,2,3\n1,3,2.5\n")
    with pytest.raises(ContractError) as error:
        ingest.table(out, edges=file)
    assert str(error.value) == (
        "e.csv: edges.syn_count must be a whole number, got 2.5 in row 2. Map the column as weight "
        "instead."
    )
    file = text(tmp_path, "w.csv", "pre,post,weight\n1,2,3\n1,3,2.5\n")
    with pytest.raises(ContractError, match=r"must be a whole number, got 2.5 in row 2"):
        ingest.table(out, edges=file, weight_meaning="synapses")


def test_a_threshold_without_counts_says_what_the_weights_are(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,weight\n1,2,3.5\n")
    with pytest.raises(
        ContractError, match=r"min_synapses needs synapse counts, the weights are: um"
    ):
        ingest.table(out, edges=file, weight_meaning="um of contact", min_synapses=5)


def test_counts_and_a_better_weight_stand_side_by_side(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,syn_count,weight\n1,2,3,0.5\n1,2,1,0.25\n")
    result = read(out, edges=file, weight_meaning="input fraction")
    assert (column(result, "edges", "syn_count"), edges(result)) == ([4], {(1, 2): 0.75})
    with pytest.raises(ContractError, match=r"weight differs from syn_count in 2 rows"):
        ingest.table(out, edges=file, weight_meaning="synapses", overwrite=True)


def test_without_a_weight_every_pair_weighs_one(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post\n1,2\n1,2\n2,1\n")
    result = read(out, edges=file)
    assert edges(result) == {(1, 2): 1, (2, 1): 1}
    assert any("if each row is a synapse, say so" in line for line in result.warnings)
    counted = read(out, edges=file, weight_meaning="synapses", overwrite=True)
    assert edges(counted) == {(1, 2): 2, (2, 1): 1}
    assert column(counted, "edges", "syn_count") == [2, 1]


def test_zero_and_missing_weights_have_their_buckets(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,weight\n1,2,0\n1,3,NaN\n1,4,\n2,3,0.5\n0,3,1\n")
    result = read(out, edges=file, weight_meaning="depth")
    assert edges(result) == {(2, 3): 0.5}
    assert dict(result.buckets) == {
        "edge_rows_in": 5,
        "edge_rows_unattached": 1,
        "edge_rows_without_weight": 2,
        "edge_rows_zero_weight": 1,
        "edge_rows_kept": 1,
        "pairs_in": 1,
        "edges_kept": 1,
    }
    assert manifest(result).buckets == result.buckets
    assert column(result, "nodes", "node_id") == [1, 2, 3, 4]


def test_nan_weights_of_parquet_are_missing(out: Path) -> None:
    frame = pd.DataFrame({"pre": [1, 2], "post": [2, 1], "weight": [float("nan"), 0.5]})
    result = read(out, edges=frame, weight_meaning="depth")
    assert result.buckets["edge_rows_without_weight"] == 1


def test_negative_weights_are_refused_or_split_into_size_and_sign(
    tmp_path: Path, out: Path
) -> None:
    file = text(tmp_path, "e.csv", "pre,post,weight\n1,2,0.5\n1,2,0.25\n2,1,-3.5\n")
    with pytest.raises(
        ContractError, match=r"must be positive, got -3.5 in row 3.*--negative-weights"
    ):
        ingest.table(out, edges=file)
    result = read(out, edges=file, negative_weights="sign", weight_meaning="conductance")
    assert edges(result) == {(1, 2): 0.75, (2, 1): 3.5}
    assert column(result, "edges", "sign") == [1, -1]
    counts = text(tmp_path, "c.csv", "pre,post,syn_count\n1,2,-3\n")
    with pytest.raises(ContractError, match=r"A count is never negative"):
        ingest.table(out, edges=counts, overwrite=True)


@pytest.mark.parametrize(
    ("value", "said"), [("inf", "must be finite"), ("3,5", "must be a number")]
)
def test_a_weight_that_is_no_number_is_refused(
    tmp_path: Path, out: Path, value: str, said: str
) -> None:
    file = text(tmp_path, "e.csv", f"pre;post;weight\n1;2;1\n1;3;{value}\n")
    with pytest.raises(ContractError, match=f"{said}.*row 2"):
        ingest.table(out, edges=file)


def test_other_columns_are_kept_where_the_rows_of_a_pair_agree(tmp_path: Path, out: Path) -> None:
    file = text(
        tmp_path,
        "e.csv",
        "pre,post,n_syn,nt,batch,note,seen,weight_in_source\n"
        "1,2,3,ACH,7,a,TRUE,1\n1,2,4,GABA,7,b,TRUE,2\n2,1,1,gaba,8,,FALSE,3\n",
    )
    result = read(out, edges=file, columns={"neurotransmitter": "nt"})
    stored = rows(result, "edges")
    assert [row["batch"] for row in stored] == [7, 8]
    assert [row["neurotransmitter"] for row in stored] == [None, "gaba"]
    assert [row["seen"] for row in stored] == [True, False]
    assert "note" not in stored[0]
    told = "\n".join(result.decisions)
    assert "column 'neurotransmitter' is left empty in 1 pairs whose rows differ" in told
    assert "column 'note' is dropped, since the rows of every pair differ" in told


def test_sizes_are_added_up(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn,size\n1,2,3,10.5\n1,2,4,2\n")
    assert column(read(out, edges=file), "edges", "size") == [12.5]


def test_a_source_column_called_like_one_of_ours_gets_another_name(
    tmp_path: Path, out: Path
) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn,weight\n1,2,3,strong\n")
    result = read(out, edges=file, columns={"weight": None})
    assert rows(result, "edges")[0]["weight_in_source"] == "strong"


def test_self_loops_are_kept_or_dropped_and_the_manifest_says_so(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n1,1,3\n1,2,4\n")
    assert manifest(read(out, edges=file)).autapses == "kept: 1"
    dropped = read(out, edges=file, on_self_loops="drop", overwrite=True)
    assert (edges(dropped), manifest(dropped).autapses) == ({(1, 2): 4}, "dropped: 1")


def test_an_empty_list_is_an_empty_connectome(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n")
    listed = text(tmp_path, "n.csv", "node_id\n5\n6\n")
    result = read(out, edges=file, nodes=listed)
    assert (result.rows["nodes"], result.rows["edges"]) == (2, 0)


def electrical(lines: str) -> str:
    return "pre,post,weight,edge_type\n" + lines


@pytest.mark.parametrize(
    ("lines", "weights"),
    [
        ("a,b,2.5,electrical\nc,b,1,Electrical", {("a", "b"): 2.5, ("b", "c"): 1}),  # once
        ("a,b,2.5,electrical\nb,a,2.5,electrical", {("a", "b"): 2.5}),  # twice
        (
            "a,b,1,electrical\na,b,1.5,electrical\na,a,2,electrical",
            {("a", "b"): 2.5, ("a", "a"): 2},
        ),
    ],
)
def test_gap_junctions_stand_in_both_directions_however_they_are_listed(
    tmp_path: Path, out: Path, lines: str, weights: dict[tuple[str, str], float]
) -> None:
    result = read(out, edges=text(tmp_path, "e.csv", electrical(lines)), weight_meaning="sections")
    assert named_edges(result) == weights | {(b, a): w for (a, b), w in weights.items()}


def test_gap_junctions_that_could_be_listed_either_way_are_asked_about(
    tmp_path: Path, out: Path
) -> None:
    file = text(
        tmp_path,
        "e.csv",
        electrical("1,2,2,electrical\n2,1,1,electrical\n3,1,1,electrical\n1,2,9,chemical"),
    )
    options = {"edges": file, "weight_meaning": "sections"}
    with pytest.raises(ContractError) as error:
        ingest.table(out, **options)
    assert "1 pairs stand in one direction, 1 in both" in str(error.value)
    assert 'undirected_listed="once"' in str(error.value)
    result = read(out, **options, undirected_listed="once")
    assert [
        (r["pre_id"], r["post_id"], r["edge_type"], r["weight"]) for r in rows(result, "edges")
    ] == [
        (1, 2, "chemical", 9),
        (1, 2, "electrical", 3),
        (1, 3, "electrical", 1),
        (2, 1, "electrical", 3),
        (3, 1, "electrical", 1),
    ]
    assert result.buckets["pairs_mirrored"] == 1
    with pytest.raises(ContractError, match=r"stand with different weights"):
        ingest.table(out, **options, undirected_listed="twice", overwrite=True)


def test_every_edge_of_an_undirected_list_stands_in_both_directions(
    tmp_path: Path, out: Path
) -> None:
    file = text(
        tmp_path, "contacts.csv", "source,target,region,weight\n1,2,A,3.5\n1,2,B,1\n2,3,A,2\n"
    )
    result = read(
        out, edges=file, directed=False, weight_meaning="contact area", edge_type="contact"
    )
    assert edges(result) == {(1, 2): 4.5, (2, 1): 4.5, (2, 3): 2, (3, 2): 2}
    assert result.rows["edges_by_region"] == 6
    present = text(tmp_path, "p.csv", "source,target\n1,2\n2,1\n2,3\n")
    result = read(out, edges=present, directed=False, overwrite=True)
    assert set(edges(result).values()) == {1}
    assert len(edges(result)) == 4


def test_a_column_of_kinds_makes_edges_of_several_kinds(tmp_path: Path, out: Path) -> None:
    file = text(
        tmp_path, "e.csv", "Source,Target,Weight,Type\nADAL, AIBL ,2,Chemical\nADAL,AIBL,1,\n"
    )
    result = read(out, edges=file, columns={"edge_type": "Type"}, edge_type="peptidergic")
    assert column(result, "edges", "edge_type") == ["chemical", "peptidergic"]
    assert set(manifest(result).weights) == {"chemical", "peptidergic"}


def test_the_manifest_holds_the_bytes_the_command_and_the_decisions(
    tmp_path: Path, out: Path
) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n1,2,3\n")
    result = read(
        out,
        edges=file,
        description={
            "name": "toy",
            "species": "Mus musculus",
            "licence": "CC0",
            "citation": ["A 2020"],
            "notes": "by hand",
        },
    )
    found = manifest(result)
    assert (found.name, found.species, found.licence) == ("toy", "Mus musculus", "CC0")
    assert found.citation == ("A 2020",)
    assert found.notes[0] == "by hand"
    assert found.notes[1:] == result.warnings
    assert found.made_by["inputs"] == [
        {
            "role": "edges",
            "file": "e.csv",
            "bytes": 21,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        }
    ]
    assert found.made_by["decisions"] == list(result.decisions)
    assert found.made_by["software"] == "neuropil"
    assert str(tmp_path) not in (out / "connectome.json").read_text()


def test_a_reader_can_name_the_file_behind_its_rows(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "release.bin", "whatever")
    frame = pd.DataFrame({"pre": ["1", "x.0"], "post": ["2", "3"], "n_syn": [1, 2]})
    with pytest.raises(ContractError, match=r"release.bin: ids are integers"):
        ingest.table(out, edges=frame, files={"edges": file})
    result = read(out, edges=frame[:1], files={"edges": file}, decisions=["sheet 3"])
    assert result.decisions[0] == "sheet 3"
    (described,) = manifest(result).made_by["inputs"]
    assert (described["file"], described["bytes"]) == ("release.bin", 8)
    unnamed = read(out, edges=frame[:1], overwrite=True)
    assert manifest(unnamed).made_by["inputs"] == [
        {"role": "edges", "file": None, "in_memory": "DataFrame"}
    ]


def test_more_synapses_than_can_be_stored_are_refused(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n1,2,2000000000\n1,2,2000000000\n")
    with pytest.raises(ContractError, match=r"a pair has 4,000,000,000 synapses"):
        ingest.table(out, edges=file)


def test_a_folder_of_parquet_files_is_one_table(tmp_path: Path, out: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    with pytest.raises(ContractError, match=r"is a folder without Parquet files"):
        ingest.table(out, edges=folder)
    for pre in (1, 2):
        frame = pd.DataFrame({"pre": [pre], "post": [3], "n_syn": [pre]})
        frame.to_parquet(folder / f"{pre}.parquet")
    result = read(out, edges=folder)
    assert edges(result) == {(1, 3): 1, (2, 3): 2}
    names = [described["file"] for described in manifest(result).made_by["inputs"]]
    assert names == ["parts/1.parquet", "parts/2.parquet"]


def test_a_field_that_is_no_description_is_refused(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n1,2,3\n")
    with pytest.raises(
        ContractError, match=r"description: 'license' is no field that can be given"
    ):
        ingest.table(out, edges=file, description={"license": "CC0"})


def test_what_stands_there_is_left_alone_unless_asked(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n1,2,3\n")
    read(out, edges=file)
    with pytest.raises(ContractError, match=r"exists. Choose another name, or ask to overwrite"):
        ingest.table(out, edges=file)
    assert edges(read(out, edges=file, min_synapses=4, overwrite=True)) == {}


def test_nothing_is_written_where_a_row_is_wrong(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "e.csv", "pre,post,n_syn\n1,2,3\n1,2\n")
    with pytest.raises(ContractError) as error:
        ingest.table(out, edges=file)
    assert str(error.value) == (
        'e.csv: line 3 cannot be read: expected Number of Columns: 3 Found: 2; it says "1,2".'
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e.csv"]


def test_options_that_are_no_choice_are_refused(out: Path) -> None:
    frame = pd.DataFrame({"pre": [1], "post": [2]})
    with pytest.raises(
        ContractError, match=r"on_self_loops must be 'keep' or 'drop', got 'remove'"
    ):
        ingest.table(out, edges=frame, on_self_loops="remove")  # type: ignore[arg-type]


def test_one_source_of_edges_at_a_time(out: Path) -> None:
    with pytest.raises(ContractError, match=r"nothing to read"):
        ingest.table(out)
    with pytest.raises(ContractError, match=r"one source of edges at a time, got edges and matrix"):
        ingest.table(out, edges="e.csv", matrix="m.csv")
    with pytest.raises(ContractError, match=r"a graph brings its own list of neurons"):
        ingest.table(out, graph="g.json", nodes="n.csv")


def test_a_source_of_which_nothing_is_left_is_warned_of(tmp_path: Path) -> None:
    source = tmp_path / "edges.csv"
    source.write_text("pre_id,post_id,syn_count\n1,2,3\n,2,4\n1,,5\n")
    result = ingest.table(tmp_path / "out", edges=source, min_synapses=1000)
    assert result.rows["edges"] == 0
    assert any(line.startswith("No edge is left") for line in result.warnings)
    assert any("2 rows lack a sender or a receiver" in line for line in result.warnings)
    fine = tmp_path / "fine.csv"
    fine.write_text("pre_id,post_id,syn_count\n1,2,3\n")
    kept = ingest.table(tmp_path / "fine", edges=fine)
    assert not any("No edge" in line or "lack a sender" in line for line in kept.warnings)


def test_a_connectome_is_not_replaced_by_what_is_read_from_it(out: Path, tmp_path: Path) -> None:
    ingest.table(
        out, edges=pd.DataFrame({"pre_id": [1, 2], "post_id": [2, 3], "syn_count": [3, 4]})
    )
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    link = tmp_path / "link"
    link.symlink_to(out)
    for place in (out, link):
        with pytest.raises(ContractError, match=r"holds the input .*edges.parquet, which would be"):
            ingest.table(out, edges=place / "edges.parquet", overwrite=True)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before
