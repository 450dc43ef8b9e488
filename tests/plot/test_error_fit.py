"""Error fit: observed beside expected, and how many pairs each point stands for."""

from __future__ import annotations

import numpy as np
import pytest

import connectome_analysis as ca
from tests.plot.drawn import clipped, saved, words


def counts(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    true = rng.geometric(0.2, (40, 60)) * (rng.random((40, 60)) < 0.2)
    return rng.binomial(true, 0.8) + rng.poisson(0.02, true.shape), true


def first() -> ca.errors.ErrorModel:
    return ca.errors.fit_verified(*counts(0))


def test_each_strength_has_its_share_and_its_number_of_pairs() -> None:
    model = ca.errors.fit_verified(*counts(0), name="made up")
    ax = ca.plot.error_fit(model)
    assert model.evidence is not None
    table = model.evidence.table
    assert table is not None
    texts = words(ax)
    assert all(f"{n:,}" in texts for n in table["n_pairs"])
    assert any(text.startswith("made up: fit to verified connections") for text in texts)
    assert ax.get_ylabel() == "share of pairs seen"
    assert clipped(ax) == []


def test_a_threshold_says_which_pairs_alpha_is_of() -> None:
    seen, true = counts(0)
    seen[(true == 2) & (seen == 2)] = 3
    model = ca.errors.fit_verified(seen, true, min_synapses=3)
    assert isinstance(model.alpha, float)
    ax = ca.plot.error_fit(model)
    label = next(text for text in words(ax) if "no connection here" in text)
    assert label.startswith("0\N{EN DASH}2 true synapses")
    assert f"{100 * model.alpha:.2g} %" in label
    assert not any("no connection here" in text for text in words(ca.plot.error_fit(first())))


def test_the_share_of_empty_pairs_keeps_off_the_axis() -> None:
    ax = ca.plot.error_fit(first())
    ax.figure.canvas.draw()
    label = next(text for text in ax.texts if text.get_text().endswith(" %"))
    assert label.get_window_extent().x0 > ax.get_window_extent().x0


def test_synapses_have_a_second_panel() -> None:
    ax = ca.plot.error_fit(ca.errors.fit_verified(*counts(1), level="synapses"))
    _, below = ax.figure.axes
    assert below.get_ylabel() == "detected / true"
    assert clipped(ax) == []


def test_replicates_are_bars_of_pairs() -> None:
    rng = np.random.default_rng(2)
    true = rng.random((60, 60)) < 0.1
    seen = [true & (rng.random((60, 60)) < 0.8) for _ in range(3)]
    ax = ca.plot.error_fit(ca.errors.fit_replicates(seen))
    assert sum(bar.get_height() for bar in ax.patches) == 60 * 59
    saved(ax)
    assert clipped(ax) == []


def test_a_model_that_was_not_fitted_to_pairs_is_refused() -> None:
    with pytest.raises(ValueError, match=r"draws a model with evidence.table.*got ErrorModel"):
        ca.plot.error_fit(ca.errors.ErrorModel(beta=0.1))
