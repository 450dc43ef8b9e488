"""Neighbour sampling: the partners that may be drawn are drawn, each as often as any other."""

from __future__ import annotations

import numpy as np
import pytest

from connectome_analysis.cell_types.graph_network.neighbour_sampling import (
    NeighbourSampler,
    whole_block,
)
from connectome_analysis.cell_types.graph_network.wirings import as_graphs, relations_of
from connectome_analysis.random_streams import stream
from tests import graphs
from tests.reference import neighbour_sample


@pytest.mark.parametrize("fanouts", [[None, None], [3, 2], [1], [4, 3, 2], [None, 2]])
def test_a_batch_holds_exactly_what_may_be_drawn(fanouts) -> None:
    for seed in range(4):
        g = graphs.random_graph(40, 0.15, seed=seed)
        sampler = NeighbourSampler(relations_of(as_graphs(g)), fanouts)
        targets = np.random.default_rng(seed).permutation(40)[:7]
        batch = sampler.sample(targets, stream(seed, 0))
        neighbour_sample.check_batch(g, targets.tolist(), fanouts, batch)


def test_every_partner_is_drawn_as_often_as_any_other() -> None:
    g = graphs.random_graph(30, 0.5, seed=1)
    neuron = int(np.argmax(g.in_degree))
    sampler = NeighbourSampler(relations_of(as_graphs(g)), [4])
    state, count, n = stream(3, 0), np.zeros(30), 4000
    for _ in range(n):
        batch = sampler.sample([neuron], state)
        count[batch.nodes[batch.blocks[0].links[0].sources]] += 1
    partners = list(neighbour_sample.partners_of(g, neuron, incoming=True))
    expected = 4 * n / len(partners)
    assert count.sum() == 4 * n
    chi2 = ((count[partners] - expected) ** 2 / expected).sum()
    assert chi2 < 3 * len(partners)


def test_the_same_state_gives_the_same_batch_and_the_next_another() -> None:
    g = graphs.random_graph(60, 0.4, seed=2)
    sampler = NeighbourSampler(relations_of(as_graphs(g)), [2, 2])
    one, other = stream(1, 0), stream(1, 0)
    first = sampler.sample([1, 5], one)
    assert np.array_equal(first.nodes, sampler.sample([1, 5], other).nodes)
    assert not np.array_equal(first.nodes, sampler.sample([1, 5], one).nodes)


def test_all_partners_of_all_neurons_are_the_whole_layer() -> None:
    g = graphs.random_graph(25, 0.3, seed=5)
    relations = relations_of(as_graphs(g))
    batch = NeighbourSampler(relations, [None]).sample(np.arange(25), stream(0, 0))
    for drawn, whole in zip(batch.blocks[0].links, whole_block(relations).links, strict=True):
        assert np.array_equal(batch.nodes[drawn.sources], whole.sources)
        assert np.array_equal(drawn.targets, whole.targets)
        assert np.allclose(drawn.weights, whole.weights)
