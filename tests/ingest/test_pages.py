"""The pages on reading keep their word: every block of them runs, in order, as it stands."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from connectome_analysis.tables import check

DOCS = Path(__file__).resolve().parents[2] / "docs"
FENCE = re.compile(r"^```(python|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_page_on_tables_runs_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from neuropil.command_line import main

    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    commands = 0
    for language, code in FENCE.findall((DOCS / "ingest_table.md").read_text("utf-8")):
        if language == "python":
            exec(code, names)  # noqa: S102 - our own page
            continue
        for line in code.splitlines():
            monkeypatch.setattr(sys, "argv", shlex.split(line.removeprefix("$ ")))
            with pytest.raises(SystemExit) as stop:
                main()
            assert stop.value.code in (0, None), capsys.readouterr().err
            commands += 1
    assert commands == 5
    for folder in ("fly", "cerebellum", "worm", "turned", "ciona"):
        assert check(folder) == []


def test_the_reader_in_the_recipe_works(tmp_path: Path) -> None:
    names: dict[str, object] = {"__name__": "recipe"}
    for language, code in FENCE.findall((DOCS / "add_a_reader.md").read_text("utf-8")):
        assert language == "python"
        exec(compile(code, "a.md", "exec", dont_inherit=True), names)  # noqa: S102 - our own page
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert len(tests) == 1
    for test in tests:
        assert callable(test)
        test(tmp_path)
