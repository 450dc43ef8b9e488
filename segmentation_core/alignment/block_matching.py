"""Block matching: how far each block of one section lies from its like in another.

The likeness is the weighted cross-correlation, normalised, for all shifts at once by FFT.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import fft

BATCH = 32


class Matches(NamedTuple):
    """What was found at N blocks.

    Attributes
    ----------
    shift : (N, 2) float
        What is at ``center`` in the first section is at ``center + shift`` in the second, (y, x).
    likeness : (N,) float in [-1, 1]
        Correlation at that shift; -1 where there was too little image to compare.
    lead : (N,) float >= 0
        By how much it exceeds the best likeness at another place.
    """

    shift: npt.NDArray[np.float64]
    likeness: npt.NDArray[np.float64]
    lead: npt.NDArray[np.float64]


def match_blocks(
    first: npt.NDArray[np.float32],
    second: npt.NDArray[np.float32],
    first_valid: npt.NDArray[np.bool_],
    second_valid: npt.NDArray[np.bool_],
    centers: npt.NDArray[np.int64],
    *,
    block: int,
    reach: int,
    enough: float = 0.5,
) -> Matches:
    """Find blocks of one section in another.

    Parameters
    ----------
    first, second : (Y, X) float32
        Sections of one shape, by `local_contrast`.
    first_valid, second_valid : (Y, X) bool
        Where there is an image.
    centers : (N, 2) int
        Middles of the blocks, (y, x), inside the sections.
    block : int
        Width of a block; it is weighted down towards its edges.
    reach : int
        Largest shift along an axis.
    enough : float
        Share of a block that must be valid in both sections.

    Returns
    -------
    Matches
    """
    wide = block + 2 * reach
    size = fft.next_fast_len(wide, real=True)
    margin = block // 2 + reach
    ramp = np.hanning(block + 2)[1:-1].astype(np.float32)
    weight = np.outer(ramp, ramp)
    weight /= weight.sum()
    padded = [np.pad(image, margin) for image in (first, second)]
    valid = [np.pad(mask, margin).astype(np.float32) for mask in (first_valid, second_valid)]
    shift = np.zeros((len(centers), 2))
    likeness = np.full(len(centers), -1.0)
    lead = np.zeros(len(centers))
    small = np.arange(block) - block // 2 + margin
    large = np.arange(wide)
    for at in range(0, len(centers), BATCH):
        y, x = centers[at : at + BATCH].T
        rows, columns = (y[:, None] + small)[:, :, None], (x[:, None] + small)[:, None, :]
        wide_rows, wide_columns = (y[:, None] + large)[:, :, None], (x[:, None] + large)[:, None, :]
        share = np.minimum(
            (valid[0][rows, columns] * weight).sum(axis=(1, 2)),
            (valid[1][rows, columns] * weight).sum(axis=(1, 2)),
        )
        use = share >= enough
        if not use.any():
            continue
        template = padded[0][rows[use], columns[use]]
        window = padded[1][wide_rows[use], wide_columns[use]]
        template -= (template * weight).sum(axis=(1, 2), keepdims=True)
        spread = (template * template * weight).sum(axis=(1, 2))
        # Local contrast makes the energy of a window much the same at every shift, so it is taken at
        # shift 0: half the transforms, and peaks that differ by a few hundredths.
        middle = window[:, reach : reach + block, reach : reach + block]
        energy = (middle * middle * weight).sum(axis=(1, 2))
        shape = (size, size)
        product = np.conj(fft.rfft2(template * weight, shape)) * fft.rfft2(window, shape)
        over = fft.irfft2(product, shape)[:, : 2 * reach + 1, : 2 * reach + 1]
        surface = over / np.sqrt(np.maximum(spread * energy, 1e-6))[:, None, None]
        peak, height, second_best = _peaks(surface)
        index = at + np.flatnonzero(use)
        shift[index] = peak - reach
        likeness[index] = height
        lead[index] = height - second_best
    return Matches(shift, likeness, lead)


def _peaks(surface: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], ...]:
    """Highest place of each surface, between the pixels; its height; the height of the next hill."""
    n, rows, columns = surface.shape
    flat = surface.reshape(n, -1).argmax(axis=1)
    y, x = np.unravel_index(flat, (rows, columns))
    each = np.arange(n)
    height = surface[each, y, x]
    peak = np.stack([y, x], axis=1).astype(np.float64)
    for axis, place, length in ((0, y, rows), (1, x, columns)):
        inner = (place > 0) & (place < length - 1)
        low, high = np.maximum(place - 1, 0), np.minimum(place + 1, length - 1)
        before = surface[each, low, x] if axis == 0 else surface[each, y, low]
        after = surface[each, high, x] if axis == 0 else surface[each, y, high]
        # The top of the parabola through three points.
        bend = before - 2 * height + after
        step = np.where(bend < 0, (before - after) / (2 * np.minimum(bend, -1e-9)), 0)
        peak[:, axis] += np.where(inner, np.clip(step, -0.5, 0.5), 0)
    away_y = np.abs(np.arange(rows)[None, :] - y[:, None])[:, :, None]
    away_x = np.abs(np.arange(columns)[None, :] - x[:, None])[:, None, :]
    # A hill of the correlation is as wide as what membranes leave: some pixels.
    near = np.maximum(away_y, away_x) <= max(3, rows // 6)
    others = np.where(near, -1.0, surface).reshape(n, -1).max(axis=1)
    return peak, height, others
