"""Edge conservation: which connections do two individuals, or two hemispheres, share?

Strong connections are shared more often than weak ones, partly because a weak one is more easily missed;
``errors.compare_pairs`` says how many differ by more than that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..measures.density import density
from ..measures.level import require_level
from .given import Given, One, two_graphs
from .matched_neurons import Matched, matched_neurons
from .raw_counts import warn_of_mixed_counts

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

# Lower ends of the classes of strength, for counts of synapses, ...
_FROM = (1, 2, 3, 5, 10, 20)
# ... and so many classes with about as many connections in each, for other weights.
_CLASSES = 6


def shared_edges(a: One, b: One, *, pairs: Any = None, **options: Any) -> pd.DataFrame:
    """List the connections of two graphs among the neurons that correspond.

    Parameters
    ----------
    a, b : Graph, Connectome, folder or name
    pairs : optional
        Which neuron of `b` is which of `a`, see `matched_neurons`; equal ids by default.
    **options
        ``edge_type``, ``min_synapses``, ``where`` of connectomes.

    Returns
    -------
    DataFrame, one row per ordered pair of neurons joined in either
        ``pre_id``, ``post_id`` in `a`; ``pre_id_b``, ``post_id_b``; ``weight_a``, ``weight_b``, 0
        where there is no connection. ``attrs`` hold how many neurons matched.

    Warns
    -----
    MixedCountsWarning

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> a = ca.Graph.from_edges([1, 1], [2, 3], weight=[5, 1])
    >>> b = ca.Graph.from_edges([1, 3], [2, 1], weight=[4, 2])
    >>> shared_edges(a, b)[["pre_id", "post_id", "weight_a", "weight_b"]].to_numpy().tolist()
    [[1, 2, 5, 4], [1, 3, 1, 0], [3, 1, 0, 2]]
    """
    one, two = two_graphs(a, b, **options)
    warn_of_mixed_counts([one, two])
    return _shared(one, two, matched_neurons(one.graph, two.graph, pairs))


def _shared(one: Given, two: Given, matched: Matched) -> pd.DataFrame:
    import pandas as pd

    n = matched.a.n_nodes
    keys, weights = zip(*(_keyed(g) for g in (matched.a, matched.b)), strict=True)
    every = np.union1d(keys[0], keys[1])
    columns: dict[str, NDArray[Any]] = {}
    pre, post = every // n, every % n
    for suffix, g in (("", matched.a), ("_b", matched.b)):
        columns |= {f"pre_id{suffix}": g.node_ids[pre], f"post_id{suffix}": g.node_ids[post]}
    for name, own, weight in zip(("weight_a", "weight_b"), keys, weights, strict=True):
        filled = np.zeros(len(every), dtype=weight.dtype)
        filled[np.searchsorted(every, own)] = weight
        columns[name] = filled
    table = pd.DataFrame(columns)
    table.attrs |= _said(one, two, matched)
    return table


def edge_conservation(
    a: One,
    b: One,
    *,
    pairs: Any = None,
    strengths: Sequence[float] | None = None,
    level: float = 0.95,
    **options: Any,
) -> pd.DataFrame:
    """Share of the connections of one graph that the other has too, by strength.

    Parameters
    ----------
    a, b : Graph, Connectome, folder or name
    pairs : optional
        As for `shared_edges`.
    strengths : sequence of float, optional
        Least weight of each class, ascending; the last is open. By default 1, 2, 3, 5, 10 and 20 where all weights
        are whole numbers, such as synapses; otherwise, such as for shares of the input, six classes with about
        as many connections in each, the first from 0. The sign of a weight does not matter.
    level : float
        Of the intervals (Clopper and Pearson 1934, connections taken as independent).
    **options
        As for `shared_edges`.

    Returns
    -------
    DataFrame, one row per direction and class of strength
        ``of`` ("a": connections of `a` looked for in `b`, or "b"); ``weight_from``,
        ``weight_below`` (infinite for the last); ``edges``, ``shared``, ``fraction`` with ``low``,
        ``high``; ``by_chance``, the fraction shared if the other graph placed its connections at
        random. ``attrs``: ``jaccard`` (shared over all), ``n_shared``, ``n_union``, how many neurons
        matched, and ``n_below_a``, ``n_below_b``: connections weaker than the first of the `strengths` given,
        which are in no row.

    Raises
    ------
    ValueError
        Where strengths do not rise, or fewer than two neurons correspond.

    Warns
    -----
    MixedCountsWarning

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worms = [ca.open(f"celegans-witvliet2021-{age}").graph() for age in (7, 8)]
    >>> table = edge_conservation(*worms, pairs="name", strengths=[1, 5])
    >>> weak, strong = table.loc[table["of"] == "a", "fraction"]
    >>> bool(strong > weak)
    True
    """
    import pandas as pd
    from scipy.stats import binomtest

    require_level(level)
    if strengths is not None:
        given = np.asarray(strengths, np.float64)
        if len(given) == 0 or not (np.diff(given) > 0).all() or not np.isfinite(given).all():
            msg = f"strengths must be rising numbers, such as [1, 2, 5], got {list(strengths)!r}."
            raise ValueError(msg)
    first, second = two_graphs(a, b, **options)
    warn_of_mixed_counts([first, second])
    matched = matched_neurons(first.graph, second.graph, pairs)
    both = _shared(first, second, matched)
    weight = {of: np.abs(both[f"weight_{of}"].to_numpy(np.float64)) for of in "ab"}
    bounds = _classes([*weight.values()]) if strengths is None else given
    chance = {"a": density(matched.b), "b": density(matched.a)}
    ends = [*bounds[1:], np.inf]
    rows = []
    for of, other in (("a", "b"), ("b", "a")):
        own, theirs = weight[of], weight[other]
        for low, high in zip(bounds, ends, strict=True):
            chosen = (own >= low) & (own < high) & (own > 0)
            edges, shared = int(chosen.sum()), int((theirs[chosen] > 0).sum())
            interval = (np.nan, np.nan)
            if edges:
                found = binomtest(shared, edges).proportion_ci(level)
                interval = float(found.low), float(found.high)
            rows.append(
                {
                    "of": of,
                    "weight_from": low,
                    "weight_below": high,
                    "edges": edges,
                    "shared": shared,
                    "fraction": shared / edges if edges else np.nan,
                    "low": interval[0],
                    "high": interval[1],
                    "by_chance": chance[of],
                }
            )
    table = pd.DataFrame(rows)
    shared_all = int(((weight["a"] > 0) & (weight["b"] > 0)).sum())
    table.attrs |= both.attrs | {
        "n_shared": shared_all,
        "n_union": len(both),
        "jaccard": shared_all / len(both) if len(both) else np.nan,
    }
    for of, own in weight.items():
        table.attrs[f"n_below_{of}"] = int(((own > 0) & (own < bounds[0])).sum())
    return table


def _classes(weights: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Lower ends of classes that hold every connection."""
    known = np.concatenate([one[one > 0] for one in weights])
    if len(known) == 0 or (known == np.floor(known)).all():
        return np.array(_FROM, np.float64)
    inner = np.quantile(known, np.arange(1, _CLASSES) / _CLASSES)
    return np.unique([0.0, *inner])


def weight_correlation(a: One, b: One, *, pairs: Any = None, **options: Any) -> pd.Series[float]:
    """How alike the weights of corresponding connections are.

    Parameters
    ----------
    a, b : Graph, Connectome, folder or name
    pairs : optional
        As for `shared_edges`.
    **options
        As for `shared_edges`.

    Returns
    -------
    Series
        ``n_union``, ``n_shared``; over the shared ones ``pearson``, ``pearson_log`` (of logarithms)
        and ``spearman``; over all that either has, a missing one counting 0, ``pearson_union`` and
        ``spearman_union``. NaN where fewer than three, or weights do not vary.

    Warns
    -----
    MixedCountsWarning

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> a = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], weight=[2, 4, 8])
    >>> b = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], weight=[1, 2, 4])
    >>> weight_correlation(a, b)[["pearson", "pearson_log", "spearman"]].round(6).tolist()
    [1.0, 1.0, 1.0]
    """
    import pandas as pd
    from scipy.stats import pearsonr, spearmanr

    first, second = two_graphs(a, b, **options)
    warn_of_mixed_counts([first, second])
    both = _shared(first, second, matched_neurons(first.graph, second.graph, pairs))
    one, two = (both[f"weight_{of}"].to_numpy(np.float64) for of in "ab")
    shared = (one > 0) & (two > 0)

    def of(measure: Any, x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
        if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
            return np.nan
        return float(measure(x, y).statistic)

    found = pd.Series(
        {
            "n_union": float(len(both)),
            "n_shared": float(shared.sum()),
            "pearson": of(pearsonr, one[shared], two[shared]),
            "pearson_log": of(pearsonr, np.log(one[shared]), np.log(two[shared])),
            "spearman": of(spearmanr, one[shared], two[shared]),
            "pearson_union": of(pearsonr, one, two),
            "spearman_union": of(spearmanr, one, two),
        }
    )
    found.attrs |= both.attrs
    return found


def _keyed(g: Graph) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Number of each connection's pair, ascending as edges are, and its weight."""
    return g.out_sources.astype(np.int64) * g.n_nodes + g.out_indices, np.asarray(g.weights)


def _said(a: Given, b: Given, matched: Matched) -> dict[str, Any]:
    return {
        "a": a.name,
        "b": b.name,
        "n_matched": matched.a.n_nodes,
        "n_only_a": matched.n_only_a,
        "n_only_b": matched.n_only_b,
    }
