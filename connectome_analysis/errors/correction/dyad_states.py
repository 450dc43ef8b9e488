"""Dyad states: unbiased estimates of what joins two neurons, and how triads are made of them.

A dyad is in one of four states: nothing, forward, backward, both. With Y what is seen of one
direction, A~ = (Y - alpha) / (1 - alpha - beta) has the expectation A. Products of A~ and 1 - A~
of the two directions are unbiased for the four states, and sum to 1.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...motifs.triads import TRIAD_NAMES, triad_class_of_codes
from ..edge_rates import EdgeRates
from ..rate_table import Floats, RateTable, combine, constant_rate, with_pairs

if TYPE_CHECKING:
    from ...graph import Graph

N_CLASSES = len(TRIAD_NAMES)
# States of a dyad seen from its other end: forward and backward change places.
FROM_THE_OTHER_END = (0, 2, 1, 3)


def seen_and_unseen(rates: EdgeRates, g: Graph) -> tuple[RateTable, RateTable]:
    """A~ of pairs that are seen as connected, and of pairs that are not.

    By the number of synapses seen where the rates know it, see `CountEstimates`.

    Raises
    ------
    ValueError
        Where alpha + beta is 1 or more for a pair.
    """
    rates.require_informative()
    if rates.by_count is not None:
        nothing = constant_rate(g.n_nodes, 0.0)
        counted = with_pairs(nothing, g.out_sources, g.out_indices, rates.by_count.seen)
        return counted, rates.by_count.unseen
    seen = combine(lambda a, b: (1.0 - a) / (1.0 - a - b), rates.alpha, rates.beta)
    unseen = combine(lambda a, b: -a / (1.0 - a - b), rates.alpha, rates.beta)
    return seen, unseen


def states(forward: Floats, backward: Floats) -> Floats:
    """(..., 4) estimates of the four states from A~ of the two directions."""
    return np.stack(
        [
            (1.0 - forward) * (1.0 - backward),
            forward * (1.0 - backward),
            (1.0 - forward) * backward,
            forward * backward,
        ],
        axis=-1,
    )


def states_of_codes(alpha: float, beta: float) -> Floats:
    """(4, 4) estimates of the states of a dyad for each code seen, at one alpha and one beta."""
    scale = 1.0 - alpha - beta
    forward = (np.array([0.0, 1.0, 0.0, 1.0]) - alpha) / scale
    backward = (np.array([0.0, 0.0, 1.0, 1.0]) - alpha) / scale
    return states(forward, backward)


@cache
def class_tensor() -> Floats:
    """(16, 4, 4, 4): 1 where three dyad states (0, 1), (0, 2), (1, 2) make a class of triads."""
    tensor = np.zeros((N_CLASSES, 64))
    tensor[triad_class_of_codes(), np.arange(64)] = 1.0
    return tensor.reshape(N_CLASSES, 4, 4, 4)


@cache
def lift() -> Floats:
    """(4, 3): differences of two states from three of them, since all four sum to 0."""
    return np.vstack([-np.ones(3), np.eye(3)])


@cache
def dyads_of_classes() -> NDArray[np.int64]:
    """(16, 2) number of edges and of mutual pairs in each class of triads."""
    from ...motifs.triads import TRIADS

    return np.array([[len(t.edges), t.mutual] for t in TRIADS.values()])
