"""Reciprocity: the fraction of connections that are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..graph import require_graph

if TYPE_CHECKING:
    from ..graph import Graph


def reciprocal_edges(g: Graph) -> NDArray[np.bool_]:
    """(E,) bool: for each edge, in the order of `Graph.out_indices`, whether its reverse exists.

    A self-loop is its own reverse.
    """
    answered: NDArray[np.bool_] = _answered(g.out_indptr, g.out_indices)
    return answered


@compiled
def _answered(indptr, indices):  # type: ignore[no-untyped-def]
    """indptr : (N + 1,) int64, indices : (E,) int32 in [0, N), ascending in each row; not checked.

    Senders are walked in ascending order, so what is looked up in a row ascends too: a cursor in
    each row only moves forward, and all look-ups together read every row once.
    """
    answered = np.zeros(indices.shape[0], np.bool_)
    cursor = indptr[:-1].copy()
    for i in range(indptr.shape[0] - 1):
        # What lies before the cursor of i has been asked for by its other end, or cannot answer.
        first = cursor[i]
        while first < indptr[i + 1] and indices[first] < i:
            first += 1
        for e in range(first, indptr[i + 1]):
            j = indices[e]
            place, stop = cursor[j], indptr[j + 1]
            while place < stop and indices[place] < i:
                place += 1
            cursor[j] = place
            if place < stop and indices[place] == i:
                answered[e] = True
                answered[place] = True
    return answered


def reciprocity(g: Graph) -> float:
    """Edges whose reverse exists over all edges.

    Garlaschelli and Loffredo 2004, doi:10.1103/PhysRevLett.93.268701, before their correction for
    density. NaN for a graph without edges.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> ca.measures.reciprocity(ca.Graph.from_edges([1, 2, 1, 1], [2, 1, 3, 4]))
    0.5
    """
    require_graph(g)
    return float(reciprocal_edges(g).mean()) if g.n_edges else float("nan")
