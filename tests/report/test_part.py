"""What part of a connectome a report studies: chosen, said on the page, and the same in SQL."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis import tables
from connectome_analysis.tables import Manifest
from neuropil.report import Part
from neuropil.report.questions import ask


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Four neurons; two chemical connections and three others, one pair joined by both kinds."""
    nodes = pd.DataFrame({"node_id": [1, 2, 3, 4], "cell_class": ["a", "a", "b", "b"]})
    edges = pd.DataFrame(
        {
            "pre_id": [1, 2, 1, 3, 4],
            "post_id": [2, 3, 2, 4, 1],
            "edge_type": ["chemical"] * 2 + ["other"] * 3,
            "weight": [4.0, 1.0, 2.0, 3.0, 1.0],
            "syn_count": [4, 1, 2, 3, 1],
        }
    )
    return tables.write(
        tmp_path / "mixed", {"nodes": nodes, "edges": edges}, Manifest(name="mixed")
    )


@pytest.mark.parametrize(
    "part",
    [
        Part(),
        Part(edge_type="chemical"),
        Part(edge_type="other", min_synapses=2),
        Part(min_synapses=3),
        Part(where="cell_class = 'a'"),
        Part(edge_type="chemical", where="node_id < 4"),
    ],
    ids=str,
)
def test_the_answers_in_sql_are_of_the_graph_that_is_studied(mixed: Path, part: Part) -> None:
    with ca.open(mixed) as opened:
        g = part.graph(opened)
        census, strongest, matrix = (answer.table for answer in ask(opened, part))
    expected = g.edges()[["pre_id", "post_id", "weight"]].astype("int64")
    found = strongest[["pre_id", "post_id", "weight"]].astype("int64")
    assert (
        found.sort_values(["pre_id", "post_id"]).to_numpy().tolist() == expected.to_numpy().tolist()
    )
    assert matrix["connections"].sum() == g.n_edges
    assert census["neurons"].sum() == g.n_nodes


def test_all_kinds_are_studied_where_chemical_is_the_smaller_part(mixed: Path) -> None:
    with ca.open(mixed) as opened:
        assert (Part().kind(opened), Part().graph(opened).n_edges) == ("all", 4)
        chemical = Part(edge_type="chemical")
        said = chemical.in_words(opened, chemical.graph(opened))
        assert said == "chemical connections alone, 2 of 5 of all kinds"


def test_the_part_is_said_in_words_and_as_options(mixed: Path) -> None:
    part = Part(edge_type="other", min_synapses=2, where="node_id < 5")
    with ca.open(mixed) as opened:
        said = part.in_words(opened, part.graph(opened))
    assert said == (
        "other connections alone, 3 of 5 of all kinds; pairs of neurons with at least 2 synapses; "
        "4 of 4 neurons, those where node_id < 5"
    )
    assert part.options == " --edge-type other --min-synapses 2 --where 'node_id < 5'"


def test_a_part_without_a_connection_is_met_before_anything_is_written(
    neuropil, mixed: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    options = ("--edge-type", "other", "--min-synapses", 3, "--where", "node_id < 4")
    code, _, err = neuropil("report", mixed, "--out", out, *options)
    assert (code, err) == (
        1,
        (
            "neuropil: Nothing to report of mixed: 3 neurons and no connection are left by --edge-type "
            "other --min-synapses 3 --where 'node_id < 4'.\n"
        ),
    )
    assert not out.exists()
