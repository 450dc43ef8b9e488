"""Tiles: how a volume is cut for a network, so that no cut can be seen in the result.

A tile computes more than it keeps. Around what it keeps lies a halo, wide enough for the network to
know what surrounds the last voxel it answers for. Kept parts overlap; over the overlap the answer
goes from one tile's to the other's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Triple = tuple[int, int, int]


class Tile(NamedTuple):
    """One tile, in voxels of the volume, (z, y, x).

    Attributes
    ----------
    start, stop
        What is kept.
    fade
        Over how many voxels from `start` on the answer of earlier tiles gives way; 0 at the
        edge of the volume.
    """

    start: Triple
    stop: Triple
    fade: Triple


def _cuts(n: int, kept: int, overlap: int, multiple: int) -> list[tuple[int, int, int]]:
    """(start, stop, fade) along one axis; starts are multiples of `multiple`."""
    kept = max(multiple, kept - kept % multiple)
    cuts = []
    at = 0
    while at < n:
        start = max(0, at - overlap)
        cuts.append((start, min(n, at + kept), at - start))
        at += kept
    return cuts


def tiles(
    shape: Sequence[int], kept: Sequence[int], overlap: Sequence[int], multiple: Sequence[int]
) -> Iterator[Tile]:
    """Cover a volume with overlapping tiles, in raster order.

    Parameters
    ----------
    shape : (z, y, x) ints
        Of the volume.
    kept : (z, y, x) ints
        Voxels each tile adds; rounded down to `multiple`.
    overlap : (z, y, x) ints
        Voxels a tile shares with the one before it.
    multiple : (z, y, x) ints
        Voxels per point of the network's coarsest grid.

    Yields
    ------
    Tile

    Examples
    --------
    >>> for tile in tiles((1, 1, 20), (8, 8, 8), (0, 0, 4), (1, 1, 8)):
    ...     print(tile.start[2], tile.stop[2], tile.fade[2])
    0 8 0
    4 16 4
    12 20 4
    """
    along = [_cuts(n, k, o, m) for n, k, o, m in zip(shape, kept, overlap, multiple, strict=True)]
    for z, y, x in itertools.product(*along):
        yield Tile((z[0], y[0], x[0]), (z[1], y[1], x[1]), (z[2], y[2], x[2]))


def reading_box(
    start: Sequence[int],
    stop: Sequence[int],
    shape: Sequence[int],
    halo: Sequence[int],
    multiple: Sequence[int],
) -> tuple[Triple, Triple]:
    """Grow a box by the halo, clipped to the volume, on the network's coarsest grid.

    The grid is that of the volume, not of the box: pooling must pair the same voxels whatever the
    tile. The far end may lie beyond the volume by less than one grid point.

    Examples
    --------
    >>> reading_box((0, 0, 20), (10, 10, 40), (10, 10, 100), (8, 8, 8), (8, 8, 8))
    ((0, 0, 8), (16, 16, 48))
    """
    low, high = [], []
    for a, b, n, h, m in zip(start, stop, shape, halo, multiple, strict=True):
        low.append(max(0, a - h) // m * m)
        end = -(-n // m) * m
        high.append(min(end, -(-(b + h) // m) * m))
    return (low[0], low[1], low[2]), (high[0], high[1], high[2])


def fade_in(shape: Sequence[int], fade: Sequence[int]) -> NDArray[np.float32]:
    """Weight of a tile against earlier ones: rises over `fade` voxels from each face, else 1.

    Examples
    --------
    >>> fade_in((1, 1, 5), (0, 0, 3)).ravel().tolist()
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """
    ramps = [
        np.minimum(1, (np.arange(n) + 1) / (f + 1), dtype=np.float32)
        for n, f in zip(shape, fade, strict=True)
    ]
    return np.asarray(
        ramps[0][:, None, None] * ramps[1][None, :, None] * ramps[2][None, None, :], np.float32
    )
