"""Split graph: which part of a neuron's connections leaves it, on a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..fragments import Split
from ..rate_table import Floats

if TYPE_CHECKING:
    from ...graph import Graph

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rows:
    """Connections, or parts of them, and at which ends they left their neuron.

    Attributes
    ----------
    senders, receivers : (M,) int
        Dense indices of the neurons before.
    sender_left, receiver_left : (M,) bool
    weights : (M,) array
    """

    senders: NDArray[Any]
    receivers: NDArray[Any]
    sender_left: Bools
    receiver_left: Bools
    weights: NDArray[Any]

    def left(self, n_nodes: int) -> Floats:
        """(N,) float64: weight that left each neuron, at its outputs and its inputs."""
        sent = np.bincount(
            self.senders[self.sender_left], self.weights[self.sender_left], minlength=n_nodes
        )
        received = np.bincount(
            self.receivers[self.receiver_left], self.weights[self.receiver_left], minlength=n_nodes
        )
        return np.asarray(sent + received, np.float64)


def split_rows(
    g: Graph, split: Split, chosen: Bools, rng: np.random.Generator, *, counted: bool
) -> Rows:
    """Take the connections of split neurons apart.

    Parameters
    ----------
    chosen : (N,) bool
        Neurons that are split.
    counted : bool
        Whether weights are synapses, each of which may leave on its own; otherwise connections
        leave whole.
    """
    senders, receivers, weights = g.out_sources, g.out_indices, g.weights
    nothing = np.zeros(g.n_edges, bool)
    if split.part == "axon":
        return Rows(senders, receivers, chosen[senders], nothing, weights)
    if split.part == "dendrite":
        return Rows(senders, receivers, nothing, chosen[receivers], weights)
    if split.part == "near":
        return Rows(senders, receivers, *_near(g, split, chosen, rng, counted=counted), weights)
    if not counted:
        sent = chosen[senders] & (rng.random(g.n_edges) < split.fraction)
        received = chosen[receivers] & (rng.random(g.n_edges) < split.fraction)
        return Rows(senders, receivers, sent, received, weights)
    rows = Rows(senders, receivers, nothing, nothing, weights.astype(np.int64))
    return _each_synapse(_each_synapse(rows, split, chosen, rng, "sender"), split, chosen, rng, "")


def _each_synapse(
    rows: Rows, split: Split, chosen: Bools, rng: np.random.Generator, end: str
) -> Rows:
    """Let each synapse leave at one end by its own chance: rows become what stays and what leaves."""
    neurons = rows.senders if end == "sender" else rows.receivers
    leaving = np.where(chosen[neurons], rng.binomial(rows.weights, split.fraction), 0)
    stays, leaves = np.flatnonzero(rows.weights > leaving), np.flatnonzero(leaving)
    both = np.concatenate([stays, leaves])
    now = np.arange(len(both)) >= len(stays)
    return Rows(
        rows.senders[both],
        rows.receivers[both],
        now if end == "sender" else rows.sender_left[both],
        rows.receiver_left[both] if end == "sender" else now,
        np.concatenate([(rows.weights - leaving)[stays], leaving[leaves]]),
    )


def _near(
    g: Graph, split: Split, chosen: Bools, rng: np.random.Generator, *, counted: bool
) -> tuple[Bools, Bools]:
    """Whether each connection leaves at its sender and at its receiver: all those with some partners."""
    positions = _positions_or_none(g)
    sent, received = np.zeros(g.n_edges, bool), np.zeros(g.n_edges, bool)
    weights = g.weights if counted else np.ones(g.n_edges, np.int64)
    for neuron in np.flatnonzero(chosen):
        out = np.arange(g.out_indptr[neuron], g.out_indptr[neuron + 1])
        into = g.in_edges[g.in_indptr[neuron] : g.in_indptr[neuron + 1]]
        ends = np.concatenate([g.out_indices[out], g.out_sources[into]])
        if not len(ends):
            continue
        partners, of = np.unique(ends, return_inverse=True)
        if positions is None:
            leave = rng.random(len(partners)) < split.fraction
        else:
            strength = np.bincount(of, weights[np.concatenate([out, into])]).astype(np.float64)
            leave = _together(positions[partners], strength, split.fraction, rng)
        sent[out] = leave[of[: len(out)]]
        received[into] = leave[of[len(out) :]]
    return sent, received


def _together(
    positions: Floats, strength: Floats, fraction: float, rng: np.random.Generator
) -> Bools:
    """Partners around one of them, until they have the fraction of all synapses.

    The last one, with which they would have more, is taken with the chance that makes the mean
    share the fraction. Partners without a position come last.
    """
    known = np.flatnonzero(np.isfinite(positions).all(axis=1))
    order = rng.permutation(len(positions))
    if len(known):
        apart = ((positions - positions[rng.choice(known)]) ** 2).sum(axis=1)
        order = order[np.argsort(np.nan_to_num(apart[order], nan=np.inf), kind="stable")]
    before = np.cumsum(strength[order]) - strength[order]
    chance = (fraction * strength.sum() - before) / strength[order]
    leave = np.zeros(len(positions), bool)
    leave[order] = rng.random() < chance
    return leave


def _positions_or_none(g: Graph) -> Floats | None:
    from ...null_models.positions import COLUMNS

    nodes = g.nodes
    if any(column not in nodes.columns for column in COLUMNS):
        return None
    positions: Floats = nodes[list(COLUMNS)].to_numpy(dtype=np.float64, na_value=np.nan)
    return positions if np.isfinite(positions).all(axis=1).any() else None
