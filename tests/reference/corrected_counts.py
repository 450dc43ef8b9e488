"""Corrected counts, slowly: every triple, and every way in which it may really be joined."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np

from connectome_analysis.motifs.triads import TRIAD_NAMES, triad_class_of_codes


def corrected_census(seen: np.ndarray, alpha: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """(16,) unbiased counts; all arguments (N, N), the diagonal says nothing."""
    corrected = (seen - alpha) / (1 - alpha - beta)
    counts = np.zeros(len(TRIAD_NAMES))
    classes = triad_class_of_codes()
    for i, j, k in combinations(range(len(seen)), 3):
        slots = [(i, j), (j, i), (i, k), (k, i), (j, k), (k, j)]
        for state in product((0, 1), repeat=6):
            weight = 1.0
            for slot, there in zip(slots, state, strict=True):
                weight *= corrected[slot] if there else 1 - corrected[slot]
            ij, ji, ik, ki, jk, kj = state
            number = 16 * (ij + 2 * ji) + 4 * (ik + 2 * ki) + jk + 2 * kj
            counts[classes[number]] += weight
    return counts


def census(graph: np.ndarray) -> np.ndarray:
    """(16,) counts of a graph without errors."""
    nothing = np.zeros(graph.shape)
    return corrected_census(graph, nothing, nothing)
