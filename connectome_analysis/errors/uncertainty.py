"""Uncertainty: how well the rates of an error model are known, and other rates as likely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Joint uncertainty of some rates, normal on the scale where rates have no bounds.

    Probabilities are on the scale of log odds, expected numbers and odds on that of logarithms, so
    that no draw leaves the range of its rate.

    Attributes
    ----------
    names : tuple of str
        Fields of the model, ``"recall"``, or groups of them, ``"recall[MB]"``.
    covariance : (P, P) float64
        On the unbounded scale.
    """

    names: tuple[str, ...]
    covariance: Floats

    def __post_init__(self) -> None:
        covariance = np.asarray(self.covariance, dtype=np.float64)
        if covariance.shape != (len(self.names), len(self.names)):
            msg = (
                f"covariance must be {len(self.names)} x {len(self.names)}, one row for each name, "
                f"got shape {covariance.shape}."
            )
            raise ValueError(msg)
        if (
            not np.allclose(covariance, covariance.T)
            or np.linalg.eigvalsh(covariance).min() < -1e-9
        ):
            msg = "covariance must be symmetric and without negative variances."
            raise ValueError(msg)
        object.__setattr__(self, "covariance", covariance)
        object.__setattr__(self, "names", tuple(self.names))


def is_probability(name: str) -> bool:
    """Whether a field holds probabilities; `false_rate` holds expected numbers, the other odds."""
    return name.partition("[")[0] not in ("false_rate", "confidence_odds")


def unbounded(value: float, name: str) -> float:
    """A rate on the scale without bounds."""
    if is_probability(name):
        inside = min(max(value, 1e-12), 1 - 1e-12)
        return float(np.log(inside) - np.log1p(-inside))
    return float(np.log(max(value, 1e-300)))


def bounded(value: float, name: str) -> float:
    """Back from the scale without bounds."""
    return float(1 / (1 + np.exp(-value))) if is_probability(name) else float(np.exp(value))


def of_share(successes: float, trials: float) -> tuple[float, float]:
    """A probability seen as a share, and its variance on the scale of log odds.

    Jeffreys' prior adds half a success and half a failure, so that shares of 0 and 1 have some.

    Examples
    --------
    >>> value, variance = of_share(90, 100)
    >>> round(value, 3), round(variance**0.5, 2)
    (0.896, 0.33)
    """
    from scipy.special import polygamma

    a, b = successes + 0.5, trials - successes + 0.5
    return a / (a + b), float(polygamma(1, a) + polygamma(1, b))
