"""Erdos-Renyi keeps the number of edges and draws every graph that has as many equally often."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.null_models import NULL_MODELS, ErdosRenyiSampler, expected_triads
from connectome_analysis.random_streams import stream
from connectome_analysis.threads import map_threads
from tests import graphs
from tests.null_models.uniform import drawn_edges, graph_of, require_uniform
from tests.reference.all_graphs import with_so_many_edges


@pytest.mark.parametrize(("n_nodes", "n_edges"), [(3, 1), (3, 3), (3, 5), (4, 2), (4, 10)])
def test_every_graph_with_as_many_edges_is_equally_likely(n_nodes: int, n_edges: int) -> None:
    everything = with_so_many_edges(n_nodes, n_edges)
    require_uniform(ErdosRenyiSampler(graph_of(everything[0], n_nodes)), everything)


@given(graphs.adjacency(max_nodes=10))
@settings(max_examples=60, deadline=None)
def test_the_number_of_edges_is_kept_on_any_graph(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    null = ca.null_models.sample(g, "erdos_renyi", rng=1)
    assert null.n_edges == g.n_edges
    assert not null.has_self_loops
    assert null.node_ids.tolist() == g.node_ids.tolist()


def test_at_fixed_density_each_pair_is_an_edge_with_that_probability() -> None:
    g = graphs.random_graph(12, 0.3, seed=1)
    sampler = ErdosRenyiSampler(g, fixed="density")
    seen = np.zeros((12, 12))
    for number in range(2000):
        senders, receivers, _, _ = sampler.draw(stream(0, number))
        seen[senders, receivers] += 1
    p = ca.measures.density(g)
    off = ~np.eye(12, dtype=bool)
    assert not seen.diagonal().any()
    assert (np.abs(seen[off] - 2000 * p) < 4.5 * np.sqrt(2000 * p * (1 - p))).all()


@pytest.mark.parametrize("fixed", ["edges", "density"])
def test_the_mean_census_is_the_one_in_closed_form(fixed: str) -> None:
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    table = ca.motifs.significance(g, "erdos_renyi", n_samples=300, fixed=fixed)
    expected = expected_triads(g, "erdos_renyi", independent=fixed == "density")
    error = (table["null_sd"] / np.sqrt(300)).clip(lower=0.05)
    assert ((table["null_mean"] - expected).abs() < 4.5 * error).all()


@pytest.mark.parametrize("matrix", [np.zeros((0, 0)), np.zeros((1, 1)), np.zeros((3, 3))])
@pytest.mark.parametrize("fixed", ["edges", "density"])
def test_nothing_to_draw_gives_nothing(matrix: np.ndarray, fixed: str) -> None:
    g = ca.Graph.from_adjacency(matrix.astype(int))
    assert ca.null_models.sample(g, "erdos_renyi", fixed=fixed).equals(g)


@pytest.mark.parametrize("fixed", ["edges", "density"])
def test_a_complete_graph_stays_complete(fixed: str) -> None:
    g = ca.Graph.from_adjacency(1 - np.eye(30, dtype=int))
    assert ca.null_models.sample(g, "erdos_renyi", fixed=fixed).equals(g)


def test_self_loops_are_left_out() -> None:
    g = ca.Graph.from_edges([0, 0, 1], [0, 1, 1], self_loops="keep", node_ids=[0, 1, 2])
    null = ca.null_models.sample(g, "erdos_renyi")
    assert null.n_edges == 1
    assert not null.has_self_loops


def test_the_same_seed_gives_the_same_graphs_on_any_number_of_threads() -> None:
    sampler = pickle.loads(pickle.dumps(ErdosRenyiSampler(graphs.random_graph(60, 0.1, seed=2))))
    once, twice = (
        list(map_threads(lambda number: drawn_edges(sampler, 4, number), range(20), n_jobs))
        for n_jobs in (1, 4)
    )
    assert once == twice
    assert len(set(once)) == 20


def test_mixing_counts_the_edges_that_came_again() -> None:
    g = graphs.random_graph(20, 0.3, seed=3)
    senders, receivers, _, mixing = ErdosRenyiSampler(g).draw(stream(0, 0))
    again = set(zip(senders.tolist(), receivers.tolist(), strict=True))
    before = set(zip(g.out_sources.tolist(), g.out_indices.tolist(), strict=True))
    assert mixing.edges_kept == len(again & before) / len(before)
    assert (mixing.proposals, mixing.accepted) == (0, 0)


def test_what_is_kept_is_said() -> None:
    g = graphs.random_graph(5, 0.3, seed=3)
    assert ErdosRenyiSampler(g).keeps == NULL_MODELS["erdos_renyi"].keeps
    assert "average" in ErdosRenyiSampler(g, fixed="density").keeps


def test_a_choice_that_is_none_is_refused() -> None:
    g = graphs.random_graph(5, 0.3, seed=3)
    with pytest.raises(ValueError, match=r"fixed must be one of 'edges', 'density', got 'p'\."):
        ca.null_models.sample(g, "erdos_renyi", fixed="p")
