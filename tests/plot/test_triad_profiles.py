"""Triad profiles: normalised by their length, one style per dataset, odd vectors survived."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

import connectome_analysis as ca
from tests.plot.drawn import clipped, saved


def profile(ax: Axes, number: int = 0) -> np.ndarray:
    """Levels of one dataset's line, which joins its marks."""
    lines = [line for line in ax.lines if line.get_linestyle() != "None"]
    return np.asarray(lines[1 + number].get_ydata(), dtype=float)


def test_a_profile_has_length_1(triads_of_worm: pd.DataFrame) -> None:
    levels = profile(ca.plot.triad_profiles([triads_of_worm]))
    assert np.sum(levels**2) == pytest.approx(1)
    z = triads_of_worm["z"].to_numpy()[3:]
    assert levels == pytest.approx(z / np.sqrt(np.sum(z**2)))


def test_scores_ten_times_as_large_give_the_same_profile(made_up: pd.DataFrame) -> None:
    larger = made_up.assign(z=10 * made_up["z"])
    ax = ca.plot.triad_profiles([made_up, larger], labels=["small", "large"])
    assert profile(ax, 0) == pytest.approx(profile(ax, 1))


def test_a_vector_of_zeros_stays_zero(made_up: pd.DataFrame) -> None:
    ax = ca.plot.triad_profiles([made_up.assign(z=0.0)])
    assert (profile(ax) == 0).all()
    saved(ax)


def test_an_unknown_score_is_left_out_of_sum_and_picture(made_up: pd.DataFrame) -> None:
    made_up.loc["300", "z"] = np.nan
    levels = profile(ca.plot.triad_profiles([made_up]))
    assert np.isnan(levels[-1])
    assert np.nansum(levels**2) == pytest.approx(1)
    saved(ca.plot.triad_profiles([made_up.assign(z=np.nan)]))


def test_a_class_that_no_sample_has_stands_at_the_upper_edge(made_up: pd.DataFrame) -> None:
    unseen = made_up.assign(z=made_up["z"].where(made_up.index != "300"))
    unseen.loc["300", "null_mean"] = 0.0
    ax = ca.plot.triad_profiles([unseen])
    at_edge = [line for line in ax.lines if line.get_transform() == ax.get_xaxis_transform()]
    marks = [line for line in at_edge if line.get_marker() == "o"]
    assert [list(line.get_ydata()) for line in marks] == [[1.0]]
    assert [text.get_text() for text in ax.texts].count("none in null") == 1


def test_profiles_with_error_models_have_bars(worm: ca.Graph) -> None:
    model = ca.errors.ErrorModel(alpha=0.001, beta=0.1, could_touch="all")
    found = ca.compare.motif_profiles(
        {"with errors": worm, "without": worm},
        "dyad",
        n_samples=40,
        n_draws=3,
        nulls_per_draw=20,
        error_models={"with errors": model},
    )
    ax = ca.plot.triad_profiles(found)
    bars = [one for one in ax.collections if isinstance(one, LineCollection)]
    assert len(bars) == 1
    rows = found.table[found.table["connectome"] == "with errors"].set_index("motif")
    drawn = [segment[:, 1] for segment in bars[0].get_segments()]
    np.testing.assert_allclose(drawn, rows[["low", "high"]].to_numpy(float))
    texts = [text.get_text() for text in ax.get_legend().get_texts()]  # type: ignore[union-attr]
    assert {"with errors", "without", "bar: 95 % of true graphs, given the errors"} <= set(texts)


def test_hollow_marks_are_not_significant(made_up: pd.DataFrame) -> None:
    made_up.loc["300", "q_value"] = 0.2
    ax = ca.plot.triad_profiles([made_up])
    marks = [line for line in ax.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in marks] == [12, 1]


def test_the_legend_names_the_datasets(triads_of_worm: pd.DataFrame, made_up: pd.DataFrame) -> None:
    ax = ca.plot.triad_profiles([triads_of_worm, made_up])
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend[:2] == ["celegans-varshney2011", "dataset 2"]
    assert legend[-1].startswith("hollow: q")
    assert ax.get_title(loc="left") == (
        "Triads against 60 configuration nulls; 199 configuration nulls"
    )


def test_twenty_datasets_are_all_told_apart(made_up: pd.DataFrame) -> None:
    names = [f"dataset with a long name {n}" for n in range(20)]
    ax = ca.plot.triad_profiles([made_up] * 20, labels=names)
    handles = ax.get_legend().legend_handles[:20]
    styles = {(h.get_color(), h.get_marker(), h.get_linestyle()) for h in handles}
    assert len(styles) == 20
    assert clipped(ax) == []


def test_no_table_wrong_tables_and_wrong_labels_are_refused(made_up: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="takes a list of at least one table"):
        ca.plot.triad_profiles([])
    with pytest.raises(ValueError, match="takes a list of at least one table"):
        ca.plot.triad_profiles(made_up)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^plot\.triad_profiles .*lacks the columns observed"):
        ca.plot.triad_profiles([pd.DataFrame({"z": [1.0]})])
    with pytest.raises(ValueError, match="got 1 labels for 2 tables"):
        ca.plot.triad_profiles([made_up, made_up], labels=["one"])
    assert plt.get_fignums() == []
