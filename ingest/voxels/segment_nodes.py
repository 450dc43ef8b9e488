"""Segment nodes: a row of `nodes` for every segment of a label volume that is worth one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from connectome_analysis.tables import ContractError

if TYPE_CHECKING:
    import pandas as pd

# Voxels looked at together: a slab of whole sections, so that memory does not follow the volume.
_SLAB_VOXELS = 1 << 24


@dataclass(frozen=True, eq=False)
class Measured:
    """What is known of every segment of a volume.

    Attributes
    ----------
    labels : (S,) int64
        Ascending; 0, no neuron, is not among them.
    voxels : (S,) int64
    centre : (S, 3) float64
        Mean voxel index (z, y, x).
    faces : (S,) int64
        How many of the six faces of the volume the segment touches: one that touches any goes on
        outside.
    """

    labels: NDArray[np.int64]
    voxels: NDArray[np.int64]
    centre: NDArray[np.float64]
    faces: NDArray[np.int64]


def measure_segments(labels: Any) -> Measured:
    """Measure every segment, slab by slab.

    Parameters
    ----------
    labels : (Z, Y, X) array of integers
        Anything that gives a numpy array for a slice of sections.

    Returns
    -------
    Measured

    Raises
    ------
    ContractError
        Where a label does not fit int64.

    Examples
    --------
    >>> measured = measure_segments(np.array([[[7, 7, 0, 9]]], np.uint64))
    >>> measured.labels.tolist(), measured.voxels.tolist(), measured.centre[:, 2].tolist()
    ([7, 9], [2, 1], [0.5, 3.0])
    """
    import fastremap

    sums: dict[int, NDArray[np.float64]] = {}
    for start, slab in _slabs(labels):
        code, codes = fastremap.renumber(slab, preserve_zero=True)
        places = {int(name): int(place) for name, place in codes.items()}
        found = _sums(code, max(places.values(), default=0) + 1, start, labels.shape)
        for name, place in places.items():
            row = found[place]
            sums[name] = _joined(sums[name], row) if name in sums else row
    sums.pop(0, None)
    ordered = sorted(sums)
    if ordered and ordered[-1] > np.iinfo(np.int64).max:
        msg = (
            f"label {ordered[-1]} does not fit int64, the type of node ids. Renumber the labels "
            "(fastremap.renumber), or leave out those above 2**63 - 1."
        )
        raise ContractError(msg)
    table = np.array([sums[name] for name in ordered]).reshape(-1, 10)
    voxels = table[:, 0]
    return Measured(
        labels=np.array(ordered, np.int64),
        voxels=voxels.astype(np.int64),
        centre=table[:, 1:4] / np.maximum(voxels, 1)[:, None],
        faces=table[:, 4:].sum(1).astype(np.int64),
    )


def _slabs(labels: Any) -> Iterator[tuple[int, NDArray[Any]]]:
    z, y, x = labels.shape
    depth = max(1, _SLAB_VOXELS // max(y * x, 1))
    for start in range(0, z, depth):
        yield start, np.asarray(labels[start : start + depth])


def _sums(
    code: NDArray[Any], n: int, start: int, shape: tuple[int, int, int]
) -> NDArray[np.float64]:
    """Voxels, sums of z, y and x, and whether each of the six faces is touched; a row a label."""
    table = np.zeros((n, 10))
    count = np.zeros(n)
    for z in range(code.shape[0]):
        section = np.bincount(code[z].ravel(), minlength=n)
        count += section
        table[:, 1] += section * (start + z)
    table[:, 0] = count
    for axis in (1, 2):
        for place in range(code.shape[axis]):
            plane = np.take(code, place, axis=axis).ravel()
            table[:, 1 + axis] += place * np.bincount(plane, minlength=n)
    faces = {
        4: code[0] if start == 0 else None,
        5: code[-1] if start + code.shape[0] == shape[0] else None,
        6: code[:, 0],
        7: code[:, -1],
        8: code[:, :, 0],
        9: code[:, :, -1],
    }
    for column, face in faces.items():
        if face is not None:
            table[np.unique(face), column] = 1.0
    return table


def _joined(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    both = a + b
    both[4:] = np.maximum(a[4:], b[4:])
    return both


def nodes_of(
    measured: Measured,
    *,
    voxel_size_nm: tuple[float, float, float],
    offset_nm: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> pd.DataFrame:
    """Turn measured segments into rows of the table of nodes.

    Parameters
    ----------
    measured : Measured
    voxel_size_nm : (z, y, x)
    offset_nm : (z, y, x)
        Of the middle of the volume's first voxel.

    Returns
    -------
    DataFrame, S rows
        ``node_id``, ``x_nm``, ``y_nm``, ``z_nm`` (centroid), ``volume_nm3``, ``faces_touched``
        and ``status``.
    """
    import pandas as pd

    size, offset = np.asarray(voxel_size_nm, float), np.asarray(offset_nm, float)
    centre_nm = offset + measured.centre * size
    return pd.DataFrame(
        {
            "node_id": measured.labels,
            "x_nm": centre_nm[:, 2],
            "y_nm": centre_nm[:, 1],
            "z_nm": centre_nm[:, 0],
            "volume_nm3": measured.voxels * float(np.prod(size)),
            "faces_touched": measured.faces,
            "status": "automated",
        }
    )
