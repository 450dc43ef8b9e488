"""The summary table: numbers checked by hand, published numbers, and a word where counts do not compare."""

from __future__ import annotations

import numpy as np
import pytest

import connectome_analysis as ca

from .graphs import random_graph, relabelled


def test_a_mutual_pair_and_a_follower() -> None:
    g = ca.Graph.from_edges([1, 2, 2], [2, 1, 3], weight=[4, 2, 3], node_ids=[1, 2, 3, 4])
    row = ca.compare.summary({"four": g}).loc["four"]
    assert row["neurons"] == 4
    assert row["isolated"] == 1
    assert row["edges"] == 3
    assert row["weight_sum"] == 9
    assert row["density"] == 3 / 12
    assert row["reciprocity"] == pytest.approx(2 / 3)
    assert row["strong_component"] == 2
    assert row["weak_component"] == 3
    assert row["path_length"] == 1
    assert row["in_degree_max"] == 1
    assert row["out_degree_max"] == 2
    assert row["out_degree_gini"] == pytest.approx(7 / 12)  # of 0, 0, 1, 2


def test_the_order_and_ids_of_neurons_do_not_matter() -> None:
    g = random_graph(1)
    table = ca.compare.summary({"a": g, "b": relabelled(g, 4)})
    numbers = table.select_dtypes("number")
    np.testing.assert_allclose(numbers.loc["a"], numbers.loc["b"], rtol=1e-12)


def test_a_graph_without_connections_has_no_shares() -> None:
    row = ca.compare.summary({"none": ca.Graph.from_edges([], [], node_ids=[1, 2])}).loc["none"]
    assert row["density"] == 0
    assert np.isnan(row["reciprocity"])
    assert np.isnan(row["in_degree_gini"])


def test_the_worm_has_its_published_numbers() -> None:
    # Varshney 2011, doi:10.1371/journal.pcbi.1001066, and the recomputation of its table.
    row = ca.compare.summary(["celegans-varshney2011"]).iloc[0]
    published = {
        "neurons": 279,
        "edges": 2194,
        "weight_sum": 6394,
        "density": 0.0282870,
        "reciprocity": 0.212397,
        "transitivity": 0.198739,
        "clustering": 0.320303,
        "clustering_directed": 0.212442,
        "strong_component": 237,
        "path_length": 3.4802,
    }
    for name, value in published.items():
        assert row[name] == pytest.approx(value, rel=2e-5), name


def test_the_eight_ages_of_the_worm_have_their_published_numbers() -> None:
    # Witvliet 2021, doi:10.1038/s41586-021-03778-8; neurons with a chemical synapse.
    rows = [
        (161, 675, 0.0262, 0.172, 0.174),
        (162, 865, 0.0332, 0.192, 0.194),
        (162, 887, 0.0340, 0.223, 0.198),
        (168, 1011, 0.0360, 0.206, 0.210),
        (173, 1324, 0.0445, 0.239, 0.229),
        (175, 1315, 0.0432, 0.211, 0.228),
        (180, 1933, 0.0600, 0.273, 0.253),
        (180, 1933, 0.0600, 0.310, 0.254),
    ]
    graphs = {}
    for age in range(1, 9):
        g = ca.open(f"celegans-witvliet2021-{age}").graph()
        graphs[f"age {age}"] = g.subgraph(g.node_ids[(g.in_degree + g.out_degree) > 0])
    table = ca.compare.summary(graphs)
    for found, wanted in zip(
        table[["neurons", "edges", "density", "reciprocity", "transitivity"]].to_numpy(),
        rows,
        strict=True,
    ):
        assert found[:2].tolist() == list(wanted[:2])
        np.testing.assert_allclose(found[2:], wanted[2:], atol=6e-4)


def test_counts_of_different_units_are_warned_of() -> None:
    with pytest.warns(ca.compare.MixedCountsWarning, match=r"weights: .*EM serial sections"):
        ca.compare.summary(["celegans-varshney2011", "celegans-cook2019-male"])


def test_counts_of_one_kind_are_not_warned_of() -> None:
    table = ca.compare.summary(["celegans-varshney2011", "celegans-white1986"])
    assert table["species"].tolist() == ["Caenorhabditis elegans"] * 2


def test_degree_distributions_count_every_neuron_once_each_way() -> None:
    graphs = {"a": random_graph(1), "b": random_graph(2, n=40)}
    table = ca.compare.degree_distributions(graphs)
    counts = table.groupby(["connectome", "direction"])["neurons"].sum()
    assert counts.to_dict() == {
        ("a", "in"): 30, ("a", "out"): 30, ("b", "in"): 40, ("b", "out"): 40,
    }  # fmt: skip
    edges = (table["degree"] * table["neurons"]).groupby(table["connectome"]).sum()
    assert edges["a"] == 2 * graphs["a"].n_edges
    first = table.groupby(["connectome", "direction"])["share_at_least"].first()
    assert (first == 1).all()
