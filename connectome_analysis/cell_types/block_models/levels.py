"""Levels: groups of groups, found by merging, chosen by least length, and improved move by move."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...compiled import compiled
from ...random_streams import stream
from .description_length import edge_counts_length, level_above
from .merges import merged
from .node_moves import ln_factorial, ln_ways
from .state import Ints, state_of, wiring_of_pairs

_SHRINK = 1.25
# Up to so many groups all pairs are compared; beyond, some are proposed.
_ALL_PAIRS = 150
_COARSE_SHRINK = 1.5


def levels_of(e: Ints, ln_factorials: NDArray[np.float64]) -> list[Ints]:
    """Groups of each level above, the last with one group, for (B, B) counts of edges.

    Groups are merged, each time the pair that costs least, down to one; a path through the partitions
    met on the way, each made of whole groups of the one before, is chosen that takes the fewest
    nats, and then single groups are moved while that shortens the description.
    """
    n = len(e)
    if n == 1:
        return [np.zeros(1, dtype=np.int64)]
    partitions = [np.arange(n), *_coarse_chain(e)]
    coarse = partitions[-1]
    wanted = _sizes(int(coarse.max()) + 1)
    found = merge_chain(
        level_above(e, coarse)[0], np.bincount(coarse), np.array(wanted), ln_factorials
    )
    partitions += [found[k][coarse] for k in range(len(wanted))]
    matrices = [e, *(level_above(e, of)[0] for of in partitions[1:])]
    best = np.full(len(partitions), np.inf)
    best[-1], after = 0.0, np.full(len(partitions), -1)
    maps: dict[tuple[int, int], Ints] = {}
    for low in range(len(partitions) - 2, -1, -1):
        for high in range(low + 1, len(partitions)):
            of = np.empty(len(matrices[low]), dtype=np.int64)
            of[partitions[low]] = partitions[high]
            maps[low, high] = of
            length = level_above(matrices[low], of)[1] + best[high]
            if length < best[low]:
                best[low], after[low] = length, high
    path = [0]
    while after[path[-1]] >= 0:
        path.append(int(after[path[-1]]))
    return improved_levels(e, [maps[step] for step in pairwise(path)], ln_factorials)


def _coarse_chain(e: Ints) -> list[Ints]:
    """Partitions of many groups, each a third smaller, down to where all pairs can be compared.

    Their merges are those of a block model of which the groups are the nodes.
    """
    chain: list[Ints] = []
    n = len(e)
    if n <= _ALL_PAIRS:
        return chain
    pre, post = np.nonzero(e)
    w = wiring_of_pairs(n, pre, post, e[pre, post])
    of = np.arange(n)
    random = stream(0, n)
    while n > _ALL_PAIRS:
        n = max(_ALL_PAIRS, int(n / _COARSE_SHRINK))
        while int(of.max()) + 1 > n:
            of = merged(w, state_of(w, of), n, random)
        chain.append(of)
    return chain


def _sizes(n: int) -> list[int]:
    sizes = []
    while n > 1:
        n = min(n - 1, int(n / _SHRINK))
        sizes.append(max(1, n))
    return sizes


def levels_length(e: Ints, levels: list[Ints]) -> float:
    """Nats of all levels above."""
    total, n_edges = 0.0, int(e.sum())
    for of in levels:
        e, length = level_above(e, of)
        total += length
    return total + edge_counts_length(len(e), n_edges)


def improved_levels(
    e: Ints, levels: list[Ints], ln_factorials: NDArray[np.float64], most_rounds: int = 10
) -> list[Ints]:
    """Move single groups between groups of the level above while that shortens the description."""
    levels = [of.copy() for of in levels]
    for _ in range(most_rounds):
        below, moved = e, 0
        for place, of in enumerate(levels):
            top, _ = level_above(below, of)
            if len(top) > 1:
                over = levels[place + 1] if place + 1 < len(levels) else np.arange(len(top))
                over_e, _ = level_above(top, over)
                moved += move_groups(
                    below, of, top, np.bincount(of), over, over_e, np.bincount(over), ln_factorials
                )
            below = top
        if not moved:
            break
    return levels


@compiled
def merge_chain(e, size, wanted, table):  # type: ignore[no-untyped-def]
    """(W, B) groups of groups when as many are left as each of `wanted`, falling, says.

    e : (B, B) edges; size : (B,) members of each group to begin with.
    """
    n = len(e)
    e, of, size = e.copy(), np.arange(n), size.copy()
    alive = np.ones(n, np.bool_)
    found = np.empty((len(wanted), n), np.int64)
    cost = np.full((n, n), np.inf)
    for r in range(n):
        for t in range(r):
            cost[r, t] = _pair_cost(r, t, e, size, alive, table)
    left = n
    for k in range(len(wanted)):
        while left > wanted[k]:
            a, b, least = 0, 0, np.inf
            for r in range(n):
                if alive[r]:
                    for t in range(r):
                        if alive[t] and cost[r, t] < least:
                            least, a, b = cost[r, t], t, r
            for u in range(n):  # b goes into a
                e[a, u] += e[b, u]
            for u in range(n):
                e[u, a] += e[u, b]
            e[b, :] = 0
            e[:, b] = 0
            size[a] += size[b]
            alive[b] = False
            size[b] = 0
            for i in range(n):
                if of[i] == b:
                    of[i] = a
            left -= 1
            # Other pairs have cells with a and b too; those costs wait until the next size wanted.
            for t in range(n):
                if alive[t] and t != a:
                    cost[max(a, t), min(a, t)] = _pair_cost(a, t, e, size, alive, table)
        number = np.full(n, -1, np.int64)
        next_one = 0
        for i in range(n):
            if number[of[i]] < 0:
                number[of[i]] = next_one
                next_one += 1
            found[k, i] = number[of[i]]
        for r in range(n):
            if alive[r]:
                for t in range(r):
                    if alive[t]:
                        cost[r, t] = _pair_cost(r, t, e, size, alive, table)
    return found


@compiled
def _pair_cost(r, t, e, size, alive, table):  # type: ignore[no-untyped-def]
    """Nats that joining two groups of groups adds, but for what their number decides."""
    cost = 0.0
    both = size[r] + size[t]
    for u in range(len(size)):
        if not alive[u] or u == r or u == t:
            continue
        m = size[u]
        if e[r, u] + e[t, u]:
            cost += ln_ways(both * m, e[r, u] + e[t, u], table)
            cost -= ln_ways(size[r] * m, e[r, u], table) + ln_ways(size[t] * m, e[t, u], table)
        if e[u, r] + e[u, t]:
            cost += ln_ways(both * m, e[u, r] + e[u, t], table)
            cost -= ln_ways(size[r] * m, e[u, r], table) + ln_ways(size[t] * m, e[u, t], table)
    cost += ln_ways(both * both, e[r, r] + e[r, t] + e[t, r] + e[t, t], table)
    cost -= ln_ways(size[r] * size[r], e[r, r], table)
    cost -= ln_ways(size[t] * size[t], e[t, t], table)
    cost -= ln_ways(size[r] * size[t], e[r, t], table)
    cost -= ln_ways(size[t] * size[r], e[t, r], table)
    return cost - (
        ln_factorial(both, table) - ln_factorial(size[r], table) - ln_factorial(size[t], table)
    )


@compiled
def move_groups(below, of, e, size, over, over_e, over_size, table):  # type: ignore[no-untyped-def]
    """Move each group of the level below to the cheapest group of this level; return how many moved.

    below : (B, B); of : (B,) changed; e : (C, C), size : (C,) of this level, changed; over : (C,) groups
    of the level above, over_e, over_size its counts, changed. The last of a group stays.
    """
    n, c, d = len(of), len(size), len(over_size)
    moved = 0
    for x in range(n):
        home = of[x]
        if size[home] == 1:
            continue
        sends, receives = np.zeros(c, np.int64), np.zeros(c, np.int64)
        for y in range(n):
            if y != x:
                sends[of[y]] += below[x, y]
                receives[of[y]] += below[y, x]
        _place(x, home, -1, below, e, size, over, over_e, sends, receives)
        over_sends, over_receives = np.zeros(d, np.int64), np.zeros(d, np.int64)
        for t in range(c):
            over_sends[over[t]] += sends[t]
            over_receives[over[t]] += receives[t]
        best, least, stay = home, np.inf, 0.0
        for r in range(c):
            cost = math.log(1.0 / (size[r] + 1.0))
            for t in range(c):
                if t == r:
                    more = sends[r] + receives[r] + below[x, x]
                    cost += ln_ways((size[r] + 1) ** 2, e[r, r] + more, table)
                    cost -= ln_ways(size[r] ** 2, e[r, r], table)
                    continue
                if e[r, t] + sends[t]:
                    cost += ln_ways((size[r] + 1) * size[t], e[r, t] + sends[t], table)
                    cost -= ln_ways(size[r] * size[t], e[r, t], table)
                if e[t, r] + receives[t]:
                    cost += ln_ways((size[r] + 1) * size[t], e[t, r] + receives[t], table)
                    cost -= ln_ways(size[r] * size[t], e[t, r], table)
            top = over[r]
            for u in range(d):
                m = over_size[top] * over_size[u]
                if u == top:
                    more = over_sends[u] + over_receives[u] + below[x, x]
                    cost += ln_ways(m, over_e[u, u] + more, table) - ln_ways(m, over_e[u, u], table)
                    continue
                cost += ln_ways(m, over_e[top, u] + over_sends[u], table)
                cost -= ln_ways(m, over_e[top, u], table)
                cost += ln_ways(m, over_e[u, top] + over_receives[u], table)
                cost -= ln_ways(m, over_e[u, top], table)
            if cost < least:
                best, least = r, cost
            if r == home:
                stay = cost
        if stay <= least + 1e-9:
            best = home
        _place(x, best, 1, below, e, size, over, over_e, sends, receives)
        of[x] = best
        moved += best != home
    return moved


@compiled
def _place(x, r, sign, below, e, size, over, over_e, sends, receives):  # type: ignore[no-untyped-def]
    for t in range(len(size)):
        e[r, t] += sign * sends[t]
        e[t, r] += sign * receives[t]
        over_e[over[r], over[t]] += sign * sends[t]
        over_e[over[t], over[r]] += sign * receives[t]
    e[r, r] += sign * below[x, x]
    over_e[over[r], over[r]] += sign * below[x, x]
    size[r] += sign
