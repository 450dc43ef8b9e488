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
    bounded = table[table["null_low"] > 0]  # above it, phi over nothing has no upper end
    assert len(bounded) > 20
    assert (bounded["phi_normalized_low"] <= bounded["phi_normalized_high"]).all()
    assert table.loc[table["null_low"] == 0, "phi_normalized_high"].isna().all()
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


def test_weighted_phi_by_hand() -> None:
    # Three hubs in a ring of weights 5, 1, 1, each with a neuron of its own at weights 9, 1, 1.
    g = ca.Graph.from_edges([1, 2, 3, 1, 2, 3], [2, 3, 1, 4, 5, 6], weight=[5, 1, 1, 9, 1, 1])
    table = ca.rich_club(g, null_model=None, weighted=True)
    assert table["weight"].tolist() == [18, 7, 7]
    # The three strongest connections of all carry 9 + 5 + 1.
    assert table["phi"].tolist() == pytest.approx([1.0, 7 / 15, 7 / 15])


@given(matrix=graphs.adjacency(max_nodes=10))
@settings(max_examples=40, deadline=None)
def test_weighted_phi_is_its_definition(matrix: np.ndarray) -> None:
    weights = matrix * (1 + np.arange(matrix.size).reshape(matrix.shape) % 7)
    degrees = matrix.sum(axis=0) + matrix.sum(axis=1)
    table = ca.rich_club(ca.Graph.from_adjacency(weights), null_model=None, weighted=True)
    strongest = np.sort(weights[weights > 0])[::-1]
    for k, row in table.iterrows():
        rich = degrees > k
        inside = weights[np.ix_(rich, rich)]
        if (inside > 0).any():
            expected = inside.sum() / strongest[: (inside > 0).sum()].sum()
            assert row["phi"] == pytest.approx(expected)
        else:
            assert np.isnan(row["phi"])


def test_weights_shuffled_on_the_wiring_leave_the_number_of_edges() -> None:
    with ca.open("larva-mushroom-body-left") as larva:
        g = larva.graph()
    table = ca.rich_club(g, null_model="weights", weighted=True, n_samples=50)
    assert table["null_mean"].iloc[0] == pytest.approx(1.0)  # all edges carry all weight
    assert table["null_sd"].iloc[0] == 0
    assert table["null_sd"].iloc[len(table) // 2] > 0


def test_wiring_nulls_deal_the_weights_out() -> None:
    with ca.open("larva-mushroom-body-left") as larva:
        g = larva.graph()
    table = ca.rich_club(g, null_model="configuration", weighted=True, n_samples=30)
    middle = table.iloc[len(table) // 2]
    assert 0 < middle["null_mean"] < 1
    assert middle["null_sd"] > 0


@pytest.mark.parametrize("null", ["erdos_renyi", "dyad", "reciprocal_configuration"])
def test_the_curve_stands_against_any_null(null: str) -> None:
    g = graphs.random_graph(40, 0.15, seed=3)
    table = ca.rich_club(g, null_model=null, n_samples=20)
    assert set(table["null_model"]) == {null}
    assert (table["null_low"] <= table["null_high"]).all()


def test_the_range_finds_runs_of_significant_degrees() -> None:
    import pandas as pd

    table = pd.DataFrame(
        {
            "n_neurons": [9, 8, 7, 6, 5, 4],
            "phi_normalized": [1.0, 1.3, 1.2, 0.9, 1.5, 1.4],
            "q_value": [0.5, 0.01, 0.04, 0.01, 0.02, 0.2],
        },
        index=pd.Index(range(6), name="k"),
    )
    runs = ca.rich_club_range(table)
    assert runs.to_dict("records") == [
        {
            "onset": 1,
            "end": 2,
            "n_neurons_at_onset": 8,
            "n_neurons_at_end": 7,
            "peak_k": 1,
            "peak_ratio": 1.3,
        },
        {
            "onset": 4,
            "end": 4,
            "n_neurons_at_onset": 5,
            "n_neurons_at_end": 5,
            "peak_k": 4,
            "peak_ratio": 1.5,
        },
    ]
    assert len(ca.rich_club_range(table, least_ratio=2)) == 0
    with pytest.raises(ValueError, match="The table has no null"):
        ca.rich_club_range(table.drop(columns="q_value"))


def test_members_are_named_and_told_apart_by_what_they_do() -> None:
    # 1 sends to six and receives from one; 2 receives from six and sends to one; 3 does both.
    pre = [1] * 6 + list(range(11, 17)) + [3, 3, 11, 12, 2, 3]
    post = list(range(11, 17)) + [2] * 6 + [11, 12, 3, 3, 3, 1]
    club = ca.rich_club_members(ca.Graph.from_edges(pre, post), 4)
    assert club["role"].to_dict() == {1: "broadcaster", 2: "integrator", 3: "balanced"}
    assert club.index.tolist() == [1, 2, 3]
    assert club["out_to_club"].to_dict() == {1: 0, 2: 1, 3: 1}
    assert club["in_from_club"].to_dict() == {1: 1, 2: 0, 3: 1}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda g: ca.rich_club(g, null_model="weights"), "leaves the wiring as it is"),
        (lambda g: ca.rich_club_members(g, -1), "k must be a whole number of at least 0, got -1"),
        (lambda g: ca.rich_club_members(g, 2, "both"), "degree must be 'total', 'in' or 'out'"),
        (lambda g: ca.rich_club_members(g, 2, ratio=0.5), "ratio must be at least 1, got 0.5"),
        (
            lambda g: ca.rich_club(g.with_edges([0], [1], np.array([-1.0])), weighted=True),
            "needs weights above 0",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message: str) -> None:
    g = graphs.random_graph(10, 0.3, seed=1)
    with pytest.raises(ValueError, match=message):
        call(g)
