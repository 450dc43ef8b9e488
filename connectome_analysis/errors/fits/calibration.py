"""Calibration: from what a detector says of a synapse to the probability that it is real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..rate_table import Floats

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["isotonic", "logistic"]

_BINS = 10


@dataclass(frozen=True, eq=False, repr=False)
class Calibration:
    """A rising function from score to probability.

    Attributes
    ----------
    method : {"isotonic", "logistic"}
    scores, probabilities : (K,) float64
        For "isotonic": knots, between which probabilities are interpolated; below the first and
        above the last they stay. For "logistic": centre and spread of the scores, and intercept and
        slope of the log odds on the score so scaled.
    reliability : DataFrame
        Tenths of the verified synapses by score: ``score_from``, ``score_to``, ``n``,
        ``predicted`` (mean calibrated probability), ``observed`` (share of true ones), ``low`` and
        ``high`` (95 % interval of that share).
    n, n_true : int
        Verified synapses, and how many of them are real.
    brier : float
        Mean squared difference of probability and truth, on the same synapses.
    """

    method: Method
    scores: Floats
    probabilities: Floats
    reliability: pd.DataFrame
    n: int
    n_true: int
    brier: float

    def __call__(self, score: ArrayLike) -> Floats:
        """Probability that synapses of these scores are real; the same shape."""
        given = np.asarray(score, dtype=np.float64)
        if np.isnan(given).any():
            msg = (
                f"{int(np.isnan(given).sum()):,} of {given.size:,} scores are missing; leave these "
                "synapses out or give them a score."
            )
            raise ValueError(msg)
        return _apply(self.method, self.scores, self.probabilities, given)

    def __repr__(self) -> str:
        return (
            f"Calibration: {self.method}, {self.n:,} verified synapses, "
            f"{100 * self.n_true / self.n:.3g} % of them real, Brier score {self.brier:.3g}"
        )


def calibrate_confidence(
    score: ArrayLike, is_true: ArrayLike, *, method: Method = "isotonic"
) -> Calibration:
    """Learn which share of synapses of a score is real.

    Parameters
    ----------
    score : (P,) array
        ``confidence`` or ``score`` of synapses that were checked; higher means more likely real.
    is_true : (P,) array of bool
        Whether each is real.
    method : {"isotonic", "logistic"}
        "isotonic" takes any rising steps (Zadrozny and Elkan 2002, doi:10.1145/775047.775151) and
        wants some hundred synapses; "logistic" a straight line of the log odds (Platt 1999), for
        fewer. Both keep away from 0 and 1: the ends as if half a synapse more had been real and half
        a one not.

    Returns
    -------
    Calibration
        A function of scores.

    Raises
    ------
    ValueError
        Where lengths differ, a score is missing, truth is not True or False, all are real or none
        is, or the real ones have the lower scores.

    Examples
    --------
    >>> calibration = calibrate_confidence([1, 2, 3, 4, 5, 6], [0, 0, 1, 0, 1, 1])
    >>> calibration([0, 3.5, 9]).round(2).tolist()
    [0.17, 0.5, 0.83]
    """
    given = np.asarray(score, dtype=np.float64)
    true = _truth(is_true)
    if given.ndim != 1 or given.shape != true.shape:
        msg = f"score and is_true must be equally long, got shapes {given.shape} and {true.shape}."
        raise ValueError(msg)
    if not np.isfinite(given).all():
        bad = given[~np.isfinite(given)][0]
        msg = f"score must be numbers, got {bad!r}; leave synapses without a score out."
        raise ValueError(msg)
    n_true = int(true.sum())
    if n_true in (0, len(true)):
        msg = (
            f"{n_true:,} of {len(true):,} verified synapses are real; both real and false ones are "
            "needed to tell them apart."
        )
        raise ValueError(msg)
    if given[true].mean() < given[~true].mean():
        msg = (
            f"Real synapses have lower scores (mean {given[true].mean():.4g}) than false ones "
            f"({given[~true].mean():.4g}); turn the score round, -score, if low means sure."
        )
        raise ValueError(msg)
    if method == "isotonic":
        knots, values = _isotonic(given, true)
    elif method == "logistic":
        knots, values = _logistic(given, true)
    else:
        msg = f'method must be "isotonic" or "logistic", got {method!r}.'
        raise ValueError(msg)
    predicted = _apply(method, knots, values, given)
    return Calibration(
        method,
        knots,
        values,
        _reliability(given, predicted, true),
        len(true),
        n_true,
        float(np.mean((predicted - true) ** 2)),
    )


def _truth(is_true: ArrayLike) -> NDArray[np.bool_]:
    array = np.asarray(is_true)
    if array.dtype.kind not in "biufO" or not np.isin(array, (0, 1)).all():
        msg = "is_true must be True or False for each synapse, got other values."
        raise ValueError(msg)
    return array.astype(bool)


def _isotonic(score: Floats, true: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    from scipy.optimize import isotonic_regression

    levels, of = np.unique(score, return_inverse=True)
    n = np.bincount(of).astype(np.float64)
    real = np.bincount(of, true)
    fitted = isotonic_regression(real / n, weights=n)
    # One step of the regression is one knot in its middle; a step has as many synapses as its mean
    # rests on, and half a synapse each way keeps 0 and 1 away.
    blocks = np.asarray(fitted.blocks)
    first, last = blocks[:-1], blocks[1:] - 1
    weight = np.add.reduceat(n, first)
    successes = np.add.reduceat(real, first)
    value = (successes + 0.5) / (weight + 1.0)
    middle = (np.add.reduceat(n * levels, first)) / weight
    knots = np.column_stack([levels[first], middle, levels[last]])
    flat = np.repeat(np.maximum.accumulate(value), 3)
    places, once = np.unique(knots.ravel(), return_index=True)
    return places, flat[once]


def _logistic(score: Floats, true: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The likelihood of Platt's targets, which stand for a prior synapse each way, at its maximum."""
    from scipy.optimize import minimize
    from scipy.special import expit

    centre, spread = float(score.mean()), float(score.std())
    if spread == 0:
        msg = f"All scores are {centre:g}; a score that never differs tells nothing."
        raise ValueError(msg)
    x = np.column_stack([np.ones(len(score)), (score - centre) / spread])
    n_real = float(true.sum())
    n_false = len(true) - n_real
    target = np.where(true, (n_real + 1) / (n_real + 2), 1 / (n_false + 2))

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = x @ weights
        slope: Floats = x.T @ (expit(odds) - target) / len(x)
        return float(np.mean(np.logaddexp(0.0, odds) - target * odds)), slope

    start = np.array([np.log(n_real / n_false), 0.0])
    found = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-9})
    return np.array([centre, spread]), np.asarray(found.x, dtype=np.float64)


def _apply(method: Method, knots: Floats, values: Floats, score: Floats) -> Floats:
    if method == "isotonic":
        return np.asarray(np.interp(score, knots, values), dtype=np.float64)
    from scipy.special import expit

    scaled = (score - knots[0]) / knots[1]
    return np.asarray(expit(values[0] + values[1] * scaled), dtype=np.float64)


def _reliability(score: Floats, predicted: Floats, true: NDArray[np.bool_]) -> pd.DataFrame:
    import pandas as pd
    from scipy.stats import beta

    order = np.argsort(score, kind="stable")
    rows: list[dict[str, Any]] = []
    for part in np.array_split(order, min(_BINS, len(order))):
        n, real = len(part), int(true[part].sum())
        rows.append(
            {
                "score_from": score[part[0]],
                "score_to": score[part[-1]],
                "n": n,
                "predicted": predicted[part].mean(),
                "observed": real / n,
                "low": beta.ppf(0.025, real + 0.5, n - real + 0.5),
                "high": beta.ppf(0.975, real + 0.5, n - real + 0.5),
            }
        )
    return pd.DataFrame(rows)
