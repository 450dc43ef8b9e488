"""True odds: the true wiring that a null model expects behind the degrees seen, the corrected ones.

True connections are independent with odds x_i y_j f(class i, class j), the configuration model in
its soft form (Park and Newman 2004, doi:10.1103/PhysRevE.70.066117; with f a degree-corrected block
model). A pair is then seen with probability ::

    q_ij = false_ij + (true_ij - false_ij) p_ij,   p_ij = x_i y_j f / (1 + x_i y_j f)

and x, y (and f, where it is asked for) are those for which every neuron's expected number of
connections *seen* is the number seen. The degrees of the p_ij are the corrected ones.

Newton's method for one x at a time, then for one y at a time, on the scale of logarithms. Where a
neuron has no more connections than the false ones expected, its x goes to 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from .kinds import kinds_of, spread
from .pair_channel import Channel

if TYPE_CHECKING:
    from ..graph import Graph

Floats = NDArray[np.float64]

_SWEEPS = 100
_TOLERANCE = 1e-4
LEAST, MOST = 1e-12, 1e12


class TrueOdds(NamedTuple):
    """Odds of true connections: ``sender[i] * receiver[j] * factor[class i, class j]``.

    Attributes
    ----------
    sender, receiver : (N,) float64
    factor : (S, R) float64
        1 where it was not asked for.
    """

    sender: Floats
    receiver: Floats
    factor: Floats


def fit_true_odds(
    g: Graph,
    channel: Channel,
    sender_groups: NDArray[np.int32] | None = None,
    receiver_groups: NDArray[np.int32] | None = None,
) -> TrueOdds:
    """Fit the odds of true connections to the degrees seen.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    channel : Channel
    sender_groups, receiver_groups : (S,), (R,) int32, optional
        Group of each class. With them the numbers of edges between groups are fitted too.
    """
    by_sender = kinds_of(channel.sender_class, g.out_degree)
    by_receiver = kinds_of(channel.receiver_class, g.in_degree)
    scale = 1.0 / np.sqrt(max(g.n_edges, 1))
    x = np.clip(by_sender.degree[:, 0] * scale, LEAST, MOST)
    y = np.clip(by_receiver.degree[:, 0] * scale, LEAST, MOST)
    factor = np.ones(channel.false.shape)
    special = _special_pairs(channel, g.n_nodes)
    kinds = (by_sender.classes, by_receiver.classes, by_sender.number, by_receiver.number)
    ends = (by_sender.of[special[0]], by_receiver.of[special[1]])
    turned = (*kinds[1::-1], *kinds[:1:-1])
    blocks = None
    if sender_groups is not None and receiver_groups is not None:
        blocks = _Blocks(g, channel, sender_groups, receiver_groups)
    for _ in range(_SWEEPS):
        off = _sweep(
            *(x, y, *kinds, channel.false, channel.true, factor),
            *(by_sender.degree[:, 0].copy(), *ends, special[2], special[3]),
        )
        off = max(
            off,
            _sweep(
                *(y, x, *turned, channel.false.T.copy(), channel.true.T.copy(), factor.T.copy()),
                *(by_receiver.degree[:, 0].copy(), *ends[::-1], special[2], special[3]),
            ),
        )
        if blocks is not None:
            off = max(off, blocks.sweep(x, y, kinds, channel, factor, ends, special))
        if off < _TOLERANCE:
            break
    sender = spread(by_sender, x[:, None], g.out_degree)[:, 0]
    receiver = spread(by_receiver, y[:, None], g.in_degree)[:, 0]
    sender, receiver = np.clip(sender, LEAST, MOST), np.clip(receiver, LEAST, MOST)
    return TrueOdds(sender, receiver, factor)


class _Blocks:
    """Numbers of edges between groups, and the factors that give them."""

    def __init__(
        self,
        g: Graph,
        channel: Channel,
        sender_groups: NDArray[np.int32],
        receiver_groups: NDArray[np.int32],
    ) -> None:
        n = int(max(sender_groups.max(initial=-1), receiver_groups.max(initial=-1))) + 1
        # (S, R) block of each pair of classes
        self.of = sender_groups[:, None].astype(np.int64) * n + receiver_groups[None, :]
        classes = (channel.sender_class[g.out_sources], channel.receiver_class[g.out_indices])
        self.seen = np.bincount(self.of[classes], minlength=n * n).astype(np.float64)

    def sweep(
        self,
        x: Floats,
        y: Floats,
        kinds: tuple[NDArray[np.int32], NDArray[np.int32], Floats, Floats],
        channel: Channel,
        factor: Floats,
        ends: tuple[NDArray[np.int32], NDArray[np.int32]],
        special: tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats],
    ) -> float:
        """One step of Newton's method for every factor, in place; how far off the numbers were."""
        seen, slope = _by_class_pair(
            *(x, y, *kinds, channel.false, channel.true, factor, *ends, *special[2:])
        )
        size = len(self.seen)
        total = np.bincount(self.of.ravel(), seen.ravel(), size)
        slopes = np.bincount(self.of.ravel(), slope.ravel(), size)
        step = np.zeros(size)
        np.divide(self.seen - total, slopes, out=step, where=slopes > 0)
        factor *= np.exp(np.clip(step, -2.0, 2.0))[self.of]
        np.clip(factor, LEAST, MOST, out=factor)
        can = (self.seen > 0) & (slopes > 1e-9)
        off = np.abs(self.seen - total) / np.maximum(self.seen, 1.0)
        return float(off[can].max(initial=0.0))


def _special_pairs(
    channel: Channel, n_nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]:
    """Senders, receivers, false and true of pairs unlike their classes: no neuron sees itself."""
    itself = np.arange(n_nodes)
    senders, receivers = np.divmod(channel.pairs, max(n_nodes, 1))
    nothing = np.zeros(n_nodes)
    return (
        np.concatenate([itself, senders]),
        np.concatenate([itself, receivers]),
        np.concatenate([nothing, channel.pair_false]),
        np.concatenate([nothing, channel.pair_true]),
    )


@compiled
def _sweep(  # type: ignore[no-untyped-def]
    x,
    y,
    x_class,
    y_class,
    x_number,
    y_number,
    false,
    true,
    factor,
    degree,
    at_x,
    at_y,
    own_false,
    own_true,
):
    """One step of Newton's method for every x, in place; the largest relative error before it.

    x, y : of each kind, (I,), (J,); false, true, factor : (S, R) by class; degree : (I,) wanted;
    at_x, at_y, own_false, own_true : (P,) kinds and rates of pairs unlike their classes.
    """
    n_x, n_y = x.shape[0], y.shape[0]
    seen, slope = np.zeros(n_x), np.zeros(n_x)
    for e in range(at_x.shape[0]):
        i, j = at_x[e], at_y[e]
        k, m = x_class[i], y_class[j]
        t = x[i] * y[j] * factor[k, m]
        p = t / (1.0 + t)
        rise = own_true[e] - own_false[e] - true[k, m] + false[k, m]
        seen[i] += own_false[e] - false[k, m] + rise * p
        slope[i] += rise * p * (1.0 - p)
    worst = 0.0
    for i in range(n_x):
        k = x_class[i]
        total, rises = 0.0, 0.0
        for j in range(n_y):
            m = y_class[j]
            t = x[i] * y[j] * factor[k, m]
            p = t / (1.0 + t)
            rise = (true[k, m] - false[k, m]) * y_number[j]
            total += false[k, m] * y_number[j] + rise * p
            rises += rise * p * (1.0 - p)
        total += seen[i] / x_number[i]
        rises += slope[i] / x_number[i]
        off = degree[i] - total
        before = x[i]
        if rises > 1e-9 * abs(off):
            step = min(max(off / rises, -2.0), 2.0)
        else:
            step = 2.0 if off > 0 else -2.0
        x[i] = min(max(before * np.exp(step), LEAST), MOST)
        if x[i] != before:
            # What 0, or a connection with everyone, cannot give is not an error.
            worst = max(worst, min(abs(off) / max(degree[i], 1.0), abs(step)))
    return worst


@compiled
def _by_class_pair(  # type: ignore[no-untyped-def]
    x, y, x_class, y_class, x_number, y_number, false, true, factor, at_x, at_y, own_false, own_true
):
    """(S, R) expected edges seen, and their slopes, by class of the sender and of the receiver."""
    seen, slope = np.zeros(false.shape), np.zeros(false.shape)
    for e in range(at_x.shape[0]):
        i, j = at_x[e], at_y[e]
        k, m = x_class[i], y_class[j]
        t = x[i] * y[j] * factor[k, m]
        p = t / (1.0 + t)
        rise = own_true[e] - own_false[e] - true[k, m] + false[k, m]
        seen[k, m] += own_false[e] - false[k, m] + rise * p
        slope[k, m] += rise * p * (1.0 - p)
    for i in range(x.shape[0]):
        k = x_class[i]
        for j in range(y.shape[0]):
            m = y_class[j]
            t = x[i] * y[j] * factor[k, m]
            p = t / (1.0 + t)
            both = x_number[i] * y_number[j]
            rise = (true[k, m] - false[k, m]) * both
            seen[k, m] += false[k, m] * both + rise * p
            slope[k, m] += rise * p * (1.0 - p)
    return seen, slope
