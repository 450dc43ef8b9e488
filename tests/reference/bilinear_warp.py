"""Warping, one pixel at a time, with scipy's interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage


def warped_slowly(
    section: np.ndarray,
    transform: Any,
    start: tuple[int, int],
    shape: tuple[int, int],
    *,
    nearest: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """A box of an aligned section, and where it is inside the original."""
    grid = np.stack(np.indices(shape), axis=-1) + start
    at = transform(grid)
    high = np.array(section.shape) - 1
    if nearest:
        whole = np.floor(at + 0.5)
        inside = ((whole >= 0) & (whole <= high)).all(axis=-1)
        y, x = np.clip(whole, 0, high).astype(int).transpose(2, 0, 1)
        return np.where(inside, section[y, x], 0), inside
    inside = ((at >= 0) & (at <= high)).all(axis=-1)
    values = ndimage.map_coordinates(
        section.astype(float), at.transpose(2, 0, 1), order=1, mode="nearest"
    )
    return np.where(inside, values, 0), inside
