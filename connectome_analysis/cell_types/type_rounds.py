"""Type rounds: neurons take the type that explains their partners best, the surest first.

Round 0 compares partners neuron by neuron, because hardly any partner has a type yet. From then on a
neuron's profile is what it exchanges with each type, and only the neurons with the largest margins
have a type; each round gives one to more of them, until all have one and few change.

What a type does is what its seeds do. Neurons typed on the way say only which types partners are of:
if they spoke for their type too, a type of few seeds would be swallowed by a larger one and never
come back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..threads import map_threads
from .similarity_kernels import likeliest_rows
from .wiring_profiles import membership, profiles

if TYPE_CHECKING:
    import scipy.sparse as sp

    from ..graph import Graph

# Pseudo-weight of a type, in units of a neuron's: it decides how much a rare partner counts against.
_SMOOTHING = 0.5
_ROWS_OF_A_BLOCK = 2048
_SETTLED = 0.002
_MOST_ROUNDS_AT_THE_END = 5


class Rounds(NamedTuple):
    """Where the rounds ended.

    Attributes
    ----------
    best : (N,) int64
        Likeliest type of each neuron, also of seeds; -1 where nothing is alike.
    margin : (N,) float64
        Nats by which it leads the next.
    n_rounds : int
    """

    best: NDArray[np.int64]
    margin: NDArray[np.float64]
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
        Whether neurons with a type keep it and alone say what the type does, or are only where
        the rounds begin and every neuron of a type says so.
    first_share, growth : float
        Share of the neurons that have a type in the first round, and by how much it grows.
    """
    partners = profiles(g, "both", "log")
    sent, received = halves(partners, g.n_nodes)
    is_seed = known >= 0
    prior = np.log(np.bincount(known[is_seed], minlength=n_types) / is_seed.sum())
    best, margin = _likeliest(partners, known, prior, n_jobs)
    share, extra, rounds = first_share, 0, 0
    planned = 2 + int(np.ceil(np.log(1 / first_share) / np.log(growth))) + _MOST_ROUNDS_AT_THE_END
    while True:
        labels = _surest(best, margin, known, is_seed, share, held=held)
        typed = type_profiles(sent, received, labels, n_types)
        before = best
        best, margin = _likeliest(typed, known if held else labels, prior, n_jobs)
        rounds += 1
        if progress is not None:
            progress(min(rounds, planned), planned)
        if share >= 1:
            extra += 1
            if (best != before).mean() < _SETTLED or extra >= _MOST_ROUNDS_AT_THE_END:
                return Rounds(best, margin, rounds)
        share = min(1.0, share * growth)


def halves(both: sp.csr_array, n_nodes: int) -> tuple[sp.csr_array, sp.csr_array]:
    """What neurons send and what they receive, of profiles of both."""
    return both[:, :n_nodes], both[:, n_nodes:]


def type_profiles(
    sent: sp.csr_array, received: sp.csr_array, labels: NDArray[np.int64], n_types: int
) -> sp.csr_array:
    """(N, 2 T) what each neuron sends to and receives from the neurons of each type."""
    import scipy.sparse as sp

    of = membership(labels, n_types)
    return sp.csr_array(sp.hstack([sent @ of, received @ of], format="csr"))


def _likeliest(
    matrix: sp.csr_array, labels: NDArray[np.int64], prior: NDArray[np.float64], n_jobs: int | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Likeliest type of each row, and its lead: multinomial, with what all rows do as smoothing.

    ln P(x | t) = sum_f x_f ln((c_tf + a b_f) / (c_t + a)), where c are sums over the members of type
    t, b the shares of all rows and a the smoothing. What is the same for all types is left out, so
    that only features that a type has are looked at.
    """
    import scipy.sparse as sp

    n_types = len(prior)
    summed = sp.csr_array(membership(labels, n_types).T @ matrix)
    everything = np.bincount(matrix.indices, matrix.data, matrix.shape[1])
    smoothing = _SMOOTHING * max(everything.sum(), 1e-300) / max(1, matrix.shape[0])
    share = everything / max(everything.sum(), 1e-300)
    mass = np.log(
        np.bincount(np.repeat(np.arange(n_types), np.diff(summed.indptr)), summed.data, n_types)
        + smoothing
    )
    summed.data = np.log1p(summed.data / (smoothing * share[summed.indices]))
    columns = summed.tocsc()
    n_rows = matrix.shape[0]

    def block(start: int) -> Any:
        stop = min(start + _ROWS_OF_A_BLOCK, n_rows)
        return likeliest_rows(
            *(start, stop, matrix.indptr, matrix.indices, matrix.data),
            *(columns.indptr, columns.indices, columns.data, mass, prior),
        )

    found = list(map_threads(block, range(0, n_rows, _ROWS_OF_A_BLOCK), n_jobs))
    return np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found])


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
