"""Pair evidence: against enumeration, and calibrated where a probability of the score alone is not."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectome_analysis.errors.fits.pair_evidence import _log_means, connected_given_synapses


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(-9, 9), min_size=1, max_size=7))
def test_mean_products_are_those_of_all_choices(ratios: list[float]) -> None:
    found = np.exp(_log_means(np.array([ratios]))[0])
    for j in range(len(ratios) + 1):
        every = [np.exp(sum(choice)) for choice in combinations(ratios, j)]
        assert found[j] == pytest.approx(np.mean(every), rel=1e-9)


def test_one_synapse_by_itself_is_less_sure_and_one_of_several_surer_than_its_score_says() -> None:
    # Of 200 pairs half have one synapse, half have eight, all at the same score.
    size = np.repeat([1, 8], 100)
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    alike = np.full(int(size.sum()), 0.9)
    probability = connected_given_synapses(alike, start, size, 10_000.0)
    assert np.all(probability[:100] < 0.5)  # the 90 false synapses there are all stand alone
    assert np.all(probability[100:] > 1 - 1e-9)
    # As many synapses are false as the scores say, but for the half pair put beside the data.
    assert (1 - probability[:100]).sum() == pytest.approx(90, abs=4)


def test_a_handful_of_pairs_does_not_rule_out_that_a_single_synapse_is_real() -> None:
    found = connected_given_synapses(
        np.array([0.5, 0.8, 0.3]), np.array([0, 2]), np.array([2, 1]), 6.0
    )
    assert 0.1 < found[1] < 0.3
    assert 0.9 < found[0] < 1


def test_sure_synapses_stay_sure_and_pairs_that_cannot_be_are_refused() -> None:
    ones = connected_given_synapses(np.ones(3), np.array([0, 2]), np.array([2, 1]), 6.0)
    assert ones.tolist() == [1.0, 1.0]
    with pytest.raises(ValueError, match=r"2 pairs have synapses, and only 1 could"):
        connected_given_synapses(np.ones(3), np.array([0, 2]), np.array([2, 1]), 1.0)


def test_probabilities_are_calibrated_for_pairs_of_every_number_of_synapses() -> None:
    rng = np.random.default_rng(0)
    n_pairs, false_rate = 100_000, 0.02
    true = np.where(rng.random(n_pairs) < 0.03, rng.geometric(0.35, n_pairs), 0)
    false = rng.poisson(false_rate, n_pairs)
    share = true.sum() / (true.sum() + false.sum())
    pair = np.concatenate([np.repeat(np.arange(n_pairs), n) for n in (true, false)])
    score = np.concatenate([rng.beta(4, 2, true.sum()), rng.beta(2, 4, false.sum())])
    # Densities of the scores stand in the ratio (x / (1 - x))^2.
    ratio = (score / (1 - score)) ** 2 * share / (1 - share)
    order = np.argsort(pair, kind="stable")
    pair, probability = pair[order], (ratio / (1 + ratio))[order]
    names, start, size = np.unique(pair, return_index=True, return_counts=True)
    found = connected_given_synapses(probability, start, size, float(n_pairs))
    real = true[names] > 0
    for n in (1, 2, 3):
        here = size == n
        error = np.sqrt((found * (1 - found))[here].sum()) / here.sum()
        assert abs(found[here].mean() - real[here].mean()) < 4 * error + 0.002
    alone = size == 1
    naive = probability[start[alone]].mean()
    assert naive - real[alone].mean() > 0.1  # what the score alone says is far too high
