"""Expected run length: how far one gets along a neuron before the segmentation goes wrong.

A link of a true skeleton is omitted where an end lies in no segment, split where its ends lie in
two, merged where its segment also holds points of another neuron, and correct otherwise. The
expected run length is that of the correct run on which a random point of all cable lies, a run
being the correct links of one neuron in one segment. Januszewski et al. 2018,
doi:10.1038/s41592-018-0049-4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("node_id", "point_id", "parent_id", "x_nm", "y_nm", "z_nm")


class RunLengths(NamedTuple):
    """Expected run length, and what became of the cable.

    expected_nm : expected run length
    possible_nm : what it would be without errors
    correct, split, merged, omitted : shares of the cable's length, 1 together
    """

    expected_nm: float
    possible_nm: float
    correct: float
    split: float
    merged: float
    omitted: float


def segments_at(
    skeletons: pd.DataFrame,
    labels: Any,
    *,
    voxel_size_nm: tuple[float, float, float],
    origin_nm: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> NDArray[np.uint64]:
    """Segment in which each skeleton point lies.

    Parameters
    ----------
    skeletons : DataFrame
        ``x_nm``, ``y_nm``, ``z_nm``; N rows.
    labels : (Z, Y, X) integers
        Anything that numpy can index, so also a volume on disk.
    voxel_size_nm : (z, y, x)
    origin_nm : (z, y, x)
        Where the middle of voxel (0, 0, 0) lies.

    Returns
    -------
    (N,) uint64

    Raises
    ------
    ValueError
        Where a point lies outside the volume.
    """
    places = skeletons[["z_nm", "y_nm", "x_nm"]].to_numpy(np.float64)
    index = np.rint((places - np.array(origin_nm)) / np.array(voxel_size_nm)).astype(np.int64)
    outside = ((index < 0) | (index >= np.array(labels.shape))).any(axis=1)
    if outside.any():
        msg = (
            f"{int(outside.sum())} of {len(index)} skeleton points lie outside the volume of shape "
            f"{tuple(labels.shape)}; crop the skeletons, or give origin_nm."
        )
        raise ValueError(msg)
    return np.asarray(labels[index[:, 0], index[:, 1], index[:, 2]]).astype(np.uint64)


def expected_run_length(
    skeletons: pd.DataFrame, segment_id: Any, *, least_points: int = 1
) -> RunLengths:
    """Expected run length of a segmentation along true skeletons.

    Parameters
    ----------
    skeletons : DataFrame, N rows
        True skeletons as in the table contract: ``node_id`` (neuron), ``point_id``, ``parent_id``
        (null or negative at a root), ``x_nm``, ``y_nm``, ``z_nm``.
    segment_id : (N,) integers
        Segment at each point, 0 for none; see `segments_at`.
    least_points : int
        A segment merges two neurons if it holds at least so many points of each.

    Returns
    -------
    RunLengths
        NaN where there is no cable.

    Raises
    ------
    ValueError
        Where columns are missing, or a parent is not a point of its neuron.

    Examples
    --------
    A neuron 300 nm long of which a third is a segment of its own:

    >>> import pandas as pd
    >>> skeleton = pd.DataFrame({"node_id": 1, "point_id": [1, 2, 3, 4], "parent_id": [-1, 1, 2, 3],
    ...                          "x_nm": [0, 100, 200, 300], "y_nm": 0, "z_nm": 0})
    >>> expected_run_length(skeleton, [7, 7, 7, 8]).expected_nm  # 200 * 200 / 300
    133.33333333333334
    """
    neuron, up, length = _links(skeletons)
    segment = _segments(segment_id, len(neuron))
    child = np.flatnonzero(up >= 0)
    total = float(length[child].sum())
    if total == 0:
        return RunLengths(*[float("nan")] * 6)
    here, there = segment[child], segment[up[child]]
    merging = _merging(neuron, segment, least_points)
    omitted = (here == 0) | (there == 0)
    split = ~omitted & (here != there)
    merged = ~omitted & ~split & merging[child]
    correct = ~omitted & ~split & ~merged
    _, run = np.unique(
        np.stack([neuron[child][correct].astype(np.uint64), here[correct]]),
        axis=1,
        return_inverse=True,
    )
    runs = np.bincount(run.ravel(), weights=length[child][correct])
    _, whole = np.unique(neuron[child], return_inverse=True)
    wholes = np.bincount(whole, weights=length[child])
    shares = [
        float(length[child][kind].sum()) / total for kind in (correct, split, merged, omitted)
    ]
    return RunLengths(float(runs @ runs) / total, float(wholes @ wholes) / total, *shares)


def skeleton_errors(
    skeletons: pd.DataFrame, segment_id: Any, *, least_points: int = 1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Where neurons are split and which segments merge them, to look at or to mend.

    Parameters
    ----------
    skeletons, segment_id, least_points
        As in `expected_run_length`.

    Returns
    -------
    splits : DataFrame
        One row per link between two segments: ``node_id``, ``point_id``, ``parent_id``, the
        segments ``segment_id`` and ``parent_segment_id``, and the middle ``x_nm`` ``y_nm``
        ``z_nm``.
    merges : DataFrame
        One row per neuron in a segment that holds several: ``segment_id``, ``node_id``,
        ``n_points``, ``length_nm``; the longest of a segment first.
    """
    import pandas as pd

    neuron, up, length = _links(skeletons)
    segment = _segments(segment_id, len(neuron))
    child = np.flatnonzero(up >= 0)
    apart = child[
        (segment[child] != segment[up[child]]) & (segment[child] > 0) & (segment[up[child]] > 0)
    ]
    places = skeletons[["x_nm", "y_nm", "z_nm"]].to_numpy(np.float64)
    middle = 0.5 * (places[apart] + places[up[apart]])
    point = skeletons["point_id"].to_numpy(np.int64)
    splits = pd.DataFrame(
        {
            "node_id": neuron[apart],
            "point_id": point[apart],
            "parent_id": point[up[apart]],
            "segment_id": segment[apart],
            "parent_segment_id": segment[up[apart]],
            "x_nm": middle[:, 0],
            "y_nm": middle[:, 1],
            "z_nm": middle[:, 2],
        }
    )
    inside = np.zeros(len(neuron))
    same = child[segment[child] == segment[up[child]]]
    inside[same] = length[same]
    points = pd.DataFrame({"segment_id": segment, "node_id": neuron, "length_nm": inside})
    pairs = (
        points[segment > 0]
        .groupby(["segment_id", "node_id"], sort=True)["length_nm"]
        .agg(n_points="size", length_nm="sum")
        .reset_index()
    )
    pairs = pairs[pairs["n_points"] >= least_points]
    several = pairs.groupby("segment_id")["node_id"].transform("size") > 1
    merges = pairs[several].sort_values(
        ["segment_id", "length_nm"], ascending=[True, False], kind="stable"
    )
    return splits, merges.reset_index(drop=True)


def _links(
    skeletons: pd.DataFrame,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Neuron of each point, row of its parent (-1 at roots) and length of the link between."""
    import pandas as pd

    missing = [name for name in _COLUMNS if name not in skeletons]
    if missing:
        msg = (
            f"skeletons must have the columns {', '.join(_COLUMNS)}; {', '.join(missing)} "
            "is missing."
        )
        raise ValueError(msg)
    neuron = skeletons["node_id"].to_numpy(np.int64)
    parent = skeletons["parent_id"].astype("Int64").fillna(-1).to_numpy(np.int64)
    rows = pd.MultiIndex.from_arrays([neuron, skeletons["point_id"].to_numpy(np.int64)])
    if not rows.is_unique:
        msg = "point_id must be unique within each node_id; number the points of a neuron anew."
        raise ValueError(msg)
    up = rows.get_indexer(pd.MultiIndex.from_arrays([neuron, parent]))
    up = np.where(parent < 0, -1, up).astype(np.int64)
    lost = (parent >= 0) & (up < 0)
    if lost.any():
        first = int(np.flatnonzero(lost)[0])
        msg = (
            f"parent_id {parent[first]} of point {skeletons['point_id'].iloc[first]} is not a "
            f"point of node_id {neuron[first]}; make it a root (parent_id null) where it was "
            "cropped away."
        )
        raise ValueError(msg)
    places = skeletons[["x_nm", "y_nm", "z_nm"]].to_numpy(np.float64)
    length = np.zeros(len(neuron))
    child = np.flatnonzero(up >= 0)
    length[child] = np.linalg.norm(places[child] - places[up[child]], axis=1)
    return neuron, up, length


def _segments(segment_id: Any, n: int) -> NDArray[np.uint64]:
    """Segments as (N,) uint64, or one clear line."""
    segment = np.asarray(segment_id)
    if segment.shape != (n,) or segment.dtype.kind not in "iu":
        msg = (
            f"segment_id must hold one integer for each of {n} skeleton points, got shape "
            f"{segment.shape} of {segment.dtype}."
        )
        raise ValueError(msg)
    return segment.astype(np.uint64)


def _merging(
    neuron: NDArray[np.int64], segment: NDArray[np.uint64], least_points: int
) -> NDArray[np.bool_]:
    """Whether the segment of each point holds points enough of several neurons."""
    pairs, counts = np.unique(
        np.stack([segment, neuron.astype(np.uint64)]), axis=1, return_counts=True
    )
    names, neurons = np.unique(pairs[0, counts >= least_points], return_counts=True)
    return np.isin(segment, names[(neurons > 1) & (names > 0)])
