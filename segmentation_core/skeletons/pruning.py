"""Pruning: branches that only the cuts between blocks made, found by TEASAR's own rule.

Each block leads a path to the middle of every patch on its faces. In one piece a path is begun only
to voxels that lie outside ``scale * radius + constant`` of all others; so a branch is dropped if all
its points lie within that of points that remain, the shortest branch first.
"""

from __future__ import annotations

import heapq

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from .engines import Tracing
from .fragments import Fragments


def pruned(found: Fragments, voxel_size_nm: NDArray[np.float64], tracing: Tracing) -> Fragments:
    """Drop the branches that TEASAR would not have begun had it seen the object whole."""
    n = len(found.label)
    if n == 0:
        return found
    both = np.concatenate([found.edges, found.edges[:, ::-1]])
    graph = sp.csr_array((np.ones(len(both), np.int8), (both[:, 0], both[:, 1])), (n, n))
    degree = np.diff(graph.indptr)
    alive = np.ones(n, bool)
    reach = tracing.scale * found.inscribed_nm + tracing.constant_nm
    points = found.voxel * voxel_size_nm
    first = np.flatnonzero(np.append(True, found.label[1:] != found.label[:-1]))
    for low, high in zip(first, np.append(first[1:], n), strict=True):
        if (degree[low:high] >= 3).any():
            _prune_one(graph, degree, alive, points, reach, int(low), int(high))
    place = np.cumsum(alive) - 1
    edges = found.edges[alive[found.edges].all(axis=1)]
    return Fragments(
        found.label[alive], found.voxel[alive], place[edges], found.inscribed_nm[alive]
    )


def _prune_one(
    graph: sp.csr_array,
    degree: NDArray[np.int32],
    alive: NDArray[np.bool_],
    points: NDArray[np.float64],
    reach: NDArray[np.float64],
    low: int,
    high: int,
) -> None:
    """Prune the points low <= point < high of one label; changes `degree` and `alive`."""
    from scipy.spatial import KDTree

    around = KDTree(points[low:high])
    farthest = float(reach[low:high].max())

    def branch_of(tip: int) -> tuple[list[int], float]:
        """Points from a tip to where it meets others, without that; empty if it meets none."""
        path, length, before, at = [tip], 0.0, -1, tip
        while True:
            onward = [
                int(k)
                for k in graph.indices[graph.indptr[at] : graph.indptr[at + 1]]
                if alive[k] and k != before
            ]
            if len(onward) != 1:
                return [], 0.0
            before, at = at, onward[0]
            length += float(np.linalg.norm(points[at] - points[before]))
            if degree[at] >= 3:
                return path, length
            path.append(at)

    def is_covered(branch: list[int]) -> bool:
        """Whether each point is within the reach of one that is no part of the branch."""
        own = set(branch)
        for at in branch:
            near = around.query_ball_point(points[at], farthest, p=np.inf)
            others = np.array([k + low for k in near if alive[k + low] and k + low not in own])
            if not len(others):
                return False
            apart = np.abs(points[others] - points[at]).max(axis=1)
            if not (apart < reach[others]).any():
                return False
        return True

    queue: list[tuple[float, int]] = []
    for end in np.flatnonzero(degree[low:high] == 1) + low:
        branch, length = branch_of(int(end))
        if branch:
            heapq.heappush(queue, (length, int(end)))
    while queue:
        was, tip = heapq.heappop(queue)
        branch, length = branch_of(tip)
        if not branch:
            continue
        if length > was:  # it has grown since a neighbour was dropped
            heapq.heappush(queue, (length, tip))
            continue
        if is_covered(branch):
            last = branch[-1]
            meets = [
                int(k)
                for k in graph.indices[graph.indptr[last] : graph.indptr[last + 1]]
                if alive[k] and k not in branch
            ]
            alive[branch] = False
            degree[meets] -= 1
