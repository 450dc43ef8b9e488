"""Rows of synapses: all of them stay, and edges count the attached ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ingest
from connectome_analysis.tables import ContractError

from .sources import BIG, column, edges, manifest, named_edges, read, rows, text

side = st.one_of(st.none(), st.integers(0, 4))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    synapses=st.lists(st.tuples(side, side), min_size=1, max_size=20),
    min_synapses=st.integers(1, 3),
)
def test_edges_count_the_synapses_with_two_sides_and_all_synapses_stay(
    out: Path, synapses: list[tuple[int | None, int | None]], min_synapses: int
) -> None:
    frame = pd.DataFrame(
        {
            "pre_id": pd.array([pre for pre, _ in synapses], dtype="Int64"),
            "post_id": pd.array([post for _, post in synapses], dtype="Int64"),
        }
    )
    result = read(out, synapses=frame, min_synapses=min_synapses, overwrite=True)
    attached = [(pre or None, post or None) for pre, post in synapses]
    counted = Counter(pair for pair in attached if None not in pair)
    assert edges(result) == {pair: n for pair, n in counted.items() if n >= min_synapses}
    stored = sorted(rows(result, "synapses"), key=lambda row: row["synapse_id"])
    assert [(row["pre_id"], row["post_id"]) for row in stored] == attached
    buckets = result.buckets
    assert buckets["synapse_rows_in"] == len(synapses)
    assert buckets["synapses_attached"] == counted.total()
    lost = ("synapses_without_pre", "synapses_without_post", "synapses_without_either")
    assert sum(buckets.get(name, 0) for name in lost) == len(synapses) - counted.total()


def test_a_synapse_table_brings_its_columns(tmp_path: Path, out: Path) -> None:
    file = text(
        tmp_path,
        "s.csv",
        "id,pre_pt_root_id,post_pt_root_id,x_nm,y_nm,z_nm,confidence,score,region,nt,cleft\n"
        f"5,{BIG},7,1.5,2,3,0.9,33,ME,ACH,4\n9,{BIG},0,4,5,6,,12,,GABA,\n",
    )
    result = read(out, synapses=file, columns={"neurotransmitter": "nt"})
    assert sorted(rows(result, "synapses"), key=lambda row: row["synapse_id"]) == [
        {
            "synapse_id": 5,
            "pre_id": BIG,
            "post_id": 7,
            "x_nm": 1.5,
            "y_nm": 2.0,
            "z_nm": 3.0,
            "confidence": 0.9,
            "score": 33.0,
            "region": "ME",
            "neurotransmitter": "acetylcholine",
            "cleft": 4,
        },
        {
            "synapse_id": 9,
            "pre_id": BIG,
            "post_id": None,
            "x_nm": 4.0,
            "y_nm": 5.0,
            "z_nm": 6.0,
            "confidence": None,
            "score": 12.0,
            "region": None,
            "neurotransmitter": "gaba",
            "cleft": None,
        },
    ]
    assert [row["region"] for row in rows(result, "edges_by_region")] == ["ME"]
    assert manifest(result).weights == {"chemical": {"meaning": "synapses"}}


def test_a_connector_with_many_receivers_is_many_synapses(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "s.csv", "synapse_id,pre,post\n11,1,2\n11,1,3\n11,1,3\n12,2,1\n")
    result = read(out, synapses=file)
    assert edges(result) == {(1, 2): 1, (1, 3): 2, (2, 1): 1}
    assert sorted(column(result, "synapses", "synapse_id")) == [1, 2, 3, 4]
    assert sorted(column(result, "synapses", "synapse_id_in_source")) == [11, 11, 11, 12]
    assert any("'synapse_id' is not unique" in line for line in result.decisions)


def test_synapses_of_unknown_neurons_are_refused_added_or_dropped(
    tmp_path: Path, out: Path
) -> None:
    file = text(tmp_path, "s.csv", "pre,post\n1,2\n1,9\n,2\n")
    listed = text(tmp_path, "n.csv", "node_id\n1\n2\n3\n")
    with pytest.raises(ContractError, match=r"s.csv names a neuron that is not among the 3 listed"):
        ingest.table(out, synapses=file, nodes=listed)
    dropped = read(out, synapses=file, nodes=listed, unknown_neurons="drop")
    assert (dropped.rows["synapses"], dropped.rows["nodes"]) == (2, 3)
    assert dropped.buckets["synapse_rows_unknown_neuron"] == 1
    added = read(out, synapses=file, nodes=listed, unknown_neurons="add", overwrite=True)
    assert (added.rows["synapses"], added.rows["nodes"]) == (3, 4)


def test_neurons_of_synapses_may_have_names(tmp_path: Path, out: Path) -> None:
    file = text(
        tmp_path, "s.csv", "pre,post,x,y,z\ngrc_1,pc_0,1,2,3\ngrc_1,pc_0,1,2,4\n,pc_0,1,2,5\n"
    )
    result = read(out, synapses=file, unit="nm")
    assert named_edges(result) == {("grc_1", "pc_0"): 2}
    assert column(result, "nodes", "name") == ["grc_1", "pc_0"]


def test_edges_and_synapses_may_come_together_and_must_agree(tmp_path: Path, out: Path) -> None:
    synapses = text(tmp_path, "s.csv", "pre,post\n1,2\n1,2\n2,1\n")
    counted = text(tmp_path, "e.csv", "pre,post,n_syn\n1,2,2\n2,1,1\n")
    result = read(out, edges=counted, synapses=synapses)
    assert (result.rows["edges"], result.rows["synapses"]) == (2, 3)
    wrong = text(tmp_path, "w.csv", "pre,post,n_syn\n1,2,5\n")
    with pytest.raises(ContractError, match=r"syn_count 5, synapses 2"):
        ingest.table(out, edges=wrong, synapses=synapses, overwrite=True)


def test_what_has_no_direction_is_no_row_of_synapses(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "s.csv", "pre,post\n1,2\n")
    with pytest.raises(ContractError, match=r"Give gap junctions as an edge list"):
        ingest.table(out, synapses=file, edge_type="electrical")
    with pytest.raises(ContractError, match=r"synapses have a direction"):
        ingest.table(out, synapses=file, directed=False)
    with pytest.raises(ContractError, match=r"weights mean synapses and not 'area'"):
        ingest.table(out, synapses=file, weight_meaning="area")


def test_scores_beyond_one_are_no_confidence(tmp_path: Path, out: Path) -> None:
    file = text(tmp_path, "s.csv", "pre,post,confidence\n1,2,33\n")
    with pytest.raises(ContractError, match=r"confidence"):
        ingest.table(out, synapses=file)
    result = read(out, synapses=file, columns={"score": "confidence"})
    assert column(result, "synapses", "score") == [33.0]
