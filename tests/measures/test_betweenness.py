"""Betweenness by hand, by definition, against networkx and igraph; its estimate keeps its word."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from tests import graphs
from tests.reference import paths as reference

measures = ca.measures


def diamonds(count: int) -> ca.Graph:
    """A chain of diamonds: each doubles the number of shortest paths."""
    tops = 3 * np.arange(count)
    pre = np.concatenate([tops, tops, tops + 1, tops + 2])
    post = np.concatenate([tops + 1, tops + 2, tops + 3, tops + 3])
    return ca.Graph.from_edges(pre, post)


def test_two_ways_share_what_passes() -> None:
    assert measures.betweenness(diamonds(1)).to_dict() == {0: 0, 1: 0.5, 2: 0.5, 3: 0}
    table = measures.edge_betweenness(diamonds(1))
    assert table.columns.tolist() == ["pre_id", "post_id", "betweenness"]
    assert table["betweenness"].tolist() == [1.5] * 4


@given(graphs.adjacency(max_nodes=6))
@settings(max_examples=50, deadline=None)
def test_both_are_what_walking_every_path_gives(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    nodes, edges = reference.betweenness(matrix)
    assert measures.betweenness(g, n_jobs=1).tolist() == pytest.approx(nodes)
    ours = measures.edge_betweenness(g, n_jobs=1)["betweenness"]
    assert ours.tolist() == pytest.approx(edges[g.out_sources, g.out_indices])


@pytest.mark.parametrize("seed", range(8))
def test_both_equal_igraph_on_graphs_with_hubs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    g = graphs.random_graph(int(rng.integers(2, 300)), float(10 ** rng.uniform(-2.5, -0.3)), seed)
    theirs = g.to_igraph()
    assert measures.betweenness(g).tolist() == pytest.approx(theirs.betweenness())
    edges = measures.edge_betweenness(g)["betweenness"]
    assert edges.tolist() == pytest.approx(theirs.edge_betweenness())


def test_normalized_equals_networkx() -> None:
    g = graphs.random_graph(60, 0.08, seed=1)
    theirs = g.to_networkx()
    nodes = measures.betweenness(g, normalized=True)
    assert nodes.to_dict() == pytest.approx(nx.betweenness_centrality(theirs))
    edges = measures.edge_betweenness(g, normalized=True)
    expected = nx.edge_betweenness_centrality(theirs)
    for pre, post, value in edges.itertuples(index=False):
        assert value == pytest.approx(expected[pre, post])


def test_betweenness_adds_up_to_the_connections_between_the_ends_of_paths() -> None:
    g = graphs.random_graph(200, 0.02, seed=2)
    lengths = measures.path_lengths(g)
    between = (lengths["pairs"] * (lengths.index - 1)).sum()
    assert measures.betweenness(g).sum() == pytest.approx(between)
    along = (lengths["pairs"] * lengths.index).sum()
    assert measures.edge_betweenness(g)["betweenness"].sum() == pytest.approx(along)


def test_threads_change_no_bit() -> None:
    g = graphs.random_graph(400, 0.02, seed=3)
    assert measures.betweenness(g, n_jobs=1).equals(measures.betweenness(g, n_jobs=3))
    assert measures.edge_betweenness(g, n_jobs=1).equals(measures.edge_betweenness(g, n_jobs=3))
    one, three = (measures.sampled_betweenness(g, 99, n_jobs=n) for n in (1, 3))
    pd.testing.assert_frame_equal(one, three, check_exact=True)


def test_relabelling_the_neurons_changes_nothing() -> None:
    g = graphs.random_graph(120, 0.05, seed=4)
    order = np.random.default_rng(5).permutation(120)
    other = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    expected = measures.betweenness(g).iloc[order].tolist()
    assert measures.betweenness(other).tolist() == pytest.approx(expected)


def test_self_loops_and_weights_change_nothing() -> None:
    plain = ca.Graph.from_edges([1, 2, 3], [2, 3, 4])
    looped = ca.Graph.from_edges([1, 2, 3, 2], [2, 3, 4, 2], weight=[1, 5, 2, 7], self_loops="keep")
    assert measures.betweenness(plain).equals(measures.betweenness(looped))
    assert measures.edge_betweenness(looped)["betweenness"].tolist() == [3, 0, 4, 3]


def test_graphs_without_edges_have_none() -> None:
    for n in (0, 1, 3):
        g = ca.Graph.from_edges([], [], node_ids=np.arange(n))
        assert measures.betweenness(g).tolist() == [0] * n
        assert len(measures.edge_betweenness(g)) == 0
        assert measures.sampled_betweenness(g, 2)["betweenness"].tolist() == [0] * n
    two = ca.Graph.from_edges([1], [2])
    assert all(math.isnan(value) for value in measures.betweenness(two, normalized=True))


def test_more_paths_than_a_float_can_count_are_an_error() -> None:
    assert np.isfinite(measures.betweenness(diamonds(1000))).all()
    with pytest.raises(ValueError, match="more than 1e308 shortest paths"):
        measures.betweenness(diamonds(1100))


def test_the_estimate_is_unbiased_and_its_intervals_hold() -> None:
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    exact = measures.betweenness(g)
    error_sum, variance_sum = 0.0, 0.0
    missed, within_two_errors = 0, 0
    rounds = 100
    for seed in range(rounds):
        some = measures.sampled_betweenness(g, 90, rng=seed, confidence=0.9, n_jobs=1)
        missed += ((exact < some["low"] - 1e-6) | (exact > some["high"] + 1e-6)).sum()
        error = some["betweenness"] - exact
        within_two_errors += (error.abs() <= 2 * some["standard_error"] + 1e-6).mean() / rounds
        error_sum += error
        variance_sum += some["standard_error"] ** 2
    top = exact.nlargest(20).index
    assert (error_sum[top].abs() < 4 * np.sqrt(variance_sum[top])).all()
    assert missed <= 0.1 * rounds * len(exact)
    assert within_two_errors > 0.75  # skewed: less than the 0.95 of a normal


def test_taking_every_source_is_exact() -> None:
    g = graphs.random_graph(80, 0.05, seed=6)
    exact = measures.betweenness(g)
    every = measures.sampled_betweenness(g, 1000)
    for name in ("betweenness", "low", "high"):
        assert every[name].tolist() == pytest.approx(exact.tolist())
    assert every["standard_error"].tolist() == [0] * 80
    assert every.attrs["n_sources"] == 80


def test_mistakes_are_named() -> None:
    g = ca.Graph.from_edges([1], [2])
    with pytest.raises(ValueError, match="n_sources must be a whole number of at least 2, got 1"):
        measures.sampled_betweenness(g, 1)
    with pytest.raises(ValueError, match=r"confidence must lie between 0 and 1, got 95"):
        measures.sampled_betweenness(g, 2, confidence=95)
