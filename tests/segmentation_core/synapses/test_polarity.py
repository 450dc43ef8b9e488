"""Polarity: exchanging two segments exchanges the answer."""

from __future__ import annotations

import numpy as np

from segmentation_core.synapses.calibration import fit_calibration
from segmentation_core.synapses.candidates import CandidateRules, candidates
from segmentation_core.synapses.polarity import (
    POLARITY_FEATURES,
    grey_and_roughness,
    polarity_features,
)

from .test_candidates import FIRST, GRID, SECOND, SENDER, one_site


def rough_side_sends():
    """A regression in which the side with uneven grey sends."""
    import pandas as pd

    rng = np.random.default_rng(0)
    x = rng.normal(0, 1, (400, len(POLARITY_FEATURES)))
    rows = pd.DataFrame(x, columns=list(POLARITY_FEATURES))
    return fit_calibration(rows, rows["rough_80"] > 0, POLARITY_FEATURES)


def test_the_rough_side_is_the_sender_whichever_it_is():
    maps, labels = one_site()
    grey = np.zeros(labels.shape, np.float32)
    for rough_in, others in ((SENDER, {FIRST, SECOND}), (FIRST, {SENDER, SECOND})):
        rough = np.where(labels == rough_in, 2.0, 0.5).astype(np.float32)
        rows = candidates(
            maps, labels, GRID, CandidateRules(), looks=(grey, rough), polarity=rough_side_sends()
        )
        assert {row.pre_id for row in rows} == {rough_in}
        assert {row.post_id for row in rows} == others


def test_features_are_those_of_the_own_segment():
    number = np.array([0, 0, 1, 1])
    distance = np.array([0.0, 100.0, 0.0, 100.0])
    grey = np.array([1.0, 2.0, 5.0, 7.0])
    rows = polarity_features(number, 2, distance, grey, np.ones(4), np.zeros(4))
    at = POLARITY_FEATURES.index
    assert rows[:, at("grey_20")].tolist() == [1, 5]
    assert rows[:, at("grey_130")].tolist() == [2, 7]


def test_points_of_the_grid_are_means_of_their_voxels():
    raw = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    grey, rough = grey_and_roughness(raw, (1, 4, 4))
    assert grey.tolist() == [[[7.5]]]
    assert rough[0, 0, 0] == np.float32(raw.std())
    assert grey_and_roughness(raw[:, :3, :3], (1, 4, 4))[0].shape == (1, 1, 1)
