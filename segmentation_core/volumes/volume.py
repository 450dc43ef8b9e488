"""Volume: a lazy array (z, y, x) with its voxel size, cut without reading and read by slicing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from .source import Source

Kind = Literal["image", "labels"]
Span = tuple[int | None, int | None]


class Block(NamedTuple):
    """One piece of a volume.

    Attributes
    ----------
    start, stop : tuple of int, (z, y, x)
        The block proper; the blocks of a volume tile it.
    halo_start, halo_stop : tuple of int
        The block with its halo, clipped to the volume.
    volume : Volume
        Lazy view of the block with its halo; ``block.volume.read()`` reads it.
    """

    start: tuple[int, int, int]
    stop: tuple[int, int, int]
    halo_start: tuple[int, int, int]
    halo_stop: tuple[int, int, int]
    volume: Volume

    @property
    def inner(self) -> tuple[slice, slice, slice]:
        """Where the block proper lies within the block with its halo."""
        z, y, x = (
            slice(a - o, b - o)
            for a, b, o in zip(self.start, self.stop, self.halo_start, strict=True)
        )
        return z, y, x


@dataclass(frozen=True)
class Volume:
    """An array (z, y, x) that stays on disk until it is sliced.

    Made by `open_volume`. ``volume[10:20, :, ::2]`` reads and returns a numpy array, as numpy slices
    would; ``volume.crop(z=(10, 20))`` returns a smaller Volume and reads nothing. A Volume can be
    pickled and read from many threads or processes; it is never written to.

    Attributes
    ----------
    shape : (int, int, int)
        Voxels along (z, y, x).
    dtype : dtype
        uint8 for images, any integer for labels.
    voxel_size_nm : (float, float, float)
        Along (z, y, x).
    offset_nm : (float, float, float)
        Position of the first voxel, along (z, y, x), in the frame of the file: voxel i along an axis
        is at ``offset_nm + i * voxel_size_nm``. Crops keep positions.
    name : str
        File, dataset or scale, for messages.
    missing_sections : tuple of int
        Sections of this view that are not in the data and read as 0.
    """

    source: Source
    axes: str
    voxel_size_nm: tuple[float, float, float]
    name: str
    lower: tuple[int, int, int]
    shape: tuple[int, int, int]
    origin_nm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    channel: int = 0
    intensity_range: tuple[float, float] | None = None
    source_missing: tuple[int, ...] = ()

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the voxels as they are read."""
        if self.intensity_range is not None or self.source.dtype.kind == "b":
            return np.dtype(np.uint8)
        return self.source.dtype

    @property
    def ndim(self) -> int:
        """Always 3."""
        return 3

    @property
    def size(self) -> int:
        """Number of voxels."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes that all voxels take in memory."""
        return self.size * self.dtype.itemsize

    @property
    def offset_nm(self) -> tuple[float, float, float]:
        """Position of the first voxel of this view."""
        z, y, x = (
            origin + start * size
            for origin, start, size in zip(
                self.origin_nm, self.lower, self.voxel_size_nm, strict=True
            )
        )
        return z, y, x

    @property
    def chunk_shape(self) -> tuple[int, int, int]:
        """What the file decodes in one piece; blocks of multiples of it read fastest."""
        z, y, x = (self.source.chunk_shape[self.axes.index(axis)] for axis in "zyx")
        return z, y, x

    @property
    def missing_sections(self) -> tuple[int, ...]:
        """Sections of this view that read as 0 because they are not there."""
        low, high = self.lower[0], self.lower[0] + self.shape[0]
        return tuple(z - low for z in self.source_missing if low <= z < high)

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        size = " x ".join(f"{nm:g}" for nm in self.voxel_size_nm)
        shape = " x ".join(map(str, self.shape))
        lost = f", {len(self.missing_sections)} sections missing" if self.missing_sections else ""
        return f"<Volume {shape} (z, y, x) {self.dtype}, {size} nm{lost}: {self.name}>"

    def crop(
        self, *, z: Span = (None, None), y: Span = (None, None), x: Span = (None, None)
    ) -> Volume:
        """A part of the volume, without reading it.

        Parameters
        ----------
        z, y, x : (start, stop)
            In voxels of this view; None is an end, negative numbers count from the end.

        Raises
        ------
        ValueError
            If nothing is left, or an end lies outside the volume.
        """
        lower, shape = [], []
        for axis, span, length in zip("zyx", (z, y, x), self.shape, strict=True):
            start, stop = span
            start = 0 if start is None else start + length if start < 0 else start
            stop = length if stop is None else stop + length if stop < 0 else stop
            if not 0 <= start < stop <= length:
                msg = (
                    f"{self.name}: crop {axis}={tuple(span)} does not fit in 0 to {length}; give "
                    f"{axis}=(start, stop) with start < stop <= {length}."
                )
                raise ValueError(msg)
            lower.append(start)
            shape.append(stop - start)
        low_z, low_y, low_x = (a + b for a, b in zip(self.lower, lower, strict=True))
        return replace(self, lower=(low_z, low_y, low_x), shape=(shape[0], shape[1], shape[2]))

    def read(self) -> npt.NDArray[Any]:
        """All voxels, as a numpy array (z, y, x).

        Raises
        ------
        ValueError
            If a chunk or section is missing or damaged, or voxels to convert are NaN.
        """
        bounds = {
            axis: (low, low + length)
            for axis, low, length in zip("zyx", self.lower, self.shape, strict=True)
        }
        bounds["c"] = (self.channel, self.channel + 1)
        low = [bounds.get(axis, (0, 1))[0] for axis in self.axes]
        high = [bounds.get(axis, (0, 1))[1] for axis in self.axes]
        voxels = self.source.read(low, high)
        spatial = [axis for axis in self.axes if axis in "zyx"]
        voxels = voxels.reshape(
            [bounds[axis][1] - bounds[axis][0] for axis in spatial],
            order="F" if voxels.flags.f_contiguous and not voxels.flags.c_contiguous else "C",
        ).transpose([spatial.index(axis) for axis in "zyx"])
        if self.intensity_range is not None:
            voxels = _as_bytes(voxels, self.intensity_range, self)
        return np.ascontiguousarray(voxels.astype(self.dtype, copy=False))

    def __getitem__(self, key: Any) -> npt.NDArray[Any]:
        """Read a box: integers, slices of any step and an ellipsis, as in numpy."""
        crops: dict[str, Span] = {}
        after: list[Any] = []
        shape = []
        for axis, item, length in zip("zyx", _full_key(key, self.name), self.shape, strict=True):
            if isinstance(item, slice):
                steps = range(*item.indices(length))
                low, high = (
                    (min(steps[0], steps[-1]), max(steps[0], steps[-1]) + 1) if steps else (0, 1)
                )
                after.append(slice(None, None, steps.step) if steps else slice(0, 0))
                shape.append(len(steps))
            else:
                index = item + length if item < 0 else item
                if not 0 <= index < length:
                    msg = f"index {item} is outside axis {axis} of length {length} of {self.name}"
                    raise IndexError(msg)
                low, high = index, index + 1
                after.append(0)
            crops[axis] = (low, high)
        if 0 in shape:
            return np.empty(shape, self.dtype)
        voxels: npt.NDArray[Any] = self.crop(**crops).read()[tuple(after)]
        return voxels

    def __iter__(self) -> Iterator[npt.NDArray[Any]]:
        """Sections, one after the other."""
        return (self[z] for z in range(self.shape[0]))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        if copy is False:
            msg = f"{self.name} is on disk, so it cannot become an array without a copy"
            raise ValueError(msg)
        return self.read().astype(dtype or self.dtype, copy=False)

    def blocks(
        self, block_shape: Sequence[int], *, halo: int | Sequence[int] = 0
    ) -> Iterator[Block]:
        """Tile the volume with lazy blocks, in raster order.

        Parameters
        ----------
        block_shape : (z, y, x) of int
            The last block along an axis may be smaller.
        halo : int or (z, y, x) of int
            Voxels around each block, as far as the volume has them.

        Yields
        ------
        Block

        Raises
        ------
        ValueError
            If a block has no voxels or the halo is negative.
        """
        halos = (halo, halo, halo) if isinstance(halo, int) else tuple(halo)
        lengths = tuple(block_shape)
        if len(lengths) != 3 or len(halos) != 3 or min(lengths) < 1 or min(halos) < 0:
            msg = (
                f"blocks of {lengths} with a halo of {halos} cannot tile {self.name}; both are "
                "(z, y, x), blocks at least 1 and halos at least 0."
            )
            raise ValueError(msg)
        return self._blocks(lengths, halos)

    def _blocks(self, lengths: tuple[int, ...], halos: tuple[int, ...]) -> Iterator[Block]:
        grid = (range(0, whole, step) for whole, step in zip(self.shape, lengths, strict=True))
        for z, y, x in itertools.product(*grid):
            stop = tuple(
                min(a + n, whole)
                for a, n, whole in zip((z, y, x), lengths, self.shape, strict=True)
            )
            low = tuple(max(a - h, 0) for a, h in zip((z, y, x), halos, strict=True))
            high = tuple(
                min(b + h, whole) for b, h, whole in zip(stop, halos, self.shape, strict=True)
            )
            view = self.crop(z=(low[0], high[0]), y=(low[1], high[1]), x=(low[2], high[2]))
            yield Block(
                (z, y, x),
                (stop[0], stop[1], stop[2]),
                (low[0], low[1], low[2]),
                (high[0], high[1], high[2]),
                view,
            )


def _full_key(key: Any, name: str) -> list[Any]:
    """One integer or slice to each of three axes."""
    items = list(key) if isinstance(key, tuple) else [key]
    if sum(item is Ellipsis for item in items) == 1:
        at = next(i for i, item in enumerate(items) if item is Ellipsis)
        items[at : at + 1] = [slice(None)] * (4 - len(items))
    items += [slice(None)] * (3 - len(items))
    whole = (int, np.integer)
    if len(items) != 3 or not all(
        isinstance(item, slice) or (isinstance(item, whole) and not isinstance(item, bool))
        for item in items
    ):
        msg = (
            f"{name} is sliced by integers and slices (z, y, x), got {key!r}; read() gives a numpy "
            "array, which takes masks and lists too."
        )
        raise IndexError(msg)
    return [item if isinstance(item, slice) else int(item) for item in items]


def _as_bytes(
    voxels: npt.NDArray[Any], limits: tuple[float, float], volume: Volume
) -> npt.NDArray[Any]:
    """Intensities between two limits as 0 to 255; beyond them they are cut off."""
    if voxels.dtype.kind == "f" and not np.isfinite(voxels).all():
        z = int(np.flatnonzero(~np.isfinite(voxels).all(axis=(1, 2)))[0])
        msg = (
            f"{volume.name}: section {z + volume.lower[0]} has NaN or infinite voxels, which are no "
            "gray value; replace them (numpy.nan_to_num) before the volume is opened."
        )
        raise ValueError(msg)
    low, high = limits
    scaled = (voxels.astype(np.float32) - low) * (255.0 / (high - low))
    gray: npt.NDArray[Any] = np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
    return gray
