"""Corrected degrees: unbiased, and intervals that hold the truth."""

from __future__ import annotations

import pytest
from scipy.stats import binom

import connectome_analysis as ca
from connectome_analysis.errors import ErrorModel
from tests.graphs import random_graph


def test_eight_seen_of_ten_where_a_fifth_is_missed() -> None:
    g = ca.Graph.from_edges([1] * 8, range(2, 10), node_ids=range(1, 40))
    row = ca.errors.debias_degrees(g, beta=0.2).loc[1]
    assert row["out_estimate"] == pytest.approx(10)
    # By hand: every number at which eight seen is not outermost, half of the eight counted.
    fits = [
        d
        for d in range(8, 39)
        if binom.cdf(7, d, 0.8) + binom.pmf(8, d, 0.8) / 2 > 0.025
        and binom.sf(8, d, 0.8) + binom.pmf(8, d, 0.8) / 2 > 0.025
    ]
    assert [row["out_low"], row["out_high"]] == [fits[0], fits[-1]]


def test_without_errors_degrees_are_certain() -> None:
    g = random_graph(30, 0.2, 0)
    table = ca.errors.debias_degrees(g, alpha=0.0, beta=0.0)
    for column in ("out_estimate", "out_low", "out_high"):
        assert table[column].tolist() == g.out_degree.tolist()


def test_estimates_add_up_to_the_edges() -> None:
    g = random_graph(30, 0.2, 0)
    table = ca.errors.debias_degrees(g, alpha=0.01, beta=0.2)
    edges = ca.errors.debias_measures(g, alpha=0.01, beta=0.2).loc["edges", "estimate"]
    assert table["out_estimate"].sum() == pytest.approx(edges)
    assert table["in_estimate"].sum() == pytest.approx(edges)


def test_completeness_of_each_neuron_corrects_that_neuron() -> None:
    g = ca.Graph.from_edges([1, 1, 2, 2], [3, 4, 3, 4], node_ids=[1, 2, 3, 4, 5])
    share = {1: 0.5, 2: 1.0, 3: 1.0, 4: 1.0, 5: 1.0}
    import pandas as pd

    model = ErrorModel(beta=0.0, pre_completeness=pd.Series(share))
    table = ca.errors.debias_degrees(g, error_model=model)
    assert table["out_estimate"].tolist() == [4.0, 2.0, 0.0, 0.0, 0.0]
    assert table["in_estimate"].tolist() == [0.0, 0.0, 3.0, 3.0, 0.0]
    assert table.loc[2, "out_high"] == 2
    assert table.loc[1, "out_high"] == 4  # no more neurons are there


def test_a_neuron_without_partners_may_have_some() -> None:
    g = ca.Graph.from_edges([1], [2], node_ids=range(1, 30))
    table = ca.errors.debias_degrees(g, beta=0.5)
    assert table.loc[3, "out_low"] == 0
    assert table.loc[3, "out_high"] > 0


def test_uncertain_rates_widen_the_intervals() -> None:
    g = random_graph(100, 0.3, 0)
    known = ErrorModel(beta=0.3)
    wide = known.replace(uncertainty=ca.errors.Uncertainty(("beta",), [[0.25]]))
    one = ca.errors.debias_degrees(g, error_model=known)
    two = ca.errors.debias_degrees(g, error_model=wide)
    assert (two["out_high"] - two["out_low"]).mean() > (one["out_high"] - one["out_low"]).mean()


def test_only_a_graph_that_refutes_the_rates_is_warned_of() -> None:
    """Of five isolated neurons 0.2 false connections were to be expected, and none is no wonder."""
    import warnings

    alone = ca.Graph.from_edges([], [], node_ids=range(5))
    with warnings.catch_warnings():
        warnings.simplefilter("error", ca.errors.RatesWarning)
        assert (ca.errors.debias_degrees(alone, alpha=0.01)["out_low"] == 0).all()
    many = ca.Graph.from_edges([], [], node_ids=range(100))
    with pytest.warns(ca.errors.RatesWarning, match="fewer than none; alpha is too high"):
        ca.errors.debias_degrees(many, alpha=0.01)
