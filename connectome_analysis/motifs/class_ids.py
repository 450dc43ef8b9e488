"""Class ids: the number by which mfinder and FANMOD know a small directed graph, for any size to 6.

The smallest, over all orders of its n nodes, of the sum of ``A[i, j] * 2**(n*i + j)`` (Milo et al.
2002, doi:10.1126/science.298.5594.824). Two graphs have the same id where renaming the nodes of one
gives the other. The feed-forward loop is 38 of three nodes, the bi-fan 204 of four.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

_BITS = 10
_AT_ONCE = 4096


def code_of_edges(edges: tuple[tuple[int, int], ...], size: int) -> int:
    """Pack a directed graph on nodes 0 ... size - 1 into its code.

    Two bits for each of ``combinations(range(size), 2)``, the first pair's lowest: 1 for an edge
    from the smaller to the larger, 2 for one back.
    """
    place = {pair: 2 * k for k, pair in enumerate(combinations(range(size), 2))}
    return sum(1 << place[a, b] if a < b else 2 << place[b, a] for a, b in edges)


def class_ids(codes: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """(M,) int64: the id of each code; see `code_of_edges`.

    Parameters
    ----------
    codes : (M,) int64
    size : {2, 3, 4, 5, 6}
        Nodes of each graph.
    """
    tables = _tables(size)
    ids = np.empty(len(codes), dtype=np.int64)
    for first in range(0, len(codes), _AT_ONCE):
        some = codes[first : first + _AT_ONCE]
        # The id in every order at once, from ten bits of the code at a time.
        in_order = tables[0][some & (2**_BITS - 1)]
        for k in range(1, len(tables)):
            in_order += tables[k][(some >> (_BITS * k)) & (2**_BITS - 1)]
        ids[first : first + _AT_ONCE] = in_order.min(axis=1)
    return ids


def edges_of_id(number: int, size: int) -> tuple[tuple[int, int], ...]:
    """Return the edges of the adjacency matrix that reads as this number."""
    cells = divmod(np.flatnonzero([number >> k & 1 for k in range(size * size)]), size)
    return tuple(zip(cells[0].tolist(), cells[1].tolist(), strict=True))


@cache
def _tables(size: int) -> tuple[NDArray[np.int64], ...]:
    """For ten bits of a code at a time: (1024, size!) int64, their part of the id in each order."""
    orders = np.array(list(permutations(range(size))), dtype=np.int64)
    cells = []
    for a, b in combinations(range(size), 2):
        cells.append(1 << (size * orders[:, a] + orders[:, b]))
        cells.append(1 << (size * orders[:, b] + orders[:, a]))
    values = np.arange(2**_BITS)
    tables = []
    for first in range(0, len(cells), _BITS):
        some = np.stack(cells[first : first + _BITS])
        bits = (values[:, None] >> np.arange(len(some))) & 1
        tables.append(bits @ some)
    return tuple(tables)
