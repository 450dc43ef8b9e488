"""The command line from scores to verdicts: calibrate, then correct, impute and compare; fits of tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca

from .scored import scored_worm

WORM = "celegans-varshney2011"


def test_scores_become_confidences_and_these_corrected_counts(neuropil, tmp_path: Path) -> None:
    scored = scored_worm(tmp_path, np.random.default_rng(0))
    checked = tmp_path / "checked.csv"
    scored.synapses.sample(800, random_state=0)[["synapse_id", "is_true"]].to_csv(checked)
    out, picture = tmp_path / "calibrated", tmp_path / "fit.png"
    options = ("--verified", checked, "--plot", picture, "--json")
    code, said, _ = neuropil("errors", "calibrate", scored.path, out, *options)
    assert code == 0
    assert json.loads(said)["calibration"]["verified"] == 800
    assert picture.stat().st_size > 0
    how = ("--error-model", "manifest", "--json")
    code, said, _ = neuropil("errors", "correct", out, *how, "--what", "measures")
    edges = next(row for row in json.loads(said)["measures"] if row["measure"] == "edges")
    assert edges["low"] < 2194 < edges["high"] < edges["observed"]
    code, said, _ = neuropil("errors", "impute", out, *how, "-n", "3", "--measures", "edges")
    assert abs(json.loads(said)["measures"][0]["estimate"] - 2194) < 150
    code, said, _ = neuropil(
        "errors", "compare", out, WORM, "--error-model-a", "manifest", "--json"
    )
    density = next(r for r in json.loads(said)["comparison"] if r["measure"] == "density")
    assert density["naive_q_value"] < 1e-6
    assert density["q_value"] > 0.01
    code, said, _ = neuropil("errors", "fit", "confidence", out, "--json")
    assert json.loads(said)["error_model"]["alpha"] == pytest.approx(0.01, rel=0.15)


def test_thresholds_are_swept(neuropil, tmp_path: Path) -> None:
    picture = tmp_path / "thresholds.png"
    options = ("--values", "1,5", "-n", "20", "--motifs", "300", "--plot", picture, "--json")
    code, said, _ = neuropil("errors", "thresholds", WORM, *options)
    assert code == 0
    assert [row["min_synapses"] for row in json.loads(said)["sweep"]][:2] == [1, 5]
    assert picture.stat().st_size > 0
    code, _, err = neuropil("errors", "thresholds", WORM, "--values", "1,x")
    assert (code, len(err.strip().splitlines())) == (1, 1)


def test_scores_of_files_become_models(neuropil, tmp_path: Path) -> None:
    table = tmp_path / "scores.csv"
    columns = {"precision": [0.9, 0.8], "recall": [0.9, 0.7], "n_true": [1000, 500]}
    pd.DataFrame({"region": ["MB", "LH"], **columns}).to_csv(table, index=False)
    out, picture = tmp_path / "model.json", tmp_path / "rates.png"
    options = ("--by", "region", "--out", out, "--plot", picture)
    code, _, _ = neuropil("errors", "fit", "precision-recall", table, *options)
    assert code == 0
    assert ca.errors.read_model(out).beta.rates == {
        "MB": pytest.approx(0.1),
        "LH": pytest.approx(0.3),
    }
    assert picture.stat().st_size > 0
    scores = tmp_path / "scores.json"
    scores.write_text(json.dumps({"precision": 0.9, "recall": 0.85, "splits_per_neuron": 0.5}))
    code, said, _ = neuropil("errors", "fit", "segmentation", scores, "--density", 0.5, "--json")
    split = json.loads(said)["error_model"]["split"]
    assert split["probability"] == pytest.approx(1 - np.exp(-0.5))


def test_mistakes_are_one_clear_line(neuropil, tmp_path: Path) -> None:
    for arguments, said in (
        (("fit", "completeness", WORM), "neither pre_completeness nor post_completeness"),
        (("fit", "confidence", WORM), "has no confidence of its edges"),
        (("calibrate", WORM, tmp_path / "out"), "has no table of synapses"),
        (("impute", WORM, "--error-model", "beta=0.1", "--measures", "beauty"), "got 'beauty'"),
        (("fit", "segmentation", tmp_path / "no.json"), "cannot be read"),
    ):
        code, _, err = neuropil("errors", *arguments)
        assert code == 1
        assert said in err
        assert len(err.strip().splitlines()) == 1
