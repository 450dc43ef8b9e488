"""Precomputed: Neuroglancer's volumes, one scale of them, however their chunks are packed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from .chunked_store import ChunkedStore, kvstore, read_json
from .precomputed_chunks import ENCODINGS_BY_CHUNK, PrecomputedChunks
from .source import Found, Source
from .zarr_arrays import Place

_KINDS: dict[str, Literal["image", "labels"]] = {"image": "image", "segmentation": "labels"}
# Encodings that tensorstore decodes.
ENCODINGS = ("raw", "jpeg", "png", "compressed_segmentation")


def is_precomputed(place: Place) -> bool:
    """Whether a folder holds an ``info`` file of a volume."""
    info = read_json(place, "info", what="info")
    return isinstance(info, dict) and "scales" in info


def open_precomputed(
    place: Place,
    *,
    scale: int | None,
    missing_chunks: Literal["error", "fill"],
) -> Found:
    """Open one scale; the finest by default."""
    info = read_json(place, "info", what="info")
    number = 0 if scale is None else scale
    scales = info["scales"]
    if not 0 <= number < len(scales):
        msg = f"{place}: no scale {number}; the volume has scales 0 to {len(scales) - 1}."
        raise ValueError(msg)
    try:
        chosen = scales[number]
        encoding, key = str(chosen["encoding"]), str(chosen["key"])
        size = [int(length) for length in chosen["size"]]
        resolution = tuple(float(nm) for nm in chosen["resolution"])
        offset = [int(start) for start in chosen.get("voxel_offset", (0, 0, 0))]
        if len(size) != 3 or len(resolution) != 3 or len(offset) != 3 or min(size) < 0:
            raise ValueError
        str(info["data_type"]), int(info["num_channels"]), chosen["chunk_sizes"][0][2]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        msg = f"{place}/info: scale {number} lacks what the format asks for ({error!r})."
        raise ValueError(msg) from error
    name = f"{place}, scale {key}"
    if encoding not in (*ENCODINGS, *ENCODINGS_BY_CHUNK):
        known = ", ".join((*ENCODINGS, *ENCODINGS_BY_CHUNK))
        msg = f"{name}: chunks are encoded as {encoding!r}, which is none of {known}."
        raise ValueError(msg)
    source: Source
    # tensorstore reads chunks of lost shards as 0, whatever it is told.
    if (
        encoding in ENCODINGS_BY_CHUNK
        or ("sharding" in chosen and missing_chunks == "error")
        or ("sharding" not in chosen and _is_gzipped(place, key))
    ):
        source = PrecomputedChunks(place, info, number, missing_chunks=missing_chunks)
    else:
        spec: dict[str, Any] = {
            "driver": "neuroglancer_precomputed",
            "kvstore": kvstore(place),
            "scale_index": number,
        }
        source = ChunkedStore(spec, name, missing_chunks=missing_chunks)
    return Found(
        source,
        axes="xyzc",
        spacing_nm=resolution,
        origin_nm=tuple(nm * start for nm, start in zip(resolution, offset, strict=True)),
        kind=_KINDS.get(str(info.get("type"))),
    )


def _is_gzipped(place: Place, key: str) -> bool:
    """Whether chunks of a local folder stand beside their names, as ``NAME.gz``."""
    if not isinstance(place, Path):
        return False  # over HTTP the server says so and the client unpacks
    folder = place / key
    return folder.is_dir() and next(folder.glob("*.gz"), None) is not None
