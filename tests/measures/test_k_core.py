"""Cores by hand, by taking neurons away one at a time, and against networkx and igraph."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.measures import core_numbers, k_core
from tests import graphs

DEGREES = ("total", "undirected", "in", "out")


def slow_cores(a: np.ndarray, degree: str) -> list[int]:
    """By definition: the k-core is what is left when neurons below k are gone, for each k."""
    cores = np.zeros(len(a), dtype=int)
    for k in range(1, 2 * len(a) + 1):
        inside = np.ones(len(a), dtype=bool)
        while True:
            b = a * np.outer(inside, inside)
            held = {
                "total": b.sum(0) + b.sum(1),
                "undirected": (b + b.T > 0).sum(0),
                "in": b.sum(0),
                "out": b.sum(1),
            }[degree]
            below = inside & (held < k)
            if not below.any():
                break
            inside &= ~below
        cores[inside] = k
    return cores.tolist()


def test_a_triangle_with_a_tail_by_hand() -> None:
    g = ca.Graph.from_edges([1, 2, 3, 3, 1], [2, 3, 1, 2, 4], node_ids=[1, 2, 3, 4, 5])
    assert core_numbers(g).tolist() == [2, 2, 2, 1, 0]
    assert core_numbers(g, "undirected").tolist() == [2, 2, 2, 1, 0]
    assert core_numbers(g, "in").tolist() == [1, 1, 1, 1, 0]
    assert core_numbers(g, "out").tolist() == [1, 1, 1, 0, 0]
    assert k_core(g, 2).node_ids.tolist() == [1, 2, 3]
    assert k_core(g, 3).n_nodes == 0


@given(graphs.adjacency(max_nodes=10))
@settings(max_examples=60, deadline=None)
def test_cores_equal_their_definition_and_networkx(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    for degree in DEGREES:
        assert core_numbers(g, degree).tolist() == slow_cores(matrix, degree), degree
    theirs = g.to_networkx()
    assert core_numbers(g).to_dict() == nx.core_number(theirs)
    assert core_numbers(g, "undirected").to_dict() == nx.core_number(nx.Graph(theirs))


def test_igraph_agrees_on_a_larger_graph() -> None:
    igraph = pytest.importorskip("igraph")
    g = graphs.random_graph(1200, 0.02, seed=8)
    theirs = igraph.Graph(
        n=g.n_nodes, edges=np.column_stack([g.out_sources, g.out_indices]), directed=True
    )
    for degree, mode in (("total", "all"), ("in", "in"), ("out", "out")):
        assert core_numbers(g, degree).tolist() == theirs.coreness(mode=mode)


@pytest.mark.parametrize("degree", DEGREES)
def test_the_core_holds_its_promise(degree: str) -> None:
    g = ca.open("celegans-varshney2011").graph()
    k = int(core_numbers(g, degree).max())
    inside = k_core(g, k, degree)
    held = {
        "total": inside.in_degree + inside.out_degree,
        "undirected": inside.symmetrized().out_degree,
        "in": inside.in_degree,
        "out": inside.out_degree,
    }[degree]
    assert inside.n_nodes > k / 2
    assert held.min() >= k


def test_self_loops_are_left_out_and_nothing_has_no_core() -> None:
    g = ca.Graph.from_edges([1, 1], [1, 2], self_loops="keep")
    for degree in DEGREES:
        assert core_numbers(g, degree).equals(core_numbers(g.without_self_loops(), degree))
        assert len(core_numbers(ca.Graph.from_edges([], []), degree)) == 0


def test_errors_say_what_came() -> None:
    g = ca.Graph.from_edges([1], [2])
    with pytest.raises(ValueError, match=r"degree must be 'total', .* got 'both'"):
        core_numbers(g, "both")
    with pytest.raises(ValueError, match=r"k must be a whole number of at least 0, got 1\.5"):
        k_core(g, 1.5)
