"""Calibration: probabilities that are kept, rise with the score and never reach 0 or 1."""

from __future__ import annotations

import numpy as np
import pytest

from connectome_analysis.errors import calibrate_confidence


def test_scores_that_do_not_overlap_leave_half_a_synapse_of_doubt() -> None:
    calibration = calibrate_confidence([1, 2, 3, 7, 8, 9], [0, 0, 0, 1, 1, 1])
    assert calibration([0, 2, 8, 20]).tolist() == pytest.approx([1 / 8, 1 / 8, 7 / 8, 7 / 8])
    assert calibration(5.0) == pytest.approx(0.5)


@pytest.mark.parametrize("method", ["isotonic", "logistic"])
def test_probabilities_are_kept_rise_and_stay_inside(method: str) -> None:
    rng = np.random.default_rng(0)
    score = rng.normal(size=4000)
    real = rng.random(4000) < 1 / (1 + np.exp(-(0.5 + 1.5 * score)))
    calibration = calibrate_confidence(score, real, method=method)  # type: ignore[arg-type]
    at = np.linspace(-1.5, 1.5, 31)
    got = calibration(at)
    assert np.all(np.diff(got) >= 0)
    assert np.all((got > 0) & (got < 1))
    assert np.abs(got - 1 / (1 + np.exp(-(0.5 + 1.5 * at)))).max() < 0.08
    table = calibration.reliability
    inside = (table["predicted"] >= table["low"]) & (table["predicted"] <= table["high"])
    assert inside.sum() >= 8
    assert table["n"].sum() == 4000
    assert calibration.brier < 0.25


def test_the_order_of_synapses_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    score, order = rng.integers(0, 20, 300), rng.permutation(300)
    real = rng.random(300) < score / 20
    one, other = calibrate_confidence(score, real), calibrate_confidence(score[order], real[order])
    assert one.scores.tolist() == other.scores.tolist()
    assert one.probabilities.tolist() == pytest.approx(other.probabilities.tolist())


@pytest.mark.parametrize(
    ("score", "real", "message"),
    [
        ([1, 2], [True], r"equally long, got shapes \(2,\) and \(1,\)"),
        ([1, np.nan], [0, 1], "score must be numbers, got .*nan"),
        ([1, 2], [1, 1], "2 of 2 verified synapses are real; both"),
        ([1, 2], [0, 0], "0 of 2 verified"),
        ([1, 2], [0, 3], "is_true must be True or False"),
        ([2, 1], [0, 1], "Real synapses have lower scores"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(
    score: list[float], real: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        calibrate_confidence(score, real)


def test_a_missing_score_and_a_wrong_method_are_named() -> None:
    calibration = calibrate_confidence([1, 2], [0, 1])
    with pytest.raises(ValueError, match="1 of 2 scores are missing"):
        calibration([1.0, np.nan])
    with pytest.raises(ValueError, match='method must be "isotonic" or "logistic"'):
        calibrate_confidence([1, 2], [0, 1], method="beta")  # type: ignore[arg-type]
    assert "logistic" in repr(calibrate_confidence([1, 2, 3], [0, 1, 1], method="logistic"))
