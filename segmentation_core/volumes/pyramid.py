"""Pyramid: the coarser scales of a volume, each made from the one before, block by block."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from .libraries import library
from .volume import Kind, Volume


def scale_factors(
    shape: Sequence[int],
    voxel_size_nm: Sequence[float],
    chunk_shape: Sequence[int],
    n_scales: int | None,
) -> list[tuple[int, int, int]]:
    """Voxels of scale 0 to one voxel of each scale, along (z, y, x).

    From one scale to the next those axes are halved whose voxels are less than twice the smallest, so
    voxels of thick sections become cubes first. The last scale fits into one chunk, unless `n_scales`
    says how many to make.

    Examples
    --------
    >>> scale_factors((100, 800, 800), (40, 8, 8), (64, 64, 64), None)
    [(1, 1, 1), (1, 2, 2), (1, 4, 4), (2, 8, 8), (4, 16, 16)]
    """
    factors = [(1, 1, 1)]
    while n_scales is None or len(factors) < n_scales:
        now = factors[-1]
        size = [nm * f for nm, f in zip(voxel_size_nm, now, strict=True)]
        left = [math.ceil(n / f) for n, f in zip(shape, now, strict=True)]
        if n_scales is None and all(n <= c for n, c in zip(left, chunk_shape, strict=True)):
            break
        halve = [nm < 2 * min(size) and n > 1 for nm, n in zip(size, left, strict=True)]
        if not any(halve):
            halve = [n > 1 for n in left]
        if not any(halve):
            break
        z, y, x = (f * (2 if half else 1) for f, half in zip(now, halve, strict=True))
        factors.append((z, y, x))
    return factors


def fill_finest(
    store: Any, volume: Volume, block_shape: Sequence[int], turned: Callable[[Any], Any]
) -> None:
    """Write all voxels of a volume, in blocks that are whole chunks of the store.

    `turned` turns a block (z, y, x) into the axis order and type of the store.
    """
    origin = store.domain.inclusive_min
    for block in volume.blocks(block_shape):
        voxels = turned(block.volume.read())
        low, high = turned_box(block.start, block.stop, store.rank)
        box = tuple(slice(o + a, o + b) for o, a, b in zip(origin, low, high, strict=True))
        store[box].write(voxels).result()


def turned_box(
    start: Sequence[int], stop: Sequence[int], rank: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A box (z, y, x) in the axes of a store: the same for rank 3, (x, y, z, channel) for rank 4."""
    if rank == 3:
        return tuple(start), tuple(stop)
    return (*reversed(tuple(start)), 0), (*reversed(tuple(stop)), 1)


def coarser(store: Any, factor: Sequence[int], kind: Kind) -> Any:
    """Lazy view of the next scale: means of images, the commonest label of labels."""
    method = "mean" if kind == "image" else "mode"
    return library("tensorstore").downsample(store, list(factor), method)


def fill_coarser(store: Any, finer: Any, block_shape: Sequence[int]) -> None:
    """Write a scale from the lazy view of it, in blocks that are whole chunks of the store."""
    low, high = store.domain.inclusive_min, store.domain.exclusive_max
    grid = (range(a, b, step) for a, b, step in zip(low, high, block_shape, strict=True))
    for start in itertools.product(*grid):
        box = tuple(
            slice(a, min(a + step, b)) for a, step, b in zip(start, block_shape, high, strict=True)
        )
        store[box].write(finer[box].read().result()).result()
