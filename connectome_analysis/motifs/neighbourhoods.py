"""Neighbourhoods: the partners of every neuron, whichever way the edges run, with the dyads' codes.

Neurons are renamed by rank: by falling number of edges, so that hubs have the small numbers. Every
joined pair is there from both ends.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .both_ends import both_ends
from .dyads import ranked_dyads


class Neighbourhoods(NamedTuple):
    """The undirected simplified graph by rank, and which way each pair is joined.

    Attributes
    ----------
    indptr : (N + 1,) int64
    indices : (2P,) int32
        Partners of each rank, as ranks, ascending.
    codes : (2P,) uint8
        1 where the edge goes to the partner, 2 where it comes from it, 3 both.
    rank : (N,) int32
        Rank of each node.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    codes: NDArray[np.uint8]
    rank: NDArray[np.int32]


def neighbourhoods(
    n_nodes: int, senders: NDArray[np.int32], receivers: NDArray[np.int32]
) -> Neighbourhoods:
    """Gather the partners of each neuron in a simple graph without self-loops.

    Parameters
    ----------
    n_nodes : int
    senders, receivers : (E,) int32
        Dense indices, in any order.
    """
    dyads, _, rank = ranked_dyads(n_nodes, senders, receivers)
    lists = both_ends(dyads)
    return Neighbourhoods(
        lists.indptr,
        (lists.codes >> np.uint32(2)).astype(np.int32),
        (lists.codes & np.uint32(3)).astype(np.uint8),
        rank,
    )
