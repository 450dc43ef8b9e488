"""Label source: a label volume that is sliced, whatever holds it, and where its voxels lie.

Anything with `shape`, `dtype` and slicing will do: a numpy array, a zarr or HDF5 dataset, a
`Volume`. Blocks of it are read one at a time and come as uint64.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentation_core.volumes.voxel_size import checked_voxel_size

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class LabelSource:
    """Labels (z, y, x) that are read by slicing.

    Attributes
    ----------
    labels : array-like with shape, dtype and slicing
    voxel_size_nm : (3,) float64
    offset_nm : (3,) float64
        Where the centre of voxel (0, 0, 0) lies.
    """

    labels: Any
    voxel_size_nm: NDArray[np.float64]
    offset_nm: NDArray[np.float64]

    @property
    def shape(self) -> Triple:
        """Voxels along (z, y, x)."""
        z, y, x = self.labels.shape
        return int(z), int(y), int(x)

    def read(self, start: Sequence[int], stop: Sequence[int]) -> NDArray[np.uint64]:
        """Labels of a box, start <= voxel < stop."""
        window = tuple(slice(int(a), int(b)) for a, b in zip(start, stop, strict=True))
        box = np.asarray(self.labels[window])
        if box.dtype.kind == "i" and box.size and int(box.min()) < 0:
            msg = (
                f"labels must not be negative, got {int(box.min())}; 0 is no neuron. Ids read as "
                "signed from an unsigned file need .view(np.uint64)."
            )
            raise ValueError(msg)
        return np.ascontiguousarray(box, dtype=np.uint64)

    def boxes(self, shape: Sequence[int]) -> Iterator[tuple[Triple, Triple]]:
        """Boxes of `shape` that tile the volume, as (start, stop), in C order."""
        steps = [range(0, n, b) for n, b in zip(self.shape, shape, strict=True)]
        for z, y, x in itertools.product(*steps):
            stop = [min(a + b, n) for a, b, n in zip((z, y, x), shape, self.shape, strict=True)]
            yield (z, y, x), (stop[0], stop[1], stop[2])


def label_source(
    labels: Any,
    voxel_size_nm: Sequence[float] | None,
    offset_nm: Sequence[float] | None = None,
) -> LabelSource:
    """Check a label volume and its voxel size; both sizes default to what a `Volume` says of itself.

    Raises
    ------
    ValueError
        Labels that are no integers, another number of axes, an empty volume, or no voxel size.

    Examples
    --------
    >>> label_source(np.zeros((2, 3, 4), np.uint8), (40, 4, 4)).shape
    (2, 3, 4)
    """
    if not all(hasattr(labels, name) for name in ("shape", "dtype", "__getitem__")):
        labels = np.asarray(labels)
    shape, dtype = tuple(labels.shape), np.dtype(labels.dtype)
    if dtype.kind not in "iu":
        msg = (
            f"labels must be integers, got {dtype}; for a mask or whole numbers stored as "
            f"{dtype} use labels.astype(np.uint64)."
        )
        raise ValueError(msg)
    if len(shape) != 3 or 0 in shape:
        msg = (
            f"labels must be a non-empty volume (z, y, x), got shape {shape}; "
            "a single section is labels[np.newaxis]."
        )
        raise ValueError(msg)
    if voxel_size_nm is None:
        voxel_size_nm = getattr(labels, "voxel_size_nm", None)
    if voxel_size_nm is None:
        msg = (
            "voxel_size_nm is missing: give the three lengths (z, y, x) in nm, "
            "such as voxel_size_nm=(40, 4, 4)."
        )
        raise ValueError(msg)
    if offset_nm is None:
        offset_nm = getattr(labels, "offset_nm", (0.0, 0.0, 0.0))
    size = np.array(checked_voxel_size(voxel_size_nm, "labels"))
    offset = np.asarray(offset_nm, dtype=np.float64)
    if offset.shape != (3,) or not np.isfinite(offset).all():
        msg = f"offset_nm must be three finite numbers (z, y, x), got {offset_nm!r}."
        raise ValueError(msg)
    return LabelSource(labels, size, offset)
