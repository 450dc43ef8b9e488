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


def igraph_number(size: int, edges: tuple[Edge, ...], *, directed: bool = True) -> int:
    """Isoclass of a graph on the nodes 0 ... size - 1; directed of size 3 or 4, undirected to 5."""
    slots = _slots(size, directed=directed)
    ends = edges if directed else [(min(edge), max(edge)) for edge in edges]
    return int(_isoclasses(size, directed=directed)[sum(1 << slots.index(edge) for edge in ends)])


def _slots(size: int, *, directed: bool) -> list[Edge]:
    return [
        (pre, post)
        for post in range(size)
        for pre in range(size)
        if (pre != post if directed else pre < post)
    ]


@cache
def _isoclasses(size: int, *, directed: bool) -> NDArray[np.int64]:
    """(2 ** slots,) int64: isoclass of every number."""
    slots = _slots(size, directed=directed)
    numbers = np.arange(1 << len(slots))
    least = numbers.copy()
    for order in permutations(range(size)):
        renamed = np.zeros_like(numbers)
        for k, (pre, post) in enumerate(slots):
            a, b = order[pre], order[post]
            there = (a, b) if directed else (min(a, b), max(a, b))
            renamed |= (numbers >> k & 1) << slots.index(there)
        np.minimum(least, renamed, out=least)
    return np.unique(least, return_inverse=True)[1].astype(np.int64)
