"""Jitter and drift are told apart by how they go along the stack."""

from __future__ import annotations

import numpy as np

from segmentation_core.alignment.steady_tissue import steady

DEPTH = np.arange(40) * 40.0
RNG = np.random.default_rng(0)


def test_white_jitter_is_all_jitter() -> None:
    jitter = RNG.normal(0, 5, (40, 2))
    found = steady(jitter, DEPTH, pixel_nm=4, width_nm=4000)
    np.testing.assert_allclose(found, jitter - jitter.mean(axis=0), atol=2.5)
    assert np.median(np.abs(found - jitter + jitter.mean(axis=0))) < 1


def test_a_smooth_path_is_tissue() -> None:
    tissue = np.stack([30 * np.sin(DEPTH / 900), 0.02 * DEPTH], axis=1)
    found = steady(tissue + RNG.normal(0, 0.2, tissue.shape), DEPTH, pixel_nm=4, width_nm=2000)
    assert np.abs(found).max() < 1.5


def test_their_sum_is_divided() -> None:
    jitter = RNG.normal(0, 5, (40, 2))
    tissue = np.stack([60 * np.sin(DEPTH / 900), 0.06 * DEPTH], axis=1)
    found = steady(jitter + tissue, DEPTH, pixel_nm=4, width_nm=2000)
    left = found - (jitter - jitter.mean(axis=0))
    # Straightening would be wrong by the whole drift, some 30 px.
    assert np.median(np.abs(left)) < 2.5


def test_long_stacks_are_judged_in_pieces_alike() -> None:
    n = 1000
    jitter = RNG.normal(0, 5, (n, 2))
    found = steady(jitter, np.arange(n) * 40.0, pixel_nm=4, width_nm=4000)
    assert np.median(np.abs(found - jitter)) < 1
