"""A Volume is sliced as numpy slices, cut without reading, and tiled exactly once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import segmentation_core as sc

SHAPE = (5, 6, 7)
ARRAY = np.arange(5 * 6 * 7, dtype=np.uint16).reshape(SHAPE)


def volume() -> sc.Volume:
    return sc.open_volume(ARRAY, voxel_size_nm=(40, 4, 4))


def slices(length: int) -> st.SearchStrategy[Any]:
    return st.one_of(st.slices(length), st.integers(-length, length - 1))


@settings(deadline=None, max_examples=80)
@given(st.tuples(*(slices(length) for length in SHAPE)))
def test_slicing_is_numpys(key: tuple[Any, ...]) -> None:
    np.testing.assert_array_equal(volume()[key], ARRAY[key])


@pytest.mark.parametrize("key", [3, ..., (..., 2), (1, ...), slice(1, 3), (slice(None), -1)])
def test_short_keys_are_numpys(key: Any) -> None:
    np.testing.assert_array_equal(volume()[key], ARRAY[key])


@pytest.mark.parametrize("order", ["zyx", "xyz", "yzx", "xcyz", "tczyx"])
def test_any_order_of_axes_becomes_z_y_x(order: str) -> None:
    full = ARRAY[None, None].repeat(2, axis=1)
    full[0, 0] = 0
    dims = "tczyx"
    drop = tuple(i for i, axis in enumerate(dims) if axis not in order)
    kept = [axis for axis in dims if axis in order]
    index = tuple(0 if i == 0 and i in drop else 1 if i in drop else slice(None) for i in range(5))
    array = full[index].transpose([kept.index(axis) for axis in order])
    channel = 1 if "c" in order else None
    opened = sc.open_volume(array, axes=order, voxel_size_nm=(40, 4, 4), channel=channel)
    np.testing.assert_array_equal(opened.read(), ARRAY)
    np.testing.assert_array_equal(opened[1:3, 2:, :4], ARRAY[1:3, 2:, :4])


def test_a_crop_of_a_crop_keeps_its_place() -> None:
    part = volume().crop(z=(1, -1), x=(2, None)).crop(z=(1, 2), y=(3, 6))
    np.testing.assert_array_equal(part.read(), ARRAY[2:3, 3:6, 2:])
    assert part.offset_nm == (80, 12, 8)
    assert part.shape == (1, 3, 5)


@settings(deadline=None, max_examples=40)
@given(st.tuples(*(st.integers(1, 8) for _ in SHAPE)), st.integers(0, 3))
def test_blocks_tile_the_volume_once(block_shape: tuple[int, ...], halo: int) -> None:
    seen = np.zeros(SHAPE, np.int64)
    copy = np.zeros_like(ARRAY)
    for block in volume().blocks(block_shape, halo=halo):
        inside = tuple(slice(a, b) for a, b in zip(block.start, block.stop, strict=True))
        seen[inside] += 1
        copy[inside] = block.volume.read()[block.inner]
        for a, low, b, high, n in zip(
            block.start, block.halo_start, block.stop, block.halo_stop, SHAPE, strict=True
        ):
            assert low == max(0, a - halo)
            assert high == min(n, b + halo)
    assert (seen == 1).all()
    np.testing.assert_array_equal(copy, ARRAY)


def test_it_is_an_array_for_numpy() -> None:
    np.testing.assert_array_equal(np.asarray(volume()), ARRAY)
    assert np.stack(list(volume())).shape == SHAPE
    assert len(volume()) == 5
    assert volume().nbytes == ARRAY.nbytes


def test_a_volume_opens_as_itself() -> None:
    opened = volume()
    assert sc.open_volume(opened) is opened
    with pytest.raises(ValueError, match="already open"):
        sc.open_volume(opened, voxel_size_nm=(1, 1, 1))


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda v: v.crop(z=(0, 9)), "does not fit in 0 to 5"),
        (lambda v: v.crop(x=(3, 3)), "start < stop"),
        (lambda v: v.blocks((0, 1, 1)), "at least 1"),
        (lambda v: v.blocks((1, 1, 1), halo=-1), "at least 0"),
    ],
)
def test_what_does_not_fit_is_said(action: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        action(volume())


def test_masks_and_positions_outside_are_index_errors() -> None:
    with pytest.raises(IndexError, match="outside axis z of length 5"):
        volume()[5]
    with pytest.raises(IndexError, match=r"read\(\) gives a numpy array"):
        volume()[np.ones(SHAPE, bool)]
