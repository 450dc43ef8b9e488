"""Clustering by hand, by definition, against networkx and igraph, and as published."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.measures import clustering, clustering_patterns, mean_clustering
from tests import graphs
from tests.measures import weighted
from tests.reference import clustering as slow

KINDS = ("undirected", "fagiolo", "out_neighbors", "weighted", "barrat")


@pytest.fixture(scope="module")
def worm() -> ca.Graph:
    return ca.open("celegans-varshney2011").graph()


def test_a_triangle_with_a_tail_by_hand() -> None:
    g = ca.Graph.from_edges([1, 2, 3, 1], [2, 3, 1, 4], weight=[1, 1, 1, 2])
    assert clustering(g).to_dict() == pytest.approx({1: 1 / 3, 2: 1, 3: 1, 4: 0})
    # Neuron 1 has total degree 3, so 6 directed triangles are possible, 1 is there.
    assert clustering(g, "fagiolo").to_dict() == pytest.approx({1: 1 / 6, 2: 0.5, 3: 0.5, 4: 0})
    # All three edges of the triangle weigh half of the heaviest.
    assert clustering(g, "weighted")[2] == pytest.approx(0.25)
    # Strength 4; partners 2 and 3 are joined: (1 + 1) / (4 * 2).
    assert clustering(g, "barrat")[1] == pytest.approx(0.25)
    patterns = clustering_patterns(g)
    assert patterns["cycle"].to_dict() == pytest.approx({1: 0.5, 2: 1, 3: 1, 4: 0})
    assert not patterns[["middleman", "in", "out"]].to_numpy().any()


def test_each_corner_of_a_feed_forward_loop_has_its_own_pattern() -> None:
    patterns = clustering_patterns(ca.Graph.from_edges([1, 1, 2], [2, 3, 3]), undefined="nan")
    assert patterns.loc[1, "out"] == 0.5
    assert patterns.loc[2, "middleman"] == 1
    assert patterns.loc[3, "in"] == 0.5
    assert patterns["out"].isna().tolist() == [False, True, True]


@given(weighted.matrices())
@settings(max_examples=80, deadline=None)
def test_every_kind_equals_its_definition(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    a = (matrix > 0).astype(np.int64)
    roots = slow.cube_roots(matrix)
    for kind, expected in {
        "undirected": slow.undirected(a),
        "fagiolo": slow.fagiolo(a, a),
        "out_neighbors": slow.out_neighbors(a),
        "weighted": slow.fagiolo(a, roots),
        "barrat": slow.barrat(matrix),
    }.items():
        assert clustering(g, kind).tolist() == pytest.approx(expected, rel=1e-9, abs=1e-12), kind
    for with_weights, w in ((False, a), (True, roots)):
        found = clustering_patterns(g, weighted=with_weights)
        for name, expected in slow.patterns(a, w).items():
            assert found[name].tolist() == pytest.approx(expected, rel=1e-9, abs=1e-12), name


@given(weighted.matrices(max_nodes=12, min_nodes=1))
@settings(max_examples=40, deadline=None)
def test_networkx_agrees(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    directed = g.to_networkx()
    for kind, theirs in {
        "undirected": nx.clustering(nx.Graph(directed)),
        "fagiolo": nx.clustering(directed),
        "weighted": nx.clustering(directed, weight="weight"),
    }.items():
        assert clustering(g, kind).to_dict() == pytest.approx(theirs, rel=1e-9, abs=1e-12), kind


def test_igraph_agrees_on_barrat_and_on_a_larger_graph() -> None:
    igraph = pytest.importorskip("igraph")
    g = graphs.random_graph(300, 0.05, seed=2)
    rng = np.random.default_rng(0)
    g = g.with_edges(g.out_sources, g.out_indices, rng.integers(1, 9, g.n_edges))
    both = g.symmetrized()
    upper = both.out_sources < both.out_indices
    theirs = igraph.Graph(
        n=both.n_nodes,
        edges=np.column_stack([both.out_sources, both.out_indices])[upper],
    )
    weights = both.weights[upper].tolist()
    local = theirs.transitivity_local_undirected(mode="zero")
    assert clustering(g).tolist() == pytest.approx(local)
    local = theirs.transitivity_local_undirected(mode="zero", weights=weights)
    assert clustering(g, "barrat").tolist() == pytest.approx(local)


def test_varshney_has_the_published_clustering(worm: ca.Graph) -> None:
    """Varshney 2011, doi:10.1371/journal.pcbi.1001066; two means recomputed by two engines."""
    assert mean_clustering(worm) == pytest.approx(0.320303, abs=5e-7)
    assert mean_clustering(worm, "fagiolo") == pytest.approx(0.212442, abs=5e-7)
    labels = ca.measures.component_labels(worm)
    giant = worm.subgraph(labels.index[labels == 0])
    assert mean_clustering(giant, "out_neighbors") == pytest.approx(0.2211, abs=5e-5)


def test_the_gap_junctions_of_varshney_have_the_published_clustering() -> None:
    gaps = ca.open("celegans-varshney2011").graph(edge_type="electrical")
    labels = ca.measures.component_labels(gaps, "weak")
    giant = gaps.subgraph(labels.index[labels == 0])
    assert mean_clustering(giant) == pytest.approx(0.2064, abs=5e-5)


def test_neurons_without_a_pair_of_partners_count_as_zero_or_not_at_all() -> None:
    g = ca.Graph.from_edges([1, 2, 3, 1], [2, 3, 1, 4], node_ids=[1, 2, 3, 4, 5])
    assert clustering(g, undefined="nan").isna().tolist() == [False, False, False, True, True]
    assert mean_clustering(g) == pytest.approx((1 / 3 + 2) / 5)
    assert mean_clustering(g, undefined="nan") == pytest.approx((1 / 3 + 2) / 3)


@pytest.mark.parametrize("kind", KINDS)
def test_the_number_of_threads_changes_no_digit(kind: str, worm: ca.Graph) -> None:
    one = clustering(worm, kind, n_jobs=1)
    assert one.equals(clustering(worm, kind, n_jobs=3))


@pytest.mark.parametrize("kind", KINDS)
def test_another_order_of_neurons_changes_nothing(kind: str, worm: ca.Graph) -> None:
    edges = worm.edges()
    other = ca.Graph.from_edges(
        edges["pre_id"], edges["post_id"], edges["weight"], node_ids=worm.node_ids[::-1]
    )
    expected = clustering(worm, kind)
    assert clustering(other, kind)[expected.index].tolist() == pytest.approx(expected.tolist())


def test_self_loops_change_nothing() -> None:
    pre, post = [1, 2, 3, 1, 1, 2], [2, 3, 1, 4, 1, 2]
    kept = ca.Graph.from_edges(pre, post, self_loops="keep")
    dropped = ca.Graph.from_edges(pre, post)
    assert kept.has_self_loops
    for kind in KINDS:
        assert clustering(kept, kind).equals(clustering(dropped, kind))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_nothing_out(kind: str) -> None:
    empty, lone = ca.Graph.from_edges([], []), ca.Graph.from_edges([], [], node_ids=[7])
    assert len(clustering(empty, kind)) == 0
    assert np.isnan(mean_clustering(empty, kind))
    assert clustering(lone, kind).to_dict() == {7: 0.0}
    assert np.isnan(mean_clustering(lone, kind, undefined="nan"))
    assert clustering_patterns(empty).shape == (0, 4)


def test_a_complete_graph_and_a_star_have_all_and_none() -> None:
    full = ca.Graph.from_adjacency(1 - np.eye(40, dtype=int))
    star = ca.Graph.from_edges(np.zeros(60, int), np.arange(1, 61))
    for kind in KINDS:
        assert clustering(full, kind).tolist() == pytest.approx([1.0] * 40)
        assert not clustering(star, kind).any()


def test_weights_of_all_sizes_stay_between_0_and_1() -> None:
    pre, post = [1, 2, 3, 2], [2, 3, 1, 1]
    g = ca.Graph.from_edges(pre, post, weight=[1e100, 1e-100, 1.0, 1e-9])
    values = clustering(g, "weighted")
    assert values.between(0, 1).all()
    assert np.isfinite(values).all()


def test_errors_say_what_came_and_what_may_come() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3], weight=[1, -2])
    with pytest.raises(ValueError, match=r"kind must be 'undirected', .* got 'local'"):
        clustering(g, "local")
    with pytest.raises(ValueError, match="undefined must be 'zero' or 'nan', got 'skip'"):
        mean_clustering(g, undefined="skip")
    with pytest.raises(ValueError, match="Weights must be above 0, got 1 below, for instance -2"):
        clustering(g, "weighted")
    with pytest.raises(ValueError, match=r"between 1e-100 and 1e\+100, got 1 to 1e\+300; divide"):
        clustering(ca.Graph.from_edges([1, 2], [2, 3], weight=[1, 1e300]), "barrat")
    with pytest.raises(ValueError, match="n_jobs"):
        clustering(g, n_jobs=0)
    with pytest.raises(TypeError, match="A Graph is wanted"):
        clustering(np.eye(3))
