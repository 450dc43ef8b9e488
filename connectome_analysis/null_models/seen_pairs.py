"""Seen pairs: the Erdos-Renyi null seen through a channel, with the number of edges of the graph seen.

True connections are equally likely between all pairs, and pairs are seen as connected as the
channel says. Of all graphs with as many edges as the one seen, each comes in proportion to the
odds of its edges; see `weighted_pairs`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph
from ..random_streams import State
from ..whole_numbers import require_whole
from .draw import Draw, Mixing, edges_kept
from .erdos_renyi import KEEPS
from .options import require_choice
from .pair_channel import Channel
from .tilt import one_of
from .weighted_pairs import WeightedPairs, occupied, replace_in_turn, rounds_for, weighted_pairs

Floats = NDArray[np.float64]

# Odds of pairs that are always seen.
_MOST_ODDS = 1e12


class SeenPairsSampler:
    """Draws graphs of the Erdos-Renyi null as a channel shows them.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    channels : tuple of Channel
        Each sample takes one of them.
    fixed : {"edges"}
        The number of edges is that of `g`.
    rounds : int, optional
        How often each edge is replaced; 2 where left out, or more for a dense graph.

    Attributes
    ----------
    length : (str, int)
        The option that sets the length of the chain, and its value.
    """

    def __init__(
        self,
        g: Graph,
        channels: tuple[Channel, ...],
        *,
        fixed: Literal["edges"] = "edges",
        rounds: int | None = None,
    ) -> None:
        require_choice("With errors fixed", fixed, ("edges",))
        if rounds is None:
            rounds = rounds_for(g.n_nodes * (g.n_nodes - 1), g.n_edges)
        require_whole("rounds", rounds)
        self.keeps = KEEPS
        self.length = ("rounds", int(rounds))
        self._g = g
        self._pairs: tuple[WeightedPairs, ...] = ()
        if g.n_edges:
            self._pairs = tuple(_pairs_of(g, channel) for channel in channels)

    def draw(self, state: State) -> Draw:
        """Draw one graph; see `Sampler.draw`. Edges come in any order."""
        g = self._g
        senders, receivers = g.out_sources.copy(), g.out_indices.copy()
        if not self._pairs:
            return Draw(senders, receivers, None, Mixing(proposals=0, accepted=0, edges_kept=1.0))
        one = 0 if len(self._pairs) == 1 else int(one_of(len(self._pairs), state))
        held = occupied(senders, receivers, g.n_nodes, True, g.n_edges)
        rounds = self.length[1]
        changed = sum(
            int(replace_in_turn(senders, receivers, *held, self._pairs[one], True, state))
            for _ in range(rounds)
        )
        mixing = Mixing(
            proposals=rounds * g.n_edges,
            accepted=changed,
            edges_kept=edges_kept(g, senders, receivers),
        )
        return Draw(senders, receivers, None, mixing)


def _pairs_of(g: Graph, channel: Channel) -> WeightedPairs:
    number, false, true = class_pairs(channel)
    odds = _true_odds(number, false, true, g.n_edges)
    weights = _seen_odds(channel.false, channel.true, odds)
    own = _seen_odds(channel.pair_false, channel.pair_true, odds)
    return weighted_pairs(channel.sender_class, channel.receiver_class, weights, channel.pairs, own)


def class_pairs(channel: Channel) -> tuple[Floats, Floats, Floats]:
    """How many ordered pairs have which rates: number, false and true of each kind of pair."""
    n_nodes = len(channel.sender_class)
    shape = channel.false.shape
    number = np.outer(
        np.bincount(channel.sender_class, minlength=shape[0]),
        np.bincount(channel.receiver_class, minlength=shape[1]),
    ).astype(np.float64)
    np.subtract.at(number, (channel.sender_class, channel.receiver_class), 1.0)
    pre, post = np.divmod(channel.pairs, max(n_nodes, 1))
    np.subtract.at(number, (channel.sender_class[pre], channel.receiver_class[post]), 1.0)
    own = np.ones(len(channel.pairs))
    return (
        np.concatenate([number.ravel(), own]),
        np.concatenate([channel.false.ravel(), channel.pair_false]),
        np.concatenate([channel.true.ravel(), channel.pair_true]),
    )


def _true_odds(number: Floats, false: Floats, true: Floats, n_edges: int) -> float:
    """Odds of a true connection for which as many edges are expected to be seen as were."""
    low, high = float(number @ false), float(number @ true)
    share = (n_edges - low) / max(high - low, 1e-300)
    share = min(max(share, 1e-12), 1 - 1e-12)
    return float(share / (1 - share))


def _seen_odds(false: Floats, true: Floats, odds: float) -> Floats:
    return divided(false + true * odds, (1 - false) + (1 - true) * odds)


def divided(above: Floats, beneath: Floats) -> Floats:
    """Odds of two parts, at most 1e12."""
    odds: Floats = np.full(np.shape(above), _MOST_ODDS)
    np.divide(above, beneath, out=odds, where=beneath > 0)
    np.minimum(odds, _MOST_ODDS, out=odds)
    return odds
