"""Shortest paths by hand, by definition and against networkx."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from tests import graphs
from tests.reference import paths as reference

shortest_paths = ca.measures.shortest_paths


def nodes_of(table: pd.DataFrame) -> list[tuple[int, ...]]:
    return [tuple(nodes) for nodes in table.groupby("path_id")["node_id"].apply(list)]


def test_rows_are_the_neurons_of_each_path_with_the_weight_that_leads_there() -> None:
    g = ca.Graph.from_edges([10, 20, 10], [20, 30, 40], weight=[5, 7, 1])
    table = shortest_paths(g, [10], [30, 40])
    assert table["path_id"].tolist() == [0, 0, 0, 1, 1]
    assert table["step"].tolist() == [0, 1, 2, 0, 1]
    assert table["node_id"].tolist() == [10, 20, 30, 10, 40]
    assert table["weight"].tolist() == pytest.approx([math.nan, 5, 7, math.nan, 1], nan_ok=True)
    assert [str(kind) for kind in table.dtypes] == ["int64", "int64", "int64", "float64"]


def test_longer_paths_follow_the_shortest_up_to_max_hops() -> None:
    g = ca.Graph.from_edges([1, 1, 2, 2, 3, 4], [2, 4, 4, 3, 4, 1])
    assert nodes_of(shortest_paths(g, [1], [4], k=None)) == [(1, 4)]
    assert nodes_of(shortest_paths(g, [1], [4], k=None, max_hops=2)) == [(1, 4), (1, 2, 4)]
    assert nodes_of(shortest_paths(g, [1], [4], k=2, max_hops=9)) == [(1, 4), (1, 2, 4)]
    assert nodes_of(shortest_paths(g, [1], [4], k=9, max_hops=9))[-1] == (1, 2, 3, 4)
    assert len(shortest_paths(g, [3], [2], max_hops=2)) == 0  # it takes three


@given(graphs.adjacency(max_nodes=6, min_nodes=1), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_the_paths_are_what_walking_them_all_gives(matrix: np.ndarray, most: int) -> None:
    g = ca.Graph.from_adjacency(matrix)
    everyone = g.node_ids
    pairs = [(s, t) for s in everyone for t in everyone]
    all_paths = [reference.simple_paths(matrix, s, t) for s, t in pairs]
    ours = nodes_of(shortest_paths(g, everyone, everyone, k=None, max_hops=most))
    assert ours == [path for paths in all_paths for path in paths if len(path) <= most + 1]
    ours = nodes_of(shortest_paths(g, everyone, everyone, k=2, max_hops=most))
    assert ours == [p for paths in all_paths for p in paths[:2] if len(p) <= most + 1]
    ours = nodes_of(shortest_paths(g, everyone, everyone, k=None))
    assert ours == [path for s, t in pairs for path in reference.shortest(matrix, s, t)]


def test_they_equal_networkx_and_threads_change_nothing() -> None:
    g = graphs.random_graph(120, 0.04, seed=1)
    theirs = g.to_networkx()
    sources, targets = [5, 3, 99], [7, 3, 50, 64]
    expected = [
        path
        for s in sources
        for t in targets
        if s != t and nx.has_path(theirs, s, t)
        for path in sorted(map(tuple, nx.all_shortest_paths(theirs, s, t)))
    ]
    table = shortest_paths(g, sources, targets, k=None)
    assert nodes_of(table) == expected
    assert table.equals(shortest_paths(g, sources, targets, k=None, n_jobs=1))


def test_every_row_joins_with_the_edges_in_sql() -> None:
    import duckdb

    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    paths, edges = shortest_paths(g, g.node_ids[:5], g.node_ids[-5:], k=None), g.edges()
    with duckdb.connect() as session:
        session.register("paths", paths)
        session.register("edges", edges)
        joined = session.sql(
            "SELECT count(*), sum(edges.weight) FROM paths a JOIN paths b USING (path_id) "
            "JOIN edges ON pre_id = a.node_id AND post_id = b.node_id WHERE b.step = a.step + 1"
        ).fetchall()
    assert joined[0] == (int((paths["step"] > 0).sum()), int(paths["weight"].sum()))


def test_nobody_is_asked_twice_and_a_neuron_has_no_path_to_itself() -> None:
    g = ca.Graph.from_edges([1, 2, 2], [2, 1, 2], self_loops="keep")
    assert nodes_of(shortest_paths(g, [1, 2], [1, 2], k=None, max_hops=5)) == [(1, 2), (2, 1)]
    assert len(shortest_paths(g, [], [1])) == 0
    assert shortest_paths(g, [1], [])["node_id"].dtype == np.int64
    with pytest.raises(ValueError, match="node ids must be unique, got 1 more than once"):
        shortest_paths(g, [1, 1], [2])


def test_mistakes_are_named() -> None:
    g = ca.Graph.from_adjacency(1 - np.eye(30, dtype=int))
    with pytest.raises(ValueError, match="more than max_rows=1,000 rows; lower max_hops"):
        shortest_paths(g, [1], [2], k=None, max_hops=20, max_rows=1000)
    with pytest.raises(ValueError, match="k must be a whole number of at least 1, got 0"):
        shortest_paths(g, [1], [2], k=0)
    with pytest.raises(ValueError, match="max_hops must be a whole number of at least 1"):
        shortest_paths(g, [1], [2], max_hops=0.5)
    with pytest.raises(ValueError, match="targets has 1 ids that are not among the nodes"):
        shortest_paths(g, [1], [200])
