"""Fit confidence: how many of the edges are false, spread over the pairs that are empty."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.errors import edge_confidence, fit_confidence
from tests.errors.covering import covers

TABLE = pd.DataFrame({"pre_id": [1, 1, 2], "post_id": [2, 2, 3], "confidence": [0.5, 0.8, 0.7]})
G = ca.Graph.from_edges(TABLE["pre_id"], TABLE["post_id"])


def test_false_edges_are_over_empty_pairs() -> None:
    model = fit_confidence(edge_confidence(TABLE), G)
    assert model.alpha == pytest.approx((0.1 + 0.3) / (6 - 1.6))  # 0.9 and 0.7 are real
    assert model.beta is None
    half = fit_confidence(edge_confidence(TABLE), G, recall=0.5)
    assert half.alpha == pytest.approx(0.4 / (6 - 3.2))
    assert half.beta == 0.5


def test_false_synapses_are_over_all_pairs() -> None:
    model = fit_confidence(edge_confidence(TABLE), G, level="synapses", recall=0.9)
    assert model.false_rate == pytest.approx((0.5 + 0.2 + 0.3) / 6)
    assert model.recall == 0.9


def test_only_pairs_that_could_touch_count() -> None:
    pairs = pd.DataFrame({"pre_id": [1, 2], "post_id": [2, 1], "area_um2": [5.0, 1.0]})
    model = fit_confidence(edge_confidence(TABLE), G, could_touch=pairs)
    assert model.alpha == pytest.approx(0.1 / (2 - 0.9))
    assert model.evidence is not None
    assert "1 edges join neurons that could not touch" in model.evidence.notes[0]


def test_calibrated_confidences_give_back_the_rate_behind_them() -> None:
    rng = np.random.default_rng(0)
    hits, n = 0, 150
    for _ in range(n):
        # 300 neurons; 3,000 true connections, 900 false ones, told apart by confidence as it says
        pairs = rng.choice(300 * 299, 3900, replace=False)
        pre, post = pairs // 299, pairs % 299
        post = post + (post >= pre)
        confidence = rng.beta(3, 0.9, 3900)
        real = rng.random(3900) < confidence
        table = pd.DataFrame({"pre_id": pre, "post_id": post, "confidence": confidence})
        g = ca.Graph.from_edges(pre, post, node_ids=np.arange(300))
        model = fit_confidence(edge_confidence(table), g)
        hits += covers(model, "alpha", float((~real).sum() / (300 * 299 - real.sum())))
    assert 0.90 < hits / n < 0.99


def test_what_cannot_be_is_refused() -> None:
    confidence = edge_confidence(TABLE)
    with pytest.raises(ValueError, match="level must be"):
        fit_confidence(confidence, G, level="voxels")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="recall must be above 0 and at most 1, got 0"):
        fit_confidence(confidence, G, recall=0)
    with pytest.raises(ValueError, match="there are too few pairs that could touch"):
        fit_confidence(confidence, G, recall=0.25)
