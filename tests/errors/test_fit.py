"""Fit: the data given says which fit it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.errors import ErrorModel, read_model, write_model


def test_each_kind_of_data_finds_its_fit() -> None:
    rng = np.random.default_rng(0)
    true = rng.random((60, 60)) < 0.2
    seen = [true & (rng.random((60, 60)) < 0.8) for _ in range(3)]
    g = ca.Graph.from_edges([1, 2], [2, 3])
    nodes = pd.DataFrame({"node_id": [1], "pre_completeness": [0.9]})
    for data, kind in (
        ({"detected": seen[0], "verified": true, "min_synapses": 1}, "verified connections"),
        ({"replicates": seen}, "3 replicates"),
        ({"precision_recall": {"precision": 0.9, "recall": 0.8}}, "precision and recall"),
        ({"completeness": nodes}, "completeness"),
        ({"unproofread": g, "proofread": g}, "unproofread"),
        ({"segmentation": {"splits_per_neuron": 1.0}}, "scores of a segmentation"),
    ):
        model = ErrorModel.fit(**data)
        assert model.evidence is not None
        assert kind in model.evidence.fitted_to


def test_none_or_several_kinds_of_data_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"takes one kind of data: detected and verified; .*nothing"
    ):
        ErrorModel.fit()
    with pytest.raises(ValueError, match="Got replicates, completeness"):
        ErrorModel.fit(replicates=[], completeness=3)
    with pytest.raises(ValueError, match="fit needs verified beside detected"):
        ErrorModel.fit(detected=[[1]])
    with pytest.raises(ValueError, match="Got matrix"):
        ErrorModel.fit(matrix=[[1]])


def test_a_fitted_model_is_written_without_its_evidence(tmp_path) -> None:  # type: ignore[no-untyped-def]
    model = ErrorModel.fit(detected=[[1, 0, 2]], verified=[[1, 1, 0]])
    write_model(model, tmp_path / "model.json")
    again = read_model(tmp_path / "model.json")
    assert (again.alpha, again.beta, again.source) == (model.alpha, model.beta, model.source)
    assert again.evidence is None
    assert model.replace(name="calyx").evidence is model.evidence
