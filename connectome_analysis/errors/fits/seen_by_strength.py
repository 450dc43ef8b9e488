"""Seen by strength: for pairs of every true count, how many are seen and how many were expected."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..rate_table import Floats
from .pair_counts import PairCounts

if TYPE_CHECKING:
    import pandas as pd

# First true count of each row of the table; the last row has no end.
STRENGTHS = (0, 1, 2, 3, 4, 5, 6, 8, 11, 16, 24, 36, 56, 101)


def seen_by_strength(
    pairs: PairCounts, min_synapses: int, expected: Callable[[Floats, Floats], Floats]
) -> pd.DataFrame:
    """Count pairs by the number of their true synapses.

    Parameters
    ----------
    expected : callable
        Of the true counts and exposures of pairs: (P, 3) mean and variance of the counts seen and
        probability of being seen.

    Returns
    -------
    DataFrame, one row per class of true counts that occurs
        ``true_from``, ``true_to``, ``true_mean`` (synapses), ``n_pairs``; ``detected_mean`` and ``detected_sd``
        (synapses) beside ``expected_mean`` and ``expected_sd``; ``seen``, pairs with at least
        `min_synapses`, beside ``expected_seen``, and ``seen_sd``, the standard deviation expected of
        it.
    """
    import pandas as pd

    true, seen, exposure, number = pairs.alike
    forecast = expected(true, exposure)
    n_rest = pairs.n_rest or 0.0
    at_rest = expected(
        np.zeros(1), np.array([pairs.rest / n_rest if n_rest else 0.0])
    )  # other pairs, with their mean exposure
    of = np.searchsorted(STRENGTHS, true, side="right") - 1
    rows = []
    for row in range(len(STRENGTHS)):
        here = of == row
        others = n_rest if row == 0 else 0.0
        n = float(number[here].sum()) + others
        if n == 0 or (row == 0 and pairs.n_rest is None):
            continue  # where pairs with neither were not counted, all listed without one were seen
        mean = number[here] @ seen[here] / n
        square = number[here] @ seen[here] ** 2 / n
        parts, weights = forecast[here], number[here]
        if others:
            parts, weights = np.concatenate([parts, at_rest]), np.append(weights, others)
        centre = weights @ parts[:, 0] / n
        chance = parts[:, 2]
        rows.append(
            {
                "true_from": int(true[here].min()) if here.any() else 0,
                "true_to": int(true[here].max()) if here.any() else 0,
                "true_mean": number[here] @ true[here] / n,
                "n_pairs": round(n),
                "detected_mean": mean,
                "detected_sd": np.sqrt(max(square - mean**2, 0.0)),
                "expected_mean": centre,
                "expected_sd": np.sqrt(weights @ (parts[:, 1] + (parts[:, 0] - centre) ** 2) / n),
                "seen": round(number[here] @ (seen[here] >= min_synapses)),
                "expected_seen": weights @ chance,
                "seen_sd": np.sqrt(weights @ (chance * (1 - chance))),
            }
        )
    return pd.DataFrame(rows)


def chi_square(table: pd.DataFrame, n_fitted: int) -> dict[str, float]:
    """Pearson's chi-square of the pairs seen, over rows where five or more could be missed or seen."""
    from scipy.stats import chi2

    n, expected = table["n_pairs"].to_numpy(float), table["expected_seen"].to_numpy(float)
    # Rarer ones are not normal, and would make the sum anything.
    enough = np.minimum(expected, n - expected) >= 5
    if int(enough.sum()) <= n_fitted:
        return {}
    z = (table["seen"].to_numpy(float) - expected)[enough] / table["seen_sd"].to_numpy(float)[
        enough
    ]
    freedom = int(enough.sum()) - n_fitted
    value = float((z**2).sum())
    return {"chi2": value, "chi2_df": freedom, "chi2_p": float(chi2.sf(value, freedom))}
