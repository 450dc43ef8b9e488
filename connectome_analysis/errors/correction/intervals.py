"""Intervals: from a corrected count and its variance to where the true count lies.

The errors of a rare motif are those of the few places where it is: were there more of them, the
count would scatter more. So the interval holds every true count tau from which the estimate is no
farther than it would be in 95 of 100 reconstructions, with a variance that grows with tau::

    (estimate - tau)^2 <= z^2 (rest + own tau + relative tau^2)

as Wilson (1927, doi:10.1080/01621459.1927.10502953) does for a share. ``rest`` is the part of the
variance that other triads bring by mistake; it does not grow with tau. ``own`` is what counted motifs
bring that err independently of each other: it grows with their number. ``relative`` grows with the
square: what is due to rates that are not known exactly; motifs that share connections and so are
missed together, of which there are pairs; and motifs of unequal weight, since an estimate is low where
the heavy ones were missed, and its variance lower still.
"""

from __future__ import annotations

import numpy as np

from ..rate_table import Floats

# Above this squared relative error (times z^2) a relative part would give unbounded intervals.
_MOST_RELATIVE = 0.8


def normal_quantile(level: float) -> float:
    """z of a two-sided level; a ValueError where it is none."""
    from scipy.stats import norm

    given: object = level
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 < given < 1:
        msg = f"level must be between 0 and 1, for instance 0.95, got {level!r}."
        raise ValueError(msg)
    return float(norm.ppf(0.5 + level / 2))


def count_interval(
    estimate: Floats,
    variance: Floats,
    *,
    own_share: Floats,
    own_least: Floats,
    own_unequal: Floats,
    rate_variance: Floats,
    level: float,
) -> tuple[Floats, Floats]:
    """Interval of each of some counts.

    Parameters
    ----------
    estimate, variance : (K,) float64
        The variance that the errors cause at known rates.
    own_share : (K,) float64 in [0, 1]
        Share of that variance that comes with the counted motifs themselves.
    own_least : (K,) float64
        Variance that one more such motif brings at least, independently of others.
    own_unequal : (K,) float64 in [0, 1]
        Share of that by which motifs differ in weight: mean square over squared mean, less 1.
    rate_variance : (K,) float64
        Variance due to uncertain rates.
    level : float

    Returns
    -------
    low, high : (K,) float64
        At least 0.
    """
    z2 = normal_quantile(level) ** 2
    variance = np.maximum(variance, 0.0)
    count = np.maximum(estimate, 0.0)
    # The variance per motif is known from the estimate where that is large, from theory where not.
    weight = count + z2 * own_least
    extra = np.maximum(own_share * variance - own_least * count, 0.0)
    together = np.divide(extra, weight, out=np.zeros_like(extra), where=weight > 0)
    own = own_least + together
    rest = np.maximum(variance - own * count, 0.0)
    unknown = np.full_like(count, np.inf)
    relative = np.divide(rate_variance, count**2, out=unknown, where=count > 0)
    bounded = z2 * relative < _MOST_RELATIVE
    rest = rest + np.where(bounded, 0.0, rate_variance)
    relative = np.where(bounded, relative, 0.0)
    # What of a motif's own grows with the square, as far as intervals stay bounded.
    square = np.divide(
        together + own_unequal * own_least, count, out=np.zeros_like(count), where=count > 0
    )
    square = np.minimum(square, np.maximum(_MOST_RELATIVE / z2 - relative, 0.0))
    own = np.maximum(own - square * count, 0.0)
    return _roots(estimate, z2 * rest, z2 * own, z2 * (relative + square))


def _roots(estimate: Floats, rest: Floats, own: Floats, relative: Floats) -> tuple[Floats, Floats]:
    a = 1.0 - relative
    b = estimate + own / 2
    c = estimate**2 - rest
    half = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    return np.maximum((b - half) / a, 0.0), np.maximum((b + half) / a, 0.0)


def standard_error(variance: Floats, terms: Floats) -> Floats:
    """Root of unbiased estimates of variances; NaN where one lies below 0, as none can.

    Parameters
    ----------
    terms : same shape
        What the terms of each sum to without their signs; rounding is small beside it.
    """
    kept = np.where(variance < -1e-9 * terms, np.nan, np.maximum(variance, 0.0))
    root: Floats = np.sqrt(kept)
    return root


def ratio_interval(
    top: float, bottom: float, covariance: Floats, *, level: float
) -> tuple[float, float]:
    """Interval of a ratio of two corrected counts, within 0 and 1 (Fieller 1954); NaN where there is none.

    Parameters
    ----------
    covariance : (2, 2) float64
        Of top and bottom.

    Notes
    -----
    doi:10.1111/j.2517-6161.1954.tb00159.x. Where the bottom may be 0 the ratio may be anything. There is
    none where the variance of the ratio is estimated below 0, nor where all of it lies outside 0 and 1.

    Examples
    --------
    >>> low, high = ratio_interval(30.0, 100.0, np.diag([9.0, 16.0]), level=0.95)
    >>> round(low, 3), round(high, 3)
    (0.238, 0.365)
    """
    z2 = normal_quantile(level) ** 2
    tt, tb, bb = covariance[0, 0], covariance[0, 1], covariance[1, 1]
    a = bottom**2 - z2 * bb
    if a <= 0:
        return 0.0, 1.0
    b = top * bottom - z2 * tb
    c = top**2 - z2 * tt
    along = np.array([1.0, -top / bottom])
    if along @ covariance @ along < -1e-9 * (np.abs(along) @ np.abs(covariance) @ np.abs(along)):
        return float("nan"), float("nan")
    half = np.sqrt(max(b * b - a * c, 0.0))
    low, high = (b - half) / a, (b + half) / a
    if low > 1.0 + 1e-9 or high < -1e-9:
        return float("nan"), float("nan")
    return float(min(max(low, 0.0), 1.0)), float(min(max(high, 0.0), 1.0))
