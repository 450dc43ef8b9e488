"""Clustering: how often two partners of a neuron are joined to each other, neuron by neuron.

Triangles are enumerated once, from the oriented dyads of `motifs`, and each is entered at its three
corners: the work is that of a triad census, not a product of matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..graph import require_graph
from ..motifs.dyads import FORWARD, MUTUAL, OrientedDyads, oriented_dyads
from ..prefetch import prefetch
from ..threads import map_threads, thread_count
from .choice import require_choice
from .per_neuron import per_neuron, strengths

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

Kind = Literal["undirected", "fagiolo", "out_neighbors", "weighted", "barrat"]
Undefined = Literal["zero", "nan"]
Floats = NDArray[np.float64]

PATTERNS = ("cycle", "middleman", "in", "out")
# Runs go by the size of the graph alone, so that sums of floats do not depend on the threads.
_RUNS, _SMALL = 32, 50_000


def clustering(
    g: Graph,
    kind: Kind = "undirected",
    *,
    undefined: Undefined = "zero",
    n_jobs: int | None = None,
) -> pd.Series[float]:
    """Local clustering coefficient of each neuron.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    kind : {"undirected", "fagiolo", "out_neighbors", "weighted", "barrat"}
        With a = the adjacency matrix without self-loops, d = in- plus out-degree, m = number of
        mutual partners and k = number of partners of neuron i:

        - ``"undirected"``: joined pairs among its partners / (k (k - 1) / 2), directions ignored.
          Watts and Strogatz 1998, doi:10.1038/30918.
        - ``"fagiolo"``: directed triangles at i, ((a + aT)^3)_ii / (2 (d (d - 1) - 2 m)).
          Fagiolo 2007, doi:10.1103/PhysRevE.76.026107.
        - ``"out_neighbors"``: density of edges among the neurons it sends to,
          (a a aT)_ii / (out (out - 1)). The C of Varshney et al. 2011,
          doi:10.1371/journal.pcbi.1001066, and Fagiolo's pattern ``out``.
        - ``"weighted"``: as ``"fagiolo"`` with (w / max w)^(1/3) for a above the line; the line
          below keeps degrees. Fagiolo 2007, after Onnela et al. 2005,
          doi:10.1103/PhysRevE.71.065103.
        - ``"barrat"``: sum over pairs of partners j, l that are joined of (w_ij + w_il) /
          (s (k - 1)), where w_ij is the weight of both directions together and s the sum of
          w_ij over j. Barrat et al. 2004, doi:10.1073/pnas.0400087101.
    undefined : {"zero", "nan"}
        What a neuron gets that has no pair of partners to be joined (fewer than two partners,
        for ``"out_neighbors"`` fewer than two that it sends to). networkx says 0.
    n_jobs : int, optional
        Threads; by default all processors this process may use. The result does not depend on it.

    Returns
    -------
    (N,) Series of float64 in [0, 1], index ``node_id``

    Raises
    ------
    ValueError
        Where a weight is below 0 and the kind uses weights.

    Examples
    --------
    A triangle, and a neuron on one of its corners:

    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3, 1], [2, 3, 1, 4])
    >>> ca.measures.clustering(g).round(3).to_dict()
    {1: 0.333, 2: 1.0, 3: 1.0, 4: 0.0}
    >>> ca.measures.clustering(g, "fagiolo", undefined="nan").round(3).to_dict()
    {1: 0.167, 2: 0.5, 3: 0.5, 4: nan}
    """
    require_graph(g)
    require_choice("kind", kind, get_args(Kind))
    require_choice("undefined", undefined, get_args(Undefined))
    thread_count(n_jobs)
    simple = g.without_self_loops()
    if kind == "out_neighbors":
        patterns = clustering_patterns(simple, undefined=undefined, n_jobs=n_jobs)
        return patterns["out"].rename("clustering")
    lists = _Lists.of(simple)
    partners = lists.dyads.asymmetric_out + lists.dyads.asymmetric_in + lists.dyads.mutual
    if kind == "undirected":
        every = np.ones(len(lists.dyads.codes), dtype=np.int8)
        found = 2 * lists.triangles(_add_products, every, 1, np.int64, n_jobs)
        possible = partners * (partners - 1)
    elif kind == "barrat":
        forward, backward = lists.both_ways(strengths(simple, weighted=True))
        both = forward + backward
        found = lists.triangles(_add_sums, both, 1, np.float64, n_jobs)
        possible = lists.sums_of_dyads(both) * (partners - 1)
    else:
        if kind == "fagiolo":
            code = lists.dyads.codes & np.uint32(MUTUAL)
            joined = np.where(code == MUTUAL, 2, 1).astype(np.int8)
            found = lists.triangles(_add_products, joined, 1, np.int64, n_jobs)
        else:
            forward, backward = lists.both_ways(_cube_roots(simple))
            both = forward + backward
            found = lists.triangles(_add_products, both, 1, np.float64, n_jobs)
        total = partners + lists.dyads.mutual
        possible = total * (total - 1) - 2 * lists.dyads.mutual
    ratio = _shares(found[:, 0], possible, undefined)
    return per_neuron(g, lists.by_node(ratio), "clustering")


def mean_clustering(
    g: Graph,
    kind: Kind = "undirected",
    *,
    undefined: Undefined = "zero",
    n_jobs: int | None = None,
) -> float:
    """Mean of the local clustering coefficients.

    Parameters
    ----------
    g, kind, n_jobs
        As for `clustering`.
    undefined : {"zero", "nan"}
        Neurons without a pair of partners count as 0, as in networkx and in most papers on
        connectomes, or (``"nan"``) are left out of the mean.

    Returns
    -------
    float
        NaN where there is no neuron to take the mean of.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3, 1], [2, 3, 1, 4])
    >>> round(ca.measures.mean_clustering(g), 4)
    0.5833
    >>> round(ca.measures.mean_clustering(g, undefined="nan"), 4)
    0.7778
    """
    return float(clustering(g, kind, undefined=undefined, n_jobs=n_jobs).mean())


def clustering_patterns(
    g: Graph,
    *,
    weighted: bool = False,
    undefined: Undefined = "zero",
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Fagiolo's clustering coefficient of each neuron, split by the shape of the triangle.

    Fagiolo 2007, doi:10.1103/PhysRevE.76.026107. With a the adjacency matrix without self-loops
    (or (w / max w)^(1/3)), in and out the degrees and m the number of mutual partners:

    - ``cycle``: i sends round a cycle, (a^3)_ii / (in out - m)
    - ``middleman``: i passes on, beside a direct edge, (a aT a)_ii / (in out - m)
    - ``in``: two that send to i are joined, (aT a^2)_ii / (in (in - 1))
    - ``out``: two that i sends to are joined, (a^2 aT)_ii / (out (out - 1))

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    weighted : bool
    undefined : {"zero", "nan"}
        What stands where no triangle of the kind is possible.
    n_jobs : int, optional

    Returns
    -------
    DataFrame of float64, one row per neuron, index ``node_id``
        ``cycle``, ``middleman``, ``in``, ``out``.

    Examples
    --------
    A feed-forward loop:

    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3])
    >>> ca.measures.clustering_patterns(g).loc[2].to_dict()
    {'cycle': 0.0, 'middleman': 1.0, 'in': 0.0, 'out': 0.0}
    """
    import pandas as pd

    require_graph(g)
    require_choice("undefined", undefined, get_args(Undefined))
    thread_count(n_jobs)
    simple = g.without_self_loops()
    lists = _Lists.of(simple)
    edges = lists.edges_of_dyads(_cube_roots(simple) if weighted else None)
    kind = np.float64 if weighted else np.int64
    found = lists.triangles(_add_patterns, edges, len(PATTERNS), kind, n_jobs)
    mutual = lists.dyads.mutual
    out, into = lists.dyads.asymmetric_out + mutual, lists.dyads.asymmetric_in + mutual
    possible = (out * into - mutual, out * into - mutual, into * (into - 1), out * (out - 1))
    columns = {
        name: lists.by_node(_shares(found[:, i], possible[i], undefined))
        for i, name in enumerate(PATTERNS)
    }
    return pd.DataFrame(columns, index=pd.Index(g.node_ids, name="node_id"))


def _cube_roots(g: Graph) -> Floats:
    weights = strengths(g, weighted=True)
    return np.cbrt(weights / weights.max()) if len(weights) else weights


def _shares(found: NDArray[Any], possible: NDArray[Any], undefined: str) -> Floats:
    shares = np.full(len(found), 0.0 if undefined == "zero" else np.nan)
    np.divide(found, possible, out=shares, where=possible > 0)
    return shares


class _Lists(NamedTuple):
    """Oriented dyads of a graph, and the node that stands at each rank."""

    graph: Graph
    dyads: OrientedDyads
    nodes: NDArray[np.int64]

    @classmethod
    def of(cls, g: Graph) -> _Lists:
        # Ranks are by falling degree, equal ones in the order of nodes.
        nodes = np.argsort(-(g.out_degree + g.in_degree), kind="stable")
        return cls(g, oriented_dyads(g.n_nodes, g.out_sources, g.out_indices), nodes)

    def by_node(self, by_rank: Floats) -> Floats:
        values = np.empty_like(by_rank)
        values[self.nodes] = by_rank
        return values

    def triangles(
        self,
        add: Callable[..., Any],
        strength: NDArray[Any],
        width: int,
        kind: type[np.int64 | np.float64],
        n_jobs: int | None,
    ) -> NDArray[Any]:
        """(N, width) sums over the triangles at each rank."""
        indptr, codes = self.dyads.indptr, self.dyads.codes
        n_runs = _RUNS if len(codes) > _SMALL else 1
        bounds = np.searchsorted(indptr, np.linspace(0, len(codes), n_runs + 1))
        bounds[0], bounds[-1] = 0, len(indptr) - 1

        def one(run: int) -> NDArray[Any]:
            sums = np.zeros((len(indptr) - 1, width), dtype=kind)
            add(indptr, codes, strength, sums, bounds[run], bounds[run + 1])
            return sums

        total = np.zeros((len(indptr) - 1, width), dtype=kind)
        for part in map_threads(one, np.flatnonzero(np.diff(bounds)).tolist(), n_jobs):
            total += part
        return total

    def both_ways(self, values: Floats) -> tuple[Floats, Floats]:
        """(P,) values of the edge from each dyad's holder and of the edge back, 0 for none."""
        g = self.graph
        return _both_ways(  # type: ignore[no-any-return]
            g.out_indptr, g.out_indices, values, self.nodes, self.dyads.indptr, self.dyads.codes
        )

    def edges_of_dyads(self, values: Floats | None) -> NDArray[Any]:
        """(P, 2) `both_ways` side by side; 0 and 1 as int8 where no values are given."""
        if values is not None:
            return np.column_stack(self.both_ways(values))
        code = (self.dyads.codes & np.uint32(MUTUAL)).astype(np.int8)
        return np.column_stack([code & np.int8(FORWARD), code >> np.int8(1)])

    def sums_of_dyads(self, values: Floats) -> NDArray[Any]:
        """(N,) sum over the dyads of each rank."""
        holders = np.repeat(np.arange(len(self.nodes)), np.diff(self.dyads.indptr))
        others = (self.dyads.codes >> np.uint32(2)).astype(np.int64)
        n = len(self.nodes)
        return np.bincount(holders, values, n) + np.bincount(others, values, n)


# The kernels below walk the triangles of the ranks first ... stop - 1 as `motifs.triad_census` does:
# a holds b, and a and b both hold c. indptr and codes as in `OrientedDyads`; the strengths of
# dyads (P,) or (P, 2) are not below 0. Nothing is checked there.


@compiled
def _add_products(indptr, codes, strength, sums, first, stop):  # type: ignore[no-untyped-def]
    """sums : (N, 1), added to: at each corner the product of the triangle's three strengths."""
    mark = np.zeros(indptr.shape[0] - 1, strength.dtype)
    two = np.uint32(2)
    for a in range(first, stop):
        begin, end = indptr[a], indptr[a + 1]
        if end - begin < 2:
            continue
        for j in range(begin, end):
            mark[codes[j] >> two] = strength[j]
            prefetch(codes, indptr[codes[j] >> two])
        for j in range(begin + 1, end):
            if j + 2 < end:  # the list after the next, line of 16 by line
                ahead = codes[j + 2] >> two
                for q in range(indptr[ahead], indptr[ahead + 1], 16):
                    prefetch(codes, q)
            b = np.int64(codes[j] >> two)
            ab = strength[j]
            for q in range(indptr[b], indptr[b + 1]):
                c = np.int64(codes[q] >> two)
                ac = mark[c]
                if ac:
                    product = ab * ac * strength[q]
                    sums[a, 0] += product
                    sums[b, 0] += product
                    sums[c, 0] += product
        for j in range(begin, end):
            mark[codes[j] >> two] = 0


@compiled
def _add_sums(indptr, codes, strength, sums, first, stop):  # type: ignore[no-untyped-def]
    """sums : (N, 1), added to: at each corner the sum of the strengths of its two dyads."""
    mark = np.zeros(indptr.shape[0] - 1, strength.dtype)
    two = np.uint32(2)
    for a in range(first, stop):
        begin, end = indptr[a], indptr[a + 1]
        if end - begin < 2:
            continue
        for j in range(begin, end):
            mark[codes[j] >> two] = strength[j]
            prefetch(codes, indptr[codes[j] >> two])
        for j in range(begin + 1, end):
            b = np.int64(codes[j] >> two)
            ab = strength[j]
            for q in range(indptr[b], indptr[b + 1]):
                c = np.int64(codes[q] >> two)
                ac = mark[c]
                if ac:
                    bc = strength[q]
                    sums[a, 0] += ab + ac
                    sums[b, 0] += ab + bc
                    sums[c, 0] += ac + bc
        for j in range(begin, end):
            mark[codes[j] >> two] = 0


@compiled
def _add_patterns(indptr, codes, edges, sums, first, stop):  # type: ignore[no-untyped-def]
    """sums : (N, 4), added to: directed triangles at each corner in the order of `PATTERNS`.

    edges : (P, 2), from the holder and back. Of the eight ways to take one direction of each
    dyad two are cycles; each of the other six has a source, a middle and a sink.
    """
    mark = np.zeros((indptr.shape[0] - 1, 2), edges.dtype)
    two = np.uint32(2)
    for a in range(first, stop):
        begin, end = indptr[a], indptr[a + 1]
        if end - begin < 2:
            continue
        for j in range(begin, end):
            mark[codes[j] >> two, 0] = edges[j, 0]
            mark[codes[j] >> two, 1] = edges[j, 1]
            prefetch(codes, indptr[codes[j] >> two])
        for j in range(begin + 1, end):
            b = np.int64(codes[j] >> two)
            ab, ba = edges[j, 0], edges[j, 1]
            for q in range(indptr[b], indptr[b + 1]):
                c = np.int64(codes[q] >> two)
                ac, ca = mark[c, 0], mark[c, 1]
                if ac or ca:
                    bc, cb = edges[q, 0], edges[q, 1]
                    cycles = ab * bc * ca + ac * cb * ba
                    abc, acb = ab * bc * ac, ac * cb * ab
                    bac, bca = ba * ac * bc, bc * ca * ba
                    cab, cba = ca * ab * cb, cb * ba * ca
                    sums[a, 0] += cycles
                    sums[b, 0] += cycles
                    sums[c, 0] += cycles
                    sums[a, 1] += bac + cab
                    sums[b, 1] += abc + cba
                    sums[c, 1] += acb + bca
                    sums[a, 2] += bca + cba
                    sums[b, 2] += acb + cab
                    sums[c, 2] += abc + bac
                    sums[a, 3] += abc + acb
                    sums[b, 3] += bac + bca
                    sums[c, 3] += cab + cba
        for j in range(begin, end):
            mark[codes[j] >> two, 0] = 0
            mark[codes[j] >> two, 1] = 0


@compiled
def _place(indices, first, stop, wanted):  # type: ignore[no-untyped-def]
    """Where `wanted` stands in the ascending run first ... stop - 1; it must be there."""
    while first < stop:
        middle = (first + stop) >> 1
        if indices[middle] < wanted:
            first = middle + 1
        else:
            stop = middle
    return first


@compiled
def _both_ways(out_indptr, out_indices, values, nodes, indptr, codes):  # type: ignore[no-untyped-def]
    """Values of the two edges of every dyad. nodes : (N,) node at each rank; not checked here."""
    forward = np.zeros(codes.shape[0], np.float64)
    backward = np.zeros(codes.shape[0], np.float64)
    for a in range(indptr.shape[0] - 1):
        v = nodes[a]
        for j in range(indptr[a], indptr[a + 1]):
            u = nodes[codes[j] >> np.uint32(2)]
            code = codes[j] & np.uint32(3)
            if code & np.uint32(1):
                forward[j] = values[_place(out_indices, out_indptr[v], out_indptr[v + 1], u)]
            if code & np.uint32(2):
                backward[j] = values[_place(out_indices, out_indptr[u], out_indptr[u + 1], v)]
    return forward, backward
