"""Skeletons: the right tree, length and radius, wherever the object lies and however it is cut."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_edt

import segmentation_core as sc

from .shapes import ID, forked_neurite, rods


def test_a_fork_has_three_ends_one_branch_point_and_the_length_of_its_arms():
    labels, voxel, length = forked_neurite()
    skeleton = sc.skeletonize(labels, voxel_size_nm=voxel)[ID]
    assert len(skeleton.endpoints) == 3
    assert len(skeleton.branch_points) == 1
    assert len(skeleton.roots) == 1
    assert skeleton.cable_length_nm == pytest.approx(length, rel=0.05)
    assert skeleton.strahler.max() == 2
    assert skeleton.path_length_nm.max() < skeleton.cable_length_nm


def test_the_stairs_of_thick_sections_add_no_cable():
    labels, voxel, length = forked_neurite()
    stairs = sc.skeletonize(labels, voxel_size_nm=voxel, smoothing_nm=0)[ID]
    assert stairs.cable_length_nm > 1.1 * length
    on_lattice = stairs.points_nm / voxel
    np.testing.assert_allclose(on_lattice, np.rint(on_lattice), atol=1e-9)


@pytest.mark.parametrize("voxel", [(40.0, 8.0, 8.0), (50.0, 9.2, 9.2), (10.0, 10.0, 10.0)])
@pytest.mark.parametrize("direction", [(0, 0, 1), (1, 0, 0), (1, 1, 1), (0.3, 1, 0.2)])
def test_radius_and_length_of_a_rod_are_right_under_anisotropy(voxel, direction):
    radius, half = 90.0, 420.0
    along = np.array(direction) / np.linalg.norm(direction)
    shape = [
        int(2 * (half * abs(a) + radius + 60) / v) + 1 for a, v in zip(along, voxel, strict=True)
    ]
    # Off the lattice on purpose: where the axis falls between sections must not matter.
    middle = np.array(shape) * voxel / 2 + np.array(voxel) * (0.31, 0.17, -0.4)
    inside = rods(shape, voxel, [(middle - half * along, middle + half * along, radius)])
    skeleton = sc.skeletonize(inside.astype(np.uint8), voxel_size_nm=voxel)[1]
    assert len(skeleton.endpoints) == 2
    assert skeleton.cable_length_nm == pytest.approx(2 * half + 2 * radius, rel=0.05)
    assert np.median(skeleton.radius_nm) == pytest.approx(radius, rel=0.05)


def test_cylinders_of_the_radii_hold_the_volume_of_the_object():
    labels, voxel, _ = forked_neurite()
    skeleton = sc.skeletonize(labels, voxel_size_nm=voxel)[ID]
    share = np.zeros(len(skeleton))
    for child, parent in skeleton.edges:
        share[[child, parent]] += skeleton.edge_length_nm[child] / 2
    volume = np.count_nonzero(labels) * np.prod(voxel)
    assert (np.pi * skeleton.radius_nm**2 * share).sum() == pytest.approx(volume, rel=1e-6)


@pytest.mark.parametrize("block", [None, (11, 40, 50)])
def test_inscribed_radii_are_the_distance_to_what_is_not_the_object(block):
    labels, voxel, _ = forked_neurite()
    skeleton = sc.skeletonize(
        labels, voxel_size_nm=voxel, radius="inscribed", smoothing_nm=0, block_shape=block
    )[ID]
    z, y, x = np.rint(skeleton.points_nm / voxel).astype(int).T
    distance = distance_transform_edt(np.pad(labels > 0, 1), sampling=voxel)[1:-1, 1:-1, 1:-1]
    np.testing.assert_allclose(skeleton.radius_nm, distance[z, y, x], rtol=1e-5)


def test_padding_and_cropping_the_volume_change_nothing():
    labels, voxel, _ = forked_neurite()
    expected = sc.skeletonize(labels, voxel_size_nm=voxel)[ID]
    used = np.argwhere(labels)
    low, high = used.min(0), used.max(0) + 1
    tight = labels[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    padded = np.pad(labels, ((3, 1), (17, 0), (5, 40)))
    padded[0, :5, :5] = 9
    for volume, start in ((tight, low), (padded, (-3, -17, -5))):
        found = sc.skeletonize(volume, voxel_size_nm=voxel, offset_nm=np.multiply(start, voxel))[ID]
        np.testing.assert_allclose(found.points_nm, expected.points_nm, atol=1e-6)
        np.testing.assert_array_equal(found.parent_id, expected.parent_id)
        np.testing.assert_allclose(found.radius_nm, expected.radius_nm, rtol=1e-9)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mirroring_keeps_the_tree_and_its_length(axis):
    labels, voxel, _ = forked_neurite()
    expected = sc.skeletonize(labels, voxel_size_nm=voxel)[ID]
    found = sc.skeletonize(np.flip(labels, axis), voxel_size_nm=voxel)[ID]
    assert len(found.endpoints) == len(expected.endpoints)
    assert len(found.branch_points) == len(expected.branch_points)
    assert found.cable_length_nm == pytest.approx(expected.cable_length_nm, rel=0.02)
    assert np.median(found.radius_nm) == pytest.approx(np.median(expected.radius_nm), rel=0.02)


def test_other_ids_give_the_same_trees():
    labels, voxel, _ = forked_neurite()
    both = labels.copy()
    both[:, :20, 60:] = 5
    a = sc.skeletonize(both, voxel_size_nm=voxel)
    swapped = np.where(both == 5, np.uint64(2**63 - 1), np.where(both == ID, np.uint64(3), 0))
    b = sc.skeletonize(swapped.astype(np.uint64), voxel_size_nm=voxel)
    for old, new in ((5, 2**63 - 1), (ID, 3)):
        np.testing.assert_array_equal(a[old].points_nm, b[new].points_nm)
        np.testing.assert_array_equal(a[old].radius_nm, b[new].radius_nm)


@pytest.mark.parametrize("block", [(16, 64, 64), (29, 40, 116), (7, 33, 29), (28, 115, 115)])
def test_blocks_joined_at_their_faces_give_the_same_cable(block):
    labels, voxel, _ = forked_neurite()
    whole = sc.skeletonize(labels, voxel_size_nm=voxel)[ID]
    joined = sc.skeletonize(labels, voxel_size_nm=voxel, block_shape=block)[ID]
    assert len(joined.roots) == 1
    assert len(joined.endpoints) == 3
    assert joined.cable_length_nm == pytest.approx(whole.cable_length_nm, rel=0.05)
    assert np.median(joined.radius_nm) == pytest.approx(np.median(whole.radius_nm), rel=0.05)


def test_an_object_within_one_block_is_the_same_to_the_last_bit():
    labels, voxel, _ = forked_neurite()
    far = np.pad(labels, ((0, 29), (0, 116), (0, 116)))
    whole = sc.skeletonize(far, voxel_size_nm=voxel)[ID]
    joined = sc.skeletonize(far, voxel_size_nm=voxel, block_shape=labels.shape)[ID]
    np.testing.assert_array_equal(whole.points_nm, joined.points_nm)
    np.testing.assert_array_equal(whole.radius_nm, joined.radius_nm)


def test_skeletons_of_two_volumes_meet_where_their_faces_are_cut():
    voxel = (40.0, 8.0, 8.0)
    rod = rods((10, 40, 120), voxel, [((180, 150, -200), (180, 150, 1200), 70.0)]).astype(np.uint8)
    faces = [(2, "low"), (2, "high")]
    left = sc.skeletonize(rod[:, :, :61], voxel_size_nm=voxel, cut_faces=faces, smoothing_nm=0)[1]
    right = sc.skeletonize(
        rod[:, :, 60:], voxel_size_nm=voxel, cut_faces=faces, smoothing_nm=0, offset_nm=(0, 0, 480)
    )[1]
    ends = {tuple(p) for p in left.points_nm} & {tuple(p) for p in right.points_nm}
    assert len(ends) == 1
    radii = sc.skeletonize(rod, voxel_size_nm=voxel, cut_faces="all", radius="inscribed")[1]
    assert radii.radius_nm.min() > 50  # no tapering where the volume ends


def test_thin_objects_single_voxels_and_pieces_each_have_their_tree():
    labels = np.zeros((6, 12, 12), np.int32)
    labels[0, 0, 0] = 1
    labels[:, 5, 5] = 2
    labels[3, 9, 0:3] = labels[3, 9, 8:12] = 3
    skeletons = sc.skeletonize(labels, voxel_size_nm=(40, 4, 4), smoothing_nm=0)
    assert list(skeletons) == [1, 2, 3]
    point = skeletons[1]
    assert len(point) == 1
    assert point.cable_length_nm == 0
    assert point.radius_nm[0] == pytest.approx((3 * 640 / (4 * np.pi)) ** (1 / 3))
    line = skeletons[2]
    assert line.cable_length_nm == 200
    # A column of 4 x 4 nm, six sections high for five steps.
    assert (np.pi * line.radius_nm**2).mean() == pytest.approx(16 * 6 / 5, rel=0.02)
    pieces = skeletons[3]
    assert len(pieces.roots) == 2
    assert pieces.cable_length_nm == 8 + 12


def test_a_ring_becomes_a_tree_that_goes_round_it():
    z, y, x = np.indices((7, 60, 60))
    away = np.hypot(np.hypot(y - 29.5, x - 29.5) - 20, 1.0 * (z - 3))
    ring = sc.skeletonize(
        (away <= 2.5).astype(np.uint8), voxel_size_nm=(10, 10, 10), constant_nm=30
    )
    skeleton = ring[1]
    assert len(skeleton.edges) == len(skeleton) - 1
    assert skeleton.cable_length_nm == pytest.approx(2 * np.pi * 200, rel=0.12)


def test_trees_with_too_little_cable_are_dropped():
    labels = np.zeros((4, 8, 60), np.uint8)
    labels[1, 2, 2:50] = 1
    labels[3, 6, 2:6] = 1
    labels[0, 0, 0] = 2
    kept = sc.skeletonize(labels, voxel_size_nm=(10, 10, 10), least_cable_nm=100)
    assert list(kept) == [1]
    assert len(kept[1].roots) == 1


def test_points_stay_in_their_label_when_paths_are_smoothed():
    labels, voxel, _ = forked_neurite()
    skeleton = sc.skeletonize(labels, voxel_size_nm=voxel, smoothing_nm=400)[ID]
    z, y, x = np.rint(skeleton.points_nm / voxel).astype(int).T
    assert (labels[z, y, x] == ID).all()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_labels_give_trees_whose_parents_come_first(seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, (4, 7, 8)).astype(np.uint16)
    skeletons = sc.skeletonize(labels, voxel_size_nm=(30, 10, 10))
    assert list(skeletons) == [int(v) for v in np.unique(labels) if v]
    table = skeletons.table()
    parent = table["parent_id"].to_numpy(np.int64, na_value=-1)
    assert (parent < table["point_id"]).all()
    assert np.isfinite(table[["x_nm", "y_nm", "z_nm", "radius_nm"]].to_numpy()).all()
    assert (table["radius_nm"] > 0).all()
    blocks = sc.skeletonize(labels, voxel_size_nm=(30, 10, 10), block_shape=(2, 4, 3))
    trees = [skeletons.summary()["n_trees"], blocks.summary()["n_trees"]]
    assert trees[0].equals(trees[1])


def test_the_table_has_the_columns_of_the_contract_and_ids_to_the_last_digit():
    labels, voxel, _ = forked_neurite()
    table = sc.skeletonize(labels, voxel_size_nm=voxel).table()
    assert list(table.columns) == [
        "node_id",
        "point_id",
        "parent_id",
        "x_nm",
        "y_nm",
        "z_nm",
        "radius_nm",
    ]
    assert (table["node_id"] == ID).all()
    assert str(table["parent_id"].dtype) == "Int64"
    assert table["parent_id"].isna().sum() == 1
    assert table["z_nm"].max() > 900
    too_large = np.full((1, 1, 2), 2**63, np.uint64)
    with pytest.raises(ValueError, match="9223372036854775808 does not fit the signed ids"):
        sc.skeletonize(too_large, voxel_size_nm=(4, 4, 4)).table()


def test_labels_on_disk_are_read_in_blocks(tmp_path: Path):
    labels, voxel, _ = forked_neurite()
    with h5py.File(tmp_path / "labels.h5", "w") as file:
        file["labels"] = labels
        found = sc.skeletonize(file["labels"], voxel_size_nm=voxel, block_shape=(15, 60, 60))[ID]
    expected = sc.skeletonize(labels, voxel_size_nm=voxel, block_shape=(15, 60, 60))[ID]
    np.testing.assert_array_equal(found.points_nm, expected.points_nm)


def test_nothing_labelled_gives_no_skeletons():
    none = sc.skeletonize(np.zeros((3, 4, 5), np.uint8), voxel_size_nm=(10, 10, 10))
    assert len(none) == 0
    assert none.table().empty
    assert none.summary().empty
    assert (
        len(sc.skeletonize(np.zeros((3, 4, 5), int), voxel_size_nm=(1, 1, 1), block_shape=(2,) * 3))
        == 0
    )


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        (np.zeros((2, 2, 2)), {}, r"labels must be integers, got float64"),
        (np.zeros((2, 2), int), {}, r"volume \(z, y, x\), got shape \(2, 2\)"),
        (np.zeros((0, 2, 2), int), {}, r"non-empty volume .* got shape \(0, 2, 2\)"),
        (np.full((1, 1, 1), -1), {}, r"must not be negative, got -1"),
        (np.ones((1, 1, 1), int), {"voxel_size_nm": None}, r"voxel_size_nm is missing"),
        (np.ones((1, 1, 1), int), {"voxel_size_nm": (4, 4)}, r"three positive numbers"),
        (np.ones((1, 1, 1), int), {"radius": "mean"}, r"radius must be one of 'equivalent'"),
        (np.ones((1, 1, 1), int), {"engine": "skan"}, r"engine must be one of 'neuropil'"),
        (np.ones((1, 1, 1), int), {"cut_faces": [(3, "low")]}, r"pairs \(axis, 'low' or 'high'\)"),
        (np.ones((1, 1, 1), int), {"constant_nm": -1}, r"constant_nm must be a finite number"),
        (np.ones((1, 1, 1), int), {"block_shape": (8, 8)}, r"block_shape must be three whole"),
        (np.ones((1, 1, 1), int), {"n_jobs": 0}, r"n_jobs must be a whole number"),
        (np.ones((1, 1, 1), int), {"offset_nm": (0, 0)}, r"offset_nm must be three finite"),
    ],
)
def test_wrong_input_is_said_in_one_line(labels, options, message):
    with pytest.raises(ValueError, match=message) as caught:
        sc.skeletonize(labels, **{"voxel_size_nm": (10, 10, 10), **options})
    assert "\n" not in str(caught.value)


def test_kimimaro_traces_much_the_same_cable():
    pytest.importorskip("kimimaro")
    labels, voxel, _ = forked_neurite()
    ours = sc.skeletonize(labels, voxel_size_nm=voxel)[ID]
    theirs = sc.skeletonize(labels, voxel_size_nm=voxel, engine="kimimaro")[ID]
    assert len(theirs.endpoints) == len(ours.endpoints)
    assert theirs.cable_length_nm == pytest.approx(ours.cable_length_nm, rel=0.05)


def test_a_missing_engine_names_the_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "kimimaro", None)
    with pytest.raises(ImportError, match=r"neuropil\[skeletons-gpl\]"):
        sc.skeletonize(np.ones((1, 1, 1), int), voxel_size_nm=(1, 1, 1), engine="kimimaro")


def test_a_label_that_fills_its_blocks_has_a_skeleton_in_blocks_too():
    labels = np.ones((12, 24, 40), np.uint64)
    options = {"voxel_size_nm": (10, 10, 10), "cut_faces": "all"}
    for block in ((64, 64, 64), (6, 12, 20)):
        skeleton = sc.skeletonize(labels, block_shape=block, **options)[1]
        assert skeleton.cable_length_nm > 0
        assert np.isfinite(skeleton.radius_nm).all()
