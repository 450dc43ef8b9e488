"""Triad sums: unbiased counts of the 16 classes over all triples, from the dyads that were seen.

With b the background of a pair and y how far a stored dyad differs from it, the three dyads of a
triple contribute (b + y)(b + y)(b + y). Expanded: triples of backgrounds from the sizes of groups,
one y from sums over dyads, two from sums over the dyads of each neuron, and three from triangles of
stored dyads. Only these last are enumerated, as in the triad census.
"""

from __future__ import annotations

import numpy as np

from ...compiled import compiled
from ..rate_table import Floats
from .dyad_states import FROM_THE_OTHER_END, class_tensor, lift
from .dyad_table import DyadTable


def by_neuron(table: DyadTable) -> Floats:
    """(N, G, 3) sum of the excess of each neuron's dyads, seen from it, by its partner's group."""
    n, groups = table.n_nodes, table.n_groups
    holders, others = table.holders, table.others
    sums = np.zeros((n * groups, 3))
    for state in range(3):
        back = FROM_THE_OTHER_END[state + 1] - 1
        sums[:, state] = np.bincount(
            holders.astype(np.int64) * groups + table.groups[others],
            table.excess[:, state],
            n * groups,
        ) + np.bincount(
            others.astype(np.int64) * groups + table.groups[holders],
            table.excess[:, back],
            n * groups,
        )
    return sums.reshape(n, groups, 3)


def pairs_of_backgrounds(table: DyadTable) -> Floats:
    """(G, G, 4, 4) sum over third neurons of the backgrounds that both ends of a dyad have with it."""
    b, size = table.background, np.bincount(table.groups, minlength=table.n_groups)
    each = np.arange(table.n_groups)
    own = b[each, each]
    everyone: Floats = np.einsum("gks,hkt,k->ghst", b, b, size.astype(np.float64))
    everyone -= np.einsum("gs,hgt->ghst", own, b) + np.einsum("ghs,ht->ghst", b, own)
    return everyone


def triad_sums(table: DyadTable, sums: Floats, triangles: Floats) -> Floats:
    """(16,) unbiased counts.

    Parameters
    ----------
    sums : (N, G, 3)
        From `by_neuron`.
    triangles : (3, 3, 3)
        Products of the excesses of all triangles, from `triangle_products`.
    """
    tensor, up = class_tensor(), lift()
    one = np.einsum("cstu,sa->catu", tensor, up)
    two = np.einsum("catu,tb->cabu", one, up)
    three = np.einsum("cabu,ud->cabd", two, up)
    groups, b = table.n_groups, table.background
    result = _of_backgrounds(table)
    holders = table.holders
    cell = table.groups[holders].astype(np.int64) * groups + table.groups[table.others]
    per_cell = np.stack(
        [np.bincount(cell, table.excess[:, s], groups * groups) for s in range(3)], axis=-1
    ).reshape(groups, groups, 3)
    result += np.einsum("gha,ghtu,catu->c", per_cell, pairs_of_backgrounds(table), one)
    flat = sums.reshape(len(sums), groups * 3)
    both = (flat.T @ flat).reshape(groups, 3, groups, 3)
    result += 0.5 * np.einsum("gahb,ghu,cabu->c", both, b, two, optimize=True)
    each = np.arange(groups)
    result -= 0.5 * np.einsum("gab,gu,cabu->c", _squares(table), b[each, each], two)
    result += np.einsum("abd,cabd->c", triangles, three)
    return result


def _of_backgrounds(table: DyadTable) -> Floats:
    """(16,) counts where every triple has the backgrounds of its groups."""
    b = table.background
    size = np.bincount(table.groups, minlength=table.n_groups).astype(np.float64)
    eye = np.eye(table.n_groups)
    result = np.zeros(len(class_tensor()))
    for g in range(table.n_groups):
        same_h, same = eye[g], eye[g][None, :] + eye
        triples = size[g] * (size - same_h)[:, None] * (size[None, :] - same)
        products = np.einsum("hs,lt,hlu,hl->stu", b[g], b[g], b, triples, optimize=True)
        result += np.einsum("stu,cstu->c", products, class_tensor())
    return result / 6.0


def _squares(table: DyadTable) -> Floats:
    """(G, 3, 3) products of the excess of each dyad with itself, seen from both ends, by partner."""
    turned = table.excess[:, [s - 1 for s in FROM_THE_OTHER_END[1:]]]
    result = np.zeros((table.n_groups, 3, 3))
    for partner, excess in ((table.others, table.excess), (table.holders, turned)):
        group = table.groups[partner]
        for s in range(3):
            for t in range(3):
                result[:, s, t] += np.bincount(group, excess[:, s] * excess[:, t], table.n_groups)
    return result


@compiled
def triangle_products(indptr, others, excess, shared):  # type: ignore[no-untyped-def]
    """(3, 3, 3) products of the excesses of every triangle's dyads, summed.

    indptr, others, excess : of a `DyadTable`; shared : (P, 9) float64 of zeros or (0, 9), to which
    the products of the other two dyads of each triangle are added, as seen from the holder first and
    the other end second; not checked here.
    """
    n_nodes = indptr.shape[0] - 1
    place = np.zeros(n_nodes, np.int64)
    total = np.zeros((3, 3, 3))
    keep = shared.shape[0] > 0
    back = np.array([1, 0, 2])
    for a in range(n_nodes):
        begin, end = indptr[a], indptr[a + 1]
        if end - begin < 2:
            continue
        for j in range(begin, end):
            place[others[j]] = j + 1
        for j in range(begin + 1, end):
            b = others[j]
            for q in range(indptr[b], indptr[b + 1]):
                m = place[others[q]] - 1
                if m < 0:
                    continue
                for s in range(3):
                    for t in range(3):
                        product = excess[j, s] * excess[m, t]
                        for u in range(3):
                            total[s, t, u] += product * excess[q, u]
                if keep:
                    for s in range(3):
                        for t in range(3):
                            shared[j, 3 * s + t] += excess[m, s] * excess[q, t]
                            shared[m, 3 * s + t] += excess[j, s] * excess[q, back[t]]
                            shared[q, 3 * s + t] += excess[j, back[s]] * excess[m, back[t]]
        for j in range(begin, end):
            place[others[j]] = 0
    return total
