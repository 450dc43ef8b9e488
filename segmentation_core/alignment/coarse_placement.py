"""Coarse placement: turn and shift between two whole sections, by trying turns and correlating."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import fft

from .section_transform import SectionTransform
from .warping import warped


class Placement(NamedTuple):
    """How the second section lies on the first.

    Attributes
    ----------
    transform : SectionTransform
        Pixel of the first section -> pixel of the second with the same content.
    likeness : float
        Correlation of the two, where they overlap.
    """

    transform: SectionTransform
    likeness: float


def turn_about(angle_deg: float, center: tuple[float, float]) -> npt.NDArray[np.float64]:
    """Matrix (2, 3) of a turn of (y, x) positions about a centre."""
    angle = np.deg2rad(angle_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([turn, np.asarray(center) - turn @ center])


def place(
    first: npt.NDArray[np.float32],
    second: npt.NDArray[np.float32],
    *,
    max_turn_deg: float,
    max_shift: float,
) -> Placement:
    """Find the turn and the shift that lay one section on another.

    Parameters
    ----------
    first, second : (Y, X) float32
        Sections of one shape by `local_contrast`, small (some hundred pixels), 0 outside.
    max_turn_deg : float
        Turns up to this are tried, 0 for none.
    max_shift : float
        Pixels along an axis.
    """
    angles: list[float] = [0.0]
    if max_turn_deg > 0:
        # Steps at which the corners of the section move by some pixels.
        step = np.rad2deg(6.0 / max(first.shape))
        angles = [*np.arange(-max_turn_deg, max_turn_deg + step / 2, step), 0.0]
    best = max((_try(first, second, angle, max_shift) for angle in angles), key=lambda p: p[0])
    if max_turn_deg > 0:
        for finer in (step / 3, step / 9):
            tries = [_try(first, second, best[1] + k * finer, max_shift) for k in (-1, 1)]
            best = max([best, *tries], key=lambda p: p[0])
    likeness, angle, shift = best
    still = _try(first, second, 0.0, 2.0)
    # A stack that is nearly aligned stays as it is, unless moving is clearly better.
    if still[0] > 0.9 * likeness:
        likeness, angle, shift = still
    # second_turned(p) = second(turn(p)); first(p) ~ second_turned(p + shift).
    matrix = turn_about(angle, _center(first.shape))
    matrix[:, 2] += matrix[:, :2] @ shift
    return Placement(SectionTransform(matrix), likeness)


def _center(shape: tuple[int, ...]) -> tuple[float, float]:
    return (shape[0] - 1) / 2, (shape[1] - 1) / 2


def _try(
    first: npt.NDArray[np.float32],
    second: npt.NDArray[np.float32],
    angle: float,
    max_shift: float,
) -> tuple[float, float, npt.NDArray[Any]]:
    """Likeness at the best shift for one turn, the turn, and the shift."""
    if angle:
        turn = SectionTransform(turn_about(angle, _center(first.shape)))
        second = warped(second, turn, (0, 0), (second.shape[0], second.shape[1]))[0]
    shape = [fft.next_fast_len(2 * n, real=True) for n in first.shape]
    first_f, second_f = fft.rfft2(first, shape), fft.rfft2(second, shape)
    over = fft.irfft2(np.conj(first_f) * second_f, shape)
    # Energy of each in the overlap, for every shift.
    there = [fft.rfft2((image != 0).astype(np.float32), shape) for image in (first, second)]
    energy_1 = fft.irfft2(np.conj(fft.rfft2(first * first, shape)) * there[1], shape)
    energy_2 = fft.irfft2(np.conj(there[0]) * fft.rfft2(second * second, shape), shape)
    full = float((first * first).sum() * (second * second).sum()) ** 0.5
    energy = np.sqrt(np.maximum(energy_1 * energy_2, 0))
    # Overlaps of less than a fifth prove nothing.
    surface = np.where(energy > 0.2 * full, over / np.maximum(energy, 1e-6), -1)
    y, x = (fft.fftfreq(n, 1 / n) for n in shape)
    surface[(np.abs(y) > max_shift)[:, None] | (np.abs(x) > max_shift)[None, :]] = -1
    i, j = np.unravel_index(int(surface.argmax()), surface.shape)
    return float(surface[i, j]), float(angle), np.array([y[i], x[j]])
