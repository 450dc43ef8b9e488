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


def all_graphs(n_nodes: int) -> np.ndarray:
    """(2^(N (N - 1)), N, N) every graph there is."""
    slots = [(i, j) for i in range(n_nodes) for j in range(n_nodes) if i != j]
    numbers = np.arange(1 << len(slots))
    graphs = np.zeros((len(numbers), n_nodes, n_nodes))
    for bit, (i, j) in enumerate(slots):
        graphs[:, i, j] = numbers >> bit & 1
    return graphs


def chance_of_seeing(graphs: np.ndarray, alpha: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """(true graph, graph seen): probability, for all graphs of `all_graphs`."""
    n_nodes = graphs.shape[1]
    chance = np.ones((1, 1))
    # Bit by bit, the last bit first: the number of a graph grows by the bits before it.
    slots = [(i, j) for i in range(n_nodes) for j in range(n_nodes) if i != j]
    for i, j in reversed(slots):
        one = np.array([[1 - alpha[i, j], alpha[i, j]], [beta[i, j], 1 - beta[i, j]]])
        chance = np.kron(chance, one)
    return chance
