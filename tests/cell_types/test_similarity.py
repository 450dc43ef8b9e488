"""Similarity of wiring: by its slow twin, by renumbering, with neurons that have no partner."""

from __future__ import annotations

import numpy as np
import pytest

import connectome_analysis as ca
from tests.graphs import random_graph
from tests.reference import wiring_similarity


@pytest.mark.parametrize("metric", ["ruzicka", "cosine", "jaccard"])
@pytest.mark.parametrize("direction", ["in", "out", "both"])
def test_every_pair_is_as_alike_as_the_definition_says(metric: str, direction: str) -> None:
    matrix = random_graph(25, 0.15, seed=1).to_scipy().toarray()
    matrix *= np.random.default_rng(0).integers(1, 9, matrix.shape)
    g = ca.Graph.from_adjacency(matrix)
    profiles = {"out": matrix, "in": matrix.T, "both": np.hstack([matrix, matrix.T])}[direction]
    found = ca.cell_types.similarity(g, metric, direction).toarray()
    assert found == pytest.approx(wiring_similarity.similarity(profiles.astype(float), metric))


def test_the_nearest_are_the_largest_of_all_pairs_on_any_number_of_threads() -> None:
    g = random_graph(60, 0.15, seed=2)
    every = ca.cell_types.similarity(g).toarray()
    np.fill_diagonal(every, 0)
    one = ca.cell_types.nearest(g, 5, n_jobs=1)
    assert one.equals(ca.cell_types.nearest(g, 5, n_jobs=3))
    for node, rows in one.groupby("node_id"):
        place = int(np.flatnonzero(g.node_ids == node)[0])
        largest = np.sort(every[place])[::-1][: len(rows)]
        assert rows["similarity"].to_numpy() == pytest.approx(largest)


def test_graphs_without_edges_or_neurons_have_no_alike_pairs() -> None:
    lonely = ca.Graph.from_edges([], [], node_ids=[1, 2, 3])
    assert ca.cell_types.similarity(lonely).nnz == 0
    assert len(ca.cell_types.nearest(lonely, 2)) == 0
    assert ca.cell_types.similarity(ca.Graph.from_edges([], [])).shape == (0, 0)


def test_a_wrong_metric_is_said() -> None:
    with pytest.raises(ValueError, match="metric must be 'cosine', 'jaccard' or 'ruzicka'"):
        ca.cell_types.similarity(random_graph(5, 0.2, seed=1), "euclid")  # type: ignore[arg-type]
