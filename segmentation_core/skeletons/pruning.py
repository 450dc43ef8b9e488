"""Pruning: TEASAR's own rule once more, on what was traced, so that cuts and corners leave no spurs.

Each block leads a path to the middle of every patch on its faces, paths of neighbours run side by
side and meet in rings, and a path may end in a corner of a voxel or two. Here every piece becomes
the tree of best paths from one end (short, and through the thick). The path to the farthest point
is kept, then that to the farthest which lies outside ``scale * radius + constant`` of all that is
kept, until there is none: as if the object had been traced in one piece.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from .engines import Tracing
from .fragments import Fragments
from .rooting import trees_of


def pruned(found: Fragments, voxel_size_nm: NDArray[np.float64], tracing: Tracing) -> Fragments:
    """Make trees of all pieces, without the branches that lie within the reach of the rest."""
    n = len(found.label)
    if n == 0:
        return found
    points = found.voxel * voxel_size_nm
    radius = found.inscribed_nm
    ends = found.edges.T
    length = np.sqrt(np.square(points[ends[0]] - points[ends[1]]).sum(axis=1))
    graph = sp.csr_array((length, (ends[0], ends[1])), shape=(n, n))
    graph = sp.csr_array(graph + graph.T)
    piece = trees_of(n, found.edges)
    # Lines and single points are as they should be.
    is_line = np.bincount(piece[ends[0]], minlength=piece.max() + 1) < np.bincount(piece)
    is_line[piece[np.diff(graph.indptr) >= 3]] = False
    order = np.argsort(piece, kind="stable")
    first = np.searchsorted(piece[order], np.arange(len(is_line) + 1))
    keep = is_line[piece]
    edges = [found.edges[keep[ends[0]]]]
    for k in np.flatnonzero(~is_line):
        members = order[first[k] : first[k + 1]]
        part = sp.csr_array(graph[members][:, members])
        above, kept = _kept(part, points[members], radius[members], tracing)
        keep[members] = kept
        child = np.flatnonzero(kept & (above >= 0))
        edges.append(np.stack([members[child], members[above[child]]], axis=1))
    place = np.cumsum(keep) - 1
    return Fragments(
        found.label[keep], found.voxel[keep], place[np.concatenate(edges)], radius[keep]
    )


def _kept(
    graph: sp.csr_array,
    points: NDArray[np.float64],
    radius: NDArray[np.float64],
    tracing: Tracing,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Best paths of one piece, and what is kept of them.

    graph : (V, V), length of each edge

    Returns (V,) int64 the next point towards the root, negative there, and (V,) bool.
    """
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial import KDTree

    # As the crow flies: along paths, what winds about a surface would be the farthest.
    root = int(np.argmax(np.square(points - points[0]).sum(axis=1)))
    away = np.square(points - points[root]).sum(axis=1)
    cost = graph.tocoo()
    a, b = cost.coords
    # As `middle_paths` has it, so that of two paths side by side the one in the middle is taken.
    cost.data = cost.data * (1 / radius[a] ** 2 + 1 / radius[b] ** 2)
    above = dijkstra(cost.tocsr(), indices=np.array(root), return_predecessors=True)[1]
    reach = tracing.scale * radius + tracing.constant_nm
    around = KDTree(points)
    kept = np.zeros(len(points), bool)
    covered = np.zeros(len(points), bool)
    for tip in np.argsort(-away, kind="stable"):
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
    return np.asarray(above, np.int64), kept
