"""Array source: anything in memory or elsewhere that is sliced like numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class ArraySource:
    """An array of numpy, zarr, h5py or any other library that slices alike."""

    array: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return tuple(int(length) for length in self.array.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of a voxel."""
        dtype: np.dtype[Any] = np.dtype(self.array.dtype).newbyteorder("=")
        return dtype

    @property
    def chunk_shape(self) -> tuple[int, ...]:
        """Chunks of the array, the whole of it where it has none."""
        chunks = getattr(self.array, "chunks", None)
        if chunks is None or len(chunks) != len(self.shape):
            return self.shape
        return tuple(int(np.ravel(length)[0]) for length in chunks)

    def read(self, lower: Sequence[int], upper: Sequence[int]) -> npt.NDArray[Any]:
        """Voxels of one box."""
        box = tuple(slice(a, b) for a, b in zip(lower, upper, strict=True))
        return np.asarray(self.array[box]).astype(self.dtype, copy=False)
