"""Merging: which neurons are taken for one, and by whose id they then go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..could_touch import touching
from ..fragments import Merge
from ..rate_table import RateTable, combine
from .neuron_rates import neuron_rates

if TYPE_CHECKING:
    from ...graph import Graph

Dense = NDArray[np.int64]


def merging_neurons(merge: Merge, g: Graph, rng: np.random.Generator) -> Dense:
    """Dense indices of the neurons that are merged into another, each by its own chance."""
    chance = neuron_rates(merge.probability, g, "merge.probability")
    return np.flatnonzero(rng.random(g.n_nodes) < chance)


def neighbours(merge: Merge, g: Graph) -> RateTable:
    """How readily each pair is merged, 0 for pairs that never are; the same both ways."""
    assert merge.could_touch is not None
    touch = touching(merge.could_touch, g)
    senders, receivers = (
        np.divmod(touch.keys, g.n_nodes) if len(touch.keys) else (touch.keys, touch.keys)
    )
    keys = receivers * g.n_nodes + senders
    order = np.argsort(keys, kind="stable")
    other_way = RateTable(
        touch.receiver_class, touch.sender_class, touch.table.T, keys[order], touch.values[order]
    )
    return combine(np.add, touch, other_way)


def draw_partners(neurons: NDArray[Any], near: RateTable, rng: np.random.Generator) -> Dense:
    """Draw for each neuron one of its neighbours, as likely as `near` says; -1 where it has none.

    Parameters
    ----------
    neurons : (M,) int
        Dense indices.
    near : RateTable
        As of `neighbours`.
    """
    n_nodes = near.n_nodes
    order = np.argsort(near.receiver_class, kind="stable")
    sizes = np.bincount(near.receiver_class, minlength=near.table.shape[1])
    begins = np.concatenate([[0], np.cumsum(sizes)])
    partners = np.full(len(neurons), -1, np.int64)
    for m, neuron in enumerate(neurons):
        row = near.table[near.sender_class[neuron]]
        low, high = np.searchsorted(near.keys, [neuron * n_nodes, (neuron + 1) * n_nodes])
        own, own_weight = near.keys[low:high] - neuron * n_nodes, near.values[low:high]
        # Neighbours by class, without the neuron itself and those that have a weight of their own.
        left_out = np.append(own, neuron)
        others = sizes - np.bincount(near.receiver_class[left_out], minlength=len(sizes))
        by_class = np.where(others > 0, row * others, 0.0)
        total = by_class.sum() + own_weight.sum()
        if total <= 0:
            continue
        at = rng.random() * total
        if at < own_weight.sum():
            partners[m] = own[np.searchsorted(np.cumsum(own_weight), at, side="right")]
            continue
        chosen = rng.choice(len(row), p=by_class / by_class.sum())
        while True:
            candidate = order[rng.integers(begins[chosen], begins[chosen + 1])]
            if candidate != neuron and candidate not in own:
                partners[m] = candidate
                break
    return partners


def goes_by(n_nodes: int, neurons: NDArray[Any], partners: NDArray[Any]) -> Dense:
    """(N,) int64: the neuron by whose id each one goes after merging, itself where it is alone.

    Neurons merged one into the next are all one. It goes by the one that was not merged into
    another; where they were merged in a circle, by the first in the order of the graph.

    Examples
    --------
    >>> goes_by(5, [0, 1, 3, 4], [1, 2, 4, 3]).tolist()
    [2, 2, 2, 3, 3]
    """
    import scipy.sparse as sp
    from scipy.sparse.csgraph import connected_components

    neurons, partners = np.asarray(neurons, np.int64), np.asarray(partners, np.int64)
    links = sp.coo_array(
        (np.ones(len(neurons), np.int8), (neurons, partners)), shape=(n_nodes, n_nodes)
    )
    n_parts, part = connected_components(links, directed=False)
    # In a circle everyone is merged; elsewhere exactly one is not, and is written last.
    name = np.full(n_parts, -1, np.int64)
    backwards = np.arange(n_nodes)[::-1]
    name[part[backwards]] = backwards
    alone = np.ones(n_nodes, bool)
    alone[neurons] = False
    name[part[alone]] = np.flatnonzero(alone)
    result: Dense = name[part]
    return result
