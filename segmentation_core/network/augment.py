"""Augment: the same neurons seen from elsewhere, through a worse microscope, in damaged sections.

Every function takes a sample and a random generator and gives a new sample; which are used, and how
often, is an `Augmentation`. Grey values here are standardised (mean 0, spread 1).
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


class Sample(NamedTuple):
    """A patch to learn from: arrays (z, y, x)."""

    raw: NDArray[np.float32]
    neuron_ids: NDArray[np.int32]
    unlabelled: NDArray[np.bool_]


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """How often, and how strongly. Chances are per sample, those of sections per section.

    Parameters
    ----------
    warp : float
        Chance of a rotation with a smooth (elastic) deformation.
    rotate_in_plane_only : bool
        Rotate about z only, as thick sections demand.
    elastic_amplitude_nm, elastic_spacing_nm : float
        Size of the smooth displacement and distance over which it changes.
    contrast, brightness : float
        Spread of a factor on, and of a constant added to, the grey values.
    gamma : float
        Spread of the logarithm of an exponent on the grey values.
    noise : float
        Largest standard deviation of added white noise.
    blur : float
        Chance of a Gaussian blur of up to 1 voxel.
    section_brightness : float
        Spread of a constant added to each section.
    missing_section, faint_section : float
        Chance that a section is black, or has lost its contrast.
    damaged_section : float
        Chance that a section is crossed by a fold or covered by a stain.
    shifted_section, slipped_stack : float
        Chance that a section is displaced alone, or with all that follow it.
    shift_nm : float
        Spread of such displacements.
    """

    warp: float = 0.25
    rotate_in_plane_only: bool = False
    elastic_amplitude_nm: float = 25.0
    elastic_spacing_nm: float = 320.0
    contrast: float = 0.2
    brightness: float = 0.2
    gamma: float = 0.2
    noise: float = 0.25
    blur: float = 0.2
    section_brightness: float = 0.05
    missing_section: float = 0.0
    faint_section: float = 0.0
    damaged_section: float = 0.0
    shifted_section: float = 0.0
    slipped_stack: float = 0.0
    shift_nm: float = 0.0


ISOTROPIC_AUGMENTATION = Augmentation(missing_section=0.003, faint_section=0.003)
ANISOTROPIC_AUGMENTATION = Augmentation(
    rotate_in_plane_only=True,
    section_brightness=0.15,
    missing_section=0.02,
    faint_section=0.02,
    damaged_section=0.02,
    shifted_section=0.05,
    slipped_stack=0.03,
    shift_nm=20.0,
)


def augmentation_for(voxel_size_nm: Sequence[float]) -> Augmentation:
    """Choose the usual augmentations of isotropic voxels, or of thick sections."""
    thick = max(voxel_size_nm) >= 2 * min(voxel_size_nm)
    return ANISOTROPIC_AUGMENTATION if thick else ISOTROPIC_AUGMENTATION


Flips = tuple[int, ...]


def symmetries(voxel_size_nm: Sequence[float]) -> list[tuple[tuple[int, int, int], Flips]]:
    """List every way to permute equal axes and mirror, as (order of axes, axes to flip).

    Examples
    --------
    >>> len(symmetries((10, 10, 10))), len(symmetries((40, 4, 4)))
    (48, 16)
    """
    size = tuple(voxel_size_nm)
    found = []
    for order in itertools.permutations(range(3)):
        if all(size[a] == size[b] for a, b in enumerate(order)):
            for k in range(4):
                for flips in itertools.combinations(range(3), k):
                    found.append(((order[0], order[1], order[2]), flips))
    return found


def _rotation(rng: np.random.Generator, in_plane_only: bool) -> NDArray[np.float64]:
    if in_plane_only:
        angle = rng.uniform(0, 2 * np.pi)
        c, s = np.cos(angle), np.sin(angle)
        return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    q, r = np.linalg.qr(rng.standard_normal((3, 3)))
    return np.asarray(q * np.sign(np.diag(r)))


def warped_coordinates(
    shape: Sequence[int],
    centre: Sequence[float],
    voxel_size_nm: Sequence[float],
    settings: Augmentation,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Where a rotated and deformed patch takes its voxels from.

    Parameters
    ----------
    shape : (z, y, x) ints
        Of the patch.
    centre : (z, y, x) floats
        Voxel of the volume on which the patch is centred.
    voxel_size_nm : (z, y, x) floats
        Size of a voxel.
    settings : Augmentation
        Kind of rotation, size of the deformation.
    rng : numpy Generator
        Source of chance.

    Returns
    -------
    (3, z, y, x) float32
        Coordinates in voxels of the volume.
    """
    size = np.asarray(voxel_size_nm, float)
    rotation = _rotation(rng, settings.rotate_in_plane_only)
    # nm in, voxels out.
    matrix = rotation * size[None, :] / size[:, None]
    axes = [np.arange(n) - (n - 1) / 2 for n in shape]
    out = np.empty((3, *shape), np.float32)
    coarse_shape = [
        max(2, round(n * s / settings.elastic_spacing_nm) + 1)
        for n, s in zip(shape, size, strict=True)
    ]
    for a in range(3):
        out[a] = (
            centre[a]
            + matrix[a, 0] * axes[0][:, None, None]
            + matrix[a, 1] * axes[1][None, :, None]
            + matrix[a, 2] * axes[2][None, None, :]
        )
        if settings.rotate_in_plane_only and a == 0:
            continue
        coarse = rng.normal(0, settings.elastic_amplitude_nm / size[a], coarse_shape)
        for axis, n in enumerate(shape):
            at = np.linspace(0, coarse_shape[axis] - 1, n)
            low = np.minimum(at.astype(int), coarse_shape[axis] - 2)
            part = (at - low).reshape([-1 if k == axis else 1 for k in range(3)])
            coarse = coarse.take(low, axis) * (1 - part) + coarse.take(low + 1, axis) * part
        out[a] += coarse.astype(np.float32)
    return out


def warp(
    raw: NDArray[np.float32],
    neuron_ids: NDArray[np.int32],
    coordinates: NDArray[np.float32],
) -> Sample:
    """Sample a volume at `coordinates`; what lies outside is mirrored and marked unlabelled."""
    limits = np.asarray(raw.shape, np.float32).reshape(3, 1, 1, 1) - 1
    outside = np.any((coordinates < -0.5) | (coordinates > limits + 0.5), axis=0)
    return Sample(
        ndimage.map_coordinates(raw, coordinates, order=1, mode="mirror"),
        ndimage.map_coordinates(neuron_ids, coordinates, order=0, mode="mirror"),
        np.asarray(outside, bool),
    )


def shift_sections(
    sample: Sample,
    voxel_size_nm: Sequence[float],
    settings: Augmentation,
    rng: np.random.Generator,
) -> Sample:
    """Displace single sections, and stacks from a section on; labels move along.

    What a displacement brings in from the other side is marked unlabelled.
    """
    n = sample.raw.shape[0]
    spread = [settings.shift_nm / s for s in voxel_size_nm[1:]]
    alone = rng.random((n,)) < settings.shifted_section
    slips = rng.random((n,)) < settings.slipped_stack
    jumps = np.rint(rng.normal(0, 1, (2, n, 2)) * np.array(spread)).astype(int)
    shifts = jumps[0] * alone[:, None] + np.cumsum(jumps[1] * slips[:, None], axis=0)
    if not shifts.any():
        return sample
    raw, ids, unlabelled = sample.raw.copy(), sample.neuron_ids.copy(), sample.unlabelled.copy()
    for z in np.flatnonzero(np.any(shifts != 0, axis=1)):
        dy, dx = int(shifts[z, 0]), int(shifts[z, 1])
        raw[z] = np.roll(raw[z], (dy, dx), axis=(0, 1))
        ids[z] = np.roll(ids[z], (dy, dx), axis=(0, 1))
        unlabelled[z] = np.roll(unlabelled[z], (dy, dx), axis=(0, 1))
        # A displacement by d brings rows 0 .. d - 1, or the last -d, in from the other side.
        unlabelled[z, slice(0, dy) if dy >= 0 else slice(dy, None)] = True
        unlabelled[z, :, slice(0, dx) if dx >= 0 else slice(dx, None)] = True
    return Sample(raw, ids, unlabelled)


def spoil_sections(
    raw: NDArray[np.float32], settings: Augmentation, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Sections that are missing, faint, folded, stained or of another brightness."""
    n, height, width = raw.shape
    raw = raw + rng.normal(0, settings.section_brightness, (n, 1, 1)).astype(np.float32)
    fate = rng.random(n)
    missing = fate < settings.missing_section
    faint = ~missing & (fate < settings.missing_section + settings.faint_section)
    damaged = rng.random(n) < settings.damaged_section
    black = raw.min()
    for z in np.flatnonzero(missing):
        raw[z] = black
    for z in np.flatnonzero(faint):
        raw[z] = raw[z] * rng.uniform(0.1, 0.5) + rng.normal(0, 0.5)
    for z in np.flatnonzero(damaged & ~missing):
        y, x = np.mgrid[:height, :width].astype(np.float32)
        angle = rng.uniform(0, np.pi)
        across = (y - rng.uniform(0, height)) * np.cos(angle)
        across += (x - rng.uniform(0, width)) * np.sin(angle)
        if rng.random() < 0.5:  # a fold: a dark band
            amount = np.exp(-((across / rng.uniform(2, 8)) ** 2))
            raw[z] = raw[z] * (1 - amount) + black * amount
        else:  # a stain: dark and flat on a disc
            along = (x - rng.uniform(0, width)) * np.cos(angle)
            radius = rng.uniform(0.1, 0.3) * min(height, width)
            inside = across**2 + along**2 < radius**2
            raw[z][inside] = raw[z][inside] * 0.2 + rng.uniform(-3, -1)
    return raw.astype(np.float32, copy=False)


def change_intensities(
    raw: NDArray[np.float32], settings: Augmentation, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Another contrast, brightness, gamma, focus and noise."""
    if rng.random() < settings.blur:
        raw = ndimage.gaussian_filter(raw, rng.uniform(0.3, 1.0), truncate=2.5)
    if settings.gamma:
        # On the range 0..1 in which most grey values lie, keeping 0 and 1 where they are.
        exponent = np.exp(rng.normal(0, settings.gamma))
        unit = np.clip((raw + 4) / 8, 0, 1)
        raw = (8 * unit ** np.float32(exponent) - 4).astype(np.float32)
        raw += np.float32(4 - 8 * 0.5**exponent)
    factor = np.exp(rng.normal(0, settings.contrast))
    raw = raw * np.float32(factor) + np.float32(rng.normal(0, settings.brightness))
    if settings.noise:
        level = np.float32(settings.noise * rng.random() ** 2)
        raw = raw + level * rng.standard_normal(raw.shape, dtype=np.float32)
    return raw.astype(np.float32, copy=False)
