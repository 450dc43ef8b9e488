"""Temperature: one number that makes a network's probabilities mean what they say (Guo et al. 2017).

Scores are divided by it before the softmax (arXiv:1706.04599). Which type is likeliest does not change.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEAST_NEURONS = 10
_SPREAD = 0.5  # of the logarithm of a temperature, before anything is seen


def softmax(scores: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float64]:
    """(N, T) probabilities that sum to 1 in each row.

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    scaled = scores.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True, initial=-np.inf)
    raised = np.exp(scaled)
    shares: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return shares


def fit_temperature(scores: NDArray[np.floating], number: NDArray[np.int64]) -> float:
    """Temperature under which neurons kept back are likeliest; 1 where there are fewer than 10.

    Its logarithm is expected near 0, give or take a half, so that a few neurons that are all right do
    not make a network certain.

    Parameters
    ----------
    scores : (M, T)
    number : (M,) int64
        True type of each, in [0, T).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.integers(0, 2, 4000)
    >>> says = np.where(rng.random(4000) < 0.75, truth, 1 - truth)
    >>> round(fit_temperature(10.0 * np.eye(2)[says], truth))  # 10 / ln 3
    9
    """
    from scipy.optimize import minimize_scalar

    if len(number) < _LEAST_NEURONS:
        return 1.0

    def surprise(log_temperature: float) -> float:
        total = float(surprise_of_each(scores, number, float(np.exp(log_temperature))).sum())
        return total + 0.5 * (log_temperature / _SPREAD) ** 2

    found = minimize_scalar(surprise, bounds=(np.log(0.05), np.log(20.0)), method="bounded")
    return float(np.exp(found.x))


def surprise_of_each(
    scores: NDArray[np.floating], number: NDArray[np.int64], temperature: float
) -> NDArray[np.float64]:
    """(M,) -ln(probability of the true type), in nats."""
    chance = softmax(scores, temperature)[np.arange(len(number)), number]
    surprise: NDArray[np.float64] = -np.log(np.maximum(chance, 1e-300))
    return surprise
