"""Graph matching: which neuron of one connectome is which of another, from their wiring?

Wanted is the assignment P that maximises the weight both graphs place on the same connections,
tr(Aᵀ P B Pᵀ). FAQ (Vogelstein et al. 2015, doi:10.1371/journal.pone.0121002) lets P be any doubly stochastic
matrix, climbs by Frank and Wolfe's steps, each a linear assignment, and ends at the permutation nearest to
where it arrives. Known pairs are seeds (Fishkind et al. 2019, doi:10.1016/j.patcog.2018.09.014).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors.generators import generator
from ..graph import Graph
from ..ids import Positions, as_ids
from ..measures.choice import require_choice
from ..random_streams import Seed, seed_number, stream
from ..whole_numbers import require_whole
from .given import One, two_graphs
from .raw_counts import warn_of_mixed_counts

if TYPE_CHECKING:
    import pandas as pd

Weighing: TypeAlias = Literal["log", "rank", "binary", "raw"]
Floats: TypeAlias = NDArray[np.float64]


def match_neurons(
    a: One,
    b: One,
    *,
    seeds: Any = None,
    weights: Weighing = "log",
    similarity: ArrayLike | None = None,
    n_starts: int = 1,
    max_iterations: int = 30,
    tolerance: float = 0.03,
    rng: Seed = 0,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Find for each neuron of the smaller graph its counterpart in the other.

    Parameters
    ----------
    a, b : Graph, Connectome, folder or name
        Not necessarily as large; every neuron of the smaller one gets a partner. Self-loops are left
        out.
    seeds : mapping, Series or table of two columns, optional
        Pairs known, ids of `a` to ids of `b`.
    weights : {"log", "rank", "binary", "raw"}
        What a connection counts: log(1 + weight), its rank among the graph's weights, 1, or its
        weight.
    similarity : (N_a, N_b) array, optional
        What a pair of neurons has in common besides, such as of their shape or type; 1 counts as
        much as one connection of mean weight shared by both.
    n_starts : int
        Starts at the middle of all assignments, then at random places near it; the best is kept.
    max_iterations : int
    tolerance : float
        A start ends when P moves by less, as mean over its rows.
    rng : int or Generator
        For the random starts and to break ties: neurons are taken in random order.
    progress : callable, optional
        Called with the starts done and all.
    **options
        ``edge_type``, ``min_synapses``, ``where`` of connectomes.

    Returns
    -------
    DataFrame, one row per matched pair, in the order of the smaller graph's neurons
        ``id_a``, ``id_b``; ``seed``; ``agreement`` in [0, 1]: of the weight that both neurons'
        connections have, the share on connections to neurons matched with each other; NaN without
        connections. ``attrs``: ``objective``, ``start``, ``iterations``.

    Raises
    ------
    ValueError
        Where seeds are no pairs, similarity has another shape, or an option is not one of those
        above.

    Warns
    -----
    MixedCountsWarning

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> known = {int(i): int(i) for i in worm.node_ids[:60]}
    >>> found = match_neurons(worm, worm, seeds=known)
    >>> round(match_accuracy(found, {int(i): int(i) for i in worm.node_ids}), 2)
    1.0
    """
    given = two_graphs(a, b, **options)
    a, b = (one.graph for one in given)
    for g in (a, b):
        if g.n_nodes == 0:
            msg = "Neurons can be matched where both graphs have some, got a graph without any."
            raise ValueError(msg)
    require_choice("weights", weights, get_args(Weighing))
    require_whole("n_starts", n_starts)
    require_whole("max_iterations", max_iterations)
    warn_of_mixed_counts(given, weights=weights in ("log", "raw"))
    swapped = a.n_nodes > b.n_nodes
    small, large = (b, a) if swapped else (a, b)
    problem = _problem(small, large, _seeds(a, b, seeds, swapped=swapped), weights)
    if similarity is not None:
        extra = np.asarray(similarity, np.float64)
        if extra.shape != (a.n_nodes, b.n_nodes) or not np.isfinite(extra).all():
            msg = (
                f"similarity must be finite numbers of shape ({a.n_nodes}, {b.n_nodes}), got shape "
                f"{extra.shape}."
            )
            raise ValueError(msg)
        problem = problem._replace(extra=(extra.T if swapped else extra) * problem.typical)
    seed = seed_number(rng)
    best: _Climbed | None = None
    for start in range(n_starts):
        draws = generator(np.random.default_rng(stream(seed, start)))
        climbed = _climb(problem, draws, start, max_iterations, tolerance)
        if best is None or climbed.objective > best.objective:
            best = climbed
        if progress is not None:
            progress(start + 1, n_starts)
    assert best is not None
    return _table(problem, small, large, best, swapped=swapped)


def match_accuracy(matches: pd.DataFrame, truth: Any) -> float:
    """Share of matched pairs, seeds not counted, that are right; of those whose truth is known.

    Parameters
    ----------
    matches : DataFrame
        From `match_neurons`.
    truth : mapping or Series
        Ids of `a` to ids of `b`.

    Returns
    -------
    float
        NaN where no pair but seeds has a known truth.

    Examples
    --------
    >>> import pandas as pd
    >>> matches = pd.DataFrame({"id_a": [1, 2, 3], "id_b": [1, 3, 2], "seed": [True, False, False]})
    >>> match_accuracy(matches, {1: 1, 2: 3, 3: 3})
    0.5
    """
    import pandas as pd

    known = pd.Series(truth)
    found = matches[~matches["seed"] & matches["id_a"].isin(known.index)]
    if found.empty:
        return float("nan")
    right = known.loc[found["id_a"]].to_numpy() == found["id_b"].to_numpy()
    return float(right.mean())


class _Problem(NamedTuple):
    """Sparse matrices (m, m) and (n, n), m <= n; free rows and columns, and seeds as dense indices."""

    one: Any
    two: Any
    seeds_one: NDArray[np.int64]
    seeds_two: NDArray[np.int64]
    free_one: NDArray[np.int64]
    free_two: NDArray[np.int64]
    extra: Floats | None
    typical: float


class _Climbed(NamedTuple):
    partner: NDArray[np.int64]
    objective: float
    iterations: int
    start: int


def _seeds(
    a: Graph, b: Graph, seeds: Any, *, swapped: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if seeds is None:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing
    import pandas as pd

    if isinstance(seeds, pd.DataFrame):
        left, right = seeds.iloc[:, 0].to_numpy(), seeds.iloc[:, 1].to_numpy()
    else:
        given = pd.Series(seeds)
        left, right = given.index.to_numpy(), given.to_numpy()
    one, two = (
        Positions(g.node_ids)(as_ids(ids, which), which, "leave those seeds out").astype(np.int64)
        for which, g, ids in (("seeds of a", a, left), ("seeds of b", b, right))
    )
    for which, places, g in (("a", one, a), ("b", two, b)):
        if len(np.unique(places)) < len(places):
            values, counts = np.unique(places, return_counts=True)
            msg = f"Neuron {g.node_ids[values[counts > 1][0]]} of {which} is in more than one seed."
            raise ValueError(msg)
    return (two, one) if swapped else (one, two)


def _problem(
    small: Graph,
    large: Graph,
    seeds: tuple[NDArray[np.int64], NDArray[np.int64]],
    weights: Weighing,
) -> _Problem:
    matrices = [_weighed(g, weights) for g in (small, large)]
    one, two = seeds
    means = [float(m.data.mean()) if m.nnz else 0.0 for m in matrices]
    return _Problem(
        matrices[0],
        matrices[1],
        one,
        two,
        np.setdiff1d(np.arange(small.n_nodes), one),
        np.setdiff1d(np.arange(large.n_nodes), two),
        None,
        means[0] * means[1],
    )


def _weighed(g: Graph, weights: Weighing) -> Any:
    from scipy.stats import rankdata

    matrix = g.to_scipy().astype(np.float64)
    if weights == "log":
        matrix.data = np.log1p(matrix.data)
    elif weights == "binary":
        matrix.data = np.ones(matrix.nnz)
    elif weights == "rank":
        matrix.data = rankdata(matrix.data) / max(matrix.nnz, 1)
    return matrix


def _climb(
    problem: _Problem,
    draws: np.random.Generator,
    start: int,
    max_iterations: int,
    tolerance: float,
) -> _Climbed:
    """Frank and Wolfe's steps on the free rows and columns of P, then the nearest assignment."""
    from scipy.optimize import linear_sum_assignment

    m, n = problem.one.shape[0], problem.two.shape[0]
    # scipy's solver takes the first of equally good columns; in random order ties are drawn.
    rows = draws.permutation(problem.free_one)
    columns = draws.permutation(problem.free_two)
    p = np.zeros((m, n))
    p[problem.seeds_one, problem.seeds_two] = 1.0
    free = np.ix_(rows, columns)
    if not len(rows):
        return _finished(problem, rows, columns, np.zeros(0, np.int64), 0, start)
    p[free] = _first(len(rows), len(columns), draws, start)
    iterations = 0
    for _ in range(max_iterations):
        iterations += 1
        slope = _slope(problem, p)
        _, best = linear_sum_assignment(slope[free], maximize=True)
        q = np.zeros_like(p)
        q[problem.seeds_one, problem.seeds_two] = 1.0
        q[rows, columns[best]] = 1.0
        step = _best_step(problem, p, q, slope)
        moved = step * np.abs(q - p)[free].sum() / (2 * len(rows))
        p = p + step * (q - p)
        if moved < tolerance:
            break
    _, best = linear_sum_assignment(p[free], maximize=True)
    return _finished(problem, rows, columns, best, iterations, start)


def _first(m: int, n: int, draws: np.random.Generator, start: int) -> Floats:
    """(m, n) rows that sum to 1: the middle of all assignments, from the second start on with noise."""
    middle = np.full((m, n), 1.0 / n)
    if start == 0:
        return middle
    noise = draws.random((m, n))
    for _ in range(20):  # towards equal sums of rows and of columns
        noise /= noise.sum(axis=1, keepdims=True)
        noise *= (m / n) / noise.sum(axis=0, keepdims=True)
    result: Floats = 0.5 * middle + 0.5 * noise / noise.sum(axis=1, keepdims=True)
    return result


def _slope(problem: _Problem, p: Floats) -> Floats:
    """(m, n) derivative of tr(Aᵀ P B Pᵀ) + tr(S Pᵀ)."""
    one, two = problem.one, problem.two
    result = np.asarray(one @ (two @ p.T).T + one.T @ (two.T @ p.T).T)
    return result if problem.extra is None else result + problem.extra


def _value(problem: _Problem, p: Floats) -> float:
    flow = np.asarray(problem.one.T @ p)
    total = float((flow * np.asarray((problem.two @ p.T).T)).sum())
    return total if problem.extra is None else total + float((problem.extra * p).sum())


def _best_step(problem: _Problem, p: Floats, q: Floats, slope: Floats) -> float:
    """Where between P and Q the objective, a parabola, is largest."""
    toward = q - p
    rise = float((slope * toward).sum())
    flow = np.asarray(problem.one.T @ toward)
    bend = float((flow * np.asarray((problem.two @ toward.T).T)).sum())
    if bend < 0.0:
        return float(np.clip(-rise / (2.0 * bend), 0.0, 1.0))
    return 1.0 if rise + bend > 0.0 else 0.0


def _finished(
    problem: _Problem,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    best: NDArray[Any],
    iterations: int,
    start: int,
) -> _Climbed:
    m, n = problem.one.shape[0], problem.two.shape[0]
    partner = np.empty(m, dtype=np.int64)
    partner[problem.seeds_one] = problem.seeds_two
    partner[rows] = columns[best]
    p = np.zeros((m, n))
    p[np.arange(m), partner] = 1.0
    return _Climbed(partner, _value(problem, p), iterations, start)


def _table(
    problem: _Problem, small: Graph, large: Graph, best: _Climbed, *, swapped: bool
) -> pd.DataFrame:
    import pandas as pd

    mapped = problem.two[best.partner][:, best.partner].tocsr()
    shared = problem.one.minimum(mapped)
    either = problem.one.maximum(mapped)
    both = [
        np.asarray(m.sum(axis=0)).ravel() + np.asarray(m.sum(axis=1)).ravel()
        for m in (shared, either)
    ]
    agreement = np.full(small.n_nodes, np.nan)
    np.divide(both[0], both[1], out=agreement, where=both[1] > 0)
    seed = np.zeros(small.n_nodes, dtype=bool)
    seed[problem.seeds_one] = True
    ids = small.node_ids, large.node_ids[best.partner]
    table = pd.DataFrame(
        {
            "id_a": ids[1] if swapped else ids[0],
            "id_b": ids[0] if swapped else ids[1],
            "seed": seed,
            "agreement": agreement,
        }
    )
    table.attrs |= {
        "objective": best.objective,
        "iterations": best.iterations,
        "start": best.start,
        "a": (large if swapped else small).name,
        "b": (small if swapped else large).name,
    }
    return table
