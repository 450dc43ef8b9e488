"""Sections: what cutting, staining and the microscope do to a plane of stain density.

Each section has a gain, an offset, uneven shading, a displacement (shift and smooth warp) of its
own; it may be missing. Then blur and noise: a part that grows with the signal and a part that
does not. All is drawn before anything is rendered, in the order of the sections.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .noise import periodic_noise
from .random_numbers import generator, hashed, near_normal

_KNOT_NM = 400.0  # between knots of the smooth displacement


@dataclass(frozen=True, kw_only=True)
class Imaging:
    """How a microscope shows density; grey levels 0-255.

    brightness : level of density 0
    contrast : how much darker density 1 is
    blur_px : standard deviation of the in-plane blur, in pixels
    noise : standard deviation of noise that does not depend on the signal
    shot_noise : standard deviation of noise at level 128, growing with the root of the level
    gain_drift, offset_drift : standard deviation from section to section, share and levels
    shading : standard deviation within a section, levels
    plane_step_nm : at most so far apart are the planes whose mean is a section
    """

    brightness: float
    contrast: float
    blur_px: float
    noise: float
    shot_noise: float
    gain_drift: float
    offset_drift: float
    shading: float
    plane_step_nm: float = 13.0


FIBSEM = Imaging(
    brightness=192.0,
    contrast=140.0,
    blur_px=0.9,
    noise=6.0,
    shot_noise=9.0,
    gain_drift=0.01,
    offset_drift=1.0,
    shading=3.0,
)
SSTEM = Imaging(
    brightness=208.0,
    contrast=196.0,
    blur_px=0.7,
    noise=7.0,
    shot_noise=15.0,
    gain_drift=0.06,
    offset_drift=6.0,
    shading=7.0,
)


@dataclass(frozen=True, kw_only=True)
class Sectioning:
    """What happened to each of Z sections.

    gain, offset : (Z,) float64
    missing : (Z,) bool
    knots_nm : (Z, 2, A, B) float64, displacement (y, x) at knots `knot_px` pixels apart
    """

    gain: NDArray[np.float64]
    offset: NDArray[np.float64]
    missing: NDArray[np.bool_]
    knots_nm: NDArray[np.float64]
    knot_px: tuple[float, float]

    @property
    def moves(self) -> bool:
        """Whether any section is displaced."""
        return bool(np.any(self.knots_nm))


def draw_sections(
    shape: tuple[int, int, int],
    voxel_size_nm: tuple[float, float, float],
    imaging: Imaging,
    *,
    jitter_nm: float,
    warp_nm: float,
    missing_fraction: float,
    seed: int,
) -> Sectioning:
    """Draw the fate of each section.

    Parameters
    ----------
    shape : (Z, Y, X)
    voxel_size_nm : (z, y, x)
    imaging : Imaging
    jitter_nm : float
        Standard deviation of each section's shift, along y and x.
    warp_nm : float
        Standard deviation of its smooth warp, with bends over about 1.5 µm.
    missing_fraction : float
        Chance of a section to be lost; the first and the last never are.
    seed : int
    """
    rng = generator(seed, "sections")
    n = shape[0]
    # Slow drift and jumps from one section to the next, half and half.
    drift = np.cumsum(rng.standard_normal((2, n)), axis=1) / max(np.sqrt(n), 1.0)
    jumps = rng.standard_normal((2, n))
    mixed = 0.7 * (drift - drift.mean(axis=1, keepdims=True)) + 0.7 * jumps
    missing = rng.random(n) < missing_fraction
    missing[[0, -1]] = False
    knot_px = (_KNOT_NM / voxel_size_nm[1], _KNOT_NM / voxel_size_nm[2])
    knots = tuple(int(np.ceil((s - 1) / k)) + 2 for s, k in zip(shape[1:], knot_px, strict=True))
    shift = jitter_nm * rng.standard_normal((n, 2, 1, 1))
    displacement = np.broadcast_to(shift, (n, 2, *knots)).copy()
    if warp_nm > 0:
        padded = (n, 2, knots[0] + 8, knots[1] + 8)
        waves = np.stack(
            [[periodic_noise(padded[2:], 1.6, rng) for _ in range(2)] for _ in range(n)]
        )
        displacement += warp_nm * waves[..., : knots[0], : knots[1]]
    limit = 3.0 * (jitter_nm + warp_nm)
    return Sectioning(
        gain=1.0 + imaging.gain_drift * mixed[0],
        offset=imaging.offset_drift * mixed[1],
        missing=missing,
        knots_nm=np.clip(displacement, -limit, limit),
        knot_px=knot_px,
    )


def displacement_px(
    knots_px: NDArray[np.float64], knot_px: tuple[float, float], shape: tuple[int, int]
) -> NDArray[np.float32]:
    """(2, Y, X) displacement between the knots (2, A, B) of one section, bilinear."""
    out = np.empty((2, *shape), np.float32)
    for axis in range(2):
        rows = np.arange(shape[0]) / knot_px[0]
        columns = np.arange(shape[1]) / knot_px[1]
        r = np.minimum(rows.astype(int), knots_px.shape[1] - 2)
        c = np.minimum(columns.astype(int), knots_px.shape[2] - 2)
        u = (rows - r)[:, None]
        grid = knots_px[axis][r] * (1 - u) + knots_px[axis][r + 1] * u
        v = columns - c
        out[axis] = grid[:, c] * (1 - v) + grid[:, c + 1] * v
    return out


@compiled
def resample(
    density: Any,
    names: Any,
    distance: Any,
    inside: Any,
    shift: Any,
    margin_y: int,
    margin_x: int,
    density_out: Any,
    names_out: Any,
    distance_out: Any,
    inside_out: Any,
) -> None:
    """Show at pixel p what lies at p + shift(p); density bilinear, all else nearest.

    Sources are larger by the margins on each side; shift : (2, Y, X) float32, pixels.
    """
    ny, nx = density_out.shape
    my, mx = density.shape
    for y in range(ny):
        for x in range(nx):
            sy = min(max(y + margin_y + shift[0, y, x], 0.0), my - 1.001)
            sx = min(max(x + margin_x + shift[1, y, x], 0.0), mx - 1.001)
            i, j = int(sy), int(sx)
            u, v = sy - i, sx - j
            upper = density[i, j] * (1 - v) + density[i, j + 1] * v
            lower = density[i + 1, j] * (1 - v) + density[i + 1, j + 1] * v
            density_out[y, x] = upper * (1 - u) + lower * u
            i, j = int(sy + 0.5), int(sx + 0.5)
            names_out[y, x] = names[i, j]
            distance_out[y, x] = distance[i, j]
            inside_out[y, x] = inside[i, j]


def expose(
    density: NDArray[np.float32],
    imaging: Imaging,
    sectioning: Sectioning,
    section: int,
    shading: NDArray[np.float32],
    seed: int,
) -> NDArray[np.uint8]:
    """(Y, X) uint8: a section's density as the microscope shows it."""
    from scipy.ndimage import gaussian_filter

    if sectioning.missing[section]:
        return np.zeros(density.shape, np.uint8)
    if imaging.blur_px > 0:
        density = gaussian_filter(density, imaging.blur_px, mode="nearest", truncate=3.0)
    raw = np.empty(density.shape, np.uint8)
    _expose(
        density,
        imaging.brightness,
        imaging.contrast,
        sectioning.gain[section],
        sectioning.offset[section],
        imaging.shading,
        shading,
        imaging.noise**2,
        imaging.shot_noise**2 / 128.0,
        np.uint64(seed & 0xFFFFFFFFFFFFFFFF),
        np.uint64(section),
        raw,
    )
    return raw


@compiled
def _expose(
    density: Any,
    brightness: float,
    contrast: float,
    gain: float,
    offset: float,
    shading_levels: float,
    shading: Any,
    variance: float,
    variance_per_level: float,
    seed: Any,
    section: Any,
    raw: Any,
) -> None:
    """Grey levels with noise; noise of a pixel is a hash of seed, section and pixel."""
    ny, nx = density.shape
    n = shading.shape[0]
    for y in range(ny):
        start = hashed(seed ^ hashed((section << np.uint64(32)) + np.uint64(y)))
        row = shading[(y // 32 + 11 * int(section)) % n]
        for x in range(nx):
            level = brightness - contrast * min(density[y, x], 1.0)
            level = (level - 128.0) * gain + 128.0 + offset
            level += shading_levels * row[(x // 32) % n]
            spread = np.sqrt(variance + variance_per_level * max(level, 0.0))
            word = hashed(start + np.uint64(x) * np.uint64(0x9E3779B97F4A7C15))
            level += spread * near_normal(word)
            raw[y, x] = np.uint8(min(max(level + 0.5, 0.0), 255.0))
