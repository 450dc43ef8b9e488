"""N5: arrays whose files count axes from the fastest, (x, y, z)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from .chunked_store import ChunkedStore, kvstore, read_json
from .hdf5_dataset import numbers
from .source import Found
from .voxel_size import nm_per
from .zarr_arrays import Place, below


def is_n5(place: Place) -> bool:
    """Whether a folder is an N5 array or group."""
    return read_json(place, "attributes.json", what="attributes of N5") is not None


def open_n5(
    place: Place, *, dataset: str | None, missing_chunks: Literal["error", "fill"]
) -> Found:
    """Open one dataset of N5; where there is one alone its name may be left out."""
    at = below(place, dataset) if dataset else place
    attributes = read_json(at, "attributes.json", what="attributes of N5")
    if attributes is None or "dimensions" not in attributes:
        names = _arrays(at) if isinstance(at, Path) else []
        if len(names) == 1:
            return open_n5(at, dataset=names[0], missing_chunks=missing_chunks)
        msg = f"{at}: no N5 dataset; give dataset=NAME, there are {', '.join(names) or 'none'}."
        raise ValueError(msg)
    spec = {"driver": "n5", "kvstore": kvstore(at)}
    source = ChunkedStore(spec, str(at), missing_chunks=missing_chunks)
    axes = "xyzct"[: len(source.shape)]
    stated = attributes.get("axes")
    if isinstance(stated, list) and len(stated) == len(source.shape):
        axes = "".join(str(name).lower() for name in stated)
    spacing, origin = _geometry(attributes, axes, str(at))
    note = ""
    if spacing is None and "resolution" in attributes:
        # Some writers keep numpy's order here, others the file's.
        note = f"resolution {attributes['resolution']} may be x, y, z or z, y, x"
    return Found(source, axes=axes, spacing_nm=spacing, origin_nm=origin, note=note)


def _arrays(place: Path) -> list[str]:
    return [
        path.parent.relative_to(place).as_posix()
        for path in sorted([*place.glob("*/attributes.json"), *place.glob("*/*/attributes.json")])
        if "dimensions" in (read_json(path.parent, path.name, what="attributes of N5") or {})
    ]


def _geometry(
    attributes: Mapping[str, Any], axes: str, name: str
) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None]:
    """Voxel size and origin in the order of the file's axes."""
    transform = attributes.get("transform")
    if isinstance(transform, Mapping) and {"axes", "scale", "units"} <= set(transform):
        names = [str(axis).lower() for axis in transform["axes"]]
        to_nm = [nm_per(unit, name) for unit in transform["units"]]
        size = dict(zip(names, (float(v) for v in transform["scale"]), strict=True))
        start = dict(zip(names, transform.get("translate", [0.0] * len(names)), strict=True))
        unit = dict(zip(names, to_nm, strict=True))
        if set(names) >= set("zyx"):
            space = [axis for axis in axes if axis in "zyx"]
            return (
                tuple(size[axis] * unit[axis] for axis in space),
                tuple(float(start[axis]) * unit[axis] for axis in space),
            )
    resolution = attributes.get("pixelResolution")
    if isinstance(resolution, Mapping):
        size_xyz = numbers(resolution.get("dimensions"))
        if size_xyz is not None:
            to = nm_per(resolution.get("unit", "nm"), name)
            factors = numbers(attributes.get("downsamplingFactors")) or (1.0,) * len(size_xyz)
            return tuple(v * f * to for v, f in zip(size_xyz, factors, strict=True)), None
    plain = numbers(attributes.get("resolution"))
    if plain is not None:
        if len(set(plain)) > 1:
            return None, None
        return plain, None
    return None, None
