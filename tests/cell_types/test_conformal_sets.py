"""Conformal sets: the true type is in them as often as promised, whatever the model is worth."""

from __future__ import annotations

import numpy as np
import pytest

from connectome_analysis.cell_types import ConformalSets
from connectome_analysis.cell_types.graph_network.temperature import fit_temperature, softmax


def drawn(n: int, seed: int, *, rare: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of a poor, over-confident model and the truth, of which one type is rare."""
    random = np.random.default_rng(seed)
    truth = random.choice(3, n, p=[0.6, 0.4 - rare, rare])
    scores = random.normal(size=(n, 3)) + 1.0 * np.eye(3)[truth]
    scores[truth == 2, 0] += 1.5
    return softmax(3 * scores), truth


@pytest.mark.parametrize("coverage", [0.6, 0.9])
def test_coverage_is_the_promised_one_over_many_splits(coverage) -> None:
    chance, truth = drawn(4000, seed=1)
    random = np.random.default_rng(2)
    found = []
    for _ in range(200):
        order = random.permutation(4000)
        calibration, test = order[:300], order[300:]
        sets = ConformalSets.of(chance[calibration], truth[calibration])
        within = sets.members(chance[test], coverage)
        found.append(within[np.arange(len(test)), truth[test]].mean())
    assert abs(np.mean(found) - coverage) < 0.01


def test_the_promise_holds_by_type_where_it_is_asked_for() -> None:
    chance, truth = drawn(20_000, seed=3)
    sets = ConformalSets.of(chance[:6000], truth[:6000])
    rows = np.arange(14_000)
    rare = truth[6000:] == 2
    together = sets.members(chance[6000:], 0.9)[rows, truth[6000:]]
    each = sets.members(chance[6000:], 0.9, by_type=True)[rows, truth[6000:]]
    assert together[rare].mean() < 0.8
    assert abs(each[rare].mean() - 0.9) < 0.06
    assert abs(each[~rare].mean() - 0.9) < 0.02


def test_by_hand() -> None:
    sets = ConformalSets(np.array([0.1, 0.2, 0.3, 0.4]), np.array([0, 0, 1, 1]), 2)
    assert sets.thresholds(0.8).tolist() == [0.4, 0.4]  # the 4th of 4: ceil(5 * 0.8)
    assert sets.thresholds(0.6).tolist() == [0.3, 0.3]
    assert np.isinf(sets.thresholds(0.81)).all()
    assert sets.thresholds(0.6, by_type=True).tolist() == [0.2, 0.4]
    with pytest.raises(ValueError, match="coverage must lie between 0 and 1, got 1"):
        sets.thresholds(1)


def test_a_temperature_undoes_what_scores_were_multiplied_by() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(size=(5000, 4)) * 2
    truth = np.array([random.choice(4, p=row) for row in softmax(scores)])
    assert fit_temperature(scores, truth) == pytest.approx(1, abs=0.1)
    assert fit_temperature(5 * scores, truth) == pytest.approx(5, abs=0.5)
    assert fit_temperature(scores[:3], truth[:3]) == 1
