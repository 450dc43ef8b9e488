"""Pairs of the same neurons in two graphs: what they share, beside what errors alone leave shared."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from tests import graphs

ErrorModel = ca.errors.ErrorModel


def test_pairs_are_counted_and_expected_as_by_hand() -> None:
    a = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], node_ids=[1, 2, 3])
    b = ca.Graph.from_edges([1, 3], [2, 1], node_ids=[1, 2, 3])
    half = ErrorModel(beta=0.5)
    table = ca.errors.compare_pairs(a, b, half, half)
    assert table["observed"].tolist() == [1, 2, 1, 3]
    # A~ sums to (3 / 0.5 + 2 / 0.5) / 2 = 5 connections; each is in both, or only in a, in a quarter.
    assert table["expected"].tolist() == pytest.approx([1.25, 1.25, 1.25, 2.5])
    assert table.attrs["n_neurons"] == 3


def test_without_errors_a_pair_that_differs_cannot_be_an_error() -> None:
    a = ca.Graph.from_edges([1, 1], [2, 3], node_ids=[1, 2, 3])
    b = ca.Graph.from_edges([1], [2], node_ids=[1, 2, 3])
    table = ca.errors.compare_pairs(a, b, ErrorModel(), ErrorModel())
    assert table.loc["disagreement", "p_value"] == 0
    same = ca.errors.compare_pairs(a, a, ErrorModel(), ErrorModel())
    assert (same["p_value"] == 1).all()
    assert (same["excess"] == 0).all()


def test_only_shared_neurons_count_whatever_their_order() -> None:
    a = ca.Graph.from_edges([1, 1, 9], [2, 3, 1], node_ids=[9, 3, 2, 1])
    b = ca.Graph.from_edges([1, 1, 7], [2, 3, 1], node_ids=[1, 2, 3, 7, 8])
    table = ca.errors.compare_pairs(a, b, ErrorModel(), ErrorModel())
    assert table["observed"].tolist() == [2, 0, 0, 0]
    said = [table.attrs[key] for key in ("n_neurons", "n_only_in_a", "n_only_in_b")]
    assert said == [3, 1, 2]


def test_rates_may_differ_from_pair_to_pair() -> None:
    truth = graphs.random_graph(60, 0.2, seed=1)
    senders = np.where(np.arange(60) % 2, 0.6, 1.0)
    uneven = ErrorModel(beta=0.1, pre_completeness=pd.Series(senders, truth.node_ids))
    other = ErrorModel(alpha=0.01, beta=0.2, could_touch="all")
    z = [
        ca.errors.compare_pairs(
            uneven.corrupt(truth, rng=seed), other.corrupt(truth, rng=seed + 500), uneven, other
        )["z"]
        for seed in range(100)
    ]
    assert np.all(np.abs(np.mean(z, axis=0)) < 0.35)
    assert np.all(np.abs(np.std(z, axis=0) - 1) < 0.25)


def test_different_truths_disagree_more_than_errors_do() -> None:
    truth = graphs.random_graph(60, 0.2, seed=1)
    kept = np.random.default_rng(1).random(truth.n_edges) < 0.85
    changed = truth.with_edges(
        np.append(truth.out_sources[kept], truth.out_indices[~kept]),
        np.append(truth.out_indices[kept], truth.out_sources[~kept]),
    )
    model = ErrorModel(alpha=0.01, beta=0.1, could_touch="all")
    table = ca.errors.compare_pairs(
        model.corrupt(truth, rng=1), model.corrupt(changed, rng=2), model, model
    )
    assert table.loc["disagreement", "z"] > 4
    assert table.loc["in_both", "z"] < -4


def test_graphs_of_other_neurons_are_refused() -> None:
    a, b = ca.Graph.from_edges([1], [2]), ca.Graph.from_edges([3], [4])
    with pytest.raises(ValueError, match=r"share 0 node ids.*compare them by their counts"):
        ca.errors.compare_pairs(a, b, ErrorModel(), ErrorModel())
