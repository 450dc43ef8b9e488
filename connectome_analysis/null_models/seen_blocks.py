"""Seen blocks: the block null seen through a channel, with the degrees and blocks of the graph seen.

True connections have the odds of a degree-corrected block model; pairs are seen as the channel says.
Of all graphs with the degrees, and the numbers of edges between groups, of the one seen, each comes
in proportion to the odds of its edges. The chain is that of `class_switching` alone, whose
excursions reach every such graph; the trades of `block` deal whole rows out evenly and cannot
weigh them. Every other proposal takes two edges that leave one group, which keep their blocks
whatever they become.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..graph import Graph
from ..random_streams import State, stream
from ..whole_numbers import require_whole
from .block import ROUNDS, BlockSampler
from .chain_length import LEAST_PROPOSALS, enough_per_edge
from .class_switching import make_excursions
from .draw import Draw, Mixing, edges_kept
from .edge_set import with_spare
from .groups import groups_of
from .pair_channel import Channel
from .tilt import Tilted, tilt_for, tilt_of
from .true_odds import fit_true_odds

_NO_POSITIONS: NDArray[np.float64] = np.empty((0, 3))
_NO_EDGES: NDArray[np.float64] = np.empty(0)
# Of so many excursions, and one, one may have more than one step.
_ONCE, _ONCE_IF_SMALL = np.uint64(15), np.uint64(1)
_MOVES_PER_EDGE, _MOST_PER_EDGE = 12.0, 3000.0
# Pairs of classes, each with its group.
_MOST_ENTRIES = 1 << 24


class SeenBlocksSampler:
    """Draws graphs of the block null as a channel shows them.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    channels : tuple of Channel
        Each sample takes one of them.
    groups : str or (N,) array
        As for `BlockSampler`.
    rounds : int
        A chain of 40 makes about 12 accepted moves an edge, going by a trial, and at most 3,000
        proposals an edge; others in proportion.

    Attributes
    ----------
    length : (str, int)
        The option that sets the length of the chain, and its value.
    proposals : int
        Excursions of one sample.
    """

    def __init__(
        self,
        g: Graph,
        channels: tuple[Channel, ...],
        *,
        groups: str | ArrayLike | None = None,
        rounds: int = ROUNDS,
    ) -> None:
        require_whole("rounds", rounds)
        self.keeps = BlockSampler(g, groups=groups).keeps
        self.length = ("rounds", int(rounds))
        numbered = groups_of(g, groups)
        self._g = g
        self._n_groups = numbered.n_groups
        # Neurons by group, so that the edges that leave a group lie together.
        self._order = np.argsort(numbered.of, kind="stable").astype(np.int32)
        place = np.empty_like(self._order)
        place[self._order] = np.arange(g.n_nodes, dtype=np.int32)
        senders = place[g.out_sources]
        by_sender = np.argsort(senders, kind="stable")
        self._senders = senders[by_sender]
        self._receivers = with_spare(place[g.out_indices[by_sender]])
        sent = g.out_degree[self._order]
        self._offsets = np.concatenate([[0], np.cumsum(sent)]).astype(np.int64)
        self._groups = numbered.of[self._order]
        counts = np.bincount(self._groups, sent, self._n_groups).astype(np.int64)
        self._bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self._tilts: tuple[Tilted, ...] = tuple(
            self._tilt_of(channel, numbered.of) for channel in channels
        )
        self.proposals = max(g.n_edges, LEAST_PROPOSALS)
        if g.n_edges > 1:
            trial = self.draw(stream(0, 0)).mixing
            per_edge = enough_per_edge(
                trial.proposals, trial.accepted, moves=_MOVES_PER_EDGE, most=_MOST_PER_EDGE
            )
            wanted = round(per_edge * g.n_edges * rounds / ROUNDS)
            self.proposals = max(wanted, 10 * LEAST_PROPOSALS)

    def _tilt_of(self, channel: Channel, groups: NDArray[np.int32]) -> Tilted:
        by_group, sender_groups, receiver_groups = _with_groups(channel, groups)
        odds = fit_true_odds(self._g, by_group, sender_groups, receiver_groups)
        tilted = tilt_of(by_group, odds)
        tilt, own = tilted
        if tilt is None:
            return tilted
        # As the neurons are ordered here.
        if own is not None:
            place = np.empty_like(self._order)
            place[self._order] = np.arange(len(place), dtype=np.int32)
            pre, post = np.divmod(by_group.pairs, self._g.n_nodes)
            pairs = place[pre].astype(np.int64) * self._g.n_nodes + place[post]
            by_place = np.argsort(pairs)
            moved = by_group._replace(
                sender_class=by_group.sender_class[self._order],
                receiver_class=by_group.receiver_class[self._order],
                pairs=pairs[by_place],
                pair_false=by_group.pair_false[by_place],
                pair_true=by_group.pair_true[by_place],
            )
            there = odds._replace(
                sender=odds.sender[self._order], receiver=odds.receiver[self._order]
            )
            return tilt_of(moved, there)
        turned = tilt._replace(
            senders=tilt.senders[self._order], receivers=tilt.receivers[self._order]
        )
        return Tilted(turned, None)

    def draw(self, state: State) -> Draw:
        """Draw one graph; see `Sampler.draw`. Edges come in any order."""
        g = self._g
        if g.n_edges < 2:
            mixing = Mixing(proposals=0, accepted=0, edges_kept=1.0)
            return Draw(g.out_sources.copy(), g.out_indices.copy(), None, mixing)
        receivers = self._receivers.copy()
        once = _ONCE if self.proposals > 10 * LEAST_PROPOSALS else _ONCE_IF_SMALL
        accepted = make_excursions(
            *(self._senders, receivers, self._offsets, self._groups, self._n_groups),
            *(_NO_POSITIONS, _NO_EDGES, self.proposals, once, self._bounds),
            *(*tilt_for(self._tilts, state), state),
        )
        senders, receivers = self._order[self._senders], self._order[receivers[: g.n_edges]]
        mixing = Mixing(
            proposals=self.proposals,
            accepted=int(accepted),
            edges_kept=edges_kept(g, senders, receivers),
        )
        return Draw(senders, receivers, None, mixing)


def _with_groups(
    channel: Channel, groups: NDArray[np.int32]
) -> tuple[Channel, NDArray[np.int32], NDArray[np.int32]]:
    """Part the classes of a channel by group; also the group of each new class."""
    rows, sender_class = np.unique(
        np.column_stack([channel.sender_class, groups]), axis=0, return_inverse=True
    )
    columns, receiver_class = np.unique(
        np.column_stack([channel.receiver_class, groups]), axis=0, return_inverse=True
    )
    if len(rows) * len(columns) > _MOST_ENTRIES:
        msg = (
            f"Groups and rates together part the neurons into {len(rows):,} kinds of sender and "
            f"{len(columns):,} kinds of receiver, more than the {_MOST_ENTRIES:,} pairs of kinds "
            "that are kept apart; take coarser groups, or the null 'configuration'."
        )
        raise ValueError(msg)
    at = np.ix_(rows[:, 0], columns[:, 0])
    parted = channel._replace(
        sender_class=np.asarray(sender_class, np.int32).reshape(-1),
        receiver_class=np.asarray(receiver_class, np.int32).reshape(-1),
        false=channel.false[at],
        true=channel.true[at],
    )
    return parted, rows[:, 1].astype(np.int32), columns[:, 1].astype(np.int32)
