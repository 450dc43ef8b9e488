"""Naive difference: two shares compared as if both graphs had been seen without an error.

The test most often made: each pair, edge or triple counts as one independent observation, and both
graphs share one probability; z = (a - b) / sqrt(p (1 - p) (1/n_a + 1/n_b)), p from both together.
"""

from __future__ import annotations

import numpy as np

from ..rate_table import Floats


def two_shares(
    hits_a: Floats, number_a: Floats, hits_b: Floats, number_b: Floats
) -> tuple[Floats, Floats, Floats]:
    """Score test of two binomial shares.

    Parameters
    ----------
    hits_a, number_a, hits_b, number_b : (K,) float64

    Returns
    -------
    difference, se, p_value : (K,) float64
        Share a less share b; NaN where either is a share of nothing. Where both are 0 or both are 1
        the p-value is 1.

    Examples
    --------
    >>> one = [np.array([x]) for x in (30.0, 100.0, 50.0, 100.0)]
    >>> [round(float(x[0]), 4) for x in two_shares(*one)]
    [-0.2, 0.0693, 0.0039]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = hits_a / number_a - hits_b / number_b
        pooled = (hits_a + hits_b) / (number_a + number_b)
        variance = np.clip(pooled * (1 - pooled), 0.0, None) * (1 / number_a + 1 / number_b)
    return difference, np.sqrt(variance), normal_p_value(difference, np.sqrt(variance))


def normal_p_value(difference: Floats, se: Floats) -> Floats:
    """Two-sided; without any spread 1 for no difference and 0 for any, NaN stays.

    Examples
    --------
    >>> normal_p_value(np.array([1.96, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])).round(3).tolist()
    [0.05, 1.0, 0.0]
    """
    from scipy.stats import norm

    z = np.zeros(len(difference))
    np.divide(np.abs(difference), se, out=z, where=se > 0)
    z[(se == 0) & (difference != 0)] = np.inf
    z[np.isnan(difference) | np.isnan(se)] = np.nan
    result: Floats = 2 * norm.sf(z)
    return result
