"""igraph numbers: the isoclass that igraph gives each directed graph on three or four nodes.

igraph keeps them in a table. It comes about so: write the adjacency matrix column by column, without
the diagonal, as a number whose lowest bit is the first entry, and go through all numbers upwards.
Whenever a graph is met that is like none before, it gets the next isoclass.
"""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from .triads import Edge


def igraph_number(size: int, edges: tuple[Edge, ...]) -> int:
    """Isoclass of a directed graph on the nodes 0 ... size - 1, size 3 or 4."""
    slots = _slots(size)
    return int(_isoclasses(size)[sum(1 << slots.index(edge) for edge in edges)])


def _slots(size: int) -> list[Edge]:
    return [(pre, post) for post in range(size) for pre in range(size) if pre != post]


@cache
def _isoclasses(size: int) -> NDArray[np.int64]:
    """(2 ** (size * (size - 1)),) int64: isoclass of every number."""
    slots = _slots(size)
    numbers = np.arange(1 << len(slots))
    least = numbers.copy()
    for order in permutations(range(size)):
        renamed = np.zeros_like(numbers)
        for k, (pre, post) in enumerate(slots):
            renamed |= (numbers >> k & 1) << slots.index((order[pre], order[post]))
        np.minimum(least, renamed, out=least)
    return np.unique(least, return_inverse=True)[1].astype(np.int64)
