"""Flips: the error rate at which each conclusion becomes another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..rate_table import Floats
from .conclusions import LEVEL, PLAIN_NAMES

if TYPE_CHECKING:
    import pandas as pd


class Robustness(NamedTuple):
    """Conclusions followed along an error rate, or a threshold.

    Attributes
    ----------
    table : DataFrame
        One row per conclusion and value of the rate.
    flips : DataFrame
        One row per conclusion: where it becomes another one.
    """

    table: pd.DataFrame
    flips: pd.DataFrame


def flips_of(
    table: pd.DataFrame, rate: str, verdicts: pd.Series[str], *, between: bool = True
) -> pd.DataFrame:
    """Find where each conclusion flips.

    Parameters
    ----------
    table : DataFrame
        Columns ``conclusion``, `rate`, ``verdict``, ``q_as_z``, ``share_holding``; of one
        conclusion in the order of the sweep.
    rate : str
    verdicts : Series, index ``conclusion``
        That are to hold.
    between : bool
        Whether the rate goes on between the values looked at. A threshold does not: its flip is
        the first value with another verdict.

    Returns
    -------
    DataFrame, one row per conclusion, index ``conclusion``
        ``plain_name``, ``verdict`` that is to hold, ``flips_at``, ``becomes``.
    """
    import pandas as pd

    rows = []
    for name, part in table.groupby("conclusion", sort=False):
        values = part[rate].to_numpy(np.float64)
        found = part["verdict"].to_numpy(object)
        share = part["share_holding"].to_numpy(np.float64)
        at, becomes = _first_flip(
            values, found, part["q_as_z"].to_numpy(np.float64), share, between=between
        )
        rows.append((name, PLAIN_NAMES[str(name)], verdicts[name], at, becomes))
    columns = ["conclusion", "plain_name", "verdict", "flips_at", "becomes"]
    return pd.DataFrame(rows, columns=columns).set_index("conclusion")


def _first_flip(
    values: Floats, verdicts: NDArray[np.object_], z: Floats, share: Floats, *, between: bool
) -> tuple[float, str]:
    gone = np.flatnonzero(share < 0.5)
    if len(gone) == 0:
        return float("nan"), ""
    i = int(gone[0])
    becomes = str(verdicts[i])
    if not between or i == 0:
        return float(values[i]), becomes
    if np.isin(share, (0.0, 1.0)).all():  # verdicts of one graph: q crosses the level
        before, after = _beyond_level(z[i - 1], z[i], str(verdicts[i - 1]), becomes)
    else:
        before, after = share[i - 1] - 0.5, share[i] - 0.5
    part = before / (before - after) if before != after else 1.0
    step = values[i] - values[i - 1]
    return float(values[i - 1] + min(max(part, 0.0), 1.0) * step), becomes


def _beyond_level(before: float, after: float, was: str, becomes: str) -> tuple[float, float]:
    """How far two deviates are beyond the level that is crossed between them."""
    from scipy.stats import norm

    limit = float(norm.isf(LEVEL / 2))
    sign = {"over": 1.0, "under": -1.0}[was if was != "no" else becomes]
    return sign * before - limit, sign * after - limit
