"""Clusters: planted types come back by every method, and what cannot be clustered is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import fcluster
from scipy.cluster.hierarchy import linkage as scipy_linkage

import connectome_analysis as ca
from connectome_analysis.cell_types import block_types, hierarchical
from connectome_analysis.cell_types.resampling import in_the_same_cluster, resampled
from tests.graphs import random_graph

OPTIONS = {
    "hierarchical": {"value": "log", "n_resamples": 3},
    "leiden": {"value": "log", "n_resamples": 2, "n_runs": 2},
    "spectral": {"n_starts": 1, "covariance": "full"},
    "block_model": {"n_runs": 1, "n_draws": 5},
    "rounds": {"value": "log", "n_runs": 2},
}
METHODS = tuple(OPTIONS)


@pytest.fixture(scope="module")
def planted() -> tuple[ca.Graph, np.ndarray]:
    random = np.random.default_rng(0)
    truth = np.sort(np.arange(120) % 4)
    joined = np.full((4, 4), 0.03)
    joined[[0, 1, 2, 3, 3], [1, 2, 3, 0, 3]] = 0.4
    edges = random.random((120, 120)) < joined[truth[:, None], truth]
    weights = edges * (1 + random.geometric(0.2, (120, 120)))
    return ca.Graph.from_adjacency(weights), truth


def need(method: str) -> None:
    library = {"leiden": "igraph", "rounds": "igraph", "spectral": "sklearn"}.get(method)
    if library is not None:
        pytest.importorskip(library)


@pytest.mark.parametrize("method", METHODS)
def test_planted_types_come_back_the_same_with_the_same_seed(method: str, planted) -> None:
    need(method)
    g, truth = planted
    found = ca.cell_types.cluster(g, method, 4, **OPTIONS[method])
    agreement = ca.cell_types.compare_types(truth, list(found.labels)).agreement["value"]
    assert agreement["adjusted_rand"] > 0.9
    assert ((found.confidence >= 0) & (found.confidence <= 1)).all()
    assert np.median(found.confidence) > 0.8
    again = ca.cell_types.cluster(g, method, 4, n_jobs=1, **OPTIONS[method])
    pd.testing.assert_frame_equal(found.to_frame(), again.to_frame())


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_neurons_changes_nothing(method: str, planted) -> None:
    need(method)
    g, _ = planted
    options = {k: v for k, v in OPTIONS[method].items() if k != "n_resamples"}
    order = np.random.default_rng(1).permutation(g.n_nodes)
    shuffled = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    one = ca.cell_types.cluster(g, method, 4, confidence="none", **options)
    other = ca.cell_types.cluster(shuffled, method, 4, confidence="none", **options)
    same = ca.measures.adjusted_rand(
        one.labels[order].astype(np.int64), other.labels.astype(np.int64)
    )
    assert same == 1


@pytest.mark.parametrize("method", METHODS)
def test_tiny_graphs_and_neurons_without_connection_have_an_answer(method: str) -> None:
    need(method)
    lonely = ca.Graph.from_edges([], [], node_ids=[1, 2, 3])
    assert ca.cell_types.cluster(lonely, method).n_unknown == 3
    assert len(ca.cell_types.cluster(ca.Graph.from_edges([], []), method).labels) == 0
    pair = ca.cell_types.cluster(ca.Graph.from_edges([1], [2], node_ids=[1, 2, 3]), method)
    assert pair.labels.tolist() == [0, 0, None]
    apart = ca.Graph.from_edges(
        [1, 2, 1, 4, 5, 4], [2, 3, 3, 5, 6, 6], node_ids=[1, 2, 3, 4, 5, 6, 7]
    )
    options = {k: v for k, v in OPTIONS[method].items() if k != "value"}
    found = ca.cell_types.cluster(apart, method, **options)
    assert found.labels[6] is None
    assert found.confidence[6] in (0, pytest.approx(np.nan, nan_ok=True))
    assert found.n_types >= 1


def test_without_a_number_the_criterion_finds_the_planted_one(planted) -> None:
    pytest.importorskip("sklearn")
    g, _ = planted
    found = ca.cell_types.cluster(g, "block_model", n_runs=1, n_draws=0)
    assert found.n_types == 4
    assert found.facts["description_length"] == pytest.approx(
        ca.cell_types.description_length(
            g, found.labels.astype(np.int64), [np.zeros(4, dtype=int)]
        ).total,
        rel=0.01,
    )
    spectral = ca.cell_types.cluster(g, "spectral", **OPTIONS["spectral"])
    assert spectral.scores.loc[spectral.scores["bic"].idxmin(), "n_types"] == spectral.n_types


def test_levels_hold_whole_groups_of_the_level_before() -> None:
    g = ca.open("celegans-witvliet2021-1").graph()
    table = ca.cell_types.cluster(g, "block_model", n_runs=1, n_draws=0).to_frame().dropna()
    columns = [name for name in table.columns if name.startswith("level_")]
    for finer, coarser in zip(["label", *columns], columns, strict=False):
        assert (table.groupby(finer)[coarser].nunique() == 1).all()


def test_the_table_goes_into_sql(planted) -> None:
    with ca.open("larva-mushroom-body-left") as c:
        found = ca.cell_types.cluster(c.graph(), n_types=5, confidence="none")
        c.register("clusters", found.to_frame())
        rows = c.sql(
            "SELECT label, count(*) FROM nodes JOIN clusters USING (node_id) GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert [label for label, _ in rows] == [0, 1, 2, 3, 4]
    assert rows[0][1] >= rows[-1][1]


def test_rounds_go_on_from_labels_that_were_given(planted) -> None:
    g, truth = planted
    begin = truth.astype(object)
    begin[::3] = None
    found = ca.cell_types.cluster(g, "rounds", begin=begin)
    assert ca.measures.adjusted_rand(truth.astype(str), found.labels.astype(str)) > 0.9
    by_id = pd.Series(begin, index=g.node_ids)[::-1]
    again = ca.cell_types.cluster(g, "rounds", begin=by_id, confidence="bootstrap", n_resamples=2)
    assert again.labels.tolist() == found.labels.tolist()
    assert np.median(again.confidence) == 1
    with pytest.raises(ValueError, match="The node table has no column 'foo'"):
        ca.cell_types.cluster(g, "rounds", begin="foo")


def test_large_graphs_begin_with_groups_and_with_the_nearest_neurons(
    planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    g, truth = planted
    monkeypatch.setattr(block_types, "_ALONE", 50)
    monkeypatch.setattr(block_types, "_GROUPS_AT_FIRST", 30)
    monkeypatch.setattr(hierarchical, "_DENSE", 50)
    options = {"confidence": "none"}
    blocks = ca.cell_types.cluster(g, "block_model", n_runs=1, n_draws=0, **options)
    tree = ca.cell_types.cluster(g, "hierarchical", 4, **options)
    assert tree.facts["pairs"] == "the 50 nearest neurons of each"
    for found in (blocks, tree):
        assert ca.measures.adjusted_rand(truth, found.labels.astype(np.int64)) > 0.9


@pytest.mark.parametrize("linkage", ["ward", "average", "complete"])
def test_as_many_types_come_as_are_asked_for_though_neurons_that_share_nothing_tie(linkage) -> None:
    g = ca.Graph.from_edges([1, 2, 3, 4, 5, 6], [11, 11, 12, 12, 13, 13])
    found = ca.cell_types.cluster(g, "hierarchical", 4, linkage=linkage, confidence="none")
    assert found.n_types == 4
    of = dict(zip(found.node_ids.tolist(), found.labels, strict=True))
    alike = [of[1] == of[2], of[3] == of[4], of[5] == of[6]]
    assert all(alike)


def test_a_dendrogram_by_ward_is_cut_as_scipy_cuts_it(planted) -> None:
    g, _ = planted
    found = ca.cell_types.cluster(g, "hierarchical", 7, metric="cosine", confidence="none")
    assert found.facts["linkage"] == "ward"
    alike = ca.cell_types.similarity(g, "cosine", "both").toarray()
    apart = np.sqrt(2 * np.clip(1 - alike, 0, None))[np.triu_indices(g.n_nodes, 1)]
    labels = fcluster(scipy_linkage(apart, "ward"), 7, "maxclust")
    assert ca.measures.adjusted_rand(labels.astype(str), found.labels.astype(str)) == 1


def test_an_omnibus_of_two_graphs_needs_the_same_neurons(planted) -> None:
    pytest.importorskip("sklearn")
    g, truth = planted
    options = {"embedding": "omnibus", "confidence": "none", **OPTIONS["spectral"]}
    half = np.random.default_rng(0).random(g.n_edges) < 0.5
    found = ca.cell_types.cluster(
        g.edges_kept(half), "spectral", 4, others=[g.edges_kept(~half)], **options
    )
    agree = ca.cell_types.compare_types(truth, list(found.labels)).agreement["value"]
    assert agree["adjusted_rand"] > 0.8
    with pytest.raises(ValueError, match="must have the same neurons in the same order"):
        ca.cell_types.cluster(g, "spectral", 4, others=[random_graph(9, 0.3, seed=0)], **options)


def test_a_bootstrap_sample_has_as_many_synapses_and_edges_drawn() -> None:
    g = random_graph(20, 0.3, seed=0)
    heavy = g.with_edges(g.out_sources, g.out_indices, np.full(g.n_edges, 7))
    random = np.random.default_rng(0)
    assert resampled(heavy, "synapses", random).weights.sum() == 7 * g.n_edges
    edges = resampled(heavy, "edges", random).weights
    assert edges.sum() == 7 * g.n_edges
    assert (edges % 7 == 0).all()


def test_clusters_are_matched_one_to_one() -> None:
    same = in_the_same_cluster(np.array([0, 0, 0, 1, 1]), np.array([4, 4, 4, 4, 4]))
    assert same.tolist() == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "kmeans"}, "method must be 'hierarchical', 'leiden', 'spectral'"),
        ({"foo": 1}, "method='hierarchical' has no option 'foo'; it has: metric, direction"),
        ({"n_types": 200}, "200 types were asked for, and 120 neurons have a connection"),
        ({"confidence": "posterior"}, "has no posterior; take confidence='bootstrap'"),
        ({"neighbours": 5, "linkage": "single"}, "linkage='single' needs all pairs"),
        ({"method": "spectral", "others": [1]}, "A Graph is wanted, got"),
        ({"resample": "cells"}, "resample must be 'auto', 'synapses' or 'edges'"),
    ],
)
def test_a_wrong_option_is_said(options: dict, words: str, planted) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        ca.cell_types.cluster(planted[0], **options)


def test_synapses_as_edges_need_whole_numbers(planted) -> None:
    g, _ = planted
    halves = g.with_edges(g.out_sources, g.out_indices, g.weights * 0.5)
    with pytest.raises(ValueError, match="needs whole numbers as weights, got float64"):
        ca.cell_types.cluster(halves, "block_model", weighted=True)
    with pytest.raises(ValueError, match="resample='edges' takes any"):
        ca.cell_types.cluster(halves, resample="synapses")


def test_without_scikit_learn_the_error_says_how_to_get_it(
    planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "sklearn.mixture", None)
    with pytest.raises(ImportError, match=r"pip install 'neuropil\[gnn\]'"):
        ca.cell_types.cluster(planted[0], "spectral")


@pytest.mark.graph_tool
@pytest.mark.parametrize("nested", [False, True])
def test_graph_tool_is_asked_for_the_same_model(nested: bool, planted) -> None:
    g, truth = planted
    options = {"n_runs": 1, "n_draws": 5, "nested": nested}
    found = ca.cell_types.cluster(g, "block_model", engine="graph-tool", **options)
    own = ca.cell_types.cluster(g, "block_model", **options)
    assert ca.measures.adjusted_rand(truth.astype(str), found.labels.astype(str)) > 0.9
    assert own.facts["description_length"] <= 1.01 * found.facts["description_length"]
