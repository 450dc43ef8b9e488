"""Corrected triads: marks at estimate over observed, and what cannot be is crossed out."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.motifs import CONNECTED_TRIADS, TRIAD_NAMES
from tests.plot.drawn import clipped, markers, overlapping, words


@pytest.fixture
def corrected(worm: ca.Graph) -> pd.DataFrame:
    return ca.errors.debias_triad_census(worm, alpha=0.002, beta=0.15)


def test_each_mark_stands_at_its_ratio_hollow_where_the_interval_holds_what_was_seen(
    corrected: pd.DataFrame,
) -> None:
    found = markers(ca.plot.corrected_triads(corrected))
    assert len(found) == 13
    last = corrected.loc["300"]
    assert found[12.0] == (pytest.approx(last["estimate"] / last["observed"]), "^", True)
    cycle = float(CONNECTED_TRIADS.index("030C"))
    assert found[cycle][1:] == ("v", True)
    loop = float(CONNECTED_TRIADS.index("030T"))
    assert found[loop][1:] == ("^", False)


def test_both_counts_stand_along_the_top_and_the_model_in_the_title(
    corrected: pd.DataFrame,
) -> None:
    ax = ca.plot.corrected_triads(corrected)
    assert {"estimate", "seen", "127", "48", "1,691", "1,453"} <= words(ax)
    assert "15 % of connections are missed" in ax.get_title(loc="left")
    assert clipped(ax) == []
    assert overlapping([*ax.get_xticklabels(), *ax.texts]) == []


def test_counts_surely_below_zero_are_crossed_and_explained(corrected: pd.DataFrame) -> None:
    corrected.loc["111D", ["estimate", "low", "high"]] = [-5000.0, 0.0, 0.0]
    ax = ca.plot.corrected_triads(corrected)
    crosses = [line for line in ax.lines if line.get_marker() == "x"]
    assert [float(line.get_xdata()[0]) for line in crosses] == [3.0]
    assert any("cannot be right" in word for word in words(ax))


def test_classes_not_seen_say_so_and_all_sixteen_can_be_drawn() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3], node_ids=[1, 2, 3, 4])
    ax = ca.plot.corrected_triads(ca.errors.debias_triad_census(g, beta=0.1), connected_only=False)
    assert tuple(label.get_text() for label in ax.get_xticklabels()) == TRIAD_NAMES
    assert "none seen" in words(ax)
    assert clipped(ax) == []


def test_copies_are_drawn_and_a_table_from_a_file_too(
    worm: ca.Graph, corrected: pd.DataFrame
) -> None:
    ca.plot.corrected_triads(ca.errors.debias_subgraphs(worm, beta=0.15))
    again = corrected.reset_index()
    again.attrs = {}
    ca.plot.corrected_triads(again)


@pytest.mark.parametrize("wrong", ["measures", [1], pd.DataFrame({"estimate": [1.0]})])
def test_another_table_is_refused_before_a_figure_is_made(worm: ca.Graph, wrong: object) -> None:
    given = ca.errors.debias_measures(worm, beta=0.1) if isinstance(wrong, str) else wrong
    with pytest.raises(ValueError, match=r"plot\.corrected_triads"):
        ca.plot.corrected_triads(given)  # type: ignore[arg-type]
    assert plt.get_fignums() == []
