"""Node moves: what each group would cost a neuron, and sweeps in which neurons choose.

A neuron is taken out of its group; the cost of putting it into each group is worked out from the counts
between groups alone; it goes to the cheapest, or to one drawn in proportion to exp(-cost). Differences
of these costs are differences of the description length.
"""

from __future__ import annotations

import math

import numpy as np

from ...compiled import compiled
from ...random_streams import next_word, pick, unit
from .log_partitions import log_q

_LEAST_GAIN = 1e-9
# All groups are looked at up to so many; beyond, some are proposed.
_ALL_GROUPS, _PROPOSALS = 200, 30


def n_proposals(n_groups: int) -> int:
    """Groups to propose to a neuron or a group, 0 for all."""
    return 0 if n_groups <= _ALL_GROUPS else _PROPOSALS


@compiled
def ln_factorial(n, table):  # type: ignore[no-untyped-def]
    """ln n!, from the table where it reaches. n >= 0; not checked."""
    return table[n] if n < len(table) else math.lgamma(n + 1.0)


@compiled
def ln_ways(places, n, table):  # type: ignore[no-untyped-def]
    """ln C(places + n - 1, n): ways to put n edges in `places`. places >= 1, n >= 0; not checked."""
    return (
        ln_factorial(places + n - 1, table)
        - ln_factorial(n, table)
        - ln_factorial(places - 1, table)
    )


@compiled
def exchanged(i, w, s, out_to, in_from, touched):  # type: ignore[no-untyped-def]
    """Add up what neuron i sends to and receives from each group; return how many groups it meets.

    out_to, in_from : (B,) zeros, filled; touched : (B,) filled with the groups met.
    """
    n = 0
    for a in range(w.out_indptr[i], w.out_indptr[i + 1]):
        t = s.group[w.out_indices[a]]
        if out_to[t] == 0 and in_from[t] == 0:
            touched[n] = t
            n += 1
        out_to[t] += w.out_count[a]
    for a in range(w.in_indptr[i], w.in_indptr[i + 1]):
        t = s.group[w.in_indices[a]]
        if out_to[t] == 0 and in_from[t] == 0:
            touched[n] = t
            n += 1
        in_from[t] += w.in_count[a]
    return n


@compiled
def shift(i, r, sign, w, s, out_to, in_from, touched, n_touched):  # type: ignore[no-untyped-def]
    """Put neuron i into group r (sign 1) or take it out (-1), in all counts of the state."""
    for a in range(n_touched):
        t = touched[a]
        s.e[r, t] += sign * out_to[t]
        s.e[t, r] += sign * in_from[t]
        for level in range(len(s.above_n)):
            top, other = s.above[level, r], s.above[level, t]
            s.above_e[level, top, other] += sign * out_to[t]
            s.above_e[level, other, top] += sign * in_from[t]
    s.e[r, r] += sign * w.loops[i]
    for level in range(len(s.above_n)):
        top = s.above[level, r]
        s.above_e[level, top, top] += sign * w.loops[i]
    s.sent[r] += sign * w.k_out[i]
    s.received[r] += sign * w.k_in[i]
    s.size[r] += sign
    s.alike_out[r, w.rank_out[i]] += sign
    s.alike_in[r, w.rank_in[i]] += sign


@compiled
def forget(r, s):  # type: ignore[no-untyped-def]
    """Forget what was kept about a group that has changed."""
    s.gain_out[r, :] = np.nan
    s.gain_in[r, :] = np.nan


@compiled
def insertion_cost(  # type: ignore[no-untyped-def]
    i, r, changed, w, s, out_to, in_from, touched, n_touched
):
    """Nats that neuron i adds to the first level in group r; it is in no group now.

    changed : what is kept about r was worked out with i in it. Levels above are not looked at.
    """
    table = w.ln_factorial
    sent, received, size = s.sent[r], s.received[r], s.size[r]
    k_out, k_in = w.k_out[i], w.k_in[i]
    cost = (
        ln_factorial(sent + k_out, table)
        - ln_factorial(sent, table)
        + ln_factorial(received + k_in, table)
        - ln_factorial(received, table)
    )
    within = w.loops[i]
    for a in range(n_touched):
        t = touched[a]
        if t == r:
            within += out_to[t] + in_from[t]
            continue
        if out_to[t]:
            cost -= ln_factorial(s.e[r, t] + out_to[t], table) - ln_factorial(s.e[r, t], table)
        if in_from[t]:
            cost -= ln_factorial(s.e[t, r] + in_from[t], table) - ln_factorial(s.e[t, r], table)
    if within:
        cost -= ln_factorial(s.e[r, r] + within, table) - ln_factorial(s.e[r, r], table)
    a, b = w.rank_out[i], w.rank_in[i]
    gain_out, gain_in = s.gain_out[r, a], s.gain_in[r, b]
    if changed or math.isnan(gain_out):
        gain_out = log_q(sent + k_out, size + 1, w.partitions) - log_q(sent, size, w.partitions)
        if not changed:
            s.gain_out[r, a] = gain_out
    if changed or math.isnan(gain_in):
        gain_in = log_q(received + k_in, size + 1, w.partitions) - log_q(
            received, size, w.partitions
        )
        if not changed:
            s.gain_in[r, b] = gain_in
    # Degrees: + 2 ln n! - ln n(k)!; partition: - ln n!.
    cost += gain_out + gain_in + math.log(size + 1.0)
    return cost - math.log(s.alike_out[r, a] + 1.0) - math.log(s.alike_in[r, b] + 1.0)


@compiled
def add_costs_above(  # type: ignore[no-untyped-def]
    level, open_groups, loops, s, out_to, in_from, touched, n_touched, table, cost
):
    """Add to the cost of each open group what the edges of one neuron add to a level above.

    cost : (B,) changed. Sizes of the groups stay.
    """
    n = s.above_n[level]
    e, size = s.above_e[level], s.above_size[level]
    sends, receives = np.zeros(n, np.int64), np.zeros(n, np.int64)
    met, n_met = np.empty(n, np.int64), 0
    for a in range(n_touched):
        t = touched[a]
        top = s.above[level, t]
        if sends[top] == 0 and receives[top] == 0:
            met[n_met] = top
            n_met += 1
        sends[top] += out_to[t]
        receives[top] += in_from[t]
    known = np.full(n, np.nan)
    for a in range(len(open_groups)):
        r = s.above[level, open_groups[a]]
        if math.isnan(known[r]):
            more = sends[r] + receives[r] + loops
            places = size[r] * size[r]
            total = ln_ways(places, e[r, r] + more, table) - ln_ways(places, e[r, r], table)
            for b in range(n_met):
                t = met[b]
                if t == r:
                    continue
                places = size[r] * size[t]
                total += ln_ways(places, e[r, t] + sends[t], table)
                total -= ln_ways(places, e[r, t], table)
                total += ln_ways(places, e[t, r] + receives[t], table)
                total -= ln_ways(places, e[t, r], table)
            known[r] = total
        cost[open_groups[a]] += known[r]


@compiled
def cost_of_a_new_group(n_groups, n_nodes, n_edges, table):  # type: ignore[no-untyped-def]
    """Nats that one more group adds to a partition of n_groups, not nested."""
    before, after = n_groups * n_groups, (n_groups + 1) * (n_groups + 1)
    ways = ln_ways(after, n_edges, table) - ln_ways(before, n_edges, table)
    # ln C(N - 1, B) - ln C(N - 1, B - 1)
    return ways + math.log((n_nodes - n_groups) / n_groups)


@compiled
def group_costs(i, open_groups, w, s, out_to, in_from, touched, cost):  # type: ignore[no-untyped-def]
    """Fill cost with what neuron i, taken out of its group, costs in each open group.

    open_groups : (k,) int64. Returns how many groups i exchanges anything with; the state is left
    without i, so that `shift` must put it back.
    """
    table = w.ln_factorial
    home = s.group[i]
    n_touched = exchanged(i, w, s, out_to, in_from, touched)
    shift(i, home, -1, w, s, out_to, in_from, touched, n_touched)
    for a in range(len(open_groups)):
        r = open_groups[a]
        cost[r] = insertion_cost(i, r, r == home, w, s, out_to, in_from, touched, n_touched)
    for level in range(len(s.above_n)):
        if s.above_n[level] == 1:
            continue
        add_costs_above(
            *(level, open_groups, w.loops[i], s, out_to, in_from, touched, n_touched, table, cost)
        )
    return n_touched


@compiled
def sweep(order, candidates, proposals, beta, vary, w, s, random):  # type: ignore[no-untyped-def]
    """Let neurons choose their group, one after the other; return how many moved.

    order : neurons; candidates : (k,) groups that are open, or (0,) for all that have a neuron;
    proposals : 0 for all, or how many to draw of groups that neighbours send to or receive from;
    beta : inverse temperature, inf for the cheapest; vary : whether the last neuron may leave a
    group, and a neuron found one (not nested only; the last group of the state, at least, is empty).
    """
    n_slots = len(s.size)
    out_to, in_from = np.zeros(n_slots, np.int64), np.zeros(n_slots, np.int64)
    touched, cost = np.empty(n_slots, np.int64), np.empty(n_slots)
    n_nodes = len(s.group)
    seen = np.full(n_slots, -1, np.int64)
    moved = 0
    n_groups = 0
    for r in range(n_slots):
        n_groups += s.size[r] > 0
    for visit in range(len(order)):
        i = order[visit]
        home = s.group[i]
        if s.size[home] == 1 and not vary:
            continue
        alone = s.size[home] == 1
        chosen = np.empty(n_slots, np.int64)
        k = 0
        if len(candidates):
            for a in range(len(candidates)):
                chosen[k] = candidates[a]
                k += 1
        elif proposals and w.k_out[i] + w.k_in[i] > 0:
            chosen[0], k = home, 1
            seen[home] = visit
            for _ in range(proposals):
                middle = _any_neighbour(i, w, random)
                r = s.group[_any_neighbour(middle, w, random)]
                if seen[r] != visit:
                    seen[r] = visit
                    chosen[k] = r
                    k += 1
        else:
            new = -1
            for r in range(n_slots):
                if s.size[r] > 0:
                    chosen[k] = r
                    k += 1
                elif new < 0:
                    new = r
            if vary and not alone and new >= 0 and n_groups < n_nodes:
                chosen[k] = new
                k += 1
        open_groups = chosen[:k]
        n_touched = group_costs(i, open_groups, w, s, out_to, in_from, touched, cost)
        if vary:
            without = n_groups - alone
            for a in range(k):
                if s.size[open_groups[a]] == 0:
                    cost[open_groups[a]] += cost_of_a_new_group(
                        without, n_nodes, w.n_edges, w.ln_factorial
                    )
        best = _choose(open_groups, cost, home, beta, random)
        # Neighbours keep their groups, so what i exchanges with each group has not changed.
        shift(i, best, 1, w, s, out_to, in_from, touched, n_touched)
        if best != home:
            moved += 1
            s.group[i] = best
            n_groups += (s.size[best] == 1) - (s.size[home] == 0)
            forget(home, s)
            forget(best, s)
        for a in range(n_touched):
            out_to[touched[a]] = 0
            in_from[touched[a]] = 0
    return moved


@compiled
def _any_neighbour(i, w, random):  # type: ignore[no-untyped-def]
    """Either end of any of its connections, itself where there is none."""
    sends = w.out_indptr[i + 1] - w.out_indptr[i]
    receives = w.in_indptr[i + 1] - w.in_indptr[i]
    if sends + receives == 0:
        return i
    place = pick(next_word(random), sends + receives)
    if place < sends:
        return w.out_indices[w.out_indptr[i] + place]
    return w.in_indices[w.in_indptr[i] + place - sends]


@compiled
def _choose(open_groups, cost, home, beta, random):  # type: ignore[no-untyped-def]
    """The cheapest group, home where it is as cheap; or one drawn by exp(-beta cost)."""
    best = open_groups[0]
    for a in range(len(open_groups)):
        if cost[open_groups[a]] < cost[best]:
            best = open_groups[a]
    if beta == np.inf:
        for a in range(len(open_groups)):
            if open_groups[a] == home and cost[home] <= cost[best] + _LEAST_GAIN:
                return home
        return best
    total = 0.0
    for a in range(len(open_groups)):
        total += math.exp(-beta * (cost[open_groups[a]] - cost[best]))
    drawn = unit(random) * total
    for a in range(len(open_groups)):
        drawn -= math.exp(-beta * (cost[open_groups[a]] - cost[best]))
        if drawn < 0:
            return open_groups[a]
    return best


@compiled
def relocate(members, to, w, s):  # type: ignore[no-untyped-def]
    """Put neurons into groups, whatever it costs. members, to : (M,) int64; not checked."""
    n_slots = len(s.size)
    out_to, in_from = np.zeros(n_slots, np.int64), np.zeros(n_slots, np.int64)
    touched = np.empty(n_slots, np.int64)
    for a in range(len(members)):
        i = members[a]
        home = s.group[i]
        if to[a] == home:
            continue
        n_touched = exchanged(i, w, s, out_to, in_from, touched)
        shift(i, home, -1, w, s, out_to, in_from, touched, n_touched)
        shift(i, to[a], 1, w, s, out_to, in_from, touched, n_touched)
        s.group[i] = to[a]
        forget(home, s)
        forget(to[a], s)
        for b in range(n_touched):
            out_to[touched[b]] = 0
            in_from[touched[b]] = 0


@compiled
def random_keys(random, n):  # type: ignore[no-untyped-def]
    """(n,) float64 from [0, 1): sorted by them, neurons come in an order drawn at random."""
    keys = np.empty(n)
    for i in range(n):
        keys[i] = unit(random)
    return keys
