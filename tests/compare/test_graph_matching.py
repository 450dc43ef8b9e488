"""Graph matching: permuted graphs are found again, seeds stay, scipy's FAQ agrees, larval twins are found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import quadratic_assignment

import connectome_analysis as ca

from .graphs import random_graph, relabelled


def truth_of(g: ca.Graph, seed: int) -> dict[int, int]:
    order = np.random.default_rng(seed).permutation(g.n_nodes)
    return dict(zip(g.node_ids.tolist(), (1_000 + order).tolist(), strict=True))


def test_a_permuted_graph_is_found_again_with_some_seeds() -> None:
    g = random_graph(1, n=60, p=0.2)
    truth = truth_of(g, 5)
    seeds = {k: truth[k] for k in list(truth)[:12]}
    found = ca.compare.match_neurons(g, relabelled(g, 5), seeds=seeds)
    assert ca.compare.match_accuracy(found, truth) == 1.0
    assert found["seed"].sum() == 12
    np.testing.assert_allclose(found["agreement"], 1.0)


def test_the_graphs_may_change_places() -> None:
    g = random_graph(2, n=40, p=0.25)
    truth = truth_of(g, 6)
    back = {v: k for k, v in truth.items()}
    twin = relabelled(g, 6)
    seeds = dict(list(back.items())[:10])
    found = ca.compare.match_neurons(twin, g, seeds=seeds)
    assert ca.compare.match_accuracy(found, back) == 1.0


def test_every_neuron_of_the_smaller_graph_gets_one_partner() -> None:
    whole = random_graph(3, n=40, p=0.25)
    part = whole.subgraph(whole.node_ids[5:30])
    seeds = {int(i): int(i) for i in part.node_ids[:10]}
    found = ca.compare.match_neurons(part, whole, seeds=seeds)
    assert found["id_a"].tolist() == part.node_ids.tolist()
    assert found["id_b"].is_unique
    assert ca.compare.match_accuracy(found, {int(i): int(i) for i in part.node_ids}) > 0.9
    turned = ca.compare.match_neurons(whole, part, seeds=seeds)
    assert turned["id_b"].tolist() == part.node_ids.tolist()


def test_the_objective_is_that_of_scipys_faq() -> None:
    a, b = random_graph(4, n=25, p=0.3), random_graph(5, n=25, p=0.3)
    dense = [np.log1p(g.to_scipy().toarray()) for g in (a, b)]
    other = quadratic_assignment(
        *dense, options={"maximize": True, "tol": 1e-6, "rng": np.random.default_rng(0)}
    )
    found = ca.compare.match_neurons(a, b, tolerance=1e-6, max_iterations=100)
    order = found["id_b"].to_numpy()
    by_hand = (dense[0] * dense[1][np.ix_(order, order)]).sum()
    assert found.attrs["objective"] == pytest.approx(by_hand)
    assert found.attrs["objective"] == pytest.approx(other.fun, rel=0.03)


def test_more_starts_are_never_worse() -> None:
    a, b = random_graph(6, n=25), random_graph(7, n=25)
    one = ca.compare.match_neurons(a, b, n_starts=1)
    four = ca.compare.match_neurons(a, b, n_starts=4)
    assert four.attrs["objective"] >= one.attrs["objective"]
    again = ca.compare.match_neurons(a, b, n_starts=4)
    assert again.equals(four)


def test_without_connections_similarity_decides() -> None:
    empty = ca.Graph.from_edges([], [], node_ids=[1, 2, 3])
    other = ca.Graph.from_edges([], [], node_ids=[11, 12, 13])
    joined = ca.Graph.from_edges([1], [2], node_ids=[1, 2, 3])
    twin = ca.Graph.from_edges([12], [13], node_ids=[11, 12, 13])
    likeness = np.array([[0, 0, 9], [9, 0, 0], [0, 9, 0]])
    found = ca.compare.match_neurons(joined, twin, similarity=likeness)
    assert found["id_b"].tolist() == [13, 11, 12]
    plain = ca.compare.match_neurons(joined, twin)
    assert plain["id_b"].tolist() == [12, 13, 11]
    assert np.isnan(ca.compare.match_neurons(empty, other)["agreement"]).all()


def test_all_seeds_leave_nothing_to_do() -> None:
    g = random_graph(8, n=10)
    same = {int(i): int(i) for i in g.node_ids}
    found = ca.compare.match_neurons(g, g, seeds=same)
    assert found["seed"].all()
    assert np.isnan(ca.compare.match_accuracy(found, same))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seeds": {0: 1, 2: 1}}, "Neuron 1 of b is in more than one seed"),
        ({"seeds": {99: 1}}, "99"),
        ({"similarity": np.zeros((2, 2))}, "similarity must be finite numbers of shape"),
        ({"weights": "cube"}, "weights must be"),
        ({"n_starts": 0}, "n_starts must be"),
    ],
)
def test_mistakes_are_told(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ca.compare.match_neurons(random_graph(1), random_graph(2), **options)  # type: ignore[arg-type]
