"""Rich-club panels: two panels on one k, neurons counted along the top, odd curves drawn."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from tests.plot.drawn import clipped, overlapping, saved, words


def curve(phi: list[float], p: list[float] | None = None, **columns: list[float]) -> pd.DataFrame:
    """A table as `ca.rich_club` makes it."""
    n = len(phi)
    table = pd.DataFrame(
        {
            "n_neurons": np.arange(n + 1, 1, -1),
            "n_edges": np.arange(n, 0, -1),
            "phi": phi,
            "null_mean": [0.2] * n,
            "null_sd": [0.05] * n,
            "null_low": [0.1] * n,
            "null_high": [0.3] * n,
            "phi_normalized": np.array(phi) / 0.2,
            "phi_normalized_low": np.array(phi) / 0.3,
            "phi_normalized_high": np.array(phi) / 0.1,
            "q_value": p or [0.5] * n,
            "null_model": "configuration",
            "n_samples": 99,
        }
        | columns,
        index=pd.RangeIndex(n, name="k"),
    )
    table.attrs = {"graph": "made up", "degree": "total", "inequality": "degree > k"}
    return table


def test_both_panels_show_the_numbers_of_the_table(club_of_worm: pd.DataFrame) -> None:
    ax = ca.plot.rich_club(club_of_worm)
    above, below = ax.figure.axes
    assert above is ax
    assert any(np.array_equal(line.get_ydata(), club_of_worm["phi"]) for line in above.lines)
    ratio = club_of_worm["phi_normalized"].to_numpy()
    assert any(np.array_equal(line.get_ydata(), ratio, equal_nan=True) for line in below.lines)
    assert above.get_xlim() == below.get_xlim()


def test_it_says_the_inequality_the_degree_and_the_null(club_of_worm: pd.DataFrame) -> None:
    ax = ca.plot.rich_club(club_of_worm)
    said = words(ax)
    assert "neurons with degree > k" in said
    assert "degree k (in + out)" in said
    assert "celegans-varshney2011: rich club against 60 configuration nulls" in said
    assert "279" in said


@pytest.mark.parametrize(
    ("degree", "label"),
    [("in", "in-degree k"), ("out", "out-degree k"), ("total", "degree k (in + out)")],
)
def test_the_axis_says_which_degree(degree: str, label: str) -> None:
    table = curve([0.2, 0.3, 0.4])
    table.attrs["degree"] = degree
    assert ca.plot.rich_club(table).figure.axes[1].get_xlabel() == label


def test_shaded_is_exactly_where_p_is_small() -> None:
    table = curve([0.2] * 8, p=[0.5, 0.01, 0.01, 0.5, 0.5, 0.04, 0.05, 0.01])
    ax = ca.plot.rich_club(table)
    spans = [p.get_path().get_extents(p.get_patch_transform()) for p in ax.patches]
    assert [(span.x0, span.x1) for span in spans] == [
        (0.5, 2.5),
        (4.5, 5.5),
        (6.5, 7.5),
    ]
    assert "q < 0.05" in words(ax)
    assert "q < 0.05" not in words(ca.plot.rich_club(curve([0.2] * 3)))


@pytest.mark.parametrize("k_scale", ["auto", "linear", "log"])
def test_nothing_is_clipped_and_numbers_do_not_meet(
    club_of_worm: pd.DataFrame, k_scale: str
) -> None:
    ax = ca.plot.rich_club(club_of_worm, k_scale=k_scale)
    assert clipped(ax) == []
    assert overlapping(ax.texts) == []
    assert overlapping(ax.figure.axes[1].get_xticklabels()) == []


def test_k_is_logarithmic_where_a_few_reach_far_beyond_the_rest() -> None:
    hub, others = 1, np.arange(2, 400)
    g = ca.Graph.from_edges(
        np.concatenate([np.full(len(others), hub), others[:-1]]),
        np.concatenate([others, others[1:]]),
    )
    table = ca.rich_club(g.symmetrized(), n_samples=3)
    assert ca.plot.rich_club(table).get_xscale() == "linear"  # the curve ends at the second hub
    far = pd.concat([table.iloc[:1]] * 3).set_index(pd.Index([0, 1, 500], name="k"))
    far["n_neurons"] = [400, 300, 2]
    assert ca.plot.rich_club(far).get_xscale() == "symlog"


def test_a_table_without_a_null_has_one_panel(worm: ca.Graph) -> None:
    ax = ca.plot.rich_club(ca.rich_club(worm, null_model=None))
    assert ax.figure.axes == [ax]
    assert ax.get_xlabel() == "degree k (in + out)"
    assert ax.get_title(loc="left") == "celegans-varshney2011: rich club"
    assert clipped(ax) == []


def test_the_lower_panel_takes_part_of_the_place_given() -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
    assert ca.plot.rich_club(curve([0.2, 0.3]), left) is left
    assert len(figure.axes) == 3
    saved(left)
    assert left.get_position().x1 < right.get_position().x0
    free = plt.figure().add_axes((0.2, 0.2, 0.6, 0.6))
    ca.plot.rich_club(curve([0.2, 0.3]), free)
    below = free.figure.axes[1].get_position()
    assert below.y0 == pytest.approx(0.2)
    assert below.y1 < free.get_position().y0


def test_intervals_without_an_upper_end_leave_the_panel() -> None:
    table = curve([0.2, 0.4, 0.4])
    table["phi_normalized_high"] = [2.0, 4.0, np.nan]
    below = ca.plot.rich_club(table).figure.axes[1]
    band = below.collections[0].get_paths()[0].get_extents()
    assert band.y1 == pytest.approx(max(below.get_ylim()[1], 4.0))


def test_odd_curves_are_drawn() -> None:
    empty = ca.rich_club(ca.Graph.from_edges([], []), n_samples=3)
    no_edges = ca.rich_club(ca.Graph.from_edges([], [], node_ids=[1, 2, 3]), n_samples=3)
    one_pair = ca.rich_club(ca.Graph.from_edges([1], [2]), n_samples=3)
    unknown = curve([0.0, 0.0])
    unknown[["phi_normalized", "phi_normalized_low", "phi_normalized_high"]] = np.nan
    for table in (empty, no_edges, one_pair, unknown):
        for k_scale in ("linear", "log"):
            saved(ca.plot.rich_club(table, k_scale=k_scale))
    assert "no edges" in words(ca.plot.rich_club(empty))


def test_other_tables_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^plot\.rich_club takes the table of ca\.rich_club, got"):
        ca.plot.rich_club({"phi": 1})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="lacks the columns n_neurons, phi"):
        ca.plot.rich_club(pd.DataFrame({"k": [1]}))
    with pytest.raises(ValueError, match="lacks the columns q_value"):
        ca.plot.rich_club(curve([0.2]).drop(columns="q_value"))
    with pytest.raises(ValueError, match="whose index is k; got None"):
        ca.plot.rich_club(curve([0.2]).reset_index(drop=True))
    with pytest.raises(ValueError, match="k_scale must be 'auto', 'linear' or 'log', got 'square'"):
        ca.plot.rich_club(curve([0.2]), k_scale="square")  # type: ignore[arg-type]
    assert plt.get_fignums() == []


def test_a_curve_that_went_through_a_file_is_drawn_all_the_same() -> None:
    again = curve([0.2, 0.3]).reset_index()
    again.attrs = {}
    ax = ca.plot.rich_club(again)
    assert ax.get_title(loc="left") == "rich club against 99 configuration nulls"
    assert ax.figure.axes[1].get_xlabel() == "degree k"
