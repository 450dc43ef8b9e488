"""Channel: how often each pair of neurons is seen as connected, where it is and where it is not.

The part of an error model in which pairs are independent of each other, as plain arrays: neurons
fall into classes as senders and as receivers, a pair's rates are those of its two classes, and
single pairs may have rates of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ..errors.error_model import ErrorModel
    from ..graph import Graph

Floats = NDArray[np.float64]


class Channel(NamedTuple):
    """Rates at which pairs are seen as connected.

    Attributes
    ----------
    sender_class, receiver_class : (N,) int32
    false, true : (S, R) float64
        P(seen | not connected), alpha, and P(seen | connected), 1 - beta, by class of the sender
        and class of the receiver; ``false <= true``.
    pairs : (P,) int64, ascending
        Pairs with rates of their own, as ``sender * N + receiver``.
    pair_false, pair_true : (P,) float64
    """

    sender_class: NDArray[np.int32]
    receiver_class: NDArray[np.int32]
    false: Floats
    true: Floats
    pairs: NDArray[np.int64]
    pair_false: Floats
    pair_true: Floats

    @property
    def without_errors(self) -> bool:
        """Whether everything is seen as it is."""
        seen = bool((self.true == 1).all() and (self.pair_true == 1).all())
        return seen and not self.false.any() and not self.pair_false.any()


def channel_of(g: Graph, model: ErrorModel) -> Channel:
    """Take the rates of an error model on a graph.

    Raises
    ------
    ValueError
        Where a pair is seen less often connected than not, or an edge of the graph could not have
        been seen.

    Examples
    --------
    >>> from connectome_analysis import Graph, errors
    >>> g = Graph.from_edges([1, 2, 3], [2, 3, 1])
    >>> channel_of(g, errors.ErrorModel(beta=0.25)).true.tolist()
    [[0.75]]
    """
    from ..errors.rate_table import combine

    rates = model.edge_rates(g)
    false = combine(lambda alpha, _beta: alpha, rates.alpha, rates.beta)
    true = combine(lambda _alpha, beta: 1.0 - beta, rates.alpha, rates.beta)
    worst = combine(np.add, rates.alpha, rates.beta).most if g.n_nodes else 0.0
    if worst > 1 + 1e-12:
        msg = (
            f"alpha + beta must be at most 1 for every pair, got {worst:.4g}: there a connection is "
            "seen less often than where there is none. Leave such neurons out, or give other rates."
        )
        raise ValueError(msg)
    impossible = true.of(g.out_sources, g.out_indices) <= 0
    if impossible.any():
        e = int(np.flatnonzero(impossible)[0])
        pre, post = g.node_ids[g.out_sources[e]], g.node_ids[g.out_indices[e]]
        msg = (
            f"{int(impossible.sum()):,} edges of the graph could not have been seen by the error "
            f"model, for instance from neuron {pre} to {post}, where alpha is 0 and beta is 1. Give "
            "the model rates under which this graph is possible."
        )
        raise ValueError(msg)
    return Channel(
        sender_class=false.sender_class,
        receiver_class=false.receiver_class,
        false=np.minimum(false.table, true.table),
        true=true.table,
        pairs=false.keys,
        pair_false=np.minimum(false.values, true.values),
        pair_true=true.values,
    )
