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
def partition_prior(n, groups, table):  # type: ignore[no-untyped-def]
    """ln C(n - 1, groups - 1) + ln n!."""
    return (
        ln_factorial(n - 1, table)
        - ln_factorial(groups - 1, table)
        - ln_factorial(n - groups, table)
        + ln_factorial(n, table)
    )
