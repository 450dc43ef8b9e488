"""Spread labels: places along an axis that keep labels apart, as near to their own as can be."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def spread(places: ArrayLike, apart: float, length: float) -> NDArray[np.float64]:
    """Move sorted places so that neighbours are `apart`, within 0 ... `length`.

    Parameters
    ----------
    places : (K,) array, ascending
    apart : float
        Least distance between neighbours; all fit, so ``(K - 1) * apart <= length``.
    length : float

    Returns
    -------
    (K,) float64

    Examples
    --------
    >>> spread([1.0, 1.1, 9.0], apart=1.0, length=10.0).round(2).tolist()
    [0.55, 1.55, 9.0]
    """
    wanted = np.asarray(places, dtype=float)
    # Neighbours that meet are one block, centred on the mean of the places it holds.
    blocks: list[list[float]] = []
    for place in wanted:
        blocks.append([float(place)])
        while len(blocks) > 1 and _overlap(blocks[-2], blocks[-1], apart, length):
            last = blocks.pop()
            blocks[-1] += last
    moved = [
        _start(block, apart, length) + apart * i for block in blocks for i in range(len(block))
    ]
    return np.array(moved, dtype=float)


def _start(block: list[float], apart: float, length: float) -> float:
    extent = apart * (len(block) - 1)
    return float(np.clip(np.mean(block) - extent / 2, 0.0, max(length - extent, 0.0)))


def _overlap(before: list[float], after: list[float], apart: float, length: float) -> bool:
    end = _start(before, apart, length) + apart * len(before)
    return end > _start(after, apart, length) + 1e-9
