"""Communities, their modularity and the agreement of partitions: by hand, by definition, by peers."""

from __future__ import annotations

import builtins
import random
from importlib.metadata import PackageNotFoundError, version
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from connectome_analysis.measures import adjusted_rand, communities, modularity
from tests.measures import weighted

Labels = list[int]


def two_cliques(n: int = 6) -> ca.Graph:
    block = 1 - np.eye(n, dtype=int)
    matrix = np.kron(np.eye(2, dtype=int), block)
    matrix[0, n] = 1
    return ca.Graph.from_adjacency(matrix)


def directed_by_definition(w: np.ndarray, labels: np.ndarray, resolution: float) -> float:
    """Leicht and Newman 2008, equation 4, pair by pair."""
    m = w.sum()
    expected = resolution * np.outer(w.sum(axis=1), w.sum(axis=0)) / m
    return float(((w - expected) * np.equal.outer(labels, labels)).sum() / m)


# ---- modularity


def test_two_pairs_apart_have_one_half() -> None:
    g = ca.Graph.from_edges([1, 2, 3, 4], [2, 1, 4, 3])
    for directed in (True, False):
        assert modularity(g, [0, 0, 1, 1], directed=directed) == 0.5
        assert modularity(g, [0, 0, 0, 0], directed=directed) == 0
        assert modularity(g, [0, 1, 0, 1], directed=directed) == -0.5


@given(
    weighted.matrices(max_nodes=8, min_nodes=2),
    st.lists(st.integers(0, 2), min_size=8, max_size=8),
    st.sampled_from([0.5, 1.0, 1.7]),
)
@settings(max_examples=80, deadline=None)
def test_it_equals_the_definition_and_networkx(
    matrix: np.ndarray, groups: Labels, resolution: float
) -> None:
    g = ca.Graph.from_adjacency(matrix)
    labels = np.array(groups[: len(matrix)])
    if g.n_edges == 0:
        assert np.isnan(modularity(g, labels))
        return
    parts = [set(np.flatnonzero(labels == k)) for k in np.unique(labels)]
    for directed in (True, False):
        for with_weights in (True, False):
            ours = modularity(
                g, labels, directed=directed, weighted=with_weights, resolution=resolution
            )
            w = matrix.astype(float) if with_weights else (matrix > 0).astype(float)
            if not directed:
                w = w + w.T if with_weights else ((w + w.T) > 0).astype(float)
            assert ours == pytest.approx(directed_by_definition(w, labels, resolution))
            theirs = nx.from_numpy_array(w, create_using=nx.DiGraph if directed else nx.Graph)
            assert ours == pytest.approx(
                nx.community.modularity(theirs, parts, resolution=resolution)
            )


def test_self_loops_that_are_kept_count_as_networkx_counts_them() -> None:
    g = ca.Graph.from_edges([1, 1, 2, 3], [1, 2, 1, 2], weight=[4, 1, 2, 3], self_loops="keep")
    theirs = g.to_networkx()
    undirected = nx.Graph()
    for pre, post, weight in theirs.edges(data="weight"):
        before = undirected.get_edge_data(pre, post, {"weight": 0})["weight"]
        undirected.add_edge(pre, post, weight=before + weight)
    parts = [{1}, {2, 3}]
    for name in ("weight", None):
        for directed, graph in ((True, theirs), (False, undirected)):
            ours = modularity(g, [0, 1, 1], directed=directed, weighted=name is not None)
            assert ours == pytest.approx(nx.community.modularity(graph, parts, weight=name))


def test_labels_may_be_a_column_a_series_or_an_array() -> None:
    g = ca.open("celegans-varshney2011").graph()
    column = g.nodes["cell_class"]
    by_id = pd.Series(column.to_numpy(), index=g.node_ids)[::-1]
    assert modularity(g, "cell_class") == modularity(g, by_id) == modularity(g, column.to_numpy())


# ---- agreement


def pairs_alike(a: Labels, b: Labels) -> float:
    """Hubert and Arabie 1985, pair by pair."""
    pairs = list(combinations(range(len(a)), 2))
    in_a = np.array([a[i] == a[j] for i, j in pairs])
    in_b = np.array([b[i] == b[j] for i, j in pairs])
    expected = in_a.sum() * in_b.sum() / len(pairs)
    most = (in_a.sum() + in_b.sum()) / 2
    return 1.0 if most == expected else ((in_a & in_b).sum() - expected) / (most - expected)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=12))
@settings(max_examples=150, deadline=None)
def test_adjusted_rand_equals_its_definition(labels: list[tuple[int, int]]) -> None:
    a, b = map(list, zip(*labels, strict=True))
    assert adjusted_rand(a, b) == pytest.approx(pairs_alike(a, b))
    assert adjusted_rand(a, b) == adjusted_rand(b, a)
    assert adjusted_rand(a, [f"name {k}" for k in a]) == 1


def test_adjusted_rand_of_unrelated_labels_is_near_0_and_of_few_neurons_1() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 50, (2, 200_000))
    assert abs(adjusted_rand(a, b)) < 1e-3
    assert adjusted_rand([], []) == adjusted_rand([1], [2]) == 1
    with pytest.raises(ValueError, match=r"equal length are wanted, got shapes \(2,\), \(1,\)"):
        adjusted_rand([1, 2], [1])


# ---- communities


def igraph_major() -> int:
    """0 where igraph is missing or too old for directed graphs."""
    try:
        return int(version("igraph").split(".")[0])
    except PackageNotFoundError:
        return 0


needs_igraph = pytest.mark.skipif(igraph_major() < 1, reason="needs igraph 1.0")
METHODS = [pytest.param("leiden", marks=needs_igraph), "louvain"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("directed", [True, False])
def test_two_cliques_are_found_by_every_run(method: str, directed: bool) -> None:
    found = communities(two_cliques(), method, directed=directed, n_runs=4)
    assert found.labels.tolist() == [0] * 6 + [1] * 6
    assert found.agreement == 1
    assert found.runs["n_communities"].tolist() == [2] * 4
    expected = modularity(two_cliques(), found.labels, directed=directed)
    assert found.modularity == expected == found.runs["modularity"].max()


@needs_igraph
def test_leiden_finds_what_louvain_finds_or_better_on_the_worm() -> None:
    g = ca.open("celegans-varshney2011").graph()
    for directed in (True, False):
        for with_weights in (True, False):
            options: dict[str, Any] = {"directed": directed, "weighted": with_weights}
            leiden = communities(g, **options)
            louvain = communities(g, "louvain", n_runs=2, **options)
            assert leiden.modularity > louvain.modularity - 0.005
            assert 0.3 < leiden.agreement < 1
    assert leiden.labels.value_counts().index.tolist() == sorted(leiden.labels.unique())


@pytest.mark.parametrize("method", METHODS)
def test_the_seed_fixes_the_result_and_leaves_pythons_random_numbers_alone(method: str) -> None:
    g = ca.open("celegans-varshney2011").graph()
    random.seed(3)
    state = random.getstate()
    first = communities(g, method, n_runs=2, rng=5)
    assert random.getstate() == state
    random.seed(99)
    again = communities(g, method, n_runs=2, rng=5)
    pd.testing.assert_series_equal(first.labels, again.labels)
    pd.testing.assert_frame_equal(first.runs, again.runs)
    longer = communities(g, method, n_runs=3, rng=5)
    pd.testing.assert_frame_equal(longer.runs.iloc[:2], first.runs)


@pytest.mark.parametrize("method", METHODS)
def test_graphs_without_edges_are_all_apart(method: str) -> None:
    lone = communities(ca.Graph.from_edges([], [], node_ids=[5, 6, 7]), method, n_runs=2)
    assert lone.labels.to_dict() == {5: 0, 6: 1, 7: 2}
    assert np.isnan(lone.modularity)
    assert lone.agreement == 1
    assert len(communities(ca.Graph.from_edges([], []), method, n_runs=1).labels) == 0
    assert np.isnan(communities(two_cliques(), method, n_runs=1).agreement)


def test_without_igraph_the_error_names_the_extra_and_nothing_else_is_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any, **named: Any) -> Any:
        if name == "igraph":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ImportError, match=r"igraph, .* pip install 'neuropil\[igraph\]'"):
        communities(two_cliques())


def test_an_igraph_too_old_for_directed_graphs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    igraph = pytest.importorskip("igraph")
    monkeypatch.setattr(igraph, "__version__", "0.11.8")
    with pytest.raises(ImportError, match=r"needs igraph 1.0 or later, this is 0.11.8.*directed=F"):
        communities(two_cliques())
    assert communities(two_cliques(), directed=False, n_runs=1).labels.max() == 1


def test_errors_say_what_came() -> None:
    g = two_cliques()
    with pytest.raises(ValueError, match="method must be 'leiden' or 'louvain', got 'infomap'"):
        communities(g, "infomap")
    with pytest.raises(ValueError, match="n_runs must be a whole number of at least 1, got 0"):
        communities(g, n_runs=0)
    with pytest.raises(ValueError, match="resolution must be a number above 0, got -1"):
        communities(g, resolution=-1)
    with pytest.raises(ValueError, match="2 of 12 neurons have no label, for instance 0"):
        modularity(g, [None, None, *"abcdefghij"])
    with pytest.raises(ValueError, match="no column 'region'; it has: node_id"):
        modularity(g, "region")
    with pytest.raises(ValueError, match="labels has no row for 11 of 12 neurons"):
        modularity(g, pd.Series([1], index=[0]))
