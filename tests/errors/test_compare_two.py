"""Two connectomes: the same truth seen through two channels is the same, and a difference is one."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.errors.comparison.naive_difference import two_shares
from connectome_analysis.errors.comparison.pair_probability import sampling_variance
from tests import graphs

ErrorModel = ca.errors.ErrorModel
GOOD = ErrorModel(alpha=0.002, beta=0.05, could_touch="all")
POOR = ErrorModel(alpha=0.001, beta=0.25, could_touch="all")


def compared(*given: object, **options: object) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.errors.VerdictWarning)
        return ca.errors.compare(*given, **options)  # type: ignore[arg-type]


def rejections(truth: ca.Graph, n_worlds: int) -> tuple[pd.Series, pd.Series, pd.Series]:
    """How often the naive, the corrected and the paired test reject the same truth seen twice."""
    naive, corrected, paired = [], [], []
    for world in range(n_worlds):
        a, b = GOOD.corrupt(truth, rng=2 * world), POOR.corrupt(truth, rng=2 * world + 1)
        table = compared(a, b, GOOD, POOR, n_jobs=1)
        naive.append(table["naive_p_value"] < 0.05)
        corrected.append(table["p_value"] < 0.05)
        paired.append(ca.errors.compare_pairs(a, b, GOOD, POOR)["p_value"] < 0.05)
    return tuple(pd.DataFrame(one).mean() for one in (naive, corrected, paired))  # type: ignore[return-value]


def test_shares_are_compared_as_by_hand() -> None:
    difference, se, p_value = two_shares(*(np.array([x]) for x in (30.0, 100.0, 50.0, 100.0)))
    assert difference[0] == pytest.approx(-0.2)
    assert se[0] == pytest.approx(np.sqrt(0.4 * 0.6 * 2 / 100))
    assert p_value[0] == pytest.approx(0.0039, abs=1e-4)


def test_a_drawn_graph_seen_with_errors_varies_as_its_formula_says() -> None:
    g = graphs.random_graph(20, 0.2, seed=1)
    seen = 0.002 + (1 - 0.002 - 0.25) * 0.3
    expected = seen * (1 - seen) / (1 - 0.002 - 0.25) ** 2 / (20 * 19)
    model = POOR.replace(alpha=0.002)
    assert sampling_variance(model.edge_rates(g), 0.3) == pytest.approx(expected)
    by_neuron = model.replace(beta=pd.Series(np.full(20, 0.25), g.node_ids))
    assert sampling_variance(by_neuron.edge_rates(g), 0.3) == pytest.approx(expected)


def test_the_same_graph_without_errors_differs_in_nothing() -> None:
    g = graphs.random_graph(30, 0.2, seed=2)
    table = ca.errors.compare(g, g, ErrorModel(), ErrorModel())
    assert (table["difference"] == 0).all()
    assert (table[["p_value", "naive_p_value"]] == 1).all(axis=None)
    assert not table["verdict_changes"].any()


def test_without_errors_one_connection_more_is_a_difference_unless_graphs_are_draws() -> None:
    g = graphs.random_graph(30, 0.2, seed=2)
    fewer = g.with_edges(g.out_sources[1:], g.out_indices[1:])
    table = compared(g, fewer, ErrorModel(), ErrorModel())
    assert table.loc["density", "p_value"] == 0
    assert table.loc["connection_probability", "p_value"] > 0.9
    assert table.loc["density", "verdict_changes"]


def test_of_graphs_that_are_not_alike_in_size_only_shares_are_compared() -> None:
    a, b = graphs.random_graph(30, 0.2, seed=2), graphs.random_graph(40, 0.2, seed=3)
    table = compared(a, b, ErrorModel(), ErrorModel())
    assert "edges" not in table.index
    assert "edges" in compared(a, a, ErrorModel(), ErrorModel()).index
    census = ca.motifs.triad_census(a)
    assert np.allclose(table.loc[census.index, "observed_a"], census / census.sum())
    assert table.loc["reciprocity", "observed_b"] == pytest.approx(ca.measures.reciprocity(b))
    assert table.loc["transitivity", "observed_b"] == pytest.approx(ca.measures.transitivity(b))


def test_estimates_are_those_of_the_corrections() -> None:
    g = graphs.random_graph(60, 0.15, seed=4)
    table = compared(g, g, POOR, GOOD)
    measures = ca.errors.debias_measures(g, error_model=POOR)
    for name in ("edges", "mutual_pairs", "density", "reciprocity", "transitivity"):
        assert table.loc[name, "estimate_a"] == pytest.approx(measures.loc[name, "estimate"])
    both = [ca.errors.debias_measures(g, error_model=m).loc["edges", "se"] for m in (POOR, GOOD)]
    assert table.loc["edges", "se"] == pytest.approx(np.hypot(*both))
    assert table.loc["connection_probability", "estimate_a"] == pytest.approx(
        measures.loc["density", "estimate"]
    )


def test_two_graphs_change_places_and_signs() -> None:
    a, b = graphs.random_graph(40, 0.2, seed=5), graphs.random_graph(50, 0.15, seed=6)
    one, other = compared(a, b, GOOD, POOR), compared(b, a, POOR, GOOD)
    assert np.allclose(one["difference"], -other["difference"])
    assert np.allclose(one["p_value"], other["p_value"])


def test_errors_that_are_shared_do_not_make_a_difference() -> None:
    uncertain = ErrorModel(
        beta=0.2, uncertainty=ca.errors.Uncertainty(("beta",), np.array([[0.3]]))
    )
    a = graphs.random_graph(60, 0.15, seed=7)
    b = graphs.random_graph(60, 0.15, seed=8)
    same = compared(a, b, uncertain, uncertain)
    apart = compared(a, b, uncertain, uncertain.replace(name="another"))
    known = compared(a, b, ErrorModel(beta=0.2), ErrorModel(beta=0.2))
    se = [float(table.loc["edges", "se"]) for table in (known, same, apart)]
    assert se[0] <= se[1] < se[2] / 2


def test_the_same_truth_seen_twice_is_not_told_apart_but_naively_it_is() -> None:
    truth = graphs.random_graph(80, 0.15, seed=9)
    naive, corrected, paired = rejections(truth, 40)
    assert naive["density"] == 1
    assert naive["030T"] > 0.9
    assert corrected.drop("connection_probability").mean() < 0.09
    assert corrected.max() < 0.2
    assert paired.max() < 0.16


@pytest.mark.slow
def test_false_alarms_are_five_in_a_hundred() -> None:
    truth = ca.open("celegans-varshney2011").graph()
    naive, corrected, paired = rejections(truth, 1000)
    assert naive.drop(["030C", "reciprocity", "300", "120C"]).min() > 0.9
    tested = corrected.drop("connection_probability")
    assert tested.between(0.025, 0.08).all()
    assert 0.04 < tested.mean() < 0.06
    assert paired.between(0.03, 0.08).all()


def test_graphs_that_are_draws_of_one_probability_are_told_apart_in_five_of_a_hundred() -> None:
    rejected = []
    for world in range(60):
        rng = np.random.default_rng(world)
        drawn = []
        for n, model in ((30, GOOD), (45, POOR)):
            matrix = (rng.random((n, n)) < 0.2).astype(int)
            np.fill_diagonal(matrix, 0)
            drawn.append(model.corrupt(ca.Graph.from_adjacency(matrix), rng=world))
        table = compared(*drawn, GOOD, POOR, n_jobs=1)
        rejected.append(table.loc["connection_probability", "p_value"] < 0.05)
    assert np.mean(rejected) < 0.13


def test_a_true_difference_is_found() -> None:
    truth = graphs.random_graph(80, 0.15, seed=9)
    kept = np.random.default_rng(1).random(truth.n_edges) < 0.7
    thinner = truth.with_edges(truth.out_sources[kept], truth.out_indices[kept])
    table = compared(GOOD.corrupt(truth, rng=1), POOR.corrupt(thinner, rng=2), GOOD, POOR)
    assert table.loc["density", "q_value"] < 0.001
    assert table.loc["density", "low"] > 0


def test_a_changed_verdict_is_named_and_the_null_stands_in_the_table() -> None:
    truth = graphs.random_graph(80, 0.15, seed=9)
    with pytest.warns(
        ca.errors.VerdictWarning, match=r"verdict at 5% changes for \d+ of 22 .*edges"
    ):
        table = ca.errors.compare(truth, POOR.corrupt(truth, rng=1), ErrorModel(), POOR)
    assert table.attrs["null_hypothesis"].startswith("the two true graphs have the same value")
    assert table.attrs["error_model_a"].startswith("no errors")


def test_what_cannot_be_compared_is_refused_in_words() -> None:
    g = graphs.random_graph(10, 0.3, seed=1)
    with pytest.raises(TypeError, match=r"error_model must be an errors\.ErrorModel, got float"):
        ca.errors.compare(g, g, 0.1, GOOD)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Nothing is corrected without rates"):
        ca.errors.compare(g, g, GOOD, None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"level must be between 0 and 1, for instance 0\.95"):
        ca.errors.compare(g, g, GOOD, GOOD, level=95)
    with pytest.raises(ValueError, match="alpha \\+ beta must be below 1"):
        ca.errors.compare(g, g, GOOD, ErrorModel(beta=1.0))
