"""Erdos-Renyi: the number of neurons and of edges is kept, and nothing else.

With ``fixed="edges"`` all graphs with as many edges are equally likely, G(n, m) of Erdos and Renyi
1959. With ``fixed="density"`` every ordered pair is an edge with the same probability, on its own:
G(n, p) of Gilbert 1959, doi:10.1214/aoms/1177706098. Both are drawn directly: no chain, no burn-in.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph
from ..random_streams import State
from .distinct import bernoulli_numbers, distinct_numbers
from .draw import Draw, EdgeArray, Mixing, edges_kept
from .options import require_choice

KEEPS = "the number of neurons and the number of edges"
KEEPS_DENSITY = "the number of neurons and, on average, the number of edges"


class ErdosRenyiSampler:
    """Draws edges among all ordered pairs of neurons.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    fixed : {"edges", "density"}
        ``"edges"``: exactly as many edges as `g` has. ``"density"``: each ordered pair with
        probability E / (N (N - 1)).

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> null = ca.null_models.sample(g, "erdos_renyi", rng=1)
    >>> null.n_nodes, null.n_edges
    (279, 2194)
    """

    def __init__(self, g: Graph, *, fixed: Literal["edges", "density"] = "edges") -> None:
        require_choice("fixed", fixed, ("edges", "density"))
        self._g = g
        self._fixed = fixed
        self.keeps = KEEPS if fixed == "edges" else KEEPS_DENSITY

    def draw(self, state: State) -> Draw:
        """Draw one graph; see `Sampler.draw`. Edges come by sender, then receiver."""
        g = self._g
        pairs = g.n_nodes * (g.n_nodes - 1)
        if self._fixed == "edges":
            numbers = np.sort(distinct_numbers(state, pairs, g.n_edges))
        else:
            numbers = bernoulli_numbers(state, pairs, g.n_edges / pairs if pairs else 0.0)
        senders, receivers = ordered_pairs(numbers, g.n_nodes)
        kept = edges_kept(g, senders, receivers)
        return Draw(senders, receivers, None, Mixing(proposals=0, accepted=0, edges_kept=kept))


def ordered_pairs(numbers: NDArray[np.int64], n_nodes: int) -> tuple[EdgeArray, EdgeArray]:
    """Ordered pairs of different neurons by their numbers, in [0, N (N - 1)), row by row.

    Examples
    --------
    >>> senders, receivers = ordered_pairs(np.arange(6), 3)
    >>> list(zip(senders.tolist(), receivers.tolist()))
    [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    """
    senders, places = np.divmod(numbers, max(n_nodes - 1, 1))
    receivers = places + (places >= senders)
    return senders.astype(np.int32), receivers.astype(np.int32)
