"""Average linkage and silhouettes from sparse similarity: as scipy and scikit-learn have them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from connectome_analysis.cell_types.average_linkage import average_linkage
from connectome_analysis.cell_types.silhouettes import silhouettes


def alike(n: int, density: float, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    upper = np.triu(random.random((n, n)) * (random.random((n, n)) < density), 1)
    matrix = upper + upper.T
    np.fill_diagonal(matrix, 1)
    return matrix


@pytest.mark.parametrize("density", [0.05, 0.3, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_scipy_finds_the_same_tree(density: float, seed: int) -> None:
    matrix = alike(40, density, seed)
    found = average_linkage(sp.csr_array(matrix))
    expected = linkage(squareform(1 - matrix, checks=False), "average")
    assert found[:, 2] == pytest.approx(expected[:, 2])
    below = expected[:, 2] < 1 - 1e-12  # at 1 nothing is shared, and any order will do
    assert np.array_equal(found[below], expected[below]) or np.allclose(
        found[below][:, [2, 3]], expected[below][:, [2, 3]]
    )
    for height in (0.5, 0.8, 0.95):
        cuts = [fcluster(tree, height, "distance") for tree in (found, expected)]
        pairs = [cut[:, None] == cut for cut in cuts]
        assert np.array_equal(*pairs)


def test_neurons_that_share_nothing_are_joined_at_distance_one() -> None:
    tree = average_linkage(sp.csr_array((4, 4)))
    assert tree[:, 2].tolist() == [1, 1, 1]
    assert tree[-1, 3] == 4
    assert average_linkage(sp.csr_array((1, 1))).shape == (0, 4)


@pytest.mark.parametrize("n_clusters", [2, 7])
def test_scikit_learn_finds_the_same_silhouettes(n_clusters: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    matrix = alike(50, 0.4, 1)
    labels = np.random.default_rng(0).integers(0, n_clusters, 50)
    labels[:n_clusters] = np.arange(n_clusters)
    labels[labels == 6] = 5
    labels[6] = min(6, n_clusters - 1)  # a neuron alone where there are seven
    distance = 1 - matrix
    expected = metrics.silhouette_samples(distance, labels, metric="precomputed")
    assert silhouettes(sp.csr_array(matrix), labels) == pytest.approx(expected)


def test_one_cluster_has_no_silhouette() -> None:
    matrix = sp.csr_array(alike(5, 0.5, 0))
    assert (silhouettes(matrix, np.zeros(5, dtype=np.int64)) == 0).all()
