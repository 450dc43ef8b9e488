"""The pages keep their word: links lead somewhere, Python examples run, commands exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("benchmarks/*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(#[^)\s]*)?\)")
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def page_id(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    return [code for name, code in FENCE.findall(page.read_text("utf-8")) if name == language]


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    targets = [target for target, _ in LINK.findall(page.read_text("utf-8"))]
    missing = [
        target
        for target in targets
        if "://" not in target and not (page.parent / target).resolve().exists()
    ]
    assert not missing


def test_the_readme_example_runs(tmp_path: Path) -> None:
    (code,) = blocks(ROOT / "README.md", "python")
    assert "n_samples=1000" in code
    quick = code.replace("n_samples=1000", "n_samples=20")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", quick],
        cwd=tmp_path,
        env=os.environ | {"MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len([line for line in code.splitlines() if line.strip()]) <= 12


# Pages whose Python runs in a test of its own.
TOLD_ELSEWHERE = {
    "add_a_reader": "tests/ingest/test_pages.py",
    "beyond_one_machine": "tests/tables/test_beyond_one_machine.py",
    "graph_tool": "tests/graph/test_graph.py",
    "ingest_table": "tests/ingest/test_pages.py",
    "sql": "tests/docs/test_sql_pages.py",
    "sql_cookbook": "tests/docs/test_sql_pages.py",
}
# Pages that run networks or draw many graphs; the front page says what the README does, which is run.
SLOW = {
    "blockwise", "colored_motifs", "edge_confidence", "index", "ingest_em", "measures", "null_block",
    "null_spatial", "paths", "plots_and_report", "segmentation_metrics", "segmentation_network",
    "simulated_em", "skeletons", "synapse_detection", "watershed_and_agglomeration",
}  # fmt: skip
# All others: their Python blocks, one after the other, are a program that runs on bundled data.
TOLD_IN_CODE = [
    pytest.param(page, marks=pytest.mark.slow) if page.stem in SLOW else page
    for page in PAGES
    if page.parent.name == "docs" and page.stem not in TOLD_ELSEWHERE and blocks(page, "python")
]


def test_pages_that_run_elsewhere_are_there_and_so_are_their_tests() -> None:
    for page, test in TOLD_ELSEWHERE.items():
        assert (ROOT / "docs" / f"{page}.md").exists(), page
        assert (ROOT / test).exists(), test
    assert {page.stem for page in PAGES} >= SLOW


@pytest.mark.parametrize("page", TOLD_IN_CODE, ids=page_id)
def test_the_python_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    code = "\n".join(blocks(page, "python"))
    if page.stem in {"index", "plots_and_report", "start"}:  # what they draw is tested elsewhere
        code = code.replace("n_samples=1000", "n_samples=20")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env=os.environ | {"MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def commands_of(page: Path) -> list[str]:
    found: list[str] = []
    for code in blocks(page, "console"):
        joined = re.sub(r'"\n\s+([^"]*)"', lambda m: '"' + m[1].replace("\n", " ") + '"', code)
        found += [
            line.lstrip("$ ").split("  #")[0].strip()
            for line in joined.splitlines()
            if line.lstrip("$ ").startswith("neuropil ")
        ]
    return found


@pytest.mark.parametrize(
    "command", sorted({command for page in PAGES for command in commands_of(page)})
)
def test_every_command_shown_is_one_the_program_has(command: str) -> None:
    # The line itself may name files a reader would have; that its options exist is what is held.
    from typer.main import get_command

    from neuropil.command_line import app

    words = shlex.split(command)[1:]
    group = get_command(app)
    context = group.make_context("neuropil", [], resilient_parsing=True)
    while hasattr(group, "commands"):
        name = words.pop(0)
        assert name in group.commands, f"{command}: no command {name}"
        group = group.commands[name]
        context = group.make_context(name, [], parent=context, resilient_parsing=True)
        if not words:
            break
    known = {option for parameter in group.params for option in parameter.opts}
    for word in words:
        if re.match(r"^--?[a-z]", word):
            assert word.split("=")[0] in known, f"{command}: no option {word}"


def test_the_sql_of_the_readme_answers() -> None:
    import connectome_analysis as ca

    commands = [command for command in commands_of(ROOT / "README.md") if " sql " in command]
    assert commands
    for command in commands:
        _, _, name, query, *_ = shlex.split(command)
        with ca.open(name) as connectome:
            assert len(connectome.sql(query).fetchall()) == 5
