"""Neighbour sampling: for a few neurons, the small part of the connectome that their answer is made of.

From the last layer back to the first, each neuron asked for needs itself and some of its partners of
every relation; those are the neurons that the layer before is asked for. So a step costs what its
batch is, not what the connectome is. Partners are drawn uniformly and weights divided by their sum over
those drawn, which estimates the weighted mean over all partners.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...random_streams import State
from .sampling_kernels import draw_partners, give_places
from .wirings import Relation


class Links(NamedTuple):
    """Messages of one relation in one layer.

    Attributes
    ----------
    sources, targets : (M,) int64
        Places in the neurons of the layer's input and output; targets ascend.
    weights : (M,) float32
        Sum 1 for each target that has any.
    """

    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    weights: NDArray[np.float32]


class Block(NamedTuple):
    """One layer of a batch: its first `n_targets` inputs are the neurons it has outputs for."""

    n_sources: int
    n_targets: int
    links: list[Links]


class Batch(NamedTuple):
    """What a batch is made of: all its neurons, those asked for first, and its layers in order."""

    nodes: NDArray[np.int64]
    blocks: list[Block]


class NeighbourSampler:
    """Draws batches from relations.

    Parameters
    ----------
    relations : list of Relation
    fanouts : sequence of int or None
        Most partners of each relation, for each layer, the first layer first; None takes all.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> from connectome_analysis.cell_types.graph_network.wirings import as_graphs, relations_of
    >>> from connectome_analysis.random_streams import stream
    >>> g = ca.Graph.from_edges([0, 1, 2], [1, 2, 3])
    >>> sampler = NeighbourSampler(relations_of(as_graphs(g)), [None])
    >>> batch = sampler.sample([2], stream(0, 0))
    >>> batch.nodes.tolist(), batch.blocks[0].links[0].sources.tolist()
    ([2, 1, 3], [1])
    """

    def __init__(self, relations: list[Relation], fanouts: Sequence[int | None]) -> None:
        self.relations = relations
        self.fanouts = tuple(fanouts)
        self.n_nodes = len(relations[0].indptr) - 1
        self._largest = [max(1, int(np.diff(r.indptr).max(initial=0))) for r in relations]

    def sample(self, targets: Sequence[int] | NDArray[np.int64], state: State) -> Batch:
        """Draw the batch of some neurons, each given once.

        Parameters
        ----------
        targets : (T,) int, different neurons, as dense indices
        state : (4,) uint64
            Random stream, changed in place; the same state gives the same batch.
        """
        nodes = np.empty(self.n_nodes, dtype=np.int64)
        place = np.full(self.n_nodes, -1, dtype=np.int32)
        n_met = len(targets)
        nodes[:n_met] = targets
        place[nodes[:n_met]] = np.arange(n_met)
        blocks: list[Block] = []
        for fanout in reversed(self.fanouts):
            wanted = nodes[:n_met].copy()
            links: list[Links] = []
            for relation, largest in zip(self.relations, self._largest, strict=True):
                most = largest if fanout is None else min(fanout, largest)
                room = int(
                    np.minimum(relation.indptr[wanted + 1] - relation.indptr[wanted], most).sum()
                )
                upto = np.empty(len(wanted) + 1, dtype=np.int64)
                drawn, of = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
                strength = np.empty(room, dtype=np.float32)
                count = draw_partners(
                    *(relation.indptr, relation.partners, relation.weights, wanted, most),
                    *(state, upto, drawn, of, strength),
                )
                n_met = give_places(drawn, count, place, nodes, n_met)
                links.append(Links(drawn, of, strength))
            blocks.append(Block(n_met, len(wanted), links))
        return Batch(nodes[:n_met].copy(), blocks[::-1])


def whole_block(relations: list[Relation]) -> Block:
    """One layer over the whole connectome, every partner of every neuron in it."""
    n_nodes = len(relations[0].indptr) - 1
    links = []
    for one in relations:
        of = np.repeat(np.arange(n_nodes), np.diff(one.indptr))
        total = np.bincount(of, one.weights, n_nodes)
        links.append(
            Links(one.partners.astype(np.int64), of, (one.weights / total[of]).astype(np.float32))
        )
    return Block(n_nodes, n_nodes, links)
