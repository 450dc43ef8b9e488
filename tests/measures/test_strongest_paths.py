"""Strongest paths by hand, by definition and against networkx; fractions of input and output."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from tests import graphs
from tests.reference import paths as reference

strongest_paths = ca.measures.strongest_paths


def found(table: pd.DataFrame) -> dict[tuple[int, int], list[tuple[float, int]]]:
    """Strength and length of each path, by its ends."""
    result: dict[tuple[int, int], list[tuple[float, int]]] = {}
    for _, path in table.groupby("path_id"):
        ends = (path["node_id"].iloc[0], path["node_id"].iloc[-1])
        result.setdefault(ends, []).append((path["strength"].iloc[-1], len(path) - 1))
    return result


def weighted(matrix: np.ndarray, seed: int) -> np.ndarray:
    return matrix * np.random.default_rng(seed).integers(1, 6, matrix.shape)


def test_a_strong_detour_is_preferred_and_its_strength_runs_along() -> None:
    g = ca.Graph.from_edges([1, 1, 2, 4], [3, 2, 3, 2], weight=[1, 8, 9, 2])
    table = strongest_paths(g, [1], [3])
    assert table["node_id"].tolist() == [1, 2, 3]
    assert table["strength"].tolist() == pytest.approx([1, 0.8, 0.72])
    assert table.attrs["strength"] == "input_fraction"
    by_output = strongest_paths(g, [1], [3], strength="output_fraction")
    assert by_output["strength"].iloc[-1] == pytest.approx(8 / 9)
    widest = strongest_paths(g, [1], [3], strength="bottleneck", k=9)
    assert widest["strength"].tolist() == [np.inf, 8, 8, np.inf, 1]


@given(graphs.adjacency(max_nodes=6, min_nodes=1), st.integers(0, 99), st.sampled_from([1, 2, 99]))
@settings(max_examples=40, deadline=None)
def test_they_are_the_first_of_all_paths(matrix: np.ndarray, seed: int, k: int) -> None:
    weights = weighted(matrix, seed)
    g = ca.Graph.from_adjacency(weights)
    shares = {
        "input_fraction": weights / np.maximum(weights.sum(axis=0), 1),
        "output_fraction": weights / np.maximum(weights.sum(axis=1, keepdims=True), 1),
        "bottleneck": weights,
    }
    everyone = g.node_ids
    for sources, targets in ((everyone, everyone[:2]), (everyone[:2], everyone)):
        for strength, share in shares.items():
            ours = found(strongest_paths(g, sources, targets, strength=strength, k=k, n_jobs=1))
            weakest = strength == "bottleneck"
            for s in sources.tolist():
                for t in targets.tolist():
                    theirs = reference.strengths(share, s, t, weakest=weakest)[:k]
                    mine = ours.get((s, t), [])
                    assert [a for a, _ in mine] == pytest.approx([a for a, _ in theirs])
                    if weakest:  # equally wide paths: the one with fewer connections first
                        assert mine == theirs


def test_no_path_is_listed_twice() -> None:
    g = ca.Graph.from_adjacency(weighted(1 - np.eye(7, dtype=int), seed=1))
    for strength in ("input_fraction", "bottleneck"):
        table = strongest_paths(g, [0], [6], k=400, strength=strength)
        paths = {tuple(nodes) for nodes in table.groupby("path_id")["node_id"].apply(list)}
        assert len(paths) == table["path_id"].nunique() == 326  # sum of 5!/(5-i)!
        last = table.groupby("path_id")["strength"].last()
        assert (np.diff(last) <= 1e-12).all()


def test_the_best_equals_networkx_on_a_larger_graph() -> None:
    matrix = graphs.random_graph(150, 0.05, seed=2).to_scipy().toarray()
    g = ca.Graph.from_adjacency(weighted(matrix, seed=3))
    cost = g.edges().assign(cost=-np.log(ca.measures.input_fraction(g)))
    theirs = nx.from_pandas_edgelist(cost, "pre_id", "post_id", "cost", nx.DiGraph)
    ours = found(strongest_paths(g, [1, 2, 3], g.node_ids))
    for s in (1, 2, 3):
        lengths = nx.single_source_dijkstra_path_length(theirs, s, weight="cost")
        assert {t: path[0][0] for (a, t), path in ours.items() if a == s} == pytest.approx(
            {t: np.exp(-length) for t, length in lengths.items() if t != s}
        )


def test_threads_change_nothing_and_nothing_is_empty() -> None:
    g = ca.Graph.from_adjacency(weighted(graphs.random_graph(80, 0.1, 4).to_scipy().toarray(), 5))
    one, two = (strongest_paths(g, [1, 2, 3], [4, 5, 6], k=4, n_jobs=n) for n in (1, 2))
    pd.testing.assert_frame_equal(one, two)
    empty = strongest_paths(g, [], [4])
    assert empty.columns.tolist() == ["path_id", "step", "node_id", "weight", "strength"]
    apart = ca.Graph.from_edges([1], [2], node_ids=[1, 2, 3])
    assert len(strongest_paths(apart, [2, 3], [1], k=2)) == 0


def test_fractions_sum_to_one_at_every_neuron_that_has_any() -> None:
    g = ca.Graph.from_adjacency(weighted(graphs.random_graph(50, 0.1, 6).to_scipy().toarray(), 7))
    into = np.bincount(g.out_indices, ca.measures.input_fraction(g), g.n_nodes)
    assert into[g.in_degree > 0] == pytest.approx(1.0)
    out = np.bincount(g.out_sources, ca.measures.output_fraction(g), g.n_nodes)
    assert out[g.out_degree > 0] == pytest.approx(1.0)
    assert len(ca.measures.input_fraction(ca.Graph.from_edges([], []))) == 0


def test_mistakes_are_named() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3], weight=[1, -2])
    with pytest.raises(ValueError, match=r"Weights must be above 0, got 1 below, for instance -2"):
        strongest_paths(g, [1], [3])
    with pytest.raises(ValueError, match=r"strength must be 'input_fraction', .* got 'weight'"):
        strongest_paths(g, [1], [3], strength="weight")
    with pytest.raises(ValueError, match="k must be a whole number of at least 1, got -1"):
        strongest_paths(g, [1], [3], k=-1)
