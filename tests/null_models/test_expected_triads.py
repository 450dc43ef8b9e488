"""Closed forms of the mean census agree with the average over all graphs there are, and with print."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

import connectome_analysis as ca
from connectome_analysis.null_models import expected_triads
from connectome_analysis.null_models.expected_triads import expected_triads_of
from tests.reference import triads
from tests.reference.all_graphs import Edges, with_so_many_edges


def matrix_of(edges: Edges, n_nodes: int) -> np.ndarray:
    matrix = np.zeros((n_nodes, n_nodes), int)
    for a, b in edges:
        matrix[a, b] = 1
    return matrix


def mean_census(matrices: list[np.ndarray]) -> np.ndarray:
    return np.mean([list(triads.census(matrix).values()) for matrix in matrices], axis=0)


@pytest.mark.parametrize(("n_edges", "n_mutual"), [(2, 0), (3, 1), (4, 1), (5, 0)])
def test_with_fixed_numbers_it_is_the_average_over_all_graphs(n_edges: int, n_mutual: int) -> None:
    matrices = [matrix_of(edges, 4) for edges in with_so_many_edges(4, n_edges)]
    given = expected_triads_of(4, n_edges, null_model="erdos_renyi", independent=False)
    assert np.allclose(given, mean_census(matrices))
    matrices = [matrix for matrix in matrices if (matrix * matrix.T).sum() == 2 * n_mutual]
    given = expected_triads_of(4, n_edges, n_mutual, "dyad", independent=False)
    assert np.allclose(given, mean_census(matrices))


def test_with_independent_pairs_it_is_the_weighted_average_over_all_graphs() -> None:
    # All 64 graphs on three neurons, each with its probability.
    p, mutual, one_way = 2 / 6, 1 / 3, 0.0
    by_edges, by_dyads = np.zeros(16), np.zeros(16)
    for n_edges in range(7):
        for edges in with_so_many_edges(3, n_edges):
            matrix = matrix_of(edges, 3)
            census = np.array(list(triads.census(matrix).values()))
            n_both = (matrix * matrix.T).sum() // 2
            by_edges += census * p**n_edges * (1 - p) ** (6 - n_edges)
            n_one = n_edges - 2 * n_both
            by_dyads += census * (
                mutual**n_both * one_way**n_one * (1 - mutual - 2 * one_way) ** (3 - n_both - n_one)
            )
    assert np.allclose(expected_triads_of(3, 2, null_model="erdos_renyi"), by_edges)
    assert np.allclose(expected_triads_of(3, 2, 1, "dyad"), by_dyads)


def test_the_numbers_published_for_mouse_cortex_come_out() -> None:
    # 111 cells, 659 edges, 29 mutual pairs: MICrONS phase 1, doi:10.1016/j.cell.2022.01.023.
    erdos_renyi = expected_triads_of(111, 659, null_model="erdos_renyi")
    assert erdos_renyi["021D"] == pytest.approx(1552.63, abs=0.005)
    assert erdos_renyi["030T"] == pytest.approx(177.159, abs=0.0005)
    assert erdos_renyi["030C"] == pytest.approx(59.053, abs=0.0005)
    dyad = expected_triads_of(111, 659, 29, "dyad")
    assert dyad["021D"] == pytest.approx(1445.87, abs=0.005)
    assert dyad["030T"] == pytest.approx(158.715, abs=0.0005)
    assert dyad.index.tolist() == list(ca.motifs.TRIAD_NAMES)


@pytest.mark.parametrize("independent", [True, False])
@pytest.mark.parametrize("null_model", ["erdos_renyi", "dyad"])
def test_all_triples_of_neurons_are_shared_out(null_model: str, independent: bool) -> None:
    for n_nodes, n_edges, n_mutual in ((0, 0, 0), (2, 2, 1), (3, 6, 3), (50, 300, 20), (9, 0, 0)):
        expected = expected_triads_of(
            n_nodes, n_edges, n_mutual, null_model, independent=independent
        )
        assert expected.sum() == pytest.approx(comb(n_nodes, 3))
        assert (expected >= 0).all()


def test_a_graph_is_asked_for_its_numbers() -> None:
    g = ca.Graph.from_edges([0, 1, 1, 2, 3], [1, 0, 2, 3, 3], self_loops="keep")
    assert expected_triads(g, "dyad").equals(expected_triads_of(4, 4, 1, "dyad"))


def test_whole_brains_do_not_overflow() -> None:
    expected = expected_triads_of(139_255, 15_000_000, 2_000_000, independent=False)
    assert expected.sum() == pytest.approx(comb(139_255, 3))


def test_numbers_that_no_graph_has_are_refused() -> None:
    with pytest.raises(ValueError, match="No graph has 3 neurons, 2 edges and 2 mutual pairs"):
        expected_triads_of(3, 2, 2)
    with pytest.raises(ValueError, match="No graph has 3 neurons, 7 edges"):
        expected_triads_of(3, 7)
    with pytest.raises(ValueError, match="null_model must be one of 'erdos_renyi', 'dyad'"):
        expected_triads_of(3, 2, 1, "block")
