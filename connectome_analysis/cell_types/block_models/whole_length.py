"""Whole length: the description length of a state, from its counts, less what no grouping changes."""

from __future__ import annotations

import math

from ...compiled import compiled
from .log_partitions import log_q
from .node_moves import ln_factorial, ln_ways


@compiled
def whole_length(w, s):  # type: ignore[no-untyped-def]
    """Nats, but for ln N - sum_i ln k_i+! k_i-! + sum_ij ln A_ij!, which every grouping shares.

    w : Wiring; s : State, whose last level above may have several groups: they are closed by
    ln ((C^2, E)).
    """
    table = w.ln_factorial
    n_slots, n_nodes = len(s.size), len(s.group)
    n_groups, total = 0, 0.0
    for r in range(n_slots):
        n = s.size[r]
        if n == 0:
            continue
        n_groups += 1
        total += ln_factorial(s.sent[r], table) + ln_factorial(s.received[r], table)
        for t in range(n_slots):
            if s.e[r, t] > 1:
                total -= ln_factorial(s.e[r, t], table)
        total += log_q(s.sent[r], n, w.partitions) + log_q(s.received[r], n, w.partitions)
        # Degrees: + 2 ln n!; partition: - ln n!.
        total += ln_factorial(n, table)
        for k in range(s.alike_out.shape[1]):
            total -= ln_factorial(s.alike_out[r, k], table)
        for k in range(s.alike_in.shape[1]):
            total -= ln_factorial(s.alike_in[r, k], table)
    total += partition_prior(n_nodes, n_groups, table)
    below = n_groups
    for level in range(len(s.above_n)):
        n = s.above_n[level]
        total += partition_prior(below, n, table) + math.log(below)
        for r in range(n):
            total -= ln_factorial(s.above_size[level, r], table)
            for t in range(n):
                places = s.above_size[level, r] * s.above_size[level, t]
                total += ln_ways(places, s.above_e[level, r, t], table)
        below = n
    return total + ln_ways(below * below, w.n_edges, table)


@compiled
def length_about(r, t, n_groups, w, s):  # type: ignore[no-untyped-def]
    """The part of `whole_length` that changes when neurons of groups r and t change places.

    n_groups : groups that have a neuron. One of the two may be empty. r != t; not checked.
    """
    table = w.ln_factorial
    total = partition_prior(len(s.group), n_groups, table)
    for x in (r, t):
        n = s.size[x]
        if n == 0:
            continue
        total += ln_factorial(s.sent[x], table) + ln_factorial(s.received[x], table)
        for u in range(len(s.size)):
            if s.e[x, u] > 1:
                total -= ln_factorial(s.e[x, u], table)
            if s.e[u, x] > 1 and u != r and u != t:
                total -= ln_factorial(s.e[u, x], table)
        total += log_q(s.sent[x], n, w.partitions) + log_q(s.received[x], n, w.partitions)
        total += ln_factorial(n, table)
        for k in range(s.alike_out.shape[1]):
            total -= ln_factorial(s.alike_out[x, k], table)
        for k in range(s.alike_in.shape[1]):
            total -= ln_factorial(s.alike_in[x, k], table)
    if len(s.above_n) == 0:
        return total + ln_ways(n_groups * n_groups, w.n_edges, table)
    total += partition_prior(n_groups, s.above_n[0], table) + math.log(n_groups)
    for level in range(len(s.above_n)):
        size, e = s.above_size[level], s.above_e[level]
        top, other = s.above[level, r], s.above[level, t]
        for k in range(2):
            x = top if k == 0 else other
            if k == 1 and other == top:
                break
            total -= ln_factorial(size[x], table)
            for u in range(s.above_n[level]):
                total += ln_ways(size[x] * size[u], e[x, u], table)
                if u != top and u != other:
                    total += ln_ways(size[x] * size[u], e[u, x], table)
    return total


@compiled
def partition_prior(n, groups, table):  # type: ignore[no-untyped-def]
    """ln C(n - 1, groups - 1) + ln n!."""
    return (
        ln_factorial(n - 1, table)
        - ln_factorial(groups - 1, table)
        - ln_factorial(n - groups, table)
        + ln_factorial(n, table)
    )
