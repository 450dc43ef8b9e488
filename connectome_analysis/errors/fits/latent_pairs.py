"""Latent pairs: connected or not, behind how often each pair was seen in M observations.

Among pairs that are connected the number of times seen is binomial with 1 - beta, among others with
alpha. From three observations on, both rates and the density follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np

from ..rate_table import Floats

_STEPS = 20000
NAMES = ("alpha", "beta", "density")


@dataclass(frozen=True, eq=False)
class LatentPairs:
    """Rates behind repeated observations.

    Attributes
    ----------
    alpha, beta, density : float
    covariance : (3, 3) float64
        On the scale of log odds, in this order; 0 for what was given.
    expected : (M + 1,) float64
        Pairs expected to be seen 0 ... M times.
    """

    alpha: float
    beta: float
    density: float
    covariance: Floats
    expected: Floats


def moments_of(times_seen: Floats) -> tuple[float, float, float]:
    """Mean of Y, of Y Y' and of Y Y' Y'' over pairs and observations; NaN where too few.

    Parameters
    ----------
    times_seen : (M + 1,) float64
        Number of pairs seen 0 ... M times.

    Examples
    --------
    >>> moments_of(np.array([4.0, 0.0, 0.0, 1.0]))
    (0.2, 0.2, 0.2)
    """
    m = len(times_seen) - 1
    s, n = np.arange(m + 1.0), times_seen.sum()
    first = float(times_seen @ s / (n * m))
    second = float(times_seen @ (s * (s - 1)) / (n * m * (m - 1)))
    if m < 3:
        return first, second, np.nan
    return first, second, float(times_seen @ (s * (s - 1) * (s - 2)) / (n * m * (m - 1) * (m - 2)))


def by_moments(times_seen: Floats, given: dict[str, float]) -> dict[str, float]:
    """Alpha, beta and density from moments: a start for the likelihood, bounded to what is possible.

    Raises
    ------
    ValueError
        Where pairs are seen together no more often than by chance.
    """
    m1, m2, m3 = moments_of(times_seen)
    excess = m2 - m1**2
    if not excess > 1e-15:
        msg = (
            "The replicates agree on no more pairs than chance would have them do (seen once "
            f"{m1:.3g}, twice {m2:.3g}, against {m1**2:.3g} by chance), so nothing tells connections "
            "from errors. Are they of the same neurons, under the same ids?"
        )
        raise ValueError(msg)
    alpha, density = given.get("alpha"), given.get("density")
    if density is not None:
        gap = np.sqrt(excess / (density * (1 - density)))
        alpha = m1 - density * gap
        seen = alpha + gap
    elif alpha is not None:
        above = max(m1 - alpha, 1e-12)
        seen = alpha + (excess + above**2) / above
        density = above / (seen - alpha)
    elif "beta" in given:
        seen = 1.0 - given["beta"]
        below = max(seen - m1, 1e-12)
        gap = (excess + below**2) / below
        alpha, density = seen - gap, 1.0 - below / gap
    else:
        s, q = (m3 - m1 * m2) / excess, (m1 * m3 - m2**2) / excess
        root = np.sqrt(max(s**2 - 4 * q, 0.0))
        alpha, seen = (s - root) / 2, (s + root) / 2
        density = (m1 - alpha) / (seen - alpha) if seen > alpha else 0.5
    start = {"alpha": alpha, "beta": 1.0 - seen, "density": density}
    return {
        name: given.get(name, float(np.clip(value, 1e-6, 1 - 1e-6)))
        for name, value in start.items()
    }


def fit_latent_pairs(times_seen: Floats, given: dict[str, float]) -> LatentPairs:
    """Maximise the likelihood, from the moments on.

    Parameters
    ----------
    times_seen : (M + 1,) float64
        Number of pairs seen 0 ... M times.
    given : dict
        Rates known already, by name.

    Notes
    -----
    Half an event each way (Jeffreys' prior) keeps rates of 0 and 1 inside their bounds.
    """
    from scipy.optimize import minimize

    free = [name for name in NAMES if name not in given]
    values = by_moments(times_seen, given)
    for _ in range(200):  # EM finds the hill, Newton's method climbs it
        values = _em_step(times_seen, values, given)

    def rates(x: Floats) -> dict[str, float]:
        return values | {n: 1 / (1 + np.exp(-v)) for n, v in zip(free, x, strict=True)}

    def slope(x: Floats) -> Floats:
        return np.array([-_score(times_seen, rates(x))[name] for name in free])

    def height(x: Floats) -> float:
        now = rates(x)
        prior = sum(0.5 * (np.log(now[n]) + np.log1p(-now[n])) for n in free)
        return -float(times_seen @ np.log(_chances(now, len(times_seen) - 1)) + prior)

    start = np.array([np.log(values[n] / (1 - values[n])) for n in free])
    found = minimize(height, start, jac=slope, method="BFGS", options={"gtol": 1e-7})
    best = found.x if found.fun <= height(start) else start
    step = 1e-4
    curvature = np.array(
        [
            (slope(best + step * unit) - slope(best - step * unit)) / (2 * step)
            for unit in np.eye(len(free))
        ]
    )
    inverse = np.linalg.pinv((curvature + curvature.T) / 2, hermitian=True)
    vectors = np.linalg.eigh(inverse)  # numbers at the edge of rounding may be below 0
    inverse = (vectors.eigenvectors * np.maximum(vectors.eigenvalues, 0)) @ vectors.eigenvectors.T
    covariance = np.zeros((3, 3))
    places = [NAMES.index(name) for name in free]
    covariance[np.ix_(places, places)] = inverse
    final = rates(best)
    expected = times_seen.sum() * _chances(final, len(times_seen) - 1)
    return LatentPairs(final["alpha"], final["beta"], final["density"], covariance, expected)


def _classes(values: dict[str, float], m: int) -> tuple[Any, Any]:
    """(M + 1,) probability of being connected and seen so often, and of being unconnected and so."""
    s = np.arange(m + 1)
    ways = np.array([comb(m, i) for i in range(m + 1)], dtype=np.float64)
    alpha, beta, density = (values[name] for name in NAMES)
    connected = density * ways * (1 - beta) ** s * beta ** (m - s)
    return connected, (1 - density) * ways * alpha**s * (1 - alpha) ** (m - s)


def _chances(values: dict[str, float], m: int) -> Floats:
    connected, others = _classes(values, m)
    chances: Floats = np.maximum(connected + others, 1e-300)
    return chances


def _expected(times_seen: Floats, values: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Events and trials behind each rate, given the rates."""
    m = len(times_seen) - 1
    s = np.arange(m + 1.0)
    connected, others = _classes(values, m)
    q = times_seen * connected / np.maximum(connected + others, 1e-300)
    rest = times_seen - q
    return {
        "alpha": (float(rest @ s), m * float(rest.sum())),
        "beta": (float(q @ (m - s)), m * float(q.sum())),
        "density": (float(q.sum()), float(times_seen.sum())),
    }


def _em_step(
    times_seen: Floats, values: dict[str, float], given: dict[str, float]
) -> dict[str, float]:
    return {
        name: given.get(name, (events + 0.5) / (trials + 1.0))
        for name, (events, trials) in _expected(times_seen, values).items()
    }


def _score(times_seen: Floats, values: dict[str, float]) -> dict[str, float]:
    """Slope of the log posterior on the scale of log odds."""
    return {
        name: events + 0.5 - (trials + 1.0) * values[name]
        for name, (events, trials) in _expected(times_seen, values).items()
    }
