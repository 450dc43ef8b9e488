"""Engines: libraries that trace, each behind one function that gives voxels, edges and radii.

The engine of our own stands in `own_tracing`. TEASAR (Sato et al. 2000, doi:10.1109/PCCGA.2000.883951): from a root, paths to the farthest voxels
that keep to the middle; a path takes all voxels within ``scale * radius + constant`` of it, and
the next one goes to the farthest that is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from segmentation_core.volumes.libraries import library

from .fragments import Traced

Engine = Literal["neuropil", "bioimage-cpp", "kimimaro"]
Face = tuple[int, Literal["low", "high"]]  # axis, side
ALL_FACES: tuple[Face, ...] = tuple((axis, side) for axis in range(3) for side in ("low", "high"))


@dataclass(frozen=True, kw_only=True)
class Tracing:
    """How far a path takes what is around it, and on how many threads."""

    scale: float
    constant_nm: float
    threads: int


def trace_with_bioimage(
    labels: NDArray[np.uint64],
    voxel_size_nm: NDArray[np.float64],
    tracing: Tracing,
    *,
    start: Sequence[int],
    open_faces: Sequence[Face],
    only_cut: bool = False,
) -> dict[int, Traced]:
    """Trace a box with bioimage-cpp.

    Parameters
    ----------
    labels : (z, y, x) uint64, contiguous
    start : (z, y, x) int
        Voxel of the volume at which the box begins.
    open_faces : sequence of (axis, "low" or "high")
        Faces at which objects are cut: radii do not shrink there, and a path leads to the middle
        of each patch on the face, the same one from both sides.
    only_cut : bool
        Leave out labels that touch no open face.
    """
    blocks = library("bioimage_cpp.skeleton").distributed
    spacing = tuple(float(size) for size in voxel_size_nm)
    faces = list(open_faces)
    targets = blocks.block_border_targets_labels(
        labels,
        faces,
        origin=tuple(start),
        spacing=spacing,
        number_of_threads=tracing.threads,
    )
    if only_cut:
        labels = np.where(
            np.isin(labels, [label for label in targets if len(targets[label])]), labels, 0
        )
    found: dict[int, Traced] = blocks.block_teasar_labels(
        labels,
        open_faces=faces,
        origin=tuple(start),
        required_targets=targets,
        spacing=spacing,
        scale=tracing.scale,
        constant=tracing.constant_nm,
        number_of_threads=tracing.threads,
    )
    return found


def join(pieces: Iterable[dict[int, Traced]]) -> dict[int, Traced]:
    """Put together what was found in boxes that share a plane of voxels; there may be rings."""
    blocks = library("bioimage_cpp.skeleton").distributed
    whole: dict[int, Traced] = blocks.merge_block_skeleton_maps(list(pieces))
    return whole


def trace_with_kimimaro(
    labels: NDArray[np.uint64],
    voxel_size_nm: NDArray[np.float64],
    tracing: Tracing,
    *,
    cut: bool,
) -> dict[int, Traced]:
    """Trace a whole volume with kimimaro (GPL-3, an extra of its own), its own defaults otherwise."""
    kimimaro = library("kimimaro", extra="skeletons-gpl")
    skeletons = kimimaro.skeletonize(
        labels,
        teasar_params={"scale": tracing.scale, "const": tracing.constant_nm},
        anisotropy=tuple(float(size) for size in voxel_size_nm),
        dust_threshold=0,
        fix_borders=cut,
        parallel=1,
        progress=False,
    )
    traced: dict[int, Traced] = {}
    for label, skeleton in skeletons.items():
        voxels = np.rint(np.asarray(skeleton.vertices) / voxel_size_nm).astype(np.int64)
        traced[int(label)] = (voxels, np.asarray(skeleton.edges), np.asarray(skeleton.radius))
    return traced
