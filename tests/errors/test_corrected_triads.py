"""Corrected counts are those of the true graph on average, and scatter as they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.errors.correction.corrected_triads import without_error
from connectome_analysis.errors.correction.intervals import ratio_interval
from connectome_analysis.errors.correction.triad_estimates import counts_only, triad_estimates
from connectome_analysis.errors.edge_rates import EdgeRates
from connectome_analysis.errors.error_model import ErrorModel
from connectome_analysis.errors.rate_table import constant_rate, rate_by_classes, with_pairs
from connectome_analysis.errors.validation.brute_force import (
    all_graphs,
    chance_of_seeing,
    largest_error,
)
from connectome_analysis.motifs.triads import CONNECTED_TRIADS, TRIAD_NAMES
from tests.graphs import random_graph
from tests.reference.corrected_counts import census, corrected_census


def graph_of(matrix: np.ndarray) -> ca.Graph:
    return ca.Graph.from_adjacency(matrix.astype(np.int64))


def matrix_of(g: ca.Graph) -> np.ndarray:
    return (g.to_scipy().toarray() > 0).astype(float)


# ---------------------------------------------------------------- by hand


def test_a_feed_forward_loop_stands_for_eight_where_half_of_the_edges_are_missed() -> None:
    g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3])
    table = ca.errors.debias_subgraphs(g, beta=0.5)
    assert table.loc["030T", "observed"] == 1
    assert table.loc["030T", "estimate"] == pytest.approx(8.0)
    # Induced: 8 loops, of which none is counted where another edge is: none was missed there.
    induced = ca.errors.debias_triad_census(g, beta=0.5)
    assert induced.loc["030T", "estimate"] == pytest.approx(8.0)
    # Three edges, each standing for two: of 2^3 ways to leave some out, 021D has one pair.
    assert induced["estimate"].sum() == pytest.approx(1.0)
    assert induced.loc["003", "estimate"] == pytest.approx(-1.0)


def test_without_errors_the_estimate_is_what_was_seen_and_certain() -> None:
    g = random_graph(30, 0.2, 1)
    table = ca.errors.debias_triad_census(g, alpha=0.0, beta=0.0)
    assert table["observed"].tolist() == ca.motifs.triad_census(g).tolist()
    for column in ("estimate", "low", "high"):
        np.testing.assert_allclose(table[column], table["observed"], rtol=1e-12, atol=1e-6)
    assert (table["se"] < 1e-5).all()


# ---------------------------------------------------------------- all graphs there are


@pytest.mark.parametrize(
    ("alpha", "beta"),
    [
        (0.03, 0.2),
        pytest.param(0.0, 0.4, marks=pytest.mark.slow),
        pytest.param(0.2, 0.1, marks=pytest.mark.slow),
    ],
)
def test_over_all_graphs_of_four_neurons_estimate_and_covariance_are_unbiased(
    alpha: float, beta: float
) -> None:
    """E over everything that could be seen of every true graph, exactly."""
    of_counts, of_covariances = largest_error(alpha, beta)
    assert of_counts < 1e-9
    assert of_covariances < 1e-9


@pytest.mark.parametrize("n", [3, pytest.param(4, marks=pytest.mark.slow)])
def test_over_all_graphs_rates_of_pairs_are_unbiased(n: int) -> None:
    graphs = all_graphs(n)
    rng = np.random.default_rng(3)
    alpha, beta = rng.random((n, n)) * 0.2, rng.random((n, n)) * 0.4
    chance = chance_of_seeing(alpha, beta)
    model = ErrorModel(alpha=alpha, beta=beta, could_touch="all")
    counts = np.array([counts_only(graph_of(graph), model) for graph in graphs])
    truth = np.array([ca.motifs.triad_census(graph_of(graph)).to_numpy() for graph in graphs])
    np.testing.assert_allclose(chance @ counts, truth, atol=1e-9)


# ---------------------------------------------------------------- the slow twin


@pytest.mark.parametrize("seed", range(8))
def test_counts_agree_with_every_triple_looked_at_for_rates_of_every_kind(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 14))
    g = random_graph(n, 0.3, seed)
    kind = seed % 4
    classes = rng.integers(0, 3, n)
    if kind == 0:
        alpha, beta = constant_rate(n, 0.02), constant_rate(n, 0.2)
    elif kind == 1:  # blocks
        alpha = rate_by_classes(classes, classes, rng.random((3, 3)) * 0.1)
        beta = rate_by_classes(classes, classes, rng.random((3, 3)) * 0.4)
    elif kind == 2:  # pairs that could touch, and every neuron its own completeness
        pairs = np.array(
            [(i, j) for i in range(n) for j in range(n) if i != j and rng.random() < 0.2]
        )
        pairs = pairs.reshape(-1, 2)
        alpha = with_pairs(
            constant_rate(n, 0.0), pairs[:, 0], pairs[:, 1], rng.random(len(pairs)) * 0.1
        )
        beta = rate_by_classes(np.arange(n), np.arange(n), rng.random((n, n)) * 0.4)
    else:  # senders and receivers in different groups
        alpha = rate_by_classes(classes, np.zeros(n), rng.random((3, 1)) * 0.1)
        beta = rate_by_classes(np.zeros(n), classes, rng.random((1, 3)) * 0.4)
    rates = EdgeRates(alpha, beta)

    class Given(ErrorModel):
        def edge_rates(self, _g: ca.Graph) -> EdgeRates:
            return rates

    found = counts_only(g, Given())
    expected = corrected_census(matrix_of(g), alpha.dense(), beta.dense())
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("density", [0.05, 0.5])
def test_constant_rates_give_the_inverse_of_what_is_seen_of_each_class(density: float) -> None:
    """W^-T observed, W[c, d] the probability of seeing class d where class c is."""
    alpha, beta = 0.01, 0.3
    g = random_graph(60, density, 5)
    confusion = np.array([_seen_of(name, alpha, beta) for name in TRIAD_NAMES])
    np.testing.assert_allclose(confusion.sum(axis=1), 1.0)
    assert np.linalg.cond(confusion) == pytest.approx(29, abs=1.5)
    observed = ca.motifs.triad_census(g).to_numpy()
    table = ca.errors.debias_triad_census(g, alpha=alpha, beta=beta)
    np.testing.assert_allclose(
        table["estimate"], np.linalg.solve(confusion.T, observed), rtol=1e-8, atol=1e-6
    )


def _seen_of(name: str, alpha: float, beta: float) -> np.ndarray:
    from connectome_analysis.motifs.triads import TRIADS

    graph = np.zeros((3, 3))
    for a, b in TRIADS[name].edges:
        graph[a, b] = 1
    graphs = all_graphs(3)
    number = int(np.flatnonzero((graphs == graph).all(axis=(1, 2)))[0])
    chance = chance_of_seeing(np.full((3, 3), alpha), np.full((3, 3), beta))[number]
    return chance @ np.array([census(one) for one in graphs])


def test_the_condition_of_the_confusion_is_the_published_one() -> None:
    confusion = np.array([_seen_of(name, 0.002, 0.15) for name in TRIAD_NAMES])
    assert np.linalg.cond(confusion) == pytest.approx(4.8, abs=0.1)


def test_copies_are_the_products_of_corrected_matrices() -> None:
    alpha, beta = 0.01, 0.2
    g = random_graph(40, 0.2, 2)
    corrected = (matrix_of(g) - alpha) / (1 - alpha - beta)
    np.fill_diagonal(corrected, 0)
    copies = ca.errors.debias_subgraphs(g, alpha=alpha, beta=beta)["estimate"]
    loops = (corrected * (corrected @ corrected)).sum()
    cycles = np.trace(corrected @ corrected @ corrected) / 3
    assert copies["030T"] == pytest.approx(loops)
    assert copies["030C"] == pytest.approx(cycles)
    measures = ca.errors.debias_measures(g, alpha=alpha, beta=beta)["estimate"]
    assert measures["edges"] == pytest.approx(corrected.sum())
    assert measures["mutual_pairs"] == pytest.approx((corrected * corrected.T).sum() / 2)


# ---------------------------------------------------------------- what does not matter


def test_the_order_of_the_neurons_changes_nothing() -> None:
    g = random_graph(50, 0.2, 7)
    order = np.random.default_rng(0).permutation(50)
    turned = graph_of(matrix_of(g)[np.ix_(order, order)])
    alpha = np.random.default_rng(1).random((50, 50)) * 0.05
    one = ca.errors.debias_triad_census(g, alpha=alpha, beta=0.2)
    two = ca.errors.debias_triad_census(turned, alpha=alpha[np.ix_(order, order)], beta=0.2)
    np.testing.assert_allclose(one["estimate"], two["estimate"], rtol=1e-8, atol=1e-6)
    np.testing.assert_allclose(one["se"], two["se"], rtol=1e-6, atol=1e-6)


def test_rates_may_be_a_number_a_matrix_or_a_table_and_mean_the_same() -> None:
    g = random_graph(20, 0.2, 3)
    number = ca.errors.debias_triad_census(g, alpha=0.01, beta=0.1)
    matrix = ca.errors.debias_triad_census(
        g, alpha=np.full((20, 20), 0.01), beta=np.full((20, 20), 0.1)
    )
    pairs = pd.DataFrame(
        [(i, j, 0.1) for i in range(20) for j in range(20) if i != j],
        columns=["pre_id", "post_id", "value"],
    )
    listed = ca.errors.debias_triad_census(g, alpha=0.01, beta=pairs)
    for other in (matrix, listed):
        np.testing.assert_allclose(number["estimate"], other["estimate"], rtol=1e-9)
        np.testing.assert_allclose(number["se"], other["se"], rtol=1e-6)


def test_the_number_of_threads_changes_no_digit_that_matters() -> None:
    g = random_graph(300, 0.1, 3)
    one = ca.errors.debias_triad_census(g, alpha=0.001, beta=0.1, n_jobs=1)
    two = ca.errors.debias_triad_census(g, alpha=0.001, beta=0.1, n_jobs=3)
    np.testing.assert_allclose(one[["estimate", "se"]], two[["estimate", "se"]], rtol=1e-9)


# ---------------------------------------------------------------- coverage


@pytest.mark.slow
@pytest.mark.parametrize(("alpha", "beta"), [(0.002, 0.15), (0.01, 0.3)])
def test_intervals_cover_the_truth_of_the_worm(alpha: float, beta: float) -> None:
    worm = ca.open("celegans-varshney2011").graph()
    true = matrix_of(worm)
    rng = np.random.default_rng(0)
    truths = {
        ca.errors.debias_triad_census: ca.motifs.triad_census(worm),
        ca.errors.debias_measures: ca.errors.debias_measures(worm, beta=0.0)["observed"],
        ca.errors.debias_subgraphs: ca.errors.debias_subgraphs(worm, beta=0.0)["observed"],
    }
    worlds = 60
    inside = {function: np.zeros(len(truth)) for function, truth in truths.items()}
    degrees = 0.0
    for _ in range(worlds):
        draw = rng.random(true.shape)
        seen = np.where(true > 0, draw >= beta, draw < alpha)
        np.fill_diagonal(seen, False)
        g = graph_of(seen)
        for function, truth in truths.items():
            table = function(g, alpha=alpha, beta=beta)
            inside[function] += (table["low"] <= truth) & (truth <= table["high"])
        table = ca.errors.debias_degrees(g, alpha=alpha, beta=beta)
        out = worm.out_degree
        degrees += np.mean((table["out_low"] <= out) & (out <= table["out_high"]))
    shares = np.concatenate([count / worlds for count in inside.values()])
    assert shares.min() > 0.83  # four standard errors of 60 worlds below 95 %
    assert 0.93 < shares.mean() < 0.97
    assert 0.93 < degrees / worlds < 0.98


def test_uncertain_rates_widen_the_interval() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    known = ErrorModel(beta=0.15)
    uncertain = known.replace(uncertainty=ca.errors.Uncertainty(("beta",), [[0.04]]))
    narrow = ca.errors.debias_triad_census(worm, error_model=known)
    wide = ca.errors.debias_triad_census(worm, error_model=uncertain)
    np.testing.assert_allclose(narrow["estimate"], wide["estimate"])
    assert (wide["se"] > narrow["se"]).all()
    # d log(300) / d logit(beta) = 6 beta: 0.9 * 0.2 = 18 % of the estimate.
    extra = np.sqrt(wide.loc["300", "se"] ** 2 - narrow.loc["300", "se"] ** 2)
    assert extra / wide.loc["300", "estimate"] == pytest.approx(0.18, rel=0.03)


# ---------------------------------------------------------------- published: REFERENCE rates


def test_small_rates_overturn_rare_motifs_as_published() -> None:
    """At 15 % missed and 0.2 % false the fully mutual triad keeps 38 %, three-cycles gain 22 %."""
    worm = ca.open("celegans-varshney2011").graph()
    true = ca.motifs.triad_census(worm).to_numpy()
    for rates, kept in (
        ((0.002, 0.15), {"030T": 0.79, "030C": 1.22, "120U": 0.56, "300": 0.38, "201": 0.59}),
        ((0.01, 0.30), {"030T": 0.73, "030C": 2.39, "120U": 0.31, "300": 0.12}),
    ):
        confusion = np.array([_seen_of(name, *rates) for name in TRIAD_NAMES])
        share = pd.Series(confusion.T @ true / true, index=TRIAD_NAMES)
        for name, value in kept.items():
            # Simulated there, exact here.
            assert share[name] == pytest.approx(value, abs=0.03)


def test_samples_of_triples_come_near_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from connectome_analysis.errors.correction import triple_term

    g = random_graph(55, 0.2, 4)
    rng = np.random.default_rng(0)
    model = ErrorModel(
        alpha=rng.random((55, 55)) * 0.02, beta=rng.random((55, 55)) * 0.5, could_touch="all"
    )
    exact = np.diag(triad_estimates(g, model, n_jobs=1).noise)
    monkeypatch.setattr(triple_term, "_EXACT_UP_TO_NODES", 0)
    sampled = np.diag(triad_estimates(g, model, n_jobs=1).noise)
    np.testing.assert_allclose(sampled, exact, rtol=0.12)


# ---------------------------------------------------------------- rates that do not fit


def test_rates_that_a_graph_refutes_are_said_to() -> None:
    """A hub joined both ways with all, as where strong connections are hardly ever missed."""
    spokes = range(2, 400)
    pre, post = [1] * 398 + [*spokes] + [2], [*spokes] + [1] * 398 + [3]
    g = ca.Graph.from_edges(pre, post, name="hub")
    with pytest.warns(ca.errors.RatesWarning, match="The rates do not fit hub: .*below 0"):
        table = ca.errors.debias_triad_census(g, beta=0.2)
    assert "111" in table.attrs["rates_do_not_fit"]


def test_no_interval_holds_more_than_there_can_be() -> None:
    worm = ca.open("celegans-varshney2011").graph()
    with pytest.warns(ca.errors.RatesWarning):
        table = ca.errors.debias_measures(worm, alpha=0.2, beta=0.1)
    assert table.loc["density", "high"] <= 1
    with pytest.warns(ca.errors.RatesWarning, match="fewer than none"):
        ca.errors.debias_degrees(worm, alpha=0.2, beta=0.1)


def test_what_is_not_corrected_is_warned_of() -> None:
    split = ErrorModel(split=ca.errors.Split(probability=0.1))
    with pytest.warns(ca.errors.PairsAloneWarning, match="Not corrected: splits of neurons"):
        ca.errors.debias_measures(random_graph(20, 0.2, 0), error_model=split)


def test_what_a_threshold_hides_is_said() -> None:
    g = ca.Graph.from_edges([1, 2, 3], [2, 3, 1], [9, 9, 9])
    table = ca.errors.debias_triad_census(g, error_model=ErrorModel(recall=0.9, min_synapses=5))
    assert "connections of fewer than 5 synapses" in table.attrs["not_corrected"]


# ---------------------------------------------------------------- what cannot be


def test_every_motif_is_there_in_order() -> None:
    g = random_graph(10, 0.3, 0)
    assert ca.errors.debias_triad_census(g, beta=0.1).index.tolist() == list(TRIAD_NAMES)
    assert ca.errors.debias_subgraphs(g, beta=0.1).index.tolist() == list(CONNECTED_TRIADS)


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ({}, "give alpha and beta"),
        ({"alpha": 0.5, "beta": 0.5}, "alpha \\+ beta must be below 1"),
        ({"beta": 1.2}, "beta must be between 0 and 1, got 1.2"),
        ({"beta": np.ones((3, 3)) * 0.1}, "beta is a matrix of 3 neurons, the graph has 10"),
        ({"beta": 0.1, "level": 95}, "level must be between 0 and 1"),
        ({"beta": 0.1, "error_model": ErrorModel()}, "not both"),
        ({"beta": "share"}, "no column 'share'"),
    ],
)
def test_what_is_wrong_is_said(rates: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ca.errors.debias_triad_census(random_graph(10, 0.3, 0), **rates)


def test_a_triad_needs_three_neurons() -> None:
    with pytest.raises(ValueError, match="A triad needs three neurons, the graph has 2"):
        ca.errors.debias_triad_census(ca.Graph.from_edges([1], [2]), beta=0.1)


def test_a_graph_without_connections_has_none_to_correct() -> None:
    g = ca.Graph.from_edges([], [], node_ids=range(5))
    table = ca.errors.debias_triad_census(g, beta=0.2)
    assert table.loc["003", "estimate"] == pytest.approx(10)
    assert table.loc["300", "high"] > 0  # none seen is not none there
    measures = ca.errors.debias_measures(g, beta=0.2)
    assert np.isnan(measures.loc["reciprocity", "estimate"])
    assert measures.loc["edges", "estimate"] == 0


def test_another_kind_of_graph_is_refused() -> None:
    with pytest.raises(TypeError, match="A Graph is wanted"):
        ca.errors.debias_triad_census(np.eye(3), beta=0.1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"error_model must be an errors\.ErrorModel, got dict"):
        ca.errors.debias_triad_census(random_graph(5, 0.3, 0), error_model={})  # type: ignore[arg-type]


def test_a_variance_estimated_below_zero_gives_no_standard_error_and_says_so() -> None:
    g = random_graph(10, 0.1, 3)
    table = ca.errors.debias_triad_census(g, alpha=0.03, beta=0.2, n_jobs=1)
    unknown = table.index[table["se"].isna()]
    assert len(unknown) > 0
    assert ", ".join(unknown) in table.attrs["no_error_known"]
    assert (table["se"].dropna() > 0).all()


def test_an_interval_holds_its_ratio_or_there_is_none() -> None:
    rng = np.random.default_rng(0)
    none = 0
    for _ in range(300):
        top, bottom = rng.uniform(0, 100), rng.uniform(100, 200)
        root = rng.normal(size=(2, 2)) * 8
        covariance = root @ root.T - np.eye(2) * rng.uniform(0, 60)
        low, high = ratio_interval(top, bottom, covariance, level=0.95)
        along = np.array([1.0, -top / bottom])
        if np.isnan(low):
            none += 1
            assert along @ covariance @ along < 0
        else:
            assert low - 1e-12 <= top / bottom <= high + 1e-12
    assert 30 < none < 270


def test_what_has_no_interval_is_named() -> None:
    table = pd.DataFrame(
        {"estimate": [0.2, 0.3, np.nan], "se": [0.1, np.nan, np.nan], "low": [0.1, np.nan, 0.0]},
        index=["density", "reciprocity", "transitivity"],
    )
    assert without_error(table).startswith("no error is known of reciprocity: the variance")
    assert without_error(table.iloc[[0, 2]]) == ""


def test_a_ratio_surely_above_one_has_no_interval() -> None:
    low, high = ratio_interval(135.0, 100.0, np.diag([4.0, 4.0]), level=0.95)
    assert np.isnan([low, high]).all()
    low, high = ratio_interval(103.0, 100.0, np.diag([9.0, 9.0]), level=0.95)
    assert (low < 1.0, high) == (True, 1.0)


def test_measures_of_two_neurons_are_refused_with_what_takes_them() -> None:
    g = ca.Graph.from_edges([1], [2], name="pair")
    with pytest.raises(
        ValueError, match=r"need three neurons at least, pair has 2.*debias_degrees"
    ):
        ca.errors.debias_measures(g, beta=0.2)
    assert ca.errors.debias_degrees(g, beta=0.2).loc[1, "out_estimate"] == pytest.approx(1.25)


def test_a_graph_without_connections_is_corrected_under_rates_of_either_kind() -> None:
    g = ca.Graph.from_edges([], [], node_ids=range(6))
    for model in (
        ErrorModel(alpha=0.01, beta=0.2, could_touch="all"),
        ErrorModel(recall=0.8, false_rate=0.01, could_touch="all"),
        ErrorModel(recall=0.5, false_rate=0.01, could_touch="all", min_synapses=2),
    ):
        table = ca.errors.debias_measures(g, error_model=model, n_jobs=1)
        assert table.loc["edges", "estimate"] < 0
        assert table.loc["edges", "low"] == 0
        assert table.loc["edges", "high"] >= 0
