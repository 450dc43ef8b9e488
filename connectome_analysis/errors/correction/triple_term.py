"""Triple term: what single triples add to the covariance of corrected counts.

The sum over dyads of `triad_covariance` multiplies what a dyad makes with one third neuron by what it
makes with the same third neuron, as if the two were independent. With p_c the estimate of class c from
one triple and R_c[s] that with one of its dyads in state s, the triple needs to that sum::

    sum over its dyads of sum_s x[s] R_c[s] R_d[s]  -  2 p_c p_d  -  p_c (where c = d)

With the same rates everywhere this depends on the class seen only, and follows from the census. With
others it is the mean of samples: of triangles of stored dyads, of open pairs of them, of single ones.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from ...compiled import compiled
from ...motifs.triads import triad_class_of_codes
from ..rate_table import Floats
from .dyad_states import class_tensor, states_of_codes
from .dyad_table import DyadTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAMPLES = 4000
# Graphs so small have all their triples looked at: 20 ms.
_EXACT_UP_TO_NODES = 60
_ANY = -1


def of_constant_rates(census: NDArray[np.int64], alpha: float, beta: float) -> Floats:
    """(16, 16) of all triples, where every pair has the same rates."""
    tensor = class_tensor()
    by_code = states_of_codes(alpha, beta)
    result = np.zeros((16, 16))
    numbers, first = np.unique(triad_class_of_codes(), return_index=True)
    for seen, number in zip(numbers.tolist(), first.tolist(), strict=True):
        x = [by_code[number >> 4], by_code[number >> 2 & 3], by_code[number & 3]]
        p = np.einsum("cstu,s,t,u->c", tensor, *x)
        term = -2.0 * np.outer(p, p) - np.diag(p)
        for own, rest in zip(
            x,
            (
                np.einsum("cstu,t,u->cs", tensor, x[1], x[2]),
                np.einsum("cstu,s,u->ct", tensor, x[0], x[2]),
                np.einsum("cstu,s,t->cu", tensor, x[0], x[1]),
            ),
            strict=True,
        ):
            term += np.einsum("s,cs,ds->cd", own, rest, rest)
        result += float(census[seen]) * term
    return result


def of_samples(
    table: DyadTable,
    indptr: NDArray[np.int64],
    partner: NDArray[np.int32],
    excess: Floats,
    samples: int = _SAMPLES,
) -> Floats:
    """(16, 16) of all triples, estimated from samples; the same graph gives the same samples.

    Parameters
    ----------
    indptr, partner, excess
        Stored dyads from both ends, as from `neighbours`.
    """
    rng = np.random.default_rng(0)
    n = table.n_nodes
    classes = triad_class_of_codes().astype(np.int64)
    rows = (indptr, partner, excess, table.groups, table.background, classes)
    if n <= _EXACT_UP_TO_NODES:
        every = np.array([*combinations(range(n), 3)], dtype=np.int64).reshape(-1, 3)
        exact: Floats = _add_triples(*rows, *every.T, _ANY)
        return exact
    degree = np.diff(indptr)
    result = np.zeros((16, 16))
    triangles = int(_pick_triangles(table.indptr, table.others, np.empty(0, np.int64))[1])
    if triangles:
        picks = np.sort(rng.integers(0, triangles, samples)) if triangles > samples else None
        taken = np.arange(triangles) if picks is None else picks
        chosen, _ = _pick_triangles(table.indptr, table.others, taken)
        result += triangles / len(taken) * _add_triples(*rows, *chosen.T, 3)
    wedges = degree * (degree - 1) // 2
    if wedges.sum():
        centre = rng.choice(n, samples, p=wedges / wedges.sum())
        one = rng.integers(0, degree[centre])
        two = rng.integers(0, degree[centre] - 1)
        two += two >= one
        ends = partner[indptr[centre] + one], partner[indptr[centre] + two]
        result += wedges.sum() / samples * _add_triples(*rows, centre, *ends, 2)
    if len(table.others):
        dyad = rng.integers(0, len(table.others), samples)
        third = rng.integers(0, n, samples)
        # A third neuron that is one of the two counts as none, so n stands for n - 2.
        single = _add_triples(*rows, table.holders[dyad], table.others[dyad], third, 1)
        result += len(table.others) * n / samples * single
    if table.unseen_variance:
        anyone = rng.integers(0, n, (3, samples))
        result += n**3 / 6 / samples * _add_triples(*rows, *anyone, 0)
    return result


@compiled
def _pick_triangles(indptr, others, picks):  # type: ignore[no-untyped-def]
    """Nodes of triangles by their number in the order of the walk, and how many there are.

    indptr, others : of a `DyadTable`; picks : ascending, may repeat; not checked here.
    """
    n_nodes = indptr.shape[0] - 1
    joined = np.zeros(n_nodes, np.bool_)
    chosen = np.empty((picks.shape[0], 3), np.int64)
    number, place = np.int64(0), 0
    for a in range(n_nodes):
        begin, end = indptr[a], indptr[a + 1]
        for j in range(begin, end):
            joined[others[j]] = True
        for j in range(begin, end):
            b = others[j]
            for q in range(indptr[b], indptr[b + 1]):
                c = others[q]
                if joined[c]:
                    while place < picks.shape[0] and picks[place] == number:
                        chosen[place, 0], chosen[place, 1], chosen[place, 2] = a, b, c
                        place += 1
                    number += 1
        for j in range(begin, end):
            joined[others[j]] = False
    return chosen, number


@compiled
def _state(indptr, partner, excess, groups, background, i, j, x):  # type: ignore[no-untyped-def]
    """Fill x with the states of the dyad of ranks i and j; whether it is stored."""
    x[:] = background[groups[i], groups[j]]
    low, high = indptr[i], indptr[i + 1]
    while low < high:
        middle = (low + high) >> 1
        if partner[middle] < j:
            low = middle + 1
        else:
            high = middle
    if low == indptr[i + 1] or partner[low] != j:
        return False
    x[0] -= excess[low, 0] + excess[low, 1] + excess[low, 2]
    for s in range(3):
        x[s + 1] += excess[low, s]
    return True


@compiled
def _add_triples(  # type: ignore[no-untyped-def]
    indptr, partner, excess, groups, background, classes, first, second, third, wanted
):
    """(16, 16) sum over triples with `wanted` stored dyads, or any; others, and no triples, add nothing."""
    result = np.zeros((16, 16))
    x = np.empty((3, 4))
    rest = np.empty((3, 4, 16))
    p = np.empty(16)
    for t in range(first.shape[0]):
        i, j, k = first[t], second[t], third[t]
        if i == j or i == k or j == k:
            continue
        stored = np.int64(_state(indptr, partner, excess, groups, background, i, j, x[0]))
        stored += np.int64(_state(indptr, partner, excess, groups, background, i, k, x[1]))
        stored += np.int64(_state(indptr, partner, excess, groups, background, j, k, x[2]))
        if wanted >= 0 and stored != wanted:  # below 0: any
            continue
        rest[:] = 0.0
        p[:] = 0.0
        for a in range(4):
            for b in range(4):
                for c in range(4):
                    cls = classes[16 * a + 4 * b + c]
                    rest[0, a, cls] += x[1, b] * x[2, c]
                    rest[1, b, cls] += x[0, a] * x[2, c]
                    rest[2, c, cls] += x[0, a] * x[1, b]
                    p[cls] += x[0, a] * x[1, b] * x[2, c]
        for c in range(16):
            result[c, c] -= p[c]
            for d in range(16):
                value = -2.0 * p[c] * p[d]
                for m in range(3):
                    for s in range(4):
                        value += x[m, s] * rest[m, s, c] * rest[m, s, d]
                result[c, d] += value
    return result
