"""Source: what a file format gives, an array whose boxes can be read, its axes and its spacing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

# One chunk is decoded whole. No writer in the field makes chunks of this size, but a damaged or
# hostile header can ask for any.
LARGEST_CHUNK_BYTES = 8 * 2**30


class Source(Protocol):
    """An array on disk, in the axis order of its file.

    ``read(lower, upper)`` returns the box ``lower <= index < upper``, which lies inside ``shape``.
    A source can be pickled, so that a worker may read from it.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis of the file."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of a voxel, in the byte order of the machine."""

    @property
    def chunk_shape(self) -> tuple[int, ...]:
        """What is read and decoded in one piece."""

    def read(self, lower: Sequence[int], upper: Sequence[int]) -> npt.NDArray[Any]:
        """Voxels of one box."""


@dataclass(frozen=True)
class Found:
    """A source and what its file says of it.

    Attributes
    ----------
    source : Source
    axes : str or None
        One letter of ``zyxct`` to each axis of the source, or None where the file does not say.
    spacing_nm : tuple of float or None
        Voxel size along each axis of the source, or along its spatial axes in their order.
    origin_nm : tuple of float or None
        Position of the first voxel, in the same order.
    missing : tuple of int
        Sections (positions along z) that are not there and read as 0.
    note : str
        Why the file's voxel size is not used, where it has one.
    kind : {"image", "labels"} or None
        What the file says that it holds, where it does.
    """

    source: Source
    axes: str | None = None
    spacing_nm: tuple[float, ...] | None = None
    origin_nm: tuple[float, ...] | None = None
    missing: tuple[int, ...] = ()
    note: str = ""
    kind: Literal["image", "labels"] | None = None


def check_chunk(shape: Sequence[int], dtype: np.dtype[Any], name: str) -> None:
    """Refuse chunks that no machine decodes in one piece."""
    n_bytes = dtype.itemsize
    for length in shape:
        n_bytes *= int(length)
    if n_bytes > LARGEST_CHUNK_BYTES:
        msg = (
            f"{name}: one chunk of {'x'.join(map(str, shape))} {dtype} is {n_bytes / 2**30:.0f} GiB, "
            f"more than the {LARGEST_CHUNK_BYTES / 2**30:.0f} GiB that are read in one piece; "
            "the header is damaged, or the file must be written anew in smaller chunks."
        )
        raise ValueError(msg)
