"""Triad chain: a true graph from the posterior of its pairs, held near given counts of triads.

Metropolis steps from one graph to another that differs in one connection: a connection seen becomes
false or real again, a missed one is put in or taken out. The target is::

    product over pairs of prior x likelihood  x  exp(tilt . s - (s - target)' K (s - target) / 2)

with s the edges, mutual pairs and connected triads of the graph. What a step does to s is found from
the partners of the two neurons.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...compiled import compiled
from ...motifs.triads import CONNECTED_TRIADS, TRIAD_NAMES, triad_class_of_codes
from ...random_streams import State, below, unit
from ..rate_table import Floats
from .dyad_draw import DyadPosterior, TrueEdges
from .pair_sums import most_of_each_sender
from .triad_coordinates import COORDINATES

SIZE = len(COORDINATES)
# A missed connection is looked for where its reverse is, or by what its ends bring.
_REVERSE = 0.5
# Room for new partners of a neuron, beyond those it begins with.
_ROOM = 64
# Weight of an edge that is as good as certain, where an open one has a quarter.
_LEAST_ASKED = 0.02
# Steps of a sweep for each seen connection that may be false and for each that was missed.
_ASKED, _TRIED = 4.0, 4.0


class Steering(NamedTuple):
    """Where the counts of a chain are to be.

    Attributes
    ----------
    tilt : (15,) float64
        Log weight for each edge, mutual pair and connected triad.
    stiffness : (15, 15) float64
        K: inverse of a covariance.
    target : (15,) float64
    """

    tilt: Floats
    stiffness: Floats
    target: Floats


class Chain:
    """A true graph that moves; made from one to begin with.

    Parameters
    ----------
    posterior : DyadPosterior
    start : TrueEdges
    counts : (15,) float64
        Edges, mutual pairs and connected triads of `start`.
    """

    def __init__(self, posterior: DyadPosterior, start: TrueEdges, counts: Floats) -> None:
        g, prior = posterior.g, posterior.prior
        n = g.n_nodes
        self._posterior = posterior
        self.counts = counts.astype(np.float64).copy()
        senders, receivers = g.out_sources, g.out_indices
        self._kept = start.kept.copy()
        log = posterior.log_ratio + np.log(np.maximum(prior.odds(senders, receivers), 1e-300))
        # Where an edge is as good as certain nothing is asked.
        self._asked = np.flatnonzero(log < 30.0)
        self._log_odds = log[self._asked]
        # Asked as often as an answer may change, and all now and then.
        spread = 0.25 / np.cosh(0.5 * np.clip(self._log_odds, -60.0, 60.0)) ** 2
        self._ask = np.cumsum(np.maximum(spread, _LEAST_ASKED))
        code = np.zeros((n, n), np.uint8)
        on_s = np.concatenate([senders[start.kept], start.senders])
        on_r = np.concatenate([receivers[start.kept], start.receivers])
        code[on_s, on_r] |= 1
        code[on_r, on_s] |= 2
        self._code = code
        # Of each pair that is seen but not kept a place is needed, too.
        ends = np.concatenate([senders, receivers, start.senders, start.receivers])
        room = np.bincount(ends, minlength=n) + _ROOM
        self._begins = np.concatenate([[0], np.cumsum(room)]).astype(np.int64)
        self._partners = np.zeros(self._begins[-1], np.int32)
        self._n_partners = np.zeros(n, np.int64)
        rows, columns = np.nonzero(code)
        self._n_partners[:] = np.bincount(rows, minlength=n)
        within = np.arange(len(rows)) - np.repeat(
            np.cumsum(self._n_partners) - self._n_partners, self._n_partners
        )
        self._partners[self._begins[rows] + within] = columns
        seen = np.zeros((n, n), np.bool_)
        seen[senders, receivers] = True
        self._seen = seen
        size = 4 * len(start.senders) + 1000
        self._missed = np.zeros((2, size), np.int32)
        self._missed[0, : len(start.senders)] = start.senders
        self._missed[1, : len(start.senders)] = start.receivers
        self._n_missed = len(start.senders)
        self._x = prior.sends * most_of_each_sender(posterior.unseen)
        self._any_missed = bool((self._x > 0).any())
        order = np.argsort(prior.groups, kind="stable")
        self._order = order.astype(np.int64)
        self._ends = np.append(
            0, np.searchsorted(prior.groups[order], np.arange(len(prior.blocks)), side="right")
        ).astype(np.int64)
        self._sums_x = np.append(0.0, np.cumsum(self._x[order]))
        self._sums_y = np.append(0.0, np.cumsum(prior.receives[order]))
        mass = prior.blocks * np.outer(
            np.diff(self._sums_x[self._ends]), np.diff(self._sums_y[self._ends])
        )
        self._cells = np.cumsum(mass.ravel())

    def sweep_length(self) -> int:
        """Steps in which every connection that may change is looked at once, about."""
        return int(_ASKED * self._expected_answers() + _TRIED * self._n_missed + 10)

    def _expected_answers(self) -> float:
        return float(self._ask[-1]) if len(self._ask) else 0.0

    def run(self, steps: int, steering: Steering, state: State) -> int:
        """Make so many steps; how many changed the graph. Counts are kept in `counts`."""
        posterior, prior = self._posterior, self._posterior.prior
        unseen = posterior.unseen
        moved, self._n_missed = _run(
            steps,
            state,
            self._code,
            self._seen,
            self._begins,
            self._partners,
            self._n_partners,
            self._kept,
            self._asked,
            self._log_odds,
            self._ask,
            _ASKED * self._expected_answers() / self.sweep_length(),
            posterior.g.out_sources,
            posterior.g.out_indices,
            self._missed,
            self._n_missed,
            self._any_missed,
            self._x,
            prior.receives,
            prior.sends,
            prior.groups,
            prior.blocks,
            np.log(prior.mutual),
            self._order,
            self._ends,
            self._sums_x,
            self._sums_y,
            self._cells,
            (unseen.sender_class, unseen.receiver_class, unseen.table, unseen.keys, unseen.values),
            self.counts,
            np.ascontiguousarray(steering.tilt),
            np.ascontiguousarray(steering.stiffness),
            np.ascontiguousarray(steering.target),
            _coordinate_of_codes(),
        )
        return int(moved)

    def graph(self) -> TrueEdges:
        """The graph it stands at."""
        missed = self._missed[:, : self._n_missed].astype(np.int64)
        return TrueEdges(self._kept.copy(), missed[0].copy(), missed[1].copy())


def _coordinate_of_codes() -> NDArray[np.int64]:
    """(64,) coordinate of a triad by its three dyad codes, -1 where it is not connected."""
    place = {name: i for i, name in enumerate(CONNECTED_TRIADS, start=2)}
    by_class = np.array([place.get(name, -1) for name in TRIAD_NAMES])
    return by_class[triad_class_of_codes()]


@njit(inline="always")
def _rate(rate, n, s, r):  # type: ignore[no-untyped-def]
    """The value of a rate table for one pair."""
    sender_class, receiver_class, table, keys, values = rate
    if keys.shape[0]:
        key = np.int64(s) * n + r
        place = np.searchsorted(keys, key)
        if place < keys.shape[0] and keys[place] == key:
            return values[place]
    return table[sender_class[s], receiver_class[r]]


@compiled
def _change(code, begins, partners, n_partners, i, j, new, of_codes, joint, change):  # type: ignore[no-untyped-def]
    """Fill change : (15,) with what it does to the counts if the dyad (i, j) gets the code `new`.

    joint : (16,) int64, room.
    """
    old = code[i, j]
    joint[:] = 0
    for e in range(begins[i], begins[i] + n_partners[i]):
        k = partners[e]
        if k != j:
            joint[4 * code[i, k] + code[j, k]] += 1
    for e in range(begins[j], begins[j] + n_partners[j]):
        k = partners[e]
        if k != i and code[i, k] == 0:
            joint[code[j, k]] += 1
    change[:] = 0.0
    for p in range(1, 16):
        if joint[p]:
            gained, lost = of_codes[16 * new + p], of_codes[16 * old + p]
            if gained >= 0:
                change[gained] += joint[p]
            if lost >= 0:
                change[lost] -= joint[p]
    change[0] = (new & 1) + (new >> 1) - (old & 1) - (old >> 1)
    change[1] = np.float64(new == 3) - np.float64(old == 3)


@njit(inline="always")
def _set(code, begins, partners, n_partners, i, j, new):  # type: ignore[no-untyped-def]
    """Give the dyad (i, j) a code."""
    old = code[i, j]
    code[i, j] = new
    code[j, i] = (new >> 1) | ((new & 1) << 1)
    if old == 0:
        partners[begins[i] + n_partners[i]] = j
        partners[begins[j] + n_partners[j]] = i
        n_partners[i] += 1
        n_partners[j] += 1
    elif new == 0:
        for one, other in ((i, j), (j, i)):
            last = begins[one] + n_partners[one] - 1
            for e in range(begins[one], last + 1):
                if partners[e] == other:
                    partners[e] = partners[last]
                    break
            n_partners[one] -= 1


@njit(inline="always")
def _place(sums, begin, end, at):  # type: ignore[no-untyped-def]
    """Where `at` falls among ascending sums, between two places."""
    place = np.searchsorted(sums[begin + 1 : end + 1], at, side="right") + begin
    return min(place, end - 1)


@compiled
def _run(  # type: ignore[no-untyped-def]
    steps,
    state,
    code,
    seen,
    begins,
    partners,
    n_partners,
    kept,
    asked,
    log_odds,
    ask,
    ask_seen,
    senders,
    receivers,
    missed,
    n_missed,
    any_missed,
    x,
    y,
    sends,
    groups,
    blocks,
    log_mutual,
    order,
    ends,
    sums_x,
    sums_y,
    cells,
    unseen,
    counts,
    tilt,
    stiffness,
    target,
    of_codes,
):
    """Make steps; arrays as in `Chain`, changed in place and not checked. Moves, and n_missed."""
    n = code.shape[0]
    n_seen, n_asked, n_groups = senders.shape[0], asked.shape[0], blocks.shape[0]
    size = counts.shape[0]
    mass = cells[-1] if cells.shape[0] else 0.0
    change, joint = np.empty(size), np.empty(16, np.int64)
    changed = np.empty(size, np.int64)
    pull = tilt - stiffness @ (counts - target)
    if not any_missed:
        ask_seen = 1.0
    moved = 0
    for _ in range(steps):
        birth = np.int64(0)
        e = m = np.int64(0)
        log_ratio = 0.0
        if unit(state) < ask_seen:
            if n_asked == 0:
                continue
            q = min(np.searchsorted(ask, unit(state) * ask[-1], side="right"), n_asked - 1)
            e = asked[q]
            i, j = np.int64(senders[e]), np.int64(receivers[e])
            log_ratio = -log_odds[q] if kept[e] else log_odds[q]
        elif not any_missed:
            continue
        else:
            birth = np.int64(1) if unit(state) < 0.5 else np.int64(-1)
            if birth == 1:
                if n_missed == missed.shape[1]:
                    continue
                if unit(state) < _REVERSE:
                    q = below(state, n_seen + n_missed) if n_seen + n_missed else -1
                    if q < 0 or (q < n_seen and not kept[q]):
                        continue
                    if q < n_seen:
                        j, i = np.int64(senders[q]), np.int64(receivers[q])
                    else:
                        j, i = np.int64(missed[0, q - n_seen]), np.int64(missed[1, q - n_seen])
                else:
                    cell = np.searchsorted(cells, unit(state) * mass, side="right")
                    cell = min(cell, n_groups * n_groups - 1)
                    a, b = cell // n_groups, cell % n_groups
                    low, high = sums_x[ends[a]], sums_x[ends[a + 1]]
                    at = low + unit(state) * (high - low)
                    i = order[_place(sums_x, ends[a], ends[a + 1], at)]
                    low, high = sums_y[ends[b]], sums_y[ends[b + 1]]
                    at = low + unit(state) * (high - low)
                    j = order[_place(sums_y, ends[b], ends[b + 1], at)]
                if i == j or seen[i, j] or code[i, j] & 1:
                    continue
                if code[i, j] == 0 and (
                    n_partners[i] == begins[i + 1] - begins[i]
                    or n_partners[j] == begins[j + 1] - begins[j]
                ):
                    continue
                before = n_missed
            else:
                if n_missed == 0:
                    continue
                m = below(state, n_missed)
                i, j = np.int64(missed[0, m]), np.int64(missed[1, m])
                before = n_missed - 1
            block = blocks[groups[i], groups[j]]
            weight = sends[i] * y[j] * block * _rate(unseen, n, i, j)
            density = (1.0 - _REVERSE) * x[i] * y[j] * block / mass
            if code[i, j] & 2:
                density += _REVERSE / (n_seen + before)
            if weight <= 0.0:
                continue
            log_ratio = birth * np.log(weight / (density * (before + 1)))
        new = code[i, j] ^ np.uint8(1)
        _change(code, begins, partners, n_partners, i, j, new, of_codes, joint, change)
        log_ratio += log_mutual * change[1]
        n_changed = 0
        for a in range(size):
            if change[a] != 0.0:
                log_ratio += pull[a] * change[a]
                changed[n_changed] = a
                n_changed += 1
        for p in range(n_changed):
            a = changed[p]
            bend = 0.5 * stiffness[a, a] * change[a]
            for q in range(p):
                bend += stiffness[a, changed[q]] * change[changed[q]]
            log_ratio -= bend * change[a]
        if log_ratio < 0.0 and unit(state) >= np.exp(log_ratio):
            continue
        moved += 1
        _set(code, begins, partners, n_partners, i, j, new)
        for p in range(n_changed):
            a = changed[p]
            counts[a] += change[a]
            for b in range(size):
                pull[b] -= stiffness[a, b] * change[a]
        if birth == 0:
            kept[e] = not kept[e]
        elif birth == 1:
            missed[0, n_missed], missed[1, n_missed] = i, j
            n_missed += 1
        else:
            n_missed -= 1
            missed[0, m], missed[1, m] = missed[0, n_missed], missed[1, n_missed]
    return moved, n_missed
