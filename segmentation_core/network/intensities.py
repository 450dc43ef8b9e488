"""Intensities: grey values on one scale, whatever the microscope, and the same for every tile.

A network expects micrographs of mean 0 and spread 1. Both are measured once over a whole volume, never
over a tile: two tiles that saw different parts would disagree where they meet.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Blocks of this side on a regular lattice are read to measure a volume that may not fit in memory.
_SAMPLE_SIDE = (16, 128, 128)
_SAMPLES_PER_AXIS = 4


@dataclasses.dataclass(frozen=True)
class IntensityScale:
    """Mean and standard deviation of the grey values of a volume, black borders left out."""

    mean: float
    spread: float

    def standardise(self, raw: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Grey values to mean 0 and spread 1, float32."""
        table = ((np.arange(256) - self.mean) / self.spread).astype(np.float32)
        return table[raw]


def checked_raw(raw: Any, *, name: str = "raw") -> None:
    """Raise one clear line unless `raw` is a non-empty (z, y, x) uint8 volume.

    Raises
    ------
    ValueError
        Another number of axes, another type, or no voxel.
    """
    shape, dtype = tuple(raw.shape), np.dtype(raw.dtype)
    if len(shape) != 3:
        msg = (
            f"{name} must have three axes (z, y, x), got shape {shape}. "
            "Select one channel, or give a single section an axis z of length 1."
        )
        raise ValueError(msg)
    if 0 in shape:
        msg = f"{name} is empty, shape {shape}."
        raise ValueError(msg)
    if dtype != np.uint8:
        msg = (
            f"{name} must be uint8 micrographs, got {dtype}. Scale the grey values to 0..255 and "
            "convert: np.clip((a - low) / (high - low) * 255, 0, 255).astype(np.uint8)."
        )
        raise ValueError(msg)


def require_contrast(raw: Any, *, name: str = "raw") -> None:
    """Raise one clear line where every voxel has the same grey value.

    Sections are read until two values are seen, so a volume of tissue costs one of them.

    Raises
    ------
    ValueError
        A constant volume.

    Examples
    --------
    >>> require_contrast(np.array([[[7, 8]]], np.uint8))
    >>> require_contrast(np.full((2, 4, 4), 255, np.uint8))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: every voxel of raw is 255, so there is nothing to see; is it the right ...
    """
    first = None
    for z in range(raw.shape[0]):
        section = np.asarray(raw[z : z + 1])
        first = section.flat[0] if first is None else first
        if (section != first).any():
            return
    msg = (
        f"every voxel of {name} is {first}, so there is nothing to see; is it the right file, "
        "dataset and channel, and does intensity_range= hold its grey values?"
    )
    raise ValueError(msg)


def measure_intensities(raw: Any) -> IntensityScale:
    """Measure the grey values of a volume, on all of it or on a lattice of blocks.

    Parameters
    ----------
    raw : (z, y, x) uint8, anything that can be sliced
        The micrographs; grey value 0 is taken for "not imaged" and left out.

    Returns
    -------
    IntensityScale
        A spread of 0 (one grey value throughout) becomes 1.

    Examples
    --------
    >>> measure_intensities(np.array([[[100, 140, 0, 0]]], np.uint8))
    IntensityScale(mean=120.0, spread=20.0)
    """
    checked_raw(raw)
    counts = np.zeros(256, np.int64)
    starts = []
    for n, side in zip(raw.shape, _SAMPLE_SIDE, strict=True):
        last = max(0, n - side)
        n_samples = min(_SAMPLES_PER_AXIS, -(-n // side))
        starts.append(sorted({round(last * i / max(1, n_samples - 1)) for i in range(n_samples)}))
    for z in starts[0]:
        for y in starts[1]:
            for x in starts[2]:
                a, b, c = _SAMPLE_SIDE
                block = np.asarray(raw[z : z + a, y : y + b, x : x + c])
                counts += np.bincount(block.ravel(), minlength=256)
    counts[0] = 0
    total = counts.sum()
    if total == 0:
        return IntensityScale(0.0, 1.0)
    value = np.arange(256)
    mean = float((counts * value).sum() / total)
    variance = float((counts * (value - mean) ** 2).sum() / total)
    return IntensityScale(mean, variance**0.5 if variance > 0 else 1.0)
