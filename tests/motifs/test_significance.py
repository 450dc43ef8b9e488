"""Motif significance against the configuration null."""

from __future__ import annotations

import numpy as np
import pytest

import connectome_analysis as ca
from connectome_analysis.motifs import TRIAD_NAMES
from tests import graphs


@pytest.fixture(scope="module")
def varshney() -> ca.Graph:
    with ca.open("celegans-varshney2011") as worm:
        return worm.graph()


def test_varshney_null_means_are_the_published_ones(varshney: ca.Graph) -> None:
    # 500 draws of an independent engine: 030T 1307 +- 70, 030C 268 +- 24, 120U 83.9 +- 11.9,
    # 300 1.46 +- 1.45. Two means of 500 draws differ by sd * sqrt(2 / 500) as a rule.
    table = ca.motifs.significance(varshney, n_samples=500, rng=1)
    for name, mean, sd in (
        ("030T", 1307, 70),
        ("030C", 268, 24),
        ("120U", 83.9, 11.9),
        ("300", 1.46, 1.45),
    ):
        assert abs(table.loc[name, "null_mean"] - mean) < 4 * sd * np.sqrt(2 / 500), name
        assert abs(table.loc[name, "null_sd"] / sd - 1) < 0.15, name


@pytest.mark.parametrize("n_jobs", [1, 2, 4])
def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads(n_jobs: int) -> None:
    g = graphs.random_graph(40, 0.15, seed=6)
    one = ca.motifs.significance(g, n_samples=30, rng=7, n_jobs=n_jobs)
    other = ca.motifs.significance(g, n_samples=30, rng=7, n_jobs=3)
    assert one.equals(other)
    assert one.attrs == other.attrs


def test_the_first_samples_do_not_depend_on_how_many_there_are() -> None:
    from connectome_analysis.motifs.statistics import triad_counts
    from connectome_analysis.null_models.ensemble import ensemble

    g = graphs.random_graph(30, 0.2, seed=8)
    few = ensemble(g, "configuration", triad_counts, 5, rng=9, keep_values=True)
    more = ensemble(g, "configuration", triad_counts, 12, rng=9, keep_values=True)
    assert (few.values == more.values[:5]).all()


def test_another_seed_gives_other_numbers() -> None:
    g = graphs.random_graph(40, 0.15, seed=6)
    one = ca.motifs.significance(g, n_samples=30, rng=1)
    other = ca.motifs.significance(g, n_samples=30, rng=2)
    assert not one["null_mean"].equals(other["null_mean"])


def test_a_generator_serves_as_seed_and_moves_on() -> None:
    g = graphs.random_graph(20, 0.2, seed=1)
    rng = np.random.default_rng(3)
    one = ca.motifs.significance(g, n_samples=10, rng=rng)
    two = ca.motifs.significance(g, n_samples=10, rng=rng)
    again = ca.motifs.significance(g, n_samples=10, rng=np.random.default_rng(3))
    assert one.equals(again)
    assert not one["null_mean"].equals(two["null_mean"])


def test_z_p_and_ratio_follow_from_the_samples() -> None:
    from connectome_analysis.null_models.running import compare

    result = compare(np.array([3.0, 5.0]), np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]]))
    assert result.mean.tolist() == [2.0, 5.0]
    assert result.sd.tolist() == [1.0, 0.0]
    assert result.z[0] == 1.0
    assert np.isnan(result.z[1])  # nothing varies: no z-score, rather than an infinite one
    assert result.p_over.tolist() == [2 / 4, 4 / 4]
    assert result.p_under.tolist() == [4 / 4, 4 / 4]
    assert result.p_value.tolist() == [1.0, 1.0]


def test_a_graph_drawn_from_the_null_is_rarely_significant() -> None:
    # Under the null the two-sided p-value is uniform up to its steps: 5 % below 0.05, give or take.
    g = graphs.random_graph(30, 0.2, seed=10)
    below = []
    for seed in range(60):
        null = ca.null_models.sample(g, "configuration", rng=1000 + seed)
        table = ca.motifs.significance(null, n_samples=99, rng=seed)
        below.append(table.loc["030T", "p_value"] <= 0.05)
    assert np.mean(below) <= 0.15  # P(more than 9 of 60 at 5 %) is 0.0004


def test_the_result_says_what_its_null_is(varshney: ca.Graph) -> None:
    table = ca.motifs.significance(varshney, n_samples=20)
    assert table.index.tolist() == list(TRIAD_NAMES)
    assert set(table["null_model"]) == {"configuration"}
    assert set(table["n_samples"]) == {20}
    assert "sends to" in table.attrs["keeps"]
    assert 0 < table.attrs["original_edges_kept"] < 0.2
    assert table["p_value"].min() >= 2 / 21


def test_every_column_follows_from_the_samples() -> None:
    from connectome_analysis.motifs.statistics import triad_counts
    from connectome_analysis.null_models.ensemble import ensemble

    g = graphs.random_graph(30, 0.2, seed=12)
    table = ca.motifs.significance(g, n_samples=60, rng=13)
    nulls = ensemble(g, "configuration", triad_counts, 60, rng=13, keep_values=True)
    values = nulls.values
    observed = table["observed"].to_numpy()
    assert observed.tolist() == ca.motifs.triad_census(g).tolist()
    assert table["null_mean"].tolist() == pytest.approx(values.mean(axis=0).tolist())
    assert table["null_sd"].tolist() == pytest.approx(values.std(axis=0, ddof=1).tolist())
    low, high = np.quantile(values, [0.025, 0.975], axis=0)
    assert table["null_low"].tolist() == pytest.approx(low.tolist())
    assert table["null_high"].tolist() == pytest.approx(high.tolist())
    over = (1 + (values >= observed).sum(axis=0)) / 61
    under = (1 + (values <= observed).sum(axis=0)) / 61
    p_values = np.minimum(1, 2 * np.minimum(over, under))
    assert table["p_value"].tolist() == pytest.approx(p_values.tolist())
    # Benjamini and Hochberg: the least of p_(j) * 16 / j over all j from one's own rank upwards.
    order = np.argsort(p_values)
    scaled = p_values[order] * 16 / np.arange(1, 17)
    expected = np.empty(16)
    expected[order] = np.minimum(1, np.minimum.accumulate(scaled[::-1])[::-1])
    assert table["q_value"].tolist() == pytest.approx(expected.tolist())
    assert (table["q_value"] > table["p_value"]).any()


def test_progress_is_told_of_every_sample() -> None:
    told: list[tuple[int, int]] = []
    g = graphs.random_graph(20, 0.2, seed=1)
    ca.motifs.significance(g, n_samples=7, progress=lambda done, total: told.append((done, total)))
    assert told == [(i, 7) for i in range(1, 8)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"null_model": "erdös"}, "no null model 'erdös'; there are: erdos_renyi"),
        ({"null_model": "weights"}, "leaves the wiring as it is, so every count stays the same"),
        ({"n_samples": 1}, "n_samples must be a whole number of at least 2, got 1"),
        ({"n_samples": 2.5}, "n_samples must be a whole number of at least 2, got 2.5"),
        ({"rng": -1}, "rng must be an integer of at least 0 or a numpy Generator, got -1"),
        ({"rng": 1.5}, "rng must be an integer of at least 0"),
        ({"n_jobs": 0}, "n_jobs must be a whole number of at least 1"),
        ({"proposals_per_edge": 0}, "proposals_per_edge must be above 0, got 0"),
        ({"swaps": 3}, "configuration null has no option swaps; it has .*proposals_per_edge"),
        ({"n_samples": 10.0}, "n_samples must be a whole number of at least 2, got 10.0"),
    ],
)
def test_a_wrong_option_is_named(options: dict, message: str) -> None:
    g = graphs.random_graph(10, 0.3, seed=1)
    with pytest.raises(ValueError, match=message):
        ca.motifs.significance(g, **({"n_samples": 5} | options))


def test_an_empty_graph_has_nothing_to_compare() -> None:
    g = ca.Graph.from_edges([], [], node_ids=[1, 2, 3])
    table = ca.motifs.significance(g, n_samples=5)
    assert table.loc["003", "observed"] == 1
    assert table["z"].isna().all()
    assert (table["p_value"] == 1).all()
