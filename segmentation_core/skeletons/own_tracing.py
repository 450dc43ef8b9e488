"""Own tracing: TEASAR with lengths in nanometres, one connected piece of a label after the other."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation_core.volumes.libraries import library

from .fragments import Traced
from .middle_paths import best_paths, neighbours_of, steps, traced_voxels

if TYPE_CHECKING:
    from .engines import Face, Tracing


def trace_here(
    labels: NDArray[np.uint64],
    voxel_size_nm: NDArray[np.float64],
    tracing: Tracing,
    *,
    start: Sequence[int],
    open_faces: Sequence[Face],
    only_cut: bool = False,
) -> dict[int, Traced]:
    """Trace a box.

    Parameters
    ----------
    labels : (z, y, x) uint64, contiguous
    start : (z, y, x) int
        Voxel of the volume at which the box begins.
    open_faces : sequence of (axis, "low" or "high")
        Faces at which objects are cut: radii do not shrink there, and a path leads to the middle
        of each patch on the face, the same one from both sides.
    only_cut : bool
        Leave out pieces that touch no open face.
    """
    pieces = library("cc3d").connected_components(labels, connectivity=26)
    radius_nm = _boundary_distance(labels, voxel_size_nm, open_faces)
    order = np.argsort(pieces, axis=None, kind="stable")
    n_pieces = int(pieces.max())
    first = np.searchsorted(pieces.ravel()[order], np.arange(1, n_pieces + 2))
    targets = np.unique(_face_targets(labels, voxel_size_nm, open_faces))
    shifts, lengths_nm = steps(voxel_size_nm)

    def one(number: int) -> tuple[int, NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        flat = order[first[number] : first[number + 1]]
        zyx = np.stack(np.unravel_index(flat, labels.shape), axis=1).astype(np.int64)
        low, high = zyx.min(axis=0), zyx.max(axis=0) + 1
        place = np.full(tuple(high - low), -1, np.int32)
        place[tuple((zyx - low).T)] = np.arange(len(flat), dtype=np.int32)
        neighbours = neighbours_of(place, zyx - low, shifts)
        radius = radius_nm.ravel()[flat].astype(np.float64)
        required = np.flatnonzero(np.isin(flat, targets, assume_unique=True))
        on_nm = zyx * voxel_size_nm
        root = required[0] if len(required) else np.square(on_nm - on_nm[0]).sum(axis=1).argmax()
        above, length = best_paths(neighbours, lengths_nm, radius, int(root))
        tips = np.concatenate([required, np.argsort(-length, kind="stable")]).astype(np.int32)
        reach = tracing.scale * radius + tracing.constant_nm
        kept = np.flatnonzero(traced_voxels(neighbours, on_nm, above, tips, len(required), reach))
        rank = np.full(len(flat), -1, np.int64)
        rank[kept] = np.arange(len(kept))
        child = kept[above[kept] >= 0]
        edges = np.stack([rank[child], rank[above[child]]], axis=1)
        return int(labels.ravel()[flat[0]]), zyx[kept] + np.asarray(start), edges, radius[kept]

    numbers = np.unique(pieces.ravel()[targets]) - 1 if only_cut else np.arange(n_pieces)
    with ThreadPoolExecutor(tracing.threads or None) as pool:
        found = list(pool.map(one, numbers))
    return _by_label(found)


def _by_label(
    found: Sequence[tuple[int, NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]],
) -> dict[int, Traced]:
    """Pieces of one label put together."""
    parts: dict[int, list[Traced]] = {}
    for label, points, edges, radius in found:
        parts.setdefault(label, []).append((points, edges, radius))
    result: dict[int, Traced] = {}
    for label, several in parts.items():
        ahead = np.cumsum([0, *(len(points) for points, _, _ in several)])
        result[label] = (
            np.concatenate([points for points, _, _ in several]),
            np.concatenate([edges + n for (_, edges, _), n in zip(several, ahead, strict=False)]),
            np.concatenate([radius for _, _, radius in several]),
        )
    return result


def _boundary_distance(
    labels: NDArray[np.uint64], voxel_size_nm: NDArray[np.float64], open_faces: Sequence[Face]
) -> NDArray[np.float32]:
    """Distance to the nearest voxel of something else, in nm; objects go on straight behind open faces."""
    ends = [
        (int((axis, "low") not in open_faces), int((axis, "high") not in open_faces))
        for axis in range(3)
    ]
    padded = np.pad(labels, ends)
    distance = library("edt").edt(
        padded, anisotropy=tuple(voxel_size_nm), black_border=False, parallel=1
    )
    inner = tuple(
        slice(before, before + n) for (before, _), n in zip(ends, labels.shape, strict=True)
    )
    result = np.ascontiguousarray(distance[inner], np.float32)
    # One label all around: nothing else is in sight.
    result[~np.isfinite(result)] = float((np.array(labels.shape) * voxel_size_nm).min()) / 2
    return result


def _face_targets(
    labels: NDArray[np.uint64], voxel_size_nm: NDArray[np.float64], open_faces: Sequence[Face]
) -> NDArray[np.int64]:
    """Flat numbers of the voxels in the middle of each patch on an open face.

    What is decided lies in the face alone, so that both sides of it decide the same.
    """
    numbers = np.arange(labels.size).reshape(labels.shape)
    found = [np.empty(0, np.int64)]
    for axis, side in open_faces:
        at = 0 if side == "low" else labels.shape[axis] - 1
        plane = np.ascontiguousarray(labels.take(at, axis))
        size = voxel_size_nm[np.arange(3) != axis]
        patch = library("cc3d").connected_components(plane, connectivity=8)
        inside = library("edt").edt(plane, anisotropy=tuple(size), black_border=True, parallel=1)
        row, column = np.nonzero(patch)
        of = patch[row, column].astype(np.int64) - 1
        if not len(of):
            continue
        count = np.bincount(of)
        off = np.zeros(len(of))
        for place, side_nm in zip((row, column), size, strict=True):
            centre = (np.bincount(of, place) / count)[of]
            off += np.square((place - centre) * side_nm)
        # The deepest, then the one nearest to the centre of gravity, then the first.
        best = np.lexsort((np.arange(len(of)), off, -inside[row, column], of))
        one = best[np.searchsorted(of[best], np.arange(len(count)))]
        found.append(np.moveaxis(numbers, axis, 0)[at][row[one], column[one]])
    return np.concatenate(found)
