"""Efficiency by hand, by definition and against networkx."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from tests import graphs
from tests.reference import paths as reference

measures = ca.measures


def test_a_chain_of_three_by_hand() -> None:
    chain = ca.Graph.from_edges([1, 2], [2, 3])
    assert measures.global_efficiency(chain) == pytest.approx((1 + 1 + 0.5) / 6)
    assert measures.local_efficiency(chain).tolist() == [0, 0, 0]


@given(graphs.adjacency(max_nodes=8))
@settings(max_examples=50, deadline=None)
def test_both_are_what_their_definitions_give(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    slow = reference.efficiency(matrix)
    assert measures.global_efficiency(g, n_jobs=1) == pytest.approx(slow, nan_ok=True)
    local = measures.local_efficiency(g, n_jobs=1)
    assert local.tolist() == pytest.approx(
        [reference.local_efficiency(matrix, node) for node in range(len(matrix))]
    )


@pytest.mark.parametrize(("n", "density"), [(40, 0.05), (150, 0.1), (60, 0.7), (300, 0.01)])
def test_undirected_both_equal_networkx(n: int, density: float) -> None:
    g = graphs.random_graph(n, density, seed=n)
    theirs = nx.Graph(g.to_networkx())
    both = g.symmetrized()
    assert measures.global_efficiency(both) == pytest.approx(nx.global_efficiency(theirs))
    assert measures.local_efficiency(g).mean() == pytest.approx(nx.local_efficiency(theirs))
    assert measures.local_efficiency(g).equals(measures.local_efficiency(both))


def test_a_full_graph_is_as_efficient_as_can_be() -> None:
    full = ca.Graph.from_adjacency(1 - np.eye(130, dtype=int))
    assert measures.global_efficiency(full) == 1
    assert measures.local_efficiency(full).tolist() == [1] * 130


def test_the_number_of_threads_and_the_order_of_neurons_change_nothing() -> None:
    g = graphs.random_graph(600, 0.02, seed=1)
    local = measures.local_efficiency(g, n_jobs=1)
    assert local.equals(measures.local_efficiency(g, n_jobs=3))
    order = np.random.default_rng(2).permutation(600)
    other = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    assert measures.local_efficiency(other).tolist() == pytest.approx(local.iloc[order].tolist())
    assert measures.global_efficiency(other) == pytest.approx(measures.global_efficiency(g))


def test_small_graphs_and_self_loops() -> None:
    assert math.isnan(measures.global_efficiency(ca.Graph.from_edges([], [], node_ids=[1])))
    assert measures.global_efficiency(ca.Graph.from_edges([], [], node_ids=[1, 2])) == 0
    assert len(measures.local_efficiency(ca.Graph.from_edges([], []))) == 0
    looped = ca.Graph.from_edges([1, 2, 3, 1], [2, 3, 1, 1], self_loops="keep")
    assert measures.local_efficiency(looped).tolist() == [1, 1, 1]
