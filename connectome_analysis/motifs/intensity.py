"""Intensity and coherence: how strong triads are, and how even the weights of their edges.

Onnela, Saramaki, Kertesz and Kaski 2005, doi:10.1103/PhysRevE.71.065103. The intensity of a
subgraph is the geometric mean of its edges' weights, its coherence the geometric over the
arithmetic mean: 1 where all weights are equal, near 0 where one edge is much weaker.

Triangles are enumerated. Open triads are all wedges, two dyads at one neuron, less the wedges
whose far ends are joined. A sum of roots of products is a product of sums of roots, so that
the intensity of all wedges needs one pass over the dyads. Coherence has no such form; there the
dyads of a neuron are first grouped by weight, which for counts of synapses leaves few.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..graph import require_graph
from ..prefetch import prefetch
from ..threads import map_threads
from .dyads import OrientedDyads, ranked_dyads
from .triads import CONNECTED_TRIADS, TRIAD_NAMES, TRIADS, triad_class_of_codes

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

# Runs are the same for any number of threads and added in order: so are the last digits.
_NODES_AT_ONCE = 4096

_OUT, _IN, _MUTUAL = 0, 1, 2
_WEDGES = {
    "021D": (_OUT, _OUT),
    "021U": (_IN, _IN),
    "021C": (_OUT, _IN),
    "111D": (_IN, _MUTUAL),
    "111U": (_OUT, _MUTUAL),
    "201": (_MUTUAL, _MUTUAL),
}


def intensity(g: Graph, *, n_jobs: int | None = None) -> pd.DataFrame:
    r"""Intensity and coherence of the 13 connected triads.

    For an induced subgraph with edges of weight :math:`w_1 \ldots w_k`, intensity is
    :math:`(w_1 \cdots w_k)^{1/k}` and coherence is intensity over :math:`(w_1 + \ldots + w_k)/k`
    (Onnela et al. 2005, doi:10.1103/PhysRevE.71.065103). The two edges of a mutual pair are two
    weights.

    Parameters
    ----------
    g : Graph
        Self-loops are left out. Every weight must be above 0.
    n_jobs : int, optional
        Threads; by default all processors this process may use. The result does not depend on it.

    Returns
    -------
    DataFrame, 13 rows, index the MAN names of connected triads
        ``count``, int64, as in `triad_census`; ``total_intensity`` and ``mean_intensity``, in the
        unit of a weight; ``mean_coherence``, above 0 and at most 1. The means are NaN where the
        count is 0. Intensities scale with the weights, coherences do not.

    Raises
    ------
    ValueError
        Where a weight is not above 0.

    Notes
    -----
    Time grows with the triangles and, for coherence, with pairs of different weights at each
    neuron: little for counts of synapses; all wedges where every weight is different, which is
    about a second for 300 million of them.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], weight=[1, 2, 4])
    >>> ca.motifs.intensity(g).loc["030T"].round(4).tolist()
    [1.0, 2.0, 2.0, 0.8571]
    """
    import pandas as pd

    require_graph(g)
    _require_positive(g)
    simple = g.without_self_loops()
    n_nodes = simple.n_nodes
    edges = (n_nodes, simple.out_sources, simple.out_indices)
    weighted = _weighted_dyads(*edges, simple.weights)
    every = np.stack(
        [_all_wedges(weighted), _wedge_intensity(weighted), _coherence(weighted, n_jobs)]
    )
    count, total, coherence = _classes(every, _triangles(weighted, n_jobs))
    none = count == 0
    table = pd.DataFrame(
        {"count": count.astype(np.int64), "total_intensity": np.ldexp(total, weighted.exponent)},
        index=pd.Index(CONNECTED_TRIADS, name="motif", dtype=object),
    )
    number = np.where(none, np.nan, count)
    table["mean_intensity"] = table["total_intensity"] / number
    table["mean_coherence"] = np.minimum(coherence / number, 1.0)
    table.attrs = {"graph": g.name, "weight_meaning": g.weight_meaning}
    return table


def intensity_of_edges(
    n_nodes: int,
    senders: NDArray[np.int32],
    receivers: NDArray[np.int32],
    weights: NDArray[Any],
    n_jobs: int | None = 1,
) -> NDArray[np.float64]:
    """(13,) total intensity of the connected triads, in the order of ``CONNECTED_TRIADS``.

    For null models; faster than `intensity`, as it leaves coherence out.

    Parameters
    ----------
    n_nodes : int
    senders, receivers : (E,) int32
        A simple graph without self-loops, dense indices in any order.
    weights : (E,) array
        Of each edge; all above 0, which is not checked here.
    n_jobs : int, optional

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], weight=[1, 2, 4])
    >>> edges = g.out_sources, g.out_indices
    >>> total = ca.motifs.intensity_of_edges(3, *edges, g.weights)
    >>> round(float(total[ca.motifs.CONNECTED_TRIADS.index("030T")]), 12)
    2.0
    """
    weighted = _weighted_dyads(n_nodes, senders, receivers, weights)
    every = np.stack([_all_wedges(weighted), _wedge_intensity(weighted)])
    _, total = _classes(every, _triangles(weighted, n_jobs)[:, :2])
    scaled: NDArray[np.float64] = np.ldexp(total, weighted.exponent)
    return scaled


# ---------------------------------------------------------------- weights of dyads


class _WeightedDyads(NamedTuple):
    """Oriented dyads with what intensity and coherence need to know of each.

    Attributes
    ----------
    dyads : OrientedDyads
    facts : (P, 4) float64
        Side by side, as a triangle needs all of them: the product of the dyad's weights to the
        power 1/k, where k is the number of edges of a wedge of this dyad with an asymmetric one;
        the same for a wedge with a mutual one; the sum of its weights; the logarithm of their
        product.
    exponent : int
        Weights were divided by ``2**exponent``.
    """

    dyads: OrientedDyads
    facts: NDArray[np.float64]
    exponent: int


def _weighted_dyads(
    n_nodes: int, senders: NDArray[np.int32], receivers: NDArray[np.int32], weights: NDArray[Any]
) -> _WeightedDyads:
    dyads, _, rank = ranked_dyads(n_nodes, senders, receivers)
    strengths = np.asarray(weights, dtype=np.float64)
    exponent = 0
    if len(strengths):
        # Divided by a power of two, which is exact, products and sums stay far from infinity.
        ends = np.frexp([strengths.min(), strengths.max()])[1]
        exponent = int(ends.sum()) // 2
        strengths = np.ldexp(strengths, -exponent)
    forward, backward = _both_weights(
        dyads.indptr, dyads.codes, rank[senders], rank[receivers], strengths
    )
    mutual = (forward > 0) & (backward > 0)
    one, other = np.where(forward > 0, forward, backward), np.where(mutual, backward, 1.0)
    third = np.cbrt(one) * np.cbrt(other)
    half = np.sqrt(one) * np.sqrt(other)
    facts = np.empty((len(one), 4))
    facts[:, 0] = np.where(mutual, third, half)
    facts[:, 1] = np.where(mutual, np.sqrt(half), third)
    facts[:, 2] = forward + backward
    facts[:, 3] = np.log(one) + np.log(other)
    return _WeightedDyads(dyads, facts, exponent)


@compiled
def _both_weights(indptr, codes, senders, receivers, weights):  # type: ignore[no-untyped-def]
    """(P,) weight from the holder to the other, and back; 0 where there is no edge.

    indptr, codes as in `OrientedDyads`; senders, receivers : (E,) int32 ranks, every pair of them
    in the lists; weights : (E,) float64; not checked here.
    """
    forward, backward = np.zeros(codes.shape[0]), np.zeros(codes.shape[0])
    for e in range(senders.shape[0]):
        holder, other = max(senders[e], receivers[e]), min(senders[e], receivers[e])
        low, high = indptr[holder], indptr[holder + 1]
        while low < high:
            middle = (low + high) >> 1
            if np.int64(codes[middle] >> np.uint32(2)) < other:
                low = middle + 1
            else:
                high = middle
        if senders[e] == holder:
            forward[low] = weights[e]
        else:
            backward[low] = weights[e]
    return forward, backward


def _require_positive(g: Graph) -> None:
    wrong = np.flatnonzero(~(g.weights > 0))
    if len(wrong):
        edge = wrong[0]
        pre, post = g.node_ids[g.out_sources[edge]], g.node_ids[g.out_indices[edge]]
        msg = (
            f"Intensity is a geometric mean and needs weights above 0, got {g.weights[edge]} from "
            f"{pre} to {post} ({len(wrong)} such edges). Take strengths apart from signs: "
            "g.with_edges(g.out_sources, g.out_indices, abs(g.weights)), with the signs as colors "
            "of ca.motifs.colored_census."
        )
        raise ValueError(msg)


# ---------------------------------------------------------------- sums over wedges and triangles


def _classes(every: NDArray[np.float64], closed: NDArray[np.float64]) -> NDArray[np.float64]:
    """(S, 13) sums over the connected triads of S statistics.

    every : (S, 3, 3) sums over all wedges by kinds of their two dyads; closed : (73, S), the first
    64 rows sums over triangles by dyad codes, the rest sums over their wedges.
    """
    by_class = np.zeros((len(every), len(TRIAD_NAMES)))
    np.add.at(by_class.T, triad_class_of_codes(), closed[:64])
    joined = closed[64:].T.reshape(len(every), 3, 3)
    joined = joined + np.tril(joined, -1).transpose(0, 2, 1)
    for name, (one, other) in _WEDGES.items():
        # Sums are not exact: none at all must still be none, and no sum is below 0.
        left = np.maximum(every[:, one, other] - joined[:, one, other], 0.0)
        by_class[:, TRIAD_NAMES.index(name)] = np.where(left[0] > 0, left, 0.0)
    return by_class[:, [TRIAD_NAMES.index(name) for name in CONNECTED_TRIADS]]


def _all_wedges(weighted: _WeightedDyads) -> NDArray[np.float64]:
    """(3, 3) number of wedges by kinds; exact below 2**53."""
    dyads = weighted.dyads
    kinds = (dyads.asymmetric_out, dyads.asymmetric_in, dyads.mutual)
    counts = np.zeros((3, 3))
    for i, one in enumerate(kinds):
        counts[i, i] = (one * (one - 1) // 2).sum()
        for j in range(i + 1, 3):
            counts[i, j] = (one * kinds[j]).sum()
    return counts


def _wedge_intensity(weighted: _WeightedDyads) -> NDArray[np.float64]:
    """(3, 3) intensity summed over all wedges by kinds: at a neuron, a product of sums of roots."""
    dyads = weighted.dyads
    sums = _sums_at_nodes(dyads.indptr, dyads.codes, weighted.facts)  # (3 kinds, 3 quantities, N)
    total = np.zeros((3, 3))
    for kind in range(3):
        total[kind, kind] = sums[kind, 2].sum()
    total[_OUT, _IN] = (sums[_OUT, 0] * sums[_IN, 0]).sum()
    for kind in (_OUT, _IN):
        total[kind, _MUTUAL] = (sums[kind, 1] * sums[_MUTUAL, 0]).sum()
    return total


@compiled
def _sums_at_nodes(indptr, codes, facts):  # type: ignore[no-untyped-def]
    """(3, 3, N) sums over each neuron's dyads by kind: of both roots, and over pairs of own roots.

    The own root is the one for a wedge of two dyads of this kind; pairs are summed as each dyad
    meets the sum so far, since (S**2 - sum of squares) / 2 would cancel. indptr, codes as in
    `OrientedDyads`, facts : (P, 4) as in `_WeightedDyads`; not checked here.
    """
    n_nodes = indptr.shape[0] - 1
    sums = np.zeros((3, 3, n_nodes))
    for a in range(n_nodes):
        for j in range(indptr[a], indptr[a + 1]):
            b = np.int64(codes[j] >> np.uint32(2))
            kind = np.int64(codes[j] & np.uint32(3)) - 1
            turned = kind if kind == 2 else 1 - kind
            own = facts[j, kind // 2]
            for v, seen in ((a, kind), (b, turned)):
                sums[seen, 2, v] += own * sums[seen, kind // 2, v]
                sums[seen, 0, v] += facts[j, 0]
                sums[seen, 1, v] += facts[j, 1]
    return sums


def _in_runs(
    work: Callable[[int, int], NDArray[np.float64]], n_nodes: int, n_jobs: int | None
) -> NDArray[np.float64]:
    """Sum of ``work(first, stop)`` over runs of neurons, in order."""
    runs = range(0, max(n_nodes, 1), _NODES_AT_ONCE)
    parts = map_threads(
        lambda first: work(first, min(first + _NODES_AT_ONCE, n_nodes)), runs, n_jobs
    )
    total = next(parts)
    for part in parts:
        total = total + part
    return total


def _triangles(weighted: _WeightedDyads, n_jobs: int | None) -> NDArray[np.float64]:
    """(73, 3) number, intensity and coherence: of triangles by dyad codes, then of their wedges."""
    dyads = weighted.dyads
    edges_of_codes = np.array(
        [
            TRIADS[TRIAD_NAMES[i]].mutual * 2 + TRIADS[TRIAD_NAMES[i]].asymmetric
            for i in triad_class_of_codes()
        ],
        dtype=np.float64,
    )
    return _in_runs(
        lambda first, stop: _triangle_sums(
            dyads.indptr,
            dyads.codes,
            weighted.facts,
            edges_of_codes,
            first,
            stop,
        ),
        len(dyads.indptr) - 1,
        n_jobs,
    )


@compiled
def _triangle_sums(indptr, codes, facts, n_edges, first, stop):  # type: ignore[no-untyped-def]
    """Sums over the triangles held by ranks first ... stop - 1.

    indptr, codes as in `OrientedDyads`; facts : (P, 4) float64 as in `_WeightedDyads`;
    n_edges : (64,) float64 by dyad codes; not checked here.
    """
    # Most look-ups miss: they read one byte, and where it is set the place is looked up elsewhere.
    mark = np.zeros(indptr.shape[0] - 1, np.uint8)
    at = np.empty(indptr.shape[0] - 1, np.uint32)
    sums = np.zeros((73, 3))
    two, three = np.uint32(2), np.uint32(3)
    for a in range(first, stop):
        begin, end = indptr[a], indptr[a + 1]
        if end - begin < 2:
            continue
        for j in range(begin, end):
            mark[codes[j] >> two] = 1
            at[codes[j] >> two] = np.uint32(j - begin)
            prefetch(codes, indptr[codes[j] >> two])  # the lists read next
        for ab in range(begin + 1, end):
            b = np.int64(codes[ab] >> two)
            for bc in range(indptr[b], indptr[b + 1]):
                if not mark[codes[bc] >> two]:
                    continue
                ac = begin + np.int64(at[codes[bc] >> two])
                kind_ab = np.int64(codes[ab] & three)
                kind_ac = np.int64(codes[ac] & three)
                kind_bc = np.int64(codes[bc] & three)
                place = kind_ab << 4 | kind_ac << 2 | kind_bc
                k = n_edges[place]
                strength = np.exp((facts[ab, 3] + facts[ac, 3] + facts[bc, 3]) / k)
                sums[place, 0] += 1
                sums[place, 1] += strength
                sums[place, 2] += k * strength / (facts[ab, 2] + facts[ac, 2] + facts[bc, 2])
                # The wedges at a, b and c; a dyad seen from its other end is turned round.
                ba = 3 if kind_ab == 3 else 3 - kind_ab
                ca = 3 if kind_ac == 3 else 3 - kind_ac
                cb = 3 if kind_bc == 3 else 3 - kind_bc
                _add_wedge(sums, ab, ac, kind_ab, kind_ac, facts)
                _add_wedge(sums, ab, bc, ba, kind_bc, facts)
                _add_wedge(sums, ac, bc, ca, cb, facts)
        for j in range(begin, end):
            mark[codes[j] >> two] = 0
    return sums


@compiled
def _add_wedge(sums, i, j, kind_i, kind_j, facts):  # type: ignore[no-untyped-def]
    """Add one wedge of dyads i and j, of codes 1 to 3, to rows 64 ... 72; not checked here."""
    strength = facts[i, kind_j // 3] * facts[j, kind_i // 3]  # mutual is 3
    k = 2.0 + kind_i // 3 + kind_j // 3
    row = 64 + 3 * (kind_i - 1) + kind_j - 1
    sums[row, 0] += 1
    sums[row, 1] += strength
    sums[row, 2] += k * strength / (facts[i, 2] + facts[j, 2])


# ---------------------------------------------------------------- coherence of wedges


def _coherence(weighted: _WeightedDyads, n_jobs: int | None) -> NDArray[np.float64]:
    """(3, 3) coherence summed over all wedges by kinds."""
    dyads, facts = weighted.dyads, weighted.facts
    by_weight = np.argsort(facts[:, 2], kind="stable")
    indptr, places = _lists_by_weight(dyads.indptr, dyads.codes, by_weight)
    return _in_runs(
        lambda first, stop: _wedge_coherence(indptr, places, facts, first, stop),
        len(indptr) - 1,
        n_jobs,
    )


@compiled
def _lists_by_weight(indptr, codes, order):  # type: ignore[no-untyped-def]
    """Every dyad at both its ends, lightest first: (N + 1,) offsets and (2P,) int64 entries.

    An entry is ``place << 2 | code``, the dyad's place in `codes` and its code as this end sees
    it. indptr, codes as in `OrientedDyads`; order : (P,) int64, places by weight; not checked here.
    """
    n_nodes = indptr.shape[0] - 1
    holder = np.empty(codes.shape[0], np.int32)
    offsets = np.zeros(n_nodes + 1, np.int64)
    for a in range(n_nodes):
        offsets[a + 1] += indptr[a + 1] - indptr[a]
        for j in range(indptr[a], indptr[a + 1]):
            holder[j] = a
            offsets[np.int64(codes[j] >> np.uint32(2)) + 1] += 1
    for v in range(n_nodes):
        offsets[v + 1] += offsets[v]
    place = offsets[:-1].copy()
    entries = np.empty(2 * codes.shape[0], np.int64)
    for i in range(order.shape[0]):
        j = order[i]
        a, b = holder[j], np.int64(codes[j] >> np.uint32(2))
        code = np.int64(codes[j] & np.uint32(3))
        entries[place[a]] = j << 2 | code
        entries[place[b]] = j << 2 | (3 if code == 3 else 3 - code)
        place[a] += 1
        place[b] += 1
    return offsets, entries


@compiled
def _wedge_coherence(indptr, entries, facts, first, stop):  # type: ignore[no-untyped-def]
    """Coherence of all wedges at ranks first ... stop - 1, by kinds.

    indptr, entries as `_lists_by_weight` makes them; facts : (P, 4) as in `_WeightedDyads`; not
    checked here. Dyads of a kind that have equal weights are one group.
    """
    sums = np.zeros((3, 3))
    largest = 0
    for v in range(first, stop):
        largest = max(largest, indptr[v + 1] - indptr[v])
    # By kind and group: both roots, the sum of weights, how many dyads.
    plain, beside_mutual = np.empty((3, largest)), np.empty((3, largest))
    weight, number = np.empty((3, largest)), np.empty((3, largest))
    size = np.zeros(3, np.int64)
    for v in range(first, stop):
        size[:] = 0
        for i in range(indptr[v], indptr[v + 1]):
            j, kind = entries[i] >> 2, (entries[i] & 3) - 1
            last = size[kind] - 1
            if last >= 0 and weight[kind, last] == facts[j, 2] and plain[kind, last] == facts[j, 0]:
                number[kind, last] += 1
            else:
                plain[kind, last + 1] = facts[j, 0]
                beside_mutual[kind, last + 1] = facts[j, 1]
                weight[kind, last + 1] = facts[j, 2]
                number[kind, last + 1] = 1
                size[kind] += 1
        for kind in range(3):
            own = beside_mutual[kind] if kind == 2 else plain[kind]
            k = 4.0 if kind == 2 else 2.0
            sums[kind, kind] += k * _within(own, weight[kind], number[kind], size[kind])
        sums[0, 1] += 2 * _between(
            plain[0], weight[0], number[0], size[0], plain[1], weight[1], number[1], size[1]
        )
        for kind in range(2):
            sums[kind, 2] += 3 * _between(
                beside_mutual[kind],
                weight[kind],
                number[kind],
                size[kind],
                plain[2],
                weight[2],
                number[2],
                size[2],
            )
    return sums


@compiled
def _within(root, weight, number, size):  # type: ignore[no-untyped-def]
    """Sum of root * root / (weight + weight) over pairs of dyads in `size` groups."""
    total = 0.0
    for i in range(size):
        total += number[i] * (number[i] - 1) / 2 * root[i] * root[i] / (2 * weight[i])
        part = 0.0
        for j in range(i):
            part += number[j] * root[j] / (weight[i] + weight[j])
        total += part * number[i] * root[i]
    return total


@compiled
def _between(root, weight, number, size, root2, weight2, number2, size2):  # type: ignore[no-untyped-def]
    """Sum of root * root2 / (weight + weight2) over pairs of a dyad of each list of groups."""
    total = 0.0
    for i in range(size):
        part = 0.0
        for j in range(size2):
            part += number2[j] * root2[j] / (weight[i] + weight2[j])
        total += part * number[i] * root[i]
    return total
