"""Skeleton: one label as a forest of points with radii, and what can be read off it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .smoothing import edge_lengths


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Points of one label, each with its parent and its radius.

    Attributes
    ----------
    label : int
    points_nm : (N, 3) float64
        Positions (z, y, x).
    parent_id : (N,) int64
        Row of the next point towards the root, -1 at a root; a parent stands before its children.
        A label in several pieces has several roots.
    radius_nm : (N,) float64
    """

    label: int
    points_nm: NDArray[np.float64]
    parent_id: NDArray[np.int64]
    radius_nm: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.parent_id)

    def __repr__(self) -> str:
        return (
            f"<Skeleton of {self.label}: {len(self):,} points, "
            f"{self.cable_length_nm / 1000:,.1f} um, {len(self.endpoints)} ends>"
        )

    @property
    def edges(self) -> NDArray[np.int64]:
        """(E, 2) int64: child and parent."""
        child = np.flatnonzero(self.parent_id >= 0)
        return np.stack([child, self.parent_id[child]], axis=1)

    @property
    def n_neighbours(self) -> NDArray[np.int64]:
        """(N,) int64: edges that meet in each point."""
        return np.bincount(self.edges.ravel(), minlength=len(self))

    @property
    def roots(self) -> NDArray[np.int64]:
        """(T,) int64: points without a parent, one to a tree."""
        return np.flatnonzero(self.parent_id < 0)

    @property
    def endpoints(self) -> NDArray[np.int64]:
        """Points with one edge, or none."""
        return np.flatnonzero(self.n_neighbours <= 1)

    @property
    def branch_points(self) -> NDArray[np.int64]:
        """Points where three edges or more meet."""
        return np.flatnonzero(self.n_neighbours >= 3)

    @property
    def edge_length_nm(self) -> NDArray[np.float64]:
        """(N,) float64: length of the edge to the parent, 0 at a root."""
        return edge_lengths(self.points_nm, self.parent_id)

    @property
    def cable_length_nm(self) -> float:
        """Length of all edges together."""
        return float(self.edge_length_nm.sum())

    @property
    def path_length_nm(self) -> NDArray[np.float64]:
        """(N,) float64: length of the path from each point to its root."""
        length = self.edge_length_nm
        path = np.zeros(len(self))
        for child in np.flatnonzero(self.parent_id >= 0):  # a parent stands before its children
            path[child] = path[self.parent_id[child]] + length[child]
        return path

    @property
    def strahler(self) -> NDArray[np.int64]:
        """(N,) int64 Strahler number of each point, 1 at the tips.

        Where two children or more have the greatest number of all children, the parent has one
        more; otherwise it has that number (Strahler 1952, doi:10.1130/0016-7606(1952)63).
        """
        greatest = np.zeros(len(self), np.int64)
        twice = np.zeros(len(self), bool)
        order = np.ones(len(self), np.int64)
        for point in range(len(self) - 1, -1, -1):
            if greatest[point]:
                order[point] = greatest[point] + twice[point]
            above = self.parent_id[point]
            if above >= 0:
                if order[point] > greatest[above]:
                    greatest[above], twice[above] = order[point], False
                elif order[point] == greatest[above]:
                    twice[above] = True
        return order
