"""Naive and aware: two marks a row, and shade where they say different things."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.motifs import CONNECTED_TRIADS
from tests.plot.drawn import clipped, overlapping, saved, words


@pytest.fixture
def both(made_up: pd.DataFrame) -> pd.DataFrame:
    """Twice as many as under the naive null, four times as many as under the one with errors."""
    aware = {
        "null_mean": 5.0, "null_sd": 1.0, "null_low": 3.0, "null_high": 7.0, "z": 15.0,
        "p_value": 0.01, "q_value": 0.02,
    }  # fmt: skip
    columns = {f"aware_{name}": value for name, value in aware.items()}
    return made_up.assign(**columns, verdict_changes=False)


def marks(ax: object, marker: str) -> dict[int, tuple[float, bool]]:
    """Place -> level and filled, of one of the two comparisons."""
    return {
        round(float(line.get_xdata()[0])): (
            float(line.get_ydata()[0]),
            not np.array_equal(line.get_markerfacecolor(), ax.get_facecolor()),  # type: ignore[attr-defined]
        )
        for line in ax.lines  # type: ignore[attr-defined]
        if line.get_marker() == marker
    }


def test_round_marks_are_naive_and_diamonds_have_the_errors(both: pd.DataFrame) -> None:
    both.loc["300", "aware_q_value"] = 0.2
    ax = ca.plot.naive_and_aware(both)
    assert marks(ax, "o")[12] == (2.0, True)
    assert marks(ax, "D")[12] == (4.0, False)
    assert marks(ax, "D")[0] == (4.0, True)
    assert tuple(label.get_text() for label in ax.get_xticklabels()) == CONNECTED_TRIADS


def test_a_verdict_that_changes_is_shaded_and_said(both: pd.DataFrame) -> None:
    both.loc["030T", "aware_q_value"] = 0.2
    both.loc["201", "aware_null_mean"] = 40.0
    ax = ca.plot.naive_and_aware(both)
    assert {"over → no", "over → under", "verdict changes"} <= words(ax)
    assert clipped(ax) == []
    assert overlapping([*ax.get_xticklabels(), *ax.texts]) == []
    assert "verdict changes" not in words(ca.plot.naive_and_aware(both.loc[["300"]]))


def test_rows_that_one_null_never_has_or_only_the_null_has_stand_on_the_edges(
    both: pd.DataFrame,
) -> None:
    both.loc["300", ["aware_null_mean", "aware_null_low", "aware_null_high"]] = 0.0
    both.loc["210", "observed"] = 0
    ax = ca.plot.naive_and_aware(both)
    assert {"none in null", "0"} <= words(ax)
    assert marks(ax, "D")[12][0] == ax.get_ylim()[1]
    saved(ax)


def test_measures_and_the_most_striking_of_many_motifs_are_drawn(worm: ca.Graph) -> None:
    model = ca.errors.ErrorModel(beta=0.1)
    measures = {"reciprocity": ca.measures.reciprocity, "transitivity": ca.measures.transitivity}
    table = ca.null_models.against(worm, measures, n_samples=10, error_model=model)
    ax = ca.plot.naive_and_aware(table)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["reciprocity", "transitivity"]
    assert "measures against 10 configuration nulls" in ax.get_title(loc="left")
    many = ca.motifs.significance(worm, "erdos_renyi", 5, size=4, error_model=model)
    assert len(ca.plot.naive_and_aware(many, top=6).get_xticklabels()) == 6


def test_a_table_without_errors_is_refused_before_a_figure_is_made(made_up: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="with an error_model; this one lacks the columns aware"):
        ca.plot.naive_and_aware(made_up)
    assert plt.get_fignums() == []


def test_a_rich_club_with_errors_has_their_null_as_dots(worm: ca.Graph) -> None:
    table = ca.rich_club(worm, n_samples=10, error_model=ca.errors.ErrorModel(beta=0.1))
    ax = ca.plot.rich_club(table)
    assert "null with errors" in words(ax)
    assert any(line.get_linestyle() == ":" for line in ax.lines)
    assert clipped(ax) == []
