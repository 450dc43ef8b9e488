"""Fit segmentation scores: synapses, splits and merges from the numbers of an evaluation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from connectome_analysis.errors import AllPairs, fit_segmentation_scores

SCORES = {
    "precision": 0.9,
    "recall": 0.8,
    "n_true": 1000,
    "n_detected": 900,
    "n_pairs": 5000,
    "splits_per_neuron": 0.5,
    "merges_per_neuron": 0.1,
    "adapted_rand_error": 0.05,
}


@pytest.mark.parametrize("kind", [dict, pd.Series, lambda scores: pd.DataFrame([scores])])
def test_scores_are_taken_as_mapping_series_or_row(kind: type) -> None:
    model = fit_segmentation_scores(kind(SCORES))
    assert model.recall == 0.8
    assert model.false_rate == pytest.approx(0.8 * 0.2 / 9)
    assert model.split is not None
    assert model.merge is not None
    assert model.split.probability == pytest.approx(1 - np.exp(-0.5))
    assert model.merge.probability == pytest.approx(1 - np.exp(-0.1))
    assert model.merge.could_touch == AllPairs()
    assert model.uncertainty is not None
    assert model.uncertainty.names == ("recall", "false_rate")


def test_parts_that_were_not_scored_are_left_out() -> None:
    model = fit_segmentation_scores({"splits_per_neuron": 2.0}, split_part="axon")
    assert model.recall == 1.0
    assert model.merge is None
    assert model.split is not None
    assert model.split.part == "axon"
    assert (
        "False synapses are left out"
        in fit_segmentation_scores({"precision": 0.9, "recall": 0.8}).source
    )


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ({"adapted_rand_error": 0.1}, "hold none of precision.*they have adapted_rand_error"),
        ({"splits_per_neuron": -1}, "splits_per_neuron must be a number of at least 0, got -1"),
        ({"precision": 0.9}, "lacks recall"),
        (pd.DataFrame([SCORES, SCORES]), "must be of one segmentation, got 2 rows"),
        (7, "a mapping or a table of one row, got int"),
    ],
)
def test_what_cannot_be_is_refused(scores: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_segmentation_scores(scores)


def test_scores_of_simulated_detections_give_back_the_rates_behind_them() -> None:
    rng = np.random.default_rng(0)
    n_pairs, density, recall, false_rate = 50_000, 0.2, 0.85, 0.03
    off = []
    for _ in range(40):
        n_true = rng.poisson(density * n_pairs)
        found, false = rng.binomial(n_true, recall), rng.poisson(false_rate * n_pairs)
        split = rng.poisson(0.4, 200)
        model = fit_segmentation_scores(
            {
                "recall": found / n_true,
                "precision": found / (found + false),
                "n_true": n_true,
                "n_detected": found + false,
                "splits_per_neuron": split.mean(),
            },
            density=density,
        )
        assert abs(model.split.probability - (1 - np.exp(-0.4))) < 0.12
        spread = np.sqrt(np.diag(model.uncertainty.covariance))
        names = dict(zip(model.uncertainty.names, spread, strict=True))
        off.append(
            [
                (np.log(model.recall / (1 - model.recall)) - np.log(recall / (1 - recall)))
                / names["recall"],
                np.log(model.false_rate / false_rate) / names["false_rate"],
            ]
        )
    mean, deviation = np.mean(off, axis=0), np.std(off, axis=0)
    assert np.all(np.abs(mean) < 0.6)
    assert np.all((deviation > 0.4) & (deviation < 1.4))
