"""Affinity targets, voxel by voxel, by hand; mirrored with the labels; masked where nobody knows."""

import itertools

import numpy as np
import pytest

from segmentation_core.network.design import ANISOTROPIC_OFFSETS, ISOTROPIC_OFFSETS
from segmentation_core.network.targets import affinity_targets, widen_membranes


def test_affinity_c_at_p_compares_p_with_p_plus_offset_c():
    ids = np.array([[[7, 7, 7, 9, 9, 0, 9]]])
    affinities, mask = affinity_targets(ids, [(0, 0, -1), (0, 0, -2)])
    # Voxels          0  1  2  3  4  5  6
    assert affinities[0, 0, 0].tolist() == [0, 1, 1, 0, 1, 0, 0]
    assert affinities[1, 0, 0].tolist() == [0, 0, 1, 0, 0, 0, 1]
    assert mask[0, 0, 0].tolist() == [0, 1, 1, 1, 1, 1, 1]
    assert mask[1, 0, 0].tolist() == [0, 0, 1, 1, 1, 1, 1]


def test_each_axis_looks_at_its_own_neighbour():
    ids = np.arange(1, 9).reshape(2, 2, 2)
    ids[1, 0, 0] = ids[0, 0, 0]
    ids[0, 1, 1] = ids[0, 0, 1]
    ids[1, 1, 1] = ids[1, 1, 0]
    affinities, _ = affinity_targets(ids, [(-1, 0, 0), (0, -1, 0), (0, 0, -1)])
    assert np.argwhere(affinities).tolist() == [[0, 1, 0, 0], [1, 0, 1, 1], [2, 1, 1, 1]]


def test_positive_offsets_ask_the_same_pair_from_its_other_end():
    ids = np.random.default_rng(0).integers(0, 3, (5, 6, 7))
    ahead, ahead_mask = affinity_targets(ids, [(2, -1, 0)])
    back, back_mask = affinity_targets(ids, [(-2, 1, 0)])
    assert (ahead[0, :-2, 1:] == back[0, 2:, :-1]).all()
    assert (ahead_mask[0, :-2, 1:] == back_mask[0, 2:, :-1]).all()
    assert ahead_mask.sum() == back_mask.sum() == 3 * 5 * 7


def test_zero_belongs_with_nothing():
    affinities, mask = affinity_targets(np.zeros((2, 3, 4), int), [(0, 0, -1)])
    assert not affinities.any()
    assert mask[..., 1:].all()


def test_pairs_that_touch_the_unknown_are_masked():
    ids = np.ones((1, 1, 5), int)
    unlabelled = np.array([[[False, False, True, False, False]]])
    affinities, mask = affinity_targets(ids, [(0, 0, -1)], unlabelled=unlabelled)
    assert mask[0, 0, 0].tolist() == [False, True, False, False, True]
    assert (affinities <= mask).all()


def test_an_offset_longer_than_the_volume_asks_nothing():
    affinities, mask = affinity_targets(np.ones((2, 3, 4), int), [(-2, 0, 0), (0, -9, 0)])
    assert not affinities.any()
    assert not mask.any()


@pytest.mark.parametrize("offsets", [ISOTROPIC_OFFSETS, ANISOTROPIC_OFFSETS])
def test_mirroring_the_labels_mirrors_the_pairs(offsets):
    ids = np.random.default_rng(1).integers(0, 4, (11, 17, 18))
    affinities, mask = affinity_targets(ids, offsets)
    for flips in itertools.chain.from_iterable(
        itertools.combinations(range(3), k) for k in (1, 2, 3)
    ):
        turned = [tuple(-o if a in flips else o for a, o in enumerate(row)) for row in offsets]
        mirrored, mirrored_mask = affinity_targets(np.flip(ids, flips), turned)
        axes = tuple(a + 1 for a in flips)
        assert (np.flip(mirrored, axes) == affinities).all()
        assert (np.flip(mirrored_mask, axes) == mask).all()


def test_renaming_the_neurons_changes_nothing():
    ids = np.random.default_rng(2).integers(0, 4, (6, 6, 6)).astype(np.uint64)
    names = np.array([0, 2**60, 5, 17], np.uint64)
    a = affinity_targets(ids, ISOTROPIC_OFFSETS[:6])
    b = affinity_targets(names[ids], ISOTROPIC_OFFSETS[:6])
    assert (a.affinities == b.affinities).all()


def test_membranes_become_two_voxels_thick_and_only_where_neurons_meet():
    ids = np.array([[[1, 1, 1, 2, 2, 0, 3]]])
    assert widen_membranes(ids).tolist() == [[[1, 1, 0, 0, 2, 0, 3]]]
    assert ids.tolist() == [[[1, 1, 1, 2, 2, 0, 3]]]


def test_thick_sections_are_not_widened_across():
    ids = np.ones((2, 1, 4), int)
    ids[1] = 2
    assert (widen_membranes(ids, axes=(1, 2)) == ids).all()
    assert not widen_membranes(ids, axes=(0,)).any()


@pytest.mark.parametrize(
    ("ids", "offsets", "message"),
    [
        (
            np.zeros((2, 2), int),
            [(0, 0, -1)],
            r"neuron_ids must be a \(z, y, x\) array of integers, got 2 axes",
        ),
        (np.zeros((2, 2, 2)), [(0, 0, -1)], "got 3 axes of float64"),
        (
            np.zeros((2, 2, 2), int),
            [(0, -1)],
            r"offsets must be \(C, 3\) integers, got shape \(1, 2\)",
        ),
    ],
)
def test_bad_input_is_named(ids, offsets, message):
    with pytest.raises(ValueError, match=message):
        affinity_targets(ids, offsets)


def test_an_unlabelled_mask_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="unlabelled must have the shape of neuron_ids"):
        affinity_targets(
            np.ones((2, 2, 2), int), [(0, 0, -1)], unlabelled=np.zeros((2, 2, 3), bool)
        )
