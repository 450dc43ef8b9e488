"""Striking motifs: the farthest first, each with its drawing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca


def test_the_farthest_from_the_null_come_first(triads_of_worm: pd.DataFrame) -> None:
    ax = ca.plot.striking_motifs(triads_of_worm, top=5)
    expected = triads_of_worm["z"].abs().sort_values(ascending=False).index[:5]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(expected)
    first = f"{int(triads_of_worm.loc[expected[0], 'observed']):,}"
    assert any(text.get_text().startswith(first) for text in ax.texts)


def test_dots_stand_at_the_ratio_and_are_hollow_where_not_significant(
    triads_of_worm: pd.DataFrame,
) -> None:
    table = triads_of_worm.copy()
    table.loc["300", "q_value"] = 0.9
    ax = ca.plot.striking_motifs(table, top=16)
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    order = [label.get_text() for label in ax.get_yticklabels()]
    for name, dot in zip(order, dots, strict=True):
        assert dot.get_xdata()[0] == pytest.approx(table.loc[name, "ratio"])
        assert (dot.get_markerfacecolor() == "none") == (table.loc[name, "q_value"] >= 0.05)


def test_four_neurons_and_colors_are_drawn_too() -> None:
    g = ca.open("larva-mushroom-body-left").graph()
    four = ca.motifs.significance(g, n_samples=10, size=4)
    ca.plot.striking_motifs(four, top=4)
    colored = ca.motifs.significance(g, n_samples=10, colors="cell_class")
    ax = ca.plot.striking_motifs(colored, top=4)
    assert "(" in ax.get_yticklabels()[0].get_text()


def test_the_legend_stays_in_the_picture_beside_long_names() -> None:
    g = ca.open("celegans-varshney2011").graph()
    colored = ca.motifs.significance(g, n_samples=10, colors="sign")
    ax = ca.plot.striking_motifs(colored)
    ax.figure.canvas.draw()
    legend = ax.get_legend()
    assert "are in no sample" in legend.get_texts()[-1].get_text()
    assert legend.get_window_extent().x1 <= ax.figure.bbox.x1


def test_nothing_to_draw_is_said(triads_of_worm: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="found no motif in the table that has a ratio"):
        ca.plot.striking_motifs(triads_of_worm.assign(z=np.nan))
    with pytest.raises(ValueError, match="top must be a whole number of at least 1, got 0"):
        ca.plot.striking_motifs(triads_of_worm, top=0)
