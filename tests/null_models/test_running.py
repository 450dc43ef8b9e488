"""Samples taken one by one give what all of them stored would give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from connectome_analysis.null_models.running import Running, compare


@pytest.mark.parametrize("n_samples", [2, 3, 39, 40, 41, 63, 64, 65, 200, 1000])
def test_running_numbers_are_those_of_the_stored_samples(n_samples: int) -> None:
    rng = np.random.default_rng(n_samples)
    samples = rng.poisson(30, size=(n_samples, 7)).astype(float)
    observed = rng.poisson(30, size=7)
    result = compare(observed, samples)
    assert result.mean == pytest.approx(samples.mean(axis=0))
    assert result.sd == pytest.approx(samples.std(axis=0, ddof=1))
    low, high = np.percentile(samples, [2.5, 97.5], axis=0)
    assert result.low == pytest.approx(low)
    assert result.high == pytest.approx(high)
    assert result.p_over == pytest.approx((1 + (samples >= observed).sum(axis=0)) / (n_samples + 1))
    assert result.p_under == pytest.approx(
        (1 + (samples <= observed).sum(axis=0)) / (n_samples + 1)
    )


@given(
    samples=hnp.arrays(
        np.float64,
        st.tuples(st.integers(2, 150), st.integers(1, 3)),
        elements=st.floats(-1e6, 1e6, width=32),
    )
)
@settings(max_examples=80, deadline=None)
def test_running_percentiles_are_numpys_on_any_samples(samples: np.ndarray) -> None:
    running = Running(samples[0], most_samples=400)  # fewer came than might have
    for sample in samples:
        running.add(sample)
    result = running.comparison()
    low, high = np.percentile(samples, [2.5, 97.5], axis=0)
    assert result.low == pytest.approx(low, abs=1e-6)
    assert result.high == pytest.approx(high, abs=1e-6)
    assert result.mean == pytest.approx(samples.mean(axis=0), abs=1e-6)


def test_large_counts_that_differ_little_keep_their_spread() -> None:
    # The textbook sum of squares would lose all digits here.
    samples = 1e12 + np.arange(500.0)[:, None]
    result = compare(np.array([1e12]), samples)
    assert result.sd[0] == pytest.approx(np.std(np.arange(500.0), ddof=1))


def test_a_float_summed_in_another_order_is_the_same_number() -> None:
    value = 0.1 + 0.2
    result = compare(np.array([0.3]), np.full((10, 1), value))
    assert (result.p_over[0], result.p_under[0]) == (1.0, 1.0)
    assert np.isnan(result.z[0])


def test_whole_numbers_are_compared_exactly() -> None:
    observed = np.array([10**12], dtype=np.int64)
    result = compare(observed, np.full((10, 1), 10**12 + 1, dtype=np.int64))
    assert result.p_under[0] == 1 / 11


def test_counts_near_the_end_of_exact_floats_lose_nothing() -> None:
    observed = np.array([4_500_000_000_000_000], dtype=np.int64)
    samples = observed + np.arange(-100, 100)[:, None]
    result = compare(observed, samples)
    assert result.z[0] == pytest.approx(0.5 / np.std(np.arange(200.0), ddof=1))
    assert np.isnan(compare(observed, np.repeat(observed[None], 99, axis=0)).z[0])


def test_what_is_not_defined_has_no_p_value_and_claims_nothing() -> None:
    samples = np.random.default_rng(1).random((99, 2))
    result = compare(np.array([np.nan, 2.0]), samples)
    assert np.isnan(result.p_value[0])
    assert result.p_over[1] == 1 / 100
    samples[:50, 1] = np.nan
    assert compare(np.array([np.nan, 2.0]), samples).p_over[1] == 51 / 100
