"""Number words: counts, bounds on p, ids and nothing at all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from neuropil.report.number_words import number, p_value, percent, q_value, ratio, score


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3671, "3,671"),
        (np.int64(4151214462), "4,151,214,462"),
        (58.0, "58"),
        (0.04038, "0.0404"),
        (12345.6, "12,346"),
        (2.3e-7, "2.3 \N{MULTIPLICATION SIGN} 10^\N{MINUS SIGN}7"),
        (-5, "\N{MINUS SIGN}5"),
        (float("nan"), "\N{EN DASH}"),
        (None, "\N{EN DASH}"),
        (pd.NA, "\N{EN DASH}"),
        (float("inf"), "\N{INFINITY}"),
        (0, "0"),
        (np.bool_(True), "yes"),
    ],
)
def test_numbers(value: object, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize("n_samples", [2, 19, 50, 199, 200, 999, 1000, 1999, 10_000])
def test_a_p_value_at_its_floor_is_a_true_bound(n_samples: int) -> None:
    floor = 2 / (n_samples + 1)
    words = p_value(floor, floor)
    sign, bound = words.split()
    assert floor < float(bound) if sign == "<" else floor == float(bound)
    assert float(bound) <= 2 * floor


def test_p_values_above_the_floor_are_themselves() -> None:
    assert p_value(0.0312, 0.002) == "0.031"
    assert p_value(1.0, 0.002) == "1.0"
    assert p_value(float("nan"), 0.002) == "\N{EN DASH}"


def test_a_q_value_from_a_bounded_p_is_a_bound() -> None:
    assert q_value(0.0021312, is_bound=True) == "\N{LESS-THAN OR EQUAL TO} 0.0022"
    assert q_value(0.5, is_bound=False) == "0.50"


def test_shares_scores_and_ratios() -> None:
    assert (percent(0.06), percent(1.0), percent(0.00291)) == ("6.00 %", "100 %", "0.291 %")
    assert (score(165.73), score(-0.04)) == ("+165.7", "\N{MINUS SIGN}0.0")
    assert (ratio(0.445), ratio(126.3), ratio(1.00054, 4)) == ("0.45", "126", "1.0005")
    for write in (percent, score, ratio):
        assert write(None) == "\N{EN DASH}"


def test_a_ratio_to_nothing_is_said_to_be_infinite() -> None:
    assert ratio(float("inf")) == "∞"
