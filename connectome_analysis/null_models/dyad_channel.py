"""Dyad channel: what each pair of neurons, joined both ways, one way or not at all, is seen as.

The two directions of a pair are seen independently of each other, each at its own rates. Four true
states (nothing, forth, back, both) with given weights then have four seen states.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .pair_channel import Channel

Floats = NDArray[np.float64]

# Kinds of neurons whose pairs are kept apart, as sender and receiver in one.
_MOST_CLASSES = 8192


class DyadChannel(NamedTuple):
    """Rates of both directions of every pair.

    Attributes
    ----------
    of : (N,) int32
        Class of each neuron, as sender and receiver in one.
    false, true : (K, K) float64
        From the first class to the second, see `Channel`.
    first, second : (P,) int64
        Pairs with rates of their own, each once.
    own_false, own_true : (P, 2) float64
        Of these, forth and back.
    """

    of: NDArray[np.int32]
    false: Floats
    true: Floats
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    own_false: Floats
    own_true: Floats


def dyad_channel_of(channel: Channel) -> DyadChannel:
    """Take the rates of a channel for pairs in both directions."""
    n_nodes = len(channel.sender_class)
    both = np.column_stack([channel.sender_class, channel.receiver_class])
    rows, of = np.unique(both, axis=0, return_inverse=True)
    if len(rows) > _MOST_CLASSES:
        msg = (
            f"Rates differ between {len(rows):,} kinds of neurons, more than the {_MOST_CLASSES:,} "
            "that a null of pairs keeps apart; let them vary by region or type, or take the null "
            "'configuration' or 'erdos_renyi'."
        )
        raise ValueError(msg)
    pre, post = np.divmod(channel.pairs, max(n_nodes, 1))
    numbers = np.unique(np.minimum(pre, post) * n_nodes + np.maximum(pre, post))
    first, second = np.divmod(numbers, max(n_nodes, 1))
    forth, back = first * n_nodes + second, second * n_nodes + first

    def own(table: Floats, values: Floats) -> Floats:
        sides = []
        for wanted, a, b in ((forth, first, second), (back, second, first)):
            result = table[channel.sender_class[a], channel.receiver_class[b]]
            if len(channel.pairs):
                place = np.minimum(np.searchsorted(channel.pairs, wanted), len(channel.pairs) - 1)
                result = np.where(channel.pairs[place] == wanted, values[place], result)
            sides.append(result)
        return np.column_stack(sides)

    return DyadChannel(
        of=np.asarray(of, np.int32).reshape(-1),
        false=channel.false[np.ix_(rows[:, 0], rows[:, 1])],
        true=channel.true[np.ix_(rows[:, 0], rows[:, 1])],
        first=first,
        second=second,
        own_false=own(channel.false, channel.pair_false),
        own_true=own(channel.true, channel.pair_true),
    )


def seen_states(
    false: tuple[Floats, Floats], true: tuple[Floats, Floats], weights: tuple[float, ...]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Weights of the states seen: nothing, forth, back, both.

    Parameters
    ----------
    false, true : two arrays of one shape
        Rates forth and back.
    weights : four numbers
        Of the true states, in the same order.
    """
    found = []
    for see_forth, see_back in ((0, 0), (1, 0), (0, 1), (1, 1)):
        total = np.zeros(np.shape(false[0]))
        for weight, (forth, back) in zip(weights, ((0, 0), (1, 0), (0, 1), (1, 1)), strict=True):
            ab = true[0] if forth else false[0]
            ba = true[1] if back else false[1]
            total = total + weight * (ab if see_forth else 1 - ab) * (ba if see_back else 1 - ba)
        found.append(total)
    return found[0], found[1], found[2], found[3]
