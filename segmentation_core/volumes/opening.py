"""Opening: find out what a path holds, settle axes and voxel size, and give a Volume."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from .array_source import ArraySource
from .hdf5_dataset import open_hdf5
from .mrc_map import open_mrc
from .n5_arrays import is_n5, open_n5
from .npy_file import open_npy
from .precomputed import is_precomputed, open_precomputed
from .section_folder import PICTURES, TIFF, open_section_folder
from .source import Found
from .tiff_stack import open_tiff_stack
from .volume import Kind, Volume
from .voxel_size import checked_voxel_size
from .zarr_arrays import Place, is_zarr, open_zarr

FORMATS = (
    "a TIFF stack (.tif), a folder of sections (.tif, .png, .jpg), HDF5 (.h5), Zarr and OME-Zarr, N5, "
    "Neuroglancer precomputed, MRC (.mrc, .rec), .npy"
)
_WORDS = {"image": "an image", "labels": "labels"}
HDF5_MAGIC, NPY_MAGIC = b"\x89HDF\r\n\x1a\n", b"\x93NUMPY"
TIFF_MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def open_volume(
    source: str | os.PathLike[str] | Any,
    *,
    voxel_size_nm: Sequence[float] | None = None,
    axes: str | None = None,
    dataset: str | None = None,
    scale: int | None = None,
    channel: int | None = None,
    kind: Kind | None = None,
    intensity_range: tuple[float, float] | None = None,
    missing: Literal["error", "mask"] = "error",
    missing_chunks: Literal["error", "fill"] = "error",
) -> Volume:
    """Open a volume of any format without reading its voxels.

    Parameters
    ----------
    source : path, URL, array or Volume
        TIFF stack; folder of sections (TIFF, PNG, JPEG); HDF5; Zarr 2 or 3, OME-Zarr 0.4 or 0.5; N5;
        Neuroglancer precomputed (raw, jpeg, png, compressed_segmentation, compresso; sharded or not;
        chunks gzipped or not); MRC; ``.npy``; or an array of numpy, zarr, h5py that is sliced alike.
        What a path holds is told by its content, not by its name. Zarr, N5 and precomputed may be at
        ``http://``, ``https://``, ``gs://`` or ``s3://``, with ``precomputed://``, ``zarr://`` or
        ``n5://`` before it.
    voxel_size_nm : (z, y, x) of float, optional
        Takes the place of what the file says; needed where the file says nothing.
    axes : str, optional
        Order of the file's axes, as "zyx", "xyz" or "czyx". Needed where the file says nothing and it
        is not "zyx". Must agree with what the file says.
    dataset : str, optional
        Which array of HDF5, Zarr or N5, as "volumes/raw".
    scale : int, optional
        Which scale of OME-Zarr or precomputed; 0, the finest, by default.
    channel : int, optional
        Which channel, where there are several.
    kind : {"image", "labels"}, optional
        What the volume must be: uint8, or integers.
    intensity_range : (float, float), optional
        Gray values that become 0 and 255, for images that are not uint8.
    missing : {"error", "mask"}
        For a folder of sections: whether a missing or damaged section is an error, or reads as 0 and is
        listed in ``missing_sections``.
    missing_chunks : {"error", "fill"}
        Whether a chunk that is not there is an error, or was left out by its writer because it holds
        nothing but the fill value.

    Returns
    -------
    Volume

    Raises
    ------
    ValueError
        In one line: nothing there, no known format, damaged or truncated data, an empty volume, axes or
        voxel size not known, a float image, a missing section. Missing or damaged chunks raise it when
        they are read.

    Examples
    --------
    >>> import numpy as np
    >>> volume = open_volume(np.zeros((5, 20, 30), np.uint8), voxel_size_nm=(40, 4, 4))
    >>> volume
    <Volume 5 x 20 x 30 (z, y, x) uint8, 40 x 4 x 4 nm: array>
    >>> volume.crop(z=(1, 3), x=(10, None)).read().shape
    (2, 20, 20)
    """
    for option, value, allowed in (
        ("missing", missing, ("error", "mask")),
        ("missing_chunks", missing_chunks, ("error", "fill")),
        ("kind", kind, (None, "image", "labels")),
    ):
        if value not in allowed:
            msg = f"{option} must be one of {', '.join(map(repr, allowed))}, got {value!r}."
            raise ValueError(msg)
    if isinstance(source, Volume):
        given = (voxel_size_nm, axes, dataset, scale, channel, intensity_range)
        if any(value is not None for value in given):
            msg = f"{source.name}: already open; options belong to the call that opened it."
            raise ValueError(msg)
        _check_type(source.dtype, kind, None, source.name)
        return source
    if isinstance(source, str | os.PathLike):
        name = os.fspath(source)
        found = _find(
            name, dataset=dataset, scale=scale, missing=missing, missing_chunks=missing_chunks
        )
        name = f"{name}, dataset {dataset}" if dataset else name
        if scale:
            name = f"{name}, scale {scale}"
    else:
        if not hasattr(source, "shape") or not hasattr(source, "dtype"):
            msg = f"a volume is opened from a path or an array, got {type(source).__name__}."
            raise ValueError(msg)
        name, found = "array", Found(ArraySource(source))
    letters = _settled_axes(found, axes, name)
    chosen = _settled_channel(found, letters, channel, name)
    shape = tuple(found.source.shape[letters.index(axis)] for axis in "zyx")
    if 0 in found.source.shape:
        msg = f"{name}: the volume is empty, its shape is {found.source.shape}."
        raise ValueError(msg)
    if kind is not None and found.kind is not None and kind != found.kind:
        msg = (
            f"{name}: the file says that it holds {_WORDS[found.kind]}, wanted {_WORDS[kind]}; give "
            "another file, or correct its info."
        )
        raise ValueError(msg)
    _check_type(found.source.dtype, kind, intensity_range, name)
    size, origin = _settled_geometry(found, letters, voxel_size_nm, name)
    return Volume(
        found.source,
        letters,
        size,
        name,
        (0, 0, 0),
        (shape[0], shape[1], shape[2]),
        origin,
        chosen,
        None if intensity_range is None else (float(intensity_range[0]), float(intensity_range[1])),
        found.missing,
    )


def _find(
    name: str,
    *,
    dataset: str | None,
    scale: int | None,
    missing: Literal["error", "mask"],
    missing_chunks: Literal["error", "fill"],
) -> Found:
    """Tell the format and open it."""
    protocol, _, rest = name.partition("://")
    place: Place
    if protocol in ("precomputed", "zarr", "zarr2", "zarr3", "n5") and rest:
        place = rest if "://" in rest else Path(rest)
    elif rest:
        place, protocol = name, ""
    else:
        place, protocol = Path(name), ""
    if isinstance(place, Path) and place.is_file():
        return _open_file(place, dataset=dataset)
    if isinstance(place, Path) and not place.is_dir():
        msg = f"{name}: there is no such file or folder."
        raise ValueError(msg)
    if protocol == "precomputed" or (not protocol and is_precomputed(place)):
        if dataset is not None:
            msg = f"{name}: a precomputed volume has no datasets; leave dataset={dataset!r} out."
            raise ValueError(msg)
        return open_precomputed(place, scale=scale, missing_chunks=missing_chunks)
    if protocol.startswith("zarr") or (not protocol and is_zarr(place)):
        return open_zarr(place, dataset=dataset, scale=scale, missing_chunks=missing_chunks)
    if protocol == "n5" or is_n5(place):
        return open_n5(place, dataset=dataset, missing_chunks=missing_chunks)
    if isinstance(place, Path) and any(
        path.suffix.lower() in (*TIFF, *PICTURES) for path in place.iterdir()
    ):
        return open_section_folder(place, missing=missing)
    msg = f"{name}: no volume of a known format; known are {FORMATS}."
    raise ValueError(msg)


def _open_file(path: Path, *, dataset: str | None) -> Found:
    """Tell a file's format by its first bytes."""
    with path.open("rb") as file:
        head = file.read(1024)
    if not head:
        msg = f"{path}: the file is empty."
        raise ValueError(msg)
    if head.startswith(HDF5_MAGIC):
        return open_hdf5(path, dataset=dataset)
    if dataset is not None:
        msg = f"{path}: only HDF5, Zarr and N5 have datasets; leave dataset={dataset!r} out."
        raise ValueError(msg)
    if head.startswith(TIFF_MAGICS):
        return open_tiff_stack(path)
    if head.startswith(NPY_MAGIC):
        return open_npy(path)
    if head[208:212] == b"MAP " or path.suffix.lower() in (".mrc", ".rec", ".st", ".map"):
        return open_mrc(path)
    msg = (
        f"{path}: no volume of a known format, or its first bytes are damaged; known are {FORMATS}."
    )
    raise ValueError(msg)


def _settled_axes(found: Found, given: str | None, name: str) -> str:
    """One letter to each axis of the file; what is given must not contradict what is stated."""
    shape = found.source.shape
    letters = given.lower() if given is not None else found.axes
    if given is not None and found.axes is not None and letters != found.axes:
        msg = (
            f"{name}: the file says that its axes are {found.axes!r}, axes={given!r} was given; leave "
            "axes out, or correct the file."
        )
        raise ValueError(msg)
    if letters is None or len(shape) < 3:
        if len(shape) != 3:
            hint = (
                "a single section"
                if len(shape) == 2
                else "a color image"
                if shape[-1:] == (3,)
                else ""
            )
            msg = (
                f"{name}: an array of shape {shape} {f'({hint}) ' if hint else ''}is no volume (z, y, x);"
                " give axes=, one letter of zyxct to each axis, as 'czyx'."
            )
            raise ValueError(msg)
        letters = "zyx"
    whole = len(letters) == len(shape) and len(set(letters)) == len(letters)
    if not whole or not set("zyx") <= set(letters) <= set("zyxct"):
        msg = (
            f"{name}: axes {letters!r} do not fit an array of shape {shape}; give z, y and x, and c or t "
            "for further axes, one letter to each axis."
        )
        raise ValueError(msg)
    if "t" in letters and shape[letters.index("t")] != 1:
        msg = f"{name}: {shape[letters.index('t')]} time points; a volume is one of them."
        raise ValueError(msg)
    return letters


def _settled_channel(found: Found, letters: str, channel: int | None, name: str) -> int:
    """The channel to read."""
    n_channels = found.source.shape[letters.index("c")] if "c" in letters else 1
    if channel is None and n_channels > 1:
        msg = f"{name}: there are {n_channels} channels; give channel=, 0 to {n_channels - 1}."
        raise ValueError(msg)
    chosen = 0 if channel is None else channel
    if n_channels and not 0 <= chosen < n_channels:
        msg = f"{name}: no channel {channel}; there are channels 0 to {n_channels - 1}."
        raise ValueError(msg)
    return chosen


def _check_type(
    dtype: np.dtype[Any],
    kind: Kind | None,
    intensity_range: tuple[float, float] | None,
    name: str,
) -> None:
    """Images are uint8, labels integers; anything else needs a word from the user."""
    if intensity_range is not None:
        low, high = intensity_range
        if kind == "labels" or dtype.kind not in "iuf" or not low < high:
            msg = (
                f"{name}: intensity_range={intensity_range!r} turns numbers of an image from low to high "
                f"into 0 to 255; it does not fit {dtype}{' labels' if kind == 'labels' else ''}."
            )
            raise ValueError(msg)
        return
    if dtype.kind not in "biu":
        msg = (
            f"{name}: voxels are {dtype}, wanted uint8 for images and integers for labels; give "
            "intensity_range=(black, white) to read an image as 0 to 255."
        )
        raise ValueError(msg)
    if kind == "image" and dtype != np.uint8:
        msg = (
            f"{name}: an image of {dtype}, wanted uint8; give intensity_range=(black, white), the gray "
            "values that become 0 and 255."
        )
        raise ValueError(msg)


def _settled_geometry(
    found: Found, letters: str, given: Sequence[float] | None, name: str
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Voxel size and position of the first voxel, along (z, y, x)."""

    def along(values: tuple[float, ...], what: str) -> list[float]:
        spatial = [axis for axis in letters if axis in "zyx"]
        if len(values) == len(letters):
            return [values[letters.index(axis)] for axis in "zyx"]
        if len(values) == 3:
            return [values[spatial.index(axis)] for axis in "zyx"]
        msg = f"{name}: its {what} {values} does not fit axes {letters!r}; give voxel_size_nm=."
        raise ValueError(msg)

    if given is not None:
        size = checked_voxel_size(given, name)
    elif found.spacing_nm is not None:
        size = checked_voxel_size(along(found.spacing_nm, "voxel size"), name)
    else:
        note = f" ({found.note})" if found.note else ""
        msg = (
            f"{name}: the file does not state its voxel size{note}; give voxel_size_nm=(z, y, x) in "
            "nanometres, as voxel_size_nm=(40, 4, 4)."
        )
        raise ValueError(msg)
    if found.origin_nm is None:
        return size, (0.0, 0.0, 0.0)
    z, y, x = along(found.origin_nm, "offset")
    return size, (z, y, x)
