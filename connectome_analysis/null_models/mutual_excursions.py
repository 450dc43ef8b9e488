"""Mutual excursions: moves that reach every graph with given degrees and mutual degrees.

Some graphs with the same numbers of one-way receivers, one-way senders and mutual partners at every
neuron cannot be reached from each other by the moves of `reciprocal_switching`, nor, it seems, by
any moves on a fixed number of neurons. All graphs with the same in- and out-degrees can be, by the
moves of the configuration model. So an *excursion* starts from a wanted graph and takes steps of
that model. It ends where every neuron has its number of mutual partners back, and the chain stands
there; or it is given up, and all its steps are undone. A coin decides after every step whether it
is given up, whatever the steps were.

Read backwards, a path of steps from G to G' is a path from G' to G and is as probable: wanted
graphs remain equally likely. Any two of them are joined by some path: all are reached. Steps that
take the numbers of mutual partners far off are thinned (Metropolis, by a weight that depends on
how far off they are and is 1 for wanted graphs), so that more excursions come home. Where graphs are
drawn by weights, an excursion that has come home stays or goes back by the ratio of the two graphs'.
"""

from __future__ import annotations

import numpy as np

from ..compiled import compiled
from ..random_streams import next_word, pick
from .dyad_tilt import log_of_edge
from .edge_set import has_in_row
from .tilt import chance

# So many missing or surplus partners cost nothing: a switch can make 8. Beyond, each two halve the
# weight of a graph.
_FREE = 8
# Given up with probability 1/32 after each step. Dense graphs of five neurons need the long ones:
# with 1/8, the slowest of them change four times less often in the same time.
_GIVE_UP = np.uint64(59)
_MOST_STEPS = 1024


@compiled
def make_excursions(senders, receivers, offsets, count, tilt, own, state):  # type: ignore[no-untyped-def]
    """Make `count` excursions; how many came to another graph.

    senders : (E,) int32, E >= 2, ascending; receivers : (E + LANES,) int32, a simple graph without
    self-loops, changed in place; offsets : (N + 1,) int64; tilt, own : None, or the two
    of a `DyadTilted`; not checked here.
    """
    gained = np.zeros(1)  # logarithm of the weight, since the excursion began
    surplus = np.zeros(offsets.shape[0] - 1, np.int32)  # mutual partners too many, of each neuron
    slots = np.empty(3 * _MOST_STEPS, np.int64)
    were = np.empty(3 * _MOST_STEPS, np.int32)
    places = np.empty(3, np.int64)
    gains = np.empty(3, np.int32)
    accepted = np.int64(0)
    for _ in range(count):
        changes = 0
        off = 0
        gained[0] = 0.0
        for step in range(_MOST_STEPS):
            moves = _propose(senders, receivers, offsets, places, gains, state)
            if moves > 0:
                further = 0
                for m in range(moves):
                    slots[changes + m], were[changes + m] = places[m], receivers[places[m]]
                    further += _replace(
                        *(senders, receivers, offsets, surplus, places[m], gains[m]),
                        *(tilt, own, gained),
                    )
                halvings = (max(off + further, _FREE) - max(off, _FREE) + 1) >> 1
                rare = (np.uint64(1) << np.uint64(max(halvings, 0))) - np.uint64(1)
                if next_word(state) & rare == 0:
                    off += further
                    changes += moves
                else:
                    _undo(
                        *(senders, receivers, offsets, surplus, slots, were, changes, moves),
                        *(tilt, own, gained),
                    )
            if off == 0:
                if (
                    tilt is not None
                    and changes > 0
                    and chance(next_word(state)) >= np.exp(gained[0])
                ):
                    _undo(
                        *(senders, receivers, offsets, surplus, slots, were, 0, changes),
                        *(tilt, own, gained),
                    )
                    changes = 0
                accepted += np.int64(changes > 0)
                break
            if step + 1 == _MOST_STEPS or next_word(state) >> _GIVE_UP == 0:
                _undo(
                    *(senders, receivers, offsets, surplus, slots, were, 0, changes),
                    *(tilt, own, gained),
                )
                break
    return accepted


@compiled
def _undo(  # type: ignore[no-untyped-def]
    senders, receivers, offsets, surplus, slots, were, first, count, tilt, own, gained
):
    """Put back what `count` slots had, the last first."""
    for m in range(first + count - 1, first - 1, -1):
        _replace(senders, receivers, offsets, surplus, slots[m], were[m], tilt, own, gained)


@compiled
def _propose(senders, receivers, offsets, places, gains, state):  # type: ignore[no-untyped-def]
    """Draw a switch, or one time in eight a reversal; how many slots it writes, 0 if impossible.

    places and gains then hold the slots and their new receivers.
    """
    n_edges = senders.shape[0]
    word, other = next_word(state), next_word(state)
    i = pick(word, n_edges)
    a, b = np.int64(senders[i]), np.int64(receivers[i])
    if word & np.uint64(7):
        j = pick(other, n_edges)
        c, d = np.int64(senders[j]), np.int64(receivers[j])
        if (
            a == c
            or b == d
            or a == d
            or c == b
            or has_in_row(receivers, offsets[a], offsets[a + 1], d)
            or has_in_row(receivers, offsets[c], offsets[c + 1], b)
        ):
            return 0
        places[0], places[1] = i, j
        gains[0], gains[1] = d, b
        return 2
    begin, end = offsets[b], offsets[b + 1]
    if begin == end:
        return 0
    j = begin + pick(other, end - begin)
    c = np.int64(receivers[j])
    if (
        c == a
        or not has_in_row(receivers, offsets[c], offsets[c + 1], a)
        or has_in_row(receivers, begin, end, a)
        or has_in_row(receivers, offsets[c], offsets[c + 1], b)
        or has_in_row(receivers, offsets[a], offsets[a + 1], c)
    ):
        return 0
    k = offsets[c]
    while receivers[k] != a:
        k += 1
    places[0], places[1], places[2] = i, j, k
    gains[0], gains[1], gains[2] = c, a, b
    return 3


@compiled
def _replace(senders, receivers, offsets, surplus, e, b, tilt, own, gained):  # type: ignore[no-untyped-def]
    """Make b the receiver of slot e; by how much `surplus` is further off.

    gained : (1,) gets what the logarithm of the graph's weight gains, where there is a tilt.
    """
    a, old = np.int64(senders[e]), np.int64(receivers[e])
    receivers[e] = b
    further = 0
    answered = has_in_row(receivers, offsets[old], offsets[old + 1], a)
    if tilt is not None:
        gained[0] -= log_of_edge(tilt, own, a, old, answered)
    if answered:
        further -= abs(surplus[a]) + abs(surplus[old])
        surplus[a] -= 1
        surplus[old] -= 1
        further += abs(surplus[a]) + abs(surplus[old])
    answered = has_in_row(receivers, offsets[b], offsets[b + 1], a)
    if tilt is not None:
        gained[0] += log_of_edge(tilt, own, a, b, answered)
    if answered:
        further -= abs(surplus[a]) + abs(surplus[b])
        surplus[a] += 1
        surplus[b] += 1
        further += abs(surplus[a]) + abs(surplus[b])
    return further
