"""The SQL pages: every worked query answers as the page shows, every pair of the cookbook runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import connectome_analysis as ca
from tests.docs.sql_page import DOCS, Query, answer, queries_of, rendered, simulated

WORKED = queries_of("sql.md")
COOKED = queries_of("sql_cookbook.md")


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return simulated(tmp_path_factory.mktemp("sql"))


def test_there_are_25_worked_queries_and_15_pairs_at_least() -> None:
    assert len(WORKED) >= 25
    assert len(COOKED) >= 15
    pages = [(DOCS / name).read_text("utf-8") for name in ("sql.md", "sql_cookbook.md")]
    for page, found in zip(pages, (WORKED, COOKED), strict=True):
        assert len(re.findall(r"^```sql$", page, re.MULTILINE)) == len(found)


@pytest.mark.parametrize("query", WORKED, ids=[q.title for q in WORKED])
def test_a_worked_query_answers_as_the_page_shows(query: Query, folders: dict[str, Path]) -> None:
    columns, rows = answer(query, folders)
    assert rows
    assert query.shown is not None
    if query.name in folders or query.made == "communities":
        # The simulator and the search for communities may come to other numbers one day.
        assert query.shown.splitlines()[0].split() == columns
    else:
        assert query.shown == rendered(columns, rows)


@pytest.mark.parametrize("query", COOKED, ids=[q.title for q in COOKED])
def test_a_query_of_the_cookbook_runs(query: Query, folders: dict[str, Path]) -> None:
    columns, rows = answer(query, folders)
    assert columns
    assert rows


def test_each_pair_of_the_cookbook_shows_both_sides() -> None:
    page = (DOCS / "sql_cookbook.md").read_text("utf-8")
    parts = page.split("\n### ")[1:]
    assert len(parts) == len(COOKED)
    for part in parts:
        assert re.search(r"^```(cypher|python)\n", part, re.MULTILINE), part.splitlines()[0]


def test_the_python_of_the_page_runs(tmp_path: Path) -> None:
    page = (DOCS / "sql.md").read_text("utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_worked_answers_agree_with_the_measures() -> None:
    """Three of them by another way: shared inputs, hubs and the threshold."""
    g = ca.open("celegans-varshney2011").graph()
    a = g.to_scipy().astype(bool).astype(int)
    shared = (a.T @ a).toarray()
    names = g.nodes["name"].tolist()
    i, j = names.index("AVAR"), names.index("AVAL")
    by_title = {q.title.split(". ", 1)[1]: q for q in WORKED}
    assert f"AVAR  AVAL  {shared[i, j]}\n" in str(
        by_title["Which neurons share the most inputs?"].shown
    )
    worm = ca.open("celegans-cook2019-hermaphrodite").graph()
    degree = ca.measures.degrees(worm)
    first = worm.nodes["name"][int((degree["in_degree"] + degree["out_degree"]).argmax())]
    assert str(by_title["Who are the hubs?"].shown).splitlines()[1].split()[0] == first
    fly = ca.open("fly-mushroom-body-right").graph(min_synapses=20, self_loops="keep")
    line = str(by_title["What does a threshold leave?"].shown).splitlines()[3].split()
    assert [int(line[1]), int(line[3])] == [fly.n_edges, int(fly.weights.sum())]
