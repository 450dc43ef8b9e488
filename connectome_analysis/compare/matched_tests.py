"""Matched tests: of connections between neurons known in both graphs, is each side alone as frequent?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from ..measures.choice import require_choice
from ..measures.neuron_types import NeuronTypes
from .given import One, two_graphs
from .many_tests import Combination, Correction, combined, corrected
from .matched_neurons import Matched, matched_neurons
from .raw_counts import warn_of_mixed_counts

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

McNemar: TypeAlias = Literal["exact", "chi2"]


def matched_density_test(
    a: One,
    b: One,
    groups: Any = None,
    *,
    pairs: Any = None,
    method: McNemar = "exact",
    correction: Correction = "holm",
    combination: Combination = "tippett",
    **options: Any,
) -> pd.DataFrame:
    """McNemar's test of each connection in both graphs, over all pairs of neurons or by group.

    Null hypothesis: of the connections in one graph alone, each is as likely to be in `a` as in `b`.

    Parameters
    ----------
    a, b : Graph, Connectome, folder or name
        Self-loops are left out; weights do not matter.
    groups : str, Series by node id of `a`, or array in the order of `a`, optional
        Test from each group to each; neurons have the group they have in `a`.
    pairs : optional
        Which neuron of `b` is which of `a`, see `matched_neurons`; equal ids by default.
    method : {"exact", "chi2"}
        Binomial, two-sided; or chi-squared with Edwards' continuity correction.
    correction, combination
        As for `group_density_test`.
    **options
        ``edge_type``, ``min_synapses``, ``where`` of connectomes.

    Returns
    -------
    DataFrame, one row, or one per ordered pair of groups
        ``pre_group``, ``post_group`` where groups were given; ``both``, ``only_a``, ``only_b``,
        ``neither``; ``odds_ratio`` only_a / only_b; ``p_value``, ``corrected_p_value``. ``attrs``
        hold ``p_value`` of all together, and how many neurons were matched.

    Warns
    -----
    MixedCountsWarning

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> young, old = (f"celegans-witvliet2021-{age}" for age in (7, 8))
    >>> found = ca.compare.matched_density_test(young, old, pairs="name")
    >>> bool((found["both"] > found["only_b"]).all())
    True
    """
    require_choice("method", method, get_args(McNemar))
    require_choice("correction", correction, get_args(Correction))
    require_choice("combination", combination, get_args(Combination))
    one, two = two_graphs(a, b, **options)
    warn_of_mixed_counts([one, two], weights=False)
    matched = matched_neurons(one.graph, two.graph, pairs)
    left = matched.a
    n = left.n_nodes
    if groups is None:
        number, names = np.zeros(n, np.int64), [None]
    else:
        if not isinstance(groups, str):
            groups = _by_id(one.graph, groups)
        types = NeuronTypes.of(left, groups)
        number, names = types.number, types.names
    table = _counts(matched, number, names)
    table["odds_ratio"] = _odds(table["only_a"].to_numpy(), table["only_b"].to_numpy())
    table["p_value"] = [
        mcnemar(int(alone_a), int(alone_b), method)
        for alone_a, alone_b in zip(table["only_a"], table["only_b"], strict=True)
    ]
    p_values = table["p_value"].to_numpy(np.float64)
    table["corrected_p_value"] = corrected(p_values, correction)
    statistic, p_value = combined(p_values, combination)
    table.attrs |= {"p_value": p_value, "statistic": statistic, "method": method}
    table.attrs |= {"n_matched": n, "a": one.name, "b": two.name}
    return table if groups is not None else table.drop(columns=["pre_group", "post_group"])


def mcnemar(only_a: int, only_b: int, method: McNemar = "exact") -> float:
    """p-value of McNemar's test (1947, doi:10.1007/BF02295996), two-sided; 1 where nothing differs.

    Examples
    --------
    >>> mcnemar(0, 5), round(mcnemar(10, 25, "chi2"), 4)
    (0.0625, 0.018)
    """
    from scipy.stats import binomtest, chi2

    total = only_a + only_b
    if total == 0:
        return 1.0
    if method == "exact":
        return float(binomtest(only_a, total, 0.5).pvalue)
    return float(chi2.sf(max(abs(only_a - only_b) - 1, 0) ** 2 / total, 1))


def _counts(matched: Matched, number: Any, names: list[Any]) -> pd.DataFrame:
    import pandas as pd

    count = len(names)
    g = matched.a
    in_one, in_two = (
        side.out_sources.astype(np.int64) * g.n_nodes + side.out_indices
        for side in (matched.a, matched.b)
    )
    both = np.intersect1d(in_one, in_two, assume_unique=True)

    def cells(of: Any) -> Any:
        pre, post = number[of // max(g.n_nodes, 1)], number[of % max(g.n_nodes, 1)]
        return np.bincount(pre * count + post, minlength=count**2)

    shared, in_a, in_b = cells(both), cells(in_one), cells(in_two)
    sizes = np.bincount(number, minlength=count)
    possible = (np.outer(sizes, sizes) - np.diag(sizes)).ravel()
    return pd.DataFrame(
        {
            "pre_group": np.repeat(np.array(names, dtype=object), count),
            "post_group": np.tile(np.array(names, dtype=object), count),
            "both": shared,
            "only_a": in_a - shared,
            "only_b": in_b - shared,
            "neither": possible - in_a - in_b + shared,
        }
    )


def _odds(one: Any, two: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(one, np.float64) / np.asarray(two, np.float64)


def _by_id(g: Graph, groups: Any) -> Any:
    """Labels by node id, so that they can be taken for some of the neurons."""
    from ..measures.per_neuron import labels_of

    return labels_of(g, groups, argument="groups")
