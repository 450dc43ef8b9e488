"""Zarr: arrays and OME-Zarr images of versions 2 and 3, with the axes and scale they state."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from .chunked_store import ChunkedStore, kvstore, read_json
from .hdf5_dataset import numbers, stated_axes, stated_spacing
from .source import Found
from .voxel_size import nm_per

Place = Path | str


def is_zarr(place: Place) -> bool:
    """Whether a folder is a zarr array or group."""
    return any(
        read_json(place, name, what="metadata of a zarr") is not None
        for name in ("zarr.json", ".zarray", ".zgroup", ".zattrs")
    )


def below(place: Place, name: str) -> Place:
    """A folder in a folder; what leads out of it is refused."""
    if ".." in name.split("/") or name.startswith("/"):
        msg = f"{place}: dataset {name!r} leads out of the folder."
        raise ValueError(msg)
    return place / name if isinstance(place, Path) else f"{place.rstrip('/')}/{name}"


def open_zarr(
    place: Place,
    *,
    dataset: str | None,
    scale: int | None,
    missing_chunks: Literal["error", "fill"],
) -> Found:
    """Open an array, or one scale of an OME-Zarr image."""
    at = below(place, dataset) if dataset else place
    attributes, kind = _metadata(at)
    if kind == "array":
        if scale not in (None, 0):
            msg = (
                f"{at}: a single array has no scale {scale}; scales are those of an OME-Zarr group."
            )
            raise ValueError(msg)
        return _array(at, attributes, missing_chunks, named=_parent_image(place, dataset))
    image = _multiscale(attributes)
    if image is None:
        names = _arrays(at)
        if len(names) == 1:
            return open_zarr(at, dataset=names[0], scale=scale, missing_chunks=missing_chunks)
        have = ", ".join(names) if names else "no array"
        msg = f"{at}: a zarr group with {have}; give dataset=NAME."
        raise ValueError(msg)
    levels = image.get("datasets", [])
    number = 0 if scale is None else scale
    if not 0 <= number < len(levels):
        msg = f"{at}: no scale {scale}; the image has scales 0 to {len(levels) - 1}."
        raise ValueError(msg)
    level = levels[number]
    return _array(
        below(at, str(level["path"])),
        {},
        missing_chunks,
        named=(image, level),
    )


def _metadata(place: Place) -> tuple[dict[str, Any], Literal["array", "group"]]:
    """Attributes of a node, and what it is."""
    document = read_json(place, "zarr.json", what="metadata of a zarr")
    if document is not None:
        kind = document.get("node_type")
        if kind not in ("array", "group"):
            msg = f"{place}/zarr.json: node_type is {kind!r}, not array or group; it is damaged."
            raise ValueError(msg)
        attributes = dict(document.get("attributes") or {})
        if "dimension_names" in document:
            attributes.setdefault("axes", _axis_names(document["dimension_names"]))
        return {k: v for k, v in attributes.items() if v is not None}, kind
    attributes = dict(read_json(place, ".zattrs", what="attributes of a zarr") or {})
    if read_json(place, ".zarray", what="metadata of a zarr") is not None:
        return attributes, "array"
    if attributes or read_json(place, ".zgroup", what="metadata of a zarr") is not None:
        return attributes, "group"
    msg = f"{place}: no zarr array or group there."
    raise ValueError(msg)


def _axis_names(names: Any) -> str | None:
    """Dimension names of version 3, where each is one letter of zyxct."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    letters = "".join(names).lower()
    return letters if len(letters) == len(names) and set(letters) <= set("zyxct") else None


def _multiscale(attributes: Mapping[str, Any]) -> dict[str, Any] | None:
    """First image of OME metadata, version 0.5 (under ``ome``) or 0.4."""
    ome = attributes.get("ome", attributes)
    images = ome.get("multiscales") if isinstance(ome, Mapping) else None
    return dict(images[0]) if images else None


def _parent_image(
    place: Place, dataset: str | None
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """OME metadata of the group that an array was named in, as in ``dataset="0"``."""
    if not dataset:
        if not isinstance(place, Path) or not (place.parent / place.name).is_dir():
            return None
        group, name = place.parent, place.name
    else:
        parent, _, name = dataset.rpartition("/")
        group = below(place, parent) if parent else place  # type: ignore[assignment]
    try:
        attributes, _ = _metadata(group)
    except ValueError:
        return None
    image = _multiscale(attributes)
    for level in (image or {}).get("datasets", []):
        if level.get("path") == name:
            return dict(image or {}), level
    return None


def _arrays(place: Place) -> list[str]:
    """Names of the arrays and images in a group, two levels deep."""
    if not isinstance(place, Path):
        return []
    names = []
    for folder in sorted([*place.glob("*/"), *place.glob("*/*/")]):
        if any((folder / name).is_file() for name in ("zarr.json", ".zarray", ".zattrs")):
            try:
                attributes, kind = _metadata(folder)
            except ValueError:
                continue
            if kind == "array" or _multiscale(attributes):
                names.append(folder.relative_to(place).as_posix())
    return names


def _array(
    place: Place,
    attributes: dict[str, Any],
    missing_chunks: Literal["error", "fill"],
    *,
    named: tuple[dict[str, Any], dict[str, Any]] | None,
) -> Found:
    version_3 = read_json(place, "zarr.json", what="metadata of a zarr") is not None
    spec = {"driver": "zarr3" if version_3 else "zarr", "kvstore": kvstore(place)}
    source = ChunkedStore(spec, str(place), missing_chunks=missing_chunks)
    if named is None:
        return Found(
            source,
            axes=stated_axes(attributes),
            spacing_nm=stated_spacing(attributes),
            origin_nm=numbers(attributes.get("offset")),
        )
    image, level = named
    axes, spacing, origin = _ome_geometry(image, level, str(place), len(source.shape))
    return Found(source, axes=axes, spacing_nm=spacing, origin_nm=origin)


def _ome_geometry(
    image: Mapping[str, Any], level: Mapping[str, Any], name: str, n_axes: int
) -> tuple[str, tuple[float, ...] | None, tuple[float, ...] | None]:
    """Axes, voxel size and position of the first voxel, by the transformations of an image."""
    axes = [
        axis if isinstance(axis, Mapping) else {"name": axis}
        for axis in image.get("axes", ["t", "c", "z", "y", "x"])
    ]
    letters = "".join(str(axis.get("name", "?")) for axis in axes)
    if len(axes) != n_axes:
        msg = f"{name}: OME metadata tells of axes {letters} and the array has {n_axes}."
        raise ValueError(msg)
    scale, translation = [1.0] * n_axes, [0.0] * n_axes
    stated = False
    for steps in (level, image):
        for step in steps.get("coordinateTransformations", []):
            values = step.get(step.get("type"))
            if step.get("type") not in ("scale", "translation") or values is None:
                if step.get("type") == "identity":
                    continue
                msg = f"{name}: OME transformation {step.get('type')!r} is not supported."
                raise ValueError(msg)
            if len(values) != n_axes:
                msg = f"{name}: an OME transformation has {len(values)} numbers to {n_axes} axes."
                raise ValueError(msg)
            if step["type"] == "scale":
                stated = True
                scale = [a * float(b) for a, b in zip(scale, values, strict=True)]
                translation = [a * float(b) for a, b in zip(translation, values, strict=True)]
            else:
                translation = [a + float(b) for a, b in zip(translation, values, strict=True)]
    space = [i for i, letter in enumerate(letters) if letter in "zyx"]
    if not stated or any("unit" not in axes[i] for i in space):
        return letters, None, None
    to_nm = [nm_per(axes[i]["unit"], name) if i in space else 1.0 for i in range(n_axes)]
    return (
        letters,
        tuple(a * b for a, b in zip(scale, to_nm, strict=True)),
        tuple(a * b for a, b in zip(translation, to_nm, strict=True)),
    )
