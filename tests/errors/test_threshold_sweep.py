"""Threshold sweep: what is concluded at each number of synapses that makes a connection."""

from __future__ import annotations

import numpy as np
import pytest

import connectome_analysis as ca
from connectome_analysis.errors.sweeps.conclusions import conclusions
from tests import graphs

SETTING = {"motifs": ["030C", "030T"], "measures": ["reciprocity"], "n_samples": 40, "n_jobs": 1}


def test_each_threshold_is_the_graph_with_that_threshold() -> None:
    worm = ca.open("celegans-varshney2011")
    found = ca.errors.threshold_sweep(worm, [5, 1, 3], **SETTING)
    assert found.table["min_synapses"].iloc[:3].tolist() == [1, 3, 5]
    for level, part in found.table.groupby("min_synapses"):
        g = worm.graph(min_synapses=int(level))
        names = part["conclusion"].tolist()
        assert (part["n_edges"] == g.n_edges).all()
        alone = conclusions(g, names, "configuration", 40, n_jobs=1)
        assert np.allclose(part["z"], alone["z"])
    assert found.table["edges_kept"].iloc[0] == 1
    assert found.flips.loc["030C", "verdict"] == "under"
    assert found.flips.loc["030C", "flips_at"] in (3.0, 5.0)
    assert found.flips.loc["030C", "becomes"] == "no"


def test_a_graph_is_taken_as_a_connectome_is() -> None:
    worm = ca.open("celegans-varshney2011")
    one = ca.errors.threshold_sweep(worm, [1, 2], **SETTING)
    two = ca.errors.threshold_sweep(worm.graph(), [1, 2], **SETTING)
    assert one.table.equals(two.table)


def test_the_errors_of_each_threshold_are_in_its_null() -> None:
    rng = np.random.default_rng(1)
    g = graphs.random_graph(50, 0.2, seed=1)
    g = g.with_edges(g.out_sources, g.out_indices, rng.geometric(0.3, g.n_edges))
    model = ca.errors.ErrorModel(recall=0.7, false_rate=0.1, could_touch="all")
    plain = ca.errors.threshold_sweep(g, [1, 3], **SETTING)
    aware = ca.errors.threshold_sweep(g, [1, 3], error_model=model, **SETTING)
    assert not np.allclose(plain.table["null_mean"], aware.table["null_mean"])
    assert "70 %" in aware.table.attrs["error_model"]


def test_a_threshold_that_leaves_nothing_concludes_nothing() -> None:
    g = ca.Graph.from_edges([1, 2, 3, 1], [2, 3, 1, 3], weight=[1, 1, 2, 2])
    found = ca.errors.threshold_sweep(g, [1, 9], **SETTING)
    assert found.table.loc[found.table["min_synapses"] == 9, "verdict"].eq("no").all()
    assert found.table["n_edges"].tolist() == [4, 0] * 3


def test_what_has_no_threshold_is_refused_in_words() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3], weight=[0.5, 1.0], weight_meaning="log weight")
    with pytest.raises(ValueError, match=r"A threshold counts synapses.*log weight.*0\.5"):
        ca.errors.threshold_sweep(g)
    counted = ca.Graph.from_edges([1, 2], [2, 3], weight=[2, 1])
    with pytest.raises(ValueError, match="belong to one threshold"):
        ca.errors.threshold_sweep(counted, error_model=ca.errors.ErrorModel(beta=0.1))
    for wrong in ([], [0, 1], [1.5, 2]):
        with pytest.raises(ValueError, match="whole numbers of at least 1"):
            ca.errors.threshold_sweep(counted, wrong)  # type: ignore[arg-type]


def test_thresholds_that_leave_the_same_connections_are_named_in_one_warning() -> None:
    g = ca.Graph.from_edges([1, 2, 3, 1], [2, 3, 1, 3], [5, 5, 6, 9], name="released")
    expected = r"Thresholds 1, 2 and 5; 7 and 8 leave the same connections of released, whose weakest has 5"
    with pytest.warns(ca.errors.SameThresholdWarning, match=expected):
        table = ca.errors.threshold_sweep(g, [1, 2, 5, 6, 7, 8], n_samples=5).table
    one, two = (
        table[table["min_synapses"] == k].drop(columns="min_synapses").reset_index(drop=True)
        for k in (1, 2)
    )
    assert one.equals(two)


def test_a_threshold_below_the_released_one_is_told_in_the_words_of_the_house() -> None:
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ca.errors.threshold_sweep(
            ca.open("fly-mushroom-body-right"), [1, 2], motifs=["300"], measures=[], n_samples=2
        )
    assert [one.category for one in caught] == [ca.errors.SameThresholdWarning]
