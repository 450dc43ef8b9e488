"""Betweenness: on how many of the shortest paths between other neurons a neuron, or a connection, lies.

Brandes 2001 (doi:10.1080/0022250X.2001.9990249): one search forward from every source counts the
shortest paths, one sweep back adds up what share of them passes each neuron. In both, a level is
done from whichever side has fewer connections. From the side that reads, no test is needed: the
neurons that do not belong to the level hold a zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..graph import require_graph
from ..random_streams import Seed, seed_number
from ..threads import map_threads
from ..whole_numbers import require_whole
from .breadth_first import RankedGraph, ranked

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

# Sums are taken in groups of so many sources and then in the order of the groups, whatever the
# number of threads, so that they are the same to the last bit.
_SOURCES_AT_ONCE = 32


@compiled
def _dependencies(out_indptr, out_indices, in_indptr, in_indices, sources, squares, edges):  # type: ignore[no-untyped-def]
    """Sums over some sources of their dependencies on each neuron and connection.

    out_indptr, out_indices, in_indptr, in_indices : CSR both ways of one graph without
    self-loops; sources : (S,) int in [0, N); squares, edges : whether these are wanted; not
    checked here.

    Returns (N,) sums, (N,) or (0,) sums of squares, (E,) or (0,) sums by place in out_indices, and
    the largest number of shortest paths between two neurons.
    """
    n_nodes = out_indptr.shape[0] - 1
    total = np.zeros(n_nodes)
    total_squares = np.zeros(n_nodes if squares else 0)
    by_edge = np.zeros(out_indices.shape[0] if edges else 0)
    paths = np.zeros(n_nodes)  # number of shortest paths from the source
    now = np.zeros(n_nodes)  # the same, zero outside the level that is being left
    after = np.zeros(n_nodes)
    level = np.full(n_nodes, -1, np.int32)
    order = np.empty(n_nodes, np.int32)  # neurons by level
    starts = np.empty(n_nodes + 2, np.int64)  # where each level begins in order
    most = 1.0
    for source in sources:
        order[0] = source
        level[source] = 0
        paths[source] = 1.0
        now[source] = 1.0
        starts[0], starts[1] = 0, 1
        depth = 0
        senders_left = out_indices.shape[0] - (in_indptr[source + 1] - in_indptr[source])
        while True:
            first, last = starts[depth], starts[depth + 1]
            ahead = 0
            for i in range(first, last):
                v = order[i]
                ahead += out_indptr[v + 1] - out_indptr[v]
            end = last
            if 4 * ahead < senders_left + n_nodes:
                for i in range(first, last):
                    u = order[i]
                    ways = paths[u]
                    for e in range(out_indptr[u], out_indptr[u + 1]):
                        v = out_indices[e]
                        if level[v] < 0:
                            level[v] = depth + 1
                            order[end] = v
                            end += 1
                            paths[v] = ways
                        elif level[v] == depth + 1:
                            paths[v] += ways
                for i in range(last, end):
                    after[order[i]] = paths[order[i]]
            else:
                for v in range(n_nodes):
                    if level[v] >= 0:
                        continue
                    ways = 0.0
                    for e in range(in_indptr[v], in_indptr[v + 1]):
                        ways += now[in_indices[e]]
                    if ways > 0.0:
                        after[v] = ways
                        paths[v] = ways
                        order[end] = v
                        end += 1
                for i in range(last, end):
                    level[order[i]] = depth + 1
            for i in range(first, last):
                now[order[i]] = 0.0
            now, after = after, now
            if end == last:
                break
            for i in range(last, end):
                senders_left -= in_indptr[order[i] + 1] - in_indptr[order[i]]
                most = max(most, paths[order[i]])
            depth += 1
            starts[depth + 1] = end
        # Back from the last level. now : (1 + dependency) / paths, of the level that was just done.
        for i in range(starts[depth], starts[depth + 1]):
            now[order[i]] = 1.0 / paths[order[i]]
        for here in range(depth - 1, -1, -1):
            first, last, end = starts[here], starts[here + 1], starts[here + 2]
            ahead = 0
            behind = 0
            for i in range(first, last):
                ahead += out_indptr[order[i] + 1] - out_indptr[order[i]]
            for i in range(last, end):
                behind += in_indptr[order[i] + 1] - in_indptr[order[i]]
            if edges or ahead <= 2 * behind:
                for i in range(first, last):
                    v = order[i]
                    share = 0.0
                    if edges:
                        for e in range(out_indptr[v], out_indptr[v + 1]):
                            passing = now[out_indices[e]]
                            by_edge[e] += paths[v] * passing
                            share += passing
                    else:
                        for e in range(out_indptr[v], out_indptr[v + 1]):
                            share += now[out_indices[e]]
                    after[v] = share
            else:
                for i in range(last, end):
                    u = order[i]
                    passing = now[u]
                    for e in range(in_indptr[u], in_indptr[u + 1]):
                        v = in_indices[e]
                        if level[v] == here:
                            after[v] += passing
            for i in range(last, end):
                now[order[i]] = 0.0
            for i in range(first, last):
                v = order[i]
                dependency = after[v] * paths[v]
                after[v] = (1.0 + dependency) / paths[v]
                if here > 0:
                    total[v] += dependency
                    if squares:
                        total_squares[v] += dependency * dependency
            now, after = after, now
        for i in range(starts[depth + 1]):
            v = order[i]
            now[v] = 0.0
            level[v] = -1
    return total, total_squares, by_edge, most


def betweenness(
    g: Graph,
    *,
    normalized: bool = False,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.Series[float]:
    """Betweenness of every neuron, exactly: one search from each.

    Sum over ordered pairs (s, t) of other neurons of the share of their shortest paths that pass
    the neuron (Freeman 1977, doi:10.2307/3033543; Brandes 2001, doi:10.1080/0022250X.2001.9990249).
    Directed and in connections; weights and self-loops do not matter. For weighted paths take
    ``g.to_igraph().betweenness(weights=...)``.

    Parameters
    ----------
    g : Graph
        In ``g.symmetrized()`` each pair of neurons counts twice, once each way.
    normalized : bool
        Divide by (N - 1)(N - 2), the number of pairs; NaN for fewer than three neurons.
    n_jobs : int, optional
        Threads; by default all processors this process may use. The sums are the same to the last
        bit for any number.
    progress : callable, optional
        Called with the number of sources done and their total.

    Returns
    -------
    (N,) Series of float64, index ``node_id``

    Raises
    ------
    ValueError
        Where more than 1e308 shortest paths join two neurons.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> chain = ca.Graph.from_edges([1, 2, 3], [2, 3, 4])
    >>> ca.measures.betweenness(chain).to_dict()
    {1: 0.0, 2: 2.0, 3: 2.0, 4: 0.0}
    """
    import pandas as pd

    require_graph(g)
    simple = g.without_self_loops()
    parts = ranked(simple)
    sums = _sums(parts, np.arange(g.n_nodes), n_jobs, progress)
    values = sums.total[parts.rank] * _scale(g.n_nodes, normalized)
    return pd.Series(values, index=pd.Index(g.node_ids, name="node_id"), name="betweenness")


def edge_betweenness(
    g: Graph,
    *,
    normalized: bool = False,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Betweenness of every connection, exactly.

    Sum over ordered pairs (s, t) of neurons of the share of their shortest paths that use the
    connection (Girvan and Newman 2002, doi:10.1073/pnas.122653799).

    Parameters
    ----------
    g : Graph
    normalized : bool
        Divide by N (N - 1), the number of pairs.
    n_jobs, progress
        As for `betweenness`.

    Returns
    -------
    DataFrame, one row per edge in the order of ``g.edges()``
        ``pre_id``, ``post_id``, ``betweenness``. On a self-loop it is 0.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> ca.measures.edge_betweenness(ca.Graph.from_edges([1, 2], [2, 3]))["betweenness"].tolist()
    [2.0, 2.0]
    """
    require_graph(g)
    same = np.arange(g.n_nodes, dtype=np.int32)
    # A self-loop leads to no other level, so that it adds nothing.
    parts = RankedGraph(same, g.out_indptr, g.out_indices, g.in_indptr, g.in_indices)
    sums = _sums(parts, same, n_jobs, progress, edges=True)
    pairs = g.n_nodes * (g.n_nodes - 1)
    table = g.edges()[["pre_id", "post_id"]]
    return table.assign(betweenness=sums.by_edge / pairs if normalized else sums.by_edge)


def sampled_betweenness(
    g: Graph,
    n_sources: int,
    *,
    confidence: float = 0.95,
    normalized: bool = False,
    rng: Seed = 0,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Betweenness estimated from searches from some neurons, with an interval for each neuron.

    The sources are drawn uniformly without replacement and their dependencies scaled up (Brandes
    and Pich 2007, doi:10.1142/S0218127407018403): unbiased, and exact where all are drawn.

    Parameters
    ----------
    g : Graph
    n_sources : int
        At least 2. More than there are neurons means all of them.
    confidence : float in (0, 1)
        Chance of at least this that the interval of one given neuron holds its true value,
        whatever the graph. It is not that all neurons' intervals hold together; for this, give
        1 - (1 - confidence) / N.
    normalized : bool
        As for `betweenness`.
    rng : int, Generator or None
        Draws the sources.
    n_jobs, progress
        As for `betweenness`.

    Returns
    -------
    (N,) DataFrame of float64, index ``node_id``
        ``betweenness``; ``standard_error``, from the spread over sources; ``low`` and ``high``,
        the interval, guaranteed for any number of sources and therefore wide. It is the overlap of
        two at half the error each, Hoeffding-Serfling and empirical Bernstein-Serfling (Bardenet
        and Maillard 2015, doi:10.3150/14-BEJ605), cut to what the sources seen leave possible.
        ``attrs``: ``n_sources``, ``seed``, ``confidence``.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> with ca.open("celegans-varshney2011") as worm:
    ...     g = worm.graph()
    >>> some = ca.measures.sampled_betweenness(g, 100)
    >>> exact = ca.measures.betweenness(g)
    >>> bool(((some["low"] <= exact) & (exact <= some["high"])).all())
    True
    """
    import pandas as pd

    require_graph(g)
    require_whole("n_sources", n_sources, least=2)
    if not 0 < confidence < 1:
        msg = f"confidence must lie between 0 and 1, got {confidence!r}."
        raise ValueError(msg)
    n, seed = g.n_nodes, seed_number(rng)
    drawn = min(int(n_sources), n)
    sources = np.sort(np.random.default_rng(seed).choice(n, size=drawn, replace=False))
    parts = ranked(g.without_self_loops())
    sums = _sums(parts, parts.rank[sources], n_jobs, progress, squares=True)
    total, squares = sums.total[parts.rank], sums.squares[parts.rank]
    scale = _scale(n, normalized)
    low, high, error = _bounds(total, squares, drawn, n, 1 - confidence)
    table = pd.DataFrame(
        {
            "betweenness": total * (n / max(drawn, 1)) * scale,
            "standard_error": error * scale,
            "low": low * scale,
            "high": high * scale,
        },
        index=pd.Index(g.node_ids, name="node_id"),
    )
    table.attrs.update(graph=g.name, n_sources=drawn, seed=seed, confidence=confidence)
    return table


class _Sums(NamedTuple):
    total: NDArray[np.float64]
    squares: NDArray[np.float64]
    by_edge: NDArray[np.float64]


def _sums(
    parts: RankedGraph,
    sources: NDArray[Any],
    n_jobs: int | None,
    progress: Callable[[int, int], None] | None,
    *,
    squares: bool = False,
    edges: bool = False,
) -> _Sums:
    starts = sources.astype(np.int32)

    def group(first: int) -> tuple[Any, ...]:
        some = starts[first : first + _SOURCES_AT_ONCE]
        found: tuple[Any, ...] = _dependencies(
            parts.out_indptr,
            parts.out_indices,
            parts.in_indptr,
            parts.in_indices,
            some,
            squares,
            edges,
        )
        return found

    n_nodes, n_edges = len(parts.rank), len(parts.out_indices)
    sums = _Sums(
        np.zeros(n_nodes), np.zeros(n_nodes if squares else 0), np.zeros(n_edges if edges else 0)
    )
    done = 0
    for *some_sums, most in map_threads(group, range(0, len(starts), _SOURCES_AT_ONCE), n_jobs):
        if not np.isfinite(most):
            msg = (
                "Two neurons of this graph are joined by more than 1e308 shortest paths, which no "
                "float64 counts; take the subgraph of the neurons in question."
            )
            raise ValueError(msg)
        for whole, part in zip(sums, some_sums, strict=True):
            np.add(whole, part, out=whole)
        done = min(done + _SOURCES_AT_ONCE, len(starts))
        if progress is not None:
            progress(done, len(starts))
    return sums


def _scale(n: int, normalized: bool) -> float:
    if not normalized:
        return 1.0
    return 1 / ((n - 1) * (n - 2)) if n > 2 else float("nan")


def _bounds(
    total: NDArray[np.float64], squares: NDArray[np.float64], drawn: int, n: int, error: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Interval and standard error of a sum over n numbers in [0, n - 2] of which some were drawn."""
    if drawn == n:
        return total, total, np.zeros(n)
    widest = max(n - 2, 0)
    mean = total / drawn
    variance = np.maximum(squares / drawn - mean**2, 0)
    if 2 * drawn <= n:
        left = 1 - (drawn - 1) / n
    else:
        left = (1 - drawn / n) * (1 + 1 / drawn)
    # Two sides each: 2 exp(-log) for the first, 10 exp(-log) for the second, half the error each.
    once, twice = np.log(4 / error), np.log(20 / error)
    hoeffding = widest * np.sqrt(left * once / (2 * drawn))
    kappa = 7 / 3 + 3 / np.sqrt(2)
    bernstein = np.sqrt(2 * left * variance * twice / drawn) + kappa * widest * twice / drawn
    half = np.minimum(hoeffding, bernstein)
    low = np.maximum(n * (mean - half), total)
    high = np.minimum(n * (mean + half), total + (n - drawn) * float(widest))
    spread = n * np.sqrt((1 - drawn / n) * variance / max(drawn - 1, 1))
    return low, high, spread
