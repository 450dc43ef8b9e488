"""Weighted: random matrices of weights, whole or not, for the tests of this room."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from tests import graphs


def matrices(max_nodes: int = 9, min_nodes: int = 0) -> st.SearchStrategy[np.ndarray]:
    """Matrices of weights without a diagonal; 0 is no edge."""

    def weigh(drawn: tuple[np.ndarray, int, bool]) -> np.ndarray:
        matrix, seed, whole = drawn
        rng = np.random.default_rng(seed)
        if whole:
            return matrix * rng.integers(1, 20, matrix.shape)
        return matrix * rng.lognormal(0, 2, matrix.shape)

    kinds = st.tuples(graphs.adjacency(max_nodes, min_nodes), st.integers(0, 10**6), st.booleans())
    return kinds.map(weigh)
