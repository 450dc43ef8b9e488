"""Alpha and beta follow from the errors of single synapses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, poisson

import connectome_analysis as ca
from connectome_analysis.errors import ErrorModel
from connectome_analysis.errors.edge_rates import edge_rates
from connectome_analysis.errors.true_counts import (
    TrueCounts,
    estimate_true_counts,
    seen_given_true,
)
from tests.graphs import random_graph


def with_counts(seed: int = 0, n: int = 40) -> ca.Graph:
    g = random_graph(n, 0.2, seed)
    counts = np.random.default_rng(seed).geometric(0.3, g.n_edges)
    return ca.Graph.from_edges(
        g.node_ids[g.out_sources], g.node_ids[g.out_indices], counts, node_ids=g.node_ids
    )


def test_beta_is_the_chance_to_see_too_few_and_alpha_to_invent_enough() -> None:
    """beta(k) = P(Binomial(k, r) + Poisson(lambda) < theta); alpha = P(Poisson >= theta)."""
    model = ErrorModel(recall=0.7, false_rate=0.4, could_touch="all", min_synapses=3)
    only_fours = TrueCounts(np.array([0.0, 0.0, 0.0, 1.0]))
    rates = edge_rates(model, with_counts(), only_fours)
    few = sum(binom.pmf(found, 4, 0.7) * poisson.cdf(2 - found, 0.4) for found in range(3))
    assert rates.beta.constant == pytest.approx(few, abs=1e-12)
    assert rates.alpha.constant == pytest.approx(poisson.sf(2, 0.4), abs=1e-9)


def test_completeness_of_both_neurons_multiplies_the_recall() -> None:
    """r_ij = r c_pre(i) c_post(j)."""
    g = with_counts()
    pre = pd.Series(np.linspace(0.5, 1, g.n_nodes), index=g.node_ids)
    post = pd.Series(np.linspace(1, 0.4, g.n_nodes), index=g.node_ids)
    model = ErrorModel(recall=0.9, pre_completeness=pre, post_completeness=post)
    one = edge_rates(model, g, TrueCounts(np.array([1.0])))
    expected = 1 - 0.9 * np.outer(pre, post)
    np.testing.assert_allclose(one.beta.dense(), expected, atol=1e-5)


def test_no_errors_are_no_rates() -> None:
    rates = ErrorModel().edge_rates(with_counts())
    assert rates.constant == (0.0, 0.0)


@pytest.mark.parametrize("k", [0, 1, 2, 7])
def test_the_estimate_by_count_is_unbiased_for_every_true_count(k: int) -> None:
    recall, false = 0.7, 0.3
    g = ca.Graph.from_edges([1] * 60, range(2, 62), np.arange(1, 61))
    model = ErrorModel(recall=recall, false_rate=false, could_touch="all")
    found = edge_rates(model, g).by_count
    assert found is not None
    estimates = np.concatenate([[found.unseen.constant], found.seen])
    chance = seen_given_true(recall, false, 60, 10)[k]
    assert chance @ estimates == pytest.approx(float(k > 0), abs=1e-9)


@pytest.mark.parametrize(
    ("recall", "false", "theta"), [(0.9, 0.0, 3), (0.4, 0.0, 1), (0.8, 0.2, 2)]
)
def test_above_a_threshold_the_estimate_by_count_comes_near(
    recall: float, false: float, theta: int
) -> None:
    """0 on average over pairs without a synapse, 1 over connections, and near 1 for strong ones."""
    model = ErrorModel(
        recall=recall,
        false_rate=false,
        could_touch="all",
        min_synapses=theta,
        connection_from=theta,
    )
    rng = np.random.default_rng(0)
    true = theta + rng.poisson(6, 3000)
    counts = rng.binomial(true, recall)
    seen = counts[counts >= theta]
    g = ca.Graph.from_edges(range(len(seen)), range(1, len(seen) + 1), seen)
    weight = np.bincount(true, minlength=61)[1:].astype(float)
    found = edge_rates(model, g, TrueCounts(weight)).by_count
    assert found is not None
    f = np.zeros(65)
    f[seen] = found.seen
    chance = seen_given_true(recall, false, 64, 60)
    below = chance[:, :theta].sum(axis=1)
    expected = chance[:, theta:] @ f[theta:] + below * found.unseen.constant
    known = np.isin(np.arange(61), true) & (chance[:, f == 0][:, theta:].sum(axis=1) < 1e-3)
    share = weight[known[1:]] / weight[known[1:]].sum()
    assert expected[1:][known[1:]] @ share == pytest.approx(1.0, abs=0.02)
    assert expected[0] == pytest.approx(0.0, abs=1e-6)
    # Far nearer to 1, strength by strength, than the mean beta is.
    by_mean = (1 - below[known]) / (1 - edge_rates(model, g, TrueCounts(weight)).beta.constant)
    apart, apart_by_mean = (np.sqrt(share @ (e - 1) ** 2) for e in (expected[known], by_mean))
    assert apart < 0.6 * apart_by_mean


def test_true_counts_come_back_from_what_was_seen_of_them() -> None:
    rng = np.random.default_rng(1)
    true = rng.geometric(0.25, 40_000)
    seen = rng.binomial(true, 0.7)
    seen = seen[seen > 0]
    found = estimate_true_counts(seen, np.full(len(seen), 0.7), None, 1)
    # So many connections in all, and so many of one synapse.
    assert found.number.sum() == pytest.approx(40_000, rel=0.02)
    assert found.share()[:3] == pytest.approx([0.25, 0.1875, 0.1406], abs=0.02)


def test_false_synapses_are_not_taken_for_weak_connections() -> None:
    rng = np.random.default_rng(2)
    true = 3 + rng.poisson(5, 5_000)
    false = rng.poisson(0.05, 100_000)
    seen = np.concatenate([rng.binomial(true, 0.8), false[false > 0]])
    expected = 100_000 * poisson.pmf(np.arange(257), 0.05)
    found = estimate_true_counts(seen, np.full(len(seen), 0.8), expected, 1)
    assert found.number.sum() == pytest.approx(5_000, rel=0.03)


def test_false_connections_are_only_where_neurons_could_touch() -> None:
    nodes = pd.DataFrame(
        {"node_id": [1, 2, 3, 4], "region": ["MB", "MB", "LH", None], "x_nm": [0, 1e4, 9e4, 9e4]}
        | {"y_nm": 0.0, "z_nm": 0.0}
    )
    g = ca.Graph.from_edges([1], [3], nodes=nodes)
    region = ErrorModel(alpha=0.1, could_touch="region").edge_rates(g).alpha.dense()
    assert region[0, 1] == region[1, 0] == pytest.approx(0.1)
    assert region[0, 2] == region[2, 3] == region[3, 2] == 0
    near = ErrorModel(alpha=0.1, could_touch={"within_um": 20}).edge_rates(g).alpha.dense()
    assert near[0, 1] == near[2, 3] == pytest.approx(0.1)
    assert near[0, 2] == 0
    contacts = pd.DataFrame({"pre_id": [1, 4], "post_id": [2, 1], "area_um2": [0.5, 2.0]})
    model = ErrorModel(false_rate=0.1, could_touch=contacts)
    alpha = model.edge_rates(ca.Graph.from_edges([1], [3], [2], nodes=nodes)).alpha.dense()
    assert alpha[0, 1] == pytest.approx(1 - np.exp(-0.05))
    assert alpha[3, 0] == pytest.approx(1 - np.exp(-0.2))
    assert alpha[1, 0] == 0


def test_rates_by_pairs_of_groups_are_looked_up_from_sender_to_receiver() -> None:
    nodes = pd.DataFrame({"node_id": [1, 2, 3], "region": ["a", "b", "b"]})
    g = ca.Graph.from_edges([1], [2], nodes=nodes)
    rates = {("a", "a"): 0.1, ("a", "b"): 0.2, ("b", "a"): 0.3, ("b", "b"): 0.4}
    beta = ErrorModel(beta={"region": rates}).edge_rates(g).beta.dense()
    assert beta[0, 1] == 0.2
    assert beta[1, 0] == 0.3
    assert beta[1, 2] == 0.4


def test_weights_that_count_nothing_are_said_to() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3], [0.5, 1.0], weight_meaning="contact depth in um")
    with pytest.raises(ValueError, match=r"contact depth in um.*rates of connections instead"):
        ErrorModel(recall=0.9).edge_rates(g)


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ({"beta": {"region": {"MB ": 0.3}}}, "none of these is in the column region: it has 'MB'"),
        ({"beta": {"region": {("MB", "LH"): 0.3}}}, "no rate for"),
        ({"beta": {"region": {"MB": 0.3}}}, "no rate for 'LH' of region"),
        ({"beta": pd.Series([0.1], index=[99])}, "none of them is in the graph"),
        (
            {"beta": pd.DataFrame({"pre_id": [98], "post_id": [99], "value": [0.1]})},
            "98 to 99, and none of them is in the graph",
        ),
        (
            {"alpha": 0.1, "could_touch": pd.DataFrame({"pre_id": [98], "post_id": [99]})},
            "none of them is in the graph",
        ),
    ],
)
def test_rates_of_other_neurons_are_refused(rates: dict[str, object], message: str) -> None:
    nodes = pd.DataFrame({"node_id": [1, 2, 3], "region": ["MB", "MB", "LH"]})
    g = ca.Graph.from_edges([1], [2], nodes=nodes)
    with pytest.raises(ValueError, match=message):
        ErrorModel(**rates).edge_rates(g)


def test_weights_of_another_meaning_count_no_synapses() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3], [5, 1], weight_meaning="EM serial sections")
    with pytest.raises(ValueError, match="the weights are EM serial sections"):
        ErrorModel(recall=0.9).edge_rates(g)


def undirected() -> ca.Graph:
    """A ring of twenty neurons, each joined with its neighbours both ways."""
    ring = [(i, (i + 1) % 20) for i in range(20)]
    pairs = [*ring, *((j, i) for i, j in ring)]
    return ca.Graph.from_edges(*zip(*pairs, strict=True), name="electrical")


@pytest.mark.parametrize(
    "of",
    [
        ca.errors.debias_triad_census,
        ca.errors.debias_measures,
        ca.errors.debias_subgraphs,
        ca.errors.debias_degrees,
        lambda g, **model: ca.motifs.significance(g, n_samples=5, **model),
        lambda g, error_model: ca.errors.impute(g, error_model, {"edges": lambda g: g.n_edges}),
        lambda g, error_model: ca.errors.compare(g, g, error_model, error_model),
        lambda g, error_model: ca.errors.compare_pairs(g, g, error_model, error_model),
        lambda g, error_model: ca.errors.robustness(g, "beta", [0, 0.1], error_model=error_model),
        lambda g, error_model: error_model.corrupt(g),
    ],
)
def test_an_undirected_graph_is_refused_in_one_line_with_a_way_out(of) -> None:
    with pytest.raises(ValueError, match="Every connection of electrical is answered") as refused:
        of(undirected(), error_model=ErrorModel(beta=0.2, alpha=0.001, could_touch="all"))
    assert "\n" not in str(refused.value)
    assert "edge_type='chemical'" in str(refused.value)


def test_answered_graphs_that_are_no_sign_of_an_undirected_one_are_taken() -> None:
    """Without errors nothing is wrong; in a complete graph, and of few edges, chance answers all."""
    assert ErrorModel().edge_rates(undirected()).constant == (0.0, 0.0)
    everyone = [(a, b) for a in range(8) for b in range(8) if a != b]
    assert ErrorModel(beta=0.1).edge_rates(ca.Graph.from_edges(*zip(*everyone, strict=True)))
    assert ErrorModel(beta=0.1).edge_rates(ca.Graph.from_edges([1, 2], [2, 1]))


def test_equal_ids_of_other_neurons_are_no_replicates() -> None:
    one, two = (
        ca.Graph.from_edges([1], [2], nodes=pd.DataFrame({"node_id": [1, 2], "name": names}))
        for names in (["AVA", "AVB"], ["AVB", "AVA"])
    )
    with pytest.raises(ValueError, match="1 is AVA in one and AVB in the other, as are 2 of 2"):
        ca.errors.compare_pairs(one, two, ErrorModel(beta=0.1), ErrorModel(beta=0.1))
    with pytest.raises(ValueError, match="share ids of other neurons"):
        ca.errors.fit_replicates([one, two], alpha=0.0)
