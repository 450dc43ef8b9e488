"""Posterior: partitions drawn in proportion to exp(-description length), and how often neurons stay."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..resampling import in_the_same_cluster
from .node_moves import random_keys, sweep
from .state import Ints, Wiring, state_of

_BURN_IN = 10


def share_of_draws(
    w: Wiring, group: Ints, levels: list[Ints], random: Any, n_draws: int
) -> NDArray[np.float64]:
    """(N,) share of draws in which a neuron is in its group.

    A chain of heat-bath sweeps begins at the partition and draws the group of each neuron given those
    of all others; the number of groups and the levels above stay. Groups of a draw are matched to
    those of the partition one to one.

    Parameters
    ----------
    random : (4,) uint64
        Stream, changed.
    n_draws : int
        Sweeps, after 10 that do not count.
    """
    s = state_of(w, group, levels)
    none = np.zeros(0, dtype=np.int64)
    same = np.zeros(w.n_nodes)
    for draw in range(_BURN_IN + n_draws):
        order = np.argsort(random_keys(random, w.n_nodes), kind="stable")
        sweep(order, none, 0, 1.0, False, w, s, random)
        if draw >= _BURN_IN:
            same += in_the_same_cluster(group, s.group)
    return same / n_draws
