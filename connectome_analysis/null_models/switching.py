"""Switching: the chain of the configuration model, on receivers grouped by sender.

Two moves, each its own reverse, proposed with the same probability both ways:

- *switch*: two edges a->b, c->d become a->d, c->b;
- *triangle reversal*: a three-cycle a->b->c->a without any edge back becomes c->b->a->c.

A proposal that would make a self-loop or a parallel edge is rejected and the graph stays as it is
for that step. Counting such steps makes every graph equally likely; dropping them does not.

No move changes how many edges a neuron sends. So an edge is a *slot* in its sender's row, slots
never move, and a move only writes other receivers into two or three of them. Which slots a step
looks at never depends on the graph, so all graphs (with all orders within rows) stay equally
likely whatever the order of steps is, and it is chosen for speed:

- the first edge of a switch runs through all slots in turn, the second is drawn from a window of
  slots that stays for some time and then moves elsewhere. Both ends of the work stay in the cache:
  2 to 4 times faster on a whole fly than edges drawn from everywhere, and it mixes as fast;
- reversals, one proposal in sixteen, come some at a time, as many as coins say. A reversal is
  proposed by an edge a->b drawn from all and one of the edges b->c of its receiver's row: found
  from any of the three edges of a cycle, with the same probability before and after.

Rao, Jana and Bandyopadhyay 1996, Sankhya A 58:225; Roberts and Coolen 2012,
doi:10.1103/PhysRevE.85.046103; edges taken in turn: Allendorf et al. 2023,
doi:10.1016/j.jpdc.2022.12.010.
"""

from __future__ import annotations

import numpy as np

from ..compiled import compiled
from ..prefetch import prefetch
from ..random_streams import next_word, pick
from .edge_set import LANES, clear_row, flip_bit, has_bit, has_in_row, mark_row
from .tilt import decide_switches, reversal_accepted
from .words import fill_words, heads

# Slots the second edge is drawn from, and switches until they change: 64k slots and their senders
# are 0.5 MB and fit the second-level cache. Twice the slots cost 15 % more, half as many 7 % less.
WINDOW = 1 << 16
STAY = 1 << 16
# A round is this many proposals; reversals of one round look for their cycles at the same time, so
# that their cache misses overlap. Small graphs have no misses and alternate more often.
ROUND = 1024
SMALL_ROUND = 64
SMALL = 1 << 14
AT_ONCE = 64
# Where a tilt decides on switches beforehand, so many: of more on a small graph, too many find other
# receivers by their turn and are decided on again.
_DECIDED_AT_ONCE, _OF_SMALL = 64, 16


@compiled
def switch_and_reverse(  # type: ignore[no-untyped-def]
    senders, receivers, offsets, bits, hub, hub_bits, proposals, tilt, own, state
):
    """Run the chain; how many proposals changed the graph.

    senders : (E,) int32, E >= 2, ascending; receivers : (E + LANES,) int32, a simple graph without
    self-loops, changed in place, the last LANES of no meaning; offsets : (N + 1,) int64 where rows
    begin; bits : its bit matrix, changed in place, or (0, 0), then hub and hub_bits as from
    `hub_rows`, changed in place; tilt : None, or a `Tilt` whose odds the graphs are drawn by, and own : None,
    or the `Own` beside it; not checked here.
    """
    n_edges = senders.shape[0]
    width = min(WINDOW, n_edges)
    size = ROUND if n_edges >= SMALL else SMALL_ROUND
    words = np.empty(AT_ONCE, np.uint64)
    coins = np.empty(AT_ONCE, np.uint64)
    at_once = _DECIDED_AT_ONCE if n_edges >= SMALL else _OF_SMALL
    decided = None if tilt is None else np.empty((AT_ONCE, 3), np.int32)
    turns = np.empty(2 * (ROUND >> 3), np.uint64)
    found = np.empty(ROUND >> 3, np.int64)
    marks = np.zeros((offsets.shape[0] + 62) >> 6, np.uint64)
    cursor, marked = 0, np.int64(-1)
    first, stay = np.int64(0), 0
    accepted = 0
    done = 0
    while done < proposals:
        size = min(size, proposals - done)
        fill_words(words[:4], state)
        n_turns = heads(words, size >> 3)
        n_switches = size - n_turns
        if stay <= 0:
            first = pick(words[3], n_edges) if width < n_edges else np.int64(0)
            stay = STAY
        stay -= n_switches
        while n_switches > 0:
            count = min(n_switches, AT_ONCE)
            fill_words(words, state)
            if tilt is not None:
                fill_words(coins, state)
            begin, end = 0, count
            while begin < count:
                if tilt is not None:
                    end = min(begin + at_once, count)
                    decide_switches(
                        *(tilt, own, senders, receivers, words[begin:end], coins[begin:end]),
                        *(cursor, first, width, decided),
                    )
                if bits.shape[0] > 0:
                    moved, done_now = _switch_in_bits(
                        *(senders, receivers, bits, words[begin:end], cursor, first, width),
                        decided,
                    )
                else:
                    moved, done_now, marked = _switch_in_rows(
                        *(senders, receivers, offsets, hub, hub_bits, marks, marked),
                        *(words[begin:end], cursor, first, width, decided),
                    )
                accepted += moved
                begin += done_now
                cursor = (cursor + done_now) % n_edges
            n_switches -= count
        if n_turns > 0:
            fill_words(turns[: 2 * n_turns], state)
            if bits.shape[0] > 0:
                accepted += _reverse_in_bits(
                    senders, receivers, offsets, bits, turns, n_turns, tilt, own, state
                )
            else:
                moved = reverse_in_rows(
                    *(senders, receivers, offsets, hub, hub_bits, turns, n_turns, found),
                    *(tilt, own, state),
                )
                if moved > 0:  # seldom: the marked row may be another now
                    marks[:] = 0
                    marked = np.int64(-1)
                accepted += moved
        done += size
    return accepted


@compiled
def _switch_in_bits(  # type: ignore[no-untyped-def]
    senders, receivers, bits, words, i, first, width, decided
):
    """Propose a switch for each word, of the slots from i on.

    decided : None, or what `decide_switches` wrote for these words.

    Returns how many switches were made, and how many proposed: all, or as many as were decided on
    the receivers that they find.
    """
    n_edges = senders.shape[0]
    accepted = 0
    for t in range(words.shape[0]):
        j = first + pick(words[t], width)
        if j >= n_edges:
            j -= n_edges
        a, b = senders[i], receivers[i]
        c, d = senders[j], receivers[j]
        if decided is not None:
            if b != decided[t, 0] or d != decided[t, 1]:
                return accepted, t
            if not decided[t, 2]:
                i = i + 1 if i + 1 < n_edges else 0
                continue
        one = i
        i = i + 1 if i + 1 < n_edges else 0
        if a == c or b == d or a == d or c == b or has_bit(bits, a, d) or has_bit(bits, c, b):
            continue
        flip_bit(bits, a, b)
        flip_bit(bits, c, d)
        flip_bit(bits, a, d)
        flip_bit(bits, c, b)
        receivers[one] = d
        receivers[j] = b
        accepted += 1
    return accepted, words.shape[0]


@compiled
def _switch_in_rows(  # type: ignore[no-untyped-def]
    senders, receivers, offsets, hub, hub_bits, marks, a, words, i, first, width, decided
):
    """As `_switch_in_bits`. marks : bits of the row of a, or of none where a is -1; both change.

    Helpers called in this loop must be straight lines: with a branch of theirs around an array,
    numba counts references to it, which costs more than the step.
    """
    n_edges = senders.shape[0]
    one = np.uint64(1)
    accepted = 0
    for t in range(words.shape[0]):
        j = first + pick(words[t], width)
        if j >= n_edges:
            j -= n_edges
        if decided is not None:
            if receivers[i] != decided[t, 0] or receivers[j] != decided[t, 1]:
                return accepted, t, a
            if not decided[t, 2]:
                i = i + 1 if i + 1 < n_edges else 0
                continue
        if senders[i] != a:
            if a >= 0:
                clear_row(marks, receivers, offsets[a], offsets[a + 1])
            a = np.int64(senders[i])
            mark_row(marks, receivers, offsets[a], offsets[a + 1])
        b = receivers[i]
        c, d = senders[j], receivers[j]
        here = i
        i = i + 1 if i + 1 < n_edges else 0
        if a == c or b == d or a == d or c == b or marks[d >> 6] >> np.uint64(d & 63) & one:
            continue
        if hub[c] >= 0:
            if has_bit(hub_bits, hub[c], b):
                continue
            flip_bit(hub_bits, hub[c], b)
            flip_bit(hub_bits, hub[c], d)
        else:
            # `has_in_row` by hand.
            near = np.int32(0)
            k, end = np.uint64(offsets[c]), np.uint64(offsets[c + 1])
            while k < end:
                for lane in range(LANES):
                    near |= np.int32(receivers[k + np.uint64(lane)] == b)
                k += np.uint64(LANES)
            if near:
                place = offsets[c]
                while place < offsets[c + 1] and receivers[place] != b:
                    place += 1
                if place < offsets[c + 1]:
                    continue
        if hub[a] >= 0:
            flip_bit(hub_bits, hub[a], b)
            flip_bit(hub_bits, hub[a], d)
        receivers[here] = d
        receivers[j] = b
        marks[b >> 6] ^= one << np.uint64(b & 63)
        marks[d >> 6] ^= one << np.uint64(d & 63)
        accepted += 1
    return accepted, words.shape[0], a


@compiled
def _reverse_in_bits(  # type: ignore[no-untyped-def]
    senders, receivers, offsets, bits, words, count, tilt, own, state
):
    """Propose `count` reversals, two words each; how many were made."""
    accepted = 0
    for t in range(count):
        i = pick(words[2 * t], senders.shape[0])
        a, b = senders[i], receivers[i]
        begin, end = offsets[b], offsets[b + 1]
        if begin == end:
            continue
        j = begin + pick(words[2 * t + 1], end - begin)
        c = receivers[j]
        if c == a or not has_bit(bits, c, a):
            continue
        if has_bit(bits, b, a) or has_bit(bits, c, b) or has_bit(bits, a, c):
            continue
        if tilt is not None and not reversal_accepted(tilt, own, next_word(state), a, b, c):
            continue
        for x, y in ((a, b), (b, c), (c, a)):
            flip_bit(bits, x, y)
            flip_bit(bits, y, x)
        turn_round(receivers, offsets, i, j, a, b, c)
        accepted += 1
    return accepted


@compiled
def reverse_in_rows(  # type: ignore[no-untyped-def]
    senders, receivers, offsets, hub, hub_bits, words, count, found, tilt, own, state
):
    """As `_reverse_in_bits`. found : room for `count` numbers."""
    # Does b->c come back to a? Hardly any does. Looked up a stage at a time for all, each asking
    # for what the next one reads.
    n_edges = senders.shape[0]
    for t in range(count):
        prefetch(receivers, pick(words[2 * t], n_edges))
        prefetch(senders, pick(words[2 * t], n_edges))
    for t in range(count):
        found[t] = receivers[pick(words[2 * t], n_edges)]
        prefetch(offsets, found[t])
    for t in range(count):
        begin, end = offsets[found[t]], offsets[found[t] + 1]
        found[t] = begin + pick(words[2 * t + 1], end - begin) if end > begin else np.int64(-1)
        prefetch(receivers, max(found[t], np.int64(0)))
    for t in range(count):
        if found[t] >= 0:
            found[t] = receivers[found[t]]
            prefetch(offsets, found[t])
            prefetch(hub, found[t])
    for t in range(count):
        if found[t] >= 0 and hub[found[t]] < 0:
            for k in range(offsets[found[t]], offsets[found[t] + 1], 16):
                prefetch(receivers, np.int64(k))
    for t in range(count):
        if found[t] >= 0:
            c, a = found[t], senders[pick(words[2 * t], n_edges)]
            if not (
                has_bit(hub_bits, hub[c], a)
                if hub[c] >= 0
                else has_in_row(receivers, offsets[c], offsets[c + 1], a)
            ):
                found[t] = -1
    accepted = 0
    for t in range(count):
        if found[t] < 0 and accepted == 0:  # after a move, what was seen may hold no longer
            continue
        i = pick(words[2 * t], n_edges)
        a, b = np.int64(senders[i]), np.int64(receivers[i])
        begin, end = offsets[b], offsets[b + 1]
        if begin == end:
            continue
        j = begin + pick(words[2 * t + 1], end - begin)
        c = np.int64(receivers[j])
        if c == a or not has_in_row(receivers, offsets[c], offsets[c + 1], a):
            continue
        if (
            has_in_row(receivers, begin, end, a)
            or has_in_row(receivers, offsets[c], offsets[c + 1], b)
            or has_in_row(receivers, offsets[a], offsets[a + 1], c)
        ):
            continue
        if tilt is not None and not reversal_accepted(tilt, own, next_word(state), a, b, c):
            continue
        for x, y, z in ((a, b, c), (b, c, a), (c, a, b)):
            if hub[x] >= 0:
                flip_bit(hub_bits, hub[x], y)
                flip_bit(hub_bits, hub[x], z)
        turn_round(receivers, offsets, i, j, a, b, c)
        accepted += 1
    return accepted


@compiled
def turn_round(receivers, offsets, i, j, a, b, c):  # type: ignore[no-untyped-def]
    """Turn the cycle a->b->c->a, the first two edges in slots i and j."""
    k = offsets[c]
    while receivers[k] != a:
        k += 1
    # a sends to c now, b to a, c to b: each in the place of the edge it lost.
    receivers[i] = c
    receivers[j] = a
    receivers[k] = b
