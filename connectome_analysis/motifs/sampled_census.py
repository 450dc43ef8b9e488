"""Sampled census: how often motifs of three to six neurons occur, estimated from random draws.

A draw lays a random tree on the graph (see `tree_draws`) and looks at the subgraph that its neurons
induce. A set of neurons is drawn in proportion to the number of ways in which the tree spans it,
which depends on its class alone. So with n_t draws of tree t, of whose S_t maps τ_t(c) span a set of
class c, the hits K_c have the mean N_c Σ_t n_t τ_t(c) / S_t, and the estimate

    N_c = K_c / Σ_t n_t τ_t(c) / S_t

is unbiased. Every tree of the size has its share of the draws, for some classes are spanned by few
of them; this weighting of several samplers is the balance heuristic of Veach and Guibas 1995
(doi:10.1145/218380.218498).
"""

from __future__ import annotations

from itertools import combinations, permutations
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ..graph import require_graph
from ..random_streams import Seed, seed_number, stream
from ..threads import map_threads, thread_count
from .class_ids import class_ids, code_of_edges, edges_of_id
from .graphlet_classes import GRAPHLETS
from .neighbourhoods import Neighbourhoods, neighbourhoods
from .tree_draws import TREES, Tree, draw_codes, tree_edges, tree_maps
from .triads import CONNECTED_TRIADS, TRIADS

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

SampledSize = Literal[3, 4, 5, 6]

# Draws that share a random stream; the same on any number of threads.
_DRAWS_AT_ONCE = 4096

_LETTERS = "ABCDEF"


def estimate(
    g: Graph,
    size: SampledSize = 3,
    *,
    n_samples: int = 100_000,
    rng: Seed = 0,
    n_jobs: int | None = None,
    directed: bool = True,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate how often each connected class of three to six neurons occurs, induced.

    For sizes and graphs beyond exact counts: the work does not depend on how many there are.

    Parameters
    ----------
    g : Graph
        Self-loops are left out; weights do not matter.
    size : {3, 4, 5, 6}
        Neurons in a class.
    n_samples : int
        Draws, dealt out evenly over the 1, 2, 3 or 6 trees of the size. A draw that meets a
        neuron twice is one without a hit.
    rng : int, Generator or None
        The same seed gives the same numbers on any number of threads.
    n_jobs : int, optional
        Threads; by default all processors this process may use.
    directed : bool
        False for classes of the undirected simplified graph.
    level : float
        Of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame, one row per class, index ``motif``
        ``edges`` of the class, as text; ``estimate``, unbiased; ``standard_error``, 0 where nothing was hit; ``low`` and ``high``,
        an interval that holds the count with probability `level` or a little more; ``n_hits``;
        ``method``, "sampled"; and ``n_samples``. All classes of three neurons (MAN names) and of
        four ("4-" and mfinder's id, see `class_ids`), of five and six ("5-" and the id) those that
        were hit. Undirected: all graphlets "G1" ... "G29" of the size, of six nodes "6-" and the
        id of the graph with every edge both ways, of those hit. ``attrs`` holds the seed, the
        level and the fraction of draws that met no neuron twice.

    Raises
    ------
    ValueError
        Where an option is out of range.

    Notes
    -----
    The interval is that of Clopper and Pearson 1934 (doi:10.1093/biomet/26.4.404) for the hits.
    Draws of different trees hit with different chances, for which it is on the safe side
    (Hoeffding 1956, doi:10.1214/aoms/1177728178). Each class has its own; they do not hold
    jointly.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> table = ca.motifs.estimate(g, 3, n_samples=50_000)
    >>> row = table.loc["030T"]  # the exact count is 1453
    >>> bool(row["low"] < 1453 < row["high"]), bool(row["standard_error"] < 0.05 * row["estimate"])
    (True, True)
    """
    import pandas as pd

    require_graph(g)
    _check(size, n_samples, level)
    seed = seed_number(rng)
    simple = g.without_self_loops()
    around = neighbourhoods(simple.n_nodes, simple.out_sources, simple.out_indices)
    if not directed:
        around = around._replace(codes=np.full_like(around.codes, 3))
    trees = TREES[size]
    n_draws = np.full(len(trees), n_samples // len(trees))
    n_draws[: n_samples % len(trees)] += 1
    totals, codes = _draw(around, trees, n_draws, seed, thread_count(n_jobs))

    distinct, times = np.unique(codes[codes >= 0], return_counts=True)
    hit_ids, hit_class = np.unique(class_ids(distinct, size), return_inverse=True)
    hits = np.zeros(len(hit_ids), dtype=np.int64)
    np.add.at(hits, hit_class, times)
    names = _names(size, directed=directed)
    ids = np.array(sorted(names) if names else hit_ids, dtype=np.int64)
    n_hits = np.zeros(len(ids), dtype=np.int64)
    n_hits[np.searchsorted(ids, hit_ids)] = hits

    # Chance that one draw of a tree hits one given set of neurons of a class.
    chance = np.zeros((len(trees), len(ids)))
    np.divide(_ways(ids, size), totals[:, None], out=chance, where=totals[:, None] > 0)
    result = _estimates(n_hits, chance, n_draws, level)
    labels = [names.get(number, f"{size}-{number}") for number in ids.tolist()]
    joint = "->" if directed else "-"
    table = pd.DataFrame(
        {"edges": [_in_words(number, size, joint) for number in ids.tolist()]}
        | result
        | {"n_hits": n_hits, "method": "sampled", "n_samples": n_samples},
        index=pd.Index(labels, name="motif", dtype=object),
    )
    if names:
        table = table.loc[list(names.values())]
    table.attrs.update(
        {
            "graph": g.name,
            "seed": seed,
            "level": level,
            "directed": directed,
            "accepted_fraction": float((codes >= 0).mean()),
        }
    )
    return table


def _check(size: int, n_samples: int, level: float) -> None:
    if size not in (3, 4, 5, 6):
        msg = f"size must be 3, 4, 5 or 6 neurons, got {size!r}."
        raise ValueError(msg)
    least = len(TREES[size])
    given: object = n_samples
    whole = isinstance(given, (int, np.integer)) and not isinstance(given, bool)
    if not whole or n_samples < least:
        msg = (
            f"n_samples must be a whole number of at least {least}, one for each tree of {size} "
            f"nodes, got {n_samples!r}."
        )
        raise ValueError(msg)
    if not 0 < level < 1:
        msg = f"level must be between 0 and 1, got {level!r}."
        raise ValueError(msg)


def _draw(
    around: Neighbourhoods,
    trees: tuple[Tree, ...],
    n_draws: NDArray[np.int64],
    seed: int,
    threads: int,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(T,) how many maps each tree has, and the codes of all draws."""
    totals, codes = [], []
    n_streams = 0
    for tree, wanted in zip(trees, n_draws.tolist(), strict=True):
        maps = tree_maps(around, tree)
        totals.append(maps.total)
        begins = range(0, wanted, _DRAWS_AT_ONCE)
        if maps.total == 0:
            codes.append(np.full(wanted, -1, dtype=np.int64))
        else:
            # Bound here, for the loop goes on: each run has a stream of its own.
            def run(begin: int, maps=maps, wanted=wanted, first=n_streams):  # type: ignore[no-untyped-def]
                return draw_codes(
                    around.indptr,
                    around.indices,
                    around.codes,
                    *maps[1:],
                    stream(seed, first + begin // _DRAWS_AT_ONCE),
                    min(_DRAWS_AT_ONCE, wanted - begin),
                )

            codes.extend(map_threads(run, begins, threads))
        n_streams += len(begins)
    return np.array(totals), np.concatenate(codes)


def _names(size: int, *, directed: bool) -> dict[int, str]:
    """Names of the classes of a size by id, in their order; empty where there are too many."""
    if directed and size == 3:
        edges = {name: TRIADS[name].edges for name in CONNECTED_TRIADS}
    elif not directed and size < 6:
        edges = {
            graphlet.name: graphlet.edges + tuple((b, a) for a, b in graphlet.edges)
            for graphlet in GRAPHLETS
            if graphlet.size == size
        }
    elif directed and size == 4:
        ids = np.unique(class_ids(np.arange(4**6), 4))
        connected = _ways(ids, 4).any(axis=0)
        return {number: f"4-{number}" for number in ids[connected].tolist()}
    else:
        return {}
    codes = np.array([code_of_edges(some, size) for some in edges.values()], dtype=np.int64)
    return dict(zip(class_ids(codes, size).tolist(), edges, strict=True))


def _in_words(number: int, size: int, joint: str) -> str:
    """Edges of a class as text, ``A->B; B->C``, or each pair once, ``A-B; B-C``."""
    edges = edges_of_id(number, size)
    if joint == "-":
        edges = tuple((a, b) for a, b in edges if a < b)
    return "; ".join(f"{_LETTERS[a]}{joint}{_LETTERS[b]}" for a, b in edges)


def _ways(ids: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """(T, C) int64: in how many ways each tree of a size can be laid on all nodes of each class."""
    joined = np.zeros((len(ids), size, size), dtype=bool)
    for k, number in enumerate(ids.tolist()):
        for a, b in edges_of_id(number, size):
            joined[k, a, b] = joined[k, b, a] = True
    # Few skeletons are behind many directed classes.
    pairs = np.array(list(combinations(range(size), 2)))
    skeletons, which = np.unique(joined[:, pairs[:, 0], pairs[:, 1]], axis=0, return_inverse=True)
    orders = np.array(list(permutations(range(size))))
    ways = np.zeros((len(TREES[size]), len(skeletons)), dtype=np.int64)
    for k, skeleton in enumerate(skeletons):
        matrix = np.zeros((size, size), dtype=bool)
        matrix[pairs[:, 0], pairs[:, 1]] = skeleton
        matrix |= matrix.T
        for t, tree in enumerate(TREES[size]):
            lies = np.ones(len(orders), dtype=bool)
            for a, b in tree_edges(tree):
                lies &= matrix[orders[:, a], orders[:, b]]
            ways[t, k] = np.count_nonzero(lies)
    return ways[:, which.ravel()]


def _estimates(
    n_hits: NDArray[np.int64],
    chance: NDArray[np.float64],
    n_draws: NDArray[np.int64],
    level: float,
) -> dict[str, NDArray[np.float64]]:
    """Estimates, standard errors and intervals from hits : (C,), chance : (T, C), n_draws : (T,)."""
    from scipy.stats import beta

    expected = n_draws @ chance  # hits for each set of neurons that there is
    tried = n_draws @ (chance > 0)  # draws that could have hit
    counts = np.zeros(len(n_hits))
    np.divide(n_hits, expected, out=counts, where=expected > 0)
    p_hit = np.minimum(counts * chance, 1.0)
    spread = np.sqrt(n_draws @ (p_hit * (1 - p_hit)))
    error = np.zeros(len(n_hits))
    np.divide(spread, expected, out=error, where=expected > 0)
    tail = (1 - level) / 2
    low, high = np.zeros(len(n_hits)), np.zeros(len(n_hits))
    some = (n_hits > 0) & (expected > 0)
    missed = (n_hits < tried) & (expected > 0)
    low[some] = beta.ppf(tail, n_hits[some], tried[some] - n_hits[some] + 1)
    high[missed] = beta.isf(tail, n_hits[missed] + 1, tried[missed] - n_hits[missed])
    high[(n_hits == tried) & (expected > 0)] = 1.0
    scale = np.zeros(len(n_hits))
    np.divide(tried, expected, out=scale, where=expected > 0)
    return {
        "estimate": counts,
        "standard_error": error,
        "low": low * scale,
        "high": high * scale,
    }
