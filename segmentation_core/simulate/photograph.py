"""Photograph: a scene becomes sections, each on a thread of its own."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .noise import periodic_noise
from .random_numbers import generator
from .render import Scene, add_particles, render_plane
from .sections import Imaging, Sectioning, displacement_px, expose, resample


@dataclass(frozen=True, kw_only=True)
class Photographs:
    """Sections (Z, Y, X) of a scene.

    raw : uint8
    piece : int32, connected piece of a neurite
    distance_nm : float16, to the membrane, cut off at 60; negative at synaptic clefts
    in_mitochondrion : bool
    """

    raw: NDArray[np.uint8]
    piece: NDArray[np.int32]
    distance_nm: NDArray[np.float16] | None
    in_mitochondrion: NDArray[np.bool_] | None


def photograph(
    scene: Scene,
    *,
    shape: tuple[int, int, int],
    origin_nm: NDArray[np.float64],
    voxel_size_nm: tuple[float, float, float],
    imaging: Imaging,
    sectioning: Sectioning,
    neurite_of_piece: NDArray[np.int32],
    masks: bool,
    given_piece: NDArray[np.int32] | None = None,
    seed: int,
    n_jobs: int | None,
) -> Photographs:
    """Render all sections of a box whose first voxel has its middle at `origin_nm`.

    given_piece : (Z, Y, X) int32, optional
        What is where, if it is known better than the fields say; only displaced, then.
    """
    largest_piece = _largest_piece(scene.piece, neurite_of_piece)
    raw = np.empty(shape, np.uint8)
    piece = np.empty(shape, np.int32)
    distance = np.empty(shape, np.float16) if masks else None
    inside = np.empty(shape, np.bool_) if masks else None
    shading = periodic_noise((64, 64), 4.0, generator(seed, "sections"))
    noise_seed = int(generator(seed, "sections").integers(0, 2**63))

    def one(section: int) -> None:
        density, names, far, mito = _section(
            scene,
            section,
            shape,
            origin_nm,
            voxel_size_nm,
            imaging,
            sectioning,
            masks,
            None if given_piece is None else given_piece[section],
        )
        if int(names.min()) < 0:
            _find_pieces(names, neurite_of_piece, largest_piece)
        piece[section] = names
        raw[section] = expose(density, imaging, sectioning, section, shading, noise_seed)
        if distance is not None and inside is not None:
            distance[section] = far
            inside[section] = mito

    threads = _threads(n_jobs)
    if threads == 1:
        for section in range(shape[0]):
            one(section)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(one, range(shape[0])))
    return Photographs(raw=raw, piece=piece, distance_nm=distance, in_mitochondrion=inside)


def _section(
    scene: Scene,
    section: int,
    shape: tuple[int, int, int],
    origin_nm: NDArray[np.float64],
    voxel_size_nm: tuple[float, float, float],
    imaging: Imaging,
    sectioning: Sectioning,
    masks: bool,
    given_piece: NDArray[np.int32] | None,
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float32], NDArray[np.uint8]]:
    """Mean density of the planes of one section, and what its middle plane holds."""
    margin = [0, 0]
    if sectioning.moves:
        most = np.abs(sectioning.knots_nm[section]).max(axis=(1, 2))
        margin = [int(np.ceil(most[a] / voxel_size_nm[1 + a])) + 2 for a in range(2)]
    size = (shape[1] + 2 * margin[0], shape[2] + 2 * margin[1])
    density = np.zeros(size, np.float32)
    names = np.empty(size, np.int32)
    far = np.empty(size, np.float32)
    mito = np.empty(size, np.uint8)
    first_y = float(origin_nm[1] - margin[0] * voxel_size_nm[1])
    first_x = float(origin_nm[2] - margin[1] * voxel_size_nm[2])
    planes = max(1, round(voxel_size_nm[0] / imaging.plane_step_nm))
    middle = float(origin_nm[0] + section * voxel_size_nm[0])
    fields = scene.fields
    stain = np.array(astuple(scene.stain))
    for p in range(planes):
        z = middle + ((p + 0.5) / planes - 0.5) * voxel_size_nm[0]
        render_plane(
            z,
            first_y,
            first_x,
            voxel_size_nm[1],
            voxel_size_nm[2],
            fields.neurite,
            fields.field_nm,
            scene.piece,
            fields.origin_nm,
            fields.spacing_nm,
            fields.far_nm,
            scene.cytoplasm,
            scene.mitochondrion_nm,
            scene.site_at,
            scene.site_nm,
            scene.site_radius_nm,
            scene.site_psd_nm,
            scene.site_pre,
            scene.site_post,
            scene.texture,
            scene.texture_shift,
            stain,
            1.0 / planes,
            density,
            names,
            far,
            mito,
            p == planes // 2,
            masks and p == planes // 2,
        )
        low, high = np.searchsorted(scene.particles[:, 0], [z - 60.0, z + 60.0])
        add_particles(
            scene.particles[low:high],
            z,
            first_y,
            first_x,
            voxel_size_nm[1],
            voxel_size_nm[2],
            1.0 / planes,
            density,
        )
    if given_piece is not None:
        names = np.pad(given_piece, [(margin[0],) * 2, (margin[1],) * 2], mode="edge")
    if not sectioning.moves:
        return density, names, far, mito
    shift = displacement_px(
        sectioning.knots_nm[section] / np.array(voxel_size_nm[1:])[:, None, None],
        sectioning.knot_px,
        (shape[1], shape[2]),
    )
    out = (
        np.empty(shape[1:], np.float32),
        np.empty(shape[1:], np.int32),
        np.empty(shape[1:], np.float32),
        np.empty(shape[1:], np.uint8),
    )
    resample(density, names, far, mito, shift, margin[0], margin[1], *out)
    return out


@compiled
def _find_pieces(names: Any, neurite_of_piece: Any, largest_piece: Any) -> None:
    """Give voxels of an unknown piece (-2 - neurite) that of the next voxel of their neurite.

    names : (Y, X) int32, changed in place. Looks 12 pixels far, then takes the largest piece.
    """
    ny, nx = names.shape
    before = names.copy()
    for y in range(ny):
        for x in range(nx):
            if before[y, x] >= 0:
                continue
            neurite = -2 - before[y, x]
            found = largest_piece[neurite] if 0 <= neurite < len(largest_piece) else 0
            least = 1 << 30
            for dy in range(-12, 13):
                for dx in range(-12, 13):
                    if 0 <= y + dy < ny and 0 <= x + dx < nx and dy * dy + dx * dx < least:
                        other = before[y + dy, x + dx]
                        if other >= 0 and neurite_of_piece[other] == neurite:
                            least = dy * dy + dx * dx
                            found = other
            names[y, x] = found


def _largest_piece(
    piece: NDArray[np.int32], neurite_of_piece: NDArray[np.int32]
) -> NDArray[np.int32]:
    """The piece of most nodes of each neurite; -1 where there is none."""
    sizes = np.bincount(piece.ravel(), minlength=len(neurite_of_piece))
    largest = np.full(int(neurite_of_piece.max(initial=0)) + 1, -1, np.int32)
    for p in np.argsort(sizes, kind="stable"):
        if neurite_of_piece[p] >= 0:
            largest[neurite_of_piece[p]] = p
    return largest


def _threads(n_jobs: int | None) -> int:
    """Number of threads: None means every processor this process may use."""
    if n_jobs is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    given: object = n_jobs
    if isinstance(given, bool) or not isinstance(given, (int, np.integer)) or given < 1:
        msg = f"n_jobs must be a whole number of at least 1, or None for all, got {n_jobs!r}."
        raise ValueError(msg)
    return int(n_jobs)
