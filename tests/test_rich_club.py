"""The rich club by hand, by definition, by networkx, and as published for the worm."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from tests import graphs


@pytest.mark.parametrize("degree", ["total", "in", "out"])
@given(matrix=graphs.adjacency(max_nodes=12))
@settings(max_examples=40, deadline=None)
def test_phi_is_the_density_among_neurons_of_degree_above_k(
    degree: str, matrix: np.ndarray
) -> None:
    degrees = {"in": matrix.sum(axis=0), "out": matrix.sum(axis=1)}
    degrees["total"] = degrees["in"] + degrees["out"]
    table = ca.rich_club(ca.Graph.from_adjacency(matrix), degree, null_model=None)
    expected = {}
    for k in range(int(degrees[degree].max(initial=0)) + 1):
        rich = degrees[degree] > k
        if rich.sum() >= 2:
            inside = int(matrix[np.ix_(rich, rich)].sum())
            expected[k] = inside / (rich.sum() * (rich.sum() - 1))
    assert table["phi"].to_dict() == pytest.approx(expected)


def test_the_undirected_curve_is_that_of_networkx() -> None:
    g = graphs.random_graph(60, 0.1, seed=1).symmetrized()
    ours = ca.rich_club(g, "out", null_model=None)["phi"]
    theirs = nx.rich_club_coefficient(g.to_networkx().to_undirected(), normalized=False)
    assert {k: phi for k, phi in ours.items() if k in theirs} == pytest.approx(
        {k: phi for k, phi in theirs.items() if k in ours.index}
    )
    assert len(set(theirs) & set(ours.index)) > 10


def test_the_worm_has_the_published_rich_club() -> None:
    # Towlson et al. 2013, doi:10.1523/JNEUROSCI.3784-12.2013: eleven neurons, degree 44 and more
    # in the undirected network of both kinds of synapse.
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph(edge_type=None).symmetrized()
    assert g.n_edges == 2 * 2287
    table = ca.rich_club(g, "out", null_model=None)
    assert table.loc[43, "n_neurons"] == 11
    assert table.loc[43, "phi"] == pytest.approx(0.8364, abs=5e-5)
    names = set(g.nodes["name"][g.out_degree >= 44])
    assert names == {
        "AVAL", "AVAR", "AVBL", "AVBR", "AVDL", "AVDR", "AVEL", "AVER", "PVCL", "PVCR", "DVA",
    }  # fmt: skip


def test_the_worm_club_is_denser_than_its_degrees_ask_for() -> None:
    with ca.open("celegans-varshney2011") as worm:
        table = ca.rich_club(worm.graph(), n_samples=200, rng=0)
    row = table[table["n_neurons"] >= 10].iloc[-1]
    assert row["phi_normalized_low"] > 1
    assert row["p_value"] < 0.01


def test_with_a_null_every_row_has_its_interval_and_its_null() -> None:
    g = graphs.random_graph(50, 0.15, seed=2)
    table = ca.rich_club(g, n_samples=50, rng=3)
    assert (table["null_low"] <= table["null_high"]).all()
    assert (table["phi_normalized_low"] <= table["phi_normalized_high"]).all()
    assert set(table["null_model"]) == {"configuration"}
    assert table.attrs["degree"] == "total"
    assert table.attrs["inequality"] == "degree > k"
    assert table.equals(ca.rich_club(g, n_samples=50, rng=3, n_jobs=1))


def test_at_degree_zero_the_club_is_the_graph_without_lone_neurons() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3], node_ids=[1, 2, 3, 4])
    table = ca.rich_club(g, null_model=None)
    assert table.loc[0, ["n_neurons", "n_edges"]].tolist() == [3, 2]


@pytest.mark.parametrize("n_nodes", [0, 1, 2])
def test_a_graph_without_edges_has_an_empty_curve(n_nodes: int) -> None:
    g = ca.Graph.from_edges([], [], node_ids=np.arange(n_nodes))
    assert len(ca.rich_club(g, n_samples=3)) == 0


def test_a_wrong_degree_is_named() -> None:
    g = graphs.random_graph(10, 0.3, seed=1)
    with pytest.raises(ValueError, match="degree must be 'total', 'in' or 'out', got 'all'"):
        ca.rich_club(g, "all")
