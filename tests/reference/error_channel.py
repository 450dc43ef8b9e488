"""The observation channel, pair by pair, as anyone can read it."""

from __future__ import annotations

import numpy as np


def seen_synapses(
    true: np.ndarray,
    recall: np.ndarray,
    false_rate: np.ndarray,
    least: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """(N, N) synapses seen; all arguments (N, N)."""
    seen = np.zeros_like(true)
    for s in range(len(true)):
        for r in range(len(true)):
            if s == r:
                continue
            k = rng.binomial(true[s, r], recall[s, r]) + rng.poisson(false_rate[s, r])
            seen[s, r] = k if k >= least else 0
    return seen


def seen_connections(
    true: np.ndarray, alpha: np.ndarray, beta: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """(N, N) connections seen; all arguments (N, N)."""
    seen = np.zeros_like(true)
    for s in range(len(true)):
        for r in range(len(true)):
            if s == r:
                continue
            if true[s, r]:
                seen[s, r] = true[s, r] if rng.random() >= beta[s, r] else 0
            else:
                seen[s, r] = rng.random() < alpha[s, r]
    return seen
