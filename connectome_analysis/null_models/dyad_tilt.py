"""Dyad tilt: the weights with which a channel shows each pair of neurons as nothing, one way or both.

Under a null model of the true wiring with independent pairs, seen through a channel, graphs with
the one-way and mutual degrees of the one seen come in proportion to the product of their pairs'
weights; see `tilt` for pairs in one direction, and `true_dyad_odds` for the weights.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .dyad_channel import DyadChannel
from .tilt import chance, fill_own, own_place

_NEURON = np.dtype(
    [("sends", np.float32), ("receives", np.float32), ("both", np.float32), ("kind", np.uint32)]
)


class DyadTilt(NamedTuple):
    """Weights of every pair, as kernels read them.

    Attributes
    ----------
    neurons : (N,) records
        ``sends``, ``receives``, ``both`` float32: x, y, z; ``kind`` uint32: class.
    rates : (K, K, 2) float32
        False and true from one class to another.
    """

    neurons: NDArray[np.void]
    rates: NDArray[np.float32]


class OwnRates(NamedTuple):
    """Rates of ordered pairs that have their own, in a hash table; see `tilt.Own`."""

    keys: NDArray[np.uint64]
    table: NDArray[np.float32]
    shift: np.uint64


class DyadTilted(NamedTuple):
    """What a chain is tilted by. Kernels take the two apart and compile without what is None."""

    tilt: DyadTilt | None
    own: OwnRates | None


EVEN = DyadTilted(None, None)


def dyad_tilt_of(dyads: DyadChannel, odds: NDArray[np.float64]) -> DyadTilted:
    """Make the tilt of a channel and the true weights behind it.

    Parameters
    ----------
    odds : (N, 3) float64
        x, y and z; see `true_dyad_odds`.
    """
    neurons = np.empty(len(odds), _NEURON)
    for column, name in enumerate(("sends", "receives", "both")):
        neurons[name] = odds[:, column]
    neurons["kind"] = dyads.of
    rates = np.stack([dyads.false, dyads.true], axis=2).astype(np.float32)
    if not len(dyads.first):
        return DyadTilted(DyadTilt(neurons, rates), None)
    n_nodes = len(odds)
    pairs = np.concatenate(
        [dyads.first * n_nodes + dyads.second, dyads.second * n_nodes + dyads.first]
    )
    own = np.column_stack([dyads.own_false.T.ravel(), dyads.own_true.T.ravel()])
    keys, values, shift = fill_own(pairs, own.astype(np.float32))
    return DyadTilted(DyadTilt(neurons, rates), OwnRates(keys, values, shift))


@compiled
def _rates_of(tilt, own, a, b):  # type: ignore[no-untyped-def]
    """False and true rate from a to b."""
    k, m = np.uint64(tilt.neurons[np.uint64(a)].kind), np.uint64(tilt.neurons[np.uint64(b)].kind)
    false, true = np.float64(tilt.rates[k, m, 0]), np.float64(tilt.rates[k, m, 1])
    if own is not None:
        place = own_place(own.keys, own.shift, np.int64(a) * tilt.neurons.shape[0] + np.int64(b))
        if place >= 0:
            false, true = np.float64(own.table[place, 0]), np.float64(own.table[place, 1])
    return false, true


@compiled
def weights_of(tilt, own, a, b):  # type: ignore[no-untyped-def]
    """Weights with which a and b are seen as nothing, a->b, b->a and both."""
    # Unsigned places are not asked whether they count from the end.
    one, two = tilt.neurons[np.uint64(a)], tilt.neurons[np.uint64(b)]
    forth = np.float64(one.sends) * np.float64(two.receives)
    back = np.float64(two.sends) * np.float64(one.receives)
    both = np.float64(one.both) * np.float64(two.both)
    f, t = _rates_of(tilt, own, a, b)
    g, h = _rates_of(tilt, own, b, a)
    return (
        (1 - f) * (1 - g)
        + forth * (1 - t) * (1 - g)
        + back * (1 - f) * (1 - h)
        + both * (1 - t) * (1 - h),
        f * (1 - g) + forth * t * (1 - g) + back * f * (1 - h) + both * t * (1 - h),
        (1 - f) * g + forth * (1 - t) * g + back * (1 - f) * h + both * (1 - t) * h,
        f * g + forth * t * g + back * f * h + both * t * h,
    )


@compiled
def switch_of_pairs_accepted(tilt, own, word, mutual, a, b, c, d):  # type: ignore[no-untyped-def]
    """Whether a->b, c->d may become a->d, c->b; with `mutual` both ways."""
    ab, cd = weights_of(tilt, own, a, b), weights_of(tilt, own, c, d)
    ad, cb = weights_of(tilt, own, a, d), weights_of(tilt, own, c, b)
    if mutual:
        before, after = ab[3] * cd[3] * ad[0] * cb[0], ad[3] * cb[3] * ab[0] * cd[0]
    else:
        before, after = ab[1] * cd[1] * ad[0] * cb[0], ad[1] * cb[1] * ab[0] * cd[0]
    return chance(word) * before < after


@compiled
def exchange_accepted(tilt, own, word, mutual, a, b, c, d):  # type: ignore[no-untyped-def]
    """Whether a->b->c->d->a may be turned round; with `mutual` the first and third are mutual pairs
    and become one-way, and the others become mutual: a=b->c=d->a to b->a=d->c=b.
    """
    ab, cd = weights_of(tilt, own, a, b), weights_of(tilt, own, c, d)
    ad, cb = weights_of(tilt, own, a, d), weights_of(tilt, own, c, b)
    if mutual:
        before, after = ab[3] * cd[3] * ad[2] * cb[2], ab[2] * cd[2] * ad[3] * cb[3]
    else:
        before, after = ab[1] * cd[1] * ad[2] * cb[2], ab[2] * cd[2] * ad[1] * cb[1]
    return chance(word) * before < after


@compiled
def cycle_accepted(tilt, own, word, a, b, c):  # type: ignore[no-untyped-def]
    """Whether a->b->c->a may become c->b->a->c."""
    ab, bc = weights_of(tilt, own, a, b), weights_of(tilt, own, b, c)
    ca = weights_of(tilt, own, c, a)
    return chance(word) * (ab[1] * bc[1] * ca[1]) < ab[2] * bc[2] * ca[2]


@compiled
def log_of_edge(tilt, own, a, b, answered):  # type: ignore[no-untyped-def]
    """Logarithm of what the edge a->b changes a graph's weight by, with or without b->a."""
    nothing, forth, back, both = weights_of(tilt, own, a, b)
    return np.log(both / back) if answered else np.log(forth / nothing)
