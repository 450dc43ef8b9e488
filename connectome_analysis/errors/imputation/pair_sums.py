"""Pair sums: totals of a rate over all partners of each neuron, without a matrix of all pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..rate_table import Floats, RateTable


def sums_over_receivers(rate: RateTable, weights: NDArray[Any] | None = None) -> Floats:
    """(N,) sum of each sender's rates over all others as receivers.

    Parameters
    ----------
    weights : (N,) array, optional
        How much each receiver counts; 1 where left out.

    Examples
    --------
    >>> from connectome_analysis.errors.rate_table import constant_rate
    >>> sums_over_receivers(constant_rate(4, 0.5)).tolist()
    [1.5, 1.5, 1.5, 1.5]
    """
    each = np.ones(rate.n_nodes) if weights is None else np.asarray(weights, np.float64)
    by_class = np.bincount(rate.receiver_class, each, rate.table.shape[1])
    own = rate.table[rate.sender_class, rate.receiver_class]
    total: Floats = (rate.table @ by_class)[rate.sender_class] - own * each
    if len(rate.keys):
        senders, receivers = np.divmod(rate.keys, rate.n_nodes)
        base = rate.table[rate.sender_class[senders], rate.receiver_class[receivers]]
        change = (rate.values - base) * each[receivers] * (senders != receivers)
        total = total + np.bincount(senders, change, rate.n_nodes)
    return total


def transposed(rate: RateTable) -> RateTable:
    """The rate of each pair as that of the pair turned round."""
    senders, receivers = np.divmod(rate.keys, max(rate.n_nodes, 1))
    keys = receivers * rate.n_nodes + senders
    order = np.argsort(keys, kind="stable")
    return RateTable(
        rate.receiver_class,
        rate.sender_class,
        np.ascontiguousarray(rate.table.T),
        keys[order],
        rate.values[order],
    )


def most_of_each_sender(rate: RateTable) -> Floats:
    """(N,) largest rate of each sender to anyone.

    Examples
    --------
    >>> from connectome_analysis.errors.rate_table import constant_rate
    >>> most_of_each_sender(constant_rate(2, 0.5)).tolist()
    [0.5, 0.5]
    """
    used = np.bincount(rate.receiver_class, minlength=rate.table.shape[1]) > 0
    most: Floats = rate.table[:, used].max(axis=1)[rate.sender_class]
    if len(rate.keys):
        most = most.copy()
        np.maximum.at(most, rate.keys // rate.n_nodes, rate.values)
    return most
