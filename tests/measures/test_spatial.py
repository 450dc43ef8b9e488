"""Distances by hand, by listing every pair, and against scipy's tree."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import KDTree
from scipy.spatial.distance import pdist, squareform

import connectome_analysis as ca
from connectome_analysis.measures import distance_curve, edge_lengths_um, wiring, wiring_cost
from connectome_analysis.measures.pairs_by_distance import pairs_within, sum_of_distances
from tests import graphs

LINE = [[0, 0, 0], [1e3, 0, 0], [2e3, 0, 0], [4e3, 0, 0]]


def line() -> ca.Graph:
    return ca.Graph.from_edges([1, 2, 4, 1], [2, 1, 1, 3], weight=[2, 3, 5, 1])


def test_four_neurons_on_a_line_by_hand() -> None:
    g = line()
    assert edge_lengths_um(g, positions_nm=LINE).tolist() == [1, 2, 1, 4]
    assert wiring_cost(g, positions_nm=LINE) == 8
    assert wiring_cost(g, weighted=True, positions_nm=LINE) == 2 + 2 + 3 + 20
    # Unordered distances 1, 2, 4, 1, 3, 2; a distance at a limit belongs to the bin below it.
    curve = distance_curve(g, [0, 1, 2, 4], positions_nm=LINE)
    assert curve["n_pairs"].tolist() == [4, 4, 4]
    assert curve["n_edges"].tolist() == [2, 1, 1]
    assert curve["weight"].tolist() == [5, 1, 5]
    assert curve["probability"].tolist() == [0.5, 0.25, 0.25]
    table = wiring(g, positions_nm=LINE)
    assert table["mean_edge_um"] == 2
    assert table["mean_pair_um"] == pytest.approx(13 / 6)
    assert table["edge_over_pair"] == pytest.approx(12 / 13)


@given(st.integers(2, 200), st.integers(0, 10**6), st.booleans())
@settings(max_examples=50, deadline=None)
def test_every_pair_is_counted_once(n: int, seed: int, lattice: bool) -> None:
    rng = np.random.default_rng(seed)
    if lattice:  # many equal distances, and several neurons at one place
        points = rng.integers(0, 4, (n, 3)) * 1000.0
    else:
        points = rng.normal(0, 50_000, (n, 3)) * [1, 0.2, 3]
    limits = np.array([0.0, 1.0, 2.0, 3.0, 7.5, 40.0, 100.0, 300.0])
    matrix = (rng.random((n, n)) < 0.1).astype(int)
    g = ca.Graph.from_adjacency(matrix)
    curve = distance_curve(g, limits, positions_nm=points, n_jobs=1)
    apart = squareform(pdist(points, "sqeuclidean"))
    squares = (1000 * limits) ** 2
    for k, row in enumerate(curve.itertuples()):
        inside = (apart <= squares[k + 1]) & ((apart > squares[k]) if k else True)
        np.fill_diagonal(inside, False)
        assert row.n_pairs == inside.sum()
        assert row.n_edges == (inside & (matrix > 0)).sum()
    assert sum_of_distances(points, 1) == pytest.approx(pdist(points).sum())


def test_scipys_tree_counts_the_same_pairs_on_any_number_of_threads() -> None:
    rng = np.random.default_rng(0)
    points = (rng.normal(size=(4000, 3)) * [120e3, 60e3, 50e3]).round()
    radii = np.array([0.0, 5e3, 5e4, 5e4 + 1, 2e5, 1e6])
    tree = KDTree(points)
    expected = (tree.count_neighbors(tree, radii) - len(points)) // 2
    one = pairs_within(points, radii**2, 1)
    assert one.tolist() == expected.tolist() == pairs_within(points, radii**2, 3).tolist()
    assert sum_of_distances(points, 1) == sum_of_distances(points, 3)


def test_points_in_one_place_and_on_one_axis_are_no_trouble() -> None:
    same = np.ones((500, 3))
    assert pairs_within(same, np.array([0.0, 1.0]), 1).tolist() == [124_750] * 2
    axis = np.zeros((300, 3))
    axis[:, 2] = np.arange(300)
    assert pairs_within(axis, np.array([0.0, 1.0, 4.0]), 1).tolist() == [0, 299, 299 + 298]
    assert pairs_within(np.zeros((0, 3)), np.array([1.0]), 1).tolist() == [0]


def test_the_bins_it_chooses_hold_every_pair_and_edge() -> None:
    g = graphs.random_graph(200, 0.05, seed=1)
    points = np.random.default_rng(2).random((200, 3)) * [300e3, 200e3, 90e3]
    curve = distance_curve(g, positions_nm=points)
    assert curve["n_pairs"].sum() == 200 * 199
    assert curve["n_edges"].sum() == g.n_edges
    assert 10 <= len(curve) <= 21
    assert curve["n_pairs"].iloc[-1] > 0
    assert (curve["high_um"].to_numpy()[:-1] == curve["low_um"].to_numpy()[1:]).all()
    at_limit = distance_curve(line(), positions_nm=LINE)
    assert at_limit["n_pairs"].sum() == 12


def test_a_curve_with_a_known_fall_is_recovered_within_its_interval() -> None:
    rng = np.random.default_rng(5)
    points = rng.random((600, 3)) * 100e3
    apart = squareform(pdist(points)) / 1000
    matrix = (rng.random(apart.shape) < 0.3 * np.exp(-apart / 30)).astype(int)
    curve = distance_curve(
        ca.Graph.from_adjacency(matrix), np.arange(0, 160, 10), positions_nm=points
    )
    middle = (curve["low_um"] + curve["high_um"]) / 2
    truth = 0.3 * np.exp(-middle / 30)
    held = (curve["probability_low"] < truth) & (truth < curve["probability_high"])
    assert held.mean() > 0.8


def test_positions_come_from_the_node_table_a_frame_or_an_array() -> None:
    nodes = pd.DataFrame({"node_id": [1, 2, 3, 4]})
    nodes[["x_nm", "y_nm", "z_nm"]] = LINE
    g = ca.Graph.from_edges([1, 2, 4, 1], [2, 1, 1, 3], nodes=nodes)
    frame = nodes.set_index("node_id")[::-1]
    for positions in (None, frame, LINE):
        assert edge_lengths_um(g, positions_nm=positions).tolist() == [1, 2, 1, 4]


def test_neurons_without_a_position_are_an_error_or_left_out() -> None:
    unknown = np.array(LINE)
    unknown[3, 1] = np.nan
    g = line()
    assert np.isnan(edge_lengths_um(g, positions_nm=unknown)).tolist() == [
        False,
        False,
        False,
        True,
    ]
    for measure in (wiring, wiring_cost, distance_curve):
        with pytest.raises(
            ValueError, match=r"1 of 4 neurons have no position, for instance 4; mis"
        ):
            measure(g, positions_nm=unknown)
    assert wiring_cost(g, positions_nm=unknown, missing="leave_out") == 4
    curve = distance_curve(g, [0, 9], positions_nm=unknown, missing="leave_out")
    assert curve[["n_pairs", "n_edges"]].to_numpy().tolist() == [[6, 3]]
    assert curve.attrs["n_neurons"] == 3


def test_nothing_has_no_distances_and_bins_without_pairs_no_probability() -> None:
    empty = ca.Graph.from_edges([], [])
    assert edge_lengths_um(empty, positions_nm=np.zeros((0, 3))).shape == (0,)
    assert wiring_cost(empty, positions_nm=[]) == 0
    assert np.isnan(wiring(empty, positions_nm=[])["mean_edge_um"])
    assert distance_curve(empty, positions_nm=[])["n_pairs"].tolist() == [0]
    one = ca.Graph.from_edges([], [], node_ids=[1])
    curve = distance_curve(one, [0, 1], positions_nm=[[0, 0, 0]])
    assert np.isnan(curve["probability"][0])
    far = distance_curve(line(), [10, 20], positions_nm=LINE)
    assert far["n_pairs"].tolist() == far["n_edges"].tolist() == [0]


def test_self_loops_have_length_0_and_no_place_in_the_curve() -> None:
    g = ca.Graph.from_edges([1, 1], [1, 2], self_loops="keep")
    where = [[0, 0, 0], [0, 3e3, 4e3]]
    assert edge_lengths_um(g, positions_nm=where).tolist() == [0, 5]
    assert distance_curve(g, [0, 5], positions_nm=where)["n_edges"].tolist() == [1]


def test_errors_say_what_came_and_the_way_out() -> None:
    g = line()
    with pytest.raises(
        ValueError, match="The node table has no x_nm, y_nm, z_nm; give positions_nm"
    ):
        wiring_cost(g)
    with pytest.raises(ValueError, match=r"positions_nm must have shape \(4, 3\), got \(2, 3\)"):
        wiring_cost(g, positions_nm=LINE[:2])
    with pytest.raises(ValueError, match="positions_nm must not be infinite"):
        wiring_cost(g, positions_nm=np.full((4, 3), np.inf))
    with pytest.raises(ValueError, match="has none of the graph's neurons; its index must be node"):
        wiring_cost(
            g, positions_nm=pd.DataFrame({"x_nm": [1], "y_nm": [1], "z_nm": [1]}, index=[99])
        )
    with pytest.raises(ValueError, match="has no column z_nm; it has: x_nm, y_nm"):
        wiring_cost(g, positions_nm=pd.DataFrame({"x_nm": [1], "y_nm": [1]}, index=[1]))
    with pytest.raises(ValueError, match=r"bins_um must be at least two ascending .* got \[3, 2\]"):
        distance_curve(g, [3, 2], positions_nm=LINE)
    with pytest.raises(ValueError, match="missing must be 'error' or 'leave_out', got 'skip'"):
        wiring(g, positions_nm=LINE, missing="skip")
