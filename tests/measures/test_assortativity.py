"""Assortativity by hand and against networkx and igraph."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.measures import assortativity
from tests import graphs


def test_two_senders_and_their_receivers_by_hand() -> None:
    # Out-degrees at senders 3, 3, 3, 1; in-degrees at receivers 2, 1, 1, 2.
    g = ca.Graph.from_edges([1, 1, 1, 5], [2, 3, 4, 2])
    expected = np.corrcoef([3, 3, 3, 1], [2, 1, 1, 2])[0, 1]
    assert assortativity(g)["out-in"] == pytest.approx(expected)
    assert assortativity(g).drop("out-in").isna().all()


@given(graphs.adjacency(max_nodes=12, min_nodes=3))
@settings(max_examples=60, deadline=None)
def test_networkx_agrees_where_it_has_an_answer(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    theirs = g.to_networkx()
    for kind, ours in assortativity(g).items():
        x, y = str(kind).split("-")
        if np.isnan(ours):
            continue
        assert ours == pytest.approx(
            nx.degree_pearson_correlation_coefficient(theirs, x=x, y=y), abs=1e-9
        )
        assert -1 <= ours <= 1


def test_igraph_agrees_on_the_worm_with_degrees_and_weights() -> None:
    igraph = pytest.importorskip("igraph")
    g = ca.open("celegans-varshney2011").graph()
    theirs = igraph.Graph(
        n=g.n_nodes, edges=np.column_stack([g.out_sources, g.out_indices]), directed=True
    )
    for weights in (None, g.weights.tolist()):
        values = {
            way: np.array(theirs.strength(mode=way, weights=weights), float)
            for way in ("in", "out")
        }
        found = assortativity(g, weighted=weights is not None)
        for kind in found.index:
            x, y = kind.split("-")
            expected = theirs.assortativity(
                types1=values[x].tolist(), types2=values[y].tolist(), directed=True
            )
            assert found[kind] == pytest.approx(expected), kind


def test_equal_degrees_and_no_edges_have_no_correlation() -> None:
    cycle = ca.Graph.from_edges([1, 2, 3], [2, 3, 1])
    for g in (cycle, ca.Graph.from_edges([], []), ca.Graph.from_edges([1], [1], self_loops="keep")):
        assert assortativity(g).isna().all()
        assert assortativity(g).index.tolist() == ["out-in", "in-out", "out-out", "in-in"]
    with pytest.raises(ValueError, match="Weights must be above 0"):
        assortativity(ca.Graph.from_edges([1], [2], weight=[-1]), weighted=True)
