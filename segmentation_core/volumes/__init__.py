"""Volumes: arrays (z, y, x) of EM and labels, opened from and written to the formats of the field."""

from __future__ import annotations

from .annotation_writing import write_synapse_annotations
from .ome_zarr_writing import write_ome_zarr
from .opening import open_volume
from .precomputed_writing import write_precomputed
from .viewer_server import NeuroglancerServer, serve_neuroglancer
from .viewer_state import neuroglancer_link, neuroglancer_state
from .volume import Block, Volume

__all__ = [
    "Block",
    "NeuroglancerServer",
    "Volume",
    "neuroglancer_link",
    "neuroglancer_state",
    "open_volume",
    "serve_neuroglancer",
    "write_ome_zarr",
    "write_precomputed",
    "write_synapse_annotations",
]
