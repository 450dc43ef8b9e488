"""The four-node census equals its definition and igraph, and stays exact where numbers are large."""

from __future__ import annotations

from math import comb

import igraph
import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.motifs import four_node_census
from connectome_analysis.motifs.four_node_algebra import require_countable
from connectome_analysis.motifs.four_node_census import four_node_census_of_edges
from connectome_analysis.motifs.four_node_classes import edges_of_code, four_node_classes
from tests import graphs
from tests.reference import four_nodes as reference


def found(g: ca.Graph) -> dict[str, int]:
    census = four_node_census(g)
    return census[census != 0].to_dict()


def igraph_census(g: ca.Graph) -> list[int]:
    counts = g.to_igraph().motifs_randesu(4)
    return [int(counts[isoclass]) for isoclass in ca.motifs.classes(4)["igraph"]]


def wired(n_nodes: int, density: float, seed: int, mutual: float = 0.3) -> ca.Graph:
    """A random graph with hubs and many mutual pairs."""
    matrix = graphs.random_graph(n_nodes, density, seed).to_scipy().toarray()
    back = np.random.default_rng(seed).random(matrix.shape) < mutual
    return ca.Graph.from_adjacency(matrix | (matrix.T & back))


def test_all_4096_labelled_graphs_are_counted_under_their_class() -> None:
    for code in range(4096):
        edges = edges_of_code(code)
        census = four_node_census_of_edges(
            4,
            np.array([a for a, _ in edges], dtype=np.int32),
            np.array([b for _, b in edges], dtype=np.int32),
        )
        names = [name for name, many in zip(four_node_classes(), census, strict=True) if many]
        matrix = reference.matrix_of(list(edges))
        wanted = [f"4-{reference.number(matrix)}"] if reference.connected(matrix) else []
        assert names == wanted
        assert census.sum() == len(wanted)


@given(graphs.adjacency(max_nodes=8))
@settings(max_examples=40, deadline=None)
def test_the_census_is_what_looking_at_every_four_neurons_gives(matrix: np.ndarray) -> None:
    assert found(ca.Graph.from_adjacency(matrix)) == reference.census(matrix)


@pytest.mark.parametrize("seed", range(40))
def test_the_census_equals_igraph_on_random_graphs_with_hubs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    g = wired(int(rng.integers(0, 60)), float(rng.uniform(0.0, 0.5)), seed)
    assert four_node_census(g).tolist() == igraph_census(g)


def test_the_census_equals_igraph_where_pairs_share_more_than_64_partners() -> None:
    matrix = np.random.default_rng(0).random((95, 95)) < 0.85
    g = ca.Graph.from_adjacency(matrix.astype(int))
    assert four_node_census(g).tolist() == igraph_census(g)


def test_the_worm_has_918550_connected_fours_as_two_engines_agree() -> None:
    # Varshney et al. 2011, doi:10.1371/journal.pcbi.1001066, its 2,194 chemical edges.
    g = ca.open("celegans-varshney2011").graph()
    census = four_node_census(g)
    assert census.sum() == 918_550
    assert census.tolist() == igraph_census(g)


@pytest.mark.slow
@pytest.mark.parametrize("name", ca.datasets.names())
def test_the_census_equals_igraph_on_every_bundled_connectome(name: str) -> None:
    with ca.open(name) as connectome:
        g = connectome.graph()
    if g.n_edges > 20_000:
        pytest.skip("igraph would take many minutes")
    assert four_node_census(g).tolist() == igraph_census(g)


@pytest.mark.slow
def test_the_census_equals_igraph_on_a_thousand_neurons() -> None:
    g = wired(1000, 0.01, seed=7)
    assert four_node_census(g).tolist() == igraph_census(g)


def copies_by_skeleton(g: ca.Graph) -> dict[str, int]:
    """Undirected copies, not induced, by matrix products: Alon et al. 1997, doi:10.1007/BF02523189."""
    a = (g.symmetrized().to_scipy().toarray() != 0).astype(np.float64)
    d = a.sum(axis=1)
    shared = a @ a
    np.fill_diagonal(shared, 0)
    over_edge = shared * a
    triangles_at = over_edge.sum(axis=1) / 2
    triangles = triangles_at.sum() / 3
    neighbours = [np.flatnonzero(row) for row in a]
    cliques = sum(
        int(a[np.ix_(both, both)].sum()) // 2
        for u in range(len(a))
        for v in neighbours[u]
        if u < v and len(both := np.flatnonzero(a[u] * a[v])) > 1
    )
    counts = {
        "star": (d * (d - 1) * (d - 2) / 6).sum(),
        "path": (a * np.outer(d - 1, d - 1)).sum() / 2 - 3 * triangles,
        "cycle": (shared * (shared - 1) / 2).sum() / 4,
        "paw": (triangles_at * (d - 2)).sum(),
        "diamond": (over_edge * (over_edge - 1) / 2).sum() / 2,
        "clique": cliques / 6,
    }
    return {name: round(float(count)) for name, count in counts.items()}


# How many copies of each shape the complete four and the others hold on the same four nodes.
HOLDS = {
    "path": {"path": 1, "cycle": 4, "paw": 2, "diamond": 6, "clique": 12},
    "star": {"star": 1, "paw": 1, "diamond": 2, "clique": 4},
    "cycle": {"cycle": 1, "diamond": 1, "clique": 3},
    "paw": {"paw": 1, "diamond": 4, "clique": 12},
    "diamond": {"diamond": 1, "clique": 6},
    "clique": {"clique": 1},
}


def test_shapes_on_two_thousand_neurons_are_as_many_as_matrix_products_say() -> None:
    g = wired(2000, 0.012, seed=3)
    assert g.n_edges > 50_000
    shapes = dict.fromkeys(HOLDS, 0)
    for kind, many in zip(four_node_classes().values(), four_node_census(g), strict=True):
        shapes[kind.skeleton] += int(many)
    copies = {
        name: sum(ways * shapes[other] for other, ways in held.items())
        for name, held in HOLDS.items()
    }
    assert copies == copies_by_skeleton(g)


def test_relabelling_the_neurons_changes_nothing() -> None:
    g = wired(80, 0.1, seed=1)
    order = np.random.default_rng(2).permutation(80)
    shuffled = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    assert four_node_census(shuffled).equals(four_node_census(g))


def test_turning_every_edge_round_turns_every_class_round() -> None:
    g = wired(60, 0.15, seed=3)
    census = four_node_census(g)
    reverse = four_node_census(ca.Graph.from_adjacency(g.to_scipy().T))
    for name, kind in four_node_classes().items():
        assert reverse[ca.motifs.class_of([(b, a) for a, b in kind.edges])] == census[name]


@pytest.mark.parametrize("n_jobs", [2, 5])
def test_the_number_of_threads_changes_nothing(n_jobs: int) -> None:
    rng = np.random.default_rng(4)
    pre = (rng.random(100_000) ** 2 * 3000).astype(int)  # enough work for every thread
    post = rng.integers(0, 3000, 100_000)
    g = ca.Graph.from_edges(pre, post, node_ids=np.arange(3000))
    assert four_node_census(g, n_jobs=n_jobs).equals(four_node_census(g, n_jobs=1))


@pytest.mark.parametrize("n_nodes", [0, 1, 3, 4])
def test_graphs_without_edges_have_none(n_nodes: int) -> None:
    g = ca.Graph.from_edges([], [], node_ids=np.arange(n_nodes))
    census = four_node_census(g)
    assert census.sum() == 0
    assert census.dtype == np.int64
    assert list(census.index) == list(four_node_classes())


def test_self_loops_are_left_out() -> None:
    g = ca.Graph.from_edges([0, 1, 2, 1], [1, 2, 3, 1], self_loops="keep")
    assert found(g) == {"4-328": 1}


def test_counts_beyond_32_bits_are_exact() -> None:
    leaves = 100_000
    g = ca.Graph.from_edges(np.zeros(leaves, dtype=int), np.arange(1, leaves + 1))
    assert found(g) == {"4-14": comb(leaves, 3)}


def test_two_hubs_may_share_more_partners_than_16_bits_count() -> None:
    shared = 70_000
    partners = np.arange(2, shared + 2)
    pre = np.concatenate([np.zeros(shared, int), np.ones(shared, int)])
    g = ca.Graph.from_edges(pre, np.concatenate([partners, partners]))
    stars = 2 * comb(shared, 3)
    assert found(g) == {"4-204": comb(shared, 2), "4-14": stars}


def test_lists_longer_than_a_lane_are_counted() -> None:
    # One neuron between two hubs of hubs: its list has more entries than the lanes can gather.
    leaves = 40_000
    pre = np.concatenate([np.zeros(leaves, int), np.arange(2, leaves + 2)])
    post = np.concatenate([np.arange(2, leaves + 2), np.ones(leaves, int)])
    g = ca.Graph.from_edges(pre, post)
    assert found(g) == {
        "4-904": comb(leaves, 2),
        "4-14": comb(leaves, 3),
        "4-2184": comb(leaves, 3),
    }


def test_graphs_whose_counts_might_pass_64_bits_are_refused() -> None:
    require_countable(np.array([[1_300_000, 0, 0]]))
    with pytest.raises(OverflowError, match=r"up to a sum of cubed degrees of 2\.3e\+18; this"):
        require_countable(np.array([[1_000_000, 300_000, 100_000]]))


def test_something_else_than_a_graph_is_refused() -> None:
    with pytest.raises(TypeError, match="Graph"):
        four_node_census(igraph.Graph())
