"""Smoothing: paths that follow voxels go up and down stairs; this takes the stairs out of them.

On thick sections a path crosses many pixels and then one section, so it is up to a tenth longer
than the neurite. Points are moved to minimise ``sum(m |p - p0|^2) + s^2 sum(|dp|^2 / h)`` with the
length *h* of each edge and *m*, half the length of the edges that meet in a point: diffusion along
the path, one sparse system for all trees together. Ends and branch points stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


def edge_lengths(points_nm: NDArray[np.float64], parent: NDArray[np.int64]) -> NDArray[np.float64]:
    """(N,) length of the edge from each point to its parent, 0 at roots."""
    steps = points_nm - points_nm[np.where(parent >= 0, parent, np.arange(len(parent)))]
    return np.asarray(np.sqrt((steps**2).sum(axis=1)))


def shares_of_length(
    length_nm: NDArray[np.float64], parent: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(N,) half the length of the edges that meet in each point; they add up to the whole."""
    child = np.flatnonzero(parent >= 0)
    shares = length_nm / 2
    np.add.at(shares, parent[child], length_nm[child] / 2)
    return shares


def diffusion(
    length_nm: NDArray[np.float64], parent: NDArray[np.int64], reach_nm: float
) -> sp.csc_array:
    """(N, N) matrix ``M + s^2 L``: shares of length, and the Laplacian of edges of weight 1 / h."""
    n = len(parent)
    child = np.flatnonzero(parent >= 0)
    weight = reach_nm**2 / length_nm[child]
    up = parent[child]
    diagonal = shares_of_length(length_nm, parent)
    diagonal += np.bincount(child, weight, n) + np.bincount(up, weight, n)
    rows = np.concatenate([np.arange(n), child, up])
    columns = np.concatenate([np.arange(n), up, child])
    return sp.csc_array(
        (np.concatenate([diagonal, -weight, -weight]), (rows, columns)), shape=(n, n)
    )


def solver(matrix: sp.csc_array) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Solve ``matrix @ x = b`` for a symmetric matrix of trees whose parents come first.

    From the tips to the roots nothing fills in, and no tree's sums depend on what else is there.
    """
    from scipy.sparse.linalg import splu

    factors = splu(
        sp.csc_array(matrix[::-1, ::-1]),
        permc_spec="NATURAL",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    return lambda b: np.asarray(factors.solve(np.ascontiguousarray(b[::-1])))[::-1]


def smoothed(
    points_nm: NDArray[np.float64],
    parent: NDArray[np.int64],
    fixed: NDArray[np.bool_],
    reach_nm: float,
) -> NDArray[np.float64]:
    """Move points along no more than some `reach_nm` of path; those that are `fixed` stay.

    Parameters
    ----------
    points_nm : (N, 3) float64
    parent : (N,) int64, -1 at a root
        Edges have a length above 0; not checked here.
    fixed : (N,) bool
        At least the ends, the branch points and points without edges.
    reach_nm : float
        About the standard deviation of the moving average that this amounts to. 0 changes nothing.

    Returns
    -------
    (N, 3) float64
    """
    free = np.flatnonzero(~fixed)
    if reach_nm == 0 or len(free) == 0:
        return points_nm
    length = edge_lengths(points_nm, parent)
    # Two passes of half the variance: one alone leaves the corners of the stairs.
    matrix = diffusion(length, parent, reach_nm / np.sqrt(2.0))
    shares = shares_of_length(length, parent)[:, np.newaxis]
    of_free = matrix[free]
    solve = solver(of_free[:, free])
    held = of_free[:, np.flatnonzero(fixed)] @ points_nm[fixed]
    result = points_nm.copy()
    for _ in range(2):
        result[free] = solve((shares * result)[free] - held)
    return result
