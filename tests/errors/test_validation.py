"""The validation runs, at a size that a test can afford, and finds what it should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from connectome_analysis.errors.validation import coverage, false_alarms, imputed, run, summary
from connectome_analysis.errors.validation.coverage import Cell
from connectome_analysis.errors.validation.settings import PAIRWISE, fitted, settings
from connectome_analysis.errors.validation.truths import TRUTHS, truth


@pytest.mark.parametrize("rates", ["known", "fitted"])
@pytest.mark.parametrize("setting", ["even", "regions", "synapses"])
def test_corrections_hold_where_errors_are_independent(setting: str, rates: str) -> None:
    table = coverage.cover(Cell("synthetic", setting, rates, 40, 0))
    # A mean over 36 statistics of 40 worlds that are far from independent of each other.
    assert 0.88 < table["coverage"].mean() <= 1.0
    triads = table[table["kind"] == "induced triads"]
    clear = triads[np.abs(triads["naive_bias"]) > 10 * triads["bias_se"]]
    assert len(clear) >= 5
    # At most a tenth, and four Monte Carlo errors.
    ratio = np.abs(clear["bias"] / clear["naive_bias"])
    assert (ratio < 0.1 + 4 * clear["bias_se"] / np.abs(clear["naive_bias"])).all()


def test_a_broken_assumption_shows_as_damage() -> None:
    table = coverage.cover(Cell("synthetic", "lost axons", "known", 20, 0))
    shown = summary.damage(table)
    edges = shown[shown["statistic"] == "edges"].iloc[0]
    assert edges["corrected_percent"] < -2  # 5 % of the outputs are gone, and no rate says so
    assert edges["coverage"] < 50


def test_intervals_over_draws_are_counted_the_same_way() -> None:
    table = imputed.cover(Cell("synthetic", "even", "known", 2, 0))
    assert table["statistic"].tolist()[:4] == [
        "edges",
        "mutual_pairs",
        "reciprocity",
        "transitivity",
    ]
    assert table["coverage"].isin([0.0, 0.5, 1.0]).all()


def test_neurons_of_unequal_completeness_cry_wolf_without_the_model_and_not_with_it() -> None:
    """Seen through neurons that lost unequal shares of their sites, random wiring has hubs."""
    cell = false_alarms.Cell("worm", "incomplete", "erdos_renyi", 12, 0, 0)
    table = false_alarms.cry(cell).set_index("motif")
    assert table.loc["021U", "naive"] > 0.3
    assert table.loc["021U", "aware"] < 0.1
    assert table["aware"].mean() < 0.1


def test_without_errors_the_aware_test_is_the_naive_one() -> None:
    table = false_alarms.cry(false_alarms.Cell("worm", "none", "configuration", 3, 60, 0))
    assert table["naive"].tolist() == table["aware"].tolist()


def test_a_seed_gives_the_same_world() -> None:
    one, two = (coverage.cover(Cell("synthetic", "even", "fitted", 3, 5)) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    other = coverage.cover(Cell("synthetic", "even", "fitted", 3, 6))
    assert other["bias"].tolist() != one["bias"].tolist()


@pytest.mark.parametrize("name", list(TRUTHS))
def test_every_setting_can_be_made_for_every_truth(name: str) -> None:
    g = truth(name)
    made = settings(g)
    assert set(PAIRWISE) < set(made)
    assert [key for key, setting in made.items() if setting.broken] == ["lost axons", "fragments"]
    model = fitted(made["regions"].assumed, np.random.default_rng(0))
    assert len(model.values()) > 4


def test_what_cannot_be_run_is_said() -> None:
    with pytest.raises(ValueError, match="There is no truth 'mouse'; there are: worm"):
        truth("mouse")
    with pytest.raises(ValueError, match="worlds must be a whole number of at least 2, got 1"):
        run(1)


@pytest.mark.slow
def test_the_whole_of_it_makes_every_table(tmp_path: Path) -> None:
    report = run(2, ["synthetic"], n_jobs=2)
    files = report.write(tmp_path)
    assert {path.stem for path in files} == {
        *("coverage", "imputed", "false_alarms", "power", "brute_force", "words"),
    }
    assert (report.brute_force["error_of_counts"] < 1e-9).all()
    for table in (
        summary.bias(report.coverage),
        summary.coverage(report.coverage),
        summary.damage(report.coverage),
        summary.false_alarms(report.false_alarms),
        summary.power(report.power),
        summary.verdicts(report),
    ):
        assert len(table)
