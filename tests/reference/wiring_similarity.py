"""Similarity of wiring by its definition, pair by pair."""

from __future__ import annotations

import numpy as np


def similarity(profiles: np.ndarray, metric: str) -> np.ndarray:
    """(N, N) from dense (N, F) profiles; 1 on the diagonal of rows that are not empty."""
    n = len(profiles)
    found = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            x, y = profiles[i], profiles[j]
            if metric == "cosine":
                above, below = x @ y, np.sqrt((x @ x) * (y @ y))
            else:
                if metric == "jaccard":
                    x, y = x > 0, y > 0
                above, below = np.minimum(x, y).sum(), np.maximum(x, y).sum()
            found[i, j] = above / below if below else 0.0
    return found
