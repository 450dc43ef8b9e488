"""Pair probability: the chance that two neurons are connected, from a graph seen with errors.

The graph itself is taken for a draw: every pair is connected independently with one probability p, and
seen with alpha or 1 - beta. So a pair is seen with probability s = alpha + (1 - alpha - beta) p, and the
mean of A~ = (Y - alpha) / (1 - alpha - beta) over the pairs has the variance
mean of s (1 - s) / (1 - alpha - beta)^2, over their number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..rate_table import Floats, RateTable, combine

if TYPE_CHECKING:
    from ..edge_rates import EdgeRates


def sampling_variance(rates: EdgeRates, probability: float) -> float:
    """Variance of the corrected density of a graph drawn with one probability for all pairs.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2], [2, 3])
    >>> perfect, half = ca.errors.ErrorModel(), ca.errors.ErrorModel(beta=0.5)
    >>> [round(sampling_variance(m.edge_rates(g), 0.4), 4) for m in (perfect, half)]
    [0.04, 0.1067]
    """

    def of_pair(alpha: Floats, beta: Floats) -> Floats:
        scale = 1.0 - alpha - beta
        seen = alpha + scale * probability
        return seen * (1.0 - seen) / scale**2

    n = rates.alpha.n_nodes
    pairs = max(n * (n - 1), 1)
    return max(sum_over_pairs(combine(of_pair, rates.alpha, rates.beta)), 0.0) / pairs**2


def sum_over_pairs(rate: RateTable) -> float:
    """Sum of a rate over all ordered pairs of different neurons.

    Examples
    --------
    >>> from connectome_analysis.errors.rate_table import constant_rate
    >>> sum_over_pairs(constant_rate(4, 0.5))
    6.0
    """
    senders = np.bincount(rate.sender_class, minlength=rate.table.shape[0])
    receivers = np.bincount(rate.receiver_class, minlength=rate.table.shape[1])
    total = float(senders @ rate.table @ receivers)
    total -= float(rate.table[rate.sender_class, rate.receiver_class].sum())
    return total + float(rate.apart().sum())
