"""A mirrored volume has mirrored pairs: averaging over mirrors never moves an affinity by a voxel."""

import numpy as np
import pytest

from segmentation_core.network.design import ANISOTROPIC_OFFSETS, ISOTROPIC_OFFSETS
from segmentation_core.network.targets import affinity_targets
from segmentation_core.predict.mirrors import mean_over_mirrors, mirrored_channels


@pytest.mark.parametrize("offsets", [ISOTROPIC_OFFSETS, ANISOTROPIC_OFFSETS])
@pytest.mark.parametrize("n_views", [1, 2, 4, 8])
def test_a_network_that_is_right_stays_right_to_the_voxel(offsets, n_views):
    ids = np.random.default_rng(0).integers(1, 4, (12, 18, 20)).repeat(2, 2)
    truth, mask = affinity_targets(ids, offsets)

    def oracle(tile):
        answer = affinity_targets(tile.astype(int), offsets).affinities
        return (answer * 255).astype(np.uint8)

    mean = mean_over_mirrors(oracle, ids.astype(np.float32), offsets, n_views)
    # Where the other end lies outside, a view may not have been asked; elsewhere all agree.
    assert (mean[mask] == 255 * truth[mask]).all()


def test_a_diagonal_that_the_network_does_not_know_is_left_out():
    offsets = [(-1, 0, 0), (-5, -5, 0)]
    assert mirrored_channels(offsets, [1]) == [(0, 0, (0, 0, 0))]
    assert mirrored_channels(offsets, [0, 1]) == [(0, 0, (1, 0, 0)), (1, 1, (5, 5, 0))]


def test_views_that_differ_are_averaged():
    answers = iter([10, 21])

    def engine(tile):
        return np.full((1, *tile.shape), next(answers), np.uint8)

    tile = np.zeros((2, 3, 4), np.float32)
    mean = mean_over_mirrors(engine, tile, [(0, 0, -1)], 2)
    # The mirrored view says nothing of the last column's pair... of the first column.
    assert mean[0, 0, 0].tolist() == [10, 16, 16, 16]
