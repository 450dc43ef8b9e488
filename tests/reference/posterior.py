"""Posterior: the probability of every true graph of a few neurons, by looking at all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def all_graphs(n_nodes: int) -> Iterator[Bools]:
    """Every adjacency matrix without self-loops."""
    pairs = list(permutations(range(n_nodes), 2))
    for present in product((False, True), repeat=len(pairs)):
        adjacency = np.zeros((n_nodes, n_nodes), bool)
        for (i, j), there in zip(pairs, present, strict=True):
            adjacency[i, j] = there
        yield adjacency


def prior_weight(adjacency: Bools, odds: Floats, mutual: float) -> float:
    """Product over pairs, by their definition."""
    weight = 1.0
    n = len(adjacency)
    for i in range(n):
        for j in range(n):
            if i != j and adjacency[i, j]:
                weight *= odds[i, j]
        for j in range(i):
            if adjacency[i, j] and adjacency[j, i]:
                weight *= mutual
    return weight


def likelihood(seen: Bools, adjacency: Bools, alpha: Floats, beta: Floats) -> float:
    """Probability of what was seen if this is the truth."""
    result = 1.0
    for i, j in permutations(range(len(adjacency)), 2):
        if adjacency[i, j]:
            result *= 1.0 - beta[i, j] if seen[i, j] else beta[i, j]
        else:
            result *= alpha[i, j] if seen[i, j] else 1.0 - alpha[i, j]
    return result


def posterior_of_all_graphs(
    seen: Bools,
    odds: Floats,
    mutual: float,
    alpha: Floats,
    beta: Floats,
    factor: Callable[[Bools], float] = lambda _: 1.0,
) -> dict[bytes, float]:
    """Probability of every graph, by the bytes of its adjacency matrix.

    Parameters
    ----------
    factor : callable
        Anything else that makes a graph more or less likely.
    """
    weights = {
        adjacency.tobytes(): prior_weight(adjacency, odds, mutual)
        * likelihood(seen, adjacency, alpha, beta)
        * factor(adjacency)
        for adjacency in all_graphs(len(seen))
    }
    total = sum(weights.values())
    return {key: weight / total for key, weight in weights.items()}


def probability_of_edges(posterior: dict[bytes, float], n_nodes: int) -> Floats:
    """(N, N) probability that each pair is connected."""
    result = np.zeros((n_nodes, n_nodes))
    for key, probability in posterior.items():
        result += probability * np.frombuffer(key, bool).reshape(n_nodes, n_nodes)
    return result
