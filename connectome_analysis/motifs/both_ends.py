"""Both ends: every joined pair listed at each of its two neurons, hubs first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .dyads import OrientedDyads


class BothEnds(NamedTuple):
    """All neighbours of every neuron, with the state of the dyad.

    Attributes
    ----------
    indptr : (N + 1,) int64
        By rank: 0 is the neuron of highest degree, as in `OrientedDyads`.
    codes : (2 P,) uint32
        ``rank << 2 | code``: the neighbour and the dyad seen from here, 1 out, 2 in, 3 both.
        Ascending within a neuron.
    n_before : (N,) int64
        How many neighbours have a smaller rank; they come first.
    degrees : (N, 3) int64
        Dyads by their state: one-way out, one-way in, mutual.
    """

    indptr: NDArray[np.int64]
    codes: NDArray[np.uint32]
    n_before: NDArray[np.int64]
    degrees: NDArray[np.int64]


def both_ends(dyads: OrientedDyads) -> BothEnds:
    """List every dyad at both of its ends."""
    degrees = np.column_stack([dyads.asymmetric_out, dyads.asymmetric_in, dyads.mutual])
    n_before = np.diff(dyads.indptr)
    indptr, codes = _both_ends(dyads.indptr, dyads.codes, degrees.sum(axis=1))
    return BothEnds(indptr, codes, n_before, degrees)


@compiled
def _both_ends(held_indptr, held, degree):  # type: ignore[no-untyped-def]
    """held_indptr, held : as in `OrientedDyads`; degree : (N,) int64, dyads of each; not checked.

    What a neuron holds has smaller ranks and comes first; the others are met in ascending order.
    """
    n_nodes = degree.shape[0]
    two = np.uint32(2)
    indptr = np.zeros(n_nodes + 1, np.int64)
    for v in range(n_nodes):
        indptr[v + 1] = indptr[v] + degree[v]
    codes = np.empty(indptr[n_nodes], np.uint32)
    place = indptr[:-1].copy()
    for v in range(n_nodes):
        for j in range(held_indptr[v], held_indptr[v + 1]):
            here = held[j]
            codes[place[v]] = here
            place[v] += 1
            other = here >> two
            seen_from_there = ((here & np.uint32(1)) << np.uint32(1)) | (
                (here & np.uint32(2)) >> np.uint32(1)
            )
            # The holder has the larger rank, and holders come in ascending order.
            codes[place[other]] = np.uint32(v) << two | seen_from_there
            place[other] += 1
    return indptr, codes
