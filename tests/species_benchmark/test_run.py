"""Species benchmark: the library's own numbers, the same again, kept, and told where data are missing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from neuropil.species_benchmark import BenchmarkResult, Dataset, Plan, Settings, run_benchmark
from neuropil.species_benchmark.cell import Cell, drawn
from neuropil.species_benchmark.tables import as_rich_club, as_significance, rows_of
from tests.report.test_demo import Page

SETTINGS = Settings(
    samples=12,
    null_models=("configuration", "reciprocal_configuration"),
    four_node_null_models=("reciprocal_configuration",),
    error_models=("synem-neuron-pairs",),
)
WORM = Dataset(name="a worm", connectome="celegans-witvliet2021-1", colors="sign")
PLAN = Plan(
    settings=SETTINGS,
    datasets=(
        WORM,
        Dataset(name="elsewhere", connectome="no/such/folder"),
        Dataset(name="far away", source="no_such_files", format="larva"),
    ),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> BenchmarkResult:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("NEUROPIL_DATA", raising=False)
        return run_benchmark(PLAN, tmp_path_factory.mktemp("benchmark"), n_jobs=1)


@pytest.fixture(scope="module")
def page(made: BenchmarkResult) -> Page:
    assert made.report is not None
    return Page(made.report.read_text(encoding="utf-8"))


def seed_of(made: BenchmarkResult, null: str) -> int:
    rows = rows_of(made.numbers, "a worm", null, "triad")
    return int(rows["seed"].iloc[0])


def test_all_kinds_of_numbers_come_from_the_same_samples_as_the_library_draws(
    made: BenchmarkResult,
) -> None:
    g = ca.open("celegans-witvliet2021-1").graph()
    seed = seed_of(made, "configuration")
    triads = as_significance(rows_of(made.numbers, "a worm", "configuration", "triad"))
    expected = ca.motifs.significance(g, n_samples=12, rng=seed)
    pd.testing.assert_frame_equal(triads, expected, check_like=True)
    club = as_rich_club(
        rows_of(made.numbers, "a worm", "configuration", "rich_club"),
        ca.rich_club(g, null_model=None),
    )
    pd.testing.assert_frame_equal(
        club, ca.rich_club(g, n_samples=12, rng=seed), check_like=True, check_dtype=False
    )
    colored = rows_of(made.numbers, "a worm", "configuration", "colored_triad")
    by_sign = ca.motifs.significance(g, n_samples=12, rng=seed, colors="sign")
    assert colored["name"].tolist() == by_sign.index.tolist()
    np.testing.assert_allclose(colored["null_mean"], by_sign["null_mean"])
    fours = rows_of(made.numbers, "a worm", "reciprocal_configuration", "four_node")
    other = seed_of(made, "reciprocal_configuration")
    four = ca.motifs.significance(g, "reciprocal_configuration", 12, size=4, rng=other)
    np.testing.assert_array_equal(fours["observed"], four["observed"])
    np.testing.assert_allclose(fours["null_mean"], four["null_mean"])
    measured = ca.null_models.against(
        g,
        {"reciprocity": ca.measures.reciprocity, "transitivity": ca.measures.transitivity},
        n_samples=12,
        rng=seed,
    )
    mine = rows_of(made.numbers, "a worm", "configuration", "measure").set_index("name")
    for column in ("observed", "null_mean", "null_low", "null_high", "p_value"):
        np.testing.assert_allclose(
            mine.loc[["reciprocity", "transitivity"], column], measured[column], rtol=1e-9
        )


def test_published_numbers_of_the_worm_at_birth(made: BenchmarkResult) -> None:
    row = made.species.loc["a worm"]
    # Witvliet 2021, doi:10.1038/s41586-021-03778-8, animal 1.
    assert (row["neurons"], row["connections"]) == (161, 675)
    assert row["density"] == pytest.approx(0.0262, abs=5e-5)
    assert row["reciprocity"] == pytest.approx(0.172, abs=5e-4)
    assert row["transitivity"] == pytest.approx(0.174, abs=5e-4)


def test_ratio_and_interval_are_observed_over_mean_and_percentiles(made: BenchmarkResult) -> None:
    rows = made.numbers[made.numbers["null_low"] > 0]
    np.testing.assert_allclose(rows["ratio"], rows["observed"] / rows["null_mean"])
    np.testing.assert_allclose(rows["ratio_low"], rows["observed"] / rows["null_high"])
    np.testing.assert_allclose(rows["ratio_high"], rows["observed"] / rows["null_low"])


def test_missing_data_are_named_with_the_reason(made: BenchmarkResult, page: Page) -> None:
    assert {one.name for one in made.skipped} == {"elsewhere", "far away"}
    assert "no folder no/such/folder" in page.text
    assert "NEUROPIL_DATA" in page.text


def test_the_page_is_well_formed_and_needs_no_network(made: BenchmarkResult, page: Page) -> None:
    assert made.report is not None
    assert len(set(page.ids)) == len(page.ids)
    assert page.tags.isdisjoint({"script", "link", "iframe", "object", "embed"})
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids
        elif not link.startswith("https://doi.org/10."):
            assert (made.report.parent / link).is_file()
    assert page.images
    for image in page.images:
        assert (made.report.parent / str(image["src"])).is_file()
    text = made.report.read_text(encoding="utf-8")
    assert str(made.report.parent) not in text
    assert len(text) < 300_000


def test_the_page_says_that_12_samples_show_nothing(made: BenchmarkResult, page: Page) -> None:
    assert made.settings.samples == 12
    assert "nothing on this page can be significant: the least p-value is 0.15" in page.text
    assert "too few samples" in page.text


def test_the_rich_club_of_the_page_is_corrected_over_all_k(page: Page) -> None:
    assert "corrected over all k" in page.text
    assert "uncorrected" not in page.text


def test_another_run_draws_nothing_and_writes_the_same(
    made: BenchmarkResult, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert made.folder is not None
    monkeypatch.delenv("NEUROPIL_DATA", raising=False)
    again = run_benchmark(PLAN, made.folder, n_jobs=2, figures=False)
    assert (again.drawn, again.found) == (0, 3)
    pd.testing.assert_frame_equal(again.numbers, made.numbers)
    elsewhere = run_benchmark(PLAN, tmp_path, n_jobs=2, figures=False)
    assert (elsewhere.drawn, elsewhere.found) == (3, 0)
    pd.testing.assert_frame_equal(elsewhere.numbers, made.numbers)
    first, second = (place / "tables" / "numbers.parquet" for place in (made.folder, tmp_path))
    assert first.read_bytes() == second.read_bytes()


def test_a_stopped_run_goes_on_with_the_cells_it_lacks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan = replace(PLAN, settings=replace(SETTINGS, samples=3), datasets=(WORM,))

    class Stopped(BaseException):
        pass

    def stop(what: str, done: int, total: int) -> None:
        if "reciprocal" in what and done > 0:
            raise Stopped

    with pytest.raises(Stopped):
        run_benchmark(plan, tmp_path, n_jobs=1, figures=False, progress=stop)
    assert len(list((tmp_path / "cells").glob("*.parquet"))) == 1
    result = run_benchmark(plan, tmp_path, n_jobs=1, figures=False)
    assert (result.drawn, result.found) == (2, 1)


def cell_of(g: ca.Graph, **changed: object) -> Cell:
    facts: dict[str, object] = {
        "dataset": "a",
        "null_model": "erdos_renyi",
        "graph": g,
        "colors": None,
        "four_nodes": False,
        "n_samples": 2,
        "seed": 0,
    }
    return Cell(**(facts | changed))  # type: ignore[arg-type]


def test_the_key_is_of_all_that_decides_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    g = ca.Graph.from_edges([1, 2, 3], [2, 3, 1])
    other = ca.Graph.from_edges([1, 2, 3], [2, 3, 2])
    heavier = ca.Graph.from_edges([1, 2, 3], [2, 3, 1], [1, 1, 5])
    keys = [
        cell_of(g).key(),
        cell_of(other).key(),
        cell_of(heavier).key(),
        cell_of(g, n_samples=3).key(),
        cell_of(g, seed=1).key(),
        cell_of(g, dataset="b").key(),
        cell_of(g, null_model="dyad").key(),
        cell_of(g, four_nodes=True).key(),
        cell_of(g, options={"x": 1}).key(),
        cell_of(g, error_model=ca.errors.ErrorModel(beta=0.1)).key(),
    ]
    monkeypatch.setattr("neuropil.species_benchmark.cell.code_version", lambda: "other code")
    keys.append(cell_of(g).key())
    assert len(set(keys)) == len(keys)


def test_half_a_cell_is_never_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    g = ca.Graph.from_edges([1, 2, 3], [2, 3, 1])

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(pd.DataFrame, "to_parquet", full)
        with pytest.raises(OSError, match="disk full"):
            drawn(cell_of(g), tmp_path, n_jobs=1)
    assert list(tmp_path.iterdir()) == []
    _, found = drawn(cell_of(g), tmp_path, n_jobs=1)
    _, again = drawn(cell_of(g), tmp_path, n_jobs=1)
    assert (found, again) == (False, True)


def test_where_nothing_is_at_hand_it_says_why(tmp_path: Path) -> None:
    plan = replace(PLAN, datasets=PLAN.datasets[1:2])
    with pytest.raises(
        ValueError, match=r"No dataset of the benchmark is at hand .elsewhere: there is no"
    ):
        run_benchmark(plan, tmp_path)


def test_a_mistake_in_a_declaration_names_its_dataset(tmp_path: Path) -> None:
    wrong = replace(WORM, colors="typo")
    with pytest.raises(ValueError, match=r"^a worm: There is no column 'typo'"):
        run_benchmark(replace(PLAN, datasets=(wrong,)), tmp_path)
    wrong = replace(WORM, error_models=("fly-calyx-5",))
    with pytest.raises(
        ValueError, match=r"^a worm: The false rate of fly-calyx-5 holds for neurons"
    ):
        run_benchmark(replace(PLAN, datasets=(wrong,)), tmp_path)


def test_mistakes_of_all_datasets_are_told_before_the_first_is_drawn(tmp_path: Path) -> None:
    told: list[str] = []
    datasets = (
        WORM,
        replace(WORM, name="b", colors="typo"),
        replace(WORM, name="c", where="bogus = 3"),
        replace(WORM, name="d", published={"neuron": 3}),
        replace(WORM, name="e", null_options={"configuration": {"proposals_per_edge": -1}}),
    )
    with pytest.raises(ValueError, match=r"^b: .* c: .* d: .*'neurons'.* e: ") as error:
        run_benchmark(
            replace(PLAN, datasets=datasets), tmp_path, progress=lambda what, *_: told.append(what)
        )
    assert "\n" not in str(error.value)
    assert all(what.endswith(": opening") for what in told)
    assert not list((tmp_path / "cells").iterdir())


def test_a_damaged_dataset_is_named_and_the_others_are_done(
    neuropil: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from neuropil.demo import write_tables

    with ca.open("celegans-white1986-jsh") as worm:
        write_tables(worm, tmp_path / "damaged", command="by hand")
    (tmp_path / "damaged" / "edges.parquet").write_bytes(b"PAR1")
    (tmp_path / "own.toml").write_text(
        "[settings]\nsamples = 2\nnull_models = ['dyad']\nerror_models = []\n"
        "[[dataset]]\nname = 'damaged'\nconnectome = 'damaged'\n"
        "[[dataset]]\nname = 'whole'\nconnectome = 'celegans-white1986-jsh'\n"
    )
    monkeypatch.chdir(tmp_path)
    code, out, err = neuropil(  # type: ignore[operator]
        *("benchmark", "species", "--file", "own.toml", "--only", "damaged", "--only", "whole"),
        *("--no-figures", "--out", "b", "--jobs", 1),
    )
    assert code == 1
    assert "1 connectomes" in out
    assert "skipped: damaged (cannot be read: " in err
    assert "cannot be read" in (tmp_path / "b" / "report.html").read_text(encoding="utf-8")


def test_the_command_adds_runs_and_says_where(
    neuropil: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = neuropil("benchmark", "add", "mine", "celegans-witvliet2021-1")  # type: ignore[operator]
    assert code == 0
    assert "wrote species.toml" in out
    code, out, err = neuropil(  # type: ignore[operator]
        "benchmark", "species", "--only", "mine", "-n", 2, "--no-figures", "--out", "b", "--jobs", 1
    )
    assert code == 0
    assert "1 connectomes" in out
    assert "mine: configuration" in err
    assert (tmp_path / "b" / "report.html").is_file()
    other = tmp_path / "b" / "cells" / "mine.parquet"
    other.write_bytes(b"of somebody else")
    code, again, _ = neuropil(  # type: ignore[operator]
        *("benchmark", "species", "--only", "mine", "-n", 2, "--no-figures", "--out", "b"),
        *("--jobs", 1, "--afresh"),
    )
    assert code == 0
    assert ", 0 found from before" in again
    assert other.read_bytes() == b"of somebody else"


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "neuropil", "benchmark", "species", "--out", str(tmp_path)]
    command += ["--only", "worm 1, L1 at birth", "-n", "400", "--no-figures", "--jobs", "1"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cells = tmp_path / "cells"
    while len(list(cells.glob("*.parquet"))) < 2:
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    there = {path.name: path.read_bytes() for path in cells.glob("*.parquet")}
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["found"] == len(there)
    assert found["drawn"] == 5 - len(there)
    assert all((cells / name).read_bytes() == content for name, content in there.items())
