"""The configuration model keeps degrees exactly and draws every graph equally often."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import chisquare

import connectome_analysis as ca
from connectome_analysis.null_models import ConfigurationSampler, configuration
from connectome_analysis.random_streams import stream
from tests import graphs

Edges = tuple[tuple[int, int], ...]

# Small graphs whose degree sequences have few realisations, all of which can be listed.
SMALL = {
    # Switches alone can never turn a three-cycle round.
    "three-cycle": ((0, 1), (1, 2), (2, 0)),
    "three-cycle with a mutual tail": ((0, 1), (1, 2), (2, 0), (3, 0), (0, 3)),
    "two three-cycles": ((0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)),
    "path and shortcut": ((0, 1), (0, 2), (1, 2), (2, 3), (3, 4), (4, 0)),
    "three-cycle under a hub": ((0, 1), (1, 2), (2, 0), (3, 0), (3, 1), (3, 2)),
    "three-cycle onto a three-cycle": (
        *((0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)),
        *((a, b) for a in (0, 1, 2) for b in (3, 4, 5)),
    ),
    "hub": ((0, 1), (0, 2), (0, 3), (1, 0), (2, 3), (3, 1)),
}


def all_graphs_with_its_degrees(edges: Edges) -> list[Edges]:
    n = 1 + max(max(edge) for edge in edges)
    out_degree = np.bincount([a for a, _ in edges], minlength=n)
    in_degree = np.bincount([b for _, b in edges], minlength=n)
    rows = [
        list(combinations([b for b in range(n) if b != a], int(out_degree[a]))) for a in range(n)
    ]
    found = []
    for choice in product(*rows):
        received = Counter(b for row in choice for b in row)
        if all(received[b] == in_degree[b] for b in range(n)):
            found.append(tuple(sorted((a, b) for a, row in enumerate(choice) for b in row)))
    return found


@pytest.mark.parametrize("lone_neurons", [0, 40])
@pytest.mark.parametrize("store", ["bit matrix", "rows"])
@pytest.mark.parametrize("name", SMALL)
def test_every_graph_with_the_same_degrees_is_equally_likely(
    name: str, store: str, lone_neurons: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # At the default length of the chain, which is the one that people use.
    if store == "rows":
        monkeypatch.setattr(configuration, "BIT_MATRIX_UP_TO_NODES", 0)
    edges = SMALL[name]
    everything = all_graphs_with_its_degrees(edges)
    assert len(everything) > 1
    pre, post = (np.array(ends, dtype=np.int32) for ends in zip(*edges, strict=True))
    n_nodes = int(max(pre.max(), post.max())) + 1 + lone_neurons
    g = ca.Graph.from_edges(pre, post, node_ids=np.arange(n_nodes))
    sampler = ConfigurationSampler(g)
    drawn: Counter[Edges] = Counter()
    for sample in range(max(3000, 150 * len(everything))):
        senders, receivers, *_ = sampler.draw(stream(11, sample))
        drawn[tuple(sorted(zip(senders.tolist(), receivers.tolist(), strict=True)))] += 1
    assert set(drawn) == set(everything)
    assert chisquare([drawn[graph] for graph in everything]).pvalue > 1e-3


@pytest.mark.parametrize("store", ["bit matrix", "rows"])
def test_degrees_are_kept_exactly_and_no_loop_or_parallel_edge_is_made(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store == "rows":
        monkeypatch.setattr(configuration, "BIT_MATRIX_UP_TO_NODES", 0)
    for seed in range(20):
        g = graphs.random_graph(50, 0.02 + 0.04 * seed, seed)
        null = ca.null_models.sample(g, "configuration", rng=seed)
        assert null.out_degree.tolist() == g.out_degree.tolist()
        assert null.in_degree.tolist() == g.in_degree.tolist()
        assert null.n_edges == g.n_edges  # `with_edges` would have merged parallel ones
        assert not null.has_self_loops


@given(graphs.adjacency(max_nodes=10))
@settings(max_examples=60, deadline=None)
def test_degrees_are_kept_on_any_graph(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    null = ca.null_models.sample(g, "configuration", rng=1).to_scipy().toarray() > 0
    assert (null.sum(axis=0) == matrix.sum(axis=0)).all()
    assert (null.sum(axis=1) == matrix.sum(axis=1)).all()
    assert not null.diagonal().any()


def test_bit_matrix_and_rows_run_the_same_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    g = graphs.random_graph(80, 0.1, seed=3)
    in_bits = ca.null_models.sample(g, rng=5)
    monkeypatch.setattr(configuration, "BIT_MATRIX_UP_TO_NODES", 0)
    assert ca.null_models.sample(g, rng=5).equals(in_bits)


def test_varshney_null_reciprocity_and_transitivity_are_the_published_ones() -> None:
    # 500 draws of an independent engine: 0.0566 +- 0.0062 and 0.1168 +- 0.0032.
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    draws = [ca.null_models.sample(g, rng=seed) for seed in range(200)]
    for measure, mean, sd in (
        (ca.measures.reciprocity, 0.0566, 0.0062),
        (ca.measures.transitivity, 0.1168, 0.0032),
    ):
        values = [measure(draw) for draw in draws]
        assert abs(np.mean(values) - mean) < 4 * sd * np.sqrt(1 / 200 + 1 / 500)


def test_mixing_says_how_much_of_the_graph_is_left() -> None:
    g = graphs.random_graph(60, 0.1, seed=4)
    sampler = ConfigurationSampler(g)
    senders, receivers, _, mixing = sampler.draw(stream(0, 0))
    before = set(zip(g.out_sources.tolist(), g.out_indices.tolist(), strict=True))
    after = set(zip(senders.tolist(), receivers.tolist(), strict=True))
    assert mixing.edges_kept == len(before & after) / len(before)
    assert mixing.proposals == 20 * g.n_edges
    assert 0 < mixing.accepted < mixing.proposals


def test_rejected_proposals_count_as_steps() -> None:
    # A complete graph allows no move: all proposals are spent and nothing changes.
    g = ca.Graph.from_adjacency(1 - np.eye(6, dtype=int))
    sampler = ConfigurationSampler(g, proposals_per_edge=50)
    mixing = sampler.draw(stream(0, 0)).mixing
    assert (mixing.proposals, mixing.accepted, mixing.edges_kept) == (1500, 0, 1.0)


def test_node_ids_and_node_table_stay() -> None:
    with ca.open("larva-mushroom-body-left") as larva:
        g = larva.graph()
    null = ca.null_models.sample(g)
    assert null.node_ids.tolist() == g.node_ids.tolist()
    assert null.nodes.equals(g.nodes)
    assert set(null.weights.tolist()) == {1}


@pytest.mark.parametrize("edges", [0, 1])
def test_graphs_too_small_to_switch_come_back_as_they_are(edges: int) -> None:
    g = ca.Graph.from_edges([0] * edges, [1] * edges, node_ids=[0, 1, 2])
    assert ca.null_models.sample(g).equals(g)
