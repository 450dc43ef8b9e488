"""Type rounds: neurons take the type whose partners are most like theirs, the surest first.

Round 0 compares partners neuron by neuron, because hardly any partner has a type yet. From then on a
neuron's profile is what it exchanges with each type, and only the neurons with the largest margins
have a type; each round gives one to more of them, until all have one and few change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .profiles import profiles
from .similarity import nearest_rows

if TYPE_CHECKING:
    import scipy.sparse as sp

    from ..graph import Graph

# Entries of a type's profile that are kept, largest first: rare partners of a type are chance, and
# make the comparison slow (4x at 700 types, no neuron in a thousand typed otherwise).
_ENTRIES_OF_A_TYPE = 64
_SETTLED = 0.002
_MOST_ROUNDS_AT_THE_END = 5


class Rounds(NamedTuple):
    """Where the rounds ended.

    Attributes
    ----------
    best : (N,) int64
        Likeliest type of each neuron, also of seeds; -1 where nothing is alike.
    margin : (N,) float64
        Similarity to it less that to the next.
    similarity : (N,) float64
    n_rounds : int
    """

    best: NDArray[np.int64]
    margin: NDArray[np.float64]
    similarity: NDArray[np.float64]
    n_rounds: int


def type_rounds(
    g: Graph,
    known: NDArray[np.int64],
    n_types: int,
    *,
    held: bool = True,
    first_share: float = 0.15,
    growth: float = 1.35,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Rounds:
    """Carry types over to all neurons.

    Parameters
    ----------
    g : Graph
        Weights above 0.
    known : (N,) int64
        Type in [0, n_types), -1 where unknown.
    held : bool
        Whether neurons with a type keep it, or are only where the rounds begin.
    first_share, growth : float
        Share of the neurons that have a type in the first round, and by how much it grows.
    """
    partners = profiles(g, "both", "log")
    sent, received = halves(partners, g.n_nodes)
    is_seed = known >= 0
    best, margin, alike = _compare(partners, centroids(partners, known, n_types), n_jobs, False)
    share, extra, rounds = first_share, 0, 0
    planned = 2 + int(np.ceil(np.log(1 / first_share) / np.log(growth))) + _MOST_ROUNDS_AT_THE_END
    while True:
        labels = _surest(best, margin, known, is_seed, share, held=held)
        typed = type_profiles(sent, received, labels, n_types)
        kept = largest_entries(centroids(typed, labels, n_types), _ENTRIES_OF_A_TYPE)
        before = best
        best, margin, alike = _compare(typed, kept, n_jobs, True)
        rounds += 1
        if progress is not None:
            progress(min(rounds, planned), planned)
        if share >= 1:
            extra += 1
            if (best != before).mean() < _SETTLED or extra >= _MOST_ROUNDS_AT_THE_END:
                return Rounds(best, margin, alike, rounds)
        share = min(1.0, share * growth)


def halves(both: sp.csr_array, n_nodes: int) -> tuple[sp.csr_array, sp.csr_array]:
    """What neurons send and what they receive, of profiles of both."""
    return both[:, :n_nodes], both[:, n_nodes:]


def type_profiles(
    sent: sp.csr_array, received: sp.csr_array, labels: NDArray[np.int64], n_types: int
) -> sp.csr_array:
    """(N, 2 T) what each neuron sends to and receives from the neurons of each type."""
    import scipy.sparse as sp

    known = np.flatnonzero(labels >= 0)
    of = sp.csr_array(
        (np.ones(len(known)), (known, labels[known])), shape=(len(labels), n_types)
    )
    return sp.csr_array(sp.hstack([sent @ of, received @ of], format="csr"))


def centroids(matrix: sp.csr_array, labels: NDArray[np.int64], n_types: int) -> sp.csr_array:
    """(T, F) mean profile of the members of each type; a type without members is empty."""
    import scipy.sparse as sp

    known = np.flatnonzero(labels >= 0)
    size = np.bincount(labels[known], minlength=n_types)
    of = sp.csr_array(
        (1 / size[labels[known]], (labels[known], known)), shape=(n_types, len(labels))
    )
    return sp.csr_array(of @ matrix)


def largest_entries(matrix: sp.csr_array, most: int) -> sp.csr_array:
    """Keep the `most` largest entries of each row; ties go to the first column."""
    import scipy.sparse as sp

    tidy = matrix.copy()
    tidy.sort_indices()
    rows = np.repeat(np.arange(tidy.shape[0]), np.diff(tidy.indptr))
    order = np.lexsort((tidy.indices, -tidy.data, rows))
    rank = np.arange(len(order)) - tidy.indptr[rows]
    kept = order[rank < most]
    return sp.csr_array((tidy.data[kept], (rows[kept], tidy.indices[kept])), shape=tidy.shape)


def _compare(
    matrix: sp.csr_array, types: sp.csr_array, n_jobs: int | None, smaller: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    which, how = nearest_rows(matrix, types, 2, smaller=smaller, n_jobs=n_jobs)
    second = how[:, 1] if how.shape[1] > 1 else 0.0
    return which[:, 0], how[:, 0] - second, how[:, 0]


def _surest(
    best: NDArray[np.int64],
    margin: NDArray[np.float64],
    known: NDArray[np.int64],
    is_seed: NDArray[np.bool_],
    share: float,
    *,
    held: bool,
) -> NDArray[np.int64]:
    """Types of a share of the neurons, those with the largest margins, and of the seeds."""
    labels = best.copy()
    if share < 1:
        later = np.argsort(-margin, kind="stable")[int(np.ceil(share * len(best))) :]
        labels[later] = -1
    if held or share < 1:
        labels[is_seed] = known[is_seed]
    return labels
