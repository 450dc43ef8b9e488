"""Draw: one sample of a null model, and what makes samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..graph import Graph
from ..random_streams import State

EdgeArray = NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class Mixing:
    """How far a sample went from where it began.

    Attributes
    ----------
    proposals, accepted : int
        Steps of the chain, and how many of them changed the graph; both 0 where the null draws
        its graphs directly.
    edges_kept : float
        Fraction of the original edges that the sample has.
    """

    proposals: int
    accepted: int
    edges_kept: float


class Draw(NamedTuple):
    """One sample.

    Attributes
    ----------
    senders, receivers : (E,) int32
        Dense indices of the neurons of the graph drawn from, in any order; each ordered pair
        once, no self-loop.
    weights : (E,) array or None
        None where the null says nothing of weights.
    mixing : Mixing
    """

    senders: EdgeArray
    receivers: EdgeArray
    weights: NDArray[Any] | None
    mixing: Mixing


class Sampler(Protocol):
    """Draws from the null model of one graph; made as ``SomeSampler(g, **options)``.

    `g` is a graph without self-loops. A sampler can be pickled and many threads may draw from it
    at once: it is not changed by drawing.
    """

    @property
    def keeps(self) -> str:
        """What every sample has in common with the graph, in words."""
        ...

    def draw(self, state: State) -> Draw:
        """Draw one graph.

        Parameters
        ----------
        state : (4,) uint64
            Random stream; see `random_streams.stream`. Changed.
        """
        ...


def edges_kept(g: Graph, senders: EdgeArray, receivers: EdgeArray) -> float:
    """Fraction of the edges of `g` that are among others, given as dense indices; 1 for no edges.

    Examples
    --------
    >>> g = Graph.from_edges([0, 0, 1, 2], [1, 2, 2, 0])
    >>> edges_kept(g, np.array([2, 0], np.int32), np.array([1, 2], np.int32))
    0.25
    """
    if g.n_edges == 0:
        return 1.0
    return int(_count_present(g.out_indptr, g.out_indices, senders, receivers)) / g.n_edges


@compiled
def _count_present(indptr, indices, senders, receivers):  # type: ignore[no-untyped-def]
    """How many edges of a list are in a CSR whose rows ascend; not checked here."""
    count = np.int64(0)
    for e in range(senders.shape[0]):
        a, b = senders[e], receivers[e]
        low, high = indptr[a], indptr[a + 1]
        while low < high:
            middle = (low + high) >> 1
            if indices[middle] < b:
                low = middle + 1
            else:
                high = middle
        count += np.int64(low < indptr[a + 1] and indices[low] == b)
    return count
