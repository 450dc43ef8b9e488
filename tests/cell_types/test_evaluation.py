"""Evaluation: splits keep apart what must be apart, leaks are said, and simpler methods stand beside."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.cell_types.evaluation.label_propagation import propagate_labels
from connectome_analysis.cell_types.evaluation.leakage import given_away
from connectome_analysis.cell_types.evaluation.resampling import (
    accuracy_and_macro_f1,
    surer_of_known,
)
from connectome_analysis.cell_types.evaluation.twins import twin_groups
from connectome_analysis.cell_types.graph_network.scores_of_types import accuracy, macro_f1

SMALL = {"hidden": 16, "epochs": 40, "features": ("degree", "strength")}
PLAIN = ["majority", "label propagation", "seeds"]


@pytest.fixture(scope="module")
def pairs() -> ca.Graph:
    """Planted types with sides, bilateral twins and lineages."""
    g = ca.cell_types.planted_types(240, 5000, 4, partners=2, rng=5)
    nodes = g.nodes
    nodes["side"] = ["L", "R"] * 120
    nodes["pair_id"] = pd.array(np.repeat(np.arange(120), 2), dtype="Int64")
    nodes.loc[nodes.index >= 200, "pair_id"] = pd.NA
    nodes["lineage"] = [f"lineage {k % 30}" for k in range(240)]
    nodes["copied"] = nodes["cell_type"].str.lower()
    nodes["neurotransmitter"] = np.where(np.arange(240) % 2 == 0, "gaba", "acetylcholine")
    nodes.loc[3, "cell_type"] = None
    nodes.loc[7, "cell_type"] = "seen once"
    return ca.Graph.from_adjacency(g.to_scipy(), nodes=nodes)


@pytest.mark.parametrize("by", ["random", "hemisphere", "lineage", "pair", "type"])
def test_the_sets_are_apart_and_hold_labelled_neurons_alone(pairs, by) -> None:
    for seed in range(3):
        parts = ca.cell_types.split(pairs, "cell_type", by, rng=seed)
        together = parts.train.astype(int) + parts.calibration + parts.test
        assert together.max() == 1
        assert together[3] == 0
        assert parts.train.any()
        assert parts.calibration.any()
        assert parts.test.any()
        again = ca.cell_types.split(pairs, "cell_type", by, rng=seed)
        assert np.array_equal(parts.test, again.test)
        assert np.array_equal(parts.calibration, again.calibration)


def test_each_split_keeps_apart_what_it_is_called_by(pairs) -> None:
    nodes = pairs.nodes
    parts = ca.cell_types.split(pairs, "cell_type", "hemisphere")
    assert set(nodes["side"][parts.train | parts.calibration]) == {"L"}
    assert set(nodes["side"][parts.test]) == {"R"}
    other = ca.cell_types.split(pairs, "cell_type", "hemisphere", train="R", test="L")
    assert set(nodes["side"][other.test]) == {"L"}
    for by, column in (("lineage", "lineage"), ("pair", "pair_id")):
        parts = ca.cell_types.split(pairs, "cell_type", by)
        learnt = set(nodes[column][parts.train].dropna())
        assert not learnt & set(nodes[column][parts.test].dropna())
    parts = ca.cell_types.split(pairs, "cell_type", "type", test_share=0.5)
    assert parts.unseen
    assert not set(parts.unseen) & set(nodes["cell_type"][parts.train])
    assert set(nodes["cell_type"][parts.test]) - set(parts.unseen)


def test_calibration_comes_from_where_it_is_asked_to(pairs) -> None:
    parts = ca.cell_types.split(pairs, "cell_type", "hemisphere", calibration_from="test")
    assert set(pairs.nodes["side"][parts.calibration]) == {"R"}


def test_twins_are_known_by_a_number_they_share_or_by_the_twins_id(pairs) -> None:
    parts = ca.cell_types.split(pairs, "cell_type", "hemisphere")
    (said,) = ca.cell_types.leakage(pairs, "cell_type", parts)
    learnt = set(pairs.nodes["pair_id"][parts.train].dropna())
    n_twins = int(pairs.nodes["pair_id"][parts.test].isin(learnt).sum())
    assert said.startswith(
        f"{n_twins} of {int(parts.test.sum())} test neurons have their bilateral"
    )
    apart = ca.cell_types.split(pairs, "cell_type", "pair")
    assert ca.cell_types.leakage(pairs, "cell_type", apart) == []


@pytest.mark.parametrize(
    "ids", [[9, None, None, None], [None, None, 7, None], [9, 99, 7, None], ["9", "-1", "7", ""]]
)
def test_ids_of_twins_may_be_missing_or_name_each_other_one_way(ids) -> None:
    nodes = pd.DataFrame({"node_id": [7, 8, 9, 10], "pair": pd.Series(ids, dtype=object)})
    g = ca.Graph.from_edges([7], [8], nodes=nodes)
    assert twin_groups(g, "pair").tolist() == [0, 1, 0, 3]


def test_a_coarser_form_of_the_label_is_a_leak_and_so_is_a_predicted_transmitter(pairs) -> None:
    nodes = pairs.nodes
    nodes["half"] = nodes["cell_type"].map({"T0": "a", "T1": "a", "T2": "b", "T3": "b"})
    nodes["celltype_predicted_nt"] = nodes["half"]
    g = ca.Graph.from_adjacency(pairs.to_scipy(), nodes=nodes)
    apart = ca.cell_types.split(g, "cell_type", "pair")
    features = ["half", "lineage", "celltype_predicted_nt"]
    said = ca.cell_types.leakage(g, "cell_type", apart, features=features)
    assert said[0].startswith("The label decides the feature half: is it a coarser form of it")
    assert said[1].startswith("celltype_predicted_nt may be a prediction")
    assert len(said) == 2


def test_leaks_are_said_and_clean_features_are_not(pairs) -> None:
    apart = ca.cell_types.split(pairs, "cell_type", "pair")
    features = ("degree", "cell_type", "copied", "neurotransmitter")
    said = ca.cell_types.leakage(pairs, "cell_type", apart, features=features)
    assert said[0] == "The feature cell_type is the label itself."
    assert said[1] == "The feature copied gives away 99 % of the label: is it made from it?"
    assert said[2].startswith("neurotransmitter may be a prediction")
    assert len(said) == 3
    with pytest.raises(ValueError, match="pairs: the node table has no column 'twin'"):
        ca.cell_types.leakage(pairs, "cell_type", apart, pairs="twin")


def test_sides_mixed_without_twins_are_a_leak() -> None:
    g = ca.open("celegans-cook2019-hermaphrodite").graph()
    mixed = ca.cell_types.split(g, "cell_class")
    assert any("both sides" in words for words in ca.cell_types.leakage(g, "cell_class", mixed))
    apart = ca.cell_types.split(g, "cell_class", "hemisphere")
    assert ca.cell_types.leakage(g, "cell_class", apart) == []


def test_what_a_column_gives_away_by_hand() -> None:
    label = np.array([0, 0, 1, 1, 1, 0])
    assert given_away(pd.Series(list("aabbba")), label) == 1
    assert given_away(pd.Series(list("xxxxxx")), label) <= 0
    assert given_away(pd.Series(list("abcdef")), label) == 0  # a name of each says nothing


def test_scores_by_hand_and_as_scikit_learn_has_them() -> None:
    assert accuracy(["A", "B", "B"], ["A", "A", None]) == pytest.approx(1 / 3)
    assert macro_f1(["A", "B", "B"], ["A", "A", "B"]) == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert macro_f1(["A"], [None]) == 0
    assert np.isnan(macro_f1([], []))
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(0)
    truth, guess = random.integers(0, 5, 100), random.integers(0, 5, 100)
    wanted = metrics.f1_score(truth, guess, average="macro")
    assert macro_f1(truth, guess) == pytest.approx(wanted)


def test_labels_spread_to_partners_and_no_further() -> None:
    g = ca.Graph.from_edges([1, 2, 4], [2, 3, 5], node_ids=[1, 2, 3, 4, 5, 6])
    shares = propagate_labels(g, np.array([0, -1, -1, 1, -1, 0]), 2)
    assert shares.argmax(axis=1).tolist() == [0, 0, 0, 1, 1, 0]
    alone = propagate_labels(
        ca.Graph.from_edges([1], [2], node_ids=[1, 2, 3]), np.array([1, -1, -1]), 2
    )
    assert alone[2].tolist() == [0, 1]


def test_chance_of_being_surer_by_hand() -> None:
    confidence, new = np.array([0.9, 0.8, 0.7, 0.6]), np.array([False, True, False, True])
    assert surer_of_known(confidence, new) == 0.75
    assert np.isnan(surer_of_known(confidence, np.zeros(4, dtype=bool)))


def test_every_method_stands_in_one_table_on_the_same_neurons(pairs) -> None:
    pytest.importorskip("torch")
    table = ca.cell_types.evaluate(pairs, "cell_type", "pair", seeds=2, **SMALL)
    assert list(table.index) == [
        *("majority", "label propagation", "seeds", "logistic regression", "partner regression"),
        *("gradient boosting", "perceptron", "graph network"),
    ]
    assert table.loc["graph network", "macro_f1"] > table.loc["majority", "macro_f1"] + 0.2
    for score in ("accuracy", "macro_f1"):
        assert (table[f"{score}_low"] <= table[score]).all()
        assert (table[score] <= table[f"{score}_high"]).all()
    assert table["coverage"].between(0, 1).all()
    assert table.attrs["leakage"] == []
    assert "Split by pair (pair_id)" in table.attrs["split"]


def test_the_same_seed_gives_the_same_table_and_leaks_are_warned_of(pairs) -> None:
    with pytest.warns(ca.cell_types.LeakageWarning, match="bilateral twin"):
        one = ca.cell_types.evaluate(pairs, "cell_type", "hemisphere", methods=PLAIN, seeds=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.cell_types.LeakageWarning)
        other = ca.cell_types.evaluate(pairs, "cell_type", "hemisphere", methods=PLAIN, seeds=2)
    assert one.drop(columns="seconds").equals(other.drop(columns="seconds"))


def test_types_only_in_the_test_are_told_by_confidence(pairs) -> None:
    options = {"split_options": {"test_share": 0.5, "calibration_share": 0.0}, "pairs": "pair_id"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ca.cell_types.LeakageWarning)
        table = ca.cell_types.evaluate(
            pairs, "cell_type", "type", methods=PLAIN, seeds=2, **options
        )
    assert table["new_types_auroc"].between(0, 1).all()
    assert table.loc["majority", "new_types_auroc"] == 0.5
    assert "coverage" not in table.columns
    assert (table["accuracy_all"] < table["accuracy"]).all()
    assert (table["macro_f1_all"] < table["macro_f1"]).all()


def test_neurons_of_types_that_were_not_learnt_lower_the_score_of_what_they_are_taken_for() -> None:
    truth, guess = np.array([0, 0, 1, -1, -1]), np.array([0, 0, 1, 0, -1])
    right, f1 = accuracy_and_macro_f1([truth], [guess], 0)
    assert right.mean == 1
    assert f1.mean == pytest.approx((2 * 2 / (2 + 3) + 1) / 2)


def test_unknown_is_an_answer_of_every_method(pairs) -> None:
    options = {"methods": ["majority", "seeds"], "seeds": 1, "pairs": "pair_id"}
    table = ca.cell_types.evaluate(pairs, "cell_type", "pair", min_confidence=0.7, **options)
    assert table.loc["majority", "answered"] == 0
    assert table.loc["majority", "accuracy"] == 0
    assert 0 < table.loc["seeds", "answered"] <= 1
    with pytest.raises(ValueError, match="CellTyper has no option 'hiden'; it has: batch_size"):
        ca.cell_types.evaluate(pairs, "cell_type", "pair", hiden=3, **options)


def test_under_errors_methods_see_the_corrupted_graph_and_lost_neurons_are_wrong(pairs) -> None:
    model = ca.errors.ErrorModel(recall=0.05, min_synapses=3)
    plain = ca.cell_types.evaluate(pairs, "cell_type", "pair", methods=["seeds"], seeds=2)
    worse = ca.cell_types.evaluate(
        pairs, "cell_type", "pair", methods=["seeds"], seeds=2, error_model=model
    )
    assert worse.loc["seeds", "accuracy"] < plain.loc["seeds", "accuracy"]
    lossy = ca.errors.ErrorModel(merge=ca.errors.Merge(probability=0.8, could_touch="all"))
    lost = ca.cell_types.evaluate(
        pairs, "cell_type", "pair", methods=["majority"], seeds=1, error_model=lossy
    )
    best = ca.cell_types.evaluate(pairs, "cell_type", "pair", methods=["majority"], seeds=1)
    assert lost.loc["majority", "accuracy"] < best.loc["majority", "accuracy"]


def test_messages(pairs) -> None:
    with pytest.raises(ValueError, match=r"methods must be among .* got 'guessing'"):
        ca.cell_types.evaluate(pairs, "cell_type", methods=["guessing"])
    with pytest.raises(ValueError, match=r"errors'\. This one needs an error_model"):
        ca.cell_types.evaluate(pairs, "cell_type", methods=["graph network, errors"])
    for options, words in (
        ({"by": "sex"}, "by must be 'random', 'hemisphere'"),
        ({"by": "column"}, "needs column=, a column of the node table"),
        (
            {"by": "hemisphere", "column": "lineage"},
            "Of the 30 values of lineage say which are train=",
        ),
        ({"by": "hemisphere", "train": "M"}, "train must be a value of side: L, R; got 'M'"),
        ({"by": "hemisphere", "test": "L"}, "must be two sides, got 'L' for both"),
        ({"test_share": 1}, "test_share must be at least 0 and below 1"),
        ({"test_share": 0.0}, "leaves 239 labelled neurons to learn from and 0 to test"),
    ):
        with pytest.raises(ValueError, match=words):
            ca.cell_types.split(pairs, "cell_type", **options)
    with pytest.raises(ValueError, match="there is no side or hemisphere with values"):
        ca.cell_types.split(ca.Graph.from_edges([1], [2]), ["a", "b"], "hemisphere")


def test_intervals_hold_the_score_also_where_types_were_tested_once() -> None:
    random = np.random.default_rng(3)
    size = np.r_[np.full(20, 30), np.full(40, 1)]
    rate = np.r_[np.full(20, 0.9), np.full(40, 0.1)]
    truth = np.repeat(np.arange(60), size)
    each = []
    for seed in range(40):
        hit = random.random(len(truth)) < rate[truth]
        guess = np.where(hit, truth, random.integers(0, 20, len(truth)))
        right, f1 = accuracy_and_macro_f1([truth], [guess], seed)
        assert right.low < right.mean < right.high
        assert f1.low < f1.mean < f1.high
        each.append(f1)
    expected = np.mean([one.mean for one in each])
    assert np.mean([one.low <= expected <= one.high for one in each]) > 0.85
