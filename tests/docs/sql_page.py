"""Worked queries of a page: what stands in it, and what it answers today.

A query is a heading, a line that names the connectome (and, behind "with", a table made from it), a block of
SQL and a block with the answer. ``python -m tests.docs.sql_page`` writes today's answers into the pages.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import connectome_analysis as ca

DOCS = Path(__file__).resolve().parents[2] / "docs"
QUERY = re.compile(
    r"^### (?P<title>[^\n]+)\n(?P<text>.*?)^`(?P<name>[\w-]+)`(?: with `(?P<table>\w+)` from "
    r"`(?P<made>[^`]+)`)?\n\n```sql\n(?P<sql>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
ROWS_SHOWN = 6


class Query(NamedTuple):
    title: str
    name: str
    table: str | None
    made: str | None
    sql: str
    shown: str | None


def queries_of(page: str) -> list[Query]:
    text = (DOCS / page).read_text("utf-8")
    return [
        Query(m["title"], m["name"], m["table"], m["made"], m["sql"], m["shown"])
        for m in QUERY.finditer(text)
    ]


def simulated(folder: Path) -> dict[str, Path]:
    """The two connectomes that the page makes with the simulator."""
    import ingest
    from ingest.simulated_releases import simulate_release

    sizes = {"n_neurons": 120, "n_connections": 900, "seed": 1}
    fly = simulate_release("flywire-783", folder / "codex", **sizes)
    cortex = simulate_release("cave", folder / "cave", **sizes)
    return {
        "simulated-fly": ingest.read("flywire", fly, folder / "simulated-fly"),
        "simulated-cortex": ingest.read("cave", cortex, folder / "simulated-cortex", version=1),
    }


def answer(query: Query, folders: Mapping[str, Path]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows of a query today."""
    with ca.open(folders.get(query.name, query.name)) as connectome:
        if query.table is not None:
            g = connectome.graph()
            rows: Any
            if query.made == "communities":
                rows = ca.measures.communities(g, rng=0).labels
            else:
                rows = ca.motifs.find(g, str(query.made))
            connectome.register(query.table, rows)
        relation = connectome.sql(query.sql)
        return list(relation.columns), relation.fetchall()


def rendered(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    """An answer as the page shows it."""
    cells = [columns, *([_cell(v) for v in row] for row in rows[:ROWS_SHOWN])]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    lines = [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells
    ]
    if len(rows) > ROWS_SHOWN:
        lines.append(f"... {len(rows):,} rows")
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, float):
        return f"{value:.4g}" if value != int(value) or abs(value) >= 1e15 else f"{value:.0f}"
    if isinstance(value, list):
        return " > ".join(map(_cell, value))
    return str(value)


def main() -> None:
    """Write today's answers into the page."""
    with tempfile.TemporaryDirectory() as folder:
        folders = simulated(Path(folder))
        for page in sys.argv[1:] or ["sql.md"]:
            path = DOCS / page
            text = path.read_text("utf-8")

            def filled(m: re.Match[str]) -> str:
                query = Query(m["title"], m["name"], m["table"], m["made"], m["sql"], None)
                print(query.title, flush=True)
                shown = rendered(*answer(query, folders))
                whole = m[0]
                if m["shown"] is not None:
                    whole = whole[: whole.index("\n```text\n")]
                return f"{whole.rstrip()}\n\n```text\n{shown}```\n"

            path.write_text(QUERY.sub(filled, text), "utf-8")


if __name__ == "__main__":
    main()
