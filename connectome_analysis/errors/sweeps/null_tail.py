"""Null tail: how rare an observation is, also where no sample of the null comes near it.

Where ten samples or more are as extreme, their share is the p-value (with the +1 rule). Farther out
the null is taken to go on as a gamma distribution with its mean, standard deviation and skewness
(Pearson's type III), less the skewness's own standard error, and as a normal one where the skewness
points the other way. So p-values do not
end at 2 / (n_samples + 1), and the place where a conclusion flips can be told from a few hundred
samples (the idea of Knijnenburg et al. 2009, doi:10.1093/bioinformatics/btp211).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..rate_table import Floats

_ENOUGH = 10
_SAME = 1e-11
# Smaller p-values are one and the same surprise; their normal deviate is 37.
LEAST_P = 1e-300


def tail_p_values(observed: NDArray[np.generic], values: Floats) -> Floats:
    """(K,) two-sided p-values of K numbers beside S samples of each.

    Parameters
    ----------
    observed : (K,) array
    values : (S, K) float64
        NaN counts as extreme.

    Returns
    -------
    (K,) float64
        Twice the smaller side, at most 1; NaN where the observation is NaN. Where all samples are
        equal, 1 if the observation is too and 2 / (S + 1) if not.

    Examples
    --------
    >>> samples = np.linspace(-3, 3, 201)[:, None]
    >>> [float(tail_p_values(np.array([x]), samples)[0].round(4)) for x in (0.0, 2.4, 9.0)]
    [1.0, 0.2178, 0.0]
    """
    seen = np.asarray(observed, np.float64)
    count = len(values)
    slack = _SAME * np.abs(seen)
    unknown = np.isnan(values)
    above = ((values >= seen - slack) | unknown).sum(axis=0)
    below = ((values <= seen + slack) | unknown).sum(axis=0)
    rank = 2 * (1 + np.minimum(above, below)) / (count + 1)
    rare = np.minimum(above, below) < _ENOUGH
    p_value = np.minimum(rank, 1.0)
    for k in np.flatnonzero(rare & ~np.isnan(seen)):
        known = values[~unknown[:, k], k]
        sd = known.std(ddof=1) if len(known) > 1 else 0.0
        if sd > slack[k]:
            p_value[k] = min(1.0, 2 * _beyond(seen[k], known, float(sd)))
    p_value[np.isnan(seen)] = np.nan
    result: Floats = np.maximum(p_value, LEAST_P)
    return result


def as_normal_deviate(p_value: Floats, direction: Floats) -> Floats:
    """The normal deviate that is two-sidedly as rare, with a sign; 0 where p is not known.

    Examples
    --------
    >>> as_normal_deviate(np.array([0.05, 1.0]), np.array([-1.0, 1.0])).round(2).tolist()
    [-1.96, 0.0]
    """
    from scipy.stats import norm

    deviate = norm.isf(np.where(np.isnan(p_value), 1.0, p_value) / 2)
    result: Floats = np.sign(direction) * deviate
    return np.where(np.isfinite(result), result, 0.0)


def _beyond(observed: float, values: Floats, sd: float) -> float:
    """Chance of a value as far out as the observation on its side of the mean."""
    from scipy.stats import norm, pearson3

    z = (observed - values.mean()) / sd
    skew = float((((values - values.mean()) / sd) ** 3).mean()) * np.sign(z)
    skew -= np.sqrt(6 / len(values))  # or chance in few samples would move far tails by miles
    outwards = abs(z)
    return float(pearson3.sf(outwards, skew) if skew > 1e-3 else norm.sf(outwards))
