"""Triad coordinates: edges, mutual pairs and the 13 connected classes, which say all of a census.

The classes 003, 012 and 102 follow from these: every edge and every mutual pair is in N - 2 triads,
and there are C(N, 3) of them.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from ...motifs.triads import CONNECTED_TRIADS, TRIAD_NAMES, TRIADS
from ..rate_table import Floats

COORDINATES = ("edges", "mutual", *CONNECTED_TRIADS)


@cache
def _rows() -> Floats:
    rows = np.zeros((len(COORDINATES), len(TRIADS)))
    rows[0] = [len(triad.edges) for triad in TRIADS.values()]
    rows[1] = [triad.mutual for triad in TRIADS.values()]
    for row, name in enumerate(CONNECTED_TRIADS, start=2):
        rows[row, TRIAD_NAMES.index(name)] = 1.0
    return rows


def from_census(n_nodes: int) -> Floats:
    """(15, 16): takes a census to edges, mutual pairs and connected classes.

    Parameters
    ----------
    n_nodes : int
        3 at least.

    Examples
    --------
    >>> census = np.zeros(16)
    >>> census[TRIAD_NAMES.index("300")] = 1  # three neurons, all joined
    >>> (from_census(3) @ census)[:2].tolist()
    [6.0, 3.0]
    """
    matrix = _rows().copy()
    matrix[:2] /= n_nodes - 2
    return matrix
