"""Compare pairs: do two views of the same neurons disagree more than their errors make them?

Were the truth A the same in both, a pair is seen in both, only in a, only in b or in neither with
probabilities that follow from alpha and beta of both, given A. With A~ the mean of both unbiased
estimates of A, ::

    excess = 1[this outcome] - P(outcome | 0) - (P(outcome | 1) - P(outcome | 0)) A~

has the expectation 0 for every pair, connected or not; pairs are independent, so that variances add.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...graph import Graph, require_graph
from .. import words
from ..correction.given_rates import given_model, not_corrected
from ..error_model import ErrorModel
from ..rate_table import Floats, RateTable, combine
from ..same_neurons import require_same_neurons
from .naive_difference import normal_p_value
from .pair_probability import sum_over_pairs

if TYPE_CHECKING:
    import pandas as pd

# Which outcomes (seen in a, seen in b) a row counts.
_ROWS = {
    "in_both": ((1, 1),),
    "only_a": ((1, 0),),
    "only_b": ((0, 1),),
    "disagreement": ((1, 0), (0, 1)),
}
_OUTCOMES = ((0, 0), (1, 0), (0, 1), (1, 1))


def compare_pairs(
    a: Graph, b: Graph, error_model_a: ErrorModel, error_model_b: ErrorModel
) -> pd.DataFrame:
    """Hold what two graphs of the same neurons share against what errors alone would leave shared.

    **Null hypothesis**: the true graph is the same in both, and errors of reconstruction, independent
    between pairs and between the two, are the only chance.

    Parameters
    ----------
    a, b : Graph
        Only neurons in both, by ``node_id``, are compared. Self-loops are left out.
    error_model_a, error_model_b : ErrorModel
        Their rates are taken as known.

    Returns
    -------
    DataFrame, one row each of ``in_both``, ``only_a``, ``only_b`` and ``disagreement`` (the sum of the
    two before), index ``edges``
        ``observed`` number of ordered pairs; ``expected`` from errors alone; ``excess``; its ``se``
        under the null; ``z``; ``p_value``, two-sided; of "disagreement" an excess means that the
        truths differ, or the error models are too good. ``attrs`` holds the number of neurons compared
        and of those in one graph only.

    Raises
    ------
    ValueError
        Where fewer than two neurons are in both, or alpha + beta is 1 or more for a pair.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> once, again = ca.errors.ErrorModel(beta=0.1), ca.errors.ErrorModel(beta=0.2)
    >>> seen = once.corrupt(worm, rng=1), again.corrupt(worm, rng=2)
    >>> table = compare_pairs(*seen, once, again)
    >>> bool(table.loc["disagreement", "p_value"] > 0.05)
    True
    """
    import pandas as pd

    models = [given_model(None, None, model) for model in (error_model_a, error_model_b)]
    require_same_neurons([a, b])
    left, right, said = _same_neurons(a, b)
    rates = [model.edge_rates(g) for model, g in zip(models, (left, right), strict=True)]
    for one in rates:
        one.require_informative()
    four = (rates[0].alpha, rates[0].beta, rates[1].alpha, rates[1].beta)
    seen = _seen_pairs(left, right)
    rows = []
    for outcomes in _ROWS.values():
        observed = sum(int((seen[2] == _OUTCOMES.index(one)).sum()) for one in outcomes)
        excess = _summed(four, seen, lambda *r, o=outcomes: _excess(*r, outcomes=o))
        variance = _summed(four, seen, lambda *r, o=outcomes: _variance(*r, outcomes=o))
        se = float(np.sqrt(max(variance, 0.0)))
        excess = 0.0 if abs(excess) < 1e-9 * max(observed, 1) else excess
        rows.append((observed, observed - excess, excess, se))
    table = pd.DataFrame(
        rows,
        columns=["observed", "expected", "excess", "se"],
        index=pd.Index(list(_ROWS), name="edges", dtype=object),
    )
    difference, se_all = table["excess"].to_numpy(), table["se"].to_numpy()
    z = np.full(len(table), np.nan)
    np.divide(difference, se_all, out=z, where=se_all > 0)
    table["z"] = z
    table["p_value"] = normal_p_value(difference, se_all)
    table.attrs.update(
        {
            "graph_a": a.name,
            "graph_b": b.name,
            "error_model_a": words.of_model(models[0]),
            "error_model_b": words.of_model(models[1]),
        }
        | said
    )
    for key, model in zip(("a", "b"), models, strict=True):
        if uncorrected := not_corrected(model):
            table.attrs[f"not_corrected_{key}"] = uncorrected
    return table


def _same_neurons(a: Graph, b: Graph) -> tuple[Graph, Graph, dict[str, Any]]:
    """Both graphs on the neurons they share, in the same order."""
    require_graph(a)
    require_graph(b)
    shared = np.intersect1d(a.node_ids, b.node_ids)
    if len(shared) < 2:
        msg = (
            f"The graphs share {len(shared)} node ids, and pairs need two: compare them by their counts "
            "with errors.compare, or give both the same ids."
        )
        raise ValueError(msg)
    parts = []
    for g in (a, b):
        part = g.without_self_loops().subgraph(shared)
        if not np.array_equal(part.node_ids, shared):
            order = np.argsort(part.node_ids)
            table = part.edges()
            part = Graph.from_edges(
                table["pre_id"],
                table["post_id"],
                part.weights,
                confidence=part.confidence,
                nodes=part.nodes.iloc[order].reset_index(drop=True),
                name=part.name,
                weight_meaning=part.weight_meaning,
            )
        parts.append(part)
    counts = {
        "n_neurons": len(shared),
        "n_only_in_a": a.n_nodes - len(shared),
        "n_only_in_b": b.n_nodes - len(shared),
    }
    return parts[0], parts[1], counts


def _seen_pairs(a: Graph, b: Graph) -> tuple[Any, Any, Any]:
    """Senders and receivers of pairs seen in either graph, and the number of their outcome."""
    n = np.int64(a.n_nodes)
    keys = [g.out_sources * n + g.out_indices for g in (a, b)]
    either = np.union1d(*keys)
    outcome = np.isin(either, keys[0]) + 2 * np.isin(either, keys[1])
    return either // n, either % n, outcome


def _summed(rates: tuple[RateTable, ...], seen: tuple[Any, Any, Any], function: Any) -> float:
    """Sum over all pairs of a function of their rates and outcome."""
    total = sum_over_pairs(combine(lambda *r: function(*r, 0), *rates))
    senders, receivers, outcome = seen
    own = [rate.of(senders, receivers) for rate in rates]
    for number in (1, 2, 3):
        here = outcome == number
        of_these = [rate[here] for rate in own]
        total += float((function(*of_these, number) - function(*of_these, 0)).sum())
    return total


def _excess(*given: Any, outcomes: tuple[tuple[int, int], ...]) -> Floats:
    """Excess of a pair with these rates, seen with this outcome."""
    *rates, number = given
    absent, present = (_chance(rates, outcomes, connected) for connected in (0, 1))
    counted = float(_OUTCOMES[number] in outcomes)
    result: Floats = counted - absent - (present - absent) * _estimate(rates, _OUTCOMES[number])
    return result


def _variance(*given: Any, outcomes: tuple[tuple[int, int], ...]) -> Floats:
    """Unbiased estimate of the variance of that excess."""
    *rates, number = given
    by_truth = []
    for connected in (0, 1):
        total = np.zeros(np.shape(rates[0]))
        for i, outcome in enumerate(_OUTCOMES):
            chance = _chance(rates, (outcome,), connected)
            total = total + chance * _excess(*rates, i, outcomes=outcomes) ** 2
        by_truth.append(total)  # the mean is 0 for either
    estimate = _estimate(rates, _OUTCOMES[number])
    result: Floats = by_truth[0] + (by_truth[1] - by_truth[0]) * estimate
    return result


def _chance(rates: list[Any], outcomes: tuple[tuple[int, int], ...], connected: int) -> Any:
    """Probability of any of some outcomes for a pair that is connected, or not."""
    alpha_a, beta_a, alpha_b, beta_b = rates
    in_a, in_b = (1 - beta_a, 1 - beta_b) if connected else (alpha_a, alpha_b)
    return sum(
        (in_a if one else 1 - in_a) * (in_b if other else 1 - in_b) for one, other in outcomes
    )


def _estimate(rates: list[Any], outcome: tuple[int, int]) -> Any:
    """A~, the mean of both graphs."""
    alpha_a, beta_a, alpha_b, beta_b = rates
    one = (outcome[0] - alpha_a) / (1 - alpha_a - beta_a)
    other = (outcome[1] - alpha_b) / (1 - alpha_b - beta_b)
    return (one + other) / 2
