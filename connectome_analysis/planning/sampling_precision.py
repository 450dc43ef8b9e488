"""Sampling precision: how many neurons, or which regions, must be mapped to know a number so well?

A connectome that is known stands for the one that is not: parts of it are taken at random, the number is
measured on each, and what it scatters around that of the whole says what a part that large is worth.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from math import comb
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph, require_graph
from ..measures.per_neuron import labels_of
from ..random_streams import Seed, seed_number
from ..threads import map_threads
from ..whole_numbers import require_whole

if TYPE_CHECKING:
    import pandas as pd

Statistic = Callable[[Graph], float]
_DEFAULT_SHARES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
_FEWEST = 4
# For the interval of the number needed; so many give its ends to about 2 % of its width.
_RESAMPLES = 400


class SampleSize(NamedTuple):
    """What must be mapped for a precision, and how precision grows with it.

    Attributes
    ----------
    needed : float
        Least number of neurons (or regions) that reaches the precision, between the sizes tried on
        a logarithmic scale; NaN where none does.
    whole : float
        The number on the whole connectome.
    table : DataFrame, index ``size``
        ``neurons`` (mean over draws), ``mean``, ``sd``, ``bias`` (mean less whole), ``low`` and
        ``high`` (quantiles of the draws), ``error``: the distance from the whole that `level` of
        the draws stay within, relative where precision is; ``n_samples``, those with a number.
    needed_low, needed_high : float
        95 % interval of `needed`, for as many draws (bootstrap); infinite where the precision may not be
        reached by any size tried.
    """

    needed: float
    whole: float
    table: pd.DataFrame
    needed_low: float
    needed_high: float


def sample_size(
    g: Graph,
    statistic: Statistic,
    precision: float,
    *,
    relative: bool = True,
    sizes: Sequence[int] | None = None,
    regions: Any = None,
    larger_brain: bool = False,
    n_samples: int = 100,
    level: float = 0.95,
    rng: Seed = 0,
    n_jobs: int | None = None,
) -> SampleSize:
    """Find how large a sample of a connectome gives a statistic with a precision.

    Parameters
    ----------
    g : Graph
        Known, and taken to be like the one to be mapped.
    statistic : callable
        Takes the graph of the neurons drawn and the connections among them; returns a number.
        Densities, reciprocity, transitivity and shares of motifs keep their expectation in such a
        sample; counts, degrees and paths do not, which `bias` shows.
    precision : float
        Wanted of ``level`` of the samples: distance from the whole, as a share of it or, where
        `relative` is False, as it is.
    relative : bool
    sizes : sequence of int, optional
        Neurons (or regions) to draw; by default shares of the whole from 5 to 90 %.
    regions : str, Series by node id or array, optional
        Take whole regions, cell types or hemispheres in place of single neurons: a column of the
        node table or a label for each neuron. Every choice of regions is tried where there are no
        more than `n_samples`. Neurons without a label are left out of the samples.
    larger_brain : bool
        The brain to be mapped is much larger than `g`. Samples of nearly all of `g` agree with it
        because little else is left; the error is then taken up by 1 / sqrt(1 - share drawn).
    n_samples : int
        20 at least.
    level : float
    rng : int or Generator
    n_jobs : int, optional
        Threads.

    Returns
    -------
    SampleSize

    Raises
    ------
    ValueError
        Where the statistic of the whole is not a number, or 0 while precision is relative, or an
        option does not fit.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> found = sample_size(worm, ca.measures.reciprocity, 0.2, n_samples=60)
    >>> round(found.whole, 4), bool(found.table["sd"].is_monotonic_decreasing)
    (0.2124, True)
    """
    import pandas as pd

    require_graph(g)
    if not callable(statistic):
        msg = f"statistic must be a function of a graph, such as ca.measures.reciprocity, got {statistic!r}."
        raise TypeError(msg)
    require_whole("n_samples", n_samples, least=20)
    if not precision > 0 or not 0 < level < 1:
        msg = (
            f"precision must be above 0 and level between 0 and 1, got {precision!r} and {level!r}."
        )
        raise ValueError(msg)
    whole = float(statistic(g))
    if not np.isfinite(whole) or (relative and whole == 0):
        msg = (
            f"The statistic is {whole:g} on the whole connectome, of which there is no share; give "
            "relative=False (--absolute), or another statistic."
        )
        raise ValueError(msg)
    units = _units(g, regions)
    total = len(units)
    tried = _sizes(sizes, total, few=regions is not None)
    seed = seed_number(rng)
    rows, away = [], []
    for size in tried:
        chosen = _choices(total, size, n_samples, np.random.default_rng([seed, size]))

        def one(pick: NDArray[np.int64]) -> tuple[int, float]:
            part = g.subgraph(np.concatenate([units[k] for k in pick]))
            return part.n_nodes, float(statistic(part))

        found = list(map_threads(one, chosen, n_jobs))
        neurons = np.array([count for count, _ in found], np.float64)
        values = np.array([value for _, value in found])
        rows.append(_row(size, neurons, values, whole, level, relative=relative))
        away.append(_distances(values, whole, relative=relative))
    table = pd.DataFrame(rows).set_index("size")
    factor = np.ones(len(table))
    if larger_brain:
        share = table["neurons"].to_numpy(np.float64) / g.n_nodes
        with np.errstate(divide="ignore"):
            factor = 1.0 / np.sqrt(np.maximum(1.0 - share, 0.0))
        table["error"] = table["error"] * factor
    table.attrs |= {
        "graph": g.name,
        "unit": "neurons" if regions is None else "regions",
        "precision": precision,
        "relative": relative,
        "level": level,
        "larger_brain": larger_brain,
        "whole": whole,
        "seed": seed,
    }
    needed = _needed(
        table.index.to_numpy(np.float64), table["error"].to_numpy(np.float64), precision
    )
    exhaustive = [comb(total, size) <= n_samples for size in tried]
    low, high = _needed_interval(
        tried, away, exhaustive, factor, level, precision, np.random.default_rng([seed, 0])
    )
    table.attrs |= {"needed": needed, "needed_low": low, "needed_high": high}
    return SampleSize(needed, whole, table, low, high)


def best_regions(
    g: Graph, statistic: Statistic, regions: Any, *, n_regions: int = 1, most: int = 2_000
) -> pd.DataFrame:
    """Which regions, taken alone or together, come nearest to the whole.

    Parameters
    ----------
    g, statistic
        As for `sample_size`.
    regions : str, Series by node id or array
    n_regions : int
        Taken together.
    most : int
        Choices that may be tried.

    Returns
    -------
    DataFrame, one row per choice, nearest first
        ``regions`` (names joined by " + "), ``neurons``, ``value``, ``difference`` from the whole.

    Raises
    ------
    ValueError
        Where there are more than `most` choices.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> best_regions(worm, ca.measures.density, "cell_class").iloc[0]["regions"]
    'sensory'
    """
    import pandas as pd

    require_graph(g)
    require_whole("n_regions", n_regions)
    names, units = _named_units(g, regions)
    count = comb(len(units), n_regions)
    if not 0 < count <= most:
        msg = (
            f"There are {count:,} ways to take {n_regions} of {len(units)} regions, and {most:,} may be "
            "tried; take fewer regions, or sample_size, which draws some."
        )
        raise ValueError(msg)
    whole = float(statistic(g))
    rows = []
    for pick in itertools.combinations(range(len(units)), n_regions):
        part = g.subgraph(np.concatenate([units[k] for k in pick]))
        value = float(statistic(part))
        rows.append(
            {
                "regions": " + ".join(str(names[k]) for k in pick),
                "neurons": part.n_nodes,
                "value": value,
                "difference": value - whole,
            }
        )
    table = pd.DataFrame(rows)
    order = table["difference"].abs().sort_values(kind="stable").index
    table = table.loc[order].reset_index(drop=True)
    table.attrs |= {"whole": whole, "graph": g.name}
    return table


def _named_units(g: Graph, regions: Any) -> tuple[list[Any], list[NDArray[np.int64]]]:
    labels = labels_of(g, regions, argument="regions").dropna()
    groups = labels.groupby(labels, sort=True)
    names, units = [], []
    for name, members in groups:
        names.append(name)
        units.append(members.index.to_numpy(np.int64))
    if len(units) < 2:
        msg = f"regions must name two regions or more, got {len(units)}."
        raise ValueError(msg)
    return names, units


def _units(g: Graph, regions: Any) -> list[NDArray[np.int64]]:
    if regions is not None:
        return _named_units(g, regions)[1]
    if g.n_nodes < 2 * _FEWEST:
        msg = f"Samples are drawn from {2 * _FEWEST} neurons or more, got {g.n_nodes}."
        raise ValueError(msg)
    return [g.node_ids[k : k + 1] for k in range(g.n_nodes)]


def _sizes(sizes: Sequence[int] | None, total: int, *, few: bool) -> list[int]:
    if sizes is None:
        if few:
            return list(range(1, total)) if total <= 12 else _spaced(total, 1)
        return _spaced(total, _FEWEST)
    tried = sorted(set(sizes))
    for size in tried:
        require_whole("sizes", size)
        if size > total:
            msg = f"sizes must be at most {total}, all there are, got {size}."
            raise ValueError(msg)
    if not tried:
        msg = "sizes must hold one number at least, got none."
        raise ValueError(msg)
    return [int(size) for size in tried]


def _spaced(total: int, least: int) -> list[int]:
    return sorted({max(least, round(share * total)) for share in _DEFAULT_SHARES})


def _choices(
    total: int, size: int, n_samples: int, draws: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Every choice where there are few, otherwise some at random."""
    if comb(total, size) <= n_samples:
        return [np.array(pick) for pick in itertools.combinations(range(total), size)]
    return [draws.choice(total, size, replace=False) for _ in range(n_samples)]


def _row(
    size: int,
    neurons: NDArray[np.float64],
    values: NDArray[np.float64],
    whole: float,
    level: float,
    *,
    relative: bool,
) -> dict[str, float]:
    known = values[np.isfinite(values)]
    row = {"size": size, "neurons": float(neurons.mean()), "n_samples": len(known)}
    away = _distances(values, whole, relative=relative)
    error = float(np.quantile(away, level, method="higher"))
    if not len(known):
        nothing = dict.fromkeys(("mean", "sd", "bias", "low", "high"), np.nan)
        return row | nothing | {"error": error}
    tails = ((1 - level) / 2, (1 + level) / 2)
    low, high = np.quantile(known, tails)
    return row | {
        "mean": float(known.mean()),
        "sd": float(known.std(ddof=1)) if len(known) > 1 else 0.0,
        "bias": float(known.mean() - whole),
        "low": float(low),
        "high": float(high),
        "error": error,
    }


def _distances(values: NDArray[np.float64], whole: float, *, relative: bool) -> NDArray[np.float64]:
    """Distance of each sample from the whole; one without a number is as far off as can be."""
    away = np.full(len(values), np.inf)
    known = np.isfinite(values)
    away[known] = np.abs(values[known] - whole) / (abs(whole) if relative else 1.0)
    return away


def _needed_interval(
    sizes: list[int],
    away: list[NDArray[np.float64]],
    exhaustive: list[bool],
    factor: NDArray[np.float64],
    level: float,
    precision: float,
    draws: np.random.Generator,
) -> tuple[float, float]:
    """95 % interval of the size needed: samples drawn anew from those there are, of each size."""
    errors = np.empty((_RESAMPLES, len(sizes)))
    for k, (one, whole) in enumerate(zip(away, exhaustive, strict=True)):
        # Every choice there is has been tried: nothing is left to chance.
        again = one[None] if whole else draws.choice(one, (_RESAMPLES, len(one)))
        errors[:, k] = np.quantile(again, level, axis=1, method="higher") * factor[k]
    found = np.array([_needed(np.array(sizes, np.float64), row, precision) for row in errors])
    found[np.isnan(found)] = np.inf
    low, high = np.quantile(found, [0.025, 0.975], method="nearest")
    return float(low), float(high)


def _needed(sizes: NDArray[np.float64], errors: NDArray[np.float64], precision: float) -> float:
    """Size from which on all errors are small enough, between the two around it on log scales.

    Examples
    --------
    >>> round(_needed(np.array([10.0, 40.0, 90.0]), np.array([0.2, 0.1, 0.05]), 0.1414), 0)
    20.0
    """
    enough = errors <= precision
    if not enough[-1]:
        return float("nan")
    first = len(enough) - int(np.argmin(enough[::-1])) if not enough.all() else 0
    if first == 0 or not np.isfinite(errors[first - 1]) or errors[first] <= 0:
        return float(sizes[first])
    (a, b), (e, f) = np.log(sizes[first - 1 : first + 1]), np.log(errors[first - 1 : first + 1])
    return float(np.exp(a + (b - a) * (e - np.log(precision)) / (e - f)))
