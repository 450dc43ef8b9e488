"""Rooting: every tree hangs from its thickest point, and parents come before children."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components, depth_first_order

NO_PARENT = -1


def trees_of(n_points: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """(N,) int64 number of the tree that each point belongs to."""
    if n_points == 0:
        return np.empty(0, np.int64)
    ends = edges.T
    graph = sp.coo_array((np.ones(len(edges), np.int8), (ends[0], ends[1])), (n_points, n_points))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def roots_of(tree: NDArray[np.int64], thickness_nm: NDArray[np.float64]) -> NDArray[np.int64]:
    """(T,) int64 the thickest point of each tree, of equals the first."""
    order = np.lexsort((np.arange(len(tree)), -thickness_nm, tree))
    first = np.ones(len(tree), bool)
    first[1:] = tree[order][1:] != tree[order][:-1]
    return np.asarray(order[first], np.int64)


def hang(
    label: NDArray[np.uint64], edges: NDArray[np.int64], roots: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Order the points depth first from the roots.

    Parameters
    ----------
    label : (N,) uint64, rising
    edges : (E, 2) int64
        A forest: one path at most between two points; not checked here.
    roots : (T,) int64
        One point of each tree.

    Returns
    -------
    order : (N,) int64
        Old position of each new one; labels still rise, a parent stands before its children.
    parent : (N,) int64
        New position of the parent, -1 at a root.
    """
    n = len(label)
    if n == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    # A point above all roots makes one tree of the forest, walked in one go.
    starts = np.concatenate([edges[:, 0], edges[:, 1], np.full(len(roots), n)])
    ends = np.concatenate([edges[:, 1], edges[:, 0], roots])
    graph = sp.csr_array((np.ones(len(starts), np.int8), (starts, ends)), (n + 1, n + 1))
    visited, above = depth_first_order(graph, n, directed=True)
    order = np.asarray(visited[1:], np.int64)
    order = order[np.argsort(label[order], kind="stable")]
    place = np.empty(n + 1, np.int64)
    place[order] = np.arange(n)
    place[n] = NO_PARENT
    return order, place[above[order]]
