"""Block folder: an array kept as one `.npy` file a block, read by slicing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .grid import Grid, Triple
from .whole_files import write_whole

AGAIN = "Run the same segmentation again: it makes what is not there."


@dataclass(frozen=True)
class BlockFolder:
    """An array (z, y, x), or (channel, z, y, x), of which each block is a file.

    Can be pickled, and read and written from any number of threads, processes and machines that
    see the folder; a block is written whole or not at all.

    Attributes
    ----------
    folder : where the files are
    grid : Grid
    dtype : of the array
    n_channels : length of the first axis, or None for an array without channels

    Raises
    ------
    ValueError
        When a block is read that has not been written, or whose file is damaged.
    """

    folder: Path
    grid: Grid
    dtype: np.dtype[Any]
    n_channels: int | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the whole array."""
        return (() if self.n_channels is None else (self.n_channels,)) + self.grid.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def path(self, number: int) -> Path:
        """File of a block."""
        z, y, x = self.grid.position(number)
        return self.folder / f"block_{z:04d}_{y:04d}_{x:04d}.npy"

    def _block_shape(self, number: int) -> tuple[int, ...]:
        begin, end = self.grid.box(number)
        return self.shape[:-3] + tuple(b - a for a, b in zip(begin, end, strict=True))

    def has(self, number: int) -> bool:
        """Whether a block has been written."""
        return self.path(number).exists()

    def missing(self) -> list[int]:
        """Blocks that have not been written."""
        there = {path.name for path in self.folder.glob("block_*.npy")}
        return [n for n in range(len(self.grid)) if self.path(n).name not in there]

    def write(self, number: int, values: NDArray[Any]) -> None:
        """Write one block."""
        want = self._block_shape(number)
        if values.shape != want or values.dtype != self.dtype:
            msg = f"block {number} must be {self.dtype} of shape {want}, got {values.dtype} of {values.shape}."
            raise ValueError(msg)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.path(number), lambda file: np.save(file, values))

    def block(self, number: int) -> NDArray[Any]:
        """One block, mapped from its file."""
        path = self.path(number)
        what = f"block {self.grid.position(number)} of {self.folder.name}"
        if not path.exists():
            msg = f"{what} is missing: no {path}. {AGAIN}"
            raise ValueError(msg)
        try:
            values: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            msg = f"{what} is damaged ({str(error).splitlines()[0]}): delete {path}. {AGAIN}"
            raise ValueError(msg) from error
        want = self._block_shape(number)
        if values.shape != want or values.dtype != self.dtype:
            msg = (
                f"{what} is damaged (it holds {values.dtype} of shape {values.shape} where "
                f"{self.dtype} of {want} belongs): delete {path}. {AGAIN}"
            )
            raise ValueError(msg)
        return values

    def read(self, begin: Triple, end: Triple) -> NDArray[Any]:
        """All channels of a box."""
        size = tuple(b - a for a, b in zip(begin, end, strict=True))
        out = np.empty(self.shape[:-3] + size, self.dtype)
        for number in self.grid.touched(begin, end):
            low, high = self.grid.box(number)
            first = [max(a, b) for a, b in zip(low, begin, strict=True)]
            last = [min(a, b) for a, b in zip(high, end, strict=True)]
            source: Any = tuple(
                slice(a - o, b - o) for a, b, o in zip(first, last, low, strict=True)
            )
            target: Any = tuple(
                slice(a - o, b - o) for a, b, o in zip(first, last, begin, strict=True)
            )
            out[(Ellipsis, *target)] = self.block(number)[(Ellipsis, *source)]
        return out

    def __getitem__(self, key: Any) -> NDArray[Any]:
        """What numpy would give, read from the blocks that it meets."""
        keys = list(key) if isinstance(key, tuple) else [key]
        if Ellipsis in keys:
            at = keys.index(Ellipsis)
            keys[at : at + 1] = [slice(None)] * (self.ndim - len(keys) + 1)
        keys += [slice(None)] * (self.ndim - len(keys))
        begin: list[int] = []
        end: list[int] = []
        within: list[Any] = []
        for one, length in zip(keys[-3:], self.shape[-3:], strict=True):
            if isinstance(one, slice):
                start, stop, step = one.indices(length)
                if step < 1:
                    msg = f"block folders are sliced forwards, got step {step}."
                    raise ValueError(msg)
                stop = max(start, stop)
                within.append(slice(None, None, step))
            else:
                start = range(length)[one]
                stop = start + 1
                within.append(0)
            begin.append(start)
            end.append(stop)
        box = self.read((begin[0], begin[1], begin[2]), (end[0], end[1], end[2]))
        values: NDArray[Any] = box[(*keys[:-3], *within)]
        return values

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        values = self.read((0, 0, 0), self.grid.shape)
        return values if dtype is None else values.astype(dtype)
