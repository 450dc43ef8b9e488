"""Configuration model: every neuron keeps how many it sends to and how many it receives from.

Two moves, each its own reverse, proposed with the same probability both ways:

- *switch*: two edges a->b, c->d become a->d, c->b;
- *triangle reversal*: a three-cycle a->b->c->a without any edge back becomes c->b->a->c.

A proposal that would make a self-loop or a parallel edge is rejected and the graph stays as it is
for that step. Counting such steps makes every graph equally likely; dropping them does not.
Switches alone cannot reach every graph with the same degrees; with the reversal they can.

Edges are grouped by sender, and no move changes how many a sender has. So a reversal is proposed
by an edge a->b and one of the edges b->c that leave its receiver: found from any of the three
edges of a cycle, with the same probability before and after, whatever else is in the graph.

Rao, Jana and Bandyopadhyay 1996, Sankhya A 58:225; Roberts and Coolen 2012,
doi:10.1103/PhysRevE.85.046103; Milo et al. 2003, arXiv:cond-mat/0312028.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from ..compiled import compiled
from ..random_streams import State, next_word, pick
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
# So that a graph of a handful of edges mixes too; costs some ten microseconds.
LEAST_PROPOSALS = 1000

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
        Steps of the chain for each edge, rejected ones included; at least 1,000 in all.
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
        order = np.argsort(senders, kind="stable")
        self.senders = senders[order]
        self.receivers = receivers[order]
        self._offsets = np.searchsorted(self.senders, np.arange(n_nodes + 1))
        steps = int(np.ceil(proposals_per_edge * len(senders)))
        self.proposals = max(steps, LEAST_PROPOSALS)
        self._bits = (
            bit_matrix(n_nodes, self.senders, self.receivers)
            if n_nodes <= BIT_MATRIX_UP_TO_NODES
            else None
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
            accepted = _switch_in_bits(
                senders, receivers, self._offsets, bits, self.proposals, state
            )
            kept = _count_in_bits(self.senders, self.receivers, bits)
        else:
            n_bits = table_bits(len(senders))
            table = hash_table(senders, receivers, n_bits)
            edges = _edge_keys(senders, receivers)
            accepted, _ = _switch_in_table(
                edges, self._offsets, table, n_bits, self.proposals, state
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


@compiled
def _switch_in_bits(senders, receivers, offsets, bits, proposals, state):  # type: ignore[no-untyped-def]
    """Run the chain on a bit matrix; receivers and bits are changed in place.

    senders, receivers : (E,) int32, E >= 2, by sender; offsets : (N + 1,) where each sender's
    edges begin; bits : their bit matrix; not checked here.
    """
    n_edges = senders.shape[0]
    accepted = 0
    for _ in range(proposals):
        word, other = next_word(state), next_word(state)
        i = pick(word, n_edges)
        a, b = senders[i], receivers[i]
        if word & np.uint64(15):
            j = pick(other, n_edges)
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
            first, last = offsets[b], offsets[b + 1]
            if first == last:
                continue
            j = first + pick(other, last - first)
            c = receivers[j]
            if (
                c == a
                or not has_bit(bits, c, a)
                or has_bit(bits, b, a)
                or has_bit(bits, c, b)
                or has_bit(bits, a, c)
            ):
                continue
            k = offsets[c]
            while receivers[k] != a:
                k += 1
            for x, y in ((a, b), (b, c), (c, a)):
                flip_bit(bits, x, y)
                flip_bit(bits, y, x)
            # a sends to c now, b to a, c to b: each in the place of the edge it lost.
            receivers[i] = c
            receivers[j] = a
            receivers[k] = b
            accepted += 1
    return accepted


@compiled
def _switch_in_table(edges, offsets, table, n_bits, proposals, state):  # type: ignore[no-untyped-def]
    """Run the chain on a hash table; arrays are changed in place.

    edges : (E,) uint64, E >= 2, keys of the edges by sender; offsets : (N + 1,) where each
    sender's edges begin; table : their hash table; not checked here.

    Proposals are drawn a batch at a time, and the edges and slots they will ask for are read
    first, so that the cache misses of a batch overlap instead of following each other. The moves
    of a batch are then made one by one on the graph as it is by then, so the chain is the same.
    """
    n_edges = edges.shape[0]
    shift = np.uint64(64 - n_bits)
    ones = np.empty(_BATCH, np.int64)
    others = np.empty(_BATCH, np.int64)
    other_words = np.empty(_BATCH, np.uint64)
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
            ones[t] = pick(word, n_edges)
            switches[t] = word & np.uint64(15) != 0
            other_words[t] = next_word(state)
            others[t] = pick(other_words[t], n_edges)
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
                start, end = offsets[b], offsets[b + 1]
                if start == end:
                    continue
                j = start + pick(other_words[t], end - start)
                c = _receiver(edges[j])
                if (
                    c == a
                    or not has_key(table, shift, edge_key(c, a))
                    or has_key(table, shift, edge_key(b, a))
                    or has_key(table, shift, edge_key(c, b))
                    or has_key(table, shift, edge_key(a, c))
                ):
                    continue
                k = offsets[c]
                while _receiver(edges[k]) != a:
                    k += 1
                for u, v in ((a, b), (b, c), (c, a)):
                    delete_key(table, shift, edge_key(u, v))
                    insert_key(table, shift, edge_key(v, u))
                edges[i] = edge_key(a, c)
                edges[j] = edge_key(b, a)
                edges[k] = edge_key(c, b)
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


@compiled
def _edge_keys(senders, receivers):  # type: ignore[no-untyped-def]
    """(E,) uint64 keys of edges."""
    keys = np.empty(senders.shape[0], np.uint64)
    for e in range(senders.shape[0]):
        keys[e] = edge_key(senders[e], receivers[e])
    return keys


@compiled
def _ends(keys, senders, receivers):  # type: ignore[no-untyped-def]
    """Write the ends of keyed edges into senders and receivers, (E,) int32."""
    for e in range(keys.shape[0]):
        senders[e] = np.int32(_sender(keys[e]))
        receivers[e] = np.int32(_receiver(keys[e]))


@compiled
def _count_in_bits(senders, receivers, bits):  # type: ignore[no-untyped-def]
    """How many of these edges a bit matrix has."""
    count = np.int64(0)
    for e in range(senders.shape[0]):
        count += np.int64(has_bit(bits, senders[e], receivers[e]))
    return count


@compiled
def _count_in_table(senders, receivers, table, n_bits):  # type: ignore[no-untyped-def]
    """How many of these edges a hash table has."""
    shift = np.uint64(64 - n_bits)
    count = 0
    for e in range(senders.shape[0]):
        count += has_key(table, shift, edge_key(senders[e], receivers[e]))
    return count
