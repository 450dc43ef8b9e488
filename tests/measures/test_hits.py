"""Hubs and authorities by hand, by dense eigenvectors, and against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.measures import hits
from tests import graphs
from tests.measures import weighted


def by_iteration(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kleinberg's own rule, begun with all alike."""
    authority = np.ones(len(matrix))
    for _ in range(20_000):
        authority = matrix.T @ (matrix @ authority)
        authority /= authority.sum()
    hub = matrix @ authority
    return hub / hub.sum(), authority


def test_one_that_sends_to_two_is_the_only_hub() -> None:
    table = hits(ca.Graph.from_edges([1, 1], [2, 3]))
    assert table["hub"].tolist() == pytest.approx([1, 0, 0])
    assert table["authority"].tolist() == pytest.approx([0, 0.5, 0.5])


@given(weighted.matrices(max_nodes=8, min_nodes=2))
@settings(max_examples=25, deadline=None)
def test_scores_are_a_fixed_point_of_kleinbergs_rule(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    table = hits(g, weighted=True)
    if g.n_edges == 0:
        assert not table.to_numpy().any()
        return
    hub, authority = table["hub"].to_numpy(), table["authority"].to_numpy()
    again = matrix.T @ hub
    assert np.abs(again / again.sum() - authority).max() < 1e-6
    assert (table.to_numpy() >= 0).all()
    assert table.sum().tolist() == pytest.approx([1, 1])


def test_networkx_agrees_on_the_worm() -> None:
    g = ca.open("celegans-varshney2011").graph()
    hubs, authorities = nx.hits(g.to_networkx())  # of weights
    table = hits(g, weighted=True)
    assert table["hub"].to_dict() == pytest.approx(hubs, abs=1e-9)
    assert table["authority"].to_dict() == pytest.approx(authorities, abs=1e-9)
    hub, authority = by_iteration((g.to_scipy().toarray() > 0) * 1.0)
    assert hits(g)["hub"].tolist() == pytest.approx(hub.tolist(), abs=1e-9)
    assert hits(g)["authority"].tolist() == pytest.approx(authority.tolist(), abs=1e-9)


@pytest.mark.parametrize("copies", [2, 6])
def test_equal_parts_score_alike_in_small_graphs_and_in_large_ones(copies: int) -> None:
    one = graphs.random_graph(30, 0.2, seed=4)
    n = one.n_nodes
    pre = np.concatenate([one.out_sources + k * n for k in range(copies)])
    post = np.concatenate([one.out_indices + k * n for k in range(copies)])
    table = hits(ca.Graph.from_edges(pre, post, node_ids=np.arange(copies * n)))
    alone = hits(one)
    for k in range(copies):
        part = table.iloc[k * n : (k + 1) * n]
        assert np.abs(part.to_numpy() * copies - alone.to_numpy()).max() < 1e-6


def test_no_edges_and_no_neurons() -> None:
    assert hits(ca.Graph.from_edges([], [])).shape == (0, 2)
    assert hits(ca.Graph.from_edges([], [], node_ids=[1, 2])).to_numpy().tolist() == [[0, 0]] * 2
    loop = ca.Graph.from_edges([1], [1], self_loops="keep")
    assert hits(loop).to_numpy().tolist() == [[1, 1]]


def test_weights_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="Weights must be above 0"):
        hits(ca.Graph.from_edges([1], [2], weight=[-1]), weighted=True)
