"""The demo from voxels: simulated tissue becomes tables and a page, and says that it is simulated."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from connectome_analysis import tables
from neuropil import demo, em_demo
from neuropil.command_line import main
from neuropil.em_demo import EmDemo, run_em_demo

from .test_demo import Page

SMALL = (12, 192, 192)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> EmDemo:
    pytest.importorskip("torch")
    return run_em_demo(tmp_path_factory.mktemp("em"), shape=SMALL)


@pytest.fixture
def neuropil_demo(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run the command, whose first half has tests of its own: standard output."""

    def first_half(out: Path, **_: object) -> demo.DemoResult:
        places = {name: out / name for name in ("figures", "tables", "results")}
        return demo.DemoResult(report=out / "report.html", **places)

    monkeypatch.setattr(demo, "run_demo", first_half)

    def run(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["neuropil", "demo", "-n", "2", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        assert not stop.value.code
        return capsys.readouterr().out

    return run


@pytest.mark.slow
def test_the_tables_pass_every_check_and_say_that_they_are_simulated(made: EmDemo) -> None:
    assert tables.check(made.tables) == []
    manifest = tables.read_manifest(made.tables)
    assert "simulation" in str(manifest.source)
    assert manifest.error_model is not None
    assert manifest.made_by["command"] == "neuropil demo --seed 0"


@pytest.mark.slow
def test_the_planted_graph_is_what_the_found_one_is_held_against(made: EmDemo) -> None:
    scores = made.made.scores
    assert scores is not None
    assert 0 <= scores["adapted_rand_error"] < 0.5
    assert f"simulation: {made.n_planted} connections planted" in made.in_words()
    with (made.tables.parent / "scores.csv").open(newline="") as file:
        written = {row["score"]: float(row["value"]) for row in csv.DictReader(file)}
    assert written == pytest.approx(dict(scores), nan_ok=True)


@pytest.mark.slow
def test_the_page_is_whole_and_names_no_folder_of_the_machine(made: EmDemo) -> None:
    page = Page(made.report.read_text(encoding="utf-8"))
    assert {"truth", "sections", "neurons", "synapses", "how"} <= set(page.ids)
    assert "Simulated tissue" in page.text
    assert "connection recall" in page.text or "adapted Rand error" in page.text
    assert str(made.report.parent) not in page.text
    assert all(len(image["alt"]) > 30 for image in page.images)


def test_without_edges_there_is_no_precision_in_the_words(tmp_path: Path) -> None:
    class Nothing:
        scores = {"edge_precision": float("nan"), "edge_recall": 0.0, "adapted_rand_error": 0.25}  # noqa: RUF012
        edges = pd.DataFrame({"pre_id": []})

    found = EmDemo(
        made=Nothing(),  # type: ignore[arg-type]
        n_planted=4,
        report=tmp_path,
        tables=tmp_path,
        volumes=tmp_path,
    )
    assert found.in_words() == (
        "simulation: 4 connections planted, 0 found; edge recall 0.00, adapted Rand error 0.250"
    )


def test_what_was_left_out_and_how_to_have_it_is_said_in_one_line(
    neuropil_demo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(em_demo, "NEEDS", ("json", "a_library_nobody_has"))
    lines = neuropil_demo("--out", tmp_path / "out").splitlines()
    assert lines[-1] == (
        "left out: from voxels to tables, which needs a_library_nobody_has: "
        "pip install 'neuropil[segmentation]'"
    )
    with pytest.raises(ImportError, match=r"a_library_nobody_has, not installed: pip install"):
        run_em_demo(tmp_path / "em")
    assert not (tmp_path / "em").exists()


@pytest.mark.slow
def test_the_command_names_both_reports(
    neuropil_demo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    monkeypatch.setattr(
        run_em_demo, "__kwdefaults__", run_em_demo.__kwdefaults__ | {"shape": SMALL}
    )
    out = neuropil_demo("--out", tmp_path / "out", "--json")
    answer = json.loads(out)
    assert answer["lacking"] == []
    assert answer["em"]["simulation"] is True
    assert Path(answer["em"]["report"]).exists()
    assert tables.check(Path(answer["em"]["tables"])) == []


def test_the_voxels_can_be_left_out_on_purpose(neuropil_demo, tmp_path: Path) -> None:
    answer = json.loads(neuropil_demo("--out", tmp_path / "out", "--no-em", "--json"))
    assert (answer["em"], answer["lacking"]) == (None, [])
    assert not (tmp_path / "out" / "em").exists()
