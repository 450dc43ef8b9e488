"""Decided: whether enough samples have been seen to say on which side of a level a p-value lies.

A Monte Carlo p-value is a share of samples. Looked at after every sample, a fixed-size interval
around it would go wrong sooner or later; this one does not: with the probability `RISK` at most, it
ever excludes the true value, however long one looks (Robbins 1970, doi:10.1214/aoms/1177696786; Lai
1976, doi:10.1214/aos/1176343406; for Monte Carlo tests Gandy 2009, doi:10.1198/jasa.2009.tm08368).
"""

from __future__ import annotations

from numbers import Real

import numpy as np
from numpy.typing import NDArray

from .running import Running

# Bound on the chance that a decision differs from the one that endless samples would give, for each
# tail of each statistic.
RISK = 1e-3
OPEN = "open"
UNDEFINED = "undefined"


def decided(running: Running, level: float) -> NDArray[np.object_]:
    """On which side of a two-sided level each statistic lies.

    Parameters
    ----------
    running : Running
    level : float
        Two-sided: half of it belongs to each tail.

    Returns
    -------
    (K,) object
        "over" or "under" where the observation is significantly larger or smaller than the null,
        "no" where it is neither, "open" while it may still be
        either, "undefined" where the observation is NaN.
    """
    over = _side(running.at_least, running.n_samples, level / 2)
    under = _side(running.at_most, running.n_samples, level / 2)
    verdict = np.full(len(over), OPEN, dtype=object)
    verdict[(over > 0) & (under > 0)] = "no"
    verdict[over < 0] = "over"
    verdict[under < 0] = "under"
    verdict[np.isnan(running.observed.astype(np.float64))] = UNDEFINED
    return verdict


def _side(successes: NDArray[np.int64], trials: int, level: float) -> NDArray[np.int8]:
    """-1 where the share is below the level for sure, 1 where above, 0 where it is open."""
    from scipy.stats import binom

    far = np.log(trials + 1) + binom.logpmf(successes, trials, level) <= np.log(RISK)
    return np.where(far, np.sign(successes - trials * level), 0).astype(np.int8)


def require_level(level: float | None) -> None:
    """Raise ValueError unless a level is None or between 0 and 1."""
    number = isinstance(level, Real) and not isinstance(level, bool)
    if level is not None and not (number and 0 < level < 1):
        msg = f"decide_at must be a level between 0 and 1, for instance 0.05, got {level!r}."
        raise ValueError(msg)
