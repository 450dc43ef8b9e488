"""Local contrast: sections made comparable, whatever their brightness and contrast, place by place."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage


def shrunk(section: npt.NDArray[Any], factor: int) -> npt.NDArray[np.float32]:
    """Means of squares of `factor` pixels; what is left over at the ends is cut off."""
    if factor == 1:
        return section.astype(np.float32)
    rows, columns = (length // factor for length in section.shape)
    cut = section[: rows * factor, : columns * factor].astype(np.float32)
    small: npt.NDArray[np.float32] = cut.reshape(rows, factor, columns, factor).mean(
        axis=(1, 3), dtype=np.float32
    )
    return small


def local_contrast(
    section: npt.NDArray[np.float32], *, fine: float = 1.0, coarse: int = 24
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Deviations from the local mean, in units of the local standard deviation.

    Parameters
    ----------
    section : (Y, X) float32
        Exactly 0 where there is no tissue or no image.
    fine : float
        Noise below this scale (pixels) is smoothed away.
    coarse : int
        The half width of what is local.

    Returns
    -------
    contrast : (Y, X) float32
        Cut off at 3 standard deviations; 0 where there is no image.
    valid : (Y, X) bool
        Where there is one: no run of zeros, no flat patch.
    """
    there = section != 0
    # Single black pixels are tissue; patches of them are not.
    there = ~ndimage.binary_opening(~there, np.ones((3, 3), bool), border_value=1)
    weight = there.astype(np.float32)
    size = 2 * coarse + 1

    def mean(values: Any) -> Any:
        # Two boxes in a row: a triangle, smooth enough to leave no edges of its own.
        once = ndimage.uniform_filter(values, size, mode="reflect")
        return ndimage.uniform_filter(once, coarse | 1, mode="reflect")

    share = np.maximum(mean(weight), 1e-3)
    smooth: Any = ndimage.gaussian_filter(section * weight, fine) / np.maximum(
        ndimage.gaussian_filter(weight, fine), 1e-3
    )
    centred = (smooth - mean(smooth * weight) / share) * weight
    deviation = np.sqrt(np.maximum(mean(centred * centred) / share, 0))
    usual = float(np.median(deviation[there])) if there.any() else 0.0
    valid = there & (deviation > 0.1 * usual) & (usual > 0)
    contrast = np.where(valid, centred / np.maximum(deviation, 0.25 * usual + 1e-6), 0)
    return np.clip(contrast, -3, 3).astype(np.float32), valid
