"""Edge rates: alpha and beta of every ordered pair, from the errors of single synapses.

With r the probability that a true synapse of the pair is found and attached, lambda the expected
number of false ones and theta the threshold::

    beta(k) = P(Binomial(k, r) + Poisson(lambda) < theta),   beta = mean of beta(k) over connections
    alpha   = P(Poisson(lambda) >= theta)

where a connection has k >= `connection_from` synapses; pairs with fewer are not connected, and
count among those that alpha is the mean of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .confident_edges import (
    confidences_of,
    confident_estimates,
    nothing_false,
    without_confidence,
)
from .could_touch import touching
from .count_estimates import CountEstimates, count_estimates
from .rate_table import Floats, RateTable, combine, constant_rate
from .true_counts import MOST, TrueCounts, below_threshold, estimate_true_counts
from .varying import Rate, on_graph

if TYPE_CHECKING:
    from ..graph import Graph
    from .error_model import ErrorModel

_GRID = 513
# So many connections, all of them answered, are no chance.
_CLEARLY_UNDIRECTED = 20


@dataclass(frozen=True, eq=False)
class EdgeRates:
    """False and missed connections for every ordered pair of one graph.

    Attributes
    ----------
    alpha, beta : RateTable
    by_count : CountEstimates or None
        Where synapses are counted well enough to do without the mean beta.
    """

    alpha: RateTable
    beta: RateTable
    by_count: CountEstimates | None = None

    @property
    def constant(self) -> tuple[float, float] | None:
        """The one alpha and the one beta of all pairs, or None where they differ."""
        a, b = self.alpha.constant, self.beta.constant
        return None if a is None or b is None else (a, b)

    def require_informative(self) -> None:
        """Raise ValueError where a pair is seen as often unconnected as connected."""
        total = combine(np.add, self.alpha, self.beta)
        if total.most >= 1:
            msg = (
                f"alpha + beta must be below 1 for every pair, got {total.most:.4g}: there a "
                "connection is seen no more often than where there is none, and nothing can be "
                "corrected. Leave such neurons out."
            )
            raise ValueError(msg)


@dataclass(frozen=True, eq=False)
class SynapseRates:
    """Errors of single synapses for every ordered pair of one graph.

    Attributes
    ----------
    recall : RateTable
        Probability that a true synapse of the pair is found and attached at both ends.
    false_rate : RateTable
        Expected number of false synapses.
    """

    recall: RateTable
    false_rate: RateTable


def synapse_rates(model: ErrorModel, g: Graph) -> SynapseRates:
    """Say what happens to single synapses of every pair of a graph."""
    recall = combine(np.multiply, on_graph(model.recall, g, "recall"), _attached(model, g))
    if model.confidence_odds is not None:  # confidences say which edges are false, not how many
        return SynapseRates(recall, nothing_false(g.n_nodes))  # of the synapses of a real one are
    return SynapseRates(recall, _where_touching(model, model.false_rate, g, "false_rate"))


def edge_rates(model: ErrorModel, g: Graph, true_counts: TrueCounts | None = None) -> EdgeRates:
    """Say how often connections of every pair of a graph are missed and invented.

    Parameters
    ----------
    true_counts : TrueCounts, optional
        How many synapses connections have; estimated from the graph's weights where left out.

    Raises
    ------
    ValueError
        Where the model is one of synapses and the weights of the graph do not count them; where the
        graph is undirected, each of its 20 or more edges answered where chance would not do that.
    """
    require_directed(model, g)
    rates_of = _mean_rates if model.confidence_odds is None else _confident_rates
    return rates_of(model, g, true_counts)


def _confident_rates(model: ErrorModel, g: Graph, true_counts: TrueCounts | None) -> EdgeRates:
    """Rates where every edge has a confidence."""
    found = confidences_of(model, g)
    plain = without_confidence(model)
    if true_counts is None and not plain.of_connections and not _all_found(plain, g):
        true_counts = true_counts_of(model, g, synapse_rates(model, g))
    base = _mean_rates(plain, g, true_counts)
    kept = model.confidence_kept
    beta = base.beta if kept == 1 else base.beta.map(lambda b: 1.0 - (1.0 - b) * kept)
    alpha, by_count = confident_estimates(model, g, found, beta, base.by_count)
    return EdgeRates(alpha, beta, by_count)


def _all_found(model: ErrorModel, g: Graph) -> bool:
    """Whether every synapse is found and attached, and no pair cut away."""
    return (
        synapse_rates(model, g).recall.constant == 1.0
        and model.min_synapses <= model.connection_from
    )


def _mean_rates(model: ErrorModel, g: Graph, true_counts: TrueCounts | None) -> EdgeRates:
    if model.of_connections:
        beta = _rate_or_zero(model.beta, g, "beta")
        # Not 1 - (1 - beta) c, which would turn 0.15 into its neighbour.
        beta = combine(lambda b, c: b + (1.0 - b) * (1.0 - c), beta, _attached(model, g))
        alpha = _where_touching(model, model.alpha, g, "alpha")
        return EdgeRates(alpha.map(lambda a: np.minimum(a, 1.0)), beta)
    rates = synapse_rates(model, g)
    if (
        rates.recall.constant == 1.0
        and not model.has_false
        and (model.min_synapses <= model.connection_from)
    ):
        nothing = constant_rate(g.n_nodes, 0.0)
        return EdgeRates(nothing, nothing)
    counts = true_counts_of(model, g, rates) if true_counts is None else true_counts
    share = np.concatenate([[0.0], counts.share(model.connection_from)])
    fewer = _fewer_than_connection(model, g, counts)
    beta = combine(lambda r, f: _missed(r, f, share, model), rates.recall, rates.false_rate)
    alpha = combine(lambda r, f: 1.0 - _missed(r, f, fewer, model), rates.recall, rates.false_rate)
    by_count = count_estimates(
        model, counts_of(g), (g.out_sources, g.out_indices), rates.recall, rates.false_rate, counts
    )
    return EdgeRates(alpha, beta, by_count)


def require_directed(model: ErrorModel, g: Graph) -> None:
    """Raise ValueError where a graph is undirected, since errors are taken to come one direction at a time."""
    from ..measures.reciprocity import reciprocity

    if _without_errors(model) or g.n_edges < _CLEARLY_UNDIRECTED or reciprocity(g) < 1.0:
        return
    # Of directions that come by themselves, so many would have no answer.
    alone = g.n_edges * (1.0 - g.n_edges / (g.n_nodes * (g.n_nodes - 1)))
    if alone < _CLEARLY_UNDIRECTED:
        return
    msg = (
        f"Every connection of {g.name or 'the graph'} is answered, as electrical ones are, which stand "
        "in both directions; errors are taken to come one direction at a time, so nothing of it can be "
        "corrected or tested with them. Take the chemical connections (edge_type='chemical'), or correct "
        "the number of joined pairs by hand: (seen - alpha * pairs) / (1 - alpha - beta)."
    )
    raise ValueError(msg)


def _without_errors(model: ErrorModel) -> bool:
    """Whether what is seen through a model is the truth."""
    shares = (model.recall, model.pre_completeness, model.post_completeness)
    nothing_missed = all(isinstance(x, (int, float)) and x == 1.0 for x in shares)
    beta = 0.0 if model.beta is None else model.beta
    nothing_missed = nothing_missed and isinstance(beta, (int, float)) and beta == 0.0
    cut = not model.of_connections and model.min_synapses > model.connection_from
    return nothing_missed and not (cut or model.has_false or model.fragments)


def true_counts_of(model: ErrorModel, g: Graph, rates: SynapseRates) -> TrueCounts:
    """Estimate how many synapses the connections of a graph truly have."""
    from scipy.stats import poisson

    seen = counts_of(g)
    if len(seen) == 0:  # Nothing tells how strong connections are; as weak as are looked for, then.
        number = np.zeros(max(model.connection_from, model.min_synapses))
        number[-1] = 1e-9
        return TrueCounts(number)
    false_seen: Floats | None = None
    if model.confidence_odds is not None:
        doubt = 1.0 - confidences_of(model, g).real
        false_seen = np.bincount(np.minimum(seen, MOST), doubt, MOST + 1).astype(np.float64)
    elif model.has_false:
        values, pairs = _spread(rates.false_rate)
        unconnected = np.maximum(pairs - g.n_edges * pairs / max(pairs.sum(), 1.0), 0.0)
        false_seen = unconnected @ poisson.pmf(np.arange(MOST + 1), values[:, None])
    return estimate_true_counts(
        seen, rates.recall.of(g.out_sources, g.out_indices), false_seen, model.min_synapses
    )


def counts_of(g: Graph) -> NDArray[np.int64]:
    """(E,) synapses of each edge; a ValueError where the weights do not count synapses."""
    counts = np.asarray(g.weights)
    if g.weight_meaning and "synap" not in g.weight_meaning.lower():
        msg = (
            f"Recall and false synapses need edges that count synapses, the weights are "
            f"{g.weight_meaning}. Give the model rates of connections instead: "
            "ErrorModel(alpha=..., beta=...)."
        )
        raise ValueError(msg)
    if len(counts) and (counts.min() < 1 or np.any(counts != np.floor(counts))):
        odd = counts[(counts < 1) | (counts != np.floor(counts))][0]
        said = f" ({g.weight_meaning})" if g.weight_meaning else ""
        msg = (
            f"Recall and false synapses need edges that count synapses, the weights{said} have "
            f"{odd.item()!r}. Give the model rates of connections instead: ErrorModel(alpha=..., beta=...)."
        )
        raise ValueError(msg)
    return counts.astype(np.int64)


def _spread(rate: RateTable) -> tuple[NDArray[Any], NDArray[Any]]:
    """Different values above 0 of a rate, and how many ordered pairs have each."""
    n_senders = np.bincount(rate.sender_class, minlength=rate.table.shape[0])
    n_receivers = np.bincount(rate.receiver_class, minlength=rate.table.shape[1])
    both = (n_senders[:, None] * n_receivers[None, :]).astype(np.float64)
    itself = np.zeros_like(both)
    np.add.at(itself, (rate.sender_class, rate.receiver_class), 1.0)
    pairs = np.concatenate([(both - itself).ravel(), np.ones(len(rate.values))])
    values = np.concatenate([rate.table.ravel(), rate.values])
    levels, of = np.unique(values, return_inverse=True)
    number = np.bincount(of.reshape(-1), pairs, len(levels))
    if len(levels) > _GRID:  # areas of contact: neighbours in size stand together
        group = np.arange(len(levels)) * _GRID // len(levels)
        total = np.bincount(group, number, _GRID)
        levels = np.bincount(group, levels * number, _GRID) / np.maximum(total, 1e-300)
        number = total
    kept = levels > 0
    return levels[kept], number[kept]


def _attached(model: ErrorModel, g: Graph) -> RateTable:
    """Share of the synapses of a pair that are attached at both ends."""
    return combine(
        np.multiply,
        on_graph(model.pre_completeness, g, "pre_completeness", side="pre"),
        on_graph(model.post_completeness, g, "post_completeness", side="post"),
    )


def _rate_or_zero(rate: Rate | None, g: Graph, name: str) -> RateTable:
    return constant_rate(g.n_nodes, 0.0) if rate is None else on_graph(rate, g, name)


def _where_touching(model: ErrorModel, rate: Rate | None, g: Graph, name: str) -> RateTable:
    if rate is None or model.could_touch is None:
        return constant_rate(g.n_nodes, 0.0)
    return combine(np.multiply, on_graph(rate, g, name), touching(model.could_touch, g))


def _fewer_than_connection(model: ErrorModel, g: Graph, counts: TrueCounts) -> Floats:
    """(K + 1,) probability of each true count among pairs that are no connection."""
    number = np.zeros(len(counts.number) + 1)
    number[1 : model.connection_from] = counts.number[: model.connection_from - 1]
    others = g.n_nodes * (g.n_nodes - 1) - counts.number.sum()
    number[0] = max(others, 1.0)
    result: Floats = number / number.sum()
    return result


def _missed(recall: Any, false_rate: Any, share: Floats, model: ErrorModel) -> Floats:
    """Probability of fewer synapses than the threshold, mean over true counts."""
    recall, false_rate = np.broadcast_arrays(recall, false_rate)
    result = np.empty(recall.shape)
    for false in np.unique(false_rate):
        here = false_rate == false
        asked = recall[here]
        levels, of = np.unique(asked, return_inverse=True)
        if len(levels) > _GRID:
            grid = np.linspace(levels[0], levels[-1], _GRID)
            known = below_threshold(grid, false, model.min_synapses, len(share) - 1) @ share
            result[here] = np.interp(asked, grid, known)
        else:
            known = below_threshold(levels, false, model.min_synapses, len(share) - 1) @ share
            result[here] = known[of.reshape(-1)]
    return result
