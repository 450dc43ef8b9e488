"""Improve: moves of neurons, splits, merges and re-divided pairs, until none shortens the description."""

from __future__ import annotations

from typing import Any

import numpy as np

from .levels import improved_levels, levels_of
from .merges import cheapest_partners
from .node_moves import n_proposals, random_keys, relocate, sweep
from .state import Ints, State, Wiring, state_of
from .whole_length import length_about, whole_length

_ROUNDS = 12
_SWEEPS = 6
_LEAST_GAIN = 1e-7
_SPARE = 16
_NONE = np.zeros(0, dtype=np.int64)


def improved(
    w: Wiring, group: Ints, levels: list[Ints], random: Any, *, nested: bool, fixed: bool
) -> tuple[Ints, list[Ints], float]:
    """Groups, levels and length in nats after rounds of improvement.

    Parameters
    ----------
    fixed : bool
        Keep the number of groups.
    """
    best = float(whole_length(w, state_of(w, group, levels)))
    for _ in range(_ROUNDS):
        before = best
        group, levels, best = _moved(w, group, levels, random)
        if not fixed:
            group, levels, best = _split(w, group, levels, random)
            group, levels, best = _joined(w, group, levels, random)
        group, levels, best = _divided_anew(w, group, levels, random)
        if nested:
            levels, best = _regrouped(w, group, levels, best)
        if before - best < 1e-5 * abs(best) + _LEAST_GAIN:
            break
    return group, levels, best


def _moved(
    w: Wiring, group: Ints, levels: list[Ints], random: Any
) -> tuple[Ints, list[Ints], float]:
    s = state_of(w, group, levels)
    for _ in range(_SWEEPS):
        order = np.argsort(random_keys(random, w.n_nodes), kind="stable")
        if not sweep(order, _NONE, n_proposals(len(s.size)), np.inf, False, w, s, random):
            break
    return s.group, levels, float(whole_length(w, s))


def _split(
    w: Wiring, group: Ints, levels: list[Ints], random: Any
) -> tuple[Ints, list[Ints], float]:
    """Try to divide every group in two."""
    s = state_of(w, group, levels, _SPARE)
    n = int(group.max()) + 1
    queue = list(range(n))
    while queue:
        r = queue.pop(0)
        if n == len(s.size):
            group, levels = s.group.copy(), _levels_of_state(s, n)
            s = state_of(w, group, levels, _SPARE)
        members = np.flatnonzero(s.group == r)
        if len(members) < 2:
            continue
        s.above[:, n] = s.above[:, r]
        before = float(length_about(r, n, n, w, s))
        if levels:
            s.above_size[0, s.above[0, r]] += 1
        shorter = False
        for attempt in range(2):
            _divide(w, s, members, r, n, random, seeded=attempt == 1)
            shorter = float(length_about(r, n, n + 1, w, s)) < before - _LEAST_GAIN
            if shorter:
                break
            relocate(members, np.full(len(members), r), w, s)
        if shorter:
            queue += [r, n]
            n += 1
        elif levels:
            s.above_size[0, s.above[0, r]] -= 1
            s.above[:, n] = 0
    return s.group.copy(), _levels_of_state(s, n), float(whole_length(w, s))


def _divide(
    w: Wiring, s: State, members: Ints, r: int, t: int, random: Any, *, seeded: bool
) -> None:
    """Divide members between groups r and t, at random or from one neuron, then by their choice."""
    keys = random_keys(random, len(members))
    to = np.full(len(members), r)
    if seeded:
        to[np.argmin(keys)] = t
    else:
        to[keys < np.median(keys)] = t
        if (to == r).all():
            to[0] = t
        if (to == t).all():
            to[0] = r
    relocate(members, to, w, s)
    pair = np.array([r, t])
    for _ in range(_SWEEPS):
        order = members[np.argsort(random_keys(random, len(members)), kind="stable")]
        if not sweep(order, pair, 0, np.inf, False, w, s, random):
            break


def _cheapest_pairs(w: Wiring, s: State, random: Any) -> list[tuple[int, int]]:
    partner, cost = cheapest_partners(w, s, n_proposals(len(s.size)), random)
    order = np.argsort(cost, kind="stable")
    return [(int(r), int(partner[r])) for r in order[np.isfinite(cost[order])]]


def _joined(
    w: Wiring, group: Ints, levels: list[Ints], random: Any
) -> tuple[Ints, list[Ints], float]:
    """Try to join each group with the one that costs least."""
    while True:
        s = state_of(w, group, levels)
        gone: set[int] = set()
        n = len(s.size)
        for pair in _cheapest_pairs(w, s, random):
            r, t = sorted(pair, key=lambda one: s.size[one])
            if r in gone or t in gone:
                continue
            if levels and s.above_size[0, s.above[0, r]] == 1:
                continue
            members = np.flatnonzero(s.group == r)
            before = float(length_about(r, t, n, w, s))
            relocate(members, np.full(len(members), t), w, s)
            if levels:
                s.above_size[0, s.above[0, r]] -= 1
            if float(length_about(r, t, n - 1, w, s)) < before - _LEAST_GAIN:
                gone.add(r)
                n -= 1
            else:
                relocate(members, np.full(len(members), r), w, s)
                if levels:
                    s.above_size[0, s.above[0, r]] += 1
        if not gone:
            return group, levels, float(whole_length(w, s))
        group, levels = _without_gaps(s, levels)


def _divided_anew(
    w: Wiring, group: Ints, levels: list[Ints], random: Any
) -> tuple[Ints, list[Ints], float]:
    """Try to divide each group and the one it is cheapest to join it with in another way."""
    s = state_of(w, group, levels)
    n = len(s.size)
    for r, t in _cheapest_pairs(w, s, random):
        members = np.flatnonzero((s.group == r) | (s.group == t))
        places = s.group[members].copy()
        before = float(length_about(r, t, n, w, s))
        _divide(w, s, members, r, t, random, seeded=False)
        if float(length_about(r, t, n, w, s)) >= before - _LEAST_GAIN:
            relocate(members, places, w, s)
    return s.group.copy(), levels, float(whole_length(w, s))


def _regrouped(w: Wiring, group: Ints, levels: list[Ints], best: float) -> tuple[list[Ints], float]:
    """Levels found anew, or the old ones improved, whichever is shorter."""
    e = state_of(w, group).e
    candidates = [improved_levels(e, levels, w.ln_factorial)] if levels else []
    candidates.append(levels_of(e, w.ln_factorial))
    for each in candidates:
        length = float(whole_length(w, state_of(w, group, each)))
        if length < best:
            levels, best = each, length
    return levels, best


def _levels_of_state(s: State, n: int) -> list[Ints]:
    if not len(s.above):
        return []
    levels, below = [], s.above[0, :n].copy()
    levels.append(below)
    for k in range(1, len(s.above)):
        of = np.empty(int(s.above_n[k - 1]), dtype=np.int64)
        of[s.above[k - 1, :n]] = s.above[k, :n]
        levels.append(of)
    return levels


def _without_gaps(s: State, levels: list[Ints]) -> tuple[Ints, list[Ints]]:
    kept, group = np.unique(s.group, return_inverse=True)
    if not levels:
        return group.astype(np.int64), []
    return group.astype(np.int64), [levels[0][kept], *levels[1:]]
