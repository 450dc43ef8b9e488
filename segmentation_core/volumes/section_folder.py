"""Section folder: one image file to a section; a gap in the numbers is a missing section."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .libraries import library
from .source import Found, check_chunk
from .tiff_stack import check_pages_are_whole, page_count, read_page

TIFF = (".tif", ".tiff")
PICTURES = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class SectionFolder:
    """One file to a section, in order; None where a section is missing, which reads as 0."""

    files: tuple[Path | None, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    chunk_shape: tuple[int, ...]

    def read(self, lower: Sequence[int], upper: Sequence[int]) -> npt.NDArray[Any]:
        """Voxels of one box."""
        voxels = np.zeros([b - a for a, b in zip(lower, upper, strict=True)], self.dtype)
        box = (slice(lower[1], upper[1]), slice(lower[2], upper[2]))
        for z in range(lower[0], upper[0]):
            path = self.files[z]
            if path is not None:
                voxels[z - lower[0]] = _read_section(path, box)
        return voxels


def _read_section(path: Path, box: tuple[slice, ...]) -> npt.NDArray[Any]:
    if path.suffix.lower() in TIFF:
        with library("tifffile").TiffFile(path) as file:
            return read_page(file.pages[0], box, str(path))
    from PIL import Image

    try:
        with Image.open(path) as picture:
            return np.asarray(picture)[box]
    except (OSError, SyntaxError, ValueError) as error:
        msg = f"{path}: its pixels cannot be decoded ({error}); the file is damaged or truncated."
        raise ValueError(msg) from error


def _header(path: Path) -> tuple[tuple[int, ...], np.dtype[Any], tuple[int, ...]]:
    """Shape, type and chunk of a section, from its header alone."""
    if path.suffix.lower() in TIFF:
        tifffile = library("tifffile")
        if page_count(path) != 1:
            msg = f"{path}: {page_count(path)} pages; a section of a folder is one page."
            raise ValueError(msg)
        try:
            with tifffile.TiffFile(path) as file:
                page = file.pages[0]
                check_pages_are_whole(path, file.pages)
                shape, dtype, chunk = page.shape, page.dtype, page.chunks
        except (tifffile.TiffFileError, struct.error, IndexError, KeyError, TypeError) as error:
            msg = f"{path}: not a whole TIFF file ({' '.join(str(error).split())})."
            raise ValueError(msg) from error
        if dtype is None or len(shape) != 2:
            msg = f"{path}: a section is one gray picture (y, x), this one is {shape}."
            raise ValueError(msg)
        return tuple(shape), np.dtype(dtype).newbyteorder("="), tuple(chunk)
    from PIL import Image

    try:
        with Image.open(path) as picture:
            width, height = picture.size
            mode = picture.mode
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        msg = f"{path}: not a whole picture ({' '.join(str(error).split())})."
        raise ValueError(msg) from error
    types = {"L": "u1", "I;16": "u2", "I;16B": "u2", "I;16L": "u2", "I": "i4"}
    if mode not in types:
        msg = f"{path}: a section is one gray picture, this one is {mode}; convert it to gray."
        raise ValueError(msg)
    return (height, width), np.dtype(types[mode]), (height, width)


def section_numbers(names: Sequence[str], folder: str) -> list[int]:
    """Number of each section: the one group of digits that differs between the names.

    Examples
    --------
    >>> section_numbers(["w2_s010.tif", "w2_s011.tif", "w2_s013.tif"], "sections")
    [10, 11, 13]
    """
    groups = [re.findall(r"\d+", name) for name in names]
    frames = {re.sub(r"\d+", "#", name) for name in names}
    if len(frames) == 1:
        columns = list(zip(*groups, strict=True))
        differing = [
            numbers
            for numbers in (tuple(int(text) for text in column) for column in columns)
            if len(set(numbers)) == len(numbers)
        ]
        changing = [column for column in columns if len({int(text) for text in column}) > 1]
        if len(differing) == 1 and len(changing) == 1:
            return list(differing[0])
        if len(names) == 1 and columns:
            return [int(columns[-1][0])]
    msg = (
        f"{folder}: the files must differ in one number, the section's, as in s_0001.tif, "
        f"s_0002.tif; got {', '.join(names[:3])}, ..."
    )
    raise ValueError(msg)


def open_section_folder(folder: Path, *, missing: Literal["error", "mask"]) -> Found:
    """Open a folder of sections; what is missing or damaged is an error, or masked if asked."""
    paths = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    paths = [path for path in paths if path.suffix.lower() in (*TIFF, *PICTURES)]
    endings = {path.suffix.lower() for path in paths}
    if len(endings) != 1:
        msg = f"{folder}: sections must be files of one kind, got {', '.join(sorted(endings))}."
        raise ValueError(msg)
    numbers = section_numbers([path.stem for path in paths], str(folder))
    by_number = dict(sorted(zip(numbers, paths, strict=True)))
    first, last = min(numbers), max(numbers)
    step = math.gcd(*(number - first for number in numbers)) or 1
    files: list[Path | None] = []
    headers: dict[Path, tuple[tuple[int, ...], np.dtype[Any], tuple[int, ...]]] = {}
    for number in range(first, last + 1, step):
        path = by_number.get(number)
        if path is None:
            if missing == "error":
                msg = (
                    f"{folder}: section {number} is missing ({len(paths)} files, numbers {first} to "
                    f"{last}); add the file, or pass missing='mask' to read it as 0."
                )
                raise ValueError(msg)
        else:
            try:
                headers[path] = _header(path)
            except ValueError as error:
                if missing == "error":
                    msg = f"{error} Replace it, or pass missing='mask' to read it as 0."
                    raise ValueError(msg) from error
                path = None
        files.append(path)
    if not headers:
        msg = f"{folder}: none of its {len(paths)} sections can be read."
        raise ValueError(msg)
    # The shape that most sections have: one wrong section is named, not all others.
    looks = [(shape, dtype) for shape, dtype, _ in headers.values()]
    usual = max(looks, key=looks.count)
    for path, (shape, dtype, _) in headers.items():
        if (shape, dtype) != usual:
            msg = (
                f"{path}: the section is {shape} {dtype}, others of its folder are {usual[0]} "
                f"{usual[1]}; sections of a volume have one shape."
            )
            raise ValueError(msg)
    chunk = next(iter(headers.values()))[2]
    check_chunk(chunk, usual[1], str(folder))
    source = SectionFolder(
        tuple(files), (len(files), *usual[0]), usual[1], (1, *(int(n) for n in chunk[-2:]))
    )
    absent = tuple(z for z, path in enumerate(files) if path is None)
    return Found(source, axes="zyx", missing=absent)
