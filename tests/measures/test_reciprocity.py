"""Reciprocal edges by hand and by the transpose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import connectome_analysis as ca
from connectome_analysis.measures import reciprocal_edges, reciprocity
from tests import graphs


def test_a_pair_answers_and_a_self_loop_answers_itself() -> None:
    g = ca.Graph.from_edges([1, 1, 2, 3], [1, 2, 1, 1], self_loops="keep")
    assert reciprocal_edges(g).tolist() == [True, True, True, False]
    assert reciprocity(g) == 0.75


@given(st.integers(1, 14).flatmap(lambda n: hnp.arrays(np.bool_, (n, n))))
@settings(max_examples=150, deadline=None)
def test_an_edge_is_reciprocal_where_the_transpose_has_it_too(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix.astype(int), self_loops="keep")
    expected = matrix.T[g.out_sources, g.out_indices]
    assert reciprocal_edges(g).tolist() == expected.tolist()


def test_a_larger_graph_with_hubs_equals_the_transpose() -> None:
    g = graphs.random_graph(1500, 0.02, seed=5)
    dense = g.to_scipy().toarray() > 0
    assert np.array_equal(reciprocal_edges(g), dense.T[g.out_sources, g.out_indices])


def test_no_edges_have_no_reciprocity() -> None:
    for g in (ca.Graph.from_edges([], []), ca.Graph.from_edges([], [], node_ids=[1, 2])):
        assert reciprocal_edges(g).shape == (0,)
        assert np.isnan(reciprocity(g))
    with pytest.raises(TypeError, match="A Graph is wanted"):
        reciprocity(np.eye(2))
