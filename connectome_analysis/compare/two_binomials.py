"""Two binomials: have two shares one probability, or probabilities in a given ratio?

x_a of n_a pairs are joined in one graph, x_b of n_b in the other.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Method: TypeAlias = Literal["score", "chi2", "fisher"]


class SharesCompared(NamedTuple):
    """Statistic (z for "score", chi-squared for "chi2", the odds ratio for "fisher") and p-value."""

    statistic: float
    p_value: float


def compare_shares(
    x_a: int, n_a: int, x_b: int, n_b: int, *, method: Method = "score", ratio: float = 1.0
) -> SharesCompared:
    """Two-sided test of two binomial shares.

    Parameters
    ----------
    x_a, n_a, x_b, n_b : int
        Hits and trials, ``0 <= x <= n``.
    method : {"score", "chi2", "fisher"}
        - "score": Miettinen and Nurminen 1985, doi:10.1002/sim.4780040211: z = (p_a - ratio p_b) over
          its deviation at the most likely probabilities in that ratio, with their N / (N - 1).
        - "chi2": Pearson's, without continuity correction; for ratio 1.
        - "fisher": exact, given all hits; `ratio` is then of the odds and the distribution Fisher's
          noncentral hypergeometric. Tables no more likely than the one seen count.
    ratio : float
        p_a / p_b under the null hypothesis (odds for "fisher").

    Returns
    -------
    SharesCompared
        NaN where a share is of nothing, or nothing (or all) was hit in both.

    Examples
    --------
    >>> [round(float(x), 4) for x in compare_shares(30, 100, 50, 100)]
    [-2.8795, 0.004]
    >>> round(compare_shares(30, 100, 60, 200, ratio=2.0).p_value, 6) < 0.05
    True
    """
    if n_a == 0 or n_b == 0 or x_a + x_b in (0, n_a + n_b):
        return SharesCompared(np.nan, np.nan)
    if method == "fisher":
        return _fisher(x_a, n_a, x_b, n_b, ratio)
    if method == "chi2":
        if ratio != 1.0:
            msg = (
                f"method='chi2' tests equal shares, got ratio {ratio:g}; take 'score' or 'fisher'."
            )
            raise ValueError(msg)
        from scipy.stats import chi2_contingency

        found = chi2_contingency([[x_a, n_a - x_a], [x_b, n_b - x_b]], correction=False)
        return SharesCompared(float(found.statistic), float(found.pvalue))
    return _score(x_a, n_a, x_b, n_b, ratio)


def _score(x_a: float, n_a: float, x_b: float, n_b: float, ratio: float) -> SharesCompared:
    from scipy.stats import norm

    total = n_a + n_b
    # The most likely p_b, given p_a = ratio p_b: the smaller root of total ratio p^2 - middle p + hits.
    middle = n_a * ratio + x_a + n_b + x_b * ratio
    hits = x_a + x_b
    root = np.sqrt(max(middle**2 - 4.0 * total * ratio * hits, 0.0))
    p_b = 2.0 * hits / (middle + root)
    p_a = ratio * p_b
    variance = p_a * (1.0 - p_a) / n_a + ratio**2 * p_b * (1.0 - p_b) / n_b
    variance *= total / (total - 1.0)
    difference = x_a / n_a - ratio * x_b / n_b
    if variance <= 0.0:
        return SharesCompared(np.nan, np.nan)
    z = float(difference / np.sqrt(variance))
    return SharesCompared(z, float(2.0 * norm.sf(abs(z))))


def _fisher(x_a: int, n_a: int, x_b: int, n_b: int, odds: float) -> SharesCompared:
    log = fisher_log_weights(n_a, n_b, x_a + x_b, odds)
    least = max(0, x_a + x_b - n_b)
    weights = np.exp(log - log.max())
    here = weights[x_a - least]
    # Rounding must not part tables that are equally likely.
    p_value = float(weights[weights <= here * (1.0 + 1e-7)].sum() / weights.sum())
    below = x_b * (n_a - x_a)
    seen = x_a * (n_b - x_b) / below if below else np.inf
    return SharesCompared(float(seen), min(p_value, 1.0))


def fisher_log_weights(n_a: int, n_b: int, hits: int, odds: float) -> NDArray[np.float64]:
    """Logarithms, up to a constant, of the chances of each number of hits in a, from the least on.

    Examples
    --------
    >>> np.exp(fisher_log_weights(2, 2, 2, 1.0)).round(6).tolist()
    [1.0, 4.0, 1.0]
    """
    from scipy.special import gammaln

    x = np.arange(max(0, hits - n_b), min(hits, n_a) + 1, dtype=np.float64)

    def log_choose(n: float, k: NDArray[np.float64]) -> NDArray[np.float64]:
        result: NDArray[np.float64] = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
        return result

    result: NDArray[np.float64] = log_choose(n_a, x) + log_choose(n_b, hits - x) + x * np.log(odds)
    return result


def ratio_interval(
    x_a: int, n_a: int, x_b: int, n_b: int, level: float = 0.95
) -> tuple[float, float]:
    """Interval of p_a / p_b: the ratios that the score test does not reject.

    Returns
    -------
    low, high : float
        0 and infinite where no ratio bounds it; NaN where a share is of nothing or nothing was hit.

    Examples
    --------
    >>> low, high = ratio_interval(30, 100, 50, 100)
    >>> round(low, 3), round(high, 3)
    (0.416, 0.852)
    """
    from scipy.optimize import brentq
    from scipy.stats import norm

    if n_a == 0 or n_b == 0 or x_a + x_b == 0:
        return np.nan, np.nan
    wanted = float(norm.isf((1.0 - level) / 2.0))

    def beyond(log_ratio: float, sign: float) -> float:
        z = _score(x_a, n_a, x_b, n_b, float(np.exp(log_ratio))).statistic
        return -wanted if np.isnan(z) else sign * z - wanted

    share_a, share_b = x_a / n_a, x_b / n_b
    middle = np.log(max(share_a, 0.5 / n_a) / max(share_b, 0.5 / n_b))

    def edge(sign: float) -> float:
        # z falls as the ratio grows; walk outwards until it has passed the quantile.
        step = 1.0
        while beyond(middle - sign * step, sign) < 0.0:
            step *= 2.0
            if step > 64.0:
                return 0.0 if sign > 0 else np.inf
        found = brentq(beyond, middle - sign * step, middle, args=(sign,))
        return float(np.exp(found))

    low = 0.0 if x_a == 0 else edge(1.0)
    high = np.inf if x_b == 0 else edge(-1.0)
    return low, high
