"""Warping: the gray values of an aligned box, looked up where its transform points."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..compiled import compiled
from .section_transform import SectionTransform


def warped(
    section: npt.NDArray[Any],
    transform: SectionTransform,
    start: tuple[int, int],
    shape: tuple[int, int],
    *,
    section_start: tuple[int, int] = (0, 0),
    nearest: bool = False,
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Draw a box of an aligned section.

    Parameters
    ----------
    section : (Y, X) array
        The original section or a part of it.
    transform : SectionTransform
        From aligned to original pixels.
    start, shape : (y, x)
        The box, in aligned pixels.
    section_start : (y, x)
        Original pixel that ``section[0, 0]`` is.
    nearest : bool
        For labels: take the nearest pixel, and mix none.

    Returns
    -------
    box : array of `shape` and the section's type
        0 where the transform leads out of the section. uint8 is rounded, float32 is not.
    inside : bool array
        Where it does not.
    """
    mesh = transform.displacement
    has_mesh = mesh is not None
    displacement = np.zeros((1, 1, 2)) if mesh is None else np.ascontiguousarray(mesh)
    box = np.zeros(shape, section.dtype)
    inside = np.zeros(shape, np.bool_)
    matrix = transform.matrix.copy()
    matrix[:, 2] -= section_start
    frame = np.array([transform.spacing, *transform.origin, start[0], start[1]], np.float64)
    kernel = draw_nearest if nearest else draw_bilinear
    kernel(np.ascontiguousarray(section), matrix, displacement, has_mesh, frame, box, inside)
    return box, inside


@compiled
def original_position(
    y: float, x: float, matrix: Any, displacement: Any, has_mesh: bool, frame: Any
) -> tuple[float, float]:
    """Where an aligned position is in the original. `frame`: spacing, mesh origin y, x, ... ."""
    oy = matrix[0, 0] * y + matrix[0, 1] * x + matrix[0, 2]
    ox = matrix[1, 0] * y + matrix[1, 1] * x + matrix[1, 2]
    if has_mesh:
        rows, columns = displacement.shape[0], displacement.shape[1]
        v = min(max((y - frame[1]) / frame[0], 0.0), rows - 1.0)
        u = min(max((x - frame[2]) / frame[0], 0.0), columns - 1.0)
        i = min(int(v), max(rows - 2, 0))
        j = min(int(u), max(columns - 2, 0))
        i1, j1 = min(i + 1, rows - 1), min(j + 1, columns - 1)
        b, a = v - i, u - j
        for k in range(2):
            d = (1 - b) * ((1 - a) * displacement[i, j, k] + a * displacement[i, j1, k]) + b * (
                (1 - a) * displacement[i1, j, k] + a * displacement[i1, j1, k]
            )
            if k == 0:
                oy += d
            else:
                ox += d
    return oy, ox


@compiled
def draw_bilinear(
    section: Any, matrix: Any, displacement: Any, has_mesh: bool, frame: Any, box: Any, inside: Any
) -> None:
    """Fill `box` and `inside`, mixing four pixels; types uint8 or float32, checked by the caller."""
    height, width = section.shape
    # Adding one half rounds what is cut off when a float becomes an integer.
    half = 0.5 if box.itemsize == 1 else 0.0
    for r in range(box.shape[0]):
        for c in range(box.shape[1]):
            y, x = original_position(
                r + frame[3], c + frame[4], matrix, displacement, has_mesh, frame
            )
            if not (0 <= y <= height - 1 and 0 <= x <= width - 1):
                continue
            i, j = min(int(y), max(height - 2, 0)), min(int(x), max(width - 2, 0))
            i1, j1 = min(i + 1, height - 1), min(j + 1, width - 1)
            b, a = y - i, x - j
            value = (1 - b) * ((1 - a) * section[i, j] + a * section[i, j1]) + b * (
                (1 - a) * section[i1, j] + a * section[i1, j1]
            )
            box[r, c] = value + half
            inside[r, c] = True


@compiled
def draw_nearest(
    section: Any, matrix: Any, displacement: Any, has_mesh: bool, frame: Any, box: Any, inside: Any
) -> None:
    """Fill `box` and `inside` with the nearest pixel; any integer type."""
    height, width = section.shape
    for r in range(box.shape[0]):
        for c in range(box.shape[1]):
            y, x = original_position(
                r + frame[3], c + frame[4], matrix, displacement, has_mesh, frame
            )
            i, j = int(np.floor(y + 0.5)), int(np.floor(x + 0.5))
            if 0 <= i < height and 0 <= j < width:
                box[r, c] = section[i, j]
                inside[r, c] = True
