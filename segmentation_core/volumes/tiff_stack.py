"""TIFF stack: one file of many pages, each a section (or ImageJ's and OME's hyperstacks)."""

from __future__ import annotations

import itertools
import logging
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .libraries import library
from .mapped_source import MappedSource
from .source import Found, check_chunk
from .voxel_size import nm_per


@dataclass(frozen=True)
class TiffPages:
    """Pages of a file that is opened for each read; only strips or tiles of the box are decoded.

    The last two axes are the page's, those before count the pages.
    """

    path: Path
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    chunk_shape: tuple[int, ...]
    first_page: int = 0

    def read(self, lower: Sequence[int], upper: Sequence[int]) -> npt.NDArray[Any]:
        """Voxels of one box."""
        tifffile = library("tifffile")
        lengths = [b - a for a, b in zip(lower, upper, strict=True)]
        voxels = np.empty(lengths, self.dtype)
        box = tuple(slice(a, b) for a, b in zip(lower[-2:], upper[-2:], strict=True))
        with tifffile.TiffFile(self.path) as file:
            for place in itertools.product(*(range(length) for length in lengths[:-2])):
                at = tuple(low + k for low, k in zip(lower[:-2], place, strict=True))
                number = self.first_page + (
                    int(np.ravel_multi_index(at, self.shape[:-2])) if at else 0
                )
                voxels[place] = read_page(file.pages[number], box, f"{self.path}, page {number}")
        return voxels


def read_page(page: Any, box: tuple[slice, ...], name: str) -> npt.NDArray[Any]:
    """Part of one page; damage is named by page."""
    zarr = library("zarr")
    try:
        with page.aszarr() as store:
            return np.asarray(zarr.open_array(store, mode="r")[box])
    except Exception as error:  # decoders raise whatever their libraries do
        reason = " ".join(str(error).split())
        msg = f"{name}: its pixels cannot be decoded ({reason}); the file is damaged or truncated."
        if "imagecodecs" in reason:
            msg = f"{name}: {reason}; pip install imagecodecs."
        raise ValueError(msg) from error


def page_count(path: Path) -> int:
    """Number of pages, by following the file's own chain of them.

    tifffile only logs a broken chain and goes on with the pages before it; a stack that lost its
    end must not be taken for a shorter one.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(16)
        endian = {b"II": "<", b"MM": ">"}.get(head[:2])
        version = struct.unpack(f"{endian}H", head[2:4])[0] if endian and len(head) >= 8 else 0
        if version not in (42, 43) or (version == 43 and len(head) < 16):
            msg = f"{path}: not a TIFF file, or truncated within its first bytes."
            raise ValueError(msg)
        big = version == 43
        count_code, count_bytes, entry_bytes = ("Q", 8, 20) if big else ("H", 2, 12)
        link_code, link_bytes = ("Q", 8) if big else ("I", 4)
        at = struct.unpack(f"{endian}{link_code}", head[8:16] if big else head[4:8])[0]
        seen: set[int] = set()
        while at:
            file.seek(at)
            count = file.read(count_bytes)
            whole = at not in seen and len(count) == count_bytes
            if whole:
                entries = struct.unpack(f"{endian}{count_code}", count)[0]
                file.seek(at + count_bytes + entries * entry_bytes)
                link = file.read(link_bytes)
                whole = len(link) == link_bytes
            if not whole:
                msg = (
                    f"{path}: the TIFF file is damaged or truncated: page {len(seen)} would start at "
                    f"byte {at:,} of {size:,}; copy it anew."
                )
                raise ValueError(msg)
            seen.add(at)
            at = struct.unpack(f"{endian}{link_code}", link)[0]
    return len(seen)


def open_tiff_stack(path: Path) -> Found:
    """Open a multi-page TIFF file."""
    tifffile = library("tifffile")
    n_pages = page_count(path)
    # What tifffile would log is checked and said here.
    logger = logging.getLogger("tifffile")
    disabled, logger.disabled = logger.disabled, True
    try:
        with tifffile.TiffFile(path) as file:
            return _stack(path, file, n_pages)
    except (tifffile.TiffFileError, struct.error, IndexError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())
        msg = f"{path}: not a whole TIFF file ({reason})."
        raise ValueError(msg) from error
    finally:
        logger.disabled = disabled


def check_pages_are_whole(path: Path, pages: Any) -> None:
    """Refuse a file that ends before the pixels of one of its pages."""
    size = path.stat().st_size
    for number, page in enumerate(pages):
        ends = [a + b for a, b in zip(page.dataoffsets, page.databytecounts, strict=True)]
        if ends and max(ends) > size:
            msg = (
                f"{path}: the TIFF file is truncated: page {number} ends at byte {max(ends):,} of "
                f"{size:,}; copy it anew."
            )
            raise ValueError(msg)


def _stack(path: Path, file: Any, n_pages: int) -> Found:
    series = file.series[0]
    spacing = _imagej_spacing(path, file) or _ome_spacing(path, file)
    if len(file.series) == 1:
        shape, axes = tuple(series.shape), str(series.axes)
        if series.dataoffset is not None and series.keyframe.samplesperpixel == 1:
            dtype = np.dtype(series.dtype).newbyteorder(file.byteorder)
            source = MappedSource(path, shape, dtype, int(series.dataoffset))
            return Found(source, axes=_letters(axes, path), spacing_nm=_along(axes, spacing))
    else:  # pages written one by one
        shape, axes = (n_pages, *series.keyframe.shape), f"Q{series.axes}"
        for number, page in enumerate(file.pages):
            if page.shape != shape[1:] or page.dtype != series.dtype:
                msg = (
                    f"{path}: page {number} is {page.shape} {page.dtype} and page 0 is "
                    f"{shape[1:]} {series.dtype}; the sections of a stack have one shape."
                )
                raise ValueError(msg)
    if "S" in axes:
        msg = f"{path}: color pages ({axes}); convert them to gray, one number to a pixel."
        raise ValueError(msg)
    if math.prod(shape[:-2]) != n_pages:
        msg = (
            f"{path}: its header tells of {math.prod(shape[:-2])} pages and {n_pages} are there; the "
            "file is damaged or a part of it stands in other files."
        )
        raise ValueError(msg)
    check_pages_are_whole(path, file.pages)
    page = file.pages[0]
    check_chunk(page.chunks, np.dtype(page.dtype), str(path))
    chunks = (*(1 for _ in shape[:-2]), *(int(length) for length in page.chunks[-2:]))
    pages = TiffPages(path, shape, np.dtype(page.dtype).newbyteorder("="), chunks)
    return Found(pages, axes=_letters(axes, path), spacing_nm=_along(axes, spacing))


def _letters(axes: str, path: Path) -> str | None:
    """Our letters for tifffile's: pages of no stated meaning are sections."""
    known = axes.lower().replace("q", "z").replace("i", "z")
    if sorted(known) in (["t", "x", "y"], ["c", "x", "y"]):
        # ImageJ calls the pages of a stack frames or channels where nobody told it otherwise.
        return None
    if len(set(known)) != len(known):
        msg = f"{path}: axes {axes} are ambiguous; give axes=, one letter of zyxct to each axis."
        raise ValueError(msg)
    return known


def _along(axes: str, spacing: dict[str, float] | None) -> tuple[float, ...] | None:
    if spacing is None:
        return None
    names = axes.lower().replace("q", "z").replace("i", "z")
    return tuple(spacing.get(axis, 1.0) for axis in names) if "z" in names else None


def _imagej_spacing(path: Path, file: Any) -> dict[str, float] | None:
    """Voxel size of an ImageJ stack, where it has a unit of length and a distance of slices."""
    metadata = file.imagej_metadata
    unit = str((metadata or {}).get("unit", ""))
    if not metadata or "spacing" not in metadata or unit.lower() in ("", "pixel", "pixels"):
        return None
    scale = nm_per(unit.replace("\\u00B5", "µ"), str(path))
    tags = file.pages[0].tags
    spacing = {"z": float(metadata["spacing"]) * scale}
    for axis, tag in (("y", "YResolution"), ("x", "XResolution")):
        pixels, units = tags[tag].value if tag in tags else (0, 1)
        if not pixels:
            return None
        spacing[axis] = units / pixels * scale
    return spacing


def _ome_spacing(path: Path, file: Any) -> dict[str, float] | None:
    """Voxel size of an OME-TIFF file."""
    if not file.is_ome:
        return None
    image = library("tifffile").xml2dict(file.ome_metadata)["OME"].get("Image")
    pixels = (image[0] if isinstance(image, list) else image)["Pixels"]
    if not all(f"PhysicalSize{axis}" in pixels for axis in "XYZ"):
        return None
    return {
        axis.lower(): float(pixels[f"PhysicalSize{axis}"])
        * nm_per(pixels.get(f"PhysicalSize{axis}Unit", "µm"), str(path))
        for axis in "XYZ"
    }
