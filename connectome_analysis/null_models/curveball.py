"""Curveball: the configuration model by trades of whole rows instead of switches of two edges.

In a *trade*, two neurons put together the receivers that only one of them has and deal them out
anew, each as many as it had before, all ways equally likely. An edge between the two stays, since
given to the other it would be a self-loop. In a *round* the neurons are paired at random and every
pair trades. Trades cannot turn a three-cycle round, so a round ends with reversals, each proposed
as in `switching` and carried out or not as a coin says.

Every step is its own reverse, with the same probability both ways, so every graph with the same
degrees is equally likely; with the reversals every one is reached: a switch is one way a trade can
go, and switches and reversals reach all.

Strona et al. 2014, doi:10.1038/ncomms5114; Carstens 2015, doi:10.1103/PhysRevE.91.042812; rounds:
Carstens, Berger and Strona 2016, arXiv:1609.05137.
"""

from __future__ import annotations

import numpy as np

from ..compiled import compiled
from ..prefetch import prefetch
from ..random_streams import next_word, pick
from .switching import ROUND, SMALL, SMALL_ROUND, reverse_in_rows
from .words import fill_words, heads

_MOST_WORDS = 256
# Traders whose rows are asked for before their turn.
_AHEAD = 12


@compiled
def trade_and_reverse(senders, receivers, offsets, traders, rounds, state):  # type: ignore[no-untyped-def]
    """Make `rounds` rounds; how many trades and reversals changed the graph.

    senders : (E,) int32, E >= 2, ascending; receivers : (E + LANES,) int32, a simple graph without
    self-loops, changed in place, the last LANES of no meaning; offsets : (N + 1,) int64 where rows
    begin; traders : int32, the neurons that have receivers, shuffled in place; not checked here.
    """
    n_nodes = offsets.shape[0] - 1
    marks = np.zeros((n_nodes + 63) >> 6, np.uint64)
    words = np.empty(_MOST_WORDS, np.uint64)
    found = np.empty(ROUND >> 3, np.int64)
    hub, hub_bits = np.full(n_nodes, -1, np.int32), np.empty((0, 0), np.uint64)
    changed = 0
    for _ in range(rounds):
        _shuffle(traders, state)
        for first in range(0, traders.shape[0] - 1, 2):
            for ahead in range(first + _AHEAD, min(first + _AHEAD + 2, traders.shape[0])):
                row = np.int64(traders[ahead])
                for k in range(offsets[row], offsets[row + 1], 16):
                    prefetch(receivers, np.int64(k))
            changed += _trade(
                receivers, offsets, traders[first], traders[first + 1], marks, words, state
            )
        changed += _reverse(senders, receivers, offsets, hub, hub_bits, words, found, state)
    return changed


@compiled
def _shuffle(traders, state):  # type: ignore[no-untyped-def]
    """Put traders into random order."""
    for place in range(traders.shape[0] - 1):
        other = place + pick(next_word(state), traders.shape[0] - place)
        traders[place], traders[other] = traders[other], traders[place]


@compiled
def _trade(receivers, offsets, a, c, marks, words, state):  # type: ignore[no-untyped-def]
    """Let a and c trade; 1 if there was something to trade. marks : N bits, all 0."""
    if offsets[a + 1] - offsets[a] > offsets[c + 1] - offsets[c]:
        a, c = c, a  # the row of a is read three times
    one = np.uint64(1)
    begin_a, end_a = offsets[a], offsets[a + 1]
    begin_c, end_c = offsets[c], offsets[c + 1]
    for k in range(begin_a, end_a):
        b = receivers[k]
        marks[b >> 6] |= one << np.uint64(b & 63)
    # c keeps its edge to a, and a its edge to c: as if the other had it too.
    marks[a >> 6] |= one << np.uint64(a & 63)
    marks[c >> 6] &= ~(one << np.uint64(c & 63))
    # What c alone has goes to the front of its row; what both have behind, its mark cleared.
    last = end_c
    k = begin_c
    while k < last:
        b = receivers[k]
        if marks[b >> 6] >> np.uint64(b & 63) & one:
            marks[b >> 6] ^= one << np.uint64(b & 63)
            last -= 1
            receivers[k], receivers[last] = receivers[last], b
        else:
            k += 1
    of_c = last - begin_c
    # What is marked still, a alone has.
    last = end_a
    k = begin_a
    while k < last:
        b = receivers[k]
        if marks[b >> 6] >> np.uint64(b & 63) & one:
            marks[b >> 6] ^= one << np.uint64(b & 63)
            k += 1
        else:
            last -= 1
            receivers[k], receivers[last] = receivers[last], b
    marks[a >> 6] &= ~(one << np.uint64(a & 63))
    of_a = last - begin_a
    if of_a == 0 or of_c == 0:
        return 0
    # The first places of the shorter row get a random choice of all, the rest stays behind.
    if of_a > of_c:
        begin_a, of_a, begin_c, of_c = begin_c, of_c, begin_a, of_a
    total = of_a + of_c
    done = 0
    while done < of_a:
        count = min(of_a - done, _MOST_WORDS)
        fill_words(words[:count], state)
        for t in range(count):
            to = begin_a + done
            u = done + pick(words[t], total - done)
            taken = begin_a + u if u < of_a else begin_c + u - of_a
            receivers[to], receivers[taken] = receivers[taken], receivers[to]
            done += 1
    return 1


@compiled
def _reverse(senders, receivers, offsets, hub, hub_bits, words, found, state):  # type: ignore[no-untyped-def]
    """Propose reversals, as many as coins say; how many were made."""
    size = ROUND if senders.shape[0] >= SMALL else SMALL_ROUND
    made = 0
    for _ in range(max(senders.shape[0] // (4 * size), 1)):
        fill_words(words[:2], state)
        count = heads(words, size >> 3)
        fill_words(words[: 2 * count], state)
        made += reverse_in_rows(
            senders, receivers, offsets, hub, hub_bits, words, count, found, None, None, state
        )
    return made
