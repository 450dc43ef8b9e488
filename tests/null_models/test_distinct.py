"""Distinct numbers differ, are in range, and every set of them is equally likely."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chisquare

from connectome_analysis.null_models import distinct
from connectome_analysis.null_models.distinct import (
    bernoulli_numbers,
    binomial,
    distinct_numbers,
)
from connectome_analysis.random_streams import below, stream, unit


@given(st.integers(1, 300), st.integers(0, 300), st.integers(0, 2**40))
@settings(max_examples=100, deadline=None)
def test_numbers_differ_and_are_below_the_size(size: int, count: int, seed: int) -> None:
    count = min(count, size)
    numbers = distinct_numbers(stream(seed, 0), size, count)
    assert len(set(numbers.tolist())) == count
    assert all(0 <= number < size for number in numbers.tolist())


@pytest.mark.parametrize("store", ["_distinct_in_table", "_distinct_in_bits"])
@pytest.mark.parametrize(("size", "count"), [(6, 1), (6, 2), (6, 3), (6, 5), (7, 7)])
def test_every_set_is_equally_likely(size: int, count: int, store: str) -> None:
    draw = getattr(distinct, store)
    everything = list(combinations(range(size), count))
    state = stream(3, 0)
    drawn = Counter(tuple(sorted(draw(state, size, count).tolist())) for _ in range(6000))
    assert set(drawn) == set(everything)
    if len(everything) > 1:
        assert chisquare([drawn[one] for one in everything]).pvalue > 1e-3


def test_sizes_beyond_32_bits_are_filled_to_their_end() -> None:
    size = 139_255 * 139_254
    numbers = distinct_numbers(stream(0, 0), size, 200_000)
    assert len(np.unique(numbers)) == 200_000
    assert chisquare(np.bincount(numbers * 20 // size, minlength=20)).pvalue > 1e-3


@pytest.mark.parametrize("p", [0.0, 0.03, 0.5, 0.97, 1.0])
def test_each_number_comes_with_its_probability(p: float) -> None:
    state = stream(1, 0)
    samples = [bernoulli_numbers(state, 50, p) for _ in range(4000)]
    assert all((np.diff(one) > 0).all() for one in samples)
    seen = np.bincount(np.concatenate(samples), minlength=50)
    error = np.sqrt(4000 * p * (1 - p))
    assert (np.abs(seen - 4000 * p) <= 4.5 * error).all()


@pytest.mark.parametrize("draw", [binomial, lambda *given: len(bernoulli_numbers(*given))])
def test_their_number_is_binomial(draw) -> None:  # type: ignore[no-untyped-def]
    state = stream(2, 0)
    counts = np.bincount([draw(state, 12, 0.3) for _ in range(6000)], minlength=13)
    expected = 6000 * binom.pmf(np.arange(13), 12, 0.3)
    counts, expected = (
        np.append(counts[:8], counts[8:].sum()),
        np.append(expected[:8], expected[8:].sum()),
    )
    assert chisquare(counts, expected).pvalue > 1e-3


def test_nothing_can_come_of_nothing() -> None:
    state = stream(0, 0)
    assert len(distinct_numbers(state, 0, 0)) == len(bernoulli_numbers(state, 0, 0.0)) == 0
    assert binomial(state, 0, 0.5) == 0
    assert binomial(state, 9, 1.0) == 9


def test_below_and_unit_stay_in_their_range() -> None:
    state = stream(5, 0)
    # One above half of all words: every second word is drawn again.
    assert all(0 <= below(state, 2**62 + 1) < 2**62 + 1 for _ in range(200))
    assert chisquare(np.bincount([below(state, 7) for _ in range(7000)])).pvalue > 1e-3
    floats = [unit(state) for _ in range(1000)]
    assert 0.0 <= min(floats) < 0.05
    assert 0.95 < max(floats) < 1.0
