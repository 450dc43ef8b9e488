"""Fit: the groups, and with nested ones all levels, under which a graph takes the fewest nats.

Plan: begin with every neuron alone; merge the cheapest pairs until a fifth of the groups is gone, let
neurons choose anew, and so on down to one group; take the partition of least length on the way, and
improve it by moves of neurons, splits, merges and re-divided pairs until nothing helps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .improve import improved
from .levels import levels_of
from .merges import merged
from .node_moves import n_proposals, random_keys, sweep
from .state import Ints, Wiring, state_of
from .whole_length import whole_length

_SHRINK = 1.25
_SWEEPS = 8


class Fit(NamedTuple):
    """Groups of least description length.

    Attributes
    ----------
    group : (N,) int64
    levels : list of int64 arrays
        Group of each group of the level below; empty where not nested.
    length : float
        Nats, but for what no grouping changes.
    stages : list of (groups, nats)
        What the way down met; the nats are of the partition before it was improved.
    """

    group: Ints
    levels: list[Ints]
    length: float
    stages: list[tuple[int, float]]


def fit(
    w: Wiring,
    start: Ints,
    random: Any,
    *,
    nested: bool,
    n_groups: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Fit:
    """Fit a block model.

    Parameters
    ----------
    w : Wiring
        Of two neurons at least.
    start : (N,) int64
        Groups to begin with, more than there will be.
    random : (4,) uint64
        Stream, changed.
    nested : bool
    n_groups : int, optional
        Hold the number of groups to this, instead of the one of least length.
    """
    group = start.copy()
    everyone = np.arange(w.n_nodes)
    none = np.zeros(0, dtype=np.int64)
    stages: list[tuple[int, float]] = []
    best: Fit | None = None
    n = first = int(group.max()) + 1
    least = 1 if n_groups is None else n_groups
    while True:
        s = state_of(w, group)
        if n < w.n_nodes:
            for _ in range(_SWEEPS):
                order = everyone[np.argsort(random_keys(random, w.n_nodes), kind="stable")]
                if (
                    sweep(order, none, n_proposals(n), np.inf, False, w, s, random)
                    < 0.005 * w.n_nodes
                ):
                    break
            group = s.group.copy()
        if n_groups is None or n == n_groups:
            levels: list[Ints] = []
            length = float(whole_length(w, s))
            if nested:
                levels = levels_of(s.e, w.ln_factorial)
                length = float(whole_length(w, state_of(w, group, levels)))
            stages.append((n, length))
            if best is None or length < best.length:
                best = Fit(group, levels, length, stages)
        if progress is not None:
            progress(first - n, first)
        if n <= least:
            break
        n = max(least, min(n - 1, int(n / _SHRINK)))
        group = merged(w, s, n, random)
        while int(group.max()) + 1 > n:
            group = merged(w, state_of(w, group), n, random)
    if best is None:  # cannot be: the last stage always counts
        raise AssertionError
    group, levels, length = improved(
        w, best.group, best.levels, random, nested=nested, fixed=n_groups is not None
    )
    return Fit(group, levels, length, stages)
