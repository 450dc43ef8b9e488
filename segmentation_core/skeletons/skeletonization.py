"""Skeletonization: labels traced, hung from their thickest points, smoothed and given radii."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .boundary_distance import with_radii
from .engines import (
    ALL_FACES,
    Engine,
    Face,
    Tracing,
    join,
    trace_with_bioimage,
    trace_with_kimimaro,
)
from .fragments import Fragments, Traced, flat_fragments
from .label_source import LabelSource, Triple, label_source
from .own_tracing import trace_here
from .pruning import pruned
from .rooting import hang, roots_of, trees_of
from .skeletons import Skeletons
from .smoothing import edge_lengths, smoothed
from .thickness import equivalent_radii, voxels_at_points

_LARGEST_BLOCK = 512


def skeletonize(
    labels: Any,
    *,
    voxel_size_nm: Sequence[float] | None = None,
    offset_nm: Sequence[float] | None = None,
    scale: float = 1.5,
    constant_nm: float = 100.0,
    smoothing_nm: float | None = None,
    radius: Literal["equivalent", "inscribed"] = "equivalent",
    cut_faces: Literal["none", "all"] | Sequence[Face] = "none",
    least_cable_nm: float = 0.0,
    block_shape: Sequence[int] | None = None,
    engine: Engine = "neuropil",
    n_jobs: int | None = None,
) -> Skeletons:
    """Draw every label as a tree of points with radii.

    Nothing but the object itself counts: the result is the same wherever the object lies in the
    volume, whatever is around it and however much of that was cut away.

    Parameters
    ----------
    labels : (z, y, x) integers, 0 = none
        A numpy array, or anything with shape, dtype and slicing (zarr, HDF5, a `Volume`).
    voxel_size_nm : (z, y, x) floats
        Needed unless `labels` is a `Volume`, which knows it.
    offset_nm : (z, y, x) floats, optional
        Where the centre of voxel (0, 0, 0) lies; by default what a `Volume` says, else 0.
    scale, constant_nm : float
        TEASAR's invalidation: a path accounts for all voxels within ``scale * r + constant_nm`` of
        it, *r* being the distance to the boundary. A branch that lies within
        the reach of the others is left out.
    smoothing_nm : float, optional
        Paths are smoothed over this length, to take out the stairs of the lattice; by default the
        largest side of a voxel times 1.5. A point never leaves its label. 0: points on voxels.
    radius : "equivalent" or "inscribed"
        Radius of the round cross-section that holds the object's volume, or the distance from the
        point's voxel to the nearest voxel of something else.
    cut_faces : "none", "all" or a sequence of (axis, "low" or "high")
        Faces of the volume at which objects are cut and go on outside. There, a path leads to the
        middle of each patch, so that volumes that share a plane of voxels have skeletons that meet.
        "none": an object that touches a face ends there.
    least_cable_nm : float
        Trees with less cable are dropped; a label of which nothing is left is not in the result.
    block_shape : (z, y, x) ints, optional
        Read and trace in blocks of this shape, at most one of them in memory. Cable lengths then
        differ by some per cent where objects cross many blocks.
    engine : "neuropil", "bioimage-cpp" or "kimimaro"
        The first measures paths in nanometres, the others count voxels, which in thick sections goes
        wrong. kimimaro is GPL-3 and an extra of its own (``neuropil[skeletons-gpl]``).
    n_jobs : int, optional
        Threads; by default all processors. The result does not depend on it.

    Returns
    -------
    Skeletons
        A mapping from label to `Skeleton` (``points_nm``, ``parent_id``, ``radius_nm``), with
        ``.table()`` and ``.summary()``. Roots stand at the thickest point of a tree.

    Raises
    ------
    ValueError
        Labels that are no integers, negative or empty, a missing or wrong voxel size, an option
        that is none.
    ImportError
        Where the engine is not installed.

    References
    ----------
    Sato, Bitter, Bender, Kaufman, Nakajima 2000, TEASAR: tree-structure extraction algorithm for
    accurate and robust skeletons, doi:10.1109/PCCGA.2000.883951.

    Examples
    --------
    >>> labels = np.zeros((5, 9, 60), np.uint64)
    >>> labels[1:4, 1:8, 2:58] = 7
    >>> skeletons = skeletonize(labels, voxel_size_nm=(40, 20, 20))
    >>> skeletons[7].cable_length_nm > 1100, len(skeletons[7].endpoints)
    (True, 2)
    """
    source = label_source(labels, voxel_size_nm, offset_nm)
    _check_numbers(scale=scale, constant_nm=constant_nm, least_cable_nm=least_cable_nm)
    if smoothing_nm is None:
        smoothing_nm = 1.5 * float(source.voxel_size_nm.max())
    _check_numbers(smoothing_nm=smoothing_nm)
    _check_choice("radius", radius, ("equivalent", "inscribed"))
    _check_choice("engine", engine, ("neuropil", "bioimage-cpp", "kimimaro"))
    faces = _faces(cut_faces)
    shape = _block_shape(block_shape, source.shape)
    tracing = Tracing(scale=scale, constant_nm=constant_nm, threads=_threads(n_jobs))

    tracer = trace_here if engine == "neuropil" else trace_with_bioimage
    if engine == "kimimaro":
        found = _with_kimimaro(source, tracing, faces, in_blocks=block_shape is not None)
    elif block_shape is None:
        whole = source.read((0, 0, 0), source.shape)
        traced = tracer(whole, source.voxel_size_nm, tracing, start=(0, 0, 0), open_faces=faces)
        found = flat_fragments(traced)
    else:
        found = _in_blocks(source, tracer, tracing, faces, shape)
    found = pruned(found, source.voxel_size_nm, tracing)
    return _finished(found, source, smoothing_nm, radius, least_cable_nm, shape)


def _finished(
    found: Fragments,
    source: LabelSource,
    smoothing_nm: float,
    radius: str,
    least_cable_nm: float,
    shape: Triple,
) -> Skeletons:
    """Root, smooth and measure what was traced."""
    tree = trees_of(len(found.label), found.edges)
    order, parent = hang(found.label, found.edges, roots_of(tree, found.inscribed_nm))
    label, voxel = found.label[order], found.voxel[order]
    on_voxels = voxel * source.voxel_size_nm
    n_neighbours = np.bincount(found.edges.ravel(), minlength=len(order))[order]
    points = smoothed(on_voxels, parent, n_neighbours != 2, smoothing_nm)
    points = _kept_inside(points, on_voxels, label, source, shape)
    if radius == "equivalent":
        counts = voxels_at_points(source, label, voxel, shape)
        volume = (counts * float(np.prod(source.voxel_size_nm))).astype(np.float64)
        radii = equivalent_radii(volume, points, parent, _reach(smoothing_nm, source))
    else:
        radii = found.inscribed_nm[order]
    if least_cable_nm > 0:
        of = tree[order]
        cable = np.bincount(of, edge_lengths(points, parent))
        keep = cable[of] >= least_cable_nm
        place = np.append(np.cumsum(keep) - 1, -1)
        label, points, radii = label[keep], points[keep], radii[keep]
        parent = place[parent[keep]]
    return Skeletons(label, points + source.offset_nm, parent, radii)


def _reach(smoothing_nm: float, source: LabelSource) -> float:
    """Cross-sections are averaged over two voxels at least: shares of single voxels are uneven."""
    return max(smoothing_nm, 2.0 * float(source.voxel_size_nm.max()))


def _kept_inside(
    points: NDArray[np.float64],
    on_voxels: NDArray[np.float64],
    label: NDArray[np.uint64],
    source: LabelSource,
    shape: Triple,
) -> NDArray[np.float64]:
    """Put points that smoothing moved out of their label back on their voxels."""
    at = np.rint(points / source.voxel_size_nm).astype(np.int64)
    moved = np.flatnonzero((at != np.rint(on_voxels / source.voxel_size_nm)).any(axis=1))
    block = at[moved] // np.array(shape)
    keys, number = np.unique(block, axis=0, return_inverse=True)
    outside = []
    for k, key in enumerate(keys):
        start = key * np.array(shape)
        stop = np.minimum(start + np.array(shape), source.shape)
        here = moved[number.ravel() == k]
        z, y, x = (at[here] - start).T
        outside.append(here[source.read(start, stop)[z, y, x] != label[here]])
    result = points.copy()
    if outside:
        back = np.concatenate(outside)
        result[back] = on_voxels[back]
    return result


def _in_blocks(
    source: LabelSource,
    tracer: Callable[..., dict[int, Traced]],
    tracing: Tracing,
    faces: Sequence[Face],
    shape: Triple,
) -> Fragments:
    """Trace block after block; neighbours share the plane of voxels between them."""
    # A path leaves out what is within reach of where it begins, which in a block may be the last
    # stretch of a branch. So objects that blocks cut are traced in detail too, and pruned when they are
    # together; in detail alone will not do, since paths then follow each other's detours.
    detailed = replace(tracing, scale=min(tracing.scale, 1.0), constant_nm=0.0)
    pieces = []
    shape_of_all = source.shape
    for start, stop in source.boxes(shape):
        if any(0 < a == n - 1 for a, n in zip(start, shape_of_all, strict=True)):
            continue  # a last plane, which the block before has as its shared one
        wide = [min(b + 1, n) for b, n in zip(stop, shape_of_all, strict=True)]
        open_faces: list[Face] = [
            (axis, side)
            for axis, side in ALL_FACES
            if (axis, side) in faces
            or (start[axis] > 0 if side == "low" else wide[axis] < shape_of_all[axis])
        ]
        box = source.read(start, wide)
        if box.any():
            size = source.voxel_size_nm
            for how in (tracing, detailed):
                traced = tracer(
                    box, size, how, start=start, open_faces=open_faces, only_cut=how is detailed
                )
                pieces.append(with_radii(traced, source, start, wide, faces))
    return flat_fragments(join(pieces))


def _with_kimimaro(
    source: LabelSource, tracing: Tracing, faces: Sequence[Face], *, in_blocks: bool
) -> Fragments:
    if in_blocks or len(faces) not in {0, len(ALL_FACES)}:
        msg = (
            "engine='kimimaro' takes whole volumes, with all faces cut or none; leave out "
            "block_shape and use cut_faces='all' or 'none', or another engine."
        )
        raise ValueError(msg)
    labels = source.read((0, 0, 0), source.shape)
    return flat_fragments(
        trace_with_kimimaro(labels, source.voxel_size_nm, tracing, cut=bool(faces))
    )


def _faces(cut_faces: str | Sequence[Face]) -> list[Face]:
    if isinstance(cut_faces, str):
        _check_choice("cut_faces", cut_faces, ("none", "all"))
        return list(ALL_FACES) if cut_faces == "all" else []
    faces = [tuple(face) for face in cut_faces]
    for face in faces:
        if face not in ALL_FACES:
            msg = (
                f"cut_faces must be 'none', 'all' or pairs (axis, 'low' or 'high') with axis 0 = z, "
                f"1 = y, 2 = x, got {face!r}."
            )
            raise ValueError(msg)
    return [face for face in ALL_FACES if face in faces]


def _block_shape(block_shape: Sequence[int] | None, shape: Triple) -> Triple:
    """What is read at a time; a whole volume is read once more in pieces of bounded size."""
    if block_shape is None:
        z, y, x = (min(n, _LARGEST_BLOCK) for n in shape)
        return z, y, x
    sides = tuple(block_shape)
    if len(sides) != 3 or not all(int(side) == side and side >= 2 for side in sides):
        msg = f"block_shape must be three whole numbers of at least 2, got {block_shape!r}."
        raise ValueError(msg)
    z, y, x = (int(side) for side in sides)
    return z, y, x


def _check_numbers(**numbers: float) -> None:
    for name, value in numbers.items():
        if not (np.isfinite(value) and value >= 0):
            msg = f"{name} must be a finite number of at least 0, got {value!r}."
            raise ValueError(msg)


def _check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        msg = f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}."
        raise ValueError(msg)


def _threads(n_jobs: int | None) -> int:
    if n_jobs is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    if int(n_jobs) != n_jobs or n_jobs < 1:
        msg = f"n_jobs must be a whole number of at least 1, or None for all, got {n_jobs!r}."
        raise ValueError(msg)
    return int(n_jobs)
