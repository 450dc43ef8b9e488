"""Degree rates: how many partners neurons are expected to have, from those that were seen.

The number seen is Poisson with mean t * rate + f, of which f are false. Over the neurons the rates
follow a gamma distribution whose mean and variance are those of the corrected degrees, less what
errors and chance add. So what is known of all neurons steadies what is known of each: without it
the spread of the degrees, and with it every count of stars, would come out too large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..rate_table import Floats

_ITERATIONS = 30
_LEAST_SHAPE, _MOST_SHAPE = 1e-2, 1e6


@dataclass(frozen=True, eq=False)
class DegreeRates:
    """Expected true degrees of all neurons, in one direction.

    Attributes
    ----------
    rate : (N,) float64
        Expected number of true partners, above 0.
    shape, scale : float
        Of the gamma distribution over neurons.
    seen : (N,) float64
        Partners seen.
    found : (N,) float64
        Share of true partners that are seen, beyond those seen by mistake.
    false : (N,) float64
        Expected number of partners seen where there are none.
    """

    rate: Floats
    shape: float
    scale: float
    seen: Floats
    found: Floats
    false: Floats

    def draw(self, rng: np.random.Generator) -> Floats:
        """(N,) rates as likely, given what was seen."""
        seen = self.seen.astype(np.int64)
        true = rng.binomial(seen, _true_share(self.rate, self.found, self.false))
        drawn: Floats = rng.gamma(self.shape + true) / (1.0 / self.scale + self.found)
        return np.maximum(drawn, 1e-9)


def degree_rates(seen: Floats, found: Floats, false: Floats) -> DegreeRates:
    """Estimate rates.

    Parameters
    ----------
    seen, found, false : (N,) float64
        See `DegreeRates`; `found` above 0.

    Examples
    --------
    >>> found = degree_rates(np.array([0.0, 4.0, 20.0]), np.full(3, 0.8), np.zeros(3))
    >>> found.rate.round(1).tolist()
    [1.1, 5.5, 23.4]
    """
    corrected = (seen - false) / found
    mean = max(float(corrected.mean()), 1e-6)
    variance = float(corrected.var()) - float((seen / found**2).mean())
    shape = float(np.clip(mean**2 / max(variance, 1e-12), _LEAST_SHAPE, _MOST_SHAPE))
    scale = mean / shape
    rate = np.maximum(corrected, mean * 0.1)
    for _ in range(_ITERATIONS):
        true = seen * _true_share(rate, found, false)
        rate = (shape + true) / (1.0 / scale + found)
    return DegreeRates(rate, shape, scale, seen, found, false)


def _true_share(rate: Floats, found: Floats, false: Floats) -> Floats:
    expected: Floats = found * rate
    return expected / (expected + false)
