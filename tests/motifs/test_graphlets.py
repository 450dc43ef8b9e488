"""Graphlets and graphlet degrees equal their definition, igraph and networkx."""

from __future__ import annotations

from math import comb

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.motifs import graphlet_maps
from connectome_analysis.motifs.graphlet_classes import (
    GRAPHLETS,
    N_ORBITS,
    Graphlet,
    orbits_of_labelled,
)
from tests import graphs
from tests.reference import graphlets as reference

# What tells the 73 orbits apart, after the program of Hočevar and Demšar 2014
# (doi:10.1093/bioinformatics/btt717): the degrees of a node and its partners inside the graphlet,
# added up, and how many nodes of the graphlet have the orbit.
DEGREE_SUMS = """
    2 3 4 6 3 5 4 6 6 4 7 8 8 10 12 3 5 6 3 4 6 7 5 8 4 8 9 3 6 7 9 5 8 10 6 4 6 7 8 5 9 11 12
    8 12 4 8 10 11 8 9 7 8 10 10 14 5 13 14 9 12 14 8 11 12 10 14 16 13 16 15 18 20
"""
ORBIT_SIZES = """
    2 2 1 3 2 2 3 1 4 1 2 1 2 2 4 2 2 1 1 2 1 1 4 1 2 1 2 1 1 2 1 2 2 1 5 1 1 2 1 1 2 1 1 4 1
    1 1 1 2 3 2 2 1 2 3 2 1 3 1 2 2 1 1 2 2 1 2 2 4 1 2 3 5
"""


def igraph_counts(g: ca.Graph, size: int) -> dict[str, int]:
    """Counts of the graphlets of one size that igraph has, by our names."""
    undirected = g.to_igraph().as_undirected().simplify()
    by_class = undirected.motifs_randesu(size)
    classes = {}
    for graphlet in GRAPHLETS:
        if graphlet.size == size:
            drawn = igraph.Graph(n=size, edges=graphlet.edges)
            classes[graphlet.name] = drawn.isoclass()
    return {name: int(by_class[number]) for name, number in classes.items()}


def test_a_square_with_a_tail_is_counted_by_hand() -> None:
    g = ca.Graph.from_edges([1, 2, 3, 4, 1], [2, 3, 4, 1, 5])
    counts = ca.motifs.graphlets(g, 5)
    assert counts[counts > 0].to_dict() == {"G0": 5, "G1": 6, "G3": 2, "G4": 1, "G5": 1, "G16": 1}
    degrees = ca.motifs.graphlet_degrees(g, 5)
    assert degrees.loc[5, [0, 1, 4, 6, 35]].tolist() == [1, 2, 2, 1, 1]
    assert degrees.loc[3, [0, 1, 2, 8, 36]].tolist() == [2, 2, 1, 1, 1]


@pytest.mark.parametrize("graphlet", GRAPHLETS, ids=lambda graphlet: graphlet.name)
def test_each_graphlet_is_counted_under_its_name_and_its_nodes_at_their_orbits(
    graphlet: Graphlet,
) -> None:
    pre, post = zip(*graphlet.edges, strict=True)
    g = ca.Graph.from_edges(pre, post, node_ids=range(graphlet.size))
    size = max(graphlet.size, 3)
    same = ca.motifs.graphlets(g, size)[[x.name for x in GRAPHLETS if x.size == graphlet.size]]
    assert same[same > 0].to_dict() == {graphlet.name: 1}
    degrees = ca.motifs.graphlet_degrees(g, size)
    for node, orbit in enumerate(graphlet.orbits):
        assert degrees.loc[node, orbit] == 1


def test_the_orbits_are_numbered_as_published() -> None:
    sums, sizes = list(map(int, DEGREE_SUMS.split())), list(map(int, ORBIT_SIZES.split()))
    assert len(sums) == len(sizes) == 73
    for graphlet in GRAPHLETS:
        drawn = nx.Graph(graphlet.edges)
        for node, orbit in enumerate(graphlet.orbits):
            around = drawn.degree(node) + sum(drawn.degree(other) for other in drawn[node])
            assert around == sums[orbit]
            assert graphlet.orbits.count(orbit) == sizes[orbit]


def test_the_orbits_are_those_that_networkx_finds() -> None:
    for graphlet in GRAPHLETS:
        drawn = nx.Graph(graphlet.edges)
        maps = list(nx.isomorphism.GraphMatcher(drawn, drawn).isomorphisms_iter())
        for node, orbit in enumerate(graphlet.orbits):
            same = {other for other, number in enumerate(graphlet.orbits) if number == orbit}
            assert {each[node] for each in maps} == same


def test_every_connected_graph_of_the_atlas_is_one_of_the_thirty() -> None:
    atlas = [g for g in nx.graph_atlas_g() if 2 <= len(g) <= 5 and nx.is_connected(g)]
    assert len(atlas) == len(GRAPHLETS) == 30
    for graphlet in GRAPHLETS:
        drawn = nx.Graph(graphlet.edges)
        assert sum(nx.is_isomorphic(drawn, g) for g in atlas) == 1


def test_the_orbits_of_a_size_are_numbered_through() -> None:
    for size, number in N_ORBITS.items():
        seen = {orbit for x in GRAPHLETS if x.size <= size for orbit in x.orbits}
        assert seen == set(range(number))
    # Connected labelled graphs, OEIS A001187.
    assert [len(orbits_of_labelled(size)) for size in (2, 3, 4, 5)] == [1, 4, 38, 728]


def test_the_table_of_classes_says_what_each_graphlet_is() -> None:
    table = ca.motifs.graphlet_classes()
    assert table.index.tolist() == [f"G{k}" for k in range(30)]
    assert table["plain_name"].is_unique
    assert table.loc["G8", ["n_nodes", "n_edges"]].tolist() == [4, 6]


@given(graphs.adjacency(max_nodes=9))
@settings(max_examples=40, deadline=None)
def test_graphlet_degrees_are_what_looking_at_every_five_neurons_gives(matrix: np.ndarray) -> None:
    degrees = ca.motifs.graphlet_degrees(ca.Graph.from_adjacency(matrix), 5)
    assert (degrees.to_numpy() == reference.graphlet_degrees(matrix, 5)).all()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_graphlet_degrees_are_right_on_sparse_and_dense_graphs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    g = graphs.random_graph(int(rng.integers(8, 22)), float(rng.uniform(0.05, 0.7)), seed)
    degrees = ca.motifs.graphlet_degrees(g, 5)
    wanted = reference.graphlet_degrees(g.to_scipy().toarray(), 5)
    assert (degrees.to_numpy() == wanted).all()


@pytest.mark.parametrize("seed", range(12))
def test_graphlets_equal_igraph_on_random_graphs_with_hubs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    g = graphs.random_graph(int(rng.integers(5, 60)), float(rng.uniform(0.01, 0.15)), seed)
    counts = ca.motifs.graphlets(g, 5).to_dict()
    for size in (4, 5):
        wanted = igraph_counts(g, size)
        assert {name: counts[name] for name in wanted} == wanted


def test_four_node_graphlets_of_the_worm_equal_igraph() -> None:
    with ca.open("celegans-cook2019-hermaphrodite") as connectome:
        g = connectome.graph()
    counts = ca.motifs.graphlets(g)
    wanted = igraph_counts(g, 4)
    assert counts[list(wanted)].to_dict() == wanted


@pytest.mark.slow
def test_five_node_graphlets_of_the_worm_equal_igraph() -> None:
    with ca.open("celegans-cook2019-hermaphrodite") as connectome:
        g = connectome.graph()
    counts = ca.motifs.graphlets(g, 5)
    wanted = igraph_counts(g, 5)
    assert counts[list(wanted)].to_dict() == wanted


def test_small_orbits_equal_networkx() -> None:
    g = graphs.random_graph(70, 0.1, seed=3)
    undirected = g.to_networkx().to_undirected()
    degrees = ca.motifs.graphlet_degrees(g, 3)
    assert degrees[0].to_dict() == dict(undirected.degree())
    assert degrees[3].to_dict() == nx.triangles(undirected)


@pytest.mark.parametrize("name", ["larva-mushroom-body-left", "celegans-varshney2011"])
def test_the_orbits_of_all_neurons_add_up_to_the_graphlets(name: str) -> None:
    with ca.open(name) as connectome:
        g = connectome.graph()
    counts = ca.motifs.graphlets(g, 5)
    sums = ca.motifs.graphlet_degrees(g, 5).sum()
    for graphlet in GRAPHLETS:
        for orbit in set(graphlet.orbits):
            assert sums[orbit] == counts[graphlet.name] * graphlet.orbits.count(orbit)


def test_smaller_sizes_are_the_beginning_of_larger_ones() -> None:
    g = graphs.random_graph(50, 0.1, seed=5)
    counts = ca.motifs.graphlets(g, 5)
    for size, number in ((3, 3), (4, 9)):
        assert ca.motifs.graphlets(g, size).equals(counts.iloc[:number])
        degrees = ca.motifs.graphlet_degrees(g, size)
        assert degrees.equals(ca.motifs.graphlet_degrees(g, 5).iloc[:, : N_ORBITS[size]])


def test_relabelling_the_neurons_moves_the_counts_with_them() -> None:
    g = graphs.random_graph(60, 0.1, seed=1)
    order = np.random.default_rng(2).permutation(60)
    shuffled = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    before = ca.motifs.graphlet_degrees(g, 5).to_numpy()
    assert (ca.motifs.graphlet_degrees(shuffled, 5).to_numpy() == before[order]).all()


def test_the_direction_of_edges_changes_nothing() -> None:
    g = graphs.random_graph(40, 0.1, seed=6)
    back = ca.Graph.from_adjacency(g.to_scipy().T)
    counts = ca.motifs.graphlets(g, 5)
    assert ca.motifs.graphlets(back, 5).equals(counts)
    assert ca.motifs.graphlets(g.symmetrized(), 5).equals(counts)


@pytest.mark.parametrize("n_jobs", [1, 2, 5])
def test_the_number_of_threads_changes_nothing(n_jobs: int) -> None:
    g = graphs.random_graph(150, 0.1, seed=4)
    degrees = ca.motifs.graphlet_degrees(g, 5, n_jobs=n_jobs)
    assert degrees.equals(ca.motifs.graphlet_degrees(g, 5, n_jobs=3))


@pytest.mark.parametrize("n_nodes", [0, 1, 2, 6])
@pytest.mark.parametrize("size", [3, 4, 5])
def test_graphs_without_edges_have_no_graphlets(n_nodes: int, size: int) -> None:
    g = ca.Graph.from_edges([], [], node_ids=np.arange(n_nodes))
    assert not ca.motifs.graphlets(g, size).any()
    degrees = ca.motifs.graphlet_degrees(g, size)
    assert degrees.shape == (n_nodes, N_ORBITS[size])
    assert not degrees.to_numpy().any()


def test_self_loops_are_left_out() -> None:
    g = ca.Graph.from_edges([0, 1, 1], [1, 2, 1], self_loops="keep")
    assert ca.motifs.graphlets(g, 3).tolist() == [2, 1, 0]


@pytest.mark.parametrize("n", [6, 30])
def test_a_clique_holds_all_its_subsets(n: int) -> None:
    g = ca.Graph.from_adjacency(1 - np.eye(n, dtype=int))
    counts = ca.motifs.graphlets(g, 5)
    assert counts[counts > 0].to_dict() == {
        name: comb(n, k) for name, k in (("G0", 2), ("G2", 3), ("G8", 4), ("G29", 5))
    }


def test_a_complete_bipartite_graph_has_squares_paths_and_stars_alone() -> None:
    a, b = 7, 11
    matrix = np.zeros((a + b, a + b), dtype=int)
    matrix[:a, a:] = 1
    counts = ca.motifs.graphlets(ca.Graph.from_adjacency(matrix), 5)
    assert counts[counts > 0].to_dict() == {
        "G0": a * b,
        "G1": a * comb(b, 2) + b * comb(a, 2),
        "G4": a * comb(b, 3) + b * comb(a, 3),
        "G5": comb(a, 2) * comb(b, 2),
        "G11": a * comb(b, 4) + b * comb(a, 4),
        "G20": comb(a, 2) * comb(b, 3) + comb(a, 3) * comb(b, 2),
    }


def test_counts_beyond_64_bits_are_exact() -> None:
    leaves = 125_000
    g = ca.Graph.from_edges(np.zeros(leaves, dtype=int), np.arange(1, leaves + 1))
    counts = ca.motifs.graphlets(g, 5)
    assert counts["G11"] == comb(leaves, 4) > 2**63
    assert counts["G4"] == comb(leaves, 3)
    assert counts.drop(["G0", "G1", "G4", "G11"]).sum() == 0


@pytest.mark.slow
def test_degrees_beyond_64_bits_are_exact() -> None:
    leaves = 125_000
    g = ca.Graph.from_edges(np.zeros(leaves, dtype=int), np.arange(1, leaves + 1))
    degrees = ca.motifs.graphlet_degrees(g, 5)
    assert degrees.loc[0, 23] == comb(leaves, 4)
    assert degrees.loc[5, 22] == comb(leaves - 1, 3)
    assert degrees[22].dtype == np.int64


def test_neurons_with_a_single_partner_are_counted_like_all_others() -> None:
    # Two hubs joined by a square, each with leaves, and a pair apart.
    edges = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 4), (0, 5), (0, 6), (2, 7), (2, 8), (9, 10)]
    pre, post = zip(*edges, strict=True)
    g = ca.Graph.from_edges(pre, post)
    wanted = reference.graphlet_degrees(g.to_scipy().toarray(), 5)
    for n_jobs in (1, 3):
        assert (ca.motifs.graphlet_degrees(g, 5, n_jobs=n_jobs).to_numpy() == wanted).all()


def test_integers_of_any_size_give_what_64_bits_give(monkeypatch: pytest.MonkeyPatch) -> None:
    g = graphs.random_graph(40, 0.15, seed=8)
    wanted = ca.motifs.graphlet_degrees(g, 5)
    monkeypatch.setattr(graphlet_maps, "_fits_64_bits", lambda *_: False)
    assert ca.motifs.graphlet_degrees(g, 5).equals(wanted)


def test_more_walks_than_64_bits_hold_are_refused_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    g = graphs.random_graph(40, 0.15, seed=8)
    monkeypatch.setattr(graphlet_maps, "_LIMIT", 1000.0)
    with pytest.raises(ValueError, match=r"walks of 4 steps pass one neuron.*size=4.*estimate"):
        ca.motifs.graphlets(g, 5)


def test_another_size_is_refused_with_what_there_is() -> None:
    g = ca.Graph.from_edges([1], [2])
    with pytest.raises(ValueError, match=r"size must be 3, 4 or 5 nodes, got 6\."):
        ca.motifs.graphlets(g, 6)  # type: ignore[arg-type]
