"""Calibration: confidences that mean what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segmentation_core.synapses.calibration import Calibration, fit_calibration, reliability


def drawn(seed: int, n: int = 4000):
    """Rows whose chance to be right is known."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"a": rng.normal(3, 2, n), "b": rng.normal(0, 1, n)})
    chance = 1 / (1 + np.exp(-(0.8 * (rows["a"] - 3) - 1.2 * rows["b"] + 0.4)))
    return rows, chance.to_numpy(), rng.random(n) < chance


def test_the_true_chances_are_found_again():
    rows, chance, is_right = drawn(0)
    fit = fit_calibration(rows, is_right, ("a", "b"))
    fresh, chance, is_right = drawn(1)
    said = fit.confidence(fresh)
    assert np.abs(said - chance).mean() < 0.02
    assert reliability(said, is_right).attrs["calibration_error"] < 0.03


def test_scikit_learn_fits_the_same_line():
    linear_model = pytest.importorskip("sklearn.linear_model")
    rows, _, is_right = drawn(2)
    fit = fit_calibration(rows, is_right, ("a", "b"), ridge=1.0)
    z = (rows - fit.mean) / fit.spread
    peer = linear_model.LogisticRegression(C=1.0, tol=1e-10).fit(z.clip(-5, 5), is_right)
    np.testing.assert_allclose(fit.weight[:2], peer.coef_[0], rtol=1e-4)


def test_it_survives_json():
    rows, _, is_right = drawn(3, 50)
    fit = fit_calibration(rows, is_right, ("a", "b"))
    again = Calibration.from_dict(fit.to_dict())
    np.testing.assert_array_equal(fit.confidence(rows), again.confidence(rows))


def test_rows_that_are_all_right_cannot_be_calibrated():
    with pytest.raises(ValueError, match="rows that are right and rows that are not, got 2 rows"):
        fit_calibration(pd.DataFrame({"a": [1.0, 2.0]}), [1, 1], ("a",))
