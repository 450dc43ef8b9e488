"""Local shape descriptors against their definition, summed voxel by voxel."""

import numpy as np
import pytest

from segmentation_core.network.descriptors import local_shape_descriptors


def descriptors_by_definition(ids, voxel_size_nm, sigma_nm):
    """The ten numbers of each voxel, written out."""
    out = np.zeros((10, *ids.shape))
    size = np.array(voxel_size_nm, float)
    reach = [max(1, int(np.ceil(3 * sigma_nm / s))) for s in size]
    full = 1.0
    for r, s in zip(reach, size, strict=True):
        full *= np.exp(-0.5 * (np.arange(-r, r + 1) * s / sigma_nm) ** 2).sum()
    places = np.argwhere(np.ones(ids.shape, bool))
    for p in np.argwhere(ids > 0):
        apart = places - p
        near = (np.abs(apart) <= reach).all(axis=1) & (ids.ravel() == ids[tuple(p)])
        d = apart[near] * size / sigma_nm
        w = np.exp(-0.5 * (d**2).sum(axis=1))
        centre = (w[:, None] * d).sum(axis=0) / w.sum()
        e = d - centre
        cov = (w[:, None, None] * e[:, :, None] * e[:, None, :]).sum(axis=0) / w.sum()
        var = np.maximum(np.diag(cov), 1e-4)
        pairs = [
            0.5 + 0.5 * cov[a, b] / np.sqrt(var[a] * var[b]) for a, b in ((0, 1), (0, 2), (1, 2))
        ]
        out[:, *p] = np.clip([*(0.5 + 0.5 * centre), *var, *pairs, w.sum() / full], 0, 1)
    return out


@pytest.mark.parametrize("voxel_size_nm", [(40, 40, 40), (40, 16, 24)])
def test_descriptors_are_those_of_the_definition(voxel_size_nm):
    ids = np.random.default_rng(0).integers(0, 3, (5, 6, 7)) * 5
    ids[:, :3] = 5
    fast = local_shape_descriptors(ids, voxel_size_nm, sigma_nm=60)
    np.testing.assert_allclose(fast, descriptors_by_definition(ids, voxel_size_nm, 60), atol=2e-3)


def test_mirroring_turns_the_offset_and_the_correlations():
    ids = np.random.default_rng(1).integers(1, 4, (6, 8, 10))
    there = local_shape_descriptors(ids, (40, 40, 40))
    back = np.flip(local_shape_descriptors(np.flip(ids, 2), (40, 40, 40)), 3)
    np.testing.assert_allclose(back[2], 1 - there[2], atol=1e-4)
    np.testing.assert_allclose(back[[7, 8]], 1 - there[[7, 8]], atol=1e-3)
    np.testing.assert_allclose(back[[0, 1, 3, 4, 5, 6, 9]], there[[0, 1, 3, 4, 5, 6, 9]], atol=1e-3)


def test_a_rod_is_long_where_it_runs():
    ids = np.zeros((15, 15, 15), int)
    ids[7, 7, :] = 3
    d = local_shape_descriptors(ids, (40, 40, 40))[:, 7, 7, 7]
    assert d[5] > 0.9
    assert d[3] < 0.01
    assert d[4] < 0.01
    np.testing.assert_allclose(d[:3], 0.5, atol=1e-6)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="got 3 axes of float64"):
        local_shape_descriptors(np.zeros((2, 2, 2)), (1, 1, 1))
    with pytest.raises(ValueError, match="sigma_nm must be positive, got 0"):
        local_shape_descriptors(np.zeros((2, 2, 2), int), (1, 1, 1), sigma_nm=0)
