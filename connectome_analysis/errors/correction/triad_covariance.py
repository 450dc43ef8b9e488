"""Triad covariance: how far the corrected counts scatter because of the errors, without bias.

A corrected count is linear in the estimated states x of each dyad, and dyads err independently. With
C_c[s] the number of triads of class c that a dyad makes with all third neurons if its state is s::

    Cov(T_c, T_d) = E [ sum over dyads of (sum_s x[s] C_c[s]) (sum_s x[s] C_d[s]) - sum_s x[s] C_c[s] C_d[s] ]
                    + a term of single triples

because x x' - diag(x) has the covariance of x as its expectation and C does not depend on the dyad's
own errors. The last term takes out the products of one third neuron with itself, which are not
independent; see `triple_term`. Without it the plug-in variance would be too
large, by a fifth where three of ten connections are missed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...compiled import compiled
from ...motifs.triads import triad_class_of_codes
from ...threads import map_threads
from ..rate_table import Floats
from .dyad_table import DyadTable
from .triad_sums import pairs_of_backgrounds
from .triple_term import of_constant_rates, of_samples

Neighbours = tuple[NDArray[np.int64], NDArray[np.int32], Floats]

# Up to so many neurons every pair that was not seen is looked at, beyond that a sample of them.
ALL_PAIRS_UP_TO = 1000
SAMPLED_PAIRS = 200_000
_AT_ONCE = 1 << 16


def triad_covariance(
    table: DyadTable,
    sums: Floats,
    shared: Floats,
    census: NDArray[np.int64],
    same_rates: tuple[float, float] | None,
    n_jobs: int | None = None,
) -> Floats:
    """(16, 16) unbiased estimate of the covariance of the corrected counts.

    Parameters
    ----------
    sums : (N, G, 3)
        From `by_neuron`.
    shared : (P, 9)
        As `triangle_products` leaves it.
    census : (16,) int64
        Triads of what was seen.
    same_rates : (alpha, beta) or None
        Those of every pair, where all have the same; the term of single triples is exact then, and
        otherwise estimated from samples.
    """
    both = pairs_of_backgrounds(table)
    classes = triad_class_of_codes().astype(np.int64)
    runs = range(0, len(table.others), _AT_ONCE)
    holders = table.holders
    result = sum(
        map_threads(
            lambda first: _of_stored(
                *(holders, table.others, table.excess, table.groups, table.background),
                *(both, sums, shared, classes, first, min(first + _AT_ONCE, len(table.others))),
            ),
            runs,
            n_jobs,
        ),
        start=np.zeros((16, 16)),
    )
    near = None
    if table.unseen_variance or same_rates is None:
        near = neighbours(table)
    if table.unseen_variance and near is not None:
        result = result + _of_unseen(table, near, sums, both, classes)
    if same_rates is not None:
        return result + of_constant_rates(census, *same_rates)
    return result + of_samples(table, *(near or neighbours(table)))


@compiled
def _add_dyad(x, m, classes, counts, made, result, weight):  # type: ignore[no-untyped-def]
    """Add one dyad to a covariance.

    x : (4,) its states; m : (16,) sums over third neurons of products of the states of its ends;
    counts : (4, 16) and made : (16,), room; result : (16, 16), upper half changed.
    """
    counts[:] = 0.0
    for s in range(4):
        for k in range(16):
            counts[s, classes[16 * s + k]] += m[k]
    for c in range(16):
        made[c] = (
            x[0] * counts[0, c] + x[1] * counts[1, c] + x[2] * counts[2, c] + x[3] * counts[3, c]
        )
    for c in range(16):
        left = weight * made[c]
        zero, one = weight * x[0] * counts[0, c], weight * x[1] * counts[1, c]
        two, three = weight * x[2] * counts[2, c], weight * x[3] * counts[3, c]
        for d in range(c, 16):
            result[c, d] += (
                left * made[d]
                - zero * counts[0, d]
                - one * counts[1, d]
                - two * counts[2, d]
                - three * counts[3, d]
            )


@compiled
def _third_neurons(i, j, y, groups, background, both, sums, shared, m):  # type: ignore[no-untyped-def]
    """Fill m, see `_add_dyad`, for ranks i and j.

    y : (3,) excess of the dyad itself, from i; shared : (9,) products of the excesses of neurons that
    both have a stored dyad with.
    """
    g, h = groups[i], groups[j]
    for s in range(4):
        for t in range(4):
            m[4 * s + t] = both[g, h, s, t]
    n_groups = background.shape[0]
    # Sums of one end with backgrounds of the other, less the dyad itself.
    for k in range(n_groups):
        a1, a2, a3 = sums[i, k, 0], sums[i, k, 1], sums[i, k, 2]
        b1, b2, b3 = sums[j, k, 0], sums[j, k, 1], sums[j, k, 2]
        if k == h:
            a1, a2, a3 = a1 - y[0], a2 - y[1], a3 - y[2]
        if k == g:
            b1, b2, b3 = b1 - y[1], b2 - y[0], b3 - y[2]
        if a1 != 0 or a2 != 0 or a3 != 0:
            for t in range(4):
                w = background[h, k, t]
                m[t] -= (a1 + a2 + a3) * w
                m[4 + t] += a1 * w
                m[8 + t] += a2 * w
                m[12 + t] += a3 * w
        if b1 != 0 or b2 != 0 or b3 != 0:
            for s in range(4):
                w = background[g, k, s]
                m[4 * s] -= (b1 + b2 + b3) * w
                m[4 * s + 1] += b1 * w
                m[4 * s + 2] += b2 * w
                m[4 * s + 3] += b3 * w
    for s in range(3):
        for t in range(3):
            value = shared[3 * s + t]
            m[0] += value
            m[t + 1] -= value
            m[4 * (s + 1)] -= value
            m[4 * (s + 1) + t + 1] += value


@compiled
def _of_stored(  # type: ignore[no-untyped-def]
    holders, others, excess, groups, background, both, sums, shared, classes, first, stop
):
    """(16, 16) of the stored dyads first ... stop - 1."""
    result = np.zeros((16, 16))
    m, counts, made = np.empty(16), np.empty((4, 16)), np.empty(16)
    x = np.empty(4)
    for p in range(first, stop):
        i, j = holders[p], others[p]
        _third_neurons(i, j, excess[p], groups, background, both, sums, shared[p], m)
        x[:] = background[groups[i], groups[j]]
        x[0] -= excess[p, 0] + excess[p, 1] + excess[p, 2]
        for s in range(3):
            x[s + 1] += excess[p, s]
        _add_dyad(x, m, classes, counts, made, result, 1.0)
    for c in range(16):
        for d in range(c):
            result[c, d] = result[d, c]
    return result


def _of_unseen(
    table: DyadTable, near: Neighbours, sums: Floats, both: Floats, classes: NDArray[np.int64]
) -> Floats:
    """(16, 16) of the pairs that are not stored: all of them, or a sample of larger graphs."""
    parts = (table.groups, table.background, both, sums, classes)
    if table.n_nodes <= ALL_PAIRS_UP_TO:
        result: Floats = _of_all_unseen(*near, *parts)
        return result
    rng = np.random.default_rng(0)
    # Pairs of neurons with many partners matter most: drawn as often as they have, or nearly.
    share = np.diff(near[0]) + np.diff(near[0]).mean() + 1.0
    share /= share.sum()
    one, two = (rng.choice(table.n_nodes, SAMPLED_PAIRS, p=share) for _ in range(2))
    weight = 0.5 / (SAMPLED_PAIRS * share[one] * share[two])
    sampled: Floats = _of_some_unseen(*near, *parts, one, two, weight)
    return sampled


def neighbours(table: DyadTable) -> Neighbours:
    """Stored dyads of each rank from both ends: (N + 1,) indptr, (2 P,) partner, (2 P, 3) excess."""
    ends = np.concatenate([table.holders, table.others])
    partner = np.concatenate([table.others, table.holders])
    excess = np.concatenate([table.excess, table.excess[:, [1, 0, 2]]])
    order = np.lexsort((partner, ends))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=table.n_nodes))])
    return indptr, partner[order], np.ascontiguousarray(excess[order])


@compiled
def _of_all_unseen(  # type: ignore[no-untyped-def]
    indptr, partner, excess, groups, background, both, sums, classes
):
    """(16, 16) of every pair that is not stored."""
    n = groups.shape[0]
    result = np.zeros((16, 16))
    m, counts, made = np.empty(16), np.empty((4, 16)), np.empty(16)
    nothing = np.zeros(3)
    shared = np.zeros((n, 9))
    joined = np.zeros(n, np.bool_)
    for i in range(n):
        for e in range(indptr[i], indptr[i + 1]):
            k = partner[e]
            joined[k] = True
            for f in range(indptr[k], indptr[k + 1]):
                j = partner[f]
                if j <= i:
                    continue
                # Seen from j, the dyad with k runs the other way.
                for s in range(3):
                    shared[j, 3 * s] += excess[e, s] * excess[f, 1]
                    shared[j, 3 * s + 1] += excess[e, s] * excess[f, 0]
                    shared[j, 3 * s + 2] += excess[e, s] * excess[f, 2]
        for j in range(i + 1, n):
            if not joined[j]:
                x = background[groups[i], groups[j]]
                _third_neurons(i, j, nothing, groups, background, both, sums, shared[j], m)
                _add_dyad(x, m, classes, counts, made, result, 1.0)
            shared[j] = 0.0
        for e in range(indptr[i], indptr[i + 1]):
            joined[partner[e]] = False
    for c in range(16):
        for d in range(c):
            result[c, d] = result[d, c]
    return result


@compiled
def _of_some_unseen(  # type: ignore[no-untyped-def]
    indptr, partner, excess, groups, background, both, sums, classes, one, two, weight
):
    """(16, 16) of pairs one[p], two[p], each with its weight; pairs that are stored add nothing."""
    result = np.zeros((16, 16))
    m, counts, made = np.empty(16), np.empty((4, 16)), np.empty(16)
    nothing, shared = np.zeros(3), np.empty(9)
    for p in range(one.shape[0]):
        i, j = one[p], two[p]
        if i == j:
            continue
        shared[:] = 0.0
        stored = False
        e, f = indptr[i], indptr[j]
        while e < indptr[i + 1] and partner[e] < j:
            e += 1
        stored = e < indptr[i + 1] and partner[e] == j
        if stored:
            continue
        e = indptr[i]
        while e < indptr[i + 1] and f < indptr[j + 1]:
            if partner[e] < partner[f]:
                e += 1
            elif partner[e] > partner[f]:
                f += 1
            else:
                for s in range(3):
                    for t in range(3):
                        shared[3 * s + t] += excess[e, s] * excess[f, t]
                e += 1
                f += 1
        x = background[groups[i], groups[j]]
        _third_neurons(i, j, nothing, groups, background, both, sums, shared, m)
        _add_dyad(x, m, classes, counts, made, result, weight[p])
    for c in range(16):
        for d in range(c):
            result[c, d] = result[d, c]
    return result
