"""Skeleton files: a table of skeleton nodes as Neuroglancer's binary files, one to a segment."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("node_id", "point_id", "parent_id", "x_nm", "y_nm", "z_nm", "radius_nm")


def write_skeleton_files(skeletons: pd.DataFrame, folder: Path) -> None:
    """Write one file to each segment, and their ``info``.

    Parameters
    ----------
    skeletons : DataFrame, P rows
        ``node_id`` (segment), ``point_id`` (unique within it), ``parent_id`` (missing or below 0 at a
        root), ``x_nm``, ``y_nm``, ``z_nm``, ``radius_nm``.
    folder : Path
        Made here.

    Raises
    ------
    ValueError
        If a column or a parent is missing, or a point appears twice.
    """
    missing = [name for name in COLUMNS if name not in skeletons.columns]
    if missing:
        msg = f"skeletons lack {', '.join(missing)}; wanted {', '.join(COLUMNS)}."
        raise ValueError(msg)
    folder.mkdir()
    info = {
        "@type": "neuroglancer_skeletons",
        # Vertices are in nm, so the transformation to nm changes nothing.
        "transform": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
        "vertex_attributes": [{"id": "radius", "data_type": "float32", "num_components": 1}],
    }
    (folder / "info").write_text(json.dumps(info, indent=2))
    by_segment = skeletons.groupby(skeletons["node_id"].to_numpy(np.uint64))
    for segment in np.unique(skeletons["node_id"].to_numpy(np.uint64)):
        rows = by_segment.get_group(segment)
        points = rows["point_id"].to_numpy(np.int64)
        parents = rows["parent_id"].fillna(-1).to_numpy(np.int64)
        order = np.argsort(points, kind="stable")
        if (np.diff(points[order]) == 0).any():
            msg = f"skeleton of segment {segment}: a point_id appears twice."
            raise ValueError(msg)
        child = np.flatnonzero(parents >= 0)
        at = np.searchsorted(points, parents[child], sorter=order)
        parent = order[np.minimum(at, points.size - 1)]
        if (points[parent] != parents[child]).any():
            lost = parents[child][points[parent] != parents[child]][0]
            msg = f"skeleton of segment {segment}: parent_id {lost} is none of its points."
            raise ValueError(msg)
        positions = rows[["x_nm", "y_nm", "z_nm"]].to_numpy("<f4")
        edges = np.stack([child, parent], axis=1).astype("<u4")
        radius = rows["radius_nm"].to_numpy("<f4", na_value=np.nan)
        (folder / str(int(segment))).write_bytes(
            struct.pack("<II", points.size, edges.shape[0])
            + positions.tobytes()
            + edges.tobytes()
            + np.nan_to_num(radius).tobytes()
        )
