"""Many tests: one p-value of many, and many p-values that allow for being many."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..null_models.beside_null import false_discovery

Correction: TypeAlias = Literal["holm", "bonferroni", "fdr"]
Combination: TypeAlias = Literal["tippett", "fisher", "stouffer"]


def corrected(
    p_values: NDArray[np.float64], correction: Correction = "holm"
) -> NDArray[np.float64]:
    """Adjust p-values for their number.

    Parameters
    ----------
    p_values : (K,) float64
        NaN where a test could not be made; those do not count and stay.
    correction : {"holm", "bonferroni", "fdr"}
        Holm 1979 and Bonferroni hold the chance of any false alarm, Benjamini and Hochberg 1995 the
        share of false ones among alarms.

    Examples
    --------
    >>> corrected(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    result = np.full(len(p_values), np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    if correction == "fdr":
        return false_discovery(p_values)
    if correction == "bonferroni":
        result[known] = np.minimum(p_values[known] * len(known), 1.0)
        return result
    order = known[np.argsort(p_values[known], kind="stable")]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    result[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return result


def combined(
    p_values: NDArray[np.float64], combination: Combination = "tippett"
) -> tuple[float, float]:
    """One test of whether all null hypotheses hold.

    Parameters
    ----------
    p_values : (K,) float64
        Of independent tests; NaN does not count.
    combination : {"tippett", "fisher", "stouffer"}
        Tippett's is the least of them, p = 1 - (1 - p_min)^K, and the one that Pedigo et al. 2023
        found to hold its level with discrete tests.

    Returns
    -------
    statistic, p_value : float
        NaN where there is no p-value.

    Examples
    --------
    >>> statistic, p_value = combined(np.array([0.01, 0.5]))
    >>> statistic, round(p_value, 4)
    (0.01, 0.0199)
    """
    from scipy.stats import combine_pvalues

    known = p_values[~np.isnan(p_values)]
    if not len(known):
        return np.nan, np.nan
    if combination == "tippett":
        least = float(known.min())
        # 1 - (1 - p)^K loses all digits of a small p.
        return least, float(-np.expm1(len(known) * np.log1p(-least))) if least < 1 else 1.0
    if known.min() == 0.0:
        return np.inf, 0.0
    found = combine_pvalues(known, method=combination)
    return float(found.statistic), float(found.pvalue)
