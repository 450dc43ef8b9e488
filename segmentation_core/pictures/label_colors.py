"""Label colors: a color to every label that is the same in every picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Hues a golden angle apart differ most from those before them, however many there are.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def label_colors(labels: Any) -> NDArray[np.float32]:
    """Give each label a color by its number alone.

    Parameters
    ----------
    labels : array of integers, any shape

    Returns
    -------
    (..., 3) float32 in [0, 1]
        Red, green and blue; 0, no neuron, is black.

    Examples
    --------
    >>> label_colors(np.array([0, 7, 7])).round(2).tolist()[0]
    [0.0, 0.0, 0.0]
    >>> bool((label_colors([7]) == label_colors([[7]])[0]).all())
    True
    """
    names, code = np.unique(np.asarray(labels), return_inverse=True)
    mixed = names.astype(np.uint64)
    with np.errstate(over="ignore"):
        mixed = (mixed ^ (mixed >> np.uint64(31))) * _GOLDEN
        mixed ^= mixed >> np.uint64(29)
    unit = (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53
    second = (mixed & np.uint64(1023)).astype(np.float64) / 1023
    palette = _from_hsv(unit, 0.55 + 0.35 * second, 0.95 - 0.25 * second)
    palette[names == 0] = 0.0
    shape = np.shape(labels)
    return np.asarray(palette[code.reshape(shape)], np.float32)


def _from_hsv(
    hue: NDArray[np.float64], saturation: NDArray[np.float64], value: NDArray[np.float64]
) -> NDArray[np.float64]:
    corner = (hue[:, None] * 6 + np.array([5.0, 3.0, 1.0])) % 6
    part = np.clip(np.minimum(corner, 4 - corner), 0, 1)
    return np.asarray(value[:, None] * (1 - saturation[:, None] * part))
