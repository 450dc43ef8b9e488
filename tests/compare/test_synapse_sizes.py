"""Sizes of synapses: one or two log-normal populations, before and after, and two of the same neurons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import connectome_analysis as ca


def test_one_population_is_told_from_two() -> None:
    rng = np.random.default_rng(0)
    one = np.exp(rng.normal(1, 0.7, 2000))
    table = ca.compare.size_distribution(one)
    assert table.loc[(1, 1), "best"]
    assert table.loc[(1, 1), "mean_log"] == pytest.approx(np.log(one).mean())
    two = np.concatenate([one[:1500], np.exp(rng.normal(4, 0.5, 500))])
    table = ca.compare.size_distribution(two)
    assert table.loc[2, "best"].all()
    np.testing.assert_allclose(table.loc[2, "share"], [0.75, 0.25], atol=0.03)
    np.testing.assert_allclose(table.loc[2, "mean_log"], [1, 4], atol=0.1)
    np.testing.assert_allclose(table.loc[2, "sd_log"], [0.7, 0.5], atol=0.1)


def test_the_likelihood_of_one_population_is_scipys() -> None:
    sizes = np.exp(np.random.default_rng(1).normal(2, 0.4, 300))
    shape, _, scale = stats.lognorm.fit(sizes, floc=0)
    wanted = stats.lognorm.logpdf(sizes, shape, 0, scale).sum()
    row = ca.compare.size_distribution(sizes).loc[(1, 1)]
    assert row["log_likelihood"] == pytest.approx(wanted)
    assert row["bic"] == pytest.approx(2 * np.log(300) - 2 * wanted)


def test_two_populations_agree_with_scikit_learn() -> None:
    mixture = pytest.importorskip("sklearn.mixture")
    rng = np.random.default_rng(2)
    logs = np.concatenate([rng.normal(0, 0.5, 600), rng.normal(2.2, 0.6, 400)])
    other = mixture.GaussianMixture(2, n_init=5, tol=1e-9, max_iter=2000, random_state=0)
    other.fit(logs[:, None])
    row = ca.compare.size_distribution(np.exp(logs)).loc[(2, 1)]
    wanted = other.score(logs[:, None]) * 1000 - logs.sum()
    assert row["log_likelihood"] == pytest.approx(wanted, abs=0.05)


def test_the_unit_of_sizes_does_not_matter() -> None:
    sizes = np.exp(np.random.default_rng(3).normal(0, 0.5, 200))
    one, two = ca.compare.size_distribution(sizes), ca.compare.size_distribution(1000 * sizes)
    np.testing.assert_allclose(one["share"], two["share"], atol=1e-4)
    np.testing.assert_allclose(two["median"], 1000 * one["median"], rtol=1e-3)
    assert (one["best"] == two["best"]).all()


def test_growth_of_all_synapses_is_found_and_no_change_of_spread() -> None:
    rng = np.random.default_rng(4)
    before, after = np.exp(rng.normal(0, 0.5, 500)), 1.5 * np.exp(rng.normal(0, 0.5, 500))
    found = ca.compare.compare_sizes(before, after)
    assert found["ratio_low"] < 1.5 < found["ratio_high"]
    assert found["p_ratio"] < 1e-6
    assert found["p_spread"] > 0.01
    assert found["superiority"] == pytest.approx((after[:, None] > before).mean())
    back = ca.compare.compare_sizes(after, before)
    assert back["ratio"] == pytest.approx(1 / found["ratio"])


def test_pairs_are_of_neurons_with_exactly_two_synapses() -> None:
    rows = pd.DataFrame(
        {
            "pre_id": [5, 1, 5, 2, 2, 2, 7, 7],
            "post_id": [6, 2, 6, 3, 3, 3, 8, 8],
            "size": [3.0, 1, 4, 1, 1, 1, np.nan, 2],
        }
    )
    assert ca.compare.synapse_pairs(rows).to_numpy().tolist() == [[5, 6, 3, 4]]
    with pytest.raises(ValueError, match="no column 'area'"):
        ca.compare.synapse_pairs(rows, "area")


def test_alike_pairs_are_told_from_pairs_of_chance() -> None:
    rng = np.random.default_rng(6)
    common = rng.normal(0, 1, 150)
    alike = pd.DataFrame({f"size_{k}": np.exp(common + rng.normal(0, 0.4, 150)) for k in (1, 2)})
    found = ca.compare.pair_similarity(alike, n_shuffles=199)
    assert found["p_value"] == 1 / 200
    assert found["cv"] < found["cv_shuffled"]
    chance = pd.DataFrame({f"size_{k}": np.exp(rng.normal(0, 1, 150)) for k in (1, 2)})
    assert ca.compare.pair_similarity(chance, n_shuffles=199)["p_value"] > 0.02


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([1.0] * 5, "10 sizes at least are needed, got 5"),
        ([0.0] + [1.0] * 20, "must be finite and above 0, got 0 to 1"),
        ([2.0] * 20, "All 20 sizes are 2"),
    ],
)
def test_sizes_that_have_no_logarithm_or_spread_are_mistakes(
    sizes: list[float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        ca.compare.size_distribution(sizes)
