"""Triads: the 16 classes of three neurons, named by mutual, asymmetric and null dyads (MAN).

Holland and Leinhardt 1976, doi:10.2307/270703. The letters D, U, C, T of a name stand for down,
up, cyclic and transitive. Which of 111D and 111U is which follows Holland and Leinhardt as
networkx and igraph do: 111D is a mutual pair of which one *receives* from the third.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

Edge = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Triad:
    """One class of three neurons.

    Attributes
    ----------
    name : str
        MAN name.
    edges : tuple of (int, int)
        The canonical form, on nodes 0, 1 and 2.
    plain_name : str
        What a neuroscientist calls it.
    labelled : int
        In how many ways three labelled nodes can form it, of 64.
    """

    name: str
    edges: tuple[Edge, ...]
    plain_name: str
    labelled: int

    @property
    def mutual(self) -> int:
        """Number of mutual dyads."""
        return int(self.name[0])

    @property
    def asymmetric(self) -> int:
        """Number of one-way dyads."""
        return int(self.name[1])

    @property
    def connected(self) -> bool:
        """Whether the three hang together: at least two dyads have an edge."""
        return self.name[2] != "2" and self.name != "003"


# The sixteen classes of three neurons by MAN name, in the order of Holland and Leinhardt.
TRIADS: Mapping[str, Triad] = {
    triad.name: triad
    for triad in (
        Triad(name="003", edges=(), plain_name="empty", labelled=1),
        Triad(name="012", edges=((0, 1),), plain_name="one edge", labelled=6),
        Triad(name="102", edges=((0, 1), (1, 0)), plain_name="one mutual pair", labelled=3),
        Triad(name="021D", edges=((1, 0), (1, 2)), plain_name="divergence", labelled=3),
        Triad(name="021U", edges=((0, 1), (2, 1)), plain_name="convergence", labelled=3),
        Triad(name="021C", edges=((0, 1), (1, 2)), plain_name="chain", labelled=6),
        Triad(
            name="111D",
            edges=((0, 1), (1, 0), (2, 1)),
            plain_name="mutual pair, one receives",
            labelled=6,
        ),
        Triad(
            name="111U",
            edges=((0, 1), (1, 0), (1, 2)),
            plain_name="mutual pair, one sends",
            labelled=6,
        ),
        Triad(
            name="030T",
            edges=((0, 1), (0, 2), (1, 2)),
            plain_name="feed-forward loop",
            labelled=6,
        ),
        Triad(name="030C", edges=((0, 1), (1, 2), (2, 0)), plain_name="three-cycle", labelled=2),
        Triad(
            name="201",
            edges=((0, 1), (1, 0), (1, 2), (2, 1)),
            plain_name="two mutual pairs",
            labelled=3,
        ),
        Triad(
            name="120D",
            edges=((0, 1), (0, 2), (1, 2), (2, 1)),
            plain_name="sends to a mutual pair",
            labelled=3,
        ),
        Triad(
            name="120U",
            edges=((1, 0), (2, 0), (1, 2), (2, 1)),
            plain_name="receives from a mutual pair",
            labelled=3,
        ),
        Triad(
            name="120C",
            edges=((0, 1), (1, 2), (0, 2), (2, 0)),
            plain_name="chain over a mutual pair",
            labelled=6,
        ),
        Triad(
            name="210",
            edges=((0, 1), (1, 2), (2, 1), (0, 2), (2, 0)),
            plain_name="two mutual pairs and an edge",
            labelled=6,
        ),
        Triad(
            name="300",
            edges=((0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)),
            plain_name="fully mutual",
            labelled=1,
        ),
    )
}
# The names of all sixteen, from 003 to 300.
TRIAD_NAMES = tuple(TRIADS)
# The names of the thirteen that join their three neurons.
CONNECTED_TRIADS = tuple(name for name in TRIAD_NAMES if TRIADS[name].connected)


@cache
def triad_class_of_codes() -> NDArray[np.int8]:
    """(64,) int8: class number, in the order of `TRIAD_NAMES`, of three dyad codes.

    Entry ``16 * code(0, 1) + 4 * code(0, 2) + code(1, 2)``, where the code of a dyad ``(a, b)``
    has bit 1 for an edge from a to b and bit 2 for one from b to a.
    """
    classes = {_canonical(triad.edges): i for i, triad in enumerate(TRIADS.values())}
    table = np.empty(64, dtype=np.int8)
    for codes in product(range(4), repeat=3):
        edges = []
        for (a, b), code in zip(((0, 1), (0, 2), (1, 2)), codes, strict=True):
            edges += [(a, b)] * (code & 1) + [(b, a)] * (code >> 1)
        table[codes[0] << 4 | codes[1] << 2 | codes[2]] = classes[_canonical(tuple(edges))]
    return table


def _canonical(edges: tuple[Edge, ...]) -> tuple[Edge, ...]:
    return min(
        tuple(sorted((order[a], order[b]) for a, b in edges)) for order in permutations(range(3))
    )
