"""Partition agreement: by hand, as scikit-learn has it, and without regard to names."""

from __future__ import annotations

import numpy as np
import pytest

import connectome_analysis as ca

MEASURES = (
    ca.measures.adjusted_rand,
    ca.measures.adjusted_mutual_information,
    ca.measures.variation_of_information,
)


def test_variation_of_information_by_hand() -> None:
    # H(one | other) is 0, other splits each half of one in two: H(other | one) is 1 bit.
    assert ca.measures.variation_of_information([0, 0, 1, 1], [0, 1, 2, 3]) == pytest.approx(1)


@pytest.mark.parametrize("seed", range(4))
def test_scikit_learn_finds_the_same(seed: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(seed)
    one = random.integers(0, 5, 80)
    other = np.where(random.random(80) < 0.5, one, random.integers(0, 9, 80))
    found = ca.measures.adjusted_mutual_information(one, other)
    assert found == pytest.approx(metrics.adjusted_mutual_info_score(one, other))
    assert ca.measures.adjusted_rand(one, other) == pytest.approx(
        metrics.adjusted_rand_score(one, other)
    )


@pytest.mark.parametrize("measure", MEASURES)
def test_names_and_order_of_neurons_and_which_comes_first_change_nothing(measure) -> None:
    random = np.random.default_rng(1)
    one, other = random.integers(0, 4, (2, 50))
    value = measure(one, other)
    order = random.permutation(50)
    assert measure(3 - one[order], other[order] * 7) == pytest.approx(value)
    assert measure(other, one) == pytest.approx(value)


@pytest.mark.parametrize("measure", MEASURES)
def test_one_neuron_or_none_agrees_with_itself(measure) -> None:
    best = 0.0 if measure is ca.measures.variation_of_information else 1.0
    assert measure([], []) == best
    assert measure([3], [4]) == best
    assert measure([1, 1, 2], [2, 2, 5]) == best


def test_unrelated_partitions_have_an_adjusted_mutual_information_of_about_zero() -> None:
    random = np.random.default_rng(0)
    values = [
        ca.measures.adjusted_mutual_information(*random.integers(0, 8, (2, 60))) for _ in range(100)
    ]
    assert abs(np.mean(values)) < 0.02


@pytest.mark.parametrize("measure", MEASURES)
def test_lists_of_different_length_are_refused(measure) -> None:
    with pytest.raises(ValueError, match=r"equal length are wanted, got shapes \(2,\), \(3,\)"):
        measure([1, 2], [1, 2, 3])
