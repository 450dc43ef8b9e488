"""Measures by hand, against networkx, and as published."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from tests import graphs

# Recomputed from the published tables by two independent engines.
VARSHNEY = {"density": 0.0282870, "reciprocity": 0.212397, "transitivity": 0.198739}
VARSHNEY_CENSUS = [
    3077866, 409609, 55878, 7118, 8478, 12279, 3134, 3200, 1453, 65, 359, 385, 552, 180, 175, 48,
]  # fmt: skip
WITVLIET = {  # stage: n, m, density, reciprocity, transitivity
    1: (161, 675, 0.0262, 0.172, 0.174),
    2: (162, 865, 0.0332, 0.192, 0.194),
    3: (162, 887, 0.0340, 0.223, 0.198),
    4: (168, 1011, 0.0360, 0.206, 0.210),
    5: (173, 1324, 0.0445, 0.239, 0.229),
    6: (175, 1315, 0.0432, 0.211, 0.228),
    7: (180, 1933, 0.0600, 0.273, 0.253),
    8: (180, 1933, 0.0600, 0.310, 0.254),
}


@given(graphs.adjacency(max_nodes=14))
@settings(max_examples=80, deadline=None)
def test_reciprocity_transitivity_and_density_equal_networkx(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    theirs = nx.from_numpy_array(matrix, create_using=nx.DiGraph)
    if g.n_edges:
        assert ca.measures.reciprocity(g) == pytest.approx(nx.overall_reciprocity(theirs))
    else:
        assert math.isnan(ca.measures.reciprocity(g))
    undirected = theirs.to_undirected()
    has_triples = any(degree > 1 for _, degree in undirected.degree)
    ours = ca.measures.transitivity(g)
    assert ours == pytest.approx(nx.transitivity(undirected)) if has_triples else math.isnan(ours)
    if g.n_nodes > 1:
        assert ca.measures.density(g) == pytest.approx(nx.density(theirs))
    else:
        assert math.isnan(ca.measures.density(g))


@given(graphs.adjacency(max_nodes=14, min_nodes=1))
@settings(max_examples=60, deadline=None)
def test_components_equal_networkx(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    theirs = g.to_networkx()
    for kind, find in (
        ("strong", nx.strongly_connected_components),
        ("weak", nx.weakly_connected_components),
    ):
        parts = [set(part) for part in find(theirs)]
        table = ca.measures.components(g, kind)
        assert table["size"].tolist() == sorted((len(part) for part in parts), reverse=True)
        labels = ca.measures.component_labels(g, kind)
        assert {frozenset(ids) for ids in labels.groupby(labels).groups.values()} == {
            frozenset(part) for part in parts
        }
        assert table["edges"].sum() == sum(
            theirs.subgraph(part).number_of_edges() for part in parts
        )


def test_varshney_has_the_published_numbers() -> None:
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
        electrical = worm.graph(edge_type="electrical")
        both = worm.graph(edge_type=None).symmetrized()
    assert (g.n_nodes, g.n_edges, int(g.weights.sum())) == (279, 2194, 6394)
    for name, value in VARSHNEY.items():
        assert getattr(ca.measures, name)(g) == pytest.approx(value, abs=5e-7), name
    assert ca.motifs.triad_census(g).tolist() == VARSHNEY_CENSUS
    strong = ca.measures.components(g, "strong").loc[0]
    assert strong.tolist() == [237, 1936]
    assert electrical.n_edges == 2 * 514
    assert electrical.n_self_loops_dropped == 3
    assert ca.measures.components(electrical, "weak").loc[0, "size"] == 248
    assert both.n_edges == 2 * 2287
    assert ca.measures.components(both, "weak").loc[0, "size"] == 279
    assert ca.measures.transitivity(both) == pytest.approx(0.21348, abs=5e-6)


@pytest.mark.parametrize("stage", WITVLIET)
def test_witvliet_worms_have_the_published_numbers(stage: int) -> None:
    with ca.open(f"celegans-witvliet2021-{stage}") as worm:
        g = worm.graph()
    n, m, density, reciprocity, transitivity = WITVLIET[stage]
    # The published n leaves out the one neuron without chemical synapses that two worms have.
    lone = int(((g.in_degree + g.out_degree) == 0).sum())
    assert (g.n_nodes - lone, g.n_edges) == (n, m)
    assert m / (n * (n - 1)) == pytest.approx(density, abs=5e-5)
    assert ca.measures.reciprocity(g) == pytest.approx(reciprocity, abs=5e-4)
    assert ca.measures.transitivity(g) == pytest.approx(transitivity, abs=5e-4)


def test_degrees_count_partners_and_weights() -> None:
    g = ca.Graph.from_edges([1, 2, 1, 3], [2, 1, 3, 3], weight=[5, 2, 1, 7], self_loops="keep")
    table = ca.measures.degrees(g)
    assert table["in_degree"].tolist() == [1, 1, 2]
    assert table["out_degree"].tolist() == [2, 1, 1]
    assert table["total_degree"].tolist() == [3, 2, 3]
    assert table["mutual_degree"].tolist() == [1, 1, 0]
    assert table["in_weight"].tolist() == [2, 5, 8]
    assert table["out_weight"].tolist() == [6, 2, 7]
    assert table["in_weight"].dtype == np.int64


def test_a_wrong_kind_of_component_is_named() -> None:
    with pytest.raises(ValueError, match="kind must be 'strong' or 'weak', got 'both'"):
        ca.measures.components(ca.Graph.from_edges([1], [2]), "both")


def test_components_of_nothing_are_none() -> None:
    assert len(ca.measures.components(ca.Graph.from_edges([], []))) == 0
