"""Triad profile: marks where the table says, labels under every tick, odd tables drawn or refused."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.motifs import CONNECTED_TRIADS, TRIAD_NAMES, TRIADS
from tests.plot.drawn import clipped, markers, overlapping, saved, words


def test_each_mark_stands_at_its_ratio_and_says_direction_and_significance(
    made_up: pd.DataFrame,
) -> None:
    made_up.loc["021U", ["observed", "ratio"]] = [5, 0.5]
    made_up.loc["300", "q_value"] = 0.05
    found = markers(ca.plot.triad_profile(made_up))
    assert len(found) == 13
    assert found[0.0] == (2.0, "^", True)
    assert found[1.0] == (0.5, "v", True)
    assert found[12.0] == (2.0, "^", False)


def test_the_bars_are_the_interval_of_the_null(made_up: pd.DataFrame) -> None:
    ax = ca.plot.triad_profile(made_up)
    levels = ax.collections[0].get_paths()[0].get_extents()
    assert (levels.y0, levels.y1) == pytest.approx((0.6, 1.4))
    scores = ca.plot.triad_profile(made_up, value="z")
    levels = scores.collections[0].get_paths()[0].get_extents()
    assert (levels.y0, levels.y1) == pytest.approx((-2.0, 2.0))


def test_every_tick_has_its_man_name_and_its_plain_name(triads_of_worm: pd.DataFrame) -> None:
    ax = ca.plot.triad_profile(triads_of_worm)
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert tuple(labels) == CONNECTED_TRIADS
    written = " ".join(text.get_text() for text in ax.texts)
    for word in ("divergence", "feed-forward", "three-cycle"):
        assert word in written
    every = ca.plot.triad_profile(triads_of_worm, connected_only=False)
    assert tuple(label.get_text() for label in every.get_xticklabels()) == TRIAD_NAMES


def test_title_names_dataset_null_and_samples_and_the_legend_explains_the_marks(
    triads_of_worm: pd.DataFrame,
) -> None:
    ax = ca.plot.triad_profile(triads_of_worm)
    assert ax.get_title(loc="left") == (
        "celegans-varshney2011: triads against 60 configuration nulls"
    )
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert any("q < 0.05" in line for line in legend)
    assert any("95 % interval of the null" in line for line in legend)
    assert ca.plot.triad_profile(triads_of_worm, title="mine").get_title(loc="left") == "mine"


@pytest.mark.parametrize("value", ["ratio", "z"])
@pytest.mark.parametrize("connected_only", [True, False])
def test_nothing_is_clipped_and_names_do_not_meet(
    triads_of_worm: pd.DataFrame, value: str, connected_only: bool
) -> None:
    ax = ca.plot.triad_profile(triads_of_worm, value=value, connected_only=connected_only)
    assert clipped(ax) == []
    assert overlapping([*ax.get_xticklabels(), *ax.texts]) == []


def test_small_axes_leave_plain_names_out_unless_asked(triads_of_worm: pd.DataFrame) -> None:
    _, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    ca.plot.triad_profile(triads_of_worm, left)
    ca.plot.triad_profile(triads_of_worm, right, plain_names=True)
    assert "chain" not in {text.get_text() for text in left.texts}
    assert "chain" in {text.get_text() for text in right.texts}
    saved(left)


@pytest.mark.parametrize("value", ["ratio", "z"])
def test_a_class_that_is_in_neither_is_marked_as_not_seen(
    made_up: pd.DataFrame, value: str
) -> None:
    made_up.loc["300", ["observed", "null_mean", "null_sd", "null_low", "null_high"]] = 0
    made_up.loc["300", ["ratio", "z"]] = np.nan
    ax = ca.plot.triad_profile(made_up, value=value)
    assert 12.0 not in markers(ax)
    assert "none seen" in words(ax)
    saved(ax)


def test_a_class_that_the_null_never_forms_stands_on_the_upper_edge(made_up: pd.DataFrame) -> None:
    made_up.loc["300", ["null_mean", "null_sd", "null_low", "null_high"]] = 0
    made_up.loc["300", ["ratio", "z"]] = np.nan
    ax = ca.plot.triad_profile(made_up)
    assert markers(ax)[12.0][0] == ax.get_ylim()[1]
    assert "none in null" in words(ax)
    assert "no spread" in words(ca.plot.triad_profile(made_up, value="z"))


def test_a_class_that_only_the_null_forms_stands_on_the_lower_edge_as_0(
    made_up: pd.DataFrame,
) -> None:
    made_up.loc["030C", ["observed", "ratio"]] = 0
    ax = ca.plot.triad_profile(made_up)
    place = float(CONNECTED_TRIADS.index("030C"))
    assert markers(ax)[place][:2] == (ax.get_ylim()[0], "v")
    assert "0" in {text.get_text() for text in ax.texts}


def test_an_interval_of_the_null_that_is_0_is_written_down(made_up: pd.DataFrame) -> None:
    made_up.loc["300", ["null_mean", "null_low", "null_high"]] = [0.01, 0, 0]
    made_up.loc["300", "ratio"] = 2000.0
    assert "null: 0 to 0" in words(ca.plot.triad_profile(made_up))
    assert "null: 0 to 0" not in words(ca.plot.triad_profile(made_up, value="z"))


def test_a_graph_without_edges_is_drawn_without_marks() -> None:
    g = ca.Graph.from_edges([], [], node_ids=[1, 2, 3, 4])
    table = ca.motifs.significance(g, n_samples=3)
    for value in ("ratio", "z"):
        ax = ca.plot.triad_profile(table, value=value)
        assert markers(ax) == {}
        saved(ax)


def test_a_table_that_went_through_a_file_is_drawn_all_the_same(
    made_up: pd.DataFrame, tmp_path: object
) -> None:
    again = made_up.reset_index()
    ax = ca.plot.triad_profile(again)
    assert ax.get_title(loc="left") == "triads against 199 configuration nulls"
    assert len(markers(ax)) == 13


def test_a_name_with_dollar_signs_is_no_formula(made_up: pd.DataFrame) -> None:
    made_up.attrs["graph"] = r"a$\frac$b"
    ax = ca.plot.triad_profile(made_up)
    saved(ax)
    assert ax.get_title(loc="left").startswith(r"a$\frac$b: ")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([1, 2], r"^plot\.triad_profile takes the table of ca\.motifs\.significance, got list\.$"),
        (pd.DataFrame({"observed": [1]}), r"lacks the columns null_mean, .*It has: observed\.$"),
        (pd.DataFrame(), r"It has: none\.$"),
    ],
)
def test_another_table_is_refused_in_words_before_a_figure_is_made(
    wrong: object, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        ca.plot.triad_profile(wrong)  # type: ignore[arg-type]
    assert plt.get_fignums() == []


def test_rows_that_are_no_triads_are_refused(made_up: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"one row per MAN class.*got 0, 1, 2\.$"):
        ca.plot.triad_profile(made_up.reset_index(drop=True))
    with pytest.raises(ValueError, match="a class more than once"):
        ca.plot.triad_profile(pd.concat([made_up, made_up]))
    with pytest.raises(ValueError, match="without connected triads"):
        ca.plot.triad_profile(made_up.loc[["003"]])
    with pytest.raises(ValueError, match="value must be 'ratio' or 'z', got 'p'"):
        ca.plot.triad_profile(made_up, value="p")  # type: ignore[arg-type]


def test_all_plain_names_can_be_wrapped_to_a_tick() -> None:
    from connectome_analysis.plot.wrapped_text import text_width_pt, wrapped

    for triad in TRIADS.values():
        lines = wrapped(triad.plain_name, 8.0, 60.0).split("\n")
        assert " ".join(lines) == triad.plain_name
        assert all(text_width_pt(line, 8.0) <= 60.0 for line in lines)
