"""Skeletons in space: every piece of cable is drawn once, where it is, and synapses on it."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

import connectome_analysis as ca
from connectome_analysis.plot.look import SERIES
from tests.plot.drawn import saved, words

POINTS = pd.DataFrame(
    {
        "node_id": [7, 7, 7, 8],
        "point_id": [1, 2, 3, 1],
        "parent_id": pd.array([None, 1, 1, None], dtype="Int64"),
        "x_nm": [0.0, 1000.0, 0.0, 5000.0],
        "y_nm": [0.0, 0.0, 2000.0, 0.0],
        "z_nm": [0.0, 500.0, 0.0, 0.0],
    }
)
SYNAPSES = pd.DataFrame(
    {"pre_id": [7, 9], "post_id": [8, 9], "x_nm": [500.0, 0], "y_nm": [0.0, 0], "z_nm": [250.0, 0]}
)


def test_each_piece_of_cable_joins_a_point_and_its_parent_in_micrometres() -> None:
    ax = ca.plot.skeletons(POINTS)
    way = np.array(ax.lines[0].get_data_3d()).T
    pieces = {tuple(map(tuple, way[start : start + 2])) for start in (0, 3)}
    assert pieces == {
        ((1.0, 0.0, 0.5), (0.0, 0.0, 0.0)),
        ((0.0, 2.0, 0.0), (0.0, 0.0, 0.0)),
    }
    assert np.isnan(way[2::3]).all()


def test_synapses_of_other_neurons_are_left_out() -> None:
    ax = ca.plot.skeletons(POINTS, SYNAPSES, names={7: "AVAL"})
    assert {"AVAL", "8", "synapse sent (1)", "synapse received (1)"} <= words(ax)


def test_synapses_have_no_neurons_colour_and_shrink_where_there_are_many() -> None:
    neurons = {to_rgb(colour) for colour in SERIES}
    areas = []
    for many in (1, 400, 40_000):
        synapses = pd.concat([SYNAPSES.iloc[:1]] * many, ignore_index=True)
        ax = ca.plot.skeletons(POINTS, synapses)
        assert len(ax.collections) == 2
        for marks in ax.collections:
            assert tuple(marks.get_facecolor()[0][:3]) not in neurons
        areas.append(float(ax.collections[0].get_sizes()[0]))
    assert areas[0] > areas[1] > areas[2]


def test_y_points_down_and_one_micrometre_is_as_long_on_every_axis() -> None:
    ax = ca.plot.skeletons(POINTS)
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    assert low > high
    sides = np.array([right - left, low - high, np.ptp(ax.get_zlim())])
    box = np.array(ax._box_aspect)
    assert np.allclose(sides / sides.max(), box / box.max())


def test_nothing_and_one_point_can_be_drawn() -> None:
    assert "no skeleton" in words(ca.plot.skeletons(POINTS.iloc[:0]))
    assert saved(ca.plot.skeletons(POINTS.iloc[3:])) == saved(ca.plot.skeletons(POINTS.iloc[3:]))


def test_flat_axes_too_many_neurons_and_other_tables_are_errors() -> None:
    with pytest.raises(ValueError, match="projection='3d'"):
        ca.plot.skeletons(POINTS, ax=plt.figure().subplots())
    many = pd.concat([POINTS.iloc[3:].assign(node_id=n) for n in range(51)])
    with pytest.raises(ValueError, match="up to 50 neurons, got 51"):
        ca.plot.skeletons(many)
    with pytest.raises(ValueError, match="lacks the columns parent_id"):
        ca.plot.skeletons(POINTS.drop(columns="parent_id"))
