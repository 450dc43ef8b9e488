"""Scores of labels: by hand, against definitions, against scikit-image, and over blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import segmentation_core as sc
from tests.reference import label_scores as naive

SMALL = hnp.arrays(np.uint8, (3, 4, 5), elements=st.integers(0, 3))
FAR = 720_575_940_600_000_000  # an id of FlyWire's size; neighbours of it share a float64


def blobs(seed: int, shape=(24, 40, 40), n=30) -> np.ndarray:
    """Voronoi cells with a border of 0, labels of 18 digits."""
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(seed)
    grid = np.stack(np.indices(shape), -1).reshape(-1, 3)
    distance, cell = cKDTree(rng.random((n, 3)) * shape).query(grid, k=2)
    labels = np.where(distance[:, 1] - distance[:, 0] < 0.7, 0, cell[:, 0] + 1)
    return np.where(labels > 0, labels + FAR, 0).astype(np.uint64).reshape(shape)


def test_two_voxels_apart_cost_one_bit_of_split() -> None:
    voi = sc.metrics.variation_of_information(np.array([1, 1, 0]), np.array([1, 2, 2]))
    assert voi == (1.0, 0.0)
    assert voi.total == 1.0


def test_two_neurons_in_one_cost_one_bit_of_merge() -> None:
    assert sc.metrics.variation_of_information(np.array([1, 2]), np.array([9, 9])) == (0.0, 1.0)


def test_rand_error_of_six_voxels_counted_by_hand() -> None:
    # Together in both: 3 + 0 + 1 pairs. In the prediction 6 + 1, in the truth 3 + 3.
    scores = sc.metrics.adapted_rand(np.array([1, 1, 1, 2, 2, 2]), np.array([5, 5, 5, 5, 6, 6]))
    assert scores == pytest.approx((1 - 8 / 13, 4 / 7, 4 / 6))


def test_cremi_score_of_six_voxels_counted_by_hand() -> None:
    # Each voxel is paired with itself too: 9 + 1 + 4 in both, 16 + 4 and 9 + 9.
    truth, prediction = np.array([1, 1, 1, 2, 2, 2]), np.array([5, 5, 5, 5, 6, 6])
    scores = sc.metrics.cremi_score(truth, prediction)
    voi = sc.metrics.variation_of_information(truth, prediction)
    assert scores.adapted_rand_error == pytest.approx(1 - 2 * 14 / 38)
    assert scores.score == pytest.approx(np.sqrt(voi.total * (1 - 2 * 14 / 38)))


def test_unassigned_voxels_are_alone_in_the_cremi_score() -> None:
    truth, prediction = np.array([1, 1, 1, 1]), np.array([0, 0, 3, 3])
    scores = sc.metrics.cremi_score(truth, prediction)
    assert scores.adapted_rand_error == pytest.approx(1 - 2 * (4 + 2) / (16 + 4 + 2))


@settings(deadline=None, max_examples=40)
@given(SMALL, SMALL, st.sampled_from(["segment", "ignore", "alone"]))
def test_scores_are_what_their_definitions_say(truth, prediction, unassigned) -> None:
    if (truth > 0).any():
        ours = sc.metrics.variation_of_information(truth, prediction)
        assert ours == pytest.approx(naive.entropies(truth, prediction), abs=1e-12)
    try:
        slow = naive.rand_error(truth, prediction, unassigned)
    except ZeroDivisionError:
        return
    ours = sc.metrics.adapted_rand(truth, prediction, unassigned=unassigned)
    assert ours == pytest.approx(slow, abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(SMALL, SMALL)
def test_the_table_counts_every_voxel_once(truth, prediction) -> None:
    table = sc.metrics.contingency(truth, prediction)
    pairs = zip(table.truth_id.tolist(), table.prediction_id.tolist(), strict=True)
    counted = dict(zip(pairs, table.n_voxels.tolist(), strict=True))
    assert counted == dict(naive.shared_voxels(truth, prediction))


@pytest.mark.parametrize("seed", range(3))
def test_scores_equal_those_of_scikit_image(seed) -> None:
    metrics = pytest.importorskip("skimage.metrics")
    truth, prediction = blobs(seed), blobs(seed + 10)
    # scikit-image uses labels as indices, so it is given small ones.
    small_t, small_p = (
        np.where(a > 0, a - np.uint64(FAR), 0).astype(np.int64) for a in (truth, prediction)
    )
    split, merge = metrics.variation_of_information(small_t, small_p, ignore_labels=(0,))
    voi = sc.metrics.variation_of_information(truth, prediction)
    assert voi == pytest.approx((split, merge), abs=1e-9)
    error, first, second = metrics.adapted_rand_error(small_t, small_p)
    ours = sc.metrics.adapted_rand(truth, prediction)
    assert ours.error == pytest.approx(error, abs=1e-9)
    assert sorted(ours[1:]) == pytest.approx(sorted([first, second]), abs=1e-9)


@pytest.mark.parametrize("dtype", ["u1", "i2", "u4", "i8", "u8", ">i4"])
def test_the_type_of_the_labels_does_not_matter(dtype) -> None:
    rng = np.random.default_rng(0)
    truth, prediction = rng.integers(0, 5, (2, 6, 7, 8))
    expected = sc.metrics.contingency(truth, prediction)
    table = sc.metrics.contingency(truth.astype(dtype), prediction)
    assert table.n_voxels.tolist() == expected.n_voxels.tolist()
    assert table.truth_id.tolist() == expected.truth_id.tolist()


def test_ids_that_differ_in_the_last_of_18_digits_stay_apart() -> None:
    truth = np.array([FAR, FAR + 1, 2**64 - 1], np.uint64)
    table = sc.metrics.contingency(truth, truth)
    assert table.truth_id.tolist() == [FAR, FAR + 1, 2**64 - 1]
    assert sc.metrics.variation_of_information_of(table) == (0.0, 0.0)


def test_many_pairs_survive_the_growth_of_the_table() -> None:
    truth = np.arange(200_000, dtype=np.uint64)
    table = sc.metrics.contingency(truth, truth[::-1])
    assert table.truth_id.tolist() == truth.tolist()
    assert table.prediction_id.tolist() == truth[::-1].tolist()
    assert set(table.n_voxels.tolist()) == {1}


@pytest.mark.parametrize("edge", [5, 16, 64])
def test_blocks_of_any_size_and_order_add_up_to_the_whole(edge) -> None:
    truth, prediction = blobs(1), blobs(2)
    boxes = [
        tuple(slice(c, c + edge) for c in corner)
        for corner in np.ndindex(*truth.shape)
        if all(c % edge == 0 for c in corner)
    ]
    np.random.default_rng(0).shuffle(boxes)
    tables = [sc.metrics.contingency(truth[box], prediction[box]) for box in boxes]
    merged = sc.metrics.merge_contingencies(tables)
    whole = sc.metrics.contingency(truth, prediction)
    for name in ("truth_id", "prediction_id", "n_voxels"):
        assert getattr(merged, name).tolist() == getattr(whole, name).tolist()
    assert (tables[0] + sc.metrics.merge_contingencies(tables[1:])).total == truth.size


def test_threads_memory_order_and_mirroring_change_nothing(monkeypatch) -> None:
    from segmentation_core.metrics import contingency_table

    truth, prediction = blobs(1), blobs(2)
    expected = sc.metrics.cremi_score(truth, prediction)
    monkeypatch.setattr(contingency_table, "_VOXELS_AT_ONCE", 5000)
    assert sc.metrics.cremi_score(truth, prediction, n_jobs=3) == expected
    assert sc.metrics.cremi_score(np.asfortranarray(truth), prediction) == expected
    assert sc.metrics.cremi_score(truth[:, ::-1], prediction[:, ::-1]) == expected


def test_new_names_for_the_segments_change_nothing() -> None:
    truth, prediction = blobs(1), blobs(2)
    renamed = np.where(prediction > 0, np.uint64(2**63) - prediction, 0)
    assert sc.metrics.cremi_score(truth, renamed) == pytest.approx(
        sc.metrics.cremi_score(truth, prediction), abs=1e-12
    )


def test_split_and_merge_change_places_when_truth_and_prediction_do() -> None:
    truth, prediction = blobs(1), blobs(2)
    there = sc.metrics.variation_of_information(truth, prediction, ignore_truth=())
    back = sc.metrics.variation_of_information(prediction, truth, ignore_truth=())
    assert (there.split, there.merge) == pytest.approx((back.merge, back.split), abs=1e-12)


def test_true_label_0_is_left_out_and_predicted_label_0_is_not_unless_asked() -> None:
    truth, prediction = np.array([0, 0, 1, 1]), np.array([3, 4, 0, 5])
    voi = sc.metrics.variation_of_information
    assert voi(truth, prediction) == (1.0, 0.0)
    assert voi(truth, prediction, ignore_prediction=(0,)) == (0.0, 0.0)
    assert voi(truth, prediction, ignore_truth=()).split == 1.0


def test_bits_by_segment_add_up_and_name_the_worst_first() -> None:
    table = sc.metrics.contingency(blobs(1), blobs(2))
    split, merge = sc.metrics.variation_of_information_by_segment(table)
    voi = sc.metrics.variation_of_information_of(table)
    assert (split.sum(), merge.sum()) == pytest.approx(voi, abs=1e-12)
    assert split.is_monotonic_decreasing
    assert split.index.max() > FAR


def test_nothing_to_compare_gives_nan() -> None:
    empty = np.zeros((0, 3, 3), np.uint64)
    assert all(np.isnan(sc.metrics.variation_of_information(empty, empty)))
    assert all(np.isnan(sc.metrics.adapted_rand(np.zeros(4, int), np.ones(4, int))))
    assert all(np.isnan(sc.metrics.cremi_score(empty, empty)))


def test_bad_labels_are_said_plainly() -> None:
    ones = np.ones((2, 2), np.int64)
    with pytest.raises(ValueError, match=r"same shape, got \(2, 2\) and \(2, 3\); crop"):
        sc.metrics.contingency(ones, np.ones((2, 3), np.int64))
    with pytest.raises(ValueError, match="prediction must hold integer labels, got float64; ids"):
        sc.metrics.contingency(ones, ones * 1.0)
    with pytest.raises(ValueError, match="truth must hold no negative label, got -1"):
        sc.metrics.contingency(-ones, ones)
    with pytest.raises(ValueError, match="n_jobs must be a whole number of at least 1"):
        sc.metrics.contingency(ones, ones, n_jobs=0)
    with pytest.raises(ValueError, match="unassigned must be 'segment', 'ignore' or 'alone', got"):
        sc.metrics.adapted_rand(ones, ones, unassigned="zero")


def test_each_segment_stands_for_the_neuron_that_it_covers_most() -> None:
    table = sc.metrics.contingency(
        np.array([1, 1, 1, 1, 2, 2, 0, 0, 0]), np.array([5, 5, 5, 6, 6, 6, 6, 6, 7])
    )
    assert sc.metrics.matched_segments(table).to_dict() == {5: 1, 6: 2}
    table = sc.metrics.contingency(np.array([1, 1, 1, 2]), np.array([5, 5, 6, 7]))
    assert sc.metrics.matched_segments(table).to_dict() == {5: 1, 6: 1, 7: 2}
    assert sc.metrics.matched_segments(table, one_to_one=True).to_dict() == {5: 1, 7: 2}
