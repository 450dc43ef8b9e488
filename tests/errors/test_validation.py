"""The validation runs, at a size that a test can afford, and finds what it should."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import connectome_analysis as ca
from connectome_analysis.errors.validation import (
    Report,
    compared,
    coverage,
    false_alarms,
    imputed,
    run,
    summary,
    tables_of,
)
from connectome_analysis.errors.validation.cells import Cell, Store, random_of
from connectome_analysis.errors.validation.plan import PARTS, Planned, left_out, plan
from connectome_analysis.errors.validation.plant import planted_in
from connectome_analysis.errors.validation.settings import BROKEN, PAIRWISE, fitted, settings
from connectome_analysis.errors.validation.truths import TRUTHS, truth
from connectome_analysis.motifs.triads import CONNECTED_TRIADS
from neuropil.command_line import app


def worlds(cell: Cell, number: int, seed: int = 0) -> pd.DataFrame:
    """Rows of the first worlds of a cell."""
    makers = {"coverage": coverage, "imputed": imputed, "false alarms": false_alarms}
    makers["power"] = false_alarms
    maker = compared if cell.null == "same truth" else makers[cell.part]
    one = maker.worlds_of(cell)
    return pd.concat(
        [one(random_of(cell, seed, world)).assign(world=world) for world in range(number)],
        ignore_index=True,
    )


def covered(setting: str, rates: str, number: int) -> pd.DataFrame:
    cell = Cell("coverage", "synthetic", setting, rates)  # type: ignore[arg-type]
    head = {"truth": "synthetic", "setting": setting, "rates": rates}
    return coverage.tally(worlds(cell, number)).assign(**head)


@pytest.mark.parametrize(
    ("setting", "rates"),
    [
        ("even", "known"),
        pytest.param("regions", "fitted", marks=pytest.mark.slow),
        ("incomplete", "fitted"),
        ("synapses", "known"),
    ],
)
def test_corrections_hold_where_errors_are_independent(setting: str, rates: str) -> None:
    table = covered(setting, rates, 25)
    # A mean over 38 statistics of 25 worlds that are far from independent of each other.
    assert 0.86 < table["coverage"].mean() <= 1.0
    triads = table[table["kind"] == "induced triads"]
    clear = triads[np.abs(triads["naive_bias"]) > 10 * triads["bias_se"]]
    assert len(clear) >= 4
    # At most a tenth, and four Monte Carlo errors.
    ratio = np.abs(clear["bias"] / clear["naive_bias"])
    assert (ratio < 0.1 + 4 * clear["bias_se"] / np.abs(clear["naive_bias"])).all()


def test_a_broken_assumption_shows_as_damage() -> None:
    shown = summary.damage(covered("lost axons", "known", 15))
    edges = shown[shown["statistic"] == "edges"].iloc[0]
    assert edges["corrected_percent"] < -2  # 5 % of the outputs are gone, and no rate says so
    assert edges["coverage"] < 50


@pytest.mark.parametrize("rates", ["known", "fitted"])
def test_intervals_over_draws_are_counted_the_same_way(
    rates: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imputed, "DRAWS", 4)
    cell = Cell("imputed", "synthetic", "even", rates)  # type: ignore[arg-type]
    table = coverage.tally(worlds(cell, 2))
    assert table["statistic"].tolist()[:4] == [
        "edges",
        "mutual_pairs",
        "reciprocity",
        "transitivity",
    ]
    assert table["statistic"].tolist()[-2:] == ["out-degree", "in-degree"]
    assert table["coverage"].iloc[:-2].isin([0.0, 0.5, 1.0]).all()
    assert table["coverage"].iloc[-2:].between(0.3, 1.0).all()


# ---------------------------------------------------------------- tests of tests


def test_tests_that_share_their_nulls_say_what_each_says_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(false_alarms, "N_NULLS", 19)
    cell = Cell("false alarms", "worm", "even", "known", "configuration")
    found = worlds(cell, 1).set_index("statistic")
    rng = random_of(cell, 0, 0)
    g = truth("worm")
    model = settings(g)["even"].assumed
    seen = false_alarms.seen_of(false_alarms._true(g, cell, rng), model, rng)
    assert rng.random() < 1.0  # whether communities are looked for
    seed = int(rng.integers(2**31))
    options = {"n_samples": 19, "rng": seed, "error_model": model}
    motifs = ca.motifs.significance(seen, "configuration", **options)
    names = [*CONNECTED_TRIADS]
    assert found.loc[names, "naive"].tolist() == motifs.loc[names, "p_value"].tolist()
    assert found.loc[names, "aware"].tolist() == motifs.loc[names, "aware_p_value"].tolist()
    measures = {"reciprocity": ca.measures.reciprocity, "transitivity": ca.measures.transitivity}
    both = ca.null_models.against(seen, measures, **options)
    assert found.loc[[*measures], "aware"].tolist() == both["aware_p_value"].tolist()
    curve = ca.rich_club(seen, n_samples=19, rng=seed, error_model=model)
    degrees = seen.in_degree + seen.out_degree
    share = np.array([(degrees > k).mean() for k in curve.index])
    row = curve.iloc[int(np.abs(share - 0.1).argmin())]
    assert found.loc["rich club 10%", "naive"] == row["p_value"]
    assert found.loc["rich club 10%", "aware"] == row["aware_p_value"]


def test_neurons_of_unequal_completeness_cry_wolf_without_the_model_and_not_with_it() -> None:
    """Seen through neurons that lost unequal shares of their sites, random wiring has hubs."""
    rows = worlds(Cell("false alarms", "worm", "incomplete", "known", "erdos_renyi"), 12)
    table = false_alarms.tally(rows).set_index("statistic")
    assert table.loc["021U", "naive"] > 0.3
    assert table.loc["021U", "aware"] < 0.2
    assert table["aware"].mean() < 0.12


def test_two_views_of_one_truth_differ_for_the_naive_test_alone() -> None:
    table = false_alarms.tally(
        worlds(Cell("false alarms", "synthetic", "heavy", "known", "same truth"), 8)
    ).set_index("statistic")
    assert table.loc["edges", "naive"] == 1.0  # they have other numbers of connections
    assert table["aware"].mean() < 0.2
    assert table.loc["pairs disagreement", "worlds"] == 8
    assert np.isnan(table.loc["pairs disagreement", "naive"])


def test_planted_loops_are_there_and_nothing_else_grows() -> None:
    g = truth("worm")
    none, many = (
        planted_in(g, f"{n} loops", "configuration", np.random.default_rng(3)) for n in (0, 150)
    )
    assert none.n_edges == many.n_edges == g.n_edges
    assert none.out_degree.tolist() == many.out_degree.tolist()
    census = [ca.motifs.triad_census(one) for one in (none, many)]
    # Each closes one, and the connection it takes breaks some.
    assert 30 < census[1]["030T"] - census[0]["030T"] < 400
    with pytest.raises(ValueError, match="can be planted, got '3 cycles'"):
        planted_in(g, "3 cycles", "configuration", np.random.default_rng(3))


# ---------------------------------------------------------------- kept worlds


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A validation of one cell, with two worlds a run."""
    room = sys.modules["connectome_analysis.errors.validation.run"]
    cell = Cell("coverage", "synthetic", "even", "fitted")
    exact = pd.DataFrame({"error_of_counts": [1e-12], "error_of_covariances": [1e-11]})
    monkeypatch.setattr(room, "_brute_force", lambda *_: exact)
    monkeypatch.setattr(room, "plan", lambda worlds, *_: [Planned(cell, worlds)])
    monkeypatch.setitem(room._AT_ONCE, "coverage", 2)


def test_a_run_that_was_stopped_goes_on_and_ends_with_the_same_numbers(
    small: None, tmp_path: Path
) -> None:
    whole = run(5, ["synthetic"], folder=tmp_path / "one", n_jobs=1).coverage
    told: list[tuple[int, int]] = []
    run(3, ["synthetic"], folder=tmp_path / "two", n_jobs=1)
    again = run(
        5, ["synthetic"], folder=tmp_path / "two", n_jobs=1, progress=lambda *n: told.append(n)
    ).coverage
    pd.testing.assert_frame_equal(whole, again)
    assert told == [(3, 5), (5, 5)]  # three were there
    first = run(3, ["synthetic"], folder=tmp_path / "one", n_jobs=1).coverage
    assert first["worlds"].tolist() == [3] * len(first)
    from_cells = tables_of(tmp_path / "two", 5, ["synthetic"]).coverage
    pd.testing.assert_frame_equal(whole, from_cells)
    lacking = tables_of(tmp_path / "two", 9, ["synthetic"]).left_out
    assert "5 of 9 worlds are done" in lacking["why"].tolist()


def test_worlds_of_other_settings_are_not_mixed(small: None, tmp_path: Path) -> None:
    run(2, ["synthetic"], folder=tmp_path, n_jobs=1)
    with pytest.raises(
        ValueError, match=r"made with other settings: seed was 0 and is 1 now; give"
    ):
        run(2, ["synthetic"], folder=tmp_path, n_jobs=1, rng=1)
    with pytest.raises(ValueError, match=r"There is no folder .*nowhere; run a validation"):
        tables_of(tmp_path / "nowhere")


def test_what_was_half_written_is_not_there(tmp_path: Path) -> None:
    cell = Cell("coverage", "synthetic", "even")
    store = Store(tmp_path, {"seed": 0})
    assert [*store.missing(cell, 5, 2)] == [(0, 1), (2, 3), (4, 4)]
    store.write(cell, 2, 3, pd.DataFrame({"world": [2, 3], "true": [1.0, 2.0]}))
    (tmp_path / cell.slug / "000000-000001.part").write_bytes(b"PAR1")
    assert store.done(cell) == {2, 3}
    assert [*store.missing(cell, 6, 5)] == [(0, 1), (4, 5)]
    assert store.read(cell, 3)["world"].tolist() == [2]


def test_a_seed_and_a_number_give_the_same_world_and_others_another() -> None:
    cell = Cell("coverage", "synthetic", "even", "fitted")
    one, two = (random_of(cell, 5, 7).random() for _ in range(2))
    assert one == two
    others = [
        random_of(cell, 6, 7),
        random_of(cell, 5, 8),
        random_of(cell._replace(rates="known"), 5, 7),
    ]
    assert len({one, *(rng.random() for rng in others)}) == 4


# ---------------------------------------------------------------- what is planned and said


@pytest.mark.parametrize("name", list(TRUTHS))
def test_every_setting_can_be_made_and_fitted_for_every_truth(name: str) -> None:
    made = settings(truth(name))
    assert list(made) == [*PAIRWISE, *BROKEN]
    assert [key for key, setting in made.items() if setting.broken] == [*BROKEN]
    for key in PAIRWISE:
        model = fitted(made[key].assumed, np.random.default_rng(0))
        assert model.uncertainty is not None
        assert model.values() != made[key].assumed.values()


def test_the_plan_has_every_statistic_with_rates_known_and_fitted_and_says_what_it_leaves_out() -> (
    None
):
    cells = [one.cell for one in plan(1000, [*TRUTHS])]
    assert len(set(cells)) == len(cells) == len({cell.slug for cell in cells})
    for name in TRUTHS:
        for rates in ("known", "fitted"):
            for key in PAIRWISE:
                assert Cell("coverage", name, key, rates) in cells  # type: ignore[arg-type]
    assert {cell.null for cell in cells if cell.part == "false alarms"} >= {
        *("configuration", "reciprocal_configuration", "erdos_renyi", "dyad", "block", "same truth")
    }
    said = {(one.part, one.truth) for one in left_out([*TRUTHS])}
    there = {(cell.part, cell.truth) for cell in cells}
    assert ("imputed", "fly mushroom body") in said - there
    assert {(part, name) for part in PARTS for name in TRUTHS} == said | there


def test_verdicts_say_where_worlds_are_too_few_and_what_was_not_run() -> None:
    table = covered("even", "known", 5)
    empty = pd.DataFrame(columns=["truth", "setting", "rates", "null", "planted", "worlds"])
    exact = pd.DataFrame({"error_of_counts": [1e-12], "error_of_covariances": [1e-11]})
    report = Report(table, empty, empty, empty, exact, empty, empty)
    said = summary.verdicts(report).set_index("criterion")["held"]
    assert said["coverage, corrected, rates known"] in ("so far", "no")
    assert said["coverage, corrected, rates fitted"] == "not run"
    assert said["all graphs of four"] == "yes"
    page = summary.markdown(report)
    assert "### What is asked for, and whether it held\n\n| criterion | wanted |" in page
    assert "false alarms" in page


def test_false_alarms_are_told_by_family_of_tests() -> None:
    head = {"truth": "worm", "setting": "even", "rates": "known", "null": "configuration"}
    table = pd.DataFrame(
        {
            "statistic": ["021D", "021U", "rich club 5%", "modularity"],
            "naive": [0.1, 0.2, 0.3, 0.4],
            "aware": [0.04, 0.06, 0.05, 0.07],
        }
    ).assign(worlds=100, **head)
    told = summary.false_alarms(table).set_index("tests")
    assert told.loc["motifs", ["number", "naive", "aware", "aware_worst", "worst_of"]].tolist() == [
        *(2, 15.0, 5.0, 6.0),
        "021U",
    ]
    assert told.loc["modularity", "aware"] == 7.0


def test_power_is_compared_where_there_is_something_to_miss() -> None:
    table = pd.DataFrame(
        {
            "statistic": ["030T", "300", "030T"],
            "naive": [0.8, 0.8, 0.99],
            "aware": [0.76, 0.8, 0.99],
            "both": [0.74, 0.8, 0.99],
            "planted": ["500 loops", "500 loops", "trace 1"],
        }
    ).assign(worlds=100, truth="worm", setting="vanishing", rates="known", null="configuration")
    told = summary.power(table)
    assert told["aware_over_naive"].tolist() == [0.95]
    # One alone cried in 6 and 2 of 100 worlds.
    assert told["error"].tolist() == [round((0.08 - 0.04**2) ** 0.5 / 10 / 0.8, 3)]


def test_what_cannot_be_run_is_said() -> None:
    with pytest.raises(ValueError, match="There is no truth 'mouse'; there are: worm"):
        truth("mouse")
    with pytest.raises(ValueError, match="worlds must be a whole number of at least 2, got 1"):
        run(1)
    with pytest.raises(ValueError, match="There is no part 'bias'; there are: coverage, imputed"):
        run(2, ["synthetic"], parts=["bias"])  # type: ignore[list-item]
    result = CliRunner().invoke(app, ["validation", "--from-cells"])
    assert result.exit_code != 0
    assert "--from-cells needs --out" in result.output + str(result.exception)


@pytest.mark.slow
def test_the_whole_of_it_makes_every_table_on_any_number_of_processes(tmp_path: Path) -> None:
    report = run(2, ["worm"], n_jobs=2)
    files = report.write(tmp_path)
    assert {path.stem for path in files} == {
        *("coverage", "imputed", "false_alarms", "power", "brute_force", "words", "left_out"),
    }
    assert (report.brute_force["error_of_counts"] < 1e-9).all()
    for title, table in summary.tables(report).items():
        assert len(table) or title == "Power"
    alone = run(2, ["worm"], parts=["coverage"], n_jobs=1)
    pd.testing.assert_frame_equal(report.coverage, alone.coverage)
