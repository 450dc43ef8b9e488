"""Skeletons: the forests of all labels, in one set of arrays, as a mapping and as one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .skeleton import Skeleton

if TYPE_CHECKING:
    import pandas as pd

_LARGEST_ID = np.iinfo(np.int64).max


class Skeletons(Mapping[int, Skeleton]):
    """What `skeletonize` returns: ``skeletons[label]`` is the `Skeleton` of one label.

    Parameters
    ----------
    label : (N,) uint64, rising
    points_nm : (N, 3) float64, (z, y, x)
    parent : (N,) int64
        Position of the parent, -1 at a root.
    radius_nm : (N,) float64
    """

    def __init__(
        self,
        label: NDArray[np.uint64],
        points_nm: NDArray[np.float64],
        parent: NDArray[np.int64],
        radius_nm: NDArray[np.float64],
    ) -> None:
        self._points_nm = points_nm
        self._parent = parent
        self._radius_nm = radius_nm
        names, first, counts = np.unique(label, return_index=True, return_counts=True)
        self._names, self._first, self._counts = names, first, counts
        self._place = {int(name): k for k, name in enumerate(names)}

    def __getitem__(self, label: int) -> Skeleton:
        k = self._place[int(label)]
        low = int(self._first[k])
        rows = slice(low, low + int(self._counts[k]))
        parent = self._parent[rows]
        return Skeleton(
            int(label),
            self._points_nm[rows],
            np.where(parent >= 0, parent - low, -1),
            self._radius_nm[rows],
        )

    def __iter__(self) -> Iterator[int]:
        return iter(self._place)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"<Skeletons of {len(self):,} labels, {len(self._parent):,} points>"

    def table(self) -> pd.DataFrame:
        """All points in one table, as the contract's ``skeletons`` wants it.

        Returns
        -------
        DataFrame, one row per point
            ``node_id`` (the label), ``point_id``, ``parent_id`` (Int64, null at roots), ``x_nm``,
            ``y_nm``, ``z_nm``, ``radius_nm``.

        Raises
        ------
        ValueError
            Where a label is above 2**63 - 1: ids of tables are signed.
        """
        import pandas as pd

        if len(self._names) and int(self._names[-1]) > _LARGEST_ID:
            msg = (
                f"label {int(self._names[-1])} does not fit the signed ids of a table, which end "
                f"at {_LARGEST_ID}; renumber the labels first, with fastremap.renumber for one."
            )
            raise ValueError(msg)
        counts = self._counts
        first = np.repeat(self._first, counts)
        rows = np.arange(len(self._parent))
        parent = self._parent - first
        return pd.DataFrame(
            {
                "node_id": np.repeat(self._names.astype(np.int64), counts),
                "point_id": rows - first,
                "parent_id": pd.arrays.IntegerArray(parent, self._parent < 0),
                "x_nm": self._points_nm[:, 2],
                "y_nm": self._points_nm[:, 1],
                "z_nm": self._points_nm[:, 0],
                "radius_nm": self._radius_nm,
            }
        )

    def summary(self) -> pd.DataFrame:
        """One row per label, by rising ``node_id``.

        Returns
        -------
        DataFrame indexed by ``node_id``
            ``n_points``, ``n_trees``, ``cable_length_nm``, ``n_branch_points``, ``n_endpoints``,
            ``strahler`` (the greatest) and ``radius_nm`` (mean over the cable; over points where
            there is no cable).
        """
        import pandas as pd

        rows = []
        for skeleton in self.values():
            length = skeleton.edge_length_nm
            weight = length if length.sum() > 0 else np.ones(len(skeleton))
            rows.append(
                {
                    "n_points": len(skeleton),
                    "n_trees": len(skeleton.roots),
                    "cable_length_nm": float(length.sum()),
                    "n_branch_points": len(skeleton.branch_points),
                    "n_endpoints": len(skeleton.endpoints),
                    "strahler": int(skeleton.strahler.max()),
                    "radius_nm": float(np.average(skeleton.radius_nm, weights=weight)),
                }
            )
        index = pd.Index(self._names.copy(), name="node_id")
        columns = [
            "n_points",
            "n_trees",
            "cable_length_nm",
            "n_branch_points",
            "n_endpoints",
            "strahler",
            "radius_nm",
        ]
        return pd.DataFrame(rows, index=index, columns=columns)
