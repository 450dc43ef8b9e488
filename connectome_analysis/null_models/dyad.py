"""Dyad: how many pairs of neurons are joined both ways, one way and not at all is kept.

A dyad is mutual, asymmetric or null. With ``fixed="counts"`` all graphs with as many of each are
equally likely: the uniform distribution given the MAN counts of Holland and Leinhardt 1976,
doi:10.2307/270703. With ``fixed="probabilities"`` each pair is mutual or asymmetric with the
observed frequencies, on its own. Directions are fair coins. Both are drawn directly.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..compiled import compiled
from ..graph import Graph
from ..random_streams import State, below, next_word
from .distinct import bernoulli_numbers, distinct_numbers
from .draw import Draw, Mixing, edges_kept
from .options import require_choice

KEEPS = "the number of mutual, of one-way and of unconnected pairs of neurons"
KEEPS_PROBABILITIES = (
    "the number of neurons and, on average, the number of mutual and of one-way pairs"
)


class DyadSampler:
    """Draws mutual and one-way pairs among all unordered pairs of neurons.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    fixed : {"counts", "probabilities"}
        ``"counts"``: exactly as many mutual and one-way pairs as `g` has. ``"probabilities"``:
        each pair mutual with probability M / C(N, 2) and one-way with A / C(N, 2).

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> null = ca.null_models.sample(g, "dyad", rng=1)
    >>> ca.measures.reciprocity(null) == ca.measures.reciprocity(g)
    True
    """

    def __init__(self, g: Graph, *, fixed: Literal["counts", "probabilities"] = "counts") -> None:
        from ..measures.reciprocity import reciprocal_edges  # measures may come to need nulls

        require_choice("fixed", fixed, ("counts", "probabilities"))
        self._g = g
        self._fixed = fixed
        self._n_mutual = int(reciprocal_edges(g).sum()) // 2
        self.keeps = KEEPS if fixed == "counts" else KEEPS_PROBABILITIES

    def draw(self, state: State) -> Draw:
        """Draw one graph; see `Sampler.draw`."""
        g = self._g
        pairs = g.n_nodes * (g.n_nodes - 1) // 2
        joined = g.n_edges - self._n_mutual
        if self._fixed == "counts":
            numbers = np.sort(distinct_numbers(state, pairs, joined))
        else:
            numbers = bernoulli_numbers(state, pairs, joined / pairs if pairs else 0.0)
        senders, receivers = _as_edges(
            numbers, g.n_nodes, self._n_mutual, joined, self._fixed == "counts", state
        )
        kept = edges_kept(g, senders, receivers)
        return Draw(senders, receivers, None, Mixing(proposals=0, accepted=0, edges_kept=kept))


@compiled
def _as_edges(numbers, n_nodes, n_mutual, n_joined, exactly, state):  # type: ignore[no-untyped-def]
    """Make mutual and one-way pairs of numbered pairs; a mutual pair is two edges.

    numbers : (P,) int64 in [0, n_nodes (n_nodes - 1) / 2); n_mutual of n_joined are mutual:
    `exactly`, where P is n_joined, or each with that probability; not checked here.

    Pair t is (c, c + d mod n) with c = t mod n and d = t // n + 1: round the circle, every
    unordered pair comes once, and no root is taken.
    """
    senders = np.empty(2 * numbers.shape[0], np.int32)
    receivers = np.empty(2 * numbers.shape[0], np.int32)
    n_edges = 0
    for t in range(numbers.shape[0]):
        a = numbers[t] % n_nodes
        b = (a + numbers[t] // n_nodes + 1) % n_nodes
        if next_word(state) >> np.uint64(63):
            a, b = b, a
        senders[n_edges], receivers[n_edges] = a, b
        n_edges += 1
        if below(state, n_joined) < n_mutual:
            senders[n_edges], receivers[n_edges] = b, a
            n_edges += 1
            n_mutual -= exactly
        n_joined -= exactly
    return senders[:n_edges].copy(), receivers[:n_edges].copy()
