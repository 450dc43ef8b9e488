"""Random graphs for the tests, as hypothesis strategies and as plain functions."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import connectome_analysis as ca


def adjacency(max_nodes: int = 8, min_nodes: int = 0) -> st.SearchStrategy[np.ndarray]:
    """0/1 matrices without a diagonal."""

    def clear(matrix: np.ndarray) -> np.ndarray:
        matrix = matrix.astype(np.int64)
        np.fill_diagonal(matrix, 0)
        return matrix

    sizes = st.integers(min_nodes, max_nodes)
    return sizes.flatmap(lambda n: hnp.arrays(np.bool_, (n, n))).map(clear)


def random_graph(n_nodes: int, density: float, seed: int) -> ca.Graph:
    """A directed random graph with hubs: the density of each row differs."""
    rng = np.random.default_rng(seed)
    chance = density * rng.gamma(2.0, 0.5, size=(n_nodes, 1)) * rng.gamma(2.0, 0.5, size=n_nodes)
    matrix = (rng.random((n_nodes, n_nodes)) < chance).astype(np.int64)
    np.fill_diagonal(matrix, 0)
    return ca.Graph.from_adjacency(matrix)
