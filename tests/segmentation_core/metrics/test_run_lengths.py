"""Expected run length and errors along skeletons, by hand and by their properties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import segmentation_core as sc


def line(neuron: int, n: int, step_nm: float = 100.0, y_nm: float = 0.0) -> pd.DataFrame:
    """A straight skeleton of n points along x."""
    parent = np.arange(n) - 1
    return pd.DataFrame(
        {
            "node_id": neuron,
            "point_id": np.arange(n),
            "parent_id": pd.arrays.IntegerArray(parent, parent < 0),
            "x_nm": step_nm * np.arange(n),
            "y_nm": y_nm,
            "z_nm": 0.0,
        }
    )


TWO = pd.concat([line(1, 5), line(2, 3, y_nm=500.0)])  # 400 and 200 nm of cable


def test_without_errors_the_run_is_the_whole_neuron_weighted_by_its_cable() -> None:
    lengths = sc.metrics.expected_run_length(TWO, [7] * 5 + [8] * 3)
    assert lengths.expected_nm == lengths.possible_nm == (400**2 + 200**2) / 600
    assert lengths[2:] == (1.0, 0.0, 0.0, 0.0)


def test_a_split_costs_its_link_and_shortens_the_runs() -> None:
    # 7 7 7 | 9 9: runs of 200 and 100, one link of 100 split.
    lengths = sc.metrics.expected_run_length(TWO, [7, 7, 7, 9, 9, 8, 8, 8])
    assert lengths.expected_nm == pytest.approx((200**2 + 100**2 + 200**2) / 600)
    assert lengths[2:] == pytest.approx((5 / 6, 1 / 6, 0, 0))


def test_a_merger_costs_all_that_it_holds_of_both() -> None:
    lengths = sc.metrics.expected_run_length(TWO, [7, 7, 7, 7, 7, 7, 8, 8])
    # The other neuron has one point in 7: its link to it is split, the other one is correct.
    assert lengths.expected_nm == pytest.approx(100**2 / 600)
    assert lengths[2:] == pytest.approx((1 / 6, 1 / 6, 4 / 6, 0))
    # One stray point is no merger where two are asked for.
    lenient = sc.metrics.expected_run_length(TWO, [7] * 6 + [8, 8], least_points=2)
    assert lenient.merged == 0.0
    assert lenient.expected_nm == pytest.approx((400**2 + 100**2) / 600)


def test_points_in_no_segment_omit_their_links() -> None:
    lengths = sc.metrics.expected_run_length(TWO, [7, 0, 7, 7, 7, 8, 8, 8])
    assert lengths.omitted == pytest.approx(2 / 6)
    assert lengths.expected_nm == pytest.approx((200**2 + 200**2) / 600)


def test_the_order_of_the_points_and_the_names_of_segments_change_nothing() -> None:
    segment = np.array([7, 7, 7, 9, 9, 8, 8, 9])
    expected = sc.metrics.expected_run_length(TWO, segment)
    order = np.random.default_rng(0).permutation(8)
    far = segment.astype(np.uint64) + np.uint64(720_575_940_600_000_000)
    assert sc.metrics.expected_run_length(TWO.iloc[order], far[order]) == pytest.approx(expected)


def test_tables_say_where_neurons_are_split_and_what_merges_them() -> None:
    splits, merges = sc.metrics.skeleton_errors(TWO, [7, 7, 7, 9, 9, 9, 8, 8])
    assert splits[["node_id", "segment_id", "parent_segment_id"]].values.tolist() == [
        [1, 9, 7],
        [2, 8, 9],
    ]
    assert splits["x_nm"].tolist() == [250.0, 50.0]
    assert merges[["segment_id", "node_id", "n_points", "length_nm"]].values.tolist() == [
        [9, 1, 2, 100.0],
        [9, 2, 1, 0.0],
    ]
    none = sc.metrics.skeleton_errors(TWO, [7] * 5 + [8] * 3)
    assert [len(table) for table in none] == [0, 0]


def test_segments_are_read_at_the_middle_of_voxels() -> None:
    labels = np.arange(1, 9, dtype=np.uint64).reshape(1, 2, 4)
    points = pd.DataFrame({"z_nm": [0.0, 0.0], "y_nm": [0.0, 39.0], "x_nm": [9.0, 61.0]})
    found = sc.metrics.segments_at(points, labels, voxel_size_nm=(40, 40, 20))
    assert found.tolist() == [1, 8]
    with pytest.raises(ValueError, match="1 of 2 skeleton points lie outside the volume"):
        sc.metrics.segments_at(points, labels, voxel_size_nm=(40, 10, 20))


def test_bad_skeletons_are_said_plainly() -> None:
    with pytest.raises(ValueError, match="parent_id, z_nm is missing"):
        sc.metrics.expected_run_length(line(1, 2).drop(columns=["parent_id", "z_nm"]), [1, 1])
    with pytest.raises(ValueError, match="one integer for each of 2 skeleton points, got shape"):
        sc.metrics.expected_run_length(line(1, 2), [1])
    with pytest.raises(ValueError, match="parent_id 0 of point 1 is not a point of node_id 1"):
        sc.metrics.expected_run_length(line(1, 3).iloc[1:], [1, 1])
    with pytest.raises(ValueError, match="point_id must be unique within each node_id"):
        sc.metrics.expected_run_length(pd.concat([line(1, 2)] * 2), [1] * 4)


def test_no_cable_gives_nan() -> None:
    assert all(np.isnan(sc.metrics.expected_run_length(line(1, 1), [5])))
