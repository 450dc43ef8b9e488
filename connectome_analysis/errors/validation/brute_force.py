"""Brute force: what could be seen of every graph of four neurons, and how right corrections are on average.

Shares no formula with the corrections: every one of the 4,096 true graphs, everything that could be
seen of each, its probability, and the correction of what was seen. Graphs that differ in the numbering
of their neurons alone are corrected once, 218 of them.
"""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from ...graph import Graph
from ...motifs.triads import TRIAD_NAMES, TRIADS
from ..correction.triad_estimates import triad_estimates
from ..error_model import ErrorModel
from ..rate_table import Floats

N_NODES = 4


def all_graphs(n_nodes: int = N_NODES) -> Floats:
    """(2^(N (N - 1)), N, N) every graph there is."""
    slots = _slots(n_nodes)
    numbers = np.arange(1 << len(slots))
    graphs = np.zeros((len(numbers), n_nodes, n_nodes))
    for bit, (i, j) in enumerate(slots):
        graphs[:, i, j] = numbers >> bit & 1
    return graphs


def chance_of_seeing(alpha: Floats, beta: Floats) -> Floats:
    """(true graph, graph seen): probability, for all graphs of `all_graphs`; rates (N, N)."""
    chance = np.ones((1, 1))
    # The number of a graph grows by the bits before it, so the last bit comes first.
    for i, j in reversed(_slots(len(alpha))):
        one = np.array([[1 - alpha[i, j], alpha[i, j]], [beta[i, j], 1 - beta[i, j]]])
        chance = np.kron(chance, one)
    return chance


def largest_error(alpha: float, beta: float) -> tuple[float, float]:
    """How far corrected counts, and the variances told, are from right on average, at most.

    Returns
    -------
    (float, float)
        Over all 4,096 true graphs and all 16 classes: of the expected estimate from the true count; of
        the expected covariance told from the covariance of the estimates.
    """
    graphs = all_graphs()
    flat = np.full((N_NODES, N_NODES), alpha), np.full((N_NODES, N_NODES), beta)
    chance = chance_of_seeing(*flat)
    model = ErrorModel(alpha=alpha, beta=beta, could_touch="all")
    drawings, drawing_of = np.unique(_first_drawing(graphs), return_inverse=True)
    seen = [triad_estimates(Graph.from_adjacency(graphs[i]), model, n_jobs=1) for i in drawings]
    counts = np.array([one.counts for one in seen])[drawing_of]
    told = np.array([one.noise for one in seen])[drawing_of].reshape(len(graphs), -1)
    truth = np.array([_census(graphs[i]) for i in drawings])[drawing_of]
    products = (counts[:, :, None] * counts[:, None, :]).reshape(len(graphs), -1)
    covariance = chance @ products - (truth[:, :, None] * truth[:, None, :]).reshape(
        len(graphs), -1
    )
    return (
        float(np.abs(chance @ counts - truth).max()),
        float(np.abs(chance @ told - covariance).max()),
    )


def _first_drawing(graphs: Floats) -> NDArray[np.int64]:
    """(graphs,) the lowest number among the graphs that are this one with its neurons renumbered."""
    slots = _slots(graphs.shape[1])
    bits = 1 << np.arange(len(slots))
    numbers = [
        graphs[:, [order[i] for i, _ in slots], [order[j] for _, j in slots]].astype(int) @ bits
        for order in permutations(range(graphs.shape[1]))
    ]
    first: NDArray[np.int64] = np.min(numbers, axis=0)
    return first


def _census(graph: Floats) -> Floats:
    """(16,) triads, each compared with every drawing of every class."""
    counts = np.zeros(len(TRIAD_NAMES))
    for nodes in combinations(range(len(graph)), 3):
        part = graph[np.ix_(nodes, nodes)]
        counts[next(i for i, name in enumerate(TRIAD_NAMES) if _is(part, name))] += 1
    return counts


def _is(part: Floats, name: str) -> bool:
    edges = TRIADS[name].edges
    drawn = np.zeros((3, 3))
    for a, b in edges:
        drawn[a, b] = 1
    orders = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
    return any(np.array_equal(part[np.ix_(o, o)], drawn) for o in orders)


def _slots(n_nodes: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(n_nodes) for j in range(n_nodes) if i != j]
