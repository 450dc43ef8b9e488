"""Resampling: how far scores may be off, by chance of the seed and of the neurons that were tested."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..graph_network.scores_of_types import macro_f1_of_numbers

_RESAMPLES = 200


class Interval(NamedTuple):
    """Mean over the seeds, and where 95 % of resampled scores lie."""

    mean: float
    low: float
    high: float


def accuracy_and_macro_f1(
    truths: list[NDArray[np.int64]], guesses: list[NDArray[np.int64]], seed: int
) -> tuple[Interval, Interval]:
    """Accuracy and macro-F1 with intervals.

    Parameters
    ----------
    truths, guesses : one array for each seed
        Types of the test neurons, -1 for types that were not learnt, and what was said, -1 for
        unknown. Accuracy is over the neurons whose type was learnt; macro-F1 over the types that were,
        where neurons of others lower the score of the type they are taken for.
    seed : int
        Neurons are drawn again 200 times for each seed, and all seeds' scores put together: the
        interval holds both chances.
    """
    random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(11,)))
    means: list[tuple[float, float]] = []
    drawn: list[tuple[float, float]] = []
    for truth, guess in zip(truths, guesses, strict=True):
        means.append(_both(truth, guess))
        for _ in range(_RESAMPLES if len(truth) else 0):
            which = random.integers(0, len(truth), len(truth))
            drawn.append(_both(truth[which], guess[which]))
    if not drawn:
        none = Interval(float("nan"), float("nan"), float("nan"))
        return none, none
    low, high = np.nanpercentile(np.array(drawn), [2.5, 97.5], axis=0)
    mean = np.array(means).mean(axis=0)
    return (
        Interval(float(mean[0]), float(low[0]), float(high[0])),
        Interval(float(mean[1]), float(low[1]), float(high[1])),
    )


def _both(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> tuple[float, float]:
    learnt = truth >= 0
    right = float((truth == guess)[learnt].mean()) if learnt.any() else float("nan")
    return right, macro_f1_of_numbers(truth, guess)


def surer_of_known(confidence: NDArray[np.float64], unseen: NDArray[np.bool_]) -> float:
    """Chance that a neuron of a known type has a higher confidence than one of an unseen type (AUROC).

    Examples
    --------
    >>> surer_of_known(np.array([0.9, 0.5, 0.6]), np.array([False, True, False]))
    1.0
    """
    from scipy.stats import rankdata

    n_new = int(unseen.sum())
    n_old = len(unseen) - n_new
    if n_new == 0 or n_old == 0:
        return float("nan")
    ranks = rankdata(confidence)
    return float((ranks[~unseen].sum() - n_old * (n_old + 1) / 2) / (n_old * n_new))
