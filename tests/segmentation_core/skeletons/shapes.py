"""Shapes whose axes and radii are known, drawn into label volumes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ID = 864_691_135_000_000_123  # 18 digits: not a float64


def rods(
    shape: Sequence[int],
    voxel_size_nm: Sequence[float],
    segments: Sequence[tuple[Sequence[float], Sequence[float], float]],
) -> NDArray[np.bool_]:
    """Voxels within `radius` of the lines from `a` to `b`, all in nm and (z, y, x)."""
    axes = [np.arange(n) * s for n, s in zip(shape, voxel_size_nm, strict=True)]
    z, y, x = (axis.reshape([-1 if k == a else 1 for k in range(3)]) for a, axis in enumerate(axes))
    inside = np.zeros(shape, bool)
    for a, b, radius in segments:
        start, along = np.asarray(a, float), np.subtract(b, a).astype(float)
        length2 = max(float(along @ along), 1e-9)
        t = (z - start[0]) * along[0] + (y - start[1]) * along[1] + (x - start[2]) * along[2]
        t = np.clip(t / length2, 0, 1)
        away = (
            (z - start[0] - t * along[0]) ** 2
            + (y - start[1] - t * along[1]) ** 2
            + (x - start[2] - t * along[2]) ** 2
        )
        inside |= away <= radius**2
    return inside


def forked_neurite() -> tuple[NDArray[np.uint64], tuple[float, float, float], float]:
    """A Y of three arms in thick sections, its voxel size, and the length of its axes with tips."""
    voxel, radius = (40.0, 8.0, 8.0), 64.0
    fork = (480.0, 480.0, 480.0)
    arms = [(480.0, 120.0, 120.0), (480.0, 800.0, 240.0), (1000.0, 640.0, 800.0)]
    inside = rods((29, 116, 116), voxel, [(fork, end, radius) for end in arms])
    length = sum(float(np.linalg.norm(np.subtract(end, fork))) + radius for end in arms)
    return inside.astype(np.uint64) * np.uint64(ID), voxel, length
