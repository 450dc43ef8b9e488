"""Distance-curve panels: steps as given, few pairs below, and nothing at all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist, squareform

import connectome_analysis as ca
from tests.plot.drawn import clipped, saved, words


@pytest.fixture(scope="module")
def curve() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    points = rng.normal(size=(300, 3)) * [60e3, 30e3, 20e3]
    apart = squareform(pdist(points)) / 1000
    matrix = (rng.random(apart.shape) < 0.3 * np.exp(-apart / 30)).astype(int)
    g = ca.Graph.from_adjacency(matrix, name="made up")
    return ca.measures.distance_curve(g, positions_nm=points)


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_steps_are_the_probabilities_and_the_panel_below_counts_pairs(
    curve: pd.DataFrame, scale: str
) -> None:
    ax = ca.plot.distance_curve(curve, scale=scale)
    upper, below = ax.figure.axes
    steps = upper.patches[-1].get_data()
    expected = curve["probability"].where(curve["probability"] > 0) if scale == "log" else None
    assert np.allclose(
        steps.values, curve["probability"] if expected is None else expected, equal_nan=True
    )
    assert steps.edges.tolist() == [*curve["low_um"], curve["high_um"].iloc[-1]]
    assert below.patches[0].get_data().values.tolist() == curve["n_pairs"].tolist()
    assert upper.get_yscale() == scale
    assert upper.get_ylim()[1] > curve["probability"].max()
    assert below.get_xlabel() == "distance of the two neurons (µm)"
    assert ax.get_title(loc="left") == "made up: 300 neurons"
    assert clipped(ax) == []


def test_graphs_without_connections_or_pairs_say_so() -> None:
    lone = ca.Graph.from_edges([], [], node_ids=[1, 2])
    for scale in ("linear", "log"):
        two = ca.measures.distance_curve(lone, positions_nm=[[0, 0, 0], [5e3, 0, 0]])
        ax = ca.plot.distance_curve(two, scale=scale)
        assert "no connections" in words(ax)
        saved(ax)
    none = ca.measures.distance_curve(ca.Graph.from_edges([], []), positions_nm=[])
    ax = ca.plot.distance_curve(none)
    assert "no pairs of neurons" in words(ax)
    saved(ax)


def test_other_tables_and_scales_are_refused_in_words(curve: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="lacks the columns low_um"):
        ca.plot.distance_curve(pd.DataFrame({"n_pairs": [1]}))
    with pytest.raises(ValueError, match="scale must be 'linear' or 'log', got 'sqrt'"):
        ca.plot.distance_curve(curve, scale="sqrt")
