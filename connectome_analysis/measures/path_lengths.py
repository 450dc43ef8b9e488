"""Path lengths: how many connections lie between one neuron and another, for all pairs, exactly.

The length of a path is its number of connections; weights do not matter. What a mean path length
is depends on the pairs it is over, so that is always named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..compiled import compiled
from ..graph import require_graph
from ..ids import Positions, as_ids
from ..random_streams import Seed, seed_number
from ..threads import map_threads, thread_count
from .breadth_first import SOURCES_AT_ONCE, ranked, reached_by_length
from .components import component_labels

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ..graph import Graph

Within = Literal["reachable pairs", "largest strong component", "all"]
_WITHIN = ("reachable pairs", "largest strong component", "all")
# Rows of counts to begin with; a kernel doubles them for longer paths.
_LENGTHS = 64
# Below so many connections times searches at once, making threads takes longer than the work.
_WORTH_THREADS = 1_000_000


def path_lengths(
    g: Graph,
    *,
    within: Within = "reachable pairs",
    sources: int | None = None,
    rng: Seed = 0,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Distribution of shortest-path lengths over ordered pairs of different neurons.

    Exact, by searches from 512 neurons at once (Then et al. 2014, doi:10.14778/2735496.2735507).

    Parameters
    ----------
    g : Graph
        Paths follow the direction of connections; for undirected paths take ``g.symmetrized()``.
        Self-loops and weights do not matter.
    within : {"reachable pairs", "largest strong component", "all"}
        Which pairs the mean and the shares are over: those with a path between them; those inside
        the largest strongly connected component, where every pair has one; or all, so that the
        mean is infinite where a pair has none.
    sources : int, optional
        Paths from so many neurons only, drawn uniformly without replacement; all by default, or
        where there are not more.
    rng : int, Generator or None
        Draws the sources.
    n_jobs : int, optional
        Threads; by default all processors this process may use.
    progress : callable, optional
        Called with the number of sources done and their total.

    Returns
    -------
    DataFrame, index ``length`` 1 ... longest
        ``pairs``: int64, how many ordered pairs are so far apart, seen from the sources;
        ``share`` of the pairs that `within` names.
        ``attrs``: ``mean`` length; ``pairs_reachable`` and ``pairs_unreachable`` from the sources;
        ``diameter``, the longest length seen (0 where there is none), with ``diameter_exact``
        False where sources were drawn; ``within``, ``n_neurons`` (the neurons it is about),
        ``n_sources``, ``seed`` (None where all were taken) and ``mean_low``, ``mean_high``, a 95 %
        interval of the mean over all sources (Student, from the spread over the drawn ones; the
        mean itself where all were taken).

    Examples
    --------
    A chain of three neurons:

    >>> import connectome_analysis as ca
    >>> lengths = ca.measures.path_lengths(ca.Graph.from_edges([1, 2], [2, 3]))
    >>> lengths["pairs"].to_dict(), lengths.attrs["pairs_unreachable"]
    ({1: 2, 2: 1}, 3)
    >>> round(lengths.attrs["mean"], 3)
    1.333
    """
    import pandas as pd

    require_graph(g)
    if within not in _WITHIN:
        msg = f"within must be one of {', '.join(map(repr, _WITHIN))}, got {within!r}."
        raise ValueError(msg)
    name = g.name
    if within == "largest strong component":
        g = largest_strong_component(g)
    n = g.n_nodes
    chosen, seed = _choose_sources(n, sources, rng)
    sampled = len(chosen) < n
    counts = pairs_by_length(g, chosen, by_source=sampled, n_jobs=n_jobs, progress=progress)
    pairs = counts.sum(axis=1)[1:]
    lengths = np.arange(1, len(pairs) + 1)
    reachable, possible = int(pairs.sum()), len(chosen) * max(n - 1, 0)
    over = possible if within == "all" else reachable
    mean = _mean(lengths, pairs, infinite=within == "all" and reachable < possible)
    low, high = _interval(mean, lengths, counts[1:], n) if sampled else (mean, mean)
    table = pd.DataFrame(
        {"pairs": pairs, "share": pairs / over if over else np.zeros(len(pairs))},
        index=pd.Index(lengths, name="length", dtype=np.int64),
    )
    table.attrs.update(
        graph=name,
        within=within,
        mean=mean,
        mean_low=low,
        mean_high=high,
        diameter=len(pairs),
        diameter_exact=not sampled,
        pairs_reachable=reachable,
        pairs_unreachable=possible - reachable,
        n_neurons=n,
        n_sources=len(chosen),
        seed=seed if sampled else None,
    )
    return table


def mean_path_length(
    g: Graph,
    *,
    within: Within,
    sources: int | None = None,
    rng: Seed = 0,
    n_jobs: int | None = None,
) -> float:
    """Mean number of connections on the shortest paths between the pairs that `within` names.

    Parameters
    ----------
    g : Graph
    within : {"reachable pairs", "largest strong component", "all"}
        Must be said, because the numbers differ; see `path_lengths`.
    sources, rng, n_jobs
        As for `path_lengths`, which also gives an interval where sources are drawn.

    Returns
    -------
    float
        NaN where there is no such pair; infinite with ``within="all"`` where a pair has no path.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3, 3], [2, 3, 1, 4])
    >>> ca.measures.mean_path_length(g, within="largest strong component")
    1.5
    >>> ca.measures.mean_path_length(g, within="all")
    inf
    """
    table = path_lengths(g, within=within, sources=sources, rng=rng, n_jobs=n_jobs)
    return float(table.attrs["mean"])


def distances_from(
    g: Graph,
    sources: ArrayLike,
    targets: ArrayLike | None = None,
    *,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Number of connections on the shortest paths from some neurons to others.

    Parameters
    ----------
    g : Graph
    sources : (S,) array of int
        Ids of neurons.
    targets : (T,) array of int, optional
        Ids of neurons; all by default.
    n_jobs : int, optional
        Threads.

    Returns
    -------
    (S, T) DataFrame of float64, index ``source_id``, columns ``target_id``
        0 from a neuron to itself, infinite where no path leads there, so that
        ``distances <= 3`` is true for just those within three connections.

    Raises
    ------
    ValueError
        Where an id is not in the graph.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 2], [2, 3, 4])
    >>> ca.measures.distances_from(g, [1, 3], [1, 3]).to_numpy().tolist()
    [[0.0, 2.0], [inf, 0.0]]
    """
    import pandas as pd

    require_graph(g)
    begin, end = as_ids(sources, "sources"), g.node_ids
    where = Positions(g.node_ids)
    columns: Any = slice(None)
    if targets is not None:
        end = as_ids(targets, "targets")
        columns = where(end, "targets")

    def one(source: int) -> NDArray[np.float64]:
        hops = hops_from(g.out_indptr, g.out_indices, source, -1)[columns]
        return np.where(hops < 0, np.inf, hops)

    rows = list(map_threads(one, where(begin, "sources").tolist(), n_jobs))
    return pd.DataFrame(
        np.array(rows, dtype=np.float64).reshape(len(begin), len(end)),
        index=pd.Index(begin, name="source_id"),
        columns=pd.Index(end, name="target_id"),
    )


@compiled
def hops_from(indptr, indices, source, most):  # type: ignore[no-untyped-def]
    """(N,) int32 connections from one neuron to each; -1 where no path of up to `most` leads.

    indptr, indices : CSR of a graph; source in [0, N); most < 0 is no limit; not checked here.
    """
    n_nodes = indptr.shape[0] - 1
    hops = np.full(n_nodes, -1, np.int32)
    queue = np.empty(n_nodes, np.int32)
    hops[source] = 0
    queue[0] = source
    head, tail = 0, 1
    while head < tail:
        v = queue[head]
        head += 1
        if hops[v] == most:
            break
        for e in range(indptr[v], indptr[v + 1]):
            u = indices[e]
            if hops[u] < 0:
                hops[u] = hops[v] + 1
                queue[tail] = u
                tail += 1
    return hops


def largest_strong_component(g: Graph) -> Graph:
    """Return the graph induced on its largest strongly connected component."""
    labels = component_labels(g, "strong").to_numpy()
    return g.subgraph(g.node_ids[labels == 0])


def pairs_by_length(
    g: Graph,
    sources: NDArray[Any],
    *,
    by_source: bool = False,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.int64]:
    """For each length, how many neurons are so far from the sources.

    Parameters
    ----------
    sources : (S,) int
        Dense indices, each once.
    by_source : bool
        Whether each source has a column of its own.

    Returns
    -------
    (D, S) or (D, 1) int64
        Lengths 0 ... D - 1; length 0 counts the sources.
    """
    parts = ranked(g)
    starts = parts.rank[sources]

    def batch(first: int) -> NDArray[np.int64]:
        some = starts[first : first + SOURCES_AT_ONCE]
        found: NDArray[np.int64] = reached_by_length(
            parts.out_indptr,
            parts.out_indices,
            parts.in_indptr,
            parts.in_indices,
            some,
            by_source,
            _LENGTHS,
        )
        return found[:, : len(some)] if by_source else found

    runs = range(0, len(starts), SOURCES_AT_ONCE)
    if len(runs) * (g.n_edges + g.n_nodes) < _WORTH_THREADS:
        n_jobs = min(1, thread_count(n_jobs))
    found: list[NDArray[np.int64]] = []
    total = np.zeros((1, 1), dtype=np.int64)
    done = 0
    for counts in map_threads(batch, runs, n_jobs):
        if by_source:
            found.append(counts)
        else:
            longest = max(len(total), len(counts))
            total = _padded(total, longest) + _padded(counts, longest)
        done = min(done + SOURCES_AT_ONCE, len(starts))
        if progress is not None:
            progress(done, len(starts))
    if not by_source:
        return total
    longest = max((len(counts) for counts in found), default=1)
    padded = [_padded(counts, longest) for counts in found]
    return np.concatenate(padded, axis=1) if padded else np.zeros((1, 0), dtype=np.int64)


def _padded(counts: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    return np.pad(counts, ((0, length - len(counts)), (0, 0)))


def _choose_sources(n: int, sources: int | None, rng: Seed) -> tuple[NDArray[np.int64], int]:
    """Dense indices of the sources, ascending, and the seed that drew them."""
    seed = seed_number(rng)
    if sources is None:
        return np.arange(n), seed
    given: object = sources
    if isinstance(given, bool) or not isinstance(given, (int, np.integer)) or given < 2:
        msg = (
            "sources must be a whole number of neurons to draw, at least 2, or None for all, got "
            f"{sources!r}. For paths from chosen neurons take distances_from."
        )
        raise ValueError(msg)
    if sources >= n:
        return np.arange(n), seed
    drawn = np.random.default_rng(seed).choice(n, size=int(sources), replace=False)
    return np.sort(drawn), seed


def _mean(lengths: NDArray[Any], pairs: NDArray[Any], *, infinite: bool) -> float:
    total = int(pairs.sum())
    if infinite:
        return float("inf")
    return float((lengths * pairs).sum() / total) if total else float("nan")


def _interval(
    mean: float, lengths: NDArray[Any], counts: NDArray[np.int64], n: int
) -> tuple[float, float]:
    """95 % interval of a ratio of sums over sources, of which n could have been drawn.

    Sources are alike where all reach as many; where they are not, dividing by a mean that was drawn
    too makes residuals too small, by (1 - share)**2 for a source that has that share of all pairs
    (the jackknife, Tukey 1958).
    """
    from scipy.stats import t

    if not np.isfinite(mean):
        return mean, mean
    drawn = counts.shape[1]
    targets = counts.sum(axis=0)
    residual = lengths @ counts - mean * targets
    residual = residual / (1 - np.minimum(targets / max(targets.sum(), 1), 0.5))
    spread = np.sqrt((1 - drawn / n) * residual.var(ddof=1) / drawn) / targets.mean()
    wide = float(t.ppf(0.975, drawn - 1)) * spread
    return float(mean - wide), float(mean + wide)
