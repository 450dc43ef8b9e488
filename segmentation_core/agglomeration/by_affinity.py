"""By affinity: fragments joined by their mean or quantile affinity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from segmentation_core.affinity_arrays import checked_channel_weights

from .merge_tree import MergeTree
from .region_graph import RegionGraph, region_graph
from .strongest_first import merges_in_order

Linkage = Literal["mean", "quantile"]


def agglomerate(
    fragments: ArrayLike,
    affinities: ArrayLike,
    offsets: ArrayLike | None = None,
    *,
    threshold: float = 0.5,
    linkage: Linkage = "mean",
    quantile: float = 0.5,
    channel_weights: Sequence[int] | None = None,
    small_voxels: int = 0,
    small_bonus: float = 0.0,
    lowest: float = 0.0,
) -> MergeTree:
    """Merge fragments, the best-joined pair first, and keep every merge.

    Parameters
    ----------
    fragments : (z, y, x) integer, 0 is none
        As `watershed` makes them.
    affinities : (C, z, y, x) uint8 or float in [0, 1]
    offsets : (C, 3) int; three channels need none
    threshold : where the tree is cut by default: the score at which merging stops, in [0, 1]
    linkage : "mean" of the affinities across a pair, or a "quantile" of them
    quantile : which, in [0, 1]; 0.5 is the median
        One above it lets a neck join two arms that otherwise meet at a membrane.
    channel_weights : (C,) whole numbers from 0, how often each channel counts; 1 by default
        For instance 0 for channels that a network cannot predict, or that reach across thin
        neighbours: between two arms of one neuron these say "other" wherever something is between.
    small_voxels, small_bonus : add a bonus to the score of pairs of which one has fewer voxels
        Small pieces must go somewhere, and wrong ones cost little.
    lowest : scores below are never merged, and not in the tree

    Returns
    -------
    MergeTree
        ``tree.segments(fragments)`` is the segmentation, ``tree.cut(threshold)`` the segment of
        each fragment at another threshold.

    Raises
    ------
    ValueError
        Shapes that differ, wrong types, options outside their range.

    Examples
    --------
    Three fragments in a row, the first two of one neuron:

    >>> fragments = np.array([[[1, 1, 2, 2, 3]]])
    >>> affinities = np.zeros((3, 1, 1, 5))
    >>> affinities[2, 0, 0] = [0, 1, 0.9, 1, 0.2]
    >>> tree = agglomerate(fragments, affinities)
    >>> tree.segments(fragments).tolist(), tree.cut(0.1).tolist()
    ([[[1, 1, 1, 1, 2]]], [1, 1, 1])
    """
    if linkage not in ("mean", "quantile"):
        msg = f"linkage must be 'mean' or 'quantile', got {linkage!r}."
        raise ValueError(msg)
    graph = region_graph(
        fragments, affinities, offsets, histogram=histogram_wanted(linkage, channel_weights)
    )
    return agglomerate_graph(
        graph,
        threshold=threshold,
        linkage=linkage,
        quantile=quantile,
        channel_weights=channel_weights,
        small_voxels=small_voxels,
        small_bonus=small_bonus,
        lowest=lowest,
    )


def agglomerate_graph(
    graph: RegionGraph,
    *,
    threshold: float = 0.5,
    linkage: Linkage = "mean",
    quantile: float = 0.5,
    channel_weights: Sequence[int] | None = None,
    small_voxels: int = 0,
    small_bonus: float = 0.0,
    lowest: float = 0.0,
) -> MergeTree:
    """Merge the fragments of a region graph; as `agglomerate`, without going to the voxels.

    Raises
    ------
    ValueError
        Options outside their range; "quantile" without histograms of these channels in the graph.
    """
    for name, value in (("threshold", threshold), ("quantile", quantile), ("lowest", lowest)):
        if not 0 <= value <= 1:
            msg = f"{name} must be in [0, 1], got {value!r}."
            raise ValueError(msg)
    if small_voxels < 0 or not 0 <= small_bonus <= 1:
        msg = (
            "small_voxels must be 0 or more and small_bonus in [0, 1], got "
            f"{small_voxels!r} and {small_bonus!r}."
        )
        raise ValueError(msg)
    weights = checked_channel_weights(channel_weights, len(graph.offsets))
    if linkage == "quantile":
        if graph.histogram.shape[1] == 0 and graph.n_pairs:
            msg = "quantiles need a region graph with histograms; make it with histogram=True."
            raise ValueError(msg)
        histogram = graph.histogram
        if not np.array_equal(histogram.sum(axis=1), graph.counts @ weights):
            msg = (
                "the histograms of the region graph count the channels in another way than "
                f"channel_weights {weights.tolist()}; make it with histogram=channel_weights."
            )
            raise ValueError(msg)
    else:
        histogram = np.zeros((graph.n_pairs, 0), np.int64)
    counts = graph.counts @ weights
    kept = counts > 0
    one, other, score = merges_in_order(
        graph.voxels,
        graph.first[kept],
        graph.second[kept],
        (graph.sums @ weights)[kept],
        counts[kept],
        (graph.contact_voxels > 0)[kept],
        np.ascontiguousarray(histogram[kept]),
        float(quantile),
        float(lowest),
        int(small_voxels),
        float(small_bonus) if small_voxels else 0.0,
    )
    return MergeTree(graph, one, other, score, float(threshold))


def histogram_wanted(linkage: str, channel_weights: Sequence[int] | None) -> bool | Sequence[int]:
    """What a region graph must keep for a linkage, as its option `histogram`."""
    if linkage != "quantile":
        return False
    return True if channel_weights is None else channel_weights
