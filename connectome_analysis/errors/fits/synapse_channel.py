"""Synapse channel: recall and false rate from counts seen and true, k_seen = Binomial(k, r) + Poisson.

Which of the synapses seen are true is not known; with the probabilities of each split of a count,
the score and the information of the likelihood are exact (Louis 1982,
doi:10.1111/j.2517-6161.1982.tb01203.x), and so is Newton's method.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..rate_table import Floats
from .pair_counts import PairCounts

Method = Literal["auto", "likelihood", "moments"]

_STEPS = 2000
_ROWS = 4096


@dataclass(frozen=True, eq=False)
class SynapseChannel:
    """Recall and false rate of synapses as fitted.

    Attributes
    ----------
    recall, false_rate : float
    covariance : (2, 2) float64
        Of log odds of the recall and logarithm of the false rate.
    dispersion : float
        Mean squared deviation over the variance of the model, over pairs with true synapses; 1
        where the model holds.
    dispersion_z : float
        How many standard errors that is above 1.
    used : {"likelihood", "moments"}
    """

    recall: float
    false_rate: float
    covariance: Floats
    dispersion: float
    dispersion_z: float
    used: Literal["likelihood", "moments"]


def fit_synapse_channel(pairs: PairCounts, method: Method = "auto") -> SynapseChannel:
    """Fit recall and false rate.

    ``"likelihood"`` is the most precise where the model holds. Where counts scatter more than it
    says, a single pair with many false synapses would pull both rates far off; ``"moments"`` then
    stays right on average: the false rate is the mean seen on pairs without a true synapse, and the
    recall what is seen beyond it on the others. ``"auto"`` fits the likelihood, and takes moments
    where the scatter is more than two standard errors and a tenth above the model's. The covariance of moments, and of the likelihood
    where it is asked for in spite of such scatter, is the sandwich, which needs no variance to hold.
    """
    if method not in ("auto", "likelihood", "moments"):
        msg = f'method must be "auto", "likelihood" or "moments", got {method!r}.'
        raise ValueError(msg)
    true, seen, area, number = pairs.alike
    start = _moments(true, seen, area, number, pairs.rest)
    if method != "moments":
        recall, false_rate, information, outer = _likelihood(true, seen, area, number, pairs, start)
        dispersion, z = _dispersion(recall, false_rate, true, seen, area, number)
        scattered = z > 2 and dispersion > 1.1
        if method == "likelihood" or not scattered:
            inverse = np.linalg.inv(information)
            covariance = np.asarray(inverse @ outer @ inverse if scattered else inverse)
            return SynapseChannel(recall, false_rate, covariance, dispersion, z, "likelihood")
    recall, false_rate = start
    covariance = _moments_covariance(start, true, seen, area, number, pairs)
    dispersion, z = _dispersion(recall, false_rate, true, seen, area, number)
    return SynapseChannel(recall, false_rate, covariance, dispersion, z, "moments")


def split_of_counts(
    recall: float, false_rate: Floats, true: NDArray[np.float64], seen: NDArray[np.float64]
) -> tuple[Floats, Floats]:
    """(P,) mean and variance of how many of the synapses seen are true."""
    from scipy.special import gammaln

    mean, variance = np.zeros(len(true)), np.zeros(len(true))
    most = np.minimum(true, seen)
    order = np.argsort(most, kind="stable")  # rows of like length stand together
    for first in range(0, len(order), _ROWS):
        rows = order[first : first + _ROWS]
        found = np.arange(int(most[rows].max()) + 1.0)
        k, o = true[rows, None], seen[rows, None]
        inside = found <= most[rows, None]
        j = np.where(inside, found, 0.0)
        log_rate = np.log(np.maximum(false_rate[rows, None], 1e-300))
        weight = (
            j * (np.log(recall) - np.log1p(-recall))
            - j * log_rate
            - gammaln(j + 1)
            - gammaln(k - j + 1)
            - gammaln(o - j + 1)
        )
        weight = np.where(inside, weight, -np.inf)
        weight = np.exp(weight - weight.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        mean[rows] = weight @ found
        variance[rows] = np.maximum(weight @ found**2 - mean[rows] ** 2, 0.0)
    return mean, variance


def _moments(
    true: Floats, seen: Floats, area: Floats, number: Floats, rest: float
) -> tuple[float, float]:
    none = true == 0
    exposure = float((number * area)[none].sum()) + rest
    if exposure <= 0:
        msg = "The false rate needs pairs without a true synapse; all pairs given have some."
        raise ValueError(msg)
    # Half a synapse where none was seen, as for shares: a rate of 0 could not be uncertain.
    false_rate = max(float((number * seen)[none].sum()), 0.5) / exposure
    total = float((number * true).sum())
    if total <= 0:
        msg = "The recall needs pairs with true synapses; verified has none."
        raise ValueError(msg)
    found = float((number * (seen - false_rate * area))[~none].sum())
    edge = 0.5 / (total + 1.0)
    return min(max(found / total, edge), 1.0 - edge), false_rate


def _likelihood(
    true: Floats,
    seen: Floats,
    area: Floats,
    number: Floats,
    pairs: PairCounts,
    start: tuple[float, float],
) -> tuple[float, float, Floats, Floats]:
    """Rates, observed information and sum of outer products of scores, on the unbounded scale."""
    total, exposure = float(number @ true), float(number @ area) + pairs.rest
    recall, false_rate = start
    for _ in range(_STEPS):
        mean, _ = split_of_counts(recall, false_rate * area, true, seen)
        # Half a synapse each way keeps both rates inside their bounds.
        new_recall = (float(number @ mean) + 0.5) / (total + 1.0)
        new_false = (float(number @ (seen - mean)) + 0.5) / exposure
        moved = abs(new_recall - recall) + abs(new_false / false_rate - 1.0)
        recall, false_rate = new_recall, new_false
        if moved < 1e-10:
            break
    mean, variance = split_of_counts(recall, false_rate * area, true, seen)
    lost = float(number @ variance)
    spread = recall * (1 - recall)
    information = np.array(
        [[spread * (total + 1.0) - lost, lost], [lost, false_rate * exposure - lost]]
    )
    score = np.column_stack([mean - recall * true, seen - mean - false_rate * area])
    outer = (score * number[:, None]).T @ score
    outer[1, 1] += false_rate**2 * pairs.rest_squared
    return recall, false_rate, information, outer


def _moments_covariance(
    rates: tuple[float, float],
    true: Floats,
    seen: Floats,
    area: Floats,
    number: Floats,
    pairs: PairCounts,
) -> Floats:
    recall, false_rate = rates
    some = true > 0
    residual = seen - false_rate * area - recall * true
    score = np.column_stack([np.where(some, residual, 0.0), np.where(some, 0.0, residual)])
    outer = (score * number[:, None]).T @ score
    outer[1, 1] += false_rate**2 * pairs.rest_squared
    exposure = float((number * area)[~some].sum()) + pairs.rest
    slope = np.array([[float(number @ true), float((number * area)[some].sum())], [0.0, exposure]])
    # Half a synapse more, so that nothing missed or nothing false is not taken for certainty.
    outer += np.diag([0.5, 0.5])
    inverse = np.linalg.inv(slope)
    scale = np.diag([1 / (recall * (1 - recall)), 1 / false_rate])
    covariance: Floats = scale @ inverse @ outer @ inverse.T @ scale
    return covariance


def _dispersion(
    recall: float,
    false_rate: float,
    true: Floats,
    seen: Floats,
    area: Floats,
    number: Floats,
) -> tuple[float, float]:
    some = true > 0
    variance = recall * (1 - recall) * true + false_rate * area
    squared = ((seen - recall * true - false_rate * area)[some]) ** 2 / variance[some]
    weight = number[some]
    n = float(weight.sum())
    mean = float(weight @ squared) / n
    deviation = float(weight @ (squared - mean) ** 2) / n
    return mean, (mean - 1.0) / max(np.sqrt(deviation / n), 1e-12) if n > 1 else 0.0
