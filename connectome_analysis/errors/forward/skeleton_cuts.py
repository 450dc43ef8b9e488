"""Skeleton cuts: a skeleton comes apart at one of its edges, and the synapses beyond it are lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...compiled import compiled
from ...ids import Positions, as_ids
from ..rate_table import Floats

if TYPE_CHECKING:
    import pandas as pd

Dense = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Skeleton:
    """The skeleton of one neuron.

    Attributes
    ----------
    positions : (P, 3) float64
        nm.
    parents : (P,) int64
        Place of each point's parent, -1 at a root.
    compartments : (P,) array of str, or None
    """

    positions: Floats
    parents: Dense
    compartments: NDArray[Any] | None


def skeletons_of(table: pd.DataFrame, neuron_ids: NDArray[np.int64]) -> dict[int, Skeleton]:
    """Skeletons of some neurons by id, from a contract table."""
    lacking = [
        name
        for name in ("node_id", "point_id", "parent_id", "x_nm", "y_nm", "z_nm")
        if name not in table.columns
    ]
    if lacking:
        msg = f"skeletons must have {', '.join(lacking)}; they have {', '.join(table.columns)}."
        raise ValueError(msg)
    from .synapse_rows import AXES, nullable_ids

    found = {}
    chosen = table[table["node_id"].isin(neuron_ids)]
    for neuron, places in chosen.groupby("node_id").indices.items():
        rows = chosen.iloc[places]
        points = as_ids(rows["point_id"].to_numpy(), "skeletons.point_id")
        parent_ids, has_parent = nullable_ids(rows["parent_id"], "skeletons.parent_id")
        parents = np.full(len(rows), -1, np.int64)
        parents[has_parent] = Positions(points)(parent_ids[has_parent], "skeletons.parent_id")
        found[int(str(neuron))] = Skeleton(
            rows[list(AXES)].to_numpy(np.float64),
            parents,
            rows["compartment"].to_numpy() if "compartment" in rows.columns else None,
        )
    return found


def beyond_a_cut(
    skeleton: Skeleton, nearest: Dense, fraction: float, rng: np.random.Generator
) -> Bools:
    """Cut a skeleton at a random edge; whether each synapse is on the far side from the root.

    Edges that leave synapses on both sides are drawn with weights exp(t x share of the synapses
    beyond), where t makes the mean share the fraction, as far as there are such edges: every edge
    can be the one, and otherwise as much is left to chance as the mean allows.

    Parameters
    ----------
    nearest : (S,) int64
        Point of the skeleton nearest to each synapse.
    """
    n_points = len(skeleton.parents)
    beyond, order = _sums_beyond(skeleton.parents, np.bincount(nearest, minlength=n_points))
    edges = np.flatnonzero((skeleton.parents >= 0) & (beyond > 0) & (beyond < len(nearest)))
    if not len(edges):
        return np.zeros(len(nearest), bool)
    cut = rng.choice(edges, p=_tilted(beyond[edges] / len(nearest), fraction))
    far: Bools = _points_beyond(skeleton.parents, order, cut)[nearest]
    return far


def _tilted(shares: Floats, mean: float) -> Floats:
    """Weights exp(t x share), summing to 1, with the given mean share or the nearest there is."""
    low, high = -1e4, 1e4
    weights = np.empty(0)
    for _ in range(80):
        tilt = (low + high) / 2
        weights = np.exp(tilt * shares - (tilt * shares).max())
        weights /= weights.sum()
        low, high = (tilt, high) if weights @ shares < mean else (low, tilt)
    return weights


@compiled
def _sums_beyond(parents, values):  # type: ignore[no-untyped-def]
    """Sum of values at each point and all beyond it, and points ordered from the tips to the roots.

    parents : (P,) int64, a forest; not checked here. Points of a loop have no place in the order.
    """
    n_points = parents.shape[0]
    sums = values.copy()
    waiting = np.zeros(n_points, np.int64)
    for point in range(n_points):
        if parents[point] >= 0:
            waiting[parents[point]] += 1
    order = np.empty(n_points, np.int64)
    n_ready = 0
    for point in range(n_points):
        if waiting[point] == 0:
            order[n_ready] = point
            n_ready += 1
    at = 0
    while at < n_ready:
        point = order[at]
        at += 1
        parent = parents[point]
        if parent >= 0:
            sums[parent] += sums[point]
            waiting[parent] -= 1
            if waiting[parent] == 0:
                order[n_ready] = parent
                n_ready += 1
    return sums, order[:n_ready].copy()


@compiled
def _points_beyond(parents, order, cut):  # type: ignore[no-untyped-def]
    """Whether each point is the cut one or beyond it; order as of `_sums_beyond`."""
    beyond = np.zeros(parents.shape[0], np.bool_)
    for i in range(order.shape[0] - 1, -1, -1):
        point = order[i]
        parent = parents[point]
        beyond[point] = point == cut or (parent >= 0 and beyond[parent])
    return beyond
