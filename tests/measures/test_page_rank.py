"""PageRank by hand, by solving the dense equations, and against networkx and igraph."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from connectome_analysis.measures import page_rank
from tests import graphs
from tests.measures import weighted


def exact(matrix: np.ndarray, damping: float, restart: np.ndarray) -> np.ndarray:
    """The stationary state of the walk, as the solution of dense equations."""
    sent = matrix.sum(axis=1, keepdims=True)
    onward = np.where(sent > 0, matrix / np.where(sent > 0, sent, 1), restart)
    return np.linalg.solve(np.eye(len(matrix)) - damping * onward.T, (1 - damping) * restart)


def test_two_that_send_to_a_third_by_hand() -> None:
    # x3 = .05 + .85 (x1 + x2), x1 = .05 + .85 x3, x2 = .05
    g = ca.Graph.from_edges([1, 2, 3], [3, 3, 1])
    x3 = (0.05 + 0.85 * 0.1) / (1 - 0.85**2)
    assert page_rank(g).tolist() == pytest.approx([0.05 + 0.85 * x3, 0.05, x3])


@given(
    weighted.matrices(max_nodes=10, min_nodes=1),
    st.sampled_from([0.0, 0.5, 0.85, 0.99]),
    st.integers(0, 100),
)
@settings(max_examples=80, deadline=None)
def test_the_error_is_below_the_tolerance(matrix: np.ndarray, damping: float, seed: int) -> None:
    g = ca.Graph.from_adjacency(matrix)
    restart = np.random.default_rng(seed).random(len(matrix)) ** 3
    restart[0] += 0.1
    even = np.full(len(matrix), 1 / len(matrix))
    for values, with_weights in ((matrix, True), (matrix > 0, False)):
        found = page_rank(g, weighted=with_weights, damping=damping)
        assert np.abs(found - exact(values * 1.0, damping, even)).sum() < 1.1e-10
        found = page_rank(
            g, weighted=with_weights, damping=damping, restart=restart, tolerance=1e-6
        )
        expected = exact(values * 1.0, damping, restart / restart.sum())
        assert np.abs(found - expected).sum() < 1e-6
        assert found.sum() == pytest.approx(1)


def test_networkx_and_igraph_agree_on_the_worm() -> None:
    igraph = pytest.importorskip("igraph")
    g = ca.open("celegans-cook2019-hermaphrodite").graph(self_loops="keep")
    theirs = igraph.Graph(
        n=g.n_nodes, edges=np.column_stack([g.out_sources, g.out_indices]), directed=True
    )
    for name, weights in ((None, None), ("weight", g.weights.tolist())):
        ours = page_rank(g, weighted=name is not None)
        ranks = nx.pagerank(g.to_networkx(), weight=name, tol=1e-13, max_iter=1000)
        assert ours.to_dict() == pytest.approx(ranks, abs=1e-10)
        assert ours.tolist() == pytest.approx(theirs.pagerank(weights=weights), abs=1e-10)


def test_a_restart_by_node_id_may_leave_neurons_out() -> None:
    g = graphs.random_graph(30, 0.1, seed=1)
    some = pd.Series([2.0, 1.0], index=g.node_ids[[4, 9]])
    full = np.zeros(30)
    full[[4, 9]] = [2, 1]
    assert page_rank(g, restart=some).tolist() == page_rank(g, restart=full).tolist()


def test_another_order_of_neurons_changes_nothing() -> None:
    g = graphs.random_graph(60, 0.1, seed=3)
    edges = g.edges()
    other = ca.Graph.from_edges(edges["pre_id"], edges["post_id"], node_ids=g.node_ids[::-1])
    expected = page_rank(g)
    assert page_rank(other)[expected.index].tolist() == pytest.approx(expected.tolist(), abs=1e-10)


def test_graphs_without_edges_and_without_neurons() -> None:
    assert len(page_rank(ca.Graph.from_edges([], []))) == 0
    lone = ca.Graph.from_edges([], [], node_ids=[1, 2, 3, 4])
    assert page_rank(lone).tolist() == [0.25] * 4
    loop = ca.Graph.from_edges([1, 2], [1, 1], self_loops="keep")
    expected = exact(np.array([[1.0, 0], [1, 0]]), 0.85, np.full(2, 0.5))
    assert page_rank(loop).tolist() == pytest.approx(expected.tolist())


def test_errors_say_what_came_and_what_to_do() -> None:
    g = ca.Graph.from_edges([1, 2, 3], [2, 3, 2], weight=[1, 2, -1])
    with pytest.raises(ValueError, match="damping must be at least 0 and below 1, got 1"):
        page_rank(g, damping=1)
    with pytest.raises(ValueError, match="tolerance must be at least 1e-14, got 0"):
        page_rank(g, tolerance=0)
    with pytest.raises(ValueError, match="Weights must be above 0, got 1 below"):
        page_rank(g, weighted=True)
    with pytest.raises(ValueError, match="restart must be finite, at least 0, and above 0"):
        page_rank(g, restart=[0, 0, 0])
    with pytest.raises(ValueError, match=r"restart names 1 neurons not in the graph, e\.g\. 9"):
        page_rank(g, restart=pd.Series([1.0], index=[9]))
    with pytest.raises(ValueError, match=r"restart must be a column .* got 2 values"):
        page_rank(g, restart=[1, 2])
    with pytest.raises(RuntimeError, match=r"after 2 sweeps it may still be off by .* max_sweeps"):
        page_rank(g, max_sweeps=2)
