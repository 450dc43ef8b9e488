"""Merge tree: every merge of an agglomeration and its score, to be cut at any threshold."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation_core.compiled import compiled

from .region_graph import RegionGraph, checked_fragments

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1


@dataclass(frozen=True)
class MergeTree:
    """Merges in the order they were made, over the region graph they were made on.

    Attributes
    ----------
    graph : RegionGraph
    one, other : (M,) int64
        The regions of each merge, one < other: a number below F is a fragment, F + k the region
        made by merge k.
    score : (M,) float64
        Score of the pair when it was merged.
    threshold : float
        Where `cut` and `segments` cut by default.
    """

    graph: RegionGraph
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    score: NDArray[np.float64]
    threshold: float

    @property
    def lowest_score(self) -> NDArray[np.float64]:
        """(M,) lowest score up to each merge: merge k is made by any threshold of at most this.

        Mean affinities can rise when regions merge, so that scores alone do not fall steadily.
        """
        lowest: NDArray[np.float64] = np.minimum.accumulate(self.score)
        return lowest

    def n_merges(self, threshold: float | None = None) -> int:
        """How many merges, from the first, are made at a threshold."""
        at = self.threshold if threshold is None else _checked_threshold(threshold)
        return int(np.count_nonzero(self.lowest_score >= at))

    def cut(self, threshold: float | None = None, *, least_voxels: int = 0) -> NDArray[np.uint64]:
        """Segment of each fragment at a threshold.

        Parameters
        ----------
        threshold : the lowest score at which regions are merged, in [0, 1]
            By default that of the tree. At 1 + any little the fragments stay as they are.
        least_voxels : smaller segments become 0

        Returns
        -------
        (F,) uint64
            Segments 1 … S in the order of their first fragment, 0 for those too small.

        Raises
        ------
        ValueError
            A threshold that is no finite number.
        """
        segment: NDArray[np.int64] = _segments_after(
            self.graph.n_fragments, self.one, self.other, self.n_merges(threshold)
        )
        if least_voxels > 1:
            voxels = np.zeros(int(segment.max(initial=0)) + 1, np.int64)
            np.add.at(voxels, segment, self.graph.voxels)
            kept = voxels >= least_voxels
            kept[0] = False
            segment = np.where(kept, np.cumsum(kept), 0)[segment]
        return segment.astype(np.uint64)

    def segments(
        self, fragments: ArrayLike, threshold: float | None = None, *, least_voxels: int = 0
    ) -> NDArray[np.uint64]:
        """Volume of segments from the volume of fragments that the tree is of.

        Raises
        ------
        ValueError
            Fragments that the tree does not know.
        """
        return renamed_fragments(
            checked_fragments(fragments),
            self.graph.fragment_id,
            self.cut(threshold, least_voxels=least_voxels),
        )

    def table(self) -> pd.DataFrame:
        """One row per merge, in order: what a proofreader walks up and down.

        Returns
        -------
        DataFrame
            `region`, the number of what is made; `one`, `other`, what it is made of; `score`;
            `lowest_score`, the highest threshold that makes it; `voxels` of the region.
        """
        import pandas as pd

        n = self.graph.n_fragments
        voxels = np.concatenate([self.graph.voxels, np.zeros(len(self.one), np.int64)])
        for k, (a, b) in enumerate(zip(self.one.tolist(), self.other.tolist(), strict=True)):
            voxels[n + k] = voxels[a] + voxels[b]
        return pd.DataFrame(
            {
                "region": n + np.arange(len(self.one)),
                "one": self.one,
                "other": self.other,
                "score": self.score,
                "lowest_score": self.lowest_score,
                "voxels": voxels[n:],
            }
        )

    def save(self, path: str | Path) -> None:
        """Write graph and tree to one file, which is there whole or not at all.

        Parameters
        ----------
        path : file to write, `.npz`
        """
        target = Path(path)
        columns: dict[str, Any] = {
            f"graph_{field.name}": getattr(self.graph, field.name) for field in fields(RegionGraph)
        }
        columns.update(one=self.one, other=self.other, score=self.score)
        columns.update(threshold=np.float64(self.threshold), format=np.int64(FORMAT))
        handle, staged = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez_compressed(file, **columns)
                file.flush()
                os.fsync(file.fileno())
            Path(staged).replace(target)
        except BaseException:
            Path(staged).unlink(missing_ok=True)
            raise

    @classmethod
    def load(cls, path: str | Path) -> MergeTree:
        """Read what `save` has written.

        Raises
        ------
        ValueError
            The file holds something else, or a format of a later release.
        """
        with np.load(path, allow_pickle=False) as file:
            held = file["format"].item() if "format" in file else None
            if held != FORMAT:
                msg = f"{path} is no merge tree of format {FORMAT}, got {held}; write it anew."
                raise ValueError(msg)
            graph = RegionGraph(**{f.name: file[f"graph_{f.name}"] for f in fields(RegionGraph)})
            return cls(graph, file["one"], file["other"], file["score"], file["threshold"].item())


def _checked_threshold(threshold: float) -> float:
    """A finite number."""
    if not np.isfinite(threshold):
        msg = f"threshold must be an affinity in [0, 1], got {threshold!r}."
        raise ValueError(msg)
    return float(threshold)


@compiled
def _segments_after(n: int, one: Any, other: Any, n_merges: int) -> Any:
    """Segment of each fragment, from 1 in the order of first fragments, after some merges."""
    name = np.zeros(n + n_merges, np.int64)
    over = np.full(n + n_merges, -1, np.int64)
    for k in range(n_merges):
        over[one[k]] = n + k
        over[other[k]] = n + k
    top = np.arange(n + n_merges)
    for r in range(n + n_merges - 1, -1, -1):
        if over[r] >= 0:
            top[r] = top[over[r]]
    found = 0
    segment = np.empty(n, np.int64)
    for f in range(n):
        if name[top[f]] == 0:
            found += 1
            name[top[f]] = found
        segment[f] = name[top[f]]
    return segment


def renamed_fragments(
    labels: NDArray[np.integer], fragment_id: NDArray[np.uint64], segment: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """Segment of each voxel; 0 stays 0.

    Raises
    ------
    ValueError
        A label that is not among the fragments.
    """
    ids = np.concatenate([np.zeros(1, np.uint64), fragment_id])
    names = np.concatenate([np.zeros(1, np.uint64), segment])
    dense = int(ids[-1]) == len(ids) - 1
    out, strange = _renamed(labels, ids, names, dense)
    if strange:
        msg = (
            f"fragments hold {strange}, which the merge tree does not know. Give the fragments "
            "it was made from."
        )
        raise ValueError(msg)
    segments: NDArray[np.uint64] = out
    return segments


@compiled
def _renamed(labels: Any, ids: Any, names: Any, dense: bool) -> Any:
    """Look up each run of equal labels once; returns also a label that was not found, or 0."""
    nz, ny, nx = labels.shape
    out = np.empty((nz, ny, nx), np.uint64)
    for z in range(nz):
        for y in range(ny):
            last, name = np.uint64(0), np.uint64(0)
            for x in range(nx):
                label = np.uint64(labels[z, y, x])
                if label != last:
                    at = np.int64(label) if dense else np.searchsorted(ids, label)
                    if at >= len(ids) or ids[at] != label:
                        return out, label
                    last, name = label, names[at]
                out[z, y, x] = name
    return out, np.uint64(0)
