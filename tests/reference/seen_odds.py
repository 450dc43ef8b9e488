"""How likely graphs of a null model are to be seen through a channel, from its definition, slowly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.reference.all_graphs import Edges

Matrix = np.ndarray


def seen(false: Matrix, true: Matrix, odds: Matrix) -> Matrix:
    """(N, N) probability that each pair is seen as connected; odds: of true connections."""
    connected = odds / (1 + odds)
    return false * (1 - connected) + true * connected


def shares(graphs: Sequence[Edges], probability: Matrix) -> Matrix:
    """Share of each graph among these, pairs being independent with these probabilities."""
    n = len(probability)
    likely = []
    for edges in graphs:
        there = set(edges)
        each = [
            probability[a, b] if (a, b) in there else 1 - probability[a, b]
            for a in range(n)
            for b in range(n)
            if a != b
        ]
        likely.append(np.prod(each))
    return np.array(likely) / np.sum(likely)


def dyad_states(false: Matrix, true: Matrix, a: int, b: int, weights: Sequence[float]) -> Matrix:
    """(4,) probabilities that a dyad is seen as nothing, a->b, b->a, both.

    weights : (4,) of its true states, in this order.
    """
    there = ((0, 0), (1, 0), (0, 1), (1, 1))
    found = np.zeros(4)
    for weight, (forth, back) in zip(weights, there, strict=True):
        ab = true[a, b] if forth else false[a, b]
        ba = true[b, a] if back else false[b, a]
        for state, (see_forth, see_back) in enumerate(there):
            found[state] += weight * (ab if see_forth else 1 - ab) * (ba if see_back else 1 - ba)
    return found / found.sum()


def dyad_shares(graphs: Sequence[Edges], states: Matrix) -> Matrix:
    """Share of each graph among these; states: (N, N, 4) of each pair a < b as `dyad_states`."""
    n = len(states)
    likely = []
    for edges in graphs:
        there = set(edges)
        each = [
            states[a, b, ((a, b) in there) + 2 * ((b, a) in there)]
            for a in range(n)
            for b in range(a + 1, n)
        ]
        likely.append(np.prod(each))
    return np.array(likely) / np.sum(likely)
