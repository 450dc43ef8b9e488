"""Pair likelihood: what was seen of a pair, as evidence for a connection and for its true synapses.

With n synapses seen and k true ones::

    ratio = sum_k P(n | k) P(k | connected) / sum_k P(n | k) P(k | not connected)
    P(k | n, connected) ~ P(n | k) P(k | connected)

where P(n | k) is binomial plus Poisson and a pair that was not seen has any n below the threshold.
For models of connections the ratio is (1 - beta) / alpha, and beta / (1 - alpha) for pairs not seen.
Where edges have confidences, it is the odds of the confidence over the prior odds of any pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..confident_edges import confidences_of, log_ratios
from ..edge_rates import (
    EdgeRates,
    SynapseRates,
    _fewer_than_connection,
    counts_of,
    edge_rates,
    synapse_rates,
    true_counts_of,
)
from ..rate_table import Floats, RateTable, combine
from ..true_counts import seen_given_true

if TYPE_CHECKING:
    from ...graph import Graph
    from ..error_model import ErrorModel

# Beyond so many synapses seen, a connection is certain and its true count has a closed form.
_MOST_SEEN = 100
_RECALL_LEVELS, _FALSE_LEVELS = 24, 8


@dataclass(frozen=True, eq=False)
class PairLikelihood:
    """Evidence about all pairs of one graph.

    Attributes
    ----------
    rates : EdgeRates
    log_ratio : (E,) float64
        Log likelihood of what was seen of each edge if it is a connection over that if not;
        infinite where nothing false can be seen.
    unseen : RateTable
        Likelihood ratio of pairs that were not seen: beta / (1 - alpha).
    counts : CountPosterior or None
        True synapses; None for models of connections.
    """

    rates: EdgeRates
    log_ratio: Floats
    unseen: RateTable
    counts: CountPosterior | None


def pair_likelihood(model: ErrorModel, g: Graph) -> PairLikelihood:
    """Weigh what a model says of a graph's pairs.

    Raises
    ------
    ValueError
        Where alpha + beta is 1 or more for a pair, or weights do not count synapses.
    """
    if model.confidence_odds is not None:
        return _of_confidences(model, g)
    if model.of_connections:
        rates = edge_rates(model, g)
        rates.require_informative()
        alpha, beta = (r.of(g.out_sources, g.out_indices) for r in (rates.alpha, rates.beta))
        with np.errstate(divide="ignore"):
            log_ratio = np.log1p(-beta) - np.log(alpha)
        return PairLikelihood(rates, log_ratio, _unseen(rates), None)
    of_synapses = synapse_rates(model, g)
    if g.n_edges == 0:
        counts_of(g)
        # Without a connection nothing says how many synapses connections have: one.
        share = np.array([0.0, 1.0])
        fewer = np.array([1.0, 0.0])
        rates = _single(of_synapses, model)
    else:
        true = true_counts_of(model, g, of_synapses)
        rates = edge_rates(model, g, true)
        share = np.concatenate([[0.0], true.share(model.connection_from)])
        fewer = _fewer_than_connection(model, g, true)
    rates.require_informative()
    posterior = CountPosterior(of_synapses, share, fewer, model.min_synapses)
    log_ratio = posterior.log_ratio(g.out_sources, g.out_indices, counts_of(g))
    return PairLikelihood(rates, log_ratio, _unseen(rates), posterior)


def _of_confidences(model: ErrorModel, g: Graph) -> PairLikelihood:
    """Edges weighed by their confidences, true synapses by the recall alone."""
    of_synapses = synapse_rates(model, g)
    counted = None
    if not model.of_connections and g.n_edges and of_synapses.recall.constant != 1.0:
        true = true_counts_of(model, g, of_synapses)
        rates = edge_rates(model, g, true)
        share = np.concatenate([[0.0], true.share()])
        fewer = np.zeros(len(share))
        fewer[0] = 1.0
        counted = CountPosterior(of_synapses, share, fewer, model.min_synapses)
    else:
        rates = edge_rates(model, g)
    rates.require_informative()
    ratios = log_ratios(g, confidences_of(model, g), rates.beta)
    return PairLikelihood(rates, ratios, _unseen(rates), counted)


def _single(rates: SynapseRates, model: ErrorModel) -> EdgeRates:
    from scipy.stats import poisson

    few = model.min_synapses - 1
    alpha = rates.false_rate.map(lambda f: np.asarray(poisson.sf(few, f), np.float64))
    beta = combine(
        lambda r, f: (1.0 - r) * poisson.cdf(few, f) + r * poisson.cdf(few - 1, f),
        rates.recall,
        rates.false_rate,
    )
    return EdgeRates(alpha, beta)


def _unseen(rates: EdgeRates) -> RateTable:
    return combine(lambda a, b: b / (1.0 - a), rates.alpha, rates.beta)


@dataclass(frozen=True, eq=False)
class CountPosterior:
    """True synapses of pairs given those seen.

    Attributes
    ----------
    rates : SynapseRates
        Of more than some values of recall and false synapses, quantiles stand for the others.
    share, fewer : (K + 1,) float64
        Probability of each true count if connected, and if not.
    min_synapses : int
    """

    rates: SynapseRates
    share: Floats
    fewer: Floats
    min_synapses: int

    @cached_property
    def _recalls(self) -> Floats:
        return _few_levels(self.rates.recall, _RECALL_LEVELS)

    @cached_property
    def _falses(self) -> Floats:
        return _few_levels(self.rates.false_rate, _FALSE_LEVELS)

    @cached_property
    def _seen_given_true(self) -> Floats:
        """(R, F, K + 1, S + 1) probabilities; the count 0 stands for all below the threshold."""
        table = seen_given_true(
            self._recalls[:, None], self._falses[None, :], _MOST_SEEN, len(self.share) - 1
        )
        table[..., 0] = table[..., : self.min_synapses].sum(axis=-1)
        return table

    def _cells(self, senders: NDArray[Any], receivers: NDArray[Any]) -> NDArray[np.int64]:
        recall = _nearest(self._recalls, self.rates.recall.of(senders, receivers))
        false = _nearest(self._falses, self.rates.false_rate.of(senders, receivers))
        return recall * len(self._falses) + false

    def log_ratio(
        self, senders: NDArray[Any], receivers: NDArray[Any], seen: NDArray[np.int64]
    ) -> Floats:
        """(M,) evidence that pairs with so many synapses seen are connections."""
        flat = self._seen_given_true.reshape(-1, len(self.share), _MOST_SEEN + 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            table = np.log(np.einsum("ckn,k->cn", flat, self.share))
            none = np.einsum("ckn,k->cn", flat, self.fewer)
            # What a transform leaves where there is nothing is no evidence.
            table -= np.log(np.where(none < 1e-15, 0.0, none))
        table = np.where(np.isnan(table), np.inf, table)
        cells = self._cells(senders, receivers)
        ratio: Floats = table[cells, np.minimum(seen, _MOST_SEEN)]
        return np.where(seen > _MOST_SEEN, np.inf, ratio)

    def draw(
        self,
        senders: NDArray[Any],
        receivers: NDArray[Any],
        seen: NDArray[np.int64],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """(M,) true synapses of connections with so many seen; 0 seen means below the threshold."""
        result = np.zeros(len(seen), np.int64)
        many = seen > _MOST_SEEN
        if many.any():
            # Binomial with any true count as likely before: a negative binomial number was missed.
            recall = self.rates.recall.of(senders[many], receivers[many])
            result[many] = seen[many] + rng.negative_binomial(seen[many] + 1, recall)
        few = np.flatnonzero(~many)
        key = self._cells(senders[few], receivers[few]) * (_MOST_SEEN + 1) + seen[few]
        kinds, of = np.unique(key, return_inverse=True)
        flat = self._seen_given_true.reshape(-1, len(self.share), _MOST_SEEN + 1)
        cells, counts = np.divmod(kinds, _MOST_SEEN + 1)
        weights = np.maximum(flat[cells, :, counts], 0.0) * self.share
        total = weights.sum(axis=1)
        # A true count beyond the last one kept apart: as many as were seen.
        plain = total <= 0
        weights[plain, np.minimum(np.maximum(counts[plain], 1), len(self.share) - 1)] = 1.0
        share = np.cumsum(weights, axis=1)
        share /= share[:, -1:]
        # One line on which kind after kind has a stretch of length 1.
        line = (share + np.arange(len(kinds))[:, None]).ravel()
        of = of.reshape(-1)
        place = np.searchsorted(line, of + rng.random(len(few)), side="right")
        drawn = np.minimum(place - of * len(self.share), len(self.share) - 1)
        result[few] = np.where(plain[of], np.maximum(counts[of], 1), drawn)
        return result


def _few_levels(rate: RateTable, most: int) -> Floats:
    levels = np.unique(np.concatenate([rate.table.ravel(), rate.values]))
    if len(levels) > most:
        levels = np.unique(np.quantile(levels, (np.arange(most) + 0.5) / most))
    return levels


def _nearest(levels: Floats, values: Floats) -> NDArray[np.int64]:
    place = np.clip(np.searchsorted(levels, values), 1, max(len(levels) - 1, 1))
    if len(levels) == 1:
        return np.zeros(len(values), np.int64)
    closer = (values - levels[place - 1]) < (levels[place] - values)
    return (place - closer).astype(np.int64)
