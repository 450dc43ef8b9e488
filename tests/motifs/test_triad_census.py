"""The triad census equals its definition, networkx and igraph."""

from __future__ import annotations

from itertools import product

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.motifs import TRIAD_NAMES, TRIADS
from tests import graphs
from tests.reference import triads as reference


def igraph_census(g: ca.Graph) -> list[int]:
    # igraph leaves 003 undefined for large graphs; it is the rest of C(n, 3).
    census = list(g.to_igraph().triad_census())
    n = g.n_nodes
    census[0] = n * (n - 1) * (n - 2) // 6 - sum(int(c) for c in census[1:])
    return [int(count) for count in census]


def networkx_census(g: ca.Graph) -> list[int]:
    census = nx.triadic_census(g.to_networkx())
    return [census[name] for name in TRIAD_NAMES]


@pytest.mark.parametrize("name", TRIAD_NAMES)
def test_each_class_drawn_by_hand_is_counted_under_its_name(name: str) -> None:
    g = ca.Graph.from_adjacency(reference.matrix_of(reference.DRAWN[name]))
    census = ca.motifs.triad_census(g)
    assert census[census > 0].to_dict() == {name: 1}


@pytest.mark.parametrize("name", TRIAD_NAMES)
def test_the_canonical_form_of_each_class_is_the_drawn_one(name: str) -> None:
    matrix = np.zeros((3, 3), dtype=int)
    for a, b in TRIADS[name].edges:
        matrix[a, b] = 1
    assert reference.name_of(matrix) == name


def test_the_64_labelled_graphs_fall_into_the_classes_as_often_as_the_table_says() -> None:
    counts = dict.fromkeys(TRIAD_NAMES, 0)
    for bits in product((0, 1), repeat=6):
        matrix = np.zeros((3, 3), dtype=int)
        matrix[~np.eye(3, dtype=bool)] = bits
        name = reference.name_of(matrix)
        counts[name] += 1
        census = ca.motifs.triad_census(ca.Graph.from_adjacency(matrix))
        assert census[name] == 1
    assert counts == {name: triad.labelled for name, triad in TRIADS.items()}


def test_mutual_and_asymmetric_dyads_of_a_class_are_in_its_name() -> None:
    for triad in TRIADS.values():
        pairs = set(triad.edges)
        mutual = sum((b, a) in pairs for a, b in pairs) // 2
        assert (triad.mutual, triad.asymmetric) == (mutual, len(pairs) - 2 * mutual)


def test_thirteen_classes_are_connected() -> None:
    connected = {
        name
        for name, triad in TRIADS.items()
        if len({frozenset(edge) for edge in triad.edges}) >= 2
    }
    assert set(ca.motifs.CONNECTED_TRIADS) == connected
    assert len(connected) == 13


@given(graphs.adjacency(max_nodes=7))
@settings(max_examples=60, deadline=None)
def test_the_census_is_what_looking_at_every_three_neurons_gives(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    assert ca.motifs.triad_census(g).to_dict() == reference.census(matrix)


@given(graphs.adjacency(max_nodes=24))
@settings(max_examples=150, deadline=None)
def test_the_census_equals_networkx_on_random_graphs(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    assert ca.motifs.triad_census(g).tolist() == networkx_census(g)


@pytest.mark.parametrize("seed", range(150))
def test_the_census_equals_igraph_on_random_graphs_with_hubs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    g = graphs.random_graph(int(rng.integers(0, 120)), float(rng.uniform(0.0, 0.4)), seed)
    assert ca.motifs.triad_census(g).tolist() == igraph_census(g)


@pytest.mark.parametrize(
    "name",
    [
        # igraph takes a quarter of a minute
        pytest.param(name, marks=pytest.mark.slow) if name == "fly-mushroom-body-right" else name
        for name in ca.datasets.names()
    ],
)
def test_the_census_equals_igraph_and_networkx_on_every_bundled_connectome(name: str) -> None:
    with ca.open(name) as connectome:
        g = connectome.graph()
    census = ca.motifs.triad_census(g).tolist()
    assert census == igraph_census(g)
    if g.n_edges < 10_000:  # networkx takes a minute on the fly mushroom body
        assert census == networkx_census(g)


def test_relabelling_the_neurons_changes_nothing() -> None:
    g = graphs.random_graph(60, 0.1, seed=1)
    order = np.random.default_rng(2).permutation(60)
    shuffled = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    assert ca.motifs.triad_census(shuffled).equals(ca.motifs.triad_census(g))


def test_turning_every_edge_round_swaps_the_up_and_down_classes() -> None:
    g = graphs.random_graph(60, 0.1, seed=3)
    back = ca.Graph.from_adjacency(g.to_scipy().T)
    census, reverse = ca.motifs.triad_census(g), ca.motifs.triad_census(back)
    twin = {"021D": "021U", "111D": "111U", "120D": "120U"}
    twin |= {b: a for a, b in twin.items()}
    assert all(reverse[twin.get(name, name)] == census[name] for name in TRIAD_NAMES)


@pytest.mark.parametrize("n_jobs", [1, 2, 5])
def test_the_number_of_threads_changes_nothing(n_jobs: int) -> None:
    rng = np.random.default_rng(4)
    n = 20_000  # more than one run of nodes, so that the threads share the work
    pre, post = rng.integers(0, n, (2, 200_000))
    g = ca.Graph.from_edges(pre, post, node_ids=np.arange(n))
    assert ca.motifs.triad_census(g, n_jobs=n_jobs).equals(ca.motifs.triad_census(g, n_jobs=3))


@pytest.mark.parametrize("n_nodes", [0, 1, 2, 3])
def test_graphs_without_edges_have_only_empty_triads(n_nodes: int) -> None:
    g = ca.Graph.from_edges([], [], node_ids=np.arange(n_nodes))
    census = ca.motifs.triad_census(g)
    assert census["003"] == (1 if n_nodes == 3 else 0)
    assert census.sum() == census["003"]


def test_self_loops_are_left_out() -> None:
    g = ca.Graph.from_edges([0, 1, 1], [1, 2, 1], self_loops="keep")
    assert ca.motifs.triad_census(g)["021C"] == 1


def test_counts_beyond_32_bits_are_exact() -> None:
    leaves = 100_000
    g = ca.Graph.from_edges(np.zeros(leaves, dtype=int), np.arange(1, leaves + 1))
    assert ca.motifs.triad_census(g)["021D"] == leaves * (leaves - 1) // 2


def test_igraph_and_networkx_order_the_classes_as_we_do() -> None:
    g = graphs.random_graph(40, 0.2, seed=5)
    names = list(nx.triadic_census(g.to_networkx()))
    assert names == list(TRIAD_NAMES)
    assert isinstance(g.to_igraph(), igraph.Graph)


@pytest.mark.parametrize(
    ("senders", "receivers", "message"),
    [
        ([0, 1], [1, 500_000], "receivers must be dense indices from 0 to 2, got 1 to 500000"),
        ([0, -1], [1, 2], "senders must be dense indices from 0 to 2, got -1 to 0"),
        ([0, 1], [1], "senders and receivers must be equally long, got 2 and 1"),
        ([0.5, 1], [1, 2], "senders must be one-dimensional and whole numbers, got float64"),
    ],
)
def test_edges_that_cannot_be_are_refused_before_they_reach_a_kernel(
    senders: list[float], receivers: list[float], message: str
) -> None:
    from connectome_analysis.motifs.four_node_census import four_node_census_of_edges
    from connectome_analysis.motifs.triad_census import census_of_edges

    for count in (census_of_edges, four_node_census_of_edges):
        with pytest.raises(ValueError, match=message):
            count(3, np.array(senders), np.array(receivers))


def test_numpy_integers_are_numbers_of_threads() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3])
    assert ca.motifs.triad_census(g, n_jobs=np.int64(2)).sum() == 1
