"""Robustness and thresholds, drawn: every conclusion is named once, every flip has its number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import connectome_analysis as ca
from tests.plot.drawn import clipped, overlapping, saved, words


@pytest.fixture(scope="module")
def false_connections(worm: ca.Graph) -> ca.errors.Robustness:
    model = ca.errors.ErrorModel(alpha=0.005, could_touch="all")
    return ca.errors.robustness(worm, "alpha", [0, 0.01, 0.02], error_model=model, n_samples=40)


@pytest.fixture(scope="module")
def thresholds(worm: ca.Graph) -> ca.errors.Robustness:
    return ca.errors.threshold_sweep(worm, [1, 2, 5, 9], n_samples=40)


def ends(ax: object) -> list[Text]:
    """Names at the right of the lines."""
    return [text for text in ax.texts if text.get_transform() == ax.transAxes]  # type: ignore[attr-defined]


def test_every_conclusion_is_named_and_flips_have_a_number(
    false_connections: ca.errors.Robustness,
) -> None:
    ax = ca.plot.robustness(false_connections)
    assert clipped(ax) == []
    names = ends(ax)
    assert len(names) == 16
    assert overlapping(names) == []
    texts = words(ax)
    assert "error model: 0.50 %" in texts
    at = 100 * false_connections.flips.loc["030T", "flips_at"]
    assert f"030T: gone from {at:.2f} %" in texts
    rings = [line for line in ax.lines if line.get_marker() == "o" and line.get_markersize() == 10]
    assert len(rings) == false_connections.flips["flips_at"].notna().sum()


def test_no_name_stands_beside_the_legend_above_the_axes(
    false_connections: ca.errors.Robustness,
) -> None:
    ax = ca.plot.robustness(false_connections)
    saved(ax)
    top = ax.get_window_extent().y1
    assert max(text.get_window_extent().y1 for text in ends(ax)) < top + 2


def test_every_ring_stands_on_its_line(
    false_connections: ca.errors.Robustness, thresholds: ca.errors.Robustness
) -> None:
    for ax in (ca.plot.robustness(false_connections), ca.plot.threshold_sweep(thresholds)):
        rings = [line for line in ax.lines if line.get_markersize() == 10]
        lines = [line for line in ax.lines if line not in rings]
        for ring in rings:
            own = [line for line in lines if line.get_color() == ring.get_markeredgecolor()]
            points = np.concatenate([line.get_xydata() for line in own])
            assert np.isclose(points, ring.get_xydata()).all(axis=1).any()


def test_no_two_lines_that_flip_look_alike_and_no_ring_covers_another(
    thresholds: ca.errors.Robustness,
) -> None:
    ax = ca.plot.threshold_sweep(thresholds)
    drawn = [line for line in ax.lines if line.get_transform() == ax.transData]
    lines = [line for line in drawn if len(line.get_xdata()) > 1 and line.get_marker() != "None"]
    looks = [(line.get_color(), line.get_marker(), line.get_linestyle()) for line in lines]
    assert len(set(looks)) == len(looks) == thresholds.flips["flips_at"].notna().sum()
    assert len({look[0::2] for look in looks}) == len(looks)
    rings = [line.get_xydata()[0] for line in drawn if line.get_markersize() == 10]
    assert len({float(x) for x, _ in rings}) == len(rings)
    # ... nor seems to stand between two thresholds.
    assert all(min(abs(x - at) for at in (1, 2, 5, 9)) <= 0.07 for x, _ in rings)


def test_few_conclusions_can_be_asked_for(false_connections: ca.errors.Robustness) -> None:
    ax = ca.plot.robustness(false_connections, of=["030T", "300"])
    assert len(ends(ax)) == 2
    saved(ax)


def test_copies_are_drawn_as_shares(worm: ca.Graph) -> None:
    found = ca.errors.robustness(
        worm, "beta", [0, 0.8], reading="worse", motifs=["300"], n_samples=20, n_replicas=2
    )
    ax = ca.plot.robustness(found)
    assert ax.get_ylabel() == "copies in which the conclusion holds"
    assert clipped(ax) == []
    other = ca.plot.robustness(found, show="evidence")
    assert "evidence" in other.get_ylabel()


def test_less_recall_is_farther_right(worm: ca.Graph) -> None:
    found = ca.errors.robustness(worm, "recall", [1, 0.8], motifs=["300"], n_samples=20)
    left, right = ca.plot.robustness(found).get_xlim()
    assert left > right


def test_thresholds_have_a_panel_of_connections(thresholds: ca.errors.Robustness) -> None:
    ax = ca.plot.threshold_sweep(thresholds)
    assert clipped(ax) == []
    assert overlapping(ends(ax)) == []
    _, below = ax.figure.axes
    assert below.patches[0].get_height() == 1
    assert "2,194" in words(ax)


def test_another_result_is_refused(
    false_connections: ca.errors.Robustness, thresholds: ca.errors.Robustness
) -> None:
    with pytest.raises(
        ValueError, match=r"takes the result of ca\.errors\.robustness, got DataFrame"
    ):
        ca.plot.robustness(pd.DataFrame())
    with pytest.raises(ValueError, match=r"take plot\.threshold_sweep"):
        ca.plot.robustness(thresholds)
    with pytest.raises(ValueError, match="lacks the columns"):
        ca.plot.threshold_sweep(false_connections)
    with pytest.raises(ValueError, match="of must be a list of conclusions"):
        ca.plot.robustness(false_connections, of=["nothing"])
    with pytest.raises(ValueError, match="show must be"):
        ca.plot.robustness(false_connections, show="z")  # type: ignore[arg-type]
