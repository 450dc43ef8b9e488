"""Strongest paths: the routes along which most of the input comes, however many connections long.

The strength of a path is the product of the fractions of input that its connections supply, or
the weight of its weakest connection. The first is the shortest path in -log(fraction), the second
the widest path (Pollack 1960, doi:10.1287/opre.8.5.733); both are found by Dijkstra's search, led
towards the target by what is known of the way back, and the next ones by Yen's deviations (1971,
doi:10.1287/mnsc.17.11.712).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..compiled import compiled
from ..graph import require_graph
from ..threads import map_threads
from .fractions import input_fraction, output_fraction
from .per_neuron import strengths
from .shortest_paths import ends_of_paths, path_table, require_count

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

Strength = Literal["input_fraction", "output_fraction", "bottleneck"]
Path = tuple[int, ...]


def strongest_paths(
    g: Graph,
    sources: ArrayLike,
    targets: ArrayLike,
    *,
    strength: Strength = "input_fraction",
    k: int = 1,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """List the strongest paths from each source to each target.

    Parameters
    ----------
    g : Graph
        Weights must be positive. Self-loops are never part of a path; in the fractions they count
        as input, or output, of their neuron.
    sources, targets : arrays of int
        Ids of neurons, each once. A neuron that is in both is not joined to itself.
    strength : {"input_fraction", "output_fraction", "bottleneck"}
        What a path is worth: the product of the fractions of each receiver's input, the product of
        the fractions of each sender's output, or its smallest weight. Among paths with the same
        bottleneck those with fewer connections come first.
    k : int
        Up to so many paths for each pair, the strongest first; none passes a neuron twice.
    n_jobs : int, optional
        Threads.

    Returns
    -------
    DataFrame, one row per neuron of each path
        ``path_id``, ``step``, ``node_id``, ``weight`` as in `shortest_paths`; ``strength`` of the
        path up to this neuron, at step 0 that of no connection: 1, or infinite for a bottleneck.
        The last row of a path holds its strength.

    Raises
    ------
    ValueError
        Where an id is not in the graph or a weight is negative.

    Examples
    --------
    The direct connection supplies a tenth of the input, the detour four fifths of nine tenths:

    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2, 4], [3, 2, 3, 2], weight=[1, 8, 9, 2])
    >>> paths = ca.measures.strongest_paths(g, [1], [3], k=2)
    >>> paths.groupby("path_id").agg({"node_id": list, "strength": "last"}).round(2).values.tolist()
    [[[1, 2, 3], 0.72], [[1, 3], 0.1]]
    """
    require_graph(g)
    begin, end = ends_of_paths(g, sources, targets)
    require_count("k", k)
    share, widest = _shares(g, strength)
    cost = -share if widest else np.maximum(-np.log(share), 0.0)
    away = _Side(g.out_indptr, g.out_indices, cost, np.arange(g.n_edges), widest)
    back = _Side(g.in_indptr, g.in_indices, cost[g.in_edges], g.in_edges, widest)
    # One search over the whole graph from each neuron of the smaller side leads all others.
    from_sources = len(begin) < len(end)
    roots, others = (begin, end) if from_sources else (end, begin)
    tree, search = (away, back) if from_sources else (back, away)

    def all_to(root: int) -> list[list[Path]]:
        lower = _costs_from(tree, root)
        return [_k_best(search, lower, int(other), root, int(k)) for other in others]

    found = list(map_threads(all_to, roots.tolist(), n_jobs))
    paths = []
    for i in range(len(begin)):
        for j in range(len(end)):
            for path in found[i][j] if from_sources else found[j][i]:
                edges = search.edges[list(path)]
                paths.append(edges[::-1] if from_sources else edges)
    table = path_table(g, paths)
    running = np.minimum.accumulate if widest else np.multiply.accumulate
    start = np.inf if widest else 1.0
    values = [running(np.concatenate([[start], share[path]])) for path in paths]
    table["strength"] = np.concatenate(values) if values else np.empty(0)
    table.attrs.update(graph=g.name, strength=strength)
    return table


def _shares(g: Graph, strength: str) -> tuple[NDArray[np.float64], bool]:
    if strength == "input_fraction":
        return input_fraction(g), False
    if strength == "output_fraction":
        return output_fraction(g), False
    if strength == "bottleneck":
        return strengths(g, weighted=True), True
    msg = f"strength must be 'input_fraction', 'output_fraction' or 'bottleneck', got {strength!r}."
    raise ValueError(msg)


class _Side(NamedTuple):
    """The graph in one direction: CSR, the cost of each connection and its place in the graph.

    A path costs the sum of its connections, or with `widest` the dearest one.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    cost: NDArray[np.float64]
    edges: NDArray[np.int64]
    widest: bool


def _costs_from(side: _Side, root: int) -> NDArray[np.float64]:
    """(N,) cost of the best path from the root to each neuron, infinite where there is none."""
    n = len(side.indptr) - 1
    nothing = np.full(n, -np.inf if side.widest else 0.0)
    free, allowed = np.zeros(n, dtype=np.uint8), np.empty(0, dtype=np.int64)
    start = -np.inf if side.widest else 0.0
    best, _ = _search(*side[:3], nothing, root, -1, free, allowed, start, side.widest)
    costs: NDArray[np.float64] = best
    return costs


def _k_best(
    side: _Side, lower: NDArray[np.float64], source: int, target: int, k: int
) -> list[Path]:
    """Up to k best paths, as places in the side's list of connections (Yen 1971)."""
    if source == target or not lower[source] < np.inf:
        return []
    n = len(side.indptr) - 1
    none = -np.inf if side.widest else 0.0
    together: Callable[[float, float], float] = max if side.widest else float.__add__

    def complete(prefix: Path, banned: set[int]) -> tuple[float, int, Path] | None:
        blocked = np.zeros(n, dtype=np.uint8)
        spent, here = none, source
        for place in prefix:
            blocked[here] = 1
            spent = together(spent, float(side.cost[place]))
            here = int(side.indices[place])
        without = np.array(sorted(banned), dtype=np.int64)
        best, via = _search(*side[:3], lower, here, target, blocked, without, spent, side.widest)
        if not best[target] < np.inf:
            return None
        if side.widest:
            via = _fewest_connections(
                *side[:3], lower, here, target, blocked, without, float(best[target])
            )
        rest: list[int] = []
        node = target
        while node != here:
            rest.append(int(via[node]))
            node = int(np.searchsorted(side.indptr, via[node], side="right")) - 1
        path = (*prefix, *rest[::-1])
        cost = none
        for place in path:
            cost = together(cost, float(side.cost[place]))
        return cost, len(path), path

    first = complete((), set())
    chosen: list[Path] = []
    waiting = [first] if first is not None else []
    seen = {first[2]} if first is not None else set()
    while waiting:
        path = heapq.heappop(waiting)[2]
        chosen.append(path)
        if len(chosen) == k:
            break
        for i in range(len(path)):
            banned = {other[i] for other in chosen if other[:i] == path[:i]}
            other = complete(path[:i], banned)
            if other is not None and other[2] not in seen:
                seen.add(other[2])
                heapq.heappush(waiting, other)
    return chosen


@compiled
def _search(indptr, indices, cost, lower, source, target, blocked, banned, start, widest):  # type: ignore[no-untyped-def]
    """Best costs from one neuron, up to where the target is reached (A*; target -1: everywhere).

    indptr, indices : CSR; cost : (E,) >= 0 unless widest; lower : (N,) a cost from each neuron to
    the target that is never too high; blocked : (N,) uint8, not to be entered; banned : (B,) places
    of connections not to be used; start : cost so far; not checked here.

    Returns (N,) float64 costs, infinite where not reached, and (N,) int64 the place of the
    connection that leads to each.
    """
    n_nodes = indptr.shape[0] - 1
    best = np.full(n_nodes, np.inf)
    via = np.full(n_nodes, -1, np.int64)
    done = np.zeros(n_nodes, np.uint8)
    keys = np.empty(1024)
    nodes = np.empty(1024, np.int32)
    best[source] = start
    keys[0] = start
    nodes[0] = source
    size = 1
    while size > 0:
        v = nodes[0]
        size -= 1
        key, node = keys[size], nodes[size]
        at = 0
        while True:  # sink the last one from the top
            child = 2 * at + 1
            if child >= size:
                break
            if child + 1 < size and keys[child + 1] < keys[child]:
                child += 1
            if keys[child] >= key:
                break
            keys[at] = keys[child]
            nodes[at] = nodes[child]
            at = child
        keys[at] = key
        nodes[at] = node
        if done[v]:
            continue
        done[v] = 1
        if v == target:
            break
        for e in range(indptr[v], indptr[v + 1]):
            u = indices[e]
            if done[u] or blocked[u] or lower[u] == np.inf:
                continue
            total = max(best[v], cost[e]) if widest else best[v] + cost[e]
            if total >= best[u]:
                continue
            skip = False
            for b in range(banned.shape[0]):
                skip |= banned[b] == e
            if skip:
                continue
            best[u] = total
            via[u] = e
            if size == keys.shape[0]:
                more_keys = np.empty(2 * size)
                more_keys[:size] = keys
                keys = more_keys
                more_nodes = np.empty(2 * size, np.int32)
                more_nodes[:size] = nodes
                nodes = more_nodes
            key = max(total, lower[u]) if widest else total + lower[u]
            at = size
            size += 1
            while at > 0 and keys[(at - 1) >> 1] > key:
                keys[at] = keys[(at - 1) >> 1]
                nodes[at] = nodes[(at - 1) >> 1]
                at = (at - 1) >> 1
            keys[at] = key
            nodes[at] = u
    return best, via


@compiled
def _fewest_connections(indptr, indices, cost, lower, source, target, blocked, banned, dearest):  # type: ignore[no-untyped-def]
    """(N,) int64 connection that leads to each neuron on paths of fewest connections to the target.

    As `_search`, along connections of cost up to `dearest` alone.
    """
    n_nodes = indptr.shape[0] - 1
    via = np.full(n_nodes, -1, np.int64)
    queue = np.empty(n_nodes, np.int32)
    queue[0] = source
    head, tail = 0, 1
    while head < tail and via[target] < 0:
        v = queue[head]
        head += 1
        for e in range(indptr[v], indptr[v + 1]):
            u = indices[e]
            if u == source or via[u] >= 0 or blocked[u] or cost[e] > dearest or lower[u] > dearest:
                continue
            skip = False
            for b in range(banned.shape[0]):
                skip |= banned[b] == e
            if skip:
                continue
            via[u] = e
            queue[tail] = u
            tail += 1
    return via
