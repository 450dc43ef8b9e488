"""The dyad null keeps the numbers of mutual and one-way pairs, and draws all such graphs alike."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.null_models import NULL_MODELS, DyadSampler, expected_triads
from connectome_analysis.random_streams import stream
from connectome_analysis.threads import map_threads
from tests import graphs
from tests.null_models.uniform import drawn_edges, graph_of, require_uniform
from tests.reference.all_graphs import Edges, with_so_many_edges


def mutual_pairs(edges: Edges) -> int:
    return sum((b, a) in edges for a, b in edges) // 2


@pytest.mark.parametrize(
    ("n_nodes", "edges"),
    [
        (3, ((0, 1), (1, 0), (1, 2))),
        (4, ((0, 1), (1, 0), (2, 3))),
        (4, ((0, 1), (1, 2), (2, 3))),
        (4, ((0, 1), (1, 0), (2, 3), (3, 2))),
        (5, ((0, 1), (1, 0), (2, 3))),
        (4, ((0, 1), (1, 0), (0, 2), (2, 0), (0, 3), (3, 0), (1, 2), (1, 3), (2, 3))),
    ],
)
def test_every_graph_with_the_same_dyads_is_equally_likely(n_nodes: int, edges: Edges) -> None:
    everything = [
        graph
        for graph in with_so_many_edges(n_nodes, len(edges))
        if mutual_pairs(graph) == mutual_pairs(edges)
    ]
    require_uniform(DyadSampler(graph_of(edges, n_nodes)), everything)


@given(graphs.adjacency(max_nodes=10))
@settings(max_examples=60, deadline=None)
def test_mutual_and_one_way_pairs_are_kept_on_any_graph(matrix: np.ndarray) -> None:
    null = ca.null_models.sample(ca.Graph.from_adjacency(matrix), "dyad", rng=1)
    after = null.to_scipy().toarray() > 0
    assert (after & after.T).sum() == ((matrix * matrix.T) > 0).sum()
    assert after.sum() == matrix.sum()
    assert null.n_edges == matrix.sum()  # `with_edges` would have merged parallel ones
    assert not after.diagonal().any()


def test_directions_and_places_are_fair_where_pairs_are_independent() -> None:
    g = graphs.random_graph(9, 0.4, seed=1)
    sampler = DyadSampler(g, fixed="probabilities")
    matrices = np.zeros((3000, 9, 9))
    for number in range(3000):
        senders, receivers, _, _ = sampler.draw(stream(0, number))
        matrices[number, senders, receivers] = 1
    off = ~np.eye(9, dtype=bool)
    both = matrices * matrices.transpose(0, 2, 1)
    p_mutual = ca.measures.reciprocity(g) * g.n_edges / 72
    p_edge = g.n_edges / 72
    for seen, p in ((both.sum(axis=0), p_mutual), (matrices.sum(axis=0), p_edge)):
        assert (np.abs(seen[off] - 3000 * p) < 4.5 * np.sqrt(3000 * p * (1 - p))).all()
    assert np.std(both.sum(axis=(1, 2))) > 0


@pytest.mark.parametrize("fixed", ["counts", "probabilities"])
def test_the_mean_census_is_the_one_in_closed_form(fixed: str) -> None:
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    table = ca.motifs.significance(g, "dyad", n_samples=300, fixed=fixed)
    expected = expected_triads(g, "dyad", independent=fixed == "probabilities")
    error = (table["null_sd"] / np.sqrt(300)).clip(lower=0.05)
    assert ((table["null_mean"] - expected).abs() < 4.5 * error).all()


@pytest.mark.parametrize("fixed", ["counts", "probabilities"])
@pytest.mark.parametrize("n_nodes", [0, 1, 2, 7, 8])
def test_empty_and_complete_graphs_stay_as_they_are(n_nodes: int, fixed: str) -> None:
    for matrix in (np.zeros((n_nodes, n_nodes), int), 1 - np.eye(n_nodes, dtype=int)):
        g = ca.Graph.from_adjacency(matrix)
        assert ca.null_models.sample(g, "dyad", fixed=fixed).equals(g)


def test_the_same_seed_gives_the_same_graphs_on_any_number_of_threads() -> None:
    sampler = pickle.loads(pickle.dumps(DyadSampler(graphs.random_graph(60, 0.1, seed=2))))
    once, twice = (
        list(map_threads(lambda number: drawn_edges(sampler, 4, number), range(20), n_jobs))
        for n_jobs in (1, 4)
    )
    assert once == twice
    assert len(set(once)) == 20


def test_what_is_kept_is_said() -> None:
    g = graphs.random_graph(5, 0.3, seed=3)
    assert DyadSampler(g).keeps == NULL_MODELS["dyad"].keeps
    assert "average" in DyadSampler(g, fixed="probabilities").keeps


def test_a_choice_that_is_none_is_refused() -> None:
    g = graphs.random_graph(5, 0.3, seed=3)
    with pytest.raises(ValueError, match="fixed must be one of 'counts', 'probabilities'"):
        ca.null_models.sample(g, "dyad", fixed="edges")
