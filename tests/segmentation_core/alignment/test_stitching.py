"""Tiles find their places to a fraction of a pixel, and a wrong overlap is outvoted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

import segmentation_core as sc


def scene(size: int = 330, seed: int = 0) -> np.ndarray:
    field = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(size, size)), 2)
    return (128 + 45 * field / field.std()).clip(1, 255).astype(np.uint8)


def tiles_of(picture: np.ndarray, *, error: float, noise: float, seed: int = 1) -> Any:
    """3 x 3 tiles of 130 px that overlap by 30, what the microscope says, and where they are."""
    rng = np.random.default_rng(seed)
    truth = np.array([(y, x) for y in (0, 100, 200) for x in (0, 100, 200)])
    tiles = [
        (picture[y : y + 130, x : x + 130] + rng.normal(0, noise, (130, 130)) + rng.normal(0, 5))
        .clip(1, 255)
        .astype(np.uint8)
        for y, x in truth
    ]
    return tiles, truth + rng.uniform(-error, error, truth.shape), truth


def test_tiles_find_their_places() -> None:
    picture = scene()
    tiles, said, truth = tiles_of(picture, error=3, noise=10)
    mosaic = sc.stitch(tiles, said, max_error_px=12)
    placed = mosaic.positions - mosaic.positions.mean(axis=0) + truth.mean(axis=0)
    assert np.abs(said - truth).max() > 2
    assert np.abs(placed - truth).max() < 0.3
    assert mosaic.unplaced == ()
    whole = mosaic.read()
    assert whole.shape == mosaic.shape
    np.testing.assert_array_equal(mosaic.read(y=(50, 200), x=(90, None)), whole[50:200, 90:])


def test_fading_leaves_no_seam() -> None:
    picture = scene() // 2 + 60  # far from black and white, where brightness is cut off
    tiles, _, truth = tiles_of(picture, error=0, noise=0)
    mosaic = sc.Mosaic(
        tuple(tiles),
        truth.astype(float),
        (0, 0),
        (330, 330),
        None,
        (),  # type: ignore[arg-type]
    )
    apart = mosaic.read().astype(float) - picture
    # Tiles differ in brightness by some 5 gray values; no step in the mosaic is as large.
    assert np.abs(np.diff(apart, axis=1)).max() < 3
    assert np.abs(apart).max() < 15


def test_a_tile_of_something_else_is_left_where_it_was() -> None:
    tiles, said, truth = tiles_of(scene(), error=3, noise=10)
    tiles[4] = tiles_of(scene(seed=9), error=0, noise=0)[0][8]
    mosaic = sc.stitch(tiles, said, max_error_px=12)
    assert mosaic.unplaced == (4,)
    others = [k for k in range(9) if k != 4]
    placed = mosaic.positions[others]
    placed = placed - placed.mean(axis=0) + truth[others].mean(axis=0)
    assert np.abs(placed - truth[others]).max() < 0.4


def test_tiles_that_do_not_overlap_stay() -> None:
    picture = scene()
    mosaic = sc.stitch([picture[:60, :60], picture[:60, 200:]], [(0, 0), (0, 200)])
    np.testing.assert_allclose(mosaic.positions, [[0, 0], [0, 200]], atol=1e-9)
    assert mosaic.unplaced == (0, 1)
    assert len(mosaic.overlaps) == 0


@pytest.mark.parametrize(
    ("tiles", "positions", "words"),
    [
        ([], np.zeros((0, 2)), "0 tiles"),
        ([np.ones((9, 9), np.uint8)], [(0, 0), (1, 1)], r"positions \(2, 2\)"),
        ([np.ones((9, 9), np.float32)], [(0, 0)], "tile 0 is float32"),
        ([np.ones((9, 9, 3), np.uint8)], [(0, 0)], "tile 0 is uint8 of shape"),
        ([np.ones((9, 9), np.uint8)], [(0, np.nan)], "finite"),
    ],
)
def test_what_is_no_tile_is_said(tiles: Any, positions: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sc.stitch(tiles, positions)
