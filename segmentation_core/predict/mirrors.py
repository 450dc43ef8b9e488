"""Mirrors: ask the network about the volume and its mirror images, and take the mean of its answers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from segmentation_core.predict.engines import Engine


def mirrored_channels(
    offsets: Sequence[Sequence[int]], flips: Sequence[int]
) -> list[tuple[int, int, tuple[int, int, int]]]:
    """Where the affinities of a mirror image are found in those of the volume.

    Mirroring turns the pair ``(p, p + o)`` into ``(q, q + m)`` with some signs of ``o`` changed. Where
    ``-m`` is one of the offsets instead of ``m``, the pair is found at its other end.

    Parameters
    ----------
    offsets : (C, 3) ints
        Of the network.
    flips : ints
        Mirrored axes.

    Returns
    -------
    list of (channel of the image, channel of the volume, shift)
        The image's value, mirrored back, at ``q`` belongs to the volume's channel at
        ``q + shift``. Channels whose mirror image the network does not predict are left out.

    Examples
    --------
    >>> mirrored_channels([(-1, 0, 0), (0, -2, 0)], [0])
    [(0, 0, (1, 0, 0)), (1, 1, (0, 0, 0))]
    """
    rows = [tuple(int(v) for v in o) for o in offsets]
    found = []
    for c, offset in enumerate(rows):
        image = tuple(-v if a in flips else v for a, v in enumerate(offset))
        if image in rows:
            found.append((c, rows.index(image), (0, 0, 0)))
        else:
            other = tuple(-v for v in image)
            if other in rows:
                found.append((c, rows.index(other), (image[0], image[1], image[2])))
    return found


def mean_over_mirrors(
    engine: Engine, tile: NDArray[np.float32], offsets: Sequence[Sequence[int]], n_views: int
) -> NDArray[np.uint8]:
    """Mean affinities over `n_views` mirror images of a tile.

    Parameters
    ----------
    engine : function
        From a tile to affinities.
    tile : (z, y, x) float32
        Standardised grey values.
    offsets : (C, 3) ints
        Of the network.
    n_views : {1, 2, 4, 8}
        The tile; and mirrored in all axes; and in x, and in z and y; and all eight.

    Returns
    -------
    (C, z, y, x) uint8
        Each voxel the mean over the views that say something of it.
    """
    if n_views == 1:
        return engine(tile)
    every = [f for k in range(4) for f in itertools.combinations(range(3), k)]
    views = {2: [(), (0, 1, 2)], 4: [(), (0, 1, 2), (2,), (0, 1)], 8: every}[n_views]
    shape = (len(offsets), *tile.shape)
    total = np.zeros(shape, np.uint16)
    count = np.zeros(shape, np.uint8)
    for flips in views:
        answer = np.flip(engine(np.flip(tile, flips)), tuple(a + 1 for a in flips))
        for c, channel, shift in mirrored_channels(offsets, flips):
            to, of = [], []
            for n, s in zip(tile.shape, shift, strict=True):
                k = min(n, abs(s))
                to.append(slice(k, None) if s > 0 else slice(0, n - k))
                of.append(slice(0, n - k) if s > 0 else slice(k, None))
            total[channel][tuple(to)] += answer[c][tuple(of)]
            count[channel][tuple(to)] += 1
    return np.asarray((total + count // 2) // np.maximum(count, 1), np.uint8)
