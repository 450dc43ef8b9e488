"""Findings: words that follow from the tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

import connectome_analysis as ca
from neuropil.report.findings import (
    less_than_null,
    more_than_null,
    ranges_in_words,
    ratio_in_words,
    rich_club_in_words,
    rich_ranges,
    shared_by_all,
    strongest_excess,
)


def triads(observed: list[float], q: list[float]) -> pd.DataFrame:
    names = ["003", "021C", "030T", "300"]
    return pd.DataFrame(
        {"observed": observed, "null_mean": [10.0] * 4, "q_value": q},
        index=pd.Index(names, name="motif"),
    )


def club(p: list[float], low: list[float] | None = None) -> pd.DataFrame:
    n = len(p)
    return pd.DataFrame(
        {
            "n_neurons": np.arange(n + 1, 1, -1),
            "phi_normalized": [2.0] * n,
            "phi_normalized_low": low or [1.5] * n,
            "phi_normalized_high": [3.0] * n,
            "p_value": p,
        },
        index=pd.RangeIndex(n, name="k"),
    )


def test_classes_are_told_by_side_and_significance_and_the_unconnected_left_out() -> None:
    table = triads([99, 99, 1, 99], [0.01, 0.01, 0.01, 0.2])
    assert more_than_null(table) == ["021C"]
    assert less_than_null(table) == ["030T"]


def test_shared_is_what_every_table_has() -> None:
    one = triads([0, 99, 1, 99], [0.01] * 4)
    other = triads([0, 99, 99, 1], [0.01] * 4)
    assert shared_by_all([one, other]) == (["021C"], [])


def test_ranges_are_unbroken_runs() -> None:
    ranges = rich_ranges(club([0.5, 0.01, 0.02, 0.5, 0.04]))
    assert [tuple(run) for run in ranges] == [(1, 2, 5, 4), (4, 4, 2, 2)]
    assert ranges_in_words(ranges) == "k = 1 to 2 (5 to 4 neurons) and 4 (2 neurons)"
    many = rich_ranges(club([0.01, 0.5] * 5))
    assert ranges_in_words(many).endswith(" and 2 shorter ranges")


def test_the_surest_excess_has_the_highest_lower_end() -> None:
    best = strongest_excess(club([0.01, 0.01, 0.5], low=[1.1, 1.4, 1.9]))
    assert best is not None
    assert best.name == 1
    assert ratio_in_words(best) == "2.00 [1.40, 3.00]"
    assert strongest_excess(club([0.5])) is None


def test_an_interval_without_an_upper_end_says_so_and_a_small_excess_is_not_rounded_away() -> None:
    row = pd.Series(
        {"phi_normalized": 2.0, "phi_normalized_low": 1.0, "phi_normalized_high": np.nan}
    )
    assert ratio_in_words(row) == "2.00 [1.00, no limit]"
    row[:] = [1.0005, 1.0004, 1.0007]
    assert ratio_in_words(row) == "1.0005 [1.0004, 1.0007]"


def test_every_curve_has_its_sentence() -> None:
    assert "more densely than in the null for k = 0 (2 neurons)" in rich_club_in_words(club([0.01]))
    assert rich_club_in_words(club([0.5])).startswith("At no degree")
    empty = ca.rich_club(ca.Graph.from_edges([], []), n_samples=2)
    assert rich_club_in_words(empty).startswith("There are too few")


def test_hubs_that_avoid_each_other_are_said_to() -> None:
    table = club([0.9, 0.8, 0.9])
    table["phi_normalized_high"] = [1.2, 0.4, 0.5]
    words = rich_club_in_words(table)
    assert "joined less densely than in the null, below its 95 % interval, for k = 1 to 2" in words
    assert "most clearly at k = 1" in words
