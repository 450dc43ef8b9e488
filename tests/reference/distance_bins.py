"""Bins of distance by their definition: every pair of neurons, one after the other."""

from __future__ import annotations

from math import dist

import numpy as np


def bin_of(positions_nm: np.ndarray, bin_edges_um: list[float], a: int, b: int) -> int:
    apart_um = dist(positions_nm[a], positions_nm[b]) / 1000
    return sum(apart_um >= edge for edge in bin_edges_um[1:-1])


def pairs_by_bin(positions_nm: np.ndarray, bin_edges_um: list[float]) -> list[int]:
    """Unordered pairs in each bin."""
    counts = [0] * (len(bin_edges_um) - 1)
    for b in range(len(positions_nm)):
        for a in range(b):
            counts[bin_of(positions_nm, bin_edges_um, a, b)] += 1
    return counts
