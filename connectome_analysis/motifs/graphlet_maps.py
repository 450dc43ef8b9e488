"""Graphlet maps: in how many ways each graphlet of up to five nodes can be laid on a graph.

A map sends every node of a graphlet to a node of the graph and every edge to an edge; two nodes may
fall together. Maps rooted at an orbit, one number per neuron, are counted without enumerating them:

- trees by sums over partners: a leaf at the root multiplies by the degree, and moving the root out
  along an edge is one multiplication by the adjacency matrix;
- whatever hangs on triangles from the number of triangles over each edge;
- squares, pentagons and what is glued along their diagonals from the number of two-step walks
  from one neuron to all others, kept for one neuron at a time;
- what holds a clique of four from lists of triangles.

`graphlet_algebra` turns these into induced counts. To count patterns through their pieces is the
idea of ESCAPE and EVOKE (Pinar, Seshadhri and Vishal 2017, doi:10.1145/3038912.3052597;
Pashanasangi and Seshadhri 2020, doi:10.1145/3336191.3371773).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..threads import map_threads
from .graphlet_algebra import SINGLE_NODE, Numbers
from .graphlet_kernels import (
    CLIQUE_ORBITS,
    OWN_WALK_COLUMNS,
    WALK_ORBITS,
    clique_maps,
    fan_maps,
    far_edge_sums,
    four_cliques,
    partner_sums,
    square_counts,
    third_sums,
    walk_maps,
)
from .triangles import NumberedEdges, triangle_lists, triangles_per_edge

# A rooted map of a connected graphlet is one of a tree that spans it: where the trees fit, all fit.
_LIMIT = 2.0**62
# Every thread has a table of its own for all neurons; more would cost more than they save.
_MOST_TABLES = 16
_FLOATS = np.ones(1)
_INTEGERS = np.ones(1, dtype=np.int64)


def maps_of_graphlets(edges: NumberedEdges, size: int, threads: int) -> dict[int, Numbers]:
    """Count the maps of all graphlets up to a size, rooted at each rank.

    Parameters
    ----------
    edges : NumberedEdges
    size : {3, 4, 5}
        Nodes of the largest graphlets.
    threads : int

    Returns
    -------
    dict of orbit to (N,) int64, or of Python integers where 64 bits would not do
        `SINGLE_NODE` too.

    Raises
    ------
    ValueError
        Where even the walks from one neuron do not fit 64 bits.
    """
    exact = not _fits_64_bits(edges, size)
    parts = min(threads, _MOST_TABLES)
    over = _added(
        parts, lambda part: triangles_per_edge(edges.starts, edges.ends, part, parts)
    ).astype(np.int64)
    g = _Sums(edges, over, exact=exact)
    maps = _trees_and_triangles(g)
    if size >= 4:
        maps |= _four_nodes(g, maps, parts)
    if size >= 5:
        maps |= _five_nodes(g, maps, parts)
    return maps


class _Sums:
    """A graph, the triangles over its edges, and sums over partners in the numbers in use."""

    def __init__(self, edges: NumberedEdges, over: NDArray[np.int64], *, exact: bool) -> None:
        self.edges = edges
        self.over = over
        self.exact = exact
        self.n_nodes = len(edges.indptr) - 1
        self.degree = np.diff(edges.indptr)

    def numbers(self, values: NDArray[np.int64]) -> Numbers:
        """Integers of 64 bits as Python's where those are in use."""
        return values.astype(object) if self.exact else values

    def columns(self, table: NDArray[np.int64], orbits: tuple[int, ...]) -> dict[int, Numbers]:
        """The columns of a table of maps by their orbits."""
        return {
            orbit: self.numbers(column.copy())
            for orbit, column in zip(orbits, table.T, strict=True)
        }

    def partners(self, values: Numbers) -> Numbers:
        """(N,) sums of values over partners."""
        return self.weighted(values, None)

    def triangles(self, values: Numbers) -> Numbers:
        """(N,) sums over the two others of each triangle, in either order, of the first's value."""
        return self.weighted(values, self.over)

    def of_edges(self, values: NDArray[np.int64]) -> Numbers:
        """(N,) sums over a neuron's edges of values : (P,)."""
        return self.weighted(self.numbers(np.ones(self.n_nodes, dtype=np.int64)), values)

    def weighted(self, values: Numbers, of_edge: NDArray[np.int64] | None) -> Numbers:
        """(N,) sums of values : (N,) over partners, each times of_edge : (P,)."""
        edges = self.edges
        if not self.exact:
            weights = _INTEGERS if of_edge is None else of_edge
            sums: Numbers = partner_sums(edges.indptr, edges.indices, edges.number, weights, values)
            return sums
        terms = values[edges.indices]
        if of_edge is not None:
            terms = terms * of_edge[edges.number].astype(object)
        total = np.zeros(self.n_nodes, dtype=object)
        joined = np.flatnonzero(self.degree)
        if len(joined):
            total[joined] = np.add.reduceat(terms, edges.indptr[joined])
        return total


def _trees_and_triangles(g: _Sums) -> dict[int, Numbers]:
    d = g.numbers(g.degree)
    one = g.numbers(np.ones(g.n_nodes, dtype=np.int64))
    return {SINGLE_NODE: one, 0: d, 1: g.partners(d), 2: d * d, 3: g.triangles(one)}


def _four_nodes(g: _Sums, maps: dict[int, Numbers], parts: int) -> dict[int, Numbers]:
    edges, a, t = g.edges, g.partners, g.triangles
    d, ad, dd, triangle = maps[0], maps[1], maps[2], maps[3]
    squares = g.numbers(
        _added(
            parts,
            lambda part: square_counts(edges.indptr, edges.indices, edges.held, part, parts),
        )
    )
    table = _added(parts, lambda part: four_cliques(edges.starts, edges.ends, g.over, part, parts))
    diamonds, cliques = (g.numbers(column) for column in table.T)
    return {
        4: a(ad),
        5: d * ad,
        6: a(dd),
        7: dd * d,
        8: 2 * squares + dd + ad - d,  # true squares either way round; folded to paths and edges
        9: a(triangle),
        10: t(d),
        11: triangle * d,
        12: 2 * diamonds,
        13: g.of_edges(g.over * g.over),
        14: 6 * cliques,
    }


def _five_nodes(g: _Sums, maps: dict[int, Numbers], parts: int) -> dict[int, Numbers]:
    edges, over, degree, a, t = g.edges, g.over, g.degree, g.partners, g.triangles
    lists = triangle_lists(edges, over)
    of_lists = (*lists, over)
    steps = np.zeros(len(over), dtype=np.int64)
    leaves, first, times = _leaves(edges)
    walks = _added(
        parts,
        lambda part: walk_maps(
            edges.indptr,
            edges.indices,
            edges.number,
            edges.held,
            edges.ends,
            *of_lists,
            times,
            steps,
            part,
            parts,
        ),
    )
    own = np.array(OWN_WALK_COLUMNS)
    walks[leaves[:, None], own] = walks[first[:, None], own]
    edge_of = edges.number[edges.indptr[:-1][leaves]]
    steps[edge_of] = steps[edges.number[edges.indptr[:-1][first]]]
    cliques, on_edge = (
        sum(tables)
        for tables in zip(
            *_each(
                parts,
                lambda part: clique_maps(
                    edges.indptr, edges.starts, edges.ends, *of_lists, part, parts
                ),
            ),
            strict=True,
        )
    )
    gems, fans = fan_maps(
        g.n_nodes, edges.ends, lists.indptr, lists.to_first, lists.to_second, over
    )
    third_degree = third_sums(lists.indptr, lists.third, degree)
    end_degrees = degree[edges.ends]
    # Rooted at the far corner of a triangle: by what is on the edge opposite, in either order.
    opposite = {
        25: 2 * end_degrees[:, 0] * end_degrees[:, 1],
        40: over * (end_degrees[:, 0] + end_degrees[:, 1]),
        46: 2 * third_degree,
        52: 2 * steps,
        54: 2 * over * over,
        59: fans,
        65: 2 * on_edge,
    }
    corners = far_edge_sums(
        g.n_nodes, lists.indptr, lists.third, np.stack(list(opposite.values()), axis=1)
    )
    d, ad, dd, triangle = maps[0], maps[1], maps[2], maps[3]
    return (
        g.columns(walks, WALK_ORBITS)
        | g.columns(cliques, CLIQUE_ORBITS)
        | g.columns(gems, (60, 61))
        | g.columns(corners, tuple(opposite))
        | {
            15: a(a(ad)),
            16: d * a(ad),
            17: ad * ad,
            18: a(a(dd)),
            19: a(d * ad),
            20: d * a(dd),
            21: dd * ad,
            22: a(dd * d),
            23: dd * dd,
            24: a(t(d)),
            26: d * t(d),
            27: a(a(triangle)),
            28: d * a(triangle),
            29: t(ad),
            30: triangle * ad,
            31: a(triangle * d),
            32: t(dd),
            33: triangle * dd,
            35: a(maps[8]),
            38: maps[8] * d,
            39: a(maps[13]),
            41: g.weighted(d, over * over),
            42: maps[13] * d,
            43: t(triangle),
            44: triangle * triangle,
            45: a(maps[12]),
            47: maps[12] * d,
            48: g.of_edges(over * third_degree),
            53: g.of_edges(over * steps),
            55: g.of_edges(over * over * over),
            56: a(maps[14]),
            58: maps[14] * d,
            67: g.of_edges(over * on_edge),
        }
    )


def _leaves(
    edges: NumberedEdges,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Neurons with one partner, of each the first with the same one, and how many it stands for.

    They are alike, and at a hub there can be many, each of which has the whole hub to walk over.
    """
    degree = np.diff(edges.indptr)
    leaves = np.flatnonzero(degree == 1)
    _, where, which, alike = np.unique(
        edges.indices[edges.indptr[:-1][leaves]],
        return_index=True,
        return_inverse=True,
        return_counts=True,
    )
    times = np.ones(len(degree), dtype=np.int64)
    times[leaves] = 0
    times[leaves[where]] = alike
    return leaves, leaves[where][which], times


def _each(parts: int, kernel: Callable[[int], Any]) -> list[Any]:
    return list(map_threads(kernel, range(parts), parts))


def _added(parts: int, kernel: Callable[[int], NDArray[Any]]) -> NDArray[Any]:
    total, *others = _each(parts, kernel)
    for table in others:
        total += table
    added: NDArray[Any] = total
    return added


def _fits_64_bits(edges: NumberedEdges, size: int) -> bool:
    """Whether the maps of all trees, rooted anywhere, stay well below 2**63."""
    d = np.diff(edges.indptr).astype(np.float64)
    if len(d) == 0:
        return True

    def a(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums: NDArray[np.float64] = partner_sums(
            edges.indptr, edges.indices, edges.number, _FLOATS, values
        )
        return sums

    ad = a(d)
    if size == 5:
        paths = [a(a(ad)), d * a(ad), ad * ad]
        others = [a(a(d * d)), a(d * ad), d * a(d * d), d * d * ad, a(d**3), d**4]
    else:
        paths = [a(ad), d * ad]
        others = [a(d * d), d**3]
    # All that the kernels count in 64 bits holds a path through all its nodes.
    longest = max(float(values.max()) for values in paths)
    if longest >= _LIMIT:
        msg = (
            f"Up to {longest:.2g} walks of {size - 1} steps pass one neuron, more than 64 bits "
            f"hold; take size={size - 1}, or sample with connectome_analysis.motifs.estimate."
        )
        raise ValueError(msg)
    return max(float(values.max()) for values in others) < _LIMIT
