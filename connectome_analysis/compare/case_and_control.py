"""Case and control: do two sets of connectomes differ - mutants and wild type, trained and untrained?

The animal is the unit: whatever is measured of a connectome is one number, and the only chance is which
animal is in which set. So the p-value comes from dealing the animals out anew (Fisher 1935), which asks
nothing of the numbers' distribution, and can be no smaller than the number of ways to deal allows.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Mapping
from math import comb
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors.generators import generator
from ..graph import Graph
from ..random_streams import Seed
from ..whole_numbers import require_whole
from .given import Many, named_graphs
from .many_tests import corrected
from .measures_of_one import MEASURES
from .raw_counts import warn_of_mixed_counts

if TYPE_CHECKING:
    import pandas as pd

Measure: TypeAlias = Callable[[Graph], Any]
Floats: TypeAlias = NDArray[np.float64]


class FewAnimalsWarning(UserWarning):
    """So few connectomes that no difference whatever could be significant."""


def case_control(
    cases: Many,
    controls: Many,
    measures: Mapping[str, Measure] | None = None,
    *,
    paired: bool = False,
    n_permutations: int = 9_999,
    edge_type: str | None = "chemical",
    min_synapses: int | None = None,
    rng: Seed = 0,
) -> pd.DataFrame:
    """Compare two sets of connectomes, measure by measure, with effect sizes.

    Parameters
    ----------
    cases, controls : sequence or mapping, two or more each
        Connectomes, graphs, folders or names of bundled datasets.
    measures : mapping from names to functions of a Graph, optional
        Each returns a number, or a Series of numbers. By default density of connections and of
        synapses, reciprocity, clustering, the share of each connected triad, and of hubs: see
        `MEASURES`.
    paired : bool
        ``cases[k]`` and ``controls[k]`` are the same animal, or littermates: before and after.
    n_permutations : int
        Ways to deal the animals out; all of them where there are not more.
    edge_type, min_synapses
        As for ``Connectome.graph``.
    rng : int or Generator

    Returns
    -------
    DataFrame, one row per number measured, index ``measure``
        ``n_cases``, ``n_controls``, ``mean_cases``, ``mean_controls``, ``difference``; ``effect``,
        Hedges' g: the difference over the pooled deviation, made smaller for few animals (of pairs:
        over the deviation of their differences); ``superiority``, the share of pairs of a case and
        a control in which the case is larger, half for ties; ``p_value``, two-sided; ``p_family``,
        allowing for all measures at once (Westfall and Young 1993, largest standardised
        difference); ``q_value`` (Benjamini and Hochberg). ``attrs``: ``n_permutations`` made,
        ``exact`` where these were all, and ``least_p_value``.

    Raises
    ------
    ValueError
        Where a set has fewer than two, or pairs do not match in number.

    Warns
    -----
    FewAnimalsWarning
        Where no p-value could be below 5 %: of three and three the least is 10 %.
    MixedCountsWarning

    Examples
    --------
    Young worms against older ones:

    >>> import connectome_analysis as ca
    >>> worms = [f"celegans-witvliet2021-{age}" for age in range(1, 9)]
    >>> table = case_control(worms[4:], worms[:4])
    >>> table.loc["density", ["superiority", "p_value"]].round(4).tolist()
    [1.0, 0.0286]
    """
    import pandas as pd

    require_whole("n_permutations", n_permutations, least=1)
    sets = [
        named_graphs(
            given, least=2, edge_type=edge_type, min_synapses=min_synapses, argument=argument
        )
        for argument, given in (("cases", cases), ("controls", controls))
    ]
    warn_of_mixed_counts([*sets[0], *sets[1]])
    if paired and len(sets[0]) != len(sets[1]):
        msg = f"paired=True needs as many cases as controls, got {len(sets[0])} and {len(sets[1])}."
        raise ValueError(msg)
    chosen = MEASURES if measures is None else dict(measures)
    if not chosen or not all(callable(measure) for measure in chosen.values()):
        msg = "measures must be a mapping from names to functions of a Graph."
        raise ValueError(msg)
    columns = [measured(one.graph, chosen) for one in [*sets[0], *sets[1]]]
    names = list(columns[0].index)
    if any(list(column.index) != names for column in columns[1:]):
        msg = "A measure gave other numbers for one connectome than for another."
        raise ValueError(msg)
    values = np.array([column.to_numpy(np.float64) for column in columns])
    found = (of_pairs if paired else of_sets)(values, len(sets[0]), n_permutations, rng)
    table = pd.DataFrame(found["columns"], index=pd.Index(names, name="measure", dtype=object))
    table["q_value"] = corrected(table["p_value"].to_numpy(np.float64), "fdr")
    table.attrs |= {key: found[key] for key in ("n_permutations", "exact", "least_p_value")}
    table.attrs |= {"paired": paired}
    if found["least_p_value"] > 0.05:
        warnings.warn(
            f"{len(sets[0])} cases and {len(sets[1])} controls can be dealt out in so few ways that "
            f"the least p-value is {found['least_p_value']:.2g}; look at the effects, not at the "
            "p-values.",
            FewAnimalsWarning,
            stacklevel=2,
        )
    return table


def measured(g: Graph, measures: Mapping[str, Measure]) -> pd.Series[float]:
    """All numbers of one graph; the entries of a Series are called after it, "name[entry]"."""
    import pandas as pd

    rows: dict[str, float] = {}
    for name, measure in measures.items():
        value = measure(g)
        if isinstance(value, pd.Series):
            rows |= {f"{name}[{label}]": _number(entry, name) for label, entry in value.items()}
        else:
            rows[name] = _number(value, name)
    return pd.Series(rows)


def _number(value: Any, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        msg = f"measures[{name!r}] must return a number or a Series of numbers, got {value!r:.60}."
        raise ValueError(msg) from None


def of_sets(values: Floats, n_cases: int, n_permutations: int, rng: Seed) -> dict[str, Any]:
    """Compare the first `n_cases` rows of (A, K) values with the others, animals dealt out anew."""
    n = len(values)
    ways = comb(n, n_cases)
    exact = ways <= n_permutations
    if exact:
        rows = np.array(list(itertools.combinations(range(n), n_cases)))
    else:
        draws = generator(rng)
        rows = np.array([draws.permutation(n)[:n_cases] for _ in range(n_permutations)])
    chosen = np.zeros((len(rows), n))
    np.put_along_axis(chosen, rows, 1.0, axis=1)
    clean = np.nan_to_num(values)
    scores = chosen @ clean / n_cases - (1.0 - chosen) @ clean / (n - n_cases)
    cases, controls = values[:n_cases], values[n_cases:]
    difference = cases.mean(axis=0) - controls.mean(axis=0)
    free = n - 2
    pooled = np.sqrt(
        (
            cases.var(axis=0, ddof=1) * (len(cases) - 1)
            + controls.var(axis=0, ddof=1) * (len(controls) - 1)
        )
        / free
    )
    larger = cases[:, None] > controls[None]
    equal = cases[:, None] == controls[None]
    superiority = larger.mean(axis=(0, 1)) + 0.5 * equal.mean(axis=(0, 1))
    spread = values.std(axis=0)
    return _result(
        cases, controls, difference, _over(difference, pooled) * _small(free), superiority,
        scores, spread, exact=exact, ways=ways, symmetric=2 * n_cases == n,
    )  # fmt: skip


def of_pairs(values: Floats, n_cases: int, _permutations: int, rng: Seed) -> dict[str, Any]:
    """Compare rows k and n_cases + k of (2 n, K) values, the signs of differences drawn anew."""
    cases, controls = values[:n_cases], values[n_cases:]
    apart = cases - controls
    ways = 2**n_cases
    exact = ways <= _permutations
    if exact:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=n_cases)))
    else:
        signs = generator(rng).choice((1.0, -1.0), size=(_permutations, n_cases))
    scores = signs @ np.nan_to_num(apart) / n_cases
    difference = apart.mean(axis=0)
    deviation = apart.std(axis=0, ddof=1)
    superiority = (apart > 0).mean(axis=0) + 0.5 * (apart == 0).mean(axis=0)
    spread = np.sqrt((apart**2).mean(axis=0))
    return _result(
        cases, controls, difference, _over(difference, deviation) * _small(n_cases - 1), superiority,
        scores, spread, exact=exact, ways=ways, symmetric=True,
    )  # fmt: skip


def _result(
    cases: Floats,
    controls: Floats,
    difference: Floats,
    effect: Floats,
    superiority: Floats,
    scores: Floats,
    spread: Floats,
    *,
    exact: bool,
    ways: int,
    symmetric: bool,
) -> dict[str, Any]:
    # Rounding must not part ways that give the same difference.
    slack = 1e-9 * spread
    extreme = np.abs(scores) >= np.abs(difference) - slack
    extra = 0 if exact else 1
    p_value = (extreme.sum(axis=0) + extra) / (len(scores) + extra)
    unknown = ~np.isfinite(difference)
    p_value[unknown] = np.nan
    spread = np.where(unknown | (spread == 0), np.inf, spread)
    largest = (np.abs(scores) / spread).max(axis=1)
    seen = np.abs(difference) / spread
    family = ((largest[:, None] >= seen - 1e-9).sum(axis=0) + extra) / (len(scores) + extra)
    family = np.where(np.isnan(p_value), np.nan, family)
    least = (2 if symmetric else 1) / ways if exact else 1 / (len(scores) + 1)
    return {
        "columns": {
            "n_cases": len(cases),
            "n_controls": len(controls),
            "mean_cases": cases.mean(axis=0),
            "mean_controls": controls.mean(axis=0),
            "difference": difference,
            "effect": effect,
            "superiority": np.where(unknown, np.nan, superiority),
            "p_value": p_value,
            "p_family": family,
        },
        "n_permutations": len(scores),
        "exact": exact,
        "least_p_value": least,
    }


def _over(difference: Floats, deviation: Floats) -> Floats:
    """Difference over deviation; 0 over 0 is 0, anything else over 0 infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result = difference / deviation
    result[(difference == 0) & (deviation == 0)] = 0.0
    return result


def _small(free: int) -> float:
    """Hedges' correction of a standardised difference of few, by degrees of freedom."""
    from scipy.special import gammaln

    if free < 2:
        return 1.0
    log = gammaln(free / 2) - gammaln((free - 1) / 2) - 0.5 * np.log(free / 2)
    return float(np.exp(log))
