"""Morphology: numbers that say what a segment looks like, one row to a segment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.skeletons.label_source import label_source
from segmentation_core.skeletons.skeletonization import skeletonize
from segmentation_core.volumes.libraries import library

if TYPE_CHECKING:
    import pandas as pd

# Upper bounds, in nm, of the bins of the distance to the surface.
THICKNESS_BINS_NM = (30.0, 60.0, 120.0, 240.0)


def segment_morphology(
    labels: Any, *, voxel_size_nm: Sequence[float] | None = None, n_jobs: int | None = None
) -> pd.DataFrame:
    """Measure the shape of every segment.

    Parameters
    ----------
    labels : (z, y, x) integers, 0 = none
    voxel_size_nm : (z, y, x) floats
        Needed unless `labels` is a `Volume`.
    n_jobs : int, optional
        Threads; by default all processors.

    Returns
    -------
    DataFrame indexed by ``segment_id``, rising
        ``volume_nm3``; ``surface_nm2``, of voxel faces towards other segments and none, not towards
        the outside of the volume; ``cable_nm``, ``branch_points``, ``endpoints`` and
        ``mean_radius_nm`` of the skeleton; ``inscribed_nm``, the radius of the largest ball inside;
        ``sheetness``, one less the mean thickness 2 V / S over the radius of a cylinder of that
        volume and cable: 0 for a round tube, the more the flatter; ``thin_30`` ... ``thin_240``, the share of
        the volume whose distance to the surface is up to so many nm.

    Raises
    ------
    ValueError
        As `skeletonize`.

    Examples
    --------
    >>> labels = np.zeros((5, 20, 60), np.uint8)
    >>> labels[1:4, 5:14, 2:58] = 3
    >>> rows = segment_morphology(labels, voxel_size_nm=(40, 15, 15))
    >>> rows.index.tolist(), float(rows["volume_nm3"].iloc[0]) == 3 * 9 * 56 * 9000
    ([3], True)
    """
    import pandas as pd

    source = label_source(labels, voxel_size_nm)
    size = source.voxel_size_nm
    volume = source.read((0, 0, 0), source.shape)
    names, number = np.unique(volume, return_inverse=True)
    number = number.reshape(volume.shape)
    n = len(names)
    nm3 = np.bincount(number.ravel(), minlength=n) * float(np.prod(size))
    surface = _surface(number, n, size)
    distance = library("edt").edt(volume, anisotropy=tuple(size), black_border=False, parallel=1)
    # Distances reach from middle to middle of voxels; half a step back is the surface.
    flat = number.ravel()
    depth = distance.ravel()
    deepest = np.zeros(n)
    np.maximum.at(deepest, flat, depth)
    columns: dict[str, NDArray[Any]] = {
        "volume_nm3": nm3,
        "surface_nm2": surface,
        "inscribed_nm": deepest,
    }
    voxels = np.maximum(np.bincount(flat, minlength=n), 1)
    for bound in THICKNESS_BINS_NM:
        columns[f"thin_{bound:.0f}"] = np.bincount(flat[depth <= bound], minlength=n) / voxels
    table = pd.DataFrame(columns, index=pd.Index(names, name="segment_id"))
    table = table[table.index != 0]
    sides = [float(side) for side in size]
    trees = skeletonize(volume, voxel_size_nm=sides, radius="inscribed", n_jobs=n_jobs).summary()
    trees = trees.reindex(table.index)
    table["cable_nm"] = trees["cable_length_nm"]
    table["branch_points"] = trees["n_branch_points"]
    table["endpoints"] = trees["n_endpoints"]
    table["mean_radius_nm"] = trees["radius_nm"]
    cylinder = np.sqrt(table["volume_nm3"] / (np.pi * np.maximum(table["cable_nm"], size.min())))
    thickness = 2 * table["volume_nm3"] / np.maximum(table["surface_nm2"], size.min() ** 2)
    table["sheetness"] = np.clip(1 - thickness / cylinder, 0, 1)
    return table


def _surface(number: NDArray[np.int64], n: int, size: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) area of the faces between voxels of different segments."""
    area = np.zeros(n)
    for axis in range(3):
        face = float(np.prod(np.delete(size, axis)))
        a = np.moveaxis(number, axis, 0)[:-1].ravel()
        b = np.moveaxis(number, axis, 0)[1:].ravel()
        across = a != b
        area += face * np.bincount(a[across], minlength=n)
        area += face * np.bincount(b[across], minlength=n)
    return area
