"""Degree curves: shares at least k, zeros counted, medians named."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

import connectome_analysis as ca
from tests.plot.drawn import clipped, saved, words


def labels(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_point_is_the_share_of_neurons_with_at_least_that_degree() -> None:
    # Out-degrees 3, 1, 0, 0, 0; in-degrees 0, 1, 2, 1, 0.
    g = ca.Graph.from_edges([1, 1, 1, 2], [2, 3, 4, 3], node_ids=[1, 2, 3, 4, 5])
    ax = ca.plot.degree_distribution(g)
    into, out, total = ax.lines
    assert np.asarray(into.get_xydata()) == pytest.approx(np.array([[1, 0.6], [2, 0.2]]))
    assert np.asarray(out.get_xydata()) == pytest.approx(np.array([[1, 0.4], [3, 0.2]]))
    assert total.get_ydata()[0] == pytest.approx(0.8)
    assert labels(ax) == [
        "in: median 1, 2 neurons with 0",
        "out: median 0, 3 neurons with 0",
        "total: median 2, 1 neuron with 0",
    ]


def test_a_curve_begins_at_1_even_where_no_neuron_has_degree_1() -> None:
    g = ca.Graph.from_adjacency(1 - np.eye(4, dtype=int))
    for line in ca.plot.degree_distribution(g).lines:
        assert (line.get_xdata()[0], line.get_ydata()[0]) == (1, 1)


def test_both_scales_are_logarithmic_and_labelled(worm: ca.Graph) -> None:
    ax = ca.plot.degree_distribution(worm)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert "degree k" in ax.get_xlabel()
    assert ax.get_ylabel().startswith("share of neurons with degree")
    assert ax.get_title(loc="left") == "celegans-varshney2011: degree of 279 neurons"
    assert clipped(ax) == []


def test_empty_graphs_say_so() -> None:
    for g in (ca.Graph.from_edges([], []), ca.Graph.from_edges([], [], node_ids=[1, 2])):
        ax = ca.plot.degree_distribution(g)
        assert "no edges" in words(ax)
        saved(ax)
    assert labels(ca.plot.degree_distribution(ca.Graph.from_edges([], [])))[0] == "in: no neurons"
