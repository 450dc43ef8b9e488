"""Class switching: keep degrees, and how many edges there are of each class of ordered pairs.

A class is what an ordered pair of neurons is besides its neurons: from which group to which, or
how far apart. The graphs wanted are those with the degrees and the class counts of the original.

The chain makes *excursions*. An excursion begins at a wanted graph and takes steps of the
configuration chain (switches and triangle reversals, see `configuration`), which can reach every
graph with the same degrees. It ends at the first step after which the class counts are right
again, and the chain stands there; or it is given up and all its steps are undone. Whether it is
given up is a coin thrown after every step, whatever the steps were: some excursions have one step
only, the others go on with probability 7/8 each time, so any length may come.

Why every wanted graph is equally likely: read backwards, a path of steps from G to G' is a path from
G' to G, and has the same probability, given up or not. So the chance of going from G to G' is that
of going back. Steps away from the right counts are thinned (Metropolis) by a weight that falls with
the number of wrong counts alone and is 1 for both ends, which changes nothing in this. Why all
wanted graphs are reached: two of them are joined by a path of switches and reversals, and an
excursion may take any path. No step is lost either: an excursion given up counts as one. Where graphs are
drawn by weights, one that has come home stays or goes back by the ratio of the two graphs' weights.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ..compiled import compiled
from ..random_streams import next_word, pick
from .distance_pairs import distance_bin
from .edge_set import has_in_row
from .tilt import chance, log_odds_change

# So many wrong counts cost nothing: a switch makes 4 of them, a reversal 6. Beyond, each halves
# the weight of a graph.
_FREE = 6


@njit(inline="always")
def _class_of(groups, n_groups, positions, squared_edges, a, b):  # type: ignore[no-untyped-def]
    """Class of an ordered pair: by groups where there are any, else by distance."""
    if n_groups > 0:
        return np.int64(groups[a]) * n_groups + groups[b]
    return distance_bin(positions, squared_edges, a, b)


@njit(inline="always")
def _count_class(classes, changes, n_classes, which, by):  # type: ignore[no-untyped-def]
    """Add to the change of a class's count; new number of classes noted, and of wrong counts."""
    for k in range(n_classes):
        if classes[k] == which:
            before = abs(changes[k])
            changes[k] += by
            return n_classes, abs(changes[k]) - before
    classes[n_classes] = which
    changes[n_classes] = by
    return n_classes + 1, 1


@njit(inline="always")
def _nearby(i, n_edges, state):  # type: ignore[no-untyped-def]
    """Another place on the ring of edges, at a distance whose logarithm is uniform.

    As likely from there to i as from i to there.
    """
    word = next_word(state)
    reach = np.int64(2) << (word & np.uint64(31))
    off = pick(next_word(state), min(reach, n_edges))
    j = i + off if word >> np.uint64(63) else i - off
    if j >= n_edges:
        return j - n_edges
    return j + n_edges if j < 0 else j


@compiled
def _longer(array, least):  # type: ignore[no-untyped-def]
    """Copy of an array with room for twice `least` entries."""
    copy = np.empty(2 * least, array.dtype)
    copy[: array.shape[0]] = array
    return copy


@compiled
def make_excursions(  # type: ignore[no-untyped-def]
    senders,
    receivers,
    offsets,
    groups,
    n_groups,
    positions,
    squared_edges,
    count,
    once,
    bounds,
    tilt,
    own,
    state,
):
    """Run the chain for `count` excursions; how many of them changed the graph.

    senders, receivers : (E,) and (E + LANES,) int32, E >= 2, by sender, a simple graph without
    self-loops; receivers are changed in place, within a row in any order. offsets : (N + 1,) int64
    where rows begin. groups : (N,) int32 in [0, n_groups); or n_groups is 0, and positions :
    (N, 3) float64, squared_edges : (K - 1,) inner edges of bins. once : uint64, 2**k - 1, k <= 11:
    one of 2**k excursions may have more than one step. bounds : None, or (n_groups + 1,) int64 where
    the edges of the senders of each group begin, which lie together: then every other switch is
    with one of these. tilt, own : None, or the two of a `Tilted` whose odds the graphs are drawn
    by. Not checked here.
    """
    n_edges = senders.shape[0]
    accepted = 0
    slots = np.empty(64, np.int64)  # what an excursion has changed, to undo it
    were = np.empty(64, np.int32)
    classes = np.empty(128, np.int64)  # counts that an excursion has changed, and by how much
    changes = np.empty(128, np.int64)
    ends = np.empty((6, 2), np.int64)  # edges a step takes away, then those it adds
    places = np.empty(3, np.int64)
    for _ in range(count):
        word, other = next_word(state), next_word(state)
        goes_on = other & once == 0
        n_undo = n_classes = wrong = 0
        gained = 0.0  # logarithm of the graph's weight, since the excursion began
        while True:
            # Propose.
            i = pick(word, n_edges)
            a, b = senders[i], receivers[i]
            n_moved = 0
            if word & np.uint64(7):
                if squared_edges.shape[0] > 0 and word & np.uint64(8):
                    j = _nearby(i, n_edges, state)
                else:
                    j = pick(other, n_edges)
                if bounds is not None and word & np.uint64(8):
                    first, last = bounds[groups[a]], bounds[groups[a] + 1]
                    j = first + pick(other, last - first)
                c, d = senders[j], receivers[j]
                if not (a == c or b == d or a == d or c == b):
                    possible = True
                    if not goes_on:
                        ab = _class_of(groups, n_groups, positions, squared_edges, a, b)
                        cd = _class_of(groups, n_groups, positions, squared_edges, c, d)
                        ad = _class_of(groups, n_groups, positions, squared_edges, a, d)
                        cb = _class_of(groups, n_groups, positions, squared_edges, c, b)
                        possible = (ab == ad and cd == cb) or (ab == cb and cd == ad)
                    if (
                        possible
                        and not has_in_row(receivers, offsets[a], offsets[a + 1], d)
                        and not has_in_row(receivers, offsets[c], offsets[c + 1], b)
                    ):
                        n_moved = 2
                        places[0], places[1] = i, j
                        ends[0, 0], ends[0, 1], ends[1, 0], ends[1, 1] = a, b, c, d
                        ends[2, 0], ends[2, 1], ends[3, 0], ends[3, 1] = a, d, c, b
            else:
                first, last = offsets[b], offsets[b + 1]
                if first < last:
                    j = first + pick(other, last - first)
                    c = receivers[j]
                    k = offsets[c]
                    end = offsets[c + 1]
                    while k < end and receivers[k] != a:
                        k += 1
                    if (
                        c != a
                        and k < end
                        and not has_in_row(receivers, first, last, a)
                        and not has_in_row(receivers, offsets[c], end, b)
                        and not has_in_row(receivers, offsets[a], offsets[a + 1], c)
                    ):
                        n_moved = 3
                        places[0], places[1], places[2] = i, j, k
                        ends[0, 0], ends[0, 1], ends[1, 0], ends[1, 1] = a, b, b, c
                        ends[2, 0], ends[2, 1], ends[3, 0], ends[3, 1] = c, a, a, c
                        ends[4, 0], ends[4, 1], ends[5, 0], ends[5, 1] = b, a, c, b
            # Count, accept or not, move.
            if n_moved > 0:
                if n_classes + 6 > classes.shape[0]:
                    classes, changes = _longer(classes, n_classes), _longer(changes, n_classes)
                if n_undo + 3 > slots.shape[0]:
                    slots, were = _longer(slots, n_undo), _longer(were, n_undo)
                now_wrong = wrong
                for e in range(2 * n_moved):
                    which = _class_of(
                        groups, n_groups, positions, squared_edges, ends[e, 0], ends[e, 1]
                    )
                    by = -1 if e < n_moved else 1
                    n_classes, more = _count_class(classes, changes, n_classes, which, by)
                    now_wrong += more
                halvings = max(now_wrong, _FREE) - max(wrong, _FREE)
                accept = now_wrong == 0 or goes_on
                if accept and halvings > 0:
                    mask = (np.uint64(1) << np.uint64(halvings)) - np.uint64(1)
                    accept = next_word(state) & mask == 0
                if accept:
                    wrong = now_wrong
                    for e in range(n_moved):
                        slots[n_undo] = places[e]
                        were[n_undo] = receivers[places[e]]
                        n_undo += 1
                    for e in range(n_moved):
                        receivers[places[e]] = ends[n_moved + e, 1]
                    if tilt is not None:
                        gained += log_odds_change(tilt, own, ends, n_moved)
                else:
                    for e in range(2 * n_moved):
                        which = _class_of(
                            groups, n_groups, positions, squared_edges, ends[e, 0], ends[e, 1]
                        )
                        by = 1 if e < n_moved else -1
                        n_classes, _more = _count_class(classes, changes, n_classes, which, by)
            if wrong == 0:
                if tilt is not None and n_undo > 0 and chance(next_word(state)) >= np.exp(gained):
                    for e in range(n_undo - 1, -1, -1):
                        receivers[slots[e]] = were[e]
                    n_undo = 0
                accepted += n_undo > 0
                break
            if next_word(state) >> np.uint64(61) == 0:
                for e in range(n_undo - 1, -1, -1):
                    receivers[slots[e]] = were[e]
                break
            word, other = next_word(state), next_word(state)
    return accepted
