"""Page: what stands in its cells is possible, and says what it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from neuropil.species_benchmark.page import _estimate, _with_interval


@pytest.mark.parametrize(
    ("estimate", "low", "high", "shown"),
    [
        (0.2, 0.1, 0.3, "20.0 % [10.0 %, 30.0 %]"),
        (-1.2e-4, 0.0, 1.2e-4, "0.00 % † [0.00 %, 0.0120 %]"),
        (-3.4e-4, np.nan, np.nan, "0.00 % † (interval not known)"),
        (1.1, 0.9, 1.2, "100 % † [90.0 %, 100 %]"),
    ],
)
def test_an_estimated_share_lies_between_0_and_1(
    estimate: float, low: float, high: float, shown: str
) -> None:
    assert _estimate(pd.Series({"estimate": estimate, "low": low, "high": high})) == shown


@pytest.mark.parametrize(
    ("value", "low", "high", "shown"),
    [
        (0.0, 0.0, np.nan, "0.00"),
        (0.0, 0.0, 0.0, "0.00"),
        (4.0, 2.0, np.nan, "4.00<br><small>2.00 – no limit</small>"),
        (np.inf, 25.0, np.nan, "∞<br><small>25.00 – no limit</small>"),
        (np.nan, np.nan, np.nan, "–"),
        (1.5, 1.25, 2.0, "1.50<br><small>1.25 – 2.00</small>"),
    ],
)
def test_a_ratio_of_nothing_has_no_interval_and_an_open_one_says_so(
    value: float, low: float, high: float, shown: str
) -> None:
    assert _with_interval(pd.Series({"r": value, "r_low": low, "r_high": high}), "r") == shown
