"""Reciprocal switching: the fast moves of the reciprocal configuration model.

- two one-way edges a->b, c->d become a->d, c->b;
- two mutual pairs a=b, c=d become a=d, c=b;
- either of these together with two one-way edges d->a, b->c that become b->a, d->c: four-cycles of
  one-way edges are turned round, one-way edges and mutual pairs change places;
- a three-cycle of one-way edges is turned round.

The first two are rejected where one of the new pairs is joined already, one way or both; where both
are, the third is proposed. The order of steps
is that of `switching`: the first edge runs through all, the second comes from a window, and no
choice looks at the graph. One-way edges and mutual pairs take turns.
"""

from __future__ import annotations

import numpy as np

from ..compiled import compiled
from ..prefetch import prefetch
from ..random_streams import next_word, pick
from .dyad_tilt import cycle_accepted, exchange_accepted, switch_of_pairs_accepted
from .edge_set import LANES, clear_row, flip_bit, has_bit, has_in_row, mark_row
from .switching import AT_ONCE, ROUND, SMALL, SMALL_ROUND, STAY
from .words import fill_words, heads

# One-way edges that the second one is drawn from: with the rows of their senders, 0.5 MB.
_WINDOW = 1 << 15
# A row as long as this is not read where the other neuron's is shorter.
_LONG_ROW = 512


@compiled
def switch_dyads(  # type: ignore[no-untyped-def]
    places, partners, ends, twins, bits, cursors, proposals, shares, tilt, own, state
):
    """Run the chain; how many proposals changed one-way edges, and how many mutual pairs.

    places, partners, ends, twins : see `partners`; bits : (N, ceil(N / 64)) which neurons are
    joined, or (0, 0); cursors : (2,) int64, the one-way edge and the mutual pair that are next;
    shares : the two shares of the proposals that one-way edges and mutual pairs get, any two
    numbers of at least 0, 0 where there are none. Arrays but those of places are changed in place;
    not checked here. tilt, own : None, or the two of a `DyadTilted` whose weights the graphs are drawn
    by. With bits, `ends` and the last part of each row are not kept right.
    """
    n_one, n_two = ends.shape[0], twins.shape[0]
    two_window = max(_WINDOW * n_two // max(n_one, 1), 1024)
    size = ROUND if n_one + n_two >= SMALL else SMALL_ROUND
    words = np.empty(AT_ONCE, np.uint64)
    turns = np.empty(2 * (ROUND >> 3), np.uint64)
    marks = np.zeros((places.rows.shape[0] + 62) >> 6, np.uint64)
    marked = np.int64(-1)
    cursor, two_cursor = cursors[0], cursors[1]
    first, two_first = np.int64(0), np.int64(0)
    stay, two_stay = 0, 0
    moved_one, moved_two = 0, 0
    done = 0
    one_done = 0
    while done < proposals:
        size = min(size, proposals - done)
        fill_words(words[:4], state)
        if n_one > 0 and one_done * (shares[0] + shares[1]) <= done * shares[0]:
            n_turns = heads(words, size >> 3)
            left = size - n_turns
            if stay <= 0:
                first = pick(words[3], n_one) if n_one > _WINDOW else np.int64(0)
                stay = STAY
            stay -= left
            while left > 0:
                count = min(left, AT_ONCE)
                fill_words(words, state)
                if bits.shape[0] > 0:
                    moved_one += _switch_one_way_in_bits(
                        *(places, partners, ends, bits, words[:count], cursor, first),
                        *(tilt, own, state),
                    )
                else:
                    moved, marked = _switch_one_way_in_rows(
                        *(places, partners, ends, marks, marked, words[:count], cursor, first),
                        *(tilt, own, state),
                    )
                    moved_one += moved
                cursor = (cursor + count) % n_one
                left -= count
            if n_turns > 0:
                fill_words(turns[: 2 * n_turns], state)
                moved_one += _reverse_three_cycles(
                    *(places, partners, ends, bits.shape[0] == 0, turns, n_turns),
                    *(tilt, own, state),
                )
            one_done += size
        else:
            if two_stay <= 0:
                two_first = pick(words[3], n_two) if n_two > two_window else np.int64(0)
                two_stay = two_window
            two_stay -= size
            left = size
            while left > 0:
                count = min(left, AT_ONCE)
                fill_words(words, state)
                moved = _switch_mutual(
                    *(places, partners, ends, twins, bits),
                    *(words[:count], two_cursor, two_first, two_window, tilt, own, state),
                )
                if moved > 0 and marked >= 0:
                    marks[:] = 0
                    marked = np.int64(-1)
                moved_two += moved
                two_cursor = (two_cursor + count) % n_two
                left -= count
        done += size
    cursors[0], cursors[1] = cursor, two_cursor
    return moved_one, moved_two


@compiled
def _switch_one_way_in_bits(  # type: ignore[no-untyped-def]
    places, partners, ends, bits, words, i, first, tilt, own, state
):
    """Propose a switch, or an exchange, for each word, of the edges from i on; how many made."""
    senders, shift = places.one_way_senders, places.one_way_shift
    n_edges = senders.shape[0]
    width = min(_WINDOW, n_edges)
    accepted = 0
    for t in range(words.shape[0]):
        j = first + pick(words[t], width)
        if j >= n_edges:
            j -= n_edges
        a, c = senders[i], senders[j]
        at_i, at_j = i + shift[a], j + shift[c]
        b, d = partners[at_i], partners[at_j]
        i = i + 1 if i + 1 < n_edges else 0
        if a == c or b == d or a == d or c == b or has_bit(bits, a, d) != has_bit(bits, c, b):
            continue
        if has_bit(bits, a, d):
            if not _exchange(places, partners, ends, False, False, a, b, c, d, tilt, own, state):
                continue
        else:
            if tilt is not None and not switch_of_pairs_accepted(
                tilt, own, next_word(state), False, a, b, c, d
            ):
                continue
            flip_bit(bits, a, b)
            flip_bit(bits, b, a)
            flip_bit(bits, c, d)
            flip_bit(bits, d, c)
            flip_bit(bits, a, d)
            flip_bit(bits, d, a)
            flip_bit(bits, c, b)
            flip_bit(bits, b, c)
        partners[at_i] = d
        partners[at_j] = b
        accepted += 1
    return accepted


@compiled
def _switch_one_way_in_rows(  # type: ignore[no-untyped-def]
    places, partners, ends, marks, a, words, i, first, tilt, own, state
):
    """As `_switch_one_way_in_bits`. marks : bits of the row of a, none where a is -1; both change.

    Helpers called in this loop must be straight lines, see `switching`.
    """
    senders, shift, rows = places.one_way_senders, places.one_way_shift, places.rows
    n_edges = senders.shape[0]
    width = min(_WINDOW, n_edges)
    one = np.uint64(1)
    accepted = 0
    for t in range(words.shape[0]):  # the rows of b and d may be anywhere, and will be written
        j = first + pick(words[t], width)
        prefetch(partners, np.int64(ends[j if j < n_edges else j - n_edges]))
        prefetch(partners, np.int64(ends[(i + t) % n_edges]))
    for t in range(words.shape[0]):
        j = first + pick(words[t], width)
        if j >= n_edges:
            j -= n_edges
        if senders[i] != a:
            if a >= 0:
                clear_row(marks, partners, rows[a], rows[a + 1])
            a = np.int64(senders[i])
            mark_row(marks, partners, rows[a], rows[a + 1])
        c = senders[j]
        here, at_i, at_j = i, i + shift[a], j + shift[c]
        b, d = partners[at_i], partners[at_j]
        i = i + 1 if i + 1 < n_edges else 0
        if a == c or b == d or a == d or c == b:
            continue
        # Is c joined with b? `has_in_row` by hand.
        x, row = b, np.int64(c)
        if rows[c + 1] - rows[c] > _LONG_ROW and rows[b + 1] - rows[b] < rows[c + 1] - rows[c]:
            x, row = c, np.int64(b)
        near = np.int32(0)
        k, end = np.uint64(rows[row]), np.uint64(rows[row + 1])
        while k < end:
            for lane in range(LANES):
                near |= np.int32(partners[k + np.uint64(lane)] == x)
            k += np.uint64(LANES)
        joined = False
        if near:
            place = rows[row]
            while place < rows[row + 1] and partners[place] != x:
                place += 1
            joined = place < rows[row + 1]
        if joined != (marks[d >> 6] >> np.uint64(d & 63) & one != 0):
            continue
        if joined:
            if not _exchange(places, partners, ends, True, False, a, b, c, d, tilt, own, state):
                continue
        else:
            if tilt is not None and not switch_of_pairs_accepted(
                tilt, own, next_word(state), False, a, b, c, d
            ):
                continue
            marks[b >> 6] ^= one << np.uint64(b & 63)
            marks[d >> 6] ^= one << np.uint64(d & 63)
        of_b, of_d = ends[here], ends[j]
        partners[at_i], partners[at_j] = d, b
        partners[of_b], partners[of_d] = c, np.int32(a)
        ends[here], ends[j] = of_d, of_b
        accepted += 1
    return accepted, a


@compiled
def _switch_mutual(  # type: ignore[no-untyped-def]
    places, partners, ends, twins, bits, words, i, first, window, tilt, own, state
):
    """Propose a switch, or an exchange, for each word, of the mutual pairs from i on; how many made."""
    senders, shift, rows = places.mutual_senders, places.mutual_shift, places.rows
    n_pairs = senders.shape[0]
    width = min(window, n_pairs)
    in_bits = bits.shape[0] > 0
    accepted = 0
    if not in_bits:  # the rows of b and d may be anywhere, and will be written
        for t in range(words.shape[0]):
            j = first + pick(words[t], width)
            if j >= n_pairs:
                j -= n_pairs
            k = (i + t) % n_pairs
            prefetch(partners, twins[j] + shift[partners[j + shift[senders[j]]]])
            prefetch(partners, twins[k] + shift[partners[k + shift[senders[k]]]])
    for t in range(words.shape[0]):
        j = first + pick(words[t], width)
        if j >= n_pairs:
            j -= n_pairs
        here, a, c = i, senders[i], senders[j]
        i = i + 1 if i + 1 < n_pairs else 0
        b, d = partners[here + shift[a]], partners[j + shift[c]]
        if a == c or b == d or a == d or c == b:
            continue
        if in_bits:
            a_d, c_b = has_bit(bits, a, d) != 0, has_bit(bits, c, b) != 0
        else:
            a_d, c_b = _joined(partners, rows, a, d), _joined(partners, rows, c, b)
        if a_d != c_b:
            continue
        if a_d:
            if not _exchange(
                places, partners, ends, not in_bits, True, a, b, c, d, tilt, own, state
            ):
                continue
        elif tilt is not None and not switch_of_pairs_accepted(
            tilt, own, next_word(state), True, a, b, c, d
        ):
            continue
        elif in_bits:
            flip_bit(bits, a, b)
            flip_bit(bits, b, a)
            flip_bit(bits, c, d)
            flip_bit(bits, d, c)
            flip_bit(bits, a, d)
            flip_bit(bits, d, a)
            flip_bit(bits, c, b)
            flip_bit(bits, b, c)
        of_b, of_d = twins[here], twins[j]
        partners[here + shift[a]], partners[j + shift[c]] = d, b
        partners[of_b + shift[b]], partners[of_d + shift[d]] = c, a
        twins[here], twins[of_d] = of_d, here
        twins[j], twins[of_b] = of_b, j
        accepted += 1
    return accepted


@compiled
def _exchange(  # type: ignore[no-untyped-def]
    places, partners, ends, keep_ends, mutual, a, b, c, d, tilt, own, state
):
    """Turn one-way edges d->a and b->c, if there are, into d->c and b->a; whether it was done.

    mutual : whether a and b, c and d are joined both ways.
    """
    offsets, shift = places.one_way, places.one_way_shift
    k, m = offsets[d], offsets[b]
    while k < offsets[d + 1] and partners[k + shift[d]] != a:
        k += 1
    if k == offsets[d + 1]:
        return False
    while m < offsets[b + 1] and partners[m + shift[b]] != c:
        m += 1
    if m == offsets[b + 1]:
        return False
    if tilt is not None and not exchange_accepted(tilt, own, next_word(state), mutual, a, b, c, d):
        return False
    partners[k + shift[d]], partners[m + shift[b]] = c, a
    if keep_ends:
        of_a, of_c = ends[k], ends[m]
        partners[of_a], partners[of_c] = b, d
        ends[k], ends[m] = of_c, of_a
    return True


@compiled
def _joined(partners, rows, a, b):  # type: ignore[no-untyped-def]
    """Whether a row of partners of a, or where that is long and longer, of b, has the other."""
    if rows[a + 1] - rows[a] > _LONG_ROW and rows[b + 1] - rows[b] < rows[a + 1] - rows[a]:
        a, b = b, a
    return has_in_row(partners, rows[a], rows[a + 1], b)


@compiled
def _reverse_three_cycles(  # type: ignore[no-untyped-def]
    places, partners, ends, keep_ends, words, count, tilt, own, state
):
    """Propose `count` reversals, two words each; how many were made.

    By an edge a->b drawn from all, and one of the one-way edges b->c of its receiver. The marks of
    a row stay right: its neuron has the same partners.
    """
    senders, shift, offsets = places.one_way_senders, places.one_way_shift, places.one_way
    accepted = 0
    # Each stage asks for what the next one reads, for all; what is read then decides.
    for t in range(count):
        prefetch(senders, pick(words[2 * t], senders.shape[0]))
    for t in range(count):
        i = pick(words[2 * t], senders.shape[0])
        prefetch(partners, i + shift[senders[i]])
    for t in range(count):
        i = pick(words[2 * t], senders.shape[0])
        b = partners[i + shift[senders[i]]]
        prefetch(offsets, np.int64(b))
        prefetch(shift, np.int64(b))
    for t in range(count):
        i = pick(words[2 * t], senders.shape[0])
        b = partners[i + shift[senders[i]]]
        prefetch(
            partners, offsets[b] + pick(words[2 * t + 1], offsets[b + 1] - offsets[b]) + shift[b]
        )
    for t in range(count):
        i = pick(words[2 * t], senders.shape[0])
        a = senders[i]
        b = partners[i + shift[a]]
        begin, end = offsets[b], offsets[b + 1]
        if begin == end:
            continue
        j = begin + pick(words[2 * t + 1], end - begin)
        c = partners[j + shift[b]]
        begin, end = offsets[c] + shift[c], offsets[c + 1] + shift[c]
        if not has_in_row(partners, begin, end, a):
            continue
        if tilt is not None and not cycle_accepted(tilt, own, next_word(state), a, b, c):
            continue
        while partners[begin] != a:
            begin += 1
        k = begin - shift[c]
        partners[i + shift[a]] = c
        partners[j + shift[b]] = a
        partners[k + shift[c]] = b
        if keep_ends:
            of_b, of_c, of_a = ends[i], ends[j], ends[k]
            partners[of_b], partners[of_c], partners[of_a] = c, a, b
            ends[i], ends[j], ends[k] = of_c, of_a, of_b
        accepted += 1
    return accepted
