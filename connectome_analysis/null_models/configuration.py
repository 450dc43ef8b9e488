"""Configuration model: every neuron keeps how many it sends to and how many it receives from.

Two moves, each its own reverse, proposed with the same probability both ways:

- *switch*: two edges a->b, c->d become a->d, c->b;
- *triangle reversal*: a three-cycle a->b->c->a without any edge back becomes c->b->a->c.

A proposal that would make a self-loop or a parallel edge is rejected and the graph stays as it is
for that step. Counting such steps makes every graph equally likely; dropping them does not.
Switches alone cannot reach every graph with the same degrees; with the reversal they can.

Rao, Jana and Bandyopadhyay 1996, Sankhya A 58:225; Roberts and Coolen 2012,
doi:10.1103/PhysRevE.85.046103; Milo et al. 2003, arXiv:cond-mat/0312028.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from ..random_streams import State, below, next_word
from .edge_set import (
    BIT_MATRIX_UP_TO_NODES,
    EdgeArray,
    bit_matrix,
    delete_key,
    edge_key,
    flip_bit,
    has_bit,
    has_key,
    hash_table,
    home,
    insert_key,
    table_bits,
)

KEEPS = "the number of neurons each neuron sends to and receives from; no self-loops"
PROPOSALS_PER_EDGE = 20.0

_TO_UNIT = 1.0 / (1 << 53)
_BATCH = 64


@dataclass(frozen=True, kw_only=True)
class Mixing:
    """How far a sample went from where it began.

    Attributes
    ----------
    proposals, accepted : int
    edges_kept : float
        Fraction of the original edges that the sample has.
    """

    proposals: int
    accepted: int
    edges_kept: float


class ConfigurationSampler:
    """Draws from the configuration model of one graph.

    Parameters
    ----------
    n_nodes : int
    senders, receivers : (E,) int32
        A simple graph without self-loops, as dense indices.
    proposals_per_edge : float
        Steps of the chain for each edge, rejected ones included.
    """

    def __init__(
        self,
        n_nodes: int,
        senders: EdgeArray,
        receivers: EdgeArray,
        *,
        proposals_per_edge: float = PROPOSALS_PER_EDGE,
    ) -> None:
        if not proposals_per_edge > 0 or not np.isfinite(proposals_per_edge):
            msg = f"proposals_per_edge must be above 0, got {proposals_per_edge!r}."
            raise ValueError(msg)
        self.n_nodes = n_nodes
        self.senders = senders
        self.receivers = receivers
        self.proposals = int(np.ceil(proposals_per_edge * len(senders)))
        self._bits = (
            bit_matrix(n_nodes, senders, receivers) if n_nodes <= BIT_MATRIX_UP_TO_NODES else None
        )

    def draw(self, state: State) -> tuple[EdgeArray, EdgeArray, Mixing]:
        """Draw one graph.

        Parameters
        ----------
        state : (4,) uint64
            Random stream; see `random_streams.stream`. Changed.

        Returns
        -------
        senders, receivers : (E,) int32
        mixing : Mixing
        """
        senders, receivers = self.senders.copy(), self.receivers.copy()
        if len(senders) < 2:
            return senders, receivers, Mixing(proposals=0, accepted=0, edges_kept=1.0)
        if self._bits is not None:
            bits = self._bits.copy()
            accepted = _switch_in_bits(senders, receivers, bits, self.proposals, state)
            kept = _count_in_bits(self.senders, self.receivers, bits)
        else:
            n_bits = table_bits(len(senders))
            table = hash_table(senders, receivers, n_bits)
            edges = _edge_keys(senders, receivers)
            accepted, _ = _switch_in_table(
                edges, table, n_bits, self.n_nodes, self.proposals, state
            )
            _ends(edges, senders, receivers)
            kept = _count_in_table(self.senders, self.receivers, table, n_bits)
        return (
            senders,
            receivers,
            Mixing(
                proposals=self.proposals,
                accepted=int(accepted),
                edges_kept=int(kept) / len(senders),
            ),
        )


@njit(inline="always")
def _pick(word, size):  # type: ignore[no-untyped-def]
    """Integer below size from the upper 53 bits; the lower 11 stay free for the kind of move."""
    return np.int64(np.float64(word >> np.uint64(11)) * _TO_UNIT * size)


@njit(inline="always")
def _place_of(senders, receivers, a, b):  # type: ignore[no-untyped-def]
    """Place of the edge a->b. A scan, because reversals are rare: one in some thousand steps."""
    e = 0
    while senders[e] != a or receivers[e] != b:
        e += 1
    return e


@njit(cache=True, nogil=True, boundscheck=False)
def _switch_in_bits(senders, receivers, bits, proposals, state):  # type: ignore[no-untyped-def]
    """Run the chain on a bit matrix; arrays are changed in place.

    senders, receivers : (E,) int32, E >= 2; bits : their bit matrix; not checked here.
    """
    n_edges = senders.shape[0]
    n_nodes = bits.shape[0]
    accepted = 0
    for _ in range(proposals):
        word = next_word(state)
        i = _pick(word, n_edges)
        a, b = senders[i], receivers[i]
        if word & np.uint64(15):
            j = below(state, n_edges)
            c, d = senders[j], receivers[j]
            if a == c or b == d or a == d or c == b or has_bit(bits, a, d) or has_bit(bits, c, b):
                continue
            flip_bit(bits, a, b)
            flip_bit(bits, c, d)
            flip_bit(bits, a, d)
            flip_bit(bits, c, b)
            receivers[i] = d
            receivers[j] = b
            accepted += 1
        else:
            c = np.int32(below(state, n_nodes))
            if (
                c == a
                or c == b
                or not has_bit(bits, b, c)
                or not has_bit(bits, c, a)
                or has_bit(bits, b, a)
                or has_bit(bits, c, b)
                or has_bit(bits, a, c)
            ):
                continue
            j = _place_of(senders, receivers, b, c)
            k = _place_of(senders, receivers, c, a)
            for x, y in ((a, b), (b, c), (c, a)):
                flip_bit(bits, x, y)
                flip_bit(bits, y, x)
            senders[i], receivers[i] = b, a
            senders[j], receivers[j] = c, b
            senders[k], receivers[k] = a, c
            accepted += 1
    return accepted


@njit(cache=True, nogil=True, boundscheck=False)
def _switch_in_table(edges, table, n_bits, n_nodes, proposals, state):  # type: ignore[no-untyped-def]
    """Run the chain on a hash table; arrays are changed in place.

    edges : (E,) uint64, E >= 2, keys of the edges; table : their hash table; not checked here.

    Proposals are drawn a batch at a time, and the edges and slots they will ask for are read
    first, so that the cache misses of a batch overlap instead of following each other. The moves
    of a batch are then made one by one on the graph as it is by then, so the chain is the same.
    """
    n_edges = edges.shape[0]
    shift = np.uint64(64 - n_bits)
    ones = np.empty(_BATCH, np.int64)
    others = np.empty(_BATCH, np.int64)
    switches = np.empty(_BATCH, np.bool_)
    first_edges = np.empty(_BATCH, np.uint64)
    second_edges = np.empty(_BATCH, np.uint64)
    accepted = 0
    done = 0
    touched = np.uint64(0)
    while done < proposals:
        size = min(_BATCH, proposals - done)
        for t in range(size):
            word = next_word(state)
            ones[t] = _pick(word, n_edges)
            switches[t] = word & np.uint64(15) != 0
            others[t] = below(state, n_edges if switches[t] else n_nodes)
        for t in range(size):
            first_edges[t] = edges[ones[t]]
            second_edges[t] = edges[others[t]] if switches[t] else first_edges[t]
        for t in range(size):
            x, y = first_edges[t], second_edges[t]
            touched ^= table[home(x, shift)] ^ table[home(y, shift)]
            touched ^= table[home(_crossed(x, y), shift)] ^ table[home(_crossed(y, x), shift)]
        for t in range(size):
            i = ones[t]
            x = edges[i]
            a, b = _sender(x), _receiver(x)
            if switches[t]:
                j = others[t]
                y = edges[j]
                c, d = _sender(y), _receiver(y)
                if a == c or b == d or a == d or c == b:
                    continue
                first, second = _crossed(x, y), _crossed(y, x)
                if has_key(table, shift, first) or has_key(table, shift, second):
                    continue
                delete_key(table, shift, x)
                delete_key(table, shift, y)
                insert_key(table, shift, first)
                insert_key(table, shift, second)
                edges[i] = first
                edges[j] = second
                accepted += 1
            else:
                c = others[t]
                if (
                    c == a
                    or c == b
                    or not has_key(table, shift, edge_key(b, c))
                    or not has_key(table, shift, edge_key(c, a))
                    or has_key(table, shift, edge_key(b, a))
                    or has_key(table, shift, edge_key(c, b))
                    or has_key(table, shift, edge_key(a, c))
                ):
                    continue
                for u, v in ((a, b), (b, c), (c, a)):
                    place = 0
                    while edges[place] != edge_key(u, v):
                        place += 1
                    delete_key(table, shift, edge_key(u, v))
                    insert_key(table, shift, edge_key(v, u))
                    edges[place] = edge_key(v, u)
                accepted += 1
        done += size
    return accepted, touched  # returned, or the compiler would drop the reads


@njit(inline="always")
def _sender(key):  # type: ignore[no-untyped-def]
    return np.int64((key - np.uint64(1)) >> np.uint64(32))


@njit(inline="always")
def _receiver(key):  # type: ignore[no-untyped-def]
    return np.int64((key - np.uint64(1)) & np.uint64(0xFFFFFFFF))


@njit(inline="always")
def _crossed(x, y):  # type: ignore[no-untyped-def]
    """Key of the edge from the sender of x to the receiver of y."""
    low = np.uint64(0xFFFFFFFF)
    one = np.uint64(1)
    return (((x - one) & ~low) | ((y - one) & low)) + one


@njit(cache=True, nogil=True, boundscheck=False)
def _edge_keys(senders, receivers):  # type: ignore[no-untyped-def]
    """(E,) uint64 keys of edges."""
    keys = np.empty(senders.shape[0], np.uint64)
    for e in range(senders.shape[0]):
        keys[e] = edge_key(senders[e], receivers[e])
    return keys


@njit(cache=True, nogil=True, boundscheck=False)
def _ends(keys, senders, receivers):  # type: ignore[no-untyped-def]
    """Write the ends of keyed edges into senders and receivers, (E,) int32."""
    for e in range(keys.shape[0]):
        senders[e] = np.int32(_sender(keys[e]))
        receivers[e] = np.int32(_receiver(keys[e]))


@njit(cache=True, nogil=True, boundscheck=False)
def _count_in_bits(senders, receivers, bits):  # type: ignore[no-untyped-def]
    """How many of these edges a bit matrix has."""
    count = np.int64(0)
    for e in range(senders.shape[0]):
        count += np.int64(has_bit(bits, senders[e], receivers[e]))
    return count


@njit(cache=True, nogil=True, boundscheck=False)
def _count_in_table(senders, receivers, table, n_bits):  # type: ignore[no-untyped-def]
    """How many of these edges a hash table has."""
    shift = np.uint64(64 - n_bits)
    count = 0
    for e in range(senders.shape[0]):
        count += has_key(table, shift, edge_key(senders[e], receivers[e]))
    return count
