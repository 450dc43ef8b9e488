"""Density tests: are two graphs as dense, as a whole and from each group of neurons to each?

The tests of Pedigo et al. 2023, doi:10.7554/eLife.83739, who compared the two hemispheres of a larval fly:
each pair of neurons is joined or not, independently, with one probability for the whole graph (Erdos and
Renyi) or for each ordered pair of groups (stochastic block model).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..measures.choice import require_choice
from ..measures.density import density
from ..measures.level import require_level
from ..measures.neuron_types import NeuronTypes
from .given import Given, One, two_graphs
from .many_tests import Combination, Correction, combined, corrected
from .raw_counts import warn_of_mixed_counts
from .two_binomials import Method, compare_shares, ratio_interval

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

Groups = Any


def density_test(
    a: One, b: One, *, method: Method = "score", level: float = 0.95, **options: Any
) -> pd.Series[Any]:
    """Test whether two graphs are equally dense.

    Null hypothesis: any two neurons are joined with the same probability in both.

    Parameters
    ----------
    a, b : Graph, Connectome, folder or name
        Not necessarily of the same neurons. Self-loops are left out; weights do not matter.
    method : {"score", "chi2", "fisher"}
        See `compare_shares`; the paper's is "score".
    level : float
        Of the interval of the ratio.
    **options
        ``edge_type``, ``min_synapses``, ``where`` of connectomes.

    Returns
    -------
    Series
        ``edges_a``, ``pairs_a``, ``density_a`` and so for b; ``difference`` a - b; ``ratio`` a / b
        with ``ratio_low``, ``ratio_high`` (ratios that the score test does not reject);
        ``statistic``, ``p_value``.

    Warns
    -----
    MixedCountsWarning
        Where the connectomes were counted by different detectors, thresholds or units.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> found = density_test("larva-mushroom-body-left", "larva-mushroom-body-right")
    >>> found[["edges_a", "edges_b"]].tolist()
    [7425, 7536]
    >>> round(found["density_a"], 4), round(found["density_b"], 4), bool(found["p_value"] < 0.001)
    (0.1708, 0.1669, False)
    """
    require_choice("method", method, get_args(Method))
    require_level(level)
    one, two = two_graphs(a, b, **options)
    warn_of_mixed_counts([one, two], weights=False)
    return between_densities(one, two, method=method, level=level)


def between_densities(one: Given, two: Given, *, method: Method, level: float) -> pd.Series[Any]:
    """Test two graphs as `density_test` does, options checked and without a warning."""
    from .found_numbers import FoundNumbers

    numbers = []
    for given in (one, two):
        n = given.graph.n_nodes
        numbers.append((given.graph.n_edges, n * (n - 1)))
    (x_a, n_a), (x_b, n_b) = numbers
    found = _row(x_a, n_a, x_b, n_b, method, 1.0, level, zeros="test")
    return FoundNumbers(found, name=f"{one.name} and {two.name}", dtype=object)


class GroupTest(NamedTuple):
    """Densities from group to group of two graphs.

    Attributes
    ----------
    p_value : float
        Of all together: that no pair of groups differs.
    statistic : float
        Of the combination; for Tippett's the least p-value.
    n_tests : int
        Pairs of groups that could be tested.
    ratio : float
        p_a / p_b (for "fisher" of the odds) under the null hypothesis; 1 without adjustment.
    table : DataFrame, one row per ordered pair of groups
        ``pre_group``, ``post_group``; ``edges_a``, ``pairs_a``, ``density_a``, and so for b;
        ``difference``, ``ratio``, ``ratio_low``, ``ratio_high``, ``statistic``, ``p_value``,
        ``corrected_p_value``. p-values are NaN where no test was made.
    """

    p_value: float
    statistic: float
    n_tests: int
    ratio: float
    table: pd.DataFrame

    def matrix(self, column: str = "corrected_p_value") -> pd.DataFrame:
        """(K, K) one column of the table, rows send and columns receive."""
        if column not in self.table.columns:
            msg = f"column must be one of {', '.join(self.table.columns)}, got {column!r}."
            raise ValueError(msg)
        names = list(dict.fromkeys(self.table["pre_group"]))
        wide = self.table.pivot_table(
            index="pre_group", columns="post_group", values=column, dropna=False, sort=False
        )
        return wide.loc[names, names]


def group_density_test(
    a: One,
    b: One,
    groups: str | ArrayLike | tuple[ArrayLike, ArrayLike],
    *,
    method: Method = "score",
    adjust: bool | float = False,
    correction: Correction = "holm",
    combination: Combination = "tippett",
    zeros: str = "skip",
    level: float = 0.95,
    **options: Any,
) -> GroupTest:
    """Test whether connections from each group of neurons to each are equally probable in two graphs.

    Parameters
    ----------
    a, b : Graph, Connectome, folder or name
        Self-loops are left out; weights do not matter.
    groups : str, or a pair of arrays or Series
        Column of the node tables, or labels of the neurons of `a` and of `b`. Neurons without a
        label are a group of their own, "unassigned".
    method : {"score", "chi2", "fisher"}
        See `compare_shares`.
    adjust : bool or float
        Take as null hypothesis that all densities of `a` are those of `b` times one factor: the
        ratio of the densities of the graphs (for "fisher" of their odds), or the factor given.
    correction : {"holm", "bonferroni", "fdr"}
    combination : {"tippett", "fisher", "stouffer"}
    zeros : {"skip", "test"}
        The paper makes no test where either graph has no connection; "test" makes it wherever one
        has.
    level : float
        Of the intervals of ratios, which are not adjusted for the number of tests.
    **options
        ``edge_type``, ``min_synapses``, ``where`` of connectomes.

    Returns
    -------
    GroupTest

    Raises
    ------
    ValueError
        Where the graphs share no group, or an option is not one of those above.

    Warns
    -----
    MixedCountsWarning

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> sides = "larva-mushroom-body-left", "larva-mushroom-body-right"
    >>> found = group_density_test(*sides, "cell_type")
    >>> found.n_tests
    8
    >>> adjusted = group_density_test(*sides, "cell_type", adjust=True)
    >>> round(adjusted.ratio, 3)
    1.023
    """
    require_choice("method", method, get_args(Method))
    require_choice("correction", correction, get_args(Correction))
    require_choice("combination", combination, get_args(Combination))
    require_choice("zeros", zeros, ("skip", "test"))
    require_level(level)
    one, two = two_graphs(a, b, **options)
    warn_of_mixed_counts([one, two], weights=False)
    return between_groups(
        one,
        two,
        groups,
        method=method,
        adjust=adjust,
        correction=correction,
        combination=combination,
        zeros=zeros,
        level=level,
    )


def between_groups(
    one: Given,
    two: Given,
    groups: Any,
    *,
    method: Method = "score",
    adjust: bool | float = False,
    correction: Correction = "holm",
    combination: Combination = "tippett",
    zeros: str = "skip",
    level: float = 0.95,
) -> GroupTest:
    """Test two graphs as `group_density_test` does, options checked and without a warning."""
    import pandas as pd

    by_a, by_b = groups if isinstance(groups, tuple) else (groups, groups)
    of_a, of_b = (
        NeuronTypes.of(given.graph, by, argument="groups")
        for given, by in ((one, by_a), (two, by_b))
    )
    if not set(of_a.names) & set(of_b.names):
        msg = (
            f"The graphs share no group: one has {_some(of_a.names)}, the other {_some(of_b.names)}. "
            "Give labels that mean the same in both."
        )
        raise ValueError(msg)
    names = [*of_a.names, *(name for name in of_b.names if name not in set(of_a.names))]
    blocks = [_blocks(g.graph, t, names) for g, t in ((one, of_a), (two, of_b))]
    ratio = adjustment(one.graph, two.graph, method) if adjust is True else float(adjust or 1.0)
    if not (np.isfinite(ratio) and ratio > 0):
        msg = f"adjust must be a factor above 0, got {ratio:g}; is a graph without connections?"
        raise ValueError(msg)
    rows = []
    for i, pre in enumerate(names):
        for j, post in enumerate(names):
            (x_a, n_a), (x_b, n_b) = ((int(x[i, j]), int(n[i, j])) for x, n in blocks)
            row = _row(x_a, n_a, x_b, n_b, method, ratio, level, zeros=zeros)
            rows.append({"pre_group": pre, "post_group": post} | row)
    table = pd.DataFrame(rows)
    p_values = table["p_value"].to_numpy(np.float64)
    table["corrected_p_value"] = corrected(p_values, correction)
    statistic, p_value = combined(p_values, combination)
    table.attrs |= {
        "a": one.name,
        "b": two.name,
        "method": method,
        "correction": correction,
        "combination": combination,
    }
    return GroupTest(p_value, statistic, int((~np.isnan(p_values)).sum()), ratio, table)


def adjustment(a: Graph, b: Graph, method: Method = "score") -> float:
    """Ratio of the densities of two graphs; for "fisher" of their odds.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> a = ca.Graph.from_edges([1, 2, 3], [2, 3, 1])
    >>> b = ca.Graph.from_edges([1, 2], [2, 1], node_ids=[1, 2, 3])
    >>> round(adjustment(a, b), 3), round(adjustment(a, b, "fisher"), 3)
    (1.5, 2.0)
    """
    p_a, p_b = density(a), density(b)
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "fisher":
            return float(np.float64(p_a) / (1.0 - p_a) / (np.float64(p_b) / (1.0 - p_b)))
        return float(np.float64(p_a) / p_b)


def _row(
    x_a: int,
    n_a: int,
    x_b: int,
    n_b: int,
    method: Method,
    ratio: float,
    level: float,
    *,
    zeros: str,
) -> dict[str, Any]:
    share_a, share_b = (x / n if n else np.nan for x, n in ((x_a, n_a), (x_b, n_b)))
    tested = (x_a > 0 and x_b > 0) if zeros == "skip" else (x_a > 0 or x_b > 0)
    statistic, p_value = np.nan, np.nan
    if tested:
        statistic, p_value = compare_shares(x_a, n_a, x_b, n_b, method=method, ratio=ratio)
    low, high = ratio_interval(x_a, n_a, x_b, n_b, level)
    return {
        "edges_a": x_a,
        "pairs_a": n_a,
        "density_a": share_a,
        "edges_b": x_b,
        "pairs_b": n_b,
        "density_b": share_b,
        "difference": share_a - share_b,
        "ratio": share_a / share_b if x_b else np.inf if x_a and n_b else np.nan,
        "ratio_low": low,
        "ratio_high": high,
        "statistic": statistic,
        "p_value": p_value,
    }


def _blocks(
    g: Graph, types: NeuronTypes, names: list[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(K, K) connections from group to group, and ordered pairs of different neurons."""
    place = {name: k for k, name in enumerate(names)}
    number = np.array([place[name] for name in types.names], dtype=np.int64)[types.number]
    count = len(names)
    cells = number[g.out_sources] * count + number[g.out_indices]
    edges = np.bincount(cells, minlength=count**2).reshape(count, count)
    sizes = np.bincount(number, minlength=count)
    return edges, np.outer(sizes, sizes) - np.diag(sizes)


def _some(names: list[Any]) -> str:
    shown = ", ".join(map(str, names[:3]))
    return f"{shown}, ..." if len(names) > 3 else shown
