"""Viewer state: which layers Neuroglancer shows, where and how, as JSON and as a link."""

from __future__ import annotations

import json
import os
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .opening import open_volume
from .volume import Volume

VIEWER = "https://neuroglancer-demo.appspot.com"


def layer_of(folder: Path, url: str) -> dict[str, Any] | None:
    """The layer that shows a folder, None where the folder holds none.

    Parameters
    ----------
    folder : Path
        An OME-Zarr image or a precomputed volume, annotation or skeleton folder.
    url : str
        Where the viewer finds it.
    """
    info_path = folder / "info"
    if info_path.is_file():
        info = json.loads(info_path.read_text())
        source = f"{url}|neuroglancer-precomputed:"
        if info.get("@type") == "neuroglancer_annotations_v1":
            layer: dict[str, Any] = {
                "type": "annotation",
                "source": source,
                "annotationColor": "#ffd800",
            }
            names = [related["id"] for related in info.get("relationships", [])]
            return {**layer, "linkedSegmentationLayer": dict.fromkeys(names)} if names else layer
        if "scales" in info:
            return {"type": str(info.get("type", "image")), "source": source}
        return None
    for name in ("zarr.json", ".zattrs"):
        path = folder / name
        if path.is_file():
            attributes = json.loads(path.read_text())
            attributes = attributes.get("attributes", attributes)
            ome = attributes.get("ome", attributes)
            if "multiscales" in ome:
                kind = "segmentation" if "image-label" in ome else "image"
                form = "zarr3" if name == "zarr.json" else "zarr2"
                return {"type": kind, "source": f"{url}|{form}:"}
    return None


def find_layers(folder: Path) -> list[str]:
    """Names of what can be shown in a folder, itself ("") or up to two levels below."""
    if layer_of(folder, "") is not None:
        return [""]
    found: list[str] = []
    for path in sorted([*folder.glob("*/"), *folder.glob("*/*/")]):
        name = path.relative_to(folder).as_posix()
        inside = any(name.startswith(f"{other}/") for other in found)
        if not inside and not path.name.startswith(".") and layer_of(path, "") is not None:
            found.append(name)
    return found


def neuroglancer_state(
    folder: str | os.PathLike[str],
    *,
    url: str,
    position: Sequence[float] | None = None,
    segments: Sequence[int] = (),
) -> dict[str, Any]:
    """State of the viewer that shows every layer of a folder.

    Parameters
    ----------
    folder : path
        A written volume, or a folder of them: images, segmentations, synapse annotations.
    url : str
        Where the viewer finds that folder, as ``http://127.0.0.1:8000``.
    position : (z, y, x) of float, optional
        Voxel of the first volume to look at; its middle by default.
    segments : sequence of int
        Segments to show in 3-D from the start.

    Returns
    -------
    dict
        As Neuroglancer reads it. Synapses are linked to the first segmentation, so that those of the
        selected segments can be filtered.

    Raises
    ------
    ValueError
        If there is nothing to show.
    """
    root = Path(folder)
    layers: list[dict[str, Any]] = []
    dimensions: dict[str, Any] = {}
    center: list[float] = []
    scale = 1.0
    names = find_layers(root)
    for name in names:
        layer = layer_of(
            root / name, f"{url.rstrip('/')}/{urllib.parse.quote(name)}".rstrip("/") + "/"
        )
        assert layer is not None
        layer["name"] = name or root.name
        if "|zarr" in layer["source"]:
            layer["source"] = _by_corners(layer["source"], open_volume(root / name, channel=0))
        if layer["type"] != "annotation" and not dimensions:
            volume = open_volume(root / name, channel=0)
            nm = dict(zip("zyx", volume.voxel_size_nm, strict=True))
            dimensions = {axis: [nm[axis] * 1e-9, "m"] for axis in "xyz"}
            start = [a / b for a, b in zip(volume.offset_nm, volume.voxel_size_nm, strict=True)]
            middle = [a + n / 2 for a, n in zip(start, volume.shape, strict=True)]
            center = list(reversed(list(position) if position is not None else middle))
            scale = max(1.0, max(volume.shape[1:]) / 800)
        layers.append(layer)
    if not layers:
        msg = f"{folder}: no OME-Zarr or precomputed volume to show, there or two levels below."
        raise ValueError(msg)
    labels = next((layer["name"] for layer in layers if layer["type"] == "segmentation"), None)
    for layer in layers:
        if layer["type"] == "segmentation" and segments:
            layer["segments"] = [str(int(segment)) for segment in segments]
        related = layer.pop("linkedSegmentationLayer", {})
        if related and labels is not None:
            layer["linkedSegmentationLayer"] = dict.fromkeys(related, labels)
    order = {"image": 0, "segmentation": 1, "annotation": 2}
    state: dict[str, Any] = {
        "layers": sorted(layers, key=lambda layer: order.get(layer["type"], 3)),
        "layout": "4panel",
        "selectedLayer": {"layer": layers[-1]["name"], "visible": False},
    }
    if dimensions:
        state |= {"dimensions": dimensions, "position": center, "crossSectionScale": scale}
    return state


def _by_corners(url: str, volume: Volume) -> dict[str, Any]:
    """An OME-Zarr source moved by half a voxel.

    OME-Zarr places the centre of a voxel and precomputed its corner, so without this an image and its
    segmentation that were written from arrays of one shape would lie half a voxel apart.
    """
    nm = dict(zip("zyx", volume.voxel_size_nm, strict=True))
    units = {axis: [nm[axis] * 1e-9, "m"] if axis in nm else [1, ""] for axis in volume.axes}
    names = {axis: f"{axis}'" if axis == "c" else axis for axis in volume.axes}
    matrix = [
        [*(float(i == j) for j in range(len(units))), 0.5 if axis in nm else 0.0]
        for i, axis in enumerate(volume.axes)
    ]
    return {
        "url": url,
        "transform": {
            "outputDimensions": {names[axis]: unit for axis, unit in units.items()},
            "matrix": matrix,
        },
    }


def neuroglancer_link(state: Mapping[str, Any], *, viewer: str = VIEWER) -> str:
    """A link that opens a viewer in a state.

    Parameters
    ----------
    state : mapping
        As `neuroglancer_state` makes it, or written by hand.
    viewer : str
        Address of a Neuroglancer.

    Examples
    --------
    >>> neuroglancer_link({"layers": []}, viewer="https://viewer.org")
    'https://viewer.org/#!%7B%22layers%22%3A%5B%5D%7D'
    """
    text = json.dumps(dict(state), separators=(",", ":"))
    return f"{viewer.rstrip('/')}/#!{urllib.parse.quote(text, safe='')}"
