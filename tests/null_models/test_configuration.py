"""The configuration model keeps degrees exactly and draws every graph equally often."""

from __future__ import annotations

import pickle
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.null_models import (
    ConfigurationSampler,
    configuration,
    edge_set,
    switching,
)
from connectome_analysis.random_streams import stream
from tests import graphs
from tests.null_models.uniform import graph_of, require_uniform
from tests.reference.all_graphs import with_the_degrees_of

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


star = np.zeros((70, 70), dtype=int)
star[0, 1:] = 1
hollow = np.kron([[0, 1], [0, 0]], np.ones((6, 6), dtype=int))
holed = hollow.copy()
holed[0, 6] = holed[1, 7] = 0
WORST = {
    "complete": 1 - np.eye(12, dtype=int),
    "star": star,
    "star of answered edges": star + star.T,
    "bipartite": hollow,
    "bipartite with a hole": holed,
    "no edges": np.zeros((5, 5), dtype=int),
    "no neurons": np.zeros((0, 0), dtype=int),
    "one edge": np.eye(4, k=3, dtype=int),
}

METHODS = {
    "switching in a bit matrix": (10**6, {}),
    "switching in rows": (0, {}),
    "curveball": (0, {"method": "curveball"}),
}


@pytest.fixture(params=METHODS)
def options(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    in_bits_up_to, options = METHODS[request.param]
    monkeypatch.setattr(configuration, "BIT_MATRIX_UP_TO_NODES", in_bits_up_to)
    return options


@pytest.mark.parametrize(
    ("name", "lone_neurons"), [*((name, 0) for name in SMALL), ("hub", 40), ("three-cycle", 40)]
)
def test_every_graph_with_the_same_degrees_is_equally_likely(
    name: str, options: dict[str, Any], lone_neurons: int
) -> None:
    # At the default length of the chain, which is the one that people use.
    edges = SMALL[name]
    n_nodes = 1 + max(max(edge) for edge in edges)
    everything = with_the_degrees_of(edges, n_nodes)
    sampler = ConfigurationSampler(graph_of(edges, n_nodes + lone_neurons), **options)
    require_uniform(sampler, everything)


def test_degrees_are_kept_exactly_and_no_loop_or_parallel_edge_is_made(
    options: dict[str, Any],
) -> None:
    for seed in range(10):
        g = graphs.random_graph(50, 0.02 + 0.08 * seed, seed)
        null = ca.null_models.sample(g, "configuration", rng=seed, **options)
        assert null.out_degree.tolist() == g.out_degree.tolist()
        assert null.in_degree.tolist() == g.in_degree.tolist()
        assert null.n_edges == g.n_edges  # `with_edges` would have merged parallel ones
        assert not null.has_self_loops


@given(graphs.adjacency(max_nodes=10))
@settings(max_examples=60, deadline=None)
def test_degrees_are_kept_on_any_graph(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    for method in ("switching", "curveball"):
        sample = ca.null_models.sample(g, "configuration", rng=1, method=method)
        null = sample.to_scipy().toarray() > 0
        assert (null.sum(axis=0) == matrix.sum(axis=0)).all()
        assert (null.sum(axis=1) == matrix.sum(axis=1)).all()
        assert not null.diagonal().any()


@pytest.mark.parametrize("long_row", [10**6, 3])
def test_bit_matrix_and_rows_run_the_same_chain(
    long_row: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for g in (graphs.random_graph(80, 0.1, seed=3), graphs.random_graph(300, 0.4, seed=3)):
        monkeypatch.setattr(configuration, "BIT_MATRIX_UP_TO_NODES", 10**6)
        in_bits = ca.null_models.sample(g, rng=5)
        monkeypatch.setattr(configuration, "BIT_MATRIX_UP_TO_NODES", 0)
        monkeypatch.setattr(edge_set, "_LONG_ROW", long_row)  # rows of bits for these
        assert ca.null_models.sample(g, rng=5).equals(in_bits)


def test_varshney_null_is_the_published_one(options: dict[str, Any]) -> None:
    # 500 draws of an independent engine, mean and standard deviation.
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    draws = [ca.null_models.sample(g, rng=seed, **options) for seed in range(200)]
    censuses = pd.DataFrame([ca.motifs.triad_census(draw) for draw in draws])
    values = {
        "reciprocity": [ca.measures.reciprocity(draw) for draw in draws],
        "transitivity": [ca.measures.transitivity(draw) for draw in draws],
    } | {name: censuses[name] for name in ("030T", "030C", "120U", "300")}
    for name, mean, sd in (
        ("reciprocity", 0.0566, 0.0062),
        ("transitivity", 0.1168, 0.0032),
        ("030T", 1307, 70),
        ("030C", 268, 24),
        ("120U", 83.9, 11.9),
        ("300", 1.46, 1.45),
    ):
        assert abs(np.mean(values[name]) - mean) < 4 * sd * np.sqrt(1 / 200 + 1 / 500), name
        assert np.std(values[name]) == pytest.approx(sd, rel=0.25), name


def test_a_graph_of_many_edges_loses_what_igraph_loses(monkeypatch: pytest.MonkeyPatch) -> None:
    # So many edges that the second one of a switch comes from a window.
    igraph = pytest.importorskip("igraph")
    g = graphs.random_graph(2000, 0.035, seed=8)
    assert g.n_edges > 2 * switching.WINDOW
    peer = g.to_igraph()
    igraph.set_random_number_generator(random.Random(1))
    theirs = []
    for _ in range(4):
        null = peer.copy()
        null.rewire(n=10 * g.n_edges)
        theirs.append(null.reciprocity())
    monkeypatch.setattr(configuration, "BIT_MATRIX_UP_TO_NODES", 0)
    sampler = ConfigurationSampler(g)
    draws = [sampler.draw(stream(3, sample)) for sample in range(4)]
    kept = [draw.mixing.edges_kept for draw in draws]
    nulls = [g.with_edges(draw.senders, draw.receivers) for draw in draws]
    assert all((null.in_degree == g.in_degree).all() for null in nulls)
    ours = [ca.measures.reciprocity(null) for null in nulls]
    chance = np.std([*ours, *theirs])
    assert abs(np.mean(ours) - np.mean(theirs)) < 4 * chance * np.sqrt(2 / 4)
    # No more than two independent samples have in common, up to chance.
    before = set(zip(nulls[0].out_sources.tolist(), nulls[0].out_indices.tolist(), strict=True))
    again = set(zip(nulls[1].out_sources.tolist(), nulls[1].out_indices.tolist(), strict=True))
    assert np.mean(kept) == pytest.approx(len(before & again) / g.n_edges, rel=0.05)


def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads(
    options: dict[str, Any],
) -> None:
    g = graphs.random_graph(60, 0.1, seed=2)
    one, two = (
        ca.motifs.significance(g, n_samples=20, rng=3, n_jobs=n_jobs, **options)
        for n_jobs in (1, 2)
    )
    assert one.equals(two)


def test_a_sampler_can_be_sent_elsewhere(options: dict[str, Any]) -> None:
    sampler = ConfigurationSampler(graphs.random_graph(60, 0.1, seed=2), **options)
    here, there = (one.draw(stream(0, 1)) for one in (sampler, pickle.loads(pickle.dumps(sampler))))
    assert here.receivers.tolist() == there.receivers.tolist()


@pytest.mark.parametrize("name", WORST)
def test_the_worst_graphs_come_back_whole(name: str, options: dict[str, Any]) -> None:
    g = ca.Graph.from_adjacency(WORST[name])
    null = ca.null_models.sample(g, rng=1, **options)
    assert null.out_degree.tolist() == g.out_degree.tolist()
    assert null.in_degree.tolist() == g.in_degree.tolist()
    if name != "bipartite with a hole":
        assert null.equals(g)  # the only graph of its kind


def test_options_of_one_method_are_refused_by_the_other() -> None:
    g = graphs.random_graph(10, 0.3, seed=1)
    with pytest.raises(ValueError, match="proposals_per_edge is for method='switching'"):
        ca.null_models.sample(g, method="curveball", proposals_per_edge=3)
    with pytest.raises(ValueError, match="rounds is for method='curveball'"):
        ca.null_models.sample(g, rounds=3)
    with pytest.raises(ValueError, match="method must be one of 'switching', 'curveball', got 1"):
        ca.null_models.sample(g, method=1)
    with pytest.raises(ValueError, match="proposals_per_edge must be above 0, got -1"):
        ca.null_models.sample(g, proposals_per_edge=-1)
    with pytest.raises(ValueError, match="has no option colour; it has method, prop"):
        ca.null_models.sample(g, colour=1)


def test_dense_graphs_get_longer_chains() -> None:
    sparse, dense = (ConfigurationSampler(graphs.random_graph(60, p, seed=1)) for p in (0.05, 0.9))
    assert sparse.length == ("proposals_per_edge", 20.0)
    assert dense.length[1] > 30


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
