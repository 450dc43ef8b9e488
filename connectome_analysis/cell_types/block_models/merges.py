"""Merges: what it costs to make one group of two, and the cheapest until few enough are left."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...compiled import compiled
from ...random_streams import below, next_word, pick
from .log_partitions import log_q
from .node_moves import ln_factorial, n_proposals
from .state import Ints, State, Wiring


def merged(w: Wiring, s: State, n_groups: int, random: Any) -> Ints:
    """(N,) groups after the cheapest merges, until `n_groups` are left.

    In a round each group has its cheapest partner looked for once, and merges with it unless either
    merged in this round; costs are those of the beginning of the round.
    """
    partner, cost = cheapest_partners(w, s, n_proposals(len(s.size)), random)
    order = np.argsort(cost, kind="stable")
    into = np.arange(len(s.size))
    free = np.ones(len(s.size), dtype=bool)
    left = int((s.size > 0).sum())
    for r in order[np.isfinite(cost[order])]:
        if left <= n_groups:
            break
        t = partner[r]
        if free[r] and free[t]:
            free[r] = free[t] = False
            into[max(r, t)] = min(r, t)
            left -= 1
    groups: Ints = np.unique(into[s.group], return_inverse=True)[1].astype(np.int64)
    return groups


@compiled
def cheapest_partners(w, s, proposals, random):  # type: ignore[no-untyped-def]
    """(B,) cheapest partner of each group, and the nats it costs; inf where there is none.

    proposals : 0 for all pairs, or groups to draw that neighbours of members exchange with.
    """
    n = len(s.size)
    partner, best = np.full(n, -1, np.int64), np.full(n, np.inf)
    start, member = _members(s)
    transposed = s.e.T.copy()
    for r in range(n):
        if s.size[r] == 0:
            continue
        if proposals == 0:
            for t in range(r + 1, n):
                if s.size[t] == 0:
                    continue
                cost = merge_cost(r, t, w, s, transposed)
                if cost < best[r]:
                    best[r], partner[r] = cost, t
                if cost < best[t]:
                    best[t], partner[t] = cost, r
            continue
        for _ in range(proposals):
            i = member[start[r] + pick(next_word(random), s.size[r])]
            t = s.group[_two_steps(i, w, random)]
            if t == r:
                t = below(random, n)
            if t == r or s.size[t] == 0:
                continue
            cost = merge_cost(r, t, w, s, transposed)
            if cost < best[r]:
                best[r], partner[r] = cost, t
    return partner, best


@compiled
def _members(s):  # type: ignore[no-untyped-def]
    """Neurons sorted by group, and where each group begins."""
    start = np.zeros(len(s.size) + 1, np.int64)
    for r in range(len(s.size)):
        start[r + 1] = start[r] + s.size[r]
    filled = start[:-1].copy()
    member = np.empty(len(s.group), np.int64)
    for i in range(len(s.group)):
        member[filled[s.group[i]]] = i
        filled[s.group[i]] += 1
    return start, member


@compiled
def _two_steps(i, w, random):  # type: ignore[no-untyped-def]
    """A neuron that shares a partner with i: back along a connection of the same direction."""
    sends = w.out_indptr[i + 1] - w.out_indptr[i]
    receives = w.in_indptr[i + 1] - w.in_indptr[i]
    if sends + receives == 0:
        return i
    place = pick(next_word(random), sends + receives)
    if place < sends:
        middle = w.out_indices[w.out_indptr[i] + place]
        first, last = w.in_indptr[middle], w.in_indptr[middle + 1]
        return w.in_indices[first + pick(next_word(random), last - first)]
    middle = w.in_indices[w.in_indptr[i] + place - sends]
    first, last = w.out_indptr[middle], w.out_indptr[middle + 1]
    return w.out_indices[first + pick(next_word(random), last - first)]


@compiled
def merge_cost(r, t, w, s, transposed):  # type: ignore[no-untyped-def]
    """Nats that joining groups r and t adds, but for what only the number of groups decides.

    transposed : (B, B) transpose of the state's e, in memory too: columns of e are far apart.
    """
    table = w.ln_factorial
    cost = 0.0
    for e in (s.e, transposed):
        for u in range(len(s.size)):
            a, b = e[r, u], e[t, u]
            if a and b and u != r and u != t:
                cost += ln_factorial(a, table) + ln_factorial(b, table)
                cost -= ln_factorial(a + b, table)
    within = s.e[r, r] + s.e[r, t] + s.e[t, r] + s.e[t, t]
    cost -= ln_factorial(within, table)
    cost += ln_factorial(s.e[r, r], table) + ln_factorial(s.e[r, t], table)
    cost += ln_factorial(s.e[t, r], table) + ln_factorial(s.e[t, t], table)
    for a, b in ((s.sent[r], s.sent[t]), (s.received[r], s.received[t])):
        cost += ln_factorial(a + b, table) - ln_factorial(a, table) - ln_factorial(b, table)
        cost += log_q(a + b, s.size[r] + s.size[t], w.partitions)
        cost -= log_q(a, s.size[r], w.partitions) + log_q(b, s.size[t], w.partitions)
    # Degrees: + 2 ln n!; partition: - ln n!.
    cost += ln_factorial(s.size[r] + s.size[t], table)
    cost -= ln_factorial(s.size[r], table) + ln_factorial(s.size[t], table)
    for alike in (s.alike_out, s.alike_in):
        for k in range(alike.shape[1]):
            a, b = alike[r, k], alike[t, k]
            if a and b:
                cost -= ln_factorial(a + b, table) - ln_factorial(a, table)
                cost += ln_factorial(b, table)
    return cost
