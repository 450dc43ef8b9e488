"""Pair evidence: is a pair connected, given how sure each of its detected synapses is?

A probability that belongs to a synapse's score alone does not know how many others the pair has. Nine
doubtful synapses in one place are hardly all false; a doubtful one by itself may well be. So each
probability p is turned into what the score itself says, the likelihood ratio of a real synapse,
l = p / (1 - p) over the odds of all synapses, and weighed against what is known of pairs::

    odds(connected | n synapses)
        = sum over j of G_j Poisson(n - j; lambda) E_j  /  (G_0 Poisson(n; lambda))

with G_j the number of pairs of which j real synapses were detected, lambda = sum (1 - p) / pairs the
false synapses of a pair, and E_j the mean, over all ways to choose j of the n synapses, of the product
of their ratios. G follows from the data by the EM algorithm; half a pair, spread as the numbers of
synapses are, is put beside the data, so that a handful of pairs cannot rule a number out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..rate_table import Floats

# Pairs with more synapses are connected as surely as their synapses are real.
MOST = 32
_LEAST_DOUBT = 1e-6
_ROUNDS = 200
_TOLERANCE = 1e-6
_PAIRS_BESIDE = 0.5


def connected_given_synapses(
    probability: Floats, start: NDArray[np.int64], size: NDArray[np.int64], n_pairs: float
) -> Floats:
    """(E,) probability that each pair is connected.

    Parameters
    ----------
    probability : (S,) float64
        Of each synapse, by its score alone; synapses of one pair stand together.
    start, size : (E,) int64
        First synapse of each pair, and how many it has.
    n_pairs : float
        Pairs that could have had synapses, those without any among them.

    Raises
    ------
    ValueError
        Where there are fewer pairs than have synapses.
    """
    if len(start) > n_pairs:
        msg = f"{len(start):,} pairs have synapses, and only {n_pairs:,.0f} could: give more pairs."
        raise ValueError(msg)
    false_rate = float((1.0 - probability).sum()) / n_pairs
    share = float(probability.mean()) if len(probability) else 1.0
    if false_rate == 0.0 or share in (0.0, 1.0):
        return _independent(probability, start)
    clipped = np.clip(probability, _LEAST_DOUBT, 1.0 - _LEAST_DOUBT)
    ratio = np.log(clipped) - np.log1p(-clipped) - np.log(share / (1.0 - share))
    numbers = [int(n) for n in np.unique(size) if n <= MOST]
    where = [np.flatnonzero(size == n) for n in numbers]
    logs = [
        _log_means(ratio[start[at][:, None] + np.arange(n)]) + _log_poisson(n, false_rate)
        for at, n in zip(where, numbers, strict=True)
    ]
    pairs = _pairs_by_real(logs, numbers, n_pairs, int((size > MOST).sum()))
    result = _independent(probability, start)
    with np.errstate(divide="ignore"):
        log_pairs = np.log(pairs)
    for at, n, log in zip(where, numbers, logs, strict=True):
        result[at] = 1.0 - _shares(log, log_pairs[: n + 1])[:, 0]
    return result


def _independent(probability: Floats, start: NDArray[np.int64]) -> Floats:
    if not len(start):
        return np.empty(0)
    return np.asarray(1.0 - np.multiply.reduceat(1.0 - probability, start), np.float64)


def _log_means(ratio: Floats) -> Floats:
    """(M, n + 1) log of the mean product of j ratios, over all choices of j, of (M, n) log ratios."""
    result = np.full((len(ratio), ratio.shape[1] + 1), -np.inf)
    result[:, 0] = 0.0
    for n in range(ratio.shape[1]):
        j = np.arange(1, n + 2)
        old = result.copy()
        with np.errstate(divide="ignore"):
            without = old[:, 1 : n + 2] + np.log((n + 1.0 - j) / (n + 1.0))
            with_it = old[:, : n + 1] + ratio[:, n : n + 1] + np.log(j / (n + 1.0))
        result[:, 1 : n + 2] = np.logaddexp(without, with_it)
    return result


def _log_poisson(n: int, rate: float) -> Floats:
    """(n + 1,) log chance of n - j false synapses, j = 0 ... n."""
    from scipy.stats import poisson

    return np.asarray(poisson.logpmf(n - np.arange(n + 1), rate), np.float64)


def _shares(log: Floats, log_pairs: Floats) -> Floats:
    """(M, n + 1) probability of each number of real synapses."""
    weight = log + log_pairs
    weight -= weight.max(axis=1, keepdims=True)
    share = np.exp(weight)
    result: Floats = share / share.sum(axis=1, keepdims=True)
    return result


def _pairs_by_real(logs: list[Floats], numbers: list[int], n_pairs: float, beyond: int) -> Floats:
    """(MOST + 1,) expected number of pairs of which 0, 1, ... real synapses were detected."""
    seen = sum(len(log) for log in logs)
    pairs = np.zeros(MOST + 1)
    for log, n in zip(logs, numbers, strict=True):
        pairs[1 : n + 1] += len(log) / n
    beside = _PAIRS_BESIDE * pairs / max(seen, 1)
    for _ in range(_ROUNDS):
        pairs[0] = max(n_pairs - pairs[1:].sum() - beyond, 1e-9)
        with np.errstate(divide="ignore"):
            log_pairs = np.log(pairs)
        found = beside.copy()
        for log, n in zip(logs, numbers, strict=True):
            found[: n + 1] += _shares(log, log_pairs[: n + 1]).sum(axis=0)
        moved = np.abs(found[1:] - pairs[1:]).sum()
        pairs[1:] = found[1:]
        if moved < _TOLERANCE * max(seen, 1):
            break
    pairs[0] = max(n_pairs - pairs[1:].sum() - beyond, 1e-9)
    return pairs
