"""Tiles cover the volume, fit the network's grid and fade into one another."""

import numpy as np
import pytest

from segmentation_core.predict import tiles
from segmentation_core.predict.predictor import blended


@pytest.mark.parametrize("shape", [(5, 17, 40), (16, 16, 16), (33, 8, 70)])
@pytest.mark.parametrize("kept", [(8, 8, 8), (16, 40, 9), (100, 100, 100)])
def test_every_voxel_is_answered_and_every_start_with_a_fade_was_answered_before(shape, kept):
    answered = np.zeros(shape, int)
    for t in tiles.tiles(shape, kept, (2, 4, 4), (2, 8, 8)):
        where = tuple(slice(a, b) for a, b in zip(t.start, t.stop, strict=True))
        for axis, fade in enumerate(t.fade):
            face = list(where)
            face[axis] = slice(t.start[axis], t.start[axis] + fade)
            assert (answered[tuple(face)] > 0).all()
        answered[where] += 1
    assert (answered > 0).all()


def test_a_reading_box_lies_on_the_grid_of_the_volume():
    low, high = tiles.reading_box((10, 30, 0), (20, 50, 9), (21, 64, 100), (4, 5, 6), (4, 8, 8))
    assert low == (4, 24, 0)
    assert high == (24, 56, 16)


def test_a_constant_stays_constant_whatever_the_blend():
    volume = np.zeros((1, 9, 20, 21), np.uint8)
    for t in tiles.tiles((9, 20, 21), (4, 8, 8), (2, 4, 4), (2, 4, 4)):
        where = (slice(None), *(slice(a, b) for a, b in zip(t.start, t.stop, strict=True)))
        block = np.full(volume[where].shape, 201, np.uint8)
        volume[where] = blended(volume[where], block, t)
    assert (volume == 201).all()


def test_over_the_overlap_one_answer_gives_way_to_the_other():
    t = tiles.Tile((0, 0, 4), (1, 1, 9), (0, 0, 3))
    before = np.full((1, 1, 1, 5), 100, np.uint8)
    block = np.full((1, 1, 1, 5), 200, np.uint8)
    assert blended(before, block, t).ravel().tolist() == [125, 150, 175, 200, 200]
    assert (block == 200).all()
