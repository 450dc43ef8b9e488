"""Adjacency matrix: rows send, groups in order, every size, nothing dense."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

import connectome_analysis as ca
from connectome_analysis.plot.spread_labels import spread
from tests import graphs
from tests.plot.drawn import clipped, overlapping, saved, words


def pixels(ax: Axes) -> np.ndarray:
    return np.ma.filled(ax.images[0].get_array(), np.nan)


def typed(types: list[str | None], pre: list[int], post: list[int], **more: object) -> ca.Graph:
    nodes = pd.DataFrame(
        {"node_id": range(len(types)), "cell_class": pd.Series(types, dtype="str")}
    )
    return ca.Graph.from_edges(pre, post, nodes=nodes, **more)  # type: ignore[arg-type]


def test_rows_send_and_columns_receive() -> None:
    # Degrees 3, 2, 1 fix the order: 10, 20, 30.
    g = ca.Graph.from_edges([10, 10, 20], [20, 30, 10], weight=[5, 7, 9])
    ax = ca.plot.adjacency(g, by=None)
    expected = np.array([[np.nan, 5, 7], [9, np.nan, np.nan], [np.nan] * 3])
    np.testing.assert_array_equal(pixels(ax), expected)
    assert ax.get_ylabel() == "sends (pre), by degree"
    assert ax.get_xlabel() == "receives (post), by degree"
    # The first row is at the top.
    assert ax.get_ylim() == (3, 0)


def test_groups_stand_by_size_then_degree_and_the_untyped_last() -> None:
    g = typed(["b", "a", None, "a", "b", "a", None, None, None], [3, 3, 0, 2], [1, 0, 3, 3])
    ax = ca.plot.adjacency(g)
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "a (3)",
        "b (2)",
        "unassigned (4)",
    ]
    # Neuron 3, of the highest degree in the largest group, comes first.
    assert np.flatnonzero(~np.isnan(pixels(ax)[0])).tolist() == [1, 3]
    borders = sorted({float(line.get_ydata()[0]) for line in ax.lines if line.get_alpha()})
    assert borders[:1] == [0.0] or 3.0 in borders


def test_a_graph_without_classes_is_ordered_by_degree() -> None:
    ax = ca.plot.adjacency(ca.Graph.from_edges([1], [2]))
    assert ax.get_ylabel() == "sends (pre), by degree"


def test_another_missing_column_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no column 'lineage'; it has: node_id\. by=None"):
        ca.plot.adjacency(ca.Graph.from_edges([1], [2]), by="lineage")
    assert plt.get_fignums() == []


def test_a_column_of_nothing_is_all_unassigned() -> None:
    ax = ca.plot.adjacency(typed([None, None], [0], [1]))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["unassigned (2)"]


def test_numbers_and_flags_group_too(worm: ca.Graph) -> None:
    nodes = pd.DataFrame({"node_id": [1, 2, 3], "sex_specific": [True, False, False]})
    g = ca.Graph.from_edges([1], [2], nodes=nodes)
    ax = ca.plot.adjacency(g, by="sex_specific")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["False (2)", "True (1)"]


def test_the_colour_bar_has_the_unit(worm: ca.Graph) -> None:
    ax = ca.plot.adjacency(worm)
    assert "weight: synapses (log scale)" in words(ax)
    assert "celegans-varshney2011\n279 neurons, 2,194 connections" in words(ax)


def test_a_large_graph_is_binned_and_no_edge_is_lost() -> None:
    g = graphs.random_graph(1000, 0.002, seed=3)
    ax = ca.plot.adjacency(g)
    share = pixels(ax)
    assert share.shape == (334, 334)
    sizes = np.append(np.full(333, 3), 1)
    counts = np.nan_to_num(share) / 100 * np.outer(sizes, sizes)
    assert counts.sum() == pytest.approx(g.n_edges)
    assert "pairs joined, % of the 3 \N{MULTIPLICATION SIGN} 3 in a pixel (log scale)" in words(ax)


def test_the_whole_fly_brain_needs_no_dense_matrix() -> None:
    n = 139_000
    rng = np.random.default_rng(0)
    pre, post = rng.integers(0, n, 300_000), rng.integers(0, n, 300_000)
    nodes = pd.DataFrame({"node_id": np.arange(n), "cell_class": rng.choice(["a", "b"], n)})
    ax = ca.plot.adjacency(ca.Graph.from_edges(pre, post, nodes=nodes))
    assert ax.images[0].get_array().shape == (400, 400)


@pytest.mark.parametrize("by", ["cell_class", "cell_type", "name", None])
def test_labels_neither_meet_nor_leave_the_figure(worm: ca.Graph, by: str | None) -> None:
    ax = ca.plot.adjacency(worm, by)
    assert clipped(ax) == []
    assert overlapping(ax.get_yticklabels()) == []
    assert overlapping(ax.get_xticklabels()) == []


def test_groups_too_small_to_name_are_counted(worm: ca.Graph) -> None:
    ax = ca.plot.adjacency(worm, "name")
    named = len(ax.get_yticklabels())
    assert named < 60
    assert f"({279 - named} groups unnamed)" in ax.get_ylabel()


def test_names_stand_all_along_and_near_their_groups(worm: ca.Graph) -> None:
    ax = ca.plot.adjacency(worm, "cell_type")
    places = np.sort(ax.get_yticks())
    assert places[0] < 0.05 * 279
    assert places[-1] > 0.95 * 279
    assert np.diff(places).max() < 3 * np.diff(places).min()


def test_empty_graphs_say_so() -> None:
    for g, said in (
        (ca.Graph.from_edges([], []), "no neurons"),
        (ca.Graph.from_edges([], [], node_ids=[1, 2]), "no edges"),
        (typed(["a", None], [], []), "no edges"),
        (typed([], [], []), "no neurons"),
    ):
        ax = ca.plot.adjacency(g)
        assert said in words(ax)
        saved(ax)


def test_equal_and_negative_weights_are_drawn() -> None:
    for weight in ([2, 2], [-1, 3], [0.5, 1e6]):
        saved(ca.plot.adjacency(ca.Graph.from_edges([1, 2], [2, 3], weight=weight)))


def test_spread_keeps_order_distance_and_bounds() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        n = int(rng.integers(1, 12))
        places = np.sort(rng.random(n) * 10)
        apart = rng.random() * 10 / max(n - 1, 1)
        moved = spread(places, apart, 10.0)
        assert (np.diff(moved) >= apart - 1e-6).all()
        assert moved.min() >= -1e-6
        assert moved.max() <= 10 + 1e-6
    assert spread([1.0, 5.0], 1.0, 10.0).tolist() == [1.0, 5.0]
    assert spread([], 1.0, 10.0).tolist() == []
