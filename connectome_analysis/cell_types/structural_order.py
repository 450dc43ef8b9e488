"""Structural order: neurons in an order that their wiring decides, so that the order given does not matter.

Methods that begin at random find another answer where neurons come in another order. In this order
they find the same: it is by a number made of a neuron's degrees, then of its partners' numbers, three
partners deep (Weisfeiler and Leman 1968), and only neurons that these cannot tell apart stay as
they came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ..graph import Graph

_DEPTH = 3
_OUT, _IN, _OWN = (
    np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
)


def structural_order(g: Graph) -> NDArray[np.int64]:
    """(N,) positions of the neurons, in structural order.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], [5, 1, 7])
    >>> h = ca.Graph.from_edges([9, 9, 4], [4, 2, 2], [5, 1, 7])
    >>> [g.node_ids[k].item() for k in structural_order(g)] == [
    ...     {9: 1, 4: 2, 2: 3}[h.node_ids[k].item()] for k in structural_order(h)
    ... ]
    True
    """
    weight = _mixed(np.ascontiguousarray(g.weights, dtype=np.float64).view(np.uint64))
    number = _mixed(_OUT * g.out_degree.astype(np.uint64) + _IN * g.in_degree.astype(np.uint64))
    for _ in range(_DEPTH):
        sent = _sums(_mixed(number[g.out_indices] + _OUT) * weight, g.out_indptr)
        came = _sums(_mixed(number[g.in_indices] + _IN) * weight[g.in_edges], g.in_indptr)
        number = _mixed(_OWN * number + _OUT * sent + _IN * came)
    return np.argsort(number, kind="stable")


def _sums(values: NDArray[np.uint64], indptr: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Sums of rows, modulo 2**64: the order within a row does not matter."""
    upto = np.concatenate([np.zeros(1, np.uint64), np.cumsum(values, dtype=np.uint64)])
    sums: NDArray[np.uint64] = upto[indptr[1:]] - upto[indptr[:-1]]
    return sums


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A bijection under which near numbers end far apart (the finaliser of splitmix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
