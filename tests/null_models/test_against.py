"""Any measure may be held against a null."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from tests import graphs


def test_the_worm_answers_more_than_its_degrees_ask_for() -> None:
    # 500 draws of an independent engine: reciprocity 0.0566 +- 0.0062, transitivity 0.1168 +-
    # 0.0032; observed 0.212397 and 0.198739.
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    table = ca.null_models.against(
        g,
        {"reciprocity": ca.measures.reciprocity, "transitivity": ca.measures.transitivity},
        n_samples=150,
        rng=1,
    )
    assert table["observed"].tolist() == pytest.approx([0.212397, 0.198739], abs=1e-6)
    assert table.loc["reciprocity", "null_mean"] == pytest.approx(0.0566, abs=0.002)
    assert table.loc["transitivity", "null_mean"] == pytest.approx(0.1168, abs=0.001)
    assert (table["p_value"] == 2 / 151).all()


def test_a_series_becomes_a_row_for_each_entry() -> None:
    g = graphs.random_graph(20, 0.2, seed=2)
    table = ca.null_models.against(g, ca.motifs.triad_census, n_samples=10)
    assert table.index[0] == "triad_census[003]"
    assert table["observed"].tolist() == ca.motifs.triad_census(g).tolist()
    census = ca.motifs.significance(g, n_samples=10)
    assert table["null_mean"].tolist() == pytest.approx(census["null_mean"].tolist())


def test_weights_are_dealt_out_when_asked_for() -> None:
    g = ca.Graph.from_edges([0, 1, 2, 3], [1, 2, 3, 0], weight=[1, 2, 3, 40])
    total = {"weight": lambda h: h.weights.sum()}
    assert ca.null_models.against(g, total, n_samples=5)["null_mean"].iloc[0] == 4
    dealt = ca.null_models.against(g, total, n_samples=5, with_weights=True)
    assert dealt["null_mean"].iloc[0] == 46


def test_what_is_not_a_measure_is_refused() -> None:
    g = graphs.random_graph(20, 0.2, seed=2)
    with pytest.raises(ValueError, match="measures must be a function of a Graph"):
        ca.null_models.against(g, {"density": 3})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="measures must be a function of a Graph"):
        ca.null_models.against(g, {})


def test_a_measure_of_another_length_on_a_sample_is_refused() -> None:
    g = ca.Graph.from_edges([0, 1, 2, 3], [1, 2, 3, 0], weight=[1, 2, 3, 40])

    def per_weight(h: ca.Graph) -> pd.Series:
        return pd.Series(h.weights).value_counts()

    with pytest.raises(ValueError, match="The measures gave 4 numbers on the graph and 1 on a"):
        ca.null_models.against(g, per_weight, n_samples=5)


def test_an_undefined_measure_is_no_finding_and_does_not_touch_the_others() -> None:
    g = graphs.random_graph(25, 0.2, seed=2)
    measures = {"nothing": lambda _: float("nan"), "reciprocity": ca.measures.reciprocity}
    table = ca.null_models.against(g, measures, n_samples=600, decide_at=0.05)
    alone = ca.null_models.against(g, ca.measures.reciprocity, n_samples=600, decide_at=0.05)
    assert np.isnan(table.loc["nothing", ["p_value", "q_value", "z"]].astype(float)).all()
    assert table.loc["nothing", "verdict"] == "undefined"
    assert table.loc["reciprocity", "q_value"] == alone.loc["reciprocity", "q_value"]


def test_a_measure_that_is_no_number_is_refused() -> None:
    g = graphs.random_graph(10, 0.2, seed=2)
    with pytest.raises(ValueError, match="must return a number or a Series of numbers, got dict"):
        ca.null_models.against(g, {"odd": lambda _: {"a": 1}}, n_samples=5)
