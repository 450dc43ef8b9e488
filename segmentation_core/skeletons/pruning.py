"""Pruning: TEASAR's own rule once more, on the tree, so that cuts and corners leave no spurs.

Each block leads a path to the middle of every patch on its faces, and a path may end in a corner of
a voxel or two. Here the longest path of a tree is kept, then the path to the farthest point that
lies outside ``scale * radius + constant`` of all that is kept, until there is none: as if the
object had been traced in one piece.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from .engines import Tracing
from .fragments import Fragments
from .rooting import trees_of


def pruned(found: Fragments, voxel_size_nm: NDArray[np.float64], tracing: Tracing) -> Fragments:
    """Drop the branches that lie within the reach of the rest of their tree."""
    n = len(found.label)
    if n == 0:
        return found
    points = found.voxel * voxel_size_nm
    reach = tracing.scale * found.inscribed_nm + tracing.constant_nm
    ends = found.edges.T
    length = np.sqrt(np.square(points[ends[0]] - points[ends[1]]).sum(axis=1))
    graph = sp.csr_array((length, (ends[0], ends[1])), shape=(n, n))
    graph = sp.csr_array(graph + graph.T)
    keep = np.ones(n, bool)
    tree = trees_of(n, found.edges)
    forked = np.unique(tree[np.diff(graph.indptr) >= 3])
    order = np.argsort(tree, kind="stable")
    starts = np.searchsorted(tree[order], forked)
    stops = np.searchsorted(tree[order], forked, side="right")
    for start, stop in zip(starts, stops, strict=True):
        members = order[start:stop]
        part = sp.csr_array(graph[members][:, members])
        keep[members] = _kept_of_tree(part, points[members], reach[members])
    place = np.cumsum(keep) - 1
    edges = found.edges[keep[found.edges].all(axis=1)]
    return Fragments(found.label[keep], found.voxel[keep], place[edges], found.inscribed_nm[keep])


def _kept_of_tree(
    graph: sp.csr_array, points: NDArray[np.float64], reach: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """(V,) bool: points of one tree, whose edges weigh their length, that are kept."""
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial import KDTree

    root = int(np.argmax(dijkstra(graph, indices=0)))
    path_nm, above = dijkstra(graph, indices=root, return_predecessors=True)
    around = KDTree(points)
    kept = np.zeros(len(points), bool)
    covered = np.zeros(len(points), bool)
    for tip in np.argsort(-path_nm, kind="stable"):
        if covered[tip]:
            continue
        path = []
        at = int(tip)
        while at >= 0 and not kept[at]:
            kept[at] = True
            path.append(at)
            at = int(above[at])
        for near in around.query_ball_point(points[path], reach[path], p=np.inf):
            covered[near] = True
    return kept
