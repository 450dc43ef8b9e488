"""Clustering by its definitions: products of dense matrices, and loops over pairs of partners."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np


def share(found: float, possible: float) -> float:
    return found / possible if possible else 0.0


def undirected(a: np.ndarray) -> list[float]:
    joined = (a + a.T) > 0
    result = []
    for i in range(len(a)):
        pairs = list(combinations(np.flatnonzero(joined[i]), 2))
        result.append(share(sum(joined[j, k] for j, k in pairs), len(pairs)))
    return result


def out_neighbors(a: np.ndarray) -> list[float]:
    result = []
    for i in range(len(a)):
        pairs = list(permutations(np.flatnonzero(a[i]), 2))
        result.append(share(sum(a[j, k] > 0 for j, k in pairs), len(pairs)))
    return result


def patterns(a: np.ndarray, w: np.ndarray) -> dict[str, list[float]]:
    """Fagiolo 2007, table I: a is 0 and 1, w stands for it in the products."""
    out, into = a.sum(axis=1), a.sum(axis=0)
    mutual = np.diag(a @ a)
    found = {
        "cycle": np.diag(w @ w @ w),
        "middleman": np.diag(w @ w.T @ w),
        "in": np.diag(w.T @ w @ w),
        "out": np.diag(w @ w @ w.T),
    }
    possible = {
        "cycle": into * out - mutual,
        "middleman": into * out - mutual,
        "in": into * (into - 1),
        "out": out * (out - 1),
    }
    return {name: [*map(share, found[name], possible[name])] for name in found}


def fagiolo(a: np.ndarray, w: np.ndarray) -> list[float]:
    total = a.sum(axis=0) + a.sum(axis=1)
    found = np.diag(np.linalg.matrix_power(w + w.T, 3))
    return [*map(share, found, 2 * (total * (total - 1) - 2 * np.diag(a @ a)))]


def cube_roots(weights: np.ndarray) -> np.ndarray:
    return np.cbrt(weights / weights.max()) if weights.any() else weights.astype(float)


def barrat(weights: np.ndarray) -> list[float]:
    w = weights + weights.T
    joined = w > 0
    result = []
    for i in range(len(w)):
        partners = np.flatnonzero(joined[i])
        found = sum((w[i, j] + w[i, k]) * joined[j, k] for j, k in combinations(partners, 2))
        result.append(share(found, w[i].sum() * (len(partners) - 1)))
    return result
