"""False pairs: which unconnected-or-not pairs get false synapses, without looking at all pairs.

False synapses of a pair are a Poisson number, each pair on its own. Together they are one Poisson
process along a line on which every pair has a stretch as long as its rate. Walking that line from
one false synapse to the next, by exponential gaps, draws all of them exactly, in a time that grows
with the synapses drawn and not with the pairs. A pair that is false with probability alpha is one
with a Poisson number of mean -log(1 - alpha) that is not 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ...compiled import compiled
from ...random_streams import State, unit
from ..rate_table import Classes, Floats, RateTable

Dense = NDArray[np.int32]
Counts = NDArray[np.int64]

# A pair with this mean stays without a false synapse once in 1e17: alpha = 1 as far as chance goes.
_CERTAIN = 40.0


@dataclass(frozen=True, eq=False)
class FalsePairs:
    """A rate table laid out as the line that is walked.

    Attributes
    ----------
    n_nodes : int
    blocks : (B, 4) int64
        Blocks of pairs of one rate above 0: begin and end in `senders`, begin and end in
        `receivers`.
    rates, lengths : (B,) float64
        Of one pair, and of all pairs of the block together.
    senders, receivers : (N,) int32
        Neurons ordered by class.
    keys, values : (P,) int64, (P,) float64
        Pairs with a rate of their own, which the blocks do not speak for.
    """

    n_nodes: int
    blocks: Counts
    rates: Floats
    lengths: Floats
    senders: Dense
    receivers: Dense
    keys: Counts
    values: Floats

    def draw(self, state: State) -> tuple[Dense, Dense, Counts]:
        """Draw pairs and how many false synapses each has: each pair once, no self-pair.

        Parameters
        ----------
        state : (4,) uint64, changed
        """
        pairs: tuple[Dense, Dense, Counts] = _walk(
            state, *(getattr(self, name) for name in _WALKED)
        )
        return pairs


_WALKED = ("n_nodes", "blocks", "rates", "lengths", "senders", "receivers", "keys", "values")


def false_pairs(rate: RateTable) -> FalsePairs:
    """Lay out expected numbers of false synapses.

    Examples
    --------
    >>> from connectome_analysis.errors.rate_table import constant_rate
    >>> from connectome_analysis.random_streams import stream
    >>> false_pairs(constant_rate(3, 0.0)).draw(stream(0, 0))[0].tolist()
    []
    """
    senders, sender_bounds = _by_class(rate.sender_class, rate.table.shape[0])
    receivers, receiver_bounds = _by_class(rate.receiver_class, rate.table.shape[1])
    s, r = np.nonzero(rate.table > 0)
    blocks = np.column_stack(
        [sender_bounds[s], sender_bounds[s + 1], receiver_bounds[r], receiver_bounds[r + 1]]
    )
    rates = np.ascontiguousarray(rate.table[s, r], np.float64)
    number = (blocks[:, 1] - blocks[:, 0]) * (blocks[:, 3] - blocks[:, 2])
    return FalsePairs(
        rate.n_nodes,
        np.ascontiguousarray(blocks, np.int64),
        rates,
        rates * number,
        senders,
        receivers,
        np.ascontiguousarray(rate.keys, np.int64),
        np.ascontiguousarray(rate.values, np.float64),
    )


def false_connections(alpha: RateTable) -> FalsePairs:
    """Lay out probabilities: a pair is among those drawn with probability alpha."""
    return false_pairs(alpha.map(_mean_of_probability))


def _mean_of_probability(alpha: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        mean: Floats = np.minimum(-np.log1p(-np.minimum(alpha, 1.0)), _CERTAIN)
    return mean


def _by_class(classes: Classes, n_classes: int) -> tuple[Dense, Counts]:
    order = np.argsort(classes, kind="stable").astype(np.int32)
    bounds = np.concatenate([[0], np.cumsum(np.bincount(classes, minlength=n_classes))])
    return order, bounds.astype(np.int64)


@compiled
def place_of(keys, key):  # type: ignore[no-untyped-def]
    """Where a key stands among ascending keys, or -1."""
    low, high = 0, keys.shape[0]
    while low < high:
        middle = (low + high) >> 1
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low if low < keys.shape[0] and keys[low] == key else -1


@njit(inline="always")
def _gap(state):  # type: ignore[no-untyped-def]
    """Draw an exponential number of mean 1."""
    return -np.log(1.0 - unit(state))


@compiled
def _longer(array: Any) -> Any:
    longer = np.empty(2 * array.shape[0], array.dtype)
    longer[: array.shape[0]] = array
    return longer


@compiled
def _walk(state, n_nodes, blocks, rates, lengths, senders, receivers, keys, values):  # type: ignore[no-untyped-def]
    """Pairs and numbers of false synapses; arrays as in `FalsePairs`, not checked here.

    What is left of a gap at the end of a block goes on in the next. Within a block stretches of
    pairs follow each other, so that synapses of one pair come one after another.
    """
    out_s, out_r, out_n = np.empty(64, np.int32), np.empty(64, np.int32), np.empty(64, np.int64)
    found = 0
    left = _gap(state)
    for b in range(blocks.shape[0]):
        length = lengths[b]
        if left >= length:
            left -= length
            continue
        begin_s, begin_r = blocks[b, 0], blocks[b, 2]
        width = blocks[b, 3] - begin_r
        pairs = (blocks[b, 1] - begin_s) * width
        rate = rates[b]
        last = np.int64(-1)
        while left < length:
            index = min(np.int64(left / rate), pairs - 1)
            left += _gap(state)
            if index == last:
                out_n[found - 1] += 1
                continue
            row = index // width
            s, r = senders[begin_s + row], receivers[begin_r + index - row * width]
            if s == r:
                continue
            if keys.shape[0] and place_of(keys, np.int64(s) * n_nodes + r) >= 0:
                continue
            last = index
            if found == out_n.shape[0]:
                out_s, out_r, out_n = _longer(out_s), _longer(out_r), _longer(out_n)
            out_s[found], out_r[found], out_n[found] = s, r, 1
            found += 1
        left -= length
    for p in range(keys.shape[0]):
        length = values[p]
        if left < length:
            s, r = keys[p] // n_nodes, keys[p] % n_nodes
            count = 0
            while left < length:
                count += 1
                left += _gap(state)
            if s != r:
                if found == out_n.shape[0]:
                    out_s, out_r, out_n = _longer(out_s), _longer(out_r), _longer(out_n)
                out_s[found], out_r[found], out_n[found] = s, r, count
                found += 1
        left -= length
    return out_s[:found].copy(), out_r[:found].copy(), out_n[:found].copy()
