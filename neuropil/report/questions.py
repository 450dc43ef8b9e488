"""Questions: what a report asks a connectome in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .entry import Answer
from .part import Part

if TYPE_CHECKING:
    from connectome_analysis import Connectome

_GROUPS = ("cell_class", "super_class", "cell_type")
_LABELS = ("name", "cell_type", "cell_class")


def ask(connectome: Connectome, part: Part) -> tuple[Answer, ...]:
    """Ask which neurons there are, which connections are strongest, and who sends to whom.

    They are asked of the part that is studied. Questions about a column that the source does not have are left out.
    """
    columns = connectome.manifest.tables["nodes"].columns
    known = _filled(connectome, [name for name in (*_GROUPS, *_LABELS) if name in columns])
    kind = part.kind(connectome)
    asked = [_strongest(part, kind, [name for name in _LABELS if name in known])]
    group = next((name for name in _GROUPS if name in known), None)
    if group is not None:
        types = "cell_type" in known and group != "cell_type"
        asked = [_census(part, kind, group, types=types), *asked, _who_to_whom(part, kind, group)]
    return tuple(
        Answer(question=question, query=query, table=connectome.sql(query).df())
        for question, query in asked
    )


def _filled(connectome: Connectome, columns: list[str]) -> set[str]:
    """Those of the columns that hold anything at all."""
    if not columns:
        return set()
    counts = ", ".join(f"count({name})" for name in columns)
    row = connectome.sql(f"SELECT {counts} FROM nodes").fetchall()[0]
    return {name for name, count in zip(columns, row, strict=True) if count}


def _census(part: Part, kind: str, group: str, *, types: bool) -> tuple[str, str]:
    count_types = ",\n       count(DISTINCT cell_type) AS cell_types" if types else ""
    before, nodes, _, _ = part.sql(kind) if part.where is not None else ("", "nodes", "", [])
    query = (
        f"{before}SELECT coalesce({group}, 'unassigned') AS {group},\n"
        f"       count(*) AS neurons{count_types}\n"
        f"FROM {nodes}\n"
        "GROUP BY ALL\n"
        f"ORDER BY neurons DESC, {group}\n"
        "LIMIT 12"
    )
    return "Which neurons are there?", query


def _strongest(part: Part, kind: str, labels: list[str]) -> tuple[str, str]:
    before, nodes, edges, conditions = part.sql(kind)
    lines = [f"{before}SELECT e.pre_id", "e.post_id"]
    if labels:
        # The most telling label that a neuron has.
        for side, alias in (("pre", "a"), ("post", "b")):
            choice = ", ".join(f"{alias}.{name}" for name in labels)
            choice = f"coalesce({choice})" if len(labels) > 1 else choice
            lines.append(f"{choice} AS {'sends' if side == 'pre' else 'receives'}")
    lines.append("e.weight")
    joins = (
        f"JOIN {nodes} a ON a.node_id = e.pre_id\nJOIN {nodes} b ON b.node_id = e.post_id\n"
        if labels
        else ""
    )
    return (
        "Which connections are the strongest?",
        ",\n       ".join(lines) + f"\nFROM {edges} e\n{joins}"
        f"WHERE {' AND '.join([*conditions, 'e.pre_id <> e.post_id'])}\n"
        "ORDER BY e.weight DESC, e.pre_id, e.post_id\n"
        "LIMIT 10",
    )


def _who_to_whom(part: Part, kind: str, group: str) -> tuple[str, str]:
    before, nodes, edges, conditions = part.sql(kind)
    query = (
        f"{before}SELECT coalesce(a.{group}, 'unassigned') AS sends,\n"
        f"       coalesce(b.{group}, 'unassigned') AS receives,\n"
        "       count(*) AS connections,\n"
        "       sum(e.weight) AS total_weight\n"
        f"FROM {edges} e\n"
        f"JOIN {nodes} a ON a.node_id = e.pre_id\n"
        f"JOIN {nodes} b ON b.node_id = e.post_id\n"
        + (f"WHERE {' AND '.join(conditions)}\n" if conditions else "")
        + "GROUP BY ALL\n"
        "ORDER BY total_weight DESC, sends, receives\n"
        "LIMIT 12"
    )
    return f"Who sends to whom, by {group.replace('_', ' ')}?", query
