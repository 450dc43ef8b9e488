"""Fragments: hand-made cases, the distance against scipy, and what must not change them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import ndimage

import segmentation_core as sc
from segmentation_core.fragments.capped_distance import capped_squared_distance
from segmentation_core.fragments.insideness import insideness
from segmentation_core.fragments.shore_level import shore_level
from tests.segmentation_core.neurites import OFFSETS, neurites
from tests.segmentation_core.same_partition import same_partition

ISOTROPIC = (10.0, 10.0, 10.0)


def walls(shape, *planes):
    """Affinities of a volume cut by planes (axis, position): 0 between a plane and the one before."""
    affinities = np.full((3, *shape), 255, np.uint8)
    for axis, position in planes:
        at = [slice(None)] * 3
        at[axis] = position
        affinities[(axis, *at)] = 0
    return affinities


def test_insideness_is_the_weakest_of_the_six_links():
    rng = np.random.default_rng(0)
    affinities = rng.integers(0, 256, (3, 3, 4, 5)).astype(np.uint8)
    found = insideness(affinities, (0, 1, 2), sections=False)
    for p in np.ndindex(3, 4, 5):
        links = []
        for axis in range(3):
            if p[axis] > 0:
                links.append(affinities[(axis, *p)])
            q = tuple(i + (a == axis) for a, i in enumerate(p))
            if q[axis] < affinities.shape[axis + 1]:
                links.append(affinities[(axis, *q)])
        assert found[p] == min(links)


@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 4, 5), (3, 1, 1), (2, 3, 2), (1, 1, 1)])
@pytest.mark.parametrize("sections", [False, True])
def test_the_shore_rises_half_by_the_weakest_link_and_half_by_the_mean(shape, sections):
    affinities = np.random.default_rng(1).integers(0, 256, (3, *shape)).astype(np.uint8)
    inside = insideness(affinities, (0, 1, 2), sections=sections)
    found = shore_level(affinities, (0, 1, 2), inside, sections=sections)
    for p in np.ndindex(*shape):
        links = []
        for axis in range(1 if sections else 0, 3):
            if p[axis] > 0:
                links.append(int(affinities[(axis, *p)]))
            q = tuple(i + (a == axis) for a, i in enumerate(p))
            if q[axis] < shape[axis]:
                links.append(int(affinities[(axis, *q)]))
        n = max(len(links), 1)
        assert found[p] == (int(inside[p]) * n + sum(links)) // (2 * n)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (2.5, 1.0, 1.0), (1.0, 1.3, 2.0)])
def test_distances_are_those_of_scipy_up_to_the_cap(spacing):
    inside = (np.random.default_rng(1).random((11, 23, 37)) > 0.01).astype(np.uint8)
    squared, scale = capped_squared_distance(inside, 0, spacing, 8.0, sections=False)
    exact = np.minimum(ndimage.distance_transform_edt(inside, sampling=spacing), 8.0)
    np.testing.assert_allclose(np.sqrt(squared / scale), exact, atol=0.01)


def test_distances_within_sections_do_not_see_other_sections():
    inside = (np.random.default_rng(2).random((4, 19, 300)) > 0.02).astype(np.uint8)
    squared, scale = capped_squared_distance(inside, 0, (9.0, 1.0, 1.0), 8.0, sections=True)
    for section, found in zip(inside, squared, strict=True):
        exact = np.minimum(ndimage.distance_transform_edt(section), 8.0)
        np.testing.assert_allclose(np.sqrt(found / scale), exact, atol=0.01)


def test_a_wall_makes_two_fragments():
    fragments = sc.watershed(walls((6, 10, 20), (2, 8)), voxel_size_nm=ISOTROPIC)
    assert set(np.unique(fragments)) == {1, 2}
    assert (fragments[:, :, :8] == 1).all()
    assert (fragments[:, :, 8:] == 2).all()


def test_a_narrow_waist_separates_and_a_slight_one_does_not():
    inside = np.zeros((21, 21, 60), bool)
    inside[4:17, 4:17, 3:25] = inside[4:17, 4:17, 35:57] = True
    waist = inside.copy()
    waist[9:12, 9:12, 25:35] = True
    slight = inside.copy()
    slight[5:16, 5:16, 25:35] = True

    def count(body):
        affinities = np.repeat(np.where(body, 255, 0).astype(np.uint8)[None], 3, axis=0)
        return len(np.unique(sc.watershed(affinities, voxel_size_nm=ISOTROPIC)[body]))

    assert count(waist) >= 2
    assert count(slight) == 1


def test_sections_of_thick_slices_share_no_fragment():
    _, affinities = neurites()
    fragments = sc.watershed(affinities, OFFSETS, voxel_size_nm=(40, 4, 4))
    for above, below in itertools.pairwise(fragments):
        assert not set(np.unique(above)) & set(np.unique(below)) - {0}
    one = sc.watershed(affinities[:, :1], OFFSETS, voxel_size_nm=(40, 4, 4))
    assert same_partition(one[0], fragments[0])


def test_no_fragment_holds_much_of_two_neurites():
    truth, affinities = neurites()
    fragments = sc.watershed(affinities, OFFSETS, voxel_size_nm=ISOTROPIC)
    table = sc.metrics.contingency(truth, fragments)
    assert sc.metrics.variation_of_information_of(table).merge < 0.25
    assert 12 <= len(np.unique(fragments)) < truth.size // 200


def test_every_voxel_belongs_to_a_fragment_and_ids_follow_the_raster():
    _, affinities = neurites(seed=1)
    fragments = sc.watershed(affinities, OFFSETS, voxel_size_nm=ISOTROPIC)
    assert fragments.dtype == np.uint64
    names, where = np.unique(fragments, return_index=True)
    assert names[0] == 1
    assert (np.diff(names) == 1).all()
    assert (np.diff(where) > 0).all()


def test_floats_and_bytes_give_the_same_fragments():
    _, affinities = neurites(seed=2)
    a = sc.watershed(affinities, OFFSETS, voxel_size_nm=ISOTROPIC)
    b = sc.watershed(affinities.astype(np.float32) / 255, OFFSETS, voxel_size_nm=ISOTROPIC)
    assert np.array_equal(a, b)


def test_the_order_of_channels_does_not_matter():
    _, affinities = neurites(seed=2)
    order = np.random.default_rng(0).permutation(len(OFFSETS))
    a = sc.watershed(affinities, OFFSETS, voxel_size_nm=ISOTROPIC)
    assert np.array_equal(
        a, sc.watershed(affinities[order], OFFSETS[order], voxel_size_nm=ISOTROPIC)
    )


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_mirroring_walls_mirrors_fragments(axis):
    shape = (12, 14, 16)
    planes = [(0, 5), (1, 6), (2, 9)]
    fragments = sc.watershed(walls(shape, *planes), voxel_size_nm=ISOTROPIC)
    mirrored = [(a, shape[a] - p if a == axis else p) for a, p in planes]
    again = sc.watershed(walls(shape, *mirrored), voxel_size_nm=ISOTROPIC)
    # Where walls meet, voxels see nothing but boundary and may go to any side.
    inside = insideness(walls(shape, *planes), (0, 1, 2), sections=False) > 0
    assert same_partition(
        np.flip(fragments, axis)[np.flip(inside, axis)], again[np.flip(inside, axis)]
    )
    assert len(np.unique(fragments)) == 8


def test_masked_voxels_are_none():
    _, affinities = neurites(seed=3)
    mask = np.ones(affinities.shape[1:], bool)
    mask[:, :5] = False
    fragments = sc.watershed(affinities, OFFSETS, voxel_size_nm=ISOTROPIC, mask=mask)
    assert (fragments[:, :5] == 0).all()
    assert (fragments[:, 5:] > 0).all()


def test_affinities_that_are_all_0_have_no_fragment():
    assert not sc.watershed(np.zeros((3, 4, 5, 6)), voxel_size_nm=ISOTROPIC).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"affinities": np.zeros((4, 5, 6))}, r"non-empty array \(channel, z, y, x\)"),
        ({"affinities": np.zeros((3, 0, 5, 6))}, "non-empty"),
        ({"affinities": np.zeros((3, 4, 5, 6), np.int32)}, "must be uint8"),
        ({"affinities": np.full((3, 4, 5, 6), 7.0)}, r"must lie in \[0, 1\]"),
        ({"affinities": np.full((3, 4, 5, 6), np.nan)}, "NaN"),
        ({"affinities": np.zeros((2, 4, 5, 6))}, "need offsets="),
        ({"offsets": [(-1, 0, 0), (0, -1, 0)]}, "one .* per channel"),
        ({"offsets": [(-1, 0, 0), (0, -1, 0), (0, 0, -2)]}, r"lack \(0, 0, -1\)"),
        ({"voxel_size_nm": (4, 4)}, "voxel_size_nm must be"),
        ({"voxel_size_nm": (4, 4, 0)}, "voxel_size_nm must be"),
        ({"boundary": 1.0}, "boundary must be"),
        ({"narrowing": 2}, "narrowing must be"),
        ({"least_voxels": 0}, "least_voxels must be"),
        ({"cap_voxels": 1}, "cap_voxels must be"),
        ({"mask": np.ones((4, 5, 6))}, "mask must be bool"),
    ],
)
def test_bad_input_gets_one_line(change, message):
    given = {"affinities": np.zeros((3, 4, 5, 6)), "voxel_size_nm": ISOTROPIC} | change
    with pytest.raises(ValueError, match=message) as caught:
        sc.watershed(given.pop("affinities"), **given)
    assert "\n" not in str(caught.value)
