"""Region graph: fragments, and what the affinities say of each pair of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation_core.affinity_arrays import (
    checked_affinities,
    checked_channel_weights,
    checked_offsets,
)

from .pair_statistics import PairStatistics, pair_statistics

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RegionGraph:
    """Fragments and the pairs of them that a neighbour or a longer offset joins.

    All numbers are integers, so that a graph put together from blocks is equal to the last bit
    to that of the whole volume.

    Attributes
    ----------
    fragment_id : (F,) uint64, rising, without 0
    voxels : (F,) int64
        Size of each fragment.
    first, second : (E,) int64
        Positions in `fragment_id`, first < second; sorted by both.
    sums : (E, C) int64
        Sum of the affinities 0 … 255 of voxel pairs across, by channel.
    counts : (E, C) int64
        How many voxel pairs these are.
    places : (E, 3) int64
        Sum of the (z, y, x) of voxels on the contact.
    histogram : (E, 32) int64
        Affinities by value, eight values a bin, each channel as often as was asked for; (E, 0) if
        it was not.
    offsets : (C, 3) int64
    """

    fragment_id: NDArray[np.uint64]
    voxels: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    sums: NDArray[np.int64]
    counts: NDArray[np.int64]
    places: NDArray[np.int64]
    histogram: NDArray[np.int64]
    offsets: NDArray[np.int64]

    @property
    def n_fragments(self) -> int:
        """Number of fragments."""
        return len(self.fragment_id)

    @property
    def n_pairs(self) -> int:
        """Number of pairs, touching or not."""
        return len(self.first)

    @property
    def contact_voxels(self) -> NDArray[np.int64]:
        """(E,) pairs of neighbouring voxels across; 0 where only longer offsets reach across."""
        near = np.abs(self.offsets).sum(axis=1) == 1
        contacts: NDArray[np.int64] = self.counts[:, near].sum(axis=1)
        return contacts

    @property
    def mean_affinity(self) -> NDArray[np.float64]:
        """(E,) mean affinity over all channels, in [0, 1]."""
        mean: NDArray[np.float64] = self.sums.sum(axis=1) / (255.0 * self.counts.sum(axis=1))
        return mean

    def table(self, voxel_size_nm: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> pd.DataFrame:
        """One row per touching pair, the least sure first: where a proofreader would look.

        Returns
        -------
        DataFrame
            `fragment_a`, `fragment_b` uint64, `affinity` in [0, 1], `contact_voxels`, `pairs` of
            voxels counted, and the middle of the contact `z_nm`, `y_nm`, `x_nm`.
        """
        import pandas as pd

        contact = self.contact_voxels
        rows = np.flatnonzero(contact > 0)
        middle = self.places[rows] / contact[rows, None] * np.asarray(voxel_size_nm)
        affinity = self.mean_affinity[rows]
        table = pd.DataFrame(
            {
                "fragment_a": self.fragment_id[self.first[rows]],
                "fragment_b": self.fragment_id[self.second[rows]],
                "affinity": affinity,
                "contact_voxels": contact[rows],
                "pairs": self.counts[rows].sum(axis=1),
                "z_nm": middle[:, 0],
                "y_nm": middle[:, 1],
                "x_nm": middle[:, 2],
            }
        )
        return table.iloc[np.argsort(np.abs(affinity - 0.5), kind="stable")].reset_index(drop=True)


def region_graph(
    fragments: ArrayLike,
    affinities: ArrayLike,
    offsets: ArrayLike | None = None,
    *,
    histogram: bool | Sequence[int] = False,
) -> RegionGraph:
    """Region graph of fragments.

    Parameters
    ----------
    fragments : (z, y, x) integer, 0 is none
    affinities : (C, z, y, x) uint8 or float in [0, 1]
    offsets : (C, 3) int
        Which voxel each channel joins a voxel to; three channels need none.
    histogram : keep the distribution of affinities, for quantiles
        Of all channels, or (C,) whole numbers from 0, how often each counts.

    Raises
    ------
    ValueError
        Shapes that differ, types that are no labels or affinities.

    Examples
    --------
    >>> graph = region_graph(np.array([[[7, 7, 9]]]), np.full((3, 1, 1, 3), 51, np.uint8))
    >>> graph.fragment_id.tolist(), graph.mean_affinity.tolist(), graph.counts.tolist()
    ([7, 9], [0.2], [[0, 0, 1]])
    """
    labels = checked_fragments(fragments)
    array = checked_affinities(affinities)
    steps = checked_offsets(offsets, len(array))
    if labels.shape != array.shape[1:]:
        msg = (
            f"fragments and affinities must be of one volume, got shapes {labels.shape} and "
            f"{array.shape[1:]} (without channels)."
        )
        raise ValueError(msg)
    ids, dense = dense_labels(labels)
    weights = histogram_weights(histogram, len(array))
    statistics = pair_statistics(dense, array, steps, (0, 0, 0), dense.shape, histogram=weights)
    voxels = np.bincount(dense.reshape(-1), minlength=len(ids) + 1)[1:]
    return graph_of(ids, voxels, statistics, steps)


def histogram_weights(histogram: bool | Sequence[int], n_channels: int) -> NDArray[np.int64]:
    """How often each channel counts in the histogram, (C,) int64; all 0 for none.

    Raises
    ------
    ValueError
        Weights that are no whole numbers from 0, one a channel.
    """
    if isinstance(histogram, bool):
        return np.full(n_channels, int(histogram), np.int64)
    return checked_channel_weights(histogram, n_channels)


def graph_of(
    fragment_id: NDArray[np.uint64],
    voxels: NDArray[np.int64],
    statistics: PairStatistics,
    offsets: NDArray[np.int64],
) -> RegionGraph:
    """Region graph from statistics whose labels are 1 + positions in `fragment_id`."""
    return RegionGraph(
        fragment_id,
        voxels,
        statistics.first - 1,
        statistics.second - 1,
        statistics.sums,
        statistics.counts,
        statistics.places,
        statistics.histogram,
        offsets,
    )


def checked_fragments(fragments: ArrayLike, name: str = "fragments") -> NDArray[np.integer]:
    """Fragments as a three-dimensional array of integers, none below 0.

    Raises
    ------
    ValueError
        Another type or number of axes, an empty volume, a negative label.
    """
    labels = np.asarray(fragments)
    if labels.ndim != 3 or labels.size == 0:
        msg = f"{name} must be a non-empty volume (z, y, x), got shape {labels.shape}."
        raise ValueError(msg)
    if labels.dtype.kind not in "iu":
        msg = (
            f"{name} must be integers, got {labels.dtype}. Ids above 2**53 do not survive "
            "floats, so read them as integers."
        )
        raise ValueError(msg)
    if labels.dtype.kind == "i" and labels.min() < 0:
        msg = f"{name} must not be negative, got {labels.min()}; 0 is none."
        raise ValueError(msg)
    return labels


def dense_labels(labels: NDArray[np.integer]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Ids of a volume, rising, without 0, and the volume as 1 + position in them (0 stays 0)."""
    import fastremap

    ids = fastremap.unique(labels)
    ids = ids[ids != 0].astype(np.uint64)
    if len(ids) and int(ids[-1]) == len(ids):
        return ids, labels.astype(np.int32)
    names = dict(zip(ids.tolist(), range(1, len(ids) + 1), strict=True))
    names[0] = 0
    dense = fastremap.remap(labels, names, preserve_missing_labels=False, in_place=False)
    return ids, dense.astype(np.int32)
