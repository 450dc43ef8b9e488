"""Mutex watershed: a slow twin gives the same segments."""

from __future__ import annotations

import numpy as np
import pytest

import segmentation_core as sc
from tests.reference import mutex_watershed as slow
from tests.segmentation_core.same_partition import same_partition

OFFSETS = [(-1, 0, 0), (0, -1, 0), (0, 0, -1), (-2, 0, 0), (0, -2, 0), (0, -1, -2)]


@pytest.mark.parametrize("seed", range(4))
def test_segments_are_those_of_the_slow_twin(seed):
    rng = np.random.default_rng(seed)
    # All 240 values differ, so that there is one order; an even one is 1 - a of no other.
    affinities = rng.permutation(240).reshape(6, 2, 4, 5).astype(np.uint8)
    join, apart = affinities[:3].ravel(), 255 - affinities[3:].ravel()
    common = np.isin(join, apart)
    join[common] = join[common]
    links = affinities / 255.0
    links[3:] += 1e-9  # equal weights: what joins comes first in both
    assert same_partition(
        sc.mutex_watershed(affinities, OFFSETS), slow.mutex_watershed(links, OFFSETS)
    )


def test_order_of_channels_does_not_matter():
    rng = np.random.default_rng(9)
    affinities = rng.permutation(240).reshape(6, 2, 4, 5).astype(np.uint8)
    order = [3, 0, 4, 1, 5, 2]
    assert same_partition(
        sc.mutex_watershed(affinities, OFFSETS),
        sc.mutex_watershed(affinities[order], np.array(OFFSETS)[order]),
    )


def test_masked_voxels_are_none():
    mask = np.ones((2, 4, 5), bool)
    mask[0] = False
    found = sc.mutex_watershed(np.full((6, 2, 4, 5), 200, np.uint8), OFFSETS, mask=mask)
    assert not found[0].any()
    assert found[1].all()


def test_without_long_offsets_there_is_one_clear_line():
    with pytest.raises(ValueError, match="longer ones, which keep apart"):
        sc.mutex_watershed(np.zeros((3, 4, 5, 6)))
