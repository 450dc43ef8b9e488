"""Beside null: what an ensemble found as columns of a table, one row for each number compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .ensemble import Ensemble

if TYPE_CHECKING:
    import pandas as pd


def beside_null(rows: pd.DataFrame, nulls: Ensemble) -> pd.DataFrame:
    """Put what an ensemble found beside its rows, one for each entry of its statistic."""
    result, observed = nulls.comparison, nulls.observed
    ratio = np.full(len(observed), np.nan)
    np.divide(observed, result.mean, out=ratio, where=result.mean > 0)
    ratio[(result.mean == 0) & (observed > 0)] = np.inf
    columns: dict[str, Any] = {
        "observed": observed,
        "null_mean": result.mean,
        "null_sd": result.sd,
        "null_low": result.low,
        "null_high": result.high,
        "ratio": ratio,
        "z": result.z,
        "p_value": result.p_value,
        "q_value": false_discovery(result.p_value),
    }
    if nulls.verdict is not None:
        columns["verdict"] = nulls.verdict
    columns |= {"null_model": nulls.null_model, "n_samples": nulls.n_samples}
    return rows.assign(**columns)


def false_discovery(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K,) q-values of Benjamini and Hochberg 1995; NaN where there is no p-value."""
    from scipy.stats import false_discovery_control

    adjusted = np.full(len(p_values), np.nan)
    known = ~np.isnan(p_values)
    if known.any():
        adjusted[known] = false_discovery_control(p_values[known])
    return adjusted
