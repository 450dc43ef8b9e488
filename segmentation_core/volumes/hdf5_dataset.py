"""HDF5: one dataset of a file, with the attributes that CREMI, ilastik and Fiji files carry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .libraries import library
from .source import Found, check_chunk


@dataclass(frozen=True)
class Hdf5Source:
    """A dataset that is opened for each read, so that no file stays open and workers may share it."""

    path: Path
    dataset: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    chunk_shape: tuple[int, ...]

    def read(self, lower: Sequence[int], upper: Sequence[int]) -> npt.NDArray[Any]:
        """Voxels of one box."""
        box = tuple(slice(a, b) for a, b in zip(lower, upper, strict=True))
        try:
            with library("h5py").File(self.path, "r") as file:
                return np.asarray(file[self.dataset][box]).astype(self.dtype, copy=False)
        except (OSError, KeyError) as error:
            msg = (
                f"{self.path}: dataset {self.dataset!r} cannot be read ({_line(error)}); the file is "
                "damaged or a compression filter is not installed (pip install hdf5plugin)."
            )
            raise ValueError(msg) from error


def open_hdf5(path: Path, *, dataset: str | None) -> Found:
    """Open one dataset; where the file has a single volume its name may be left out."""
    h5py = library("h5py")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        msg = f"{path}: not a whole HDF5 file ({_line(error)}); it is damaged or truncated."
        raise ValueError(msg) from error
    with file:
        try:
            name = dataset if dataset is not None else _only_volume(file, path)
            if name not in file or not isinstance(file[name], h5py.Dataset):
                msg = f"{path}: no dataset {name!r}; it has {_listing(_volumes(file))}."
                raise ValueError(msg)
            array = file[name]
            if array.dtype.kind not in "biuf":
                msg = f"{path}: dataset {name!r} holds {array.dtype}, not numbers of voxels."
                raise ValueError(msg)
            shape = tuple(int(length) for length in array.shape)
            dtype = array.dtype.newbyteorder("=")
            chunks = tuple(int(length) for length in array.chunks or shape)
            attributes = {**dict(file.attrs), **dict(array.attrs)}
        except (OSError, RuntimeError) as error:
            msg = f"{path}: its HDF5 tables cannot be read ({_line(error)}); the file is damaged."
            raise ValueError(msg) from error
    if array_is_chunked(chunks, shape):
        check_chunk(chunks, dtype, f"{path}, dataset {name!r}")
    return Found(
        Hdf5Source(path, name, shape, dtype, chunks),
        axes=stated_axes(attributes),
        spacing_nm=stated_spacing(attributes),
        origin_nm=numbers(attributes.get("offset")),
    )


def array_is_chunked(chunks: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether chunks are smaller than the array, so that they are decoded whole."""
    return chunks != shape


def numbers(value: Any) -> tuple[float, ...] | None:
    """Three or more numbers of an attribute, or None."""
    if value is None:
        return None
    try:
        found = tuple(float(number) for number in np.ravel(value))
    except (TypeError, ValueError):
        return None
    return found if len(found) >= 3 else None


def stated_axes(attributes: Mapping[str, Any]) -> str | None:
    """Axes by ``axes`` ("zyx" or a list of names) or ilastik's ``axistags``."""
    axes = attributes.get("axes")
    if isinstance(axes, bytes):
        axes = axes.decode("utf-8", "replace")
    if axes is not None and not isinstance(axes, str):
        axes = "".join(str(name.decode() if isinstance(name, bytes) else name) for name in axes)
    if axes is None and "axistags" in attributes:
        try:
            tags = json.loads(attributes["axistags"])["axes"]
            axes = "".join(str(tag["key"]) for tag in tags)
        except (ValueError, KeyError, TypeError):
            axes = None
    return axes.lower() if axes else None


def stated_spacing(attributes: Mapping[str, Any]) -> tuple[float, ...] | None:
    """Voxel size by ``voxel_size_nm``, CREMI's ``resolution`` (nm) or ``element_size_um``."""
    for name, scale in (("voxel_size_nm", 1.0), ("resolution", 1.0), ("element_size_um", 1000.0)):
        found = numbers(attributes.get(name))
        if found is not None:
            return tuple(scale * number for number in found)
    return None


def _volumes(file: Any) -> dict[str, str]:
    """Every dataset of three or more axes, and how it looks."""
    found: dict[str, str] = {}

    def look(name: str, node: Any) -> None:
        if getattr(node, "ndim", 0) >= 3 and node.dtype.kind in "biuf":
            found[name] = f"{name} ({'x'.join(map(str, node.shape))} {node.dtype})"

    file.visititems(look)
    return found


def _listing(volumes: dict[str, str]) -> str:
    return ", ".join(volumes.values()) if volumes else "no dataset of three axes"


def _only_volume(file: Any, path: Path) -> str:
    volumes = _volumes(file)
    if len(volumes) != 1:
        msg = f"{path}: give dataset=NAME; it has {_listing(volumes)}."
        raise ValueError(msg)
    return next(iter(volumes))


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
