"""Weights: the wiring is kept edge for edge; how strong each connection is, is dealt out anew.

The weights, synapse counts mostly, are put on the edges in random order, every order equally
likely (Fisher and Yates), over all edges or only among those of one sender, of one receiver, or
from one group of neurons to another.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..compiled import compiled
from ..graph import Graph
from ..random_streams import State, below
from .draw import Draw, Mixing
from .groups import groups_of
from .options import require_choice

KEEPS = "every edge, and the set of weights; not which edge has which weight"

Within = Literal["all", "sender", "receiver", "groups"]


class WeightsSampler:
    """Deals the weights of a graph out over its edges.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    within : {"all", "sender", "receiver", "groups"}
        Where weights may go: to any edge; to edges of the same sender, so that each neuron keeps
        its total output; of the same receiver, so that each keeps its total input; or to edges
        from the same group to the same group.
    groups : str or (N,) array, optional
        With ``within="groups"``: a column of ``g.nodes``, or a label for each neuron. Neurons
        without a label are together a group of their own.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> null = ca.null_models.sample(g, "weights", within="sender", rng=1)
    >>> bool((null.out_indices == g.out_indices).all()), bool((null.weights == g.weights).all())
    (True, False)
    """

    def __init__(
        self, g: Graph, *, within: Within = "all", groups: str | ArrayLike | None = None
    ) -> None:
        require_choice("within", within, ("all", "sender", "receiver", "groups"))
        if groups is not None and within != "groups":
            msg = f'groups is for within="groups", got within={within!r}; leave out one of the two.'
            raise ValueError(msg)
        self._g = g
        if within == "all":
            self.keeps = KEEPS
            order, bounds = np.arange(g.n_edges), np.array([0, g.n_edges])
        elif within == "sender":
            self.keeps = "every edge, and the weights that each neuron gives; not to whom"
            order, bounds = np.arange(g.n_edges), g.out_indptr
        elif within == "receiver":
            self.keeps = "every edge, and the weights that each neuron gets; not from whom"
            order, bounds = g.in_edges, g.in_indptr
        else:
            numbered = groups_of(g, groups)
            self.keeps = (
                f"every edge, and the weights from each {numbered.name} to each other"
                f"{numbered.missing_in_words}; not which edge among them has which weight"
            )
            of = numbered.of.astype(np.int64)
            pairs = of[g.out_sources] * numbered.n_groups + of[g.out_indices]
            order = np.argsort(pairs, kind="stable")
            starts = np.flatnonzero(np.diff(pairs[order], prepend=-1))
            bounds = np.append(starts, g.n_edges)
        # Written as one type, for the kernel's sake.
        self._order: NDArray[np.int64] = np.array(order, dtype=np.int64)
        self._bounds: NDArray[np.int64] = np.array(bounds, dtype=np.int64)

    def draw(self, state: State) -> Draw:
        """Draw weights; see `Sampler.draw`. Senders and receivers are those of the graph."""
        g = self._g
        weights = g.weights.copy()
        _shuffle_within(weights, self._order, self._bounds, state)
        mixing = Mixing(proposals=0, accepted=0, edges_kept=1.0)
        return Draw(g.out_sources, g.out_indices, weights, mixing)


@compiled
def _shuffle_within(values, order, bounds, state):  # type: ignore[no-untyped-def]
    """Shuffle values[order[bounds[k]:bounds[k + 1]]] for each k, in place.

    values : (E,); order : (E,) permutation; bounds : (K + 1,) ascending from 0 to E; not checked.
    """
    for k in range(bounds.shape[0] - 1):
        first = bounds[k]
        for i in range(bounds[k + 1] - 1, first, -1):
            j = first + below(state, i - first + 1)
            x, y = order[i], order[j]
            values[x], values[y] = values[y], values[x]
