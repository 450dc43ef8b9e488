"""Compresso: what the format's own library encodes is decoded; damage is said, and ends nothing."""

from __future__ import annotations

import compresso
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation_core.volumes.compresso_chunk import HEADER, decode_compresso


def labels(seed: int, shape: tuple[int, int, int], dtype: str, n: int) -> np.ndarray:
    """Blobs: random points, each voxel of its nearest point, with some noise."""
    rng = np.random.default_rng(seed)
    points = rng.random((n, 3)) * shape
    grid = np.stack(np.indices(shape), -1).reshape(-1, 1, 3)
    nearest = ((grid - points) ** 2).sum(-1).argmin(1).reshape(shape)
    values = rng.integers(0, np.iinfo(dtype).max, n, dtype=dtype)
    found = values[nearest]
    noisy = rng.random(shape) < 0.02
    found[noisy] = rng.integers(0, 99, int(noisy.sum()))
    return np.asfortranarray(found)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    shape=st.tuples(st.integers(1, 40), st.integers(1, 30), st.integers(1, 6)),
    dtype=st.sampled_from(["u1", "u2", "u4", "u8"]),
    steps=st.sampled_from([(4, 4, 1), (8, 8, 1), (2, 2, 2)]),
    connectivity=st.sampled_from([4, 6]),
)
def test_it_decodes_what_the_library_encodes(
    seed: int,
    shape: tuple[int, int, int],
    dtype: str,
    steps: tuple[int, int, int],
    connectivity: int,
) -> None:
    truth = labels(seed, shape, dtype, 5)
    for index in (False, True) if connectivity == 4 and steps[2] == 1 else (False,):
        stream = compresso.compress(
            truth, steps=steps, connectivity=connectivity, random_access_z_index=index
        )
        decoded = decode_compresso(stream, (*shape, 1), np.dtype(dtype), "chunk")
        assert decoded.dtype == dtype
        np.testing.assert_array_equal(decoded[..., 0], truth)


def test_a_stream_by_hand() -> None:
    # 3 x 2 voxels, labels 7 | 9: the boundary is the middle column, one 4 x 4 mask with bits (1, 0) and
    # (1, 1); two pieces, so two ids; each boundary voxel takes the label to its left.
    mask = (1 << 1) | (1 << 5)
    header = HEADER.pack(b"cpso", 0, 1, 3, 2, 1, 4, 4, 1, 2, 1, 0, 4)
    stream = header + bytes([7, 9]) + mask.to_bytes(2, "little") + (0).to_bytes(2, "little")
    decoded = decode_compresso(stream, (3, 2, 1, 1), np.dtype("u1"), "chunk")
    assert decoded[..., 0, 0].T.tolist() == [[7, 7, 9], [7, 7, 9]]


def test_damage_is_always_a_message() -> None:
    truth = labels(0, (40, 30, 6), "u4", 9)
    stream = compresso.compress(truth)
    rng = np.random.default_rng(0)
    said = 0
    for number in range(300):
        damaged = bytearray(stream)
        for place in rng.integers(0, len(stream), 1 + number % 5):
            damaged[place] = rng.integers(256)
        if number % 3 == 0:
            damaged = damaged[: rng.integers(len(stream))]
        message = "chunk 7:"
        try:
            decode_compresso(bytes(damaged), (40, 30, 6, 1), np.dtype("u4"), "chunk 7")
        except ValueError as error:
            message = str(error)
            said += 1
        assert message.startswith("chunk 7:")
        assert "\n" not in message
    # A changed byte of a label is another label, which no decoder can know.
    assert said > 200


def test_a_chunk_of_another_size_is_refused() -> None:
    stream = compresso.compress(labels(0, (8, 8, 2), "u4", 3))
    with pytest.raises(ValueError, match=r"stream is 8x8x2 of 4-byte .* promises 8x8x3 of uint32"):
        decode_compresso(stream, (8, 8, 3, 1), np.dtype("u4"), "chunk")
    with pytest.raises(ValueError, match="not a compresso stream"):
        decode_compresso(b"", (8, 8, 2, 1), np.dtype("u4"), "chunk")
