"""Shortest paths: the routes of fewest connections from some neurons to others, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..compiled import compiled
from ..graph import require_graph
from ..ids import Positions, as_ids, require_unique
from ..threads import map_threads
from ..whole_numbers import require_whole
from .path_lengths import hops_from

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

_NO_LIMIT = 2**62


def shortest_paths(
    g: Graph,
    sources: ArrayLike,
    targets: ArrayLike,
    *,
    k: int | None = 1,
    max_hops: int | None = None,
    max_rows: int = 10_000_000,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """List the paths of fewest connections from each source to each target.

    Parameters
    ----------
    g : Graph
        Weights do not matter; self-loops are never part of a path.
    sources, targets : arrays of int
        Ids of neurons, each once. A neuron that is in both is not joined to itself.
    k : int, optional
        Up to so many paths for each pair, the shortest first and, among equally long ones, by the
        order of the neurons in the graph. None lists all.
    max_hops : int, optional
        Where given, paths that are longer than the shortest follow, up to so many connections; no
        path passes a neuron twice. By default only the shortest are listed.
    max_rows : int
        More rows than this are an error rather than a full memory.
    n_jobs : int, optional
        Threads, over targets.

    Returns
    -------
    DataFrame, one row per neuron of each path
        ``path_id``: 0, 1, ..., by source, target, length; ``step``: int64, 0 at the source;
        ``node_id``; ``weight``: of the connection that leads to this neuron, NaN at step 0. A pair
        without a path has no rows. Joins with tables of neurons on ``node_id``.

    Raises
    ------
    ValueError
        Where an id is not in the graph, or there are more than `max_rows` rows.

    Examples
    --------
    Two ways of two connections, and one of three:

    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2, 3, 2], [2, 3, 4, 4, 3])
    >>> paths = ca.measures.shortest_paths(g, [1], [4], k=None, max_hops=3)
    >>> paths.groupby("path_id")["node_id"].apply(list).tolist()
    [[1, 2, 4], [1, 3, 4], [1, 2, 3, 4]]
    """
    require_graph(g)
    begin, end = ends_of_paths(g, sources, targets)
    for name, value in (("k", k), ("max_hops", max_hops)):
        require_count(name, value)
    require_count("max_rows", max_rows)
    most = -1 if max_hops is None else int(max_hops)
    in_indptr, in_indices = g.in_indptr, g.in_indices

    def to_one(target: int) -> tuple[Any, ...]:
        away = hops_from(in_indptr, in_indices, target, most)
        found: tuple[Any, ...] = _simple_paths(
            g.out_indptr,
            g.out_indices,
            away,
            begin,
            target,
            most,
            _NO_LIMIT if k is None else int(k),
            int(max_rows),
        )
        return found

    edges: list[NDArray[np.int64]] = []
    lengths: list[NDArray[np.int64]] = []
    origins: list[NDArray[np.int64]] = []
    n_rows = 0
    for found, length, origin in map_threads(to_one, end.tolist(), n_jobs):
        n_rows += len(found) + len(length)
        if n_rows > max_rows:
            msg = (
                f"These paths fill more than max_rows={max_rows:,} rows; lower max_hops, ask for "
                "fewer with k, or take fewer sources and targets."
            )
            raise ValueError(msg)
        edges.append(found)
        lengths.append(length)
        origins.append(origin)
    length = _joined(lengths)
    # By source, then target, then length as found: the parts are by target, then source.
    order = np.argsort(_joined(origins), kind="stable")
    where = np.cumsum(length) - length
    all_edges = _joined(edges)
    paths = [all_edges[first : first + n] for first, n in zip(where, length, strict=True)]
    return path_table(g, [paths[i] for i in order])


def path_table(g: Graph, paths: list[NDArray[np.int64]]) -> pd.DataFrame:
    """Make the table of paths from the places of their connections in ``g.out_indices``."""
    import pandas as pd

    hops = np.array([len(path) for path in paths], dtype=np.int64)
    edges = _joined(paths)
    n_rows = int(hops.sum()) + len(hops)
    path_id = np.repeat(np.arange(len(hops)), hops + 1)
    first = np.cumsum(hops + 1) - (hops + 1)
    at_source = np.zeros(n_rows, dtype=bool)
    at_source[first] = True
    nodes = np.empty(n_rows, dtype=np.int64)
    nodes[~at_source] = g.out_indices[edges]
    nodes[at_source] = g.out_sources[edges[np.cumsum(hops) - hops]] if len(hops) else 0
    weight = np.full(n_rows, np.nan)
    weight[~at_source] = g.weights[edges]
    return pd.DataFrame(
        {
            "path_id": path_id,
            "step": np.arange(n_rows) - np.repeat(first, hops + 1),
            "node_id": g.node_ids[nodes],
            "weight": weight,
        }
    )


def ends_of_paths(
    g: Graph, sources: ArrayLike, targets: ArrayLike
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Dense indices of sources and targets, or a ValueError that names what is wrong."""
    where = Positions(g.node_ids)
    begin, end = as_ids(sources, "sources"), as_ids(targets, "targets")
    require_unique(begin)
    require_unique(end)
    return where(begin, "sources"), where(end, "targets")


def require_count(name: str, value: object) -> None:
    """Raise ValueError where something else than None or a whole number of at least 1 came."""
    if value is not None:
        require_whole(name, value)


def _joined(arrays: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=np.int64)


@compiled
def _simple_paths(indptr, indices, away, sources, target, most, k, max_rows):  # type: ignore[no-untyped-def]
    """Up to k paths without repeated neurons from each source to one target, shortest first.

    A path is only ever continued where the target is near enough, so that with most < 0, which is
    "the shortest only", every step taken belongs to a path that is kept.

    indptr, indices : CSR, neighbours ascending; away : (N,) connections to the target, -1 where
    none lead there; sources : (S,) in [0, N); not checked here.

    Returns (T,) places of connections, (P,) lengths and (P,) position in sources of each path.
    """
    n_nodes = indptr.shape[0] - 1
    edges = np.empty(64, np.int64)
    n_edges = 0
    lengths = np.empty(16, np.int64)
    origins = np.empty(16, np.int64)
    n_paths = 0
    passed = np.zeros(n_nodes, np.uint8)
    longest = most
    if most < 0:
        for i in range(sources.shape[0]):
            longest = max(longest, away[sources[i]])
    longest = min(longest, n_nodes)
    node = np.empty(longest + 2, np.int64)
    place = np.empty(longest + 2, np.int64)
    for i in range(sources.shape[0]):
        source = sources[i]
        shortest = away[source]
        if shortest < 1 or (most >= 0 and shortest > most):
            continue
        found = 0
        last = shortest if most < 0 else min(most, n_nodes - 1)
        for length in range(shortest, last + 1):
            if found == k:
                break
            depth = 0
            node[0] = source
            place[0] = indptr[source]
            passed[source] = 1
            while depth >= 0:
                v = node[depth]
                left = length - depth  # connections from here
                if left == 1 or found == k:
                    if left == 1 and found < k and away[v] == 1:
                        if n_paths == lengths.shape[0]:
                            lengths = _doubled(lengths)
                            origins = _doubled(origins)
                        while n_edges + length > edges.shape[0]:
                            edges = _doubled(edges)
                        for j in range(depth):
                            edges[n_edges + j] = place[j] - 1
                        low, high = indptr[v], indptr[v + 1]
                        edges[n_edges + depth] = low + np.searchsorted(indices[low:high], target)
                        n_edges += length
                        lengths[n_paths] = length
                        origins[n_paths] = i
                        n_paths += 1
                        found += 1
                        if n_edges + n_paths > max_rows:
                            return edges[:n_edges], lengths[:n_paths], origins[:n_paths]
                    passed[v] = 0
                    depth -= 1
                    continue
                if place[depth] == indptr[v + 1]:
                    passed[v] = 0
                    depth -= 1
                    continue
                u = indices[place[depth]]
                place[depth] += 1
                if passed[u] or away[u] < 1 or away[u] > left - 1:
                    continue
                depth += 1
                node[depth] = u
                place[depth] = indptr[u]
                passed[u] = 1
    return edges[:n_edges], lengths[:n_paths], origins[:n_paths]


@compiled
def _doubled(array):  # type: ignore[no-untyped-def]
    longer = np.empty(2 * array.shape[0], array.dtype)
    longer[: array.shape[0]] = array
    return longer
