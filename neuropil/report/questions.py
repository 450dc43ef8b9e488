"""Questions: what a report asks a connectome in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .entry import Answer

if TYPE_CHECKING:
    from connectome_analysis import Connectome

_GROUPS = ("cell_class", "super_class", "cell_type")
_LABELS = ("name", "cell_type", "cell_class")


def ask(connectome: Connectome, edge_type: str) -> tuple[Answer, ...]:
    """Ask which neurons there are, which connections are strongest, and who sends to whom.

    Questions about a column that the source does not have are left out.
    """
    columns = connectome.manifest.tables["nodes"].columns
    known = _filled(connectome, [name for name in (*_GROUPS, *_LABELS) if name in columns])
    asked = [_strongest(edge_type, [name for name in _LABELS if name in known])]
    group = next((name for name in _GROUPS if name in known), None)
    if group is not None:
        types = "cell_type" in known and group != "cell_type"
        asked = [_census(group, types=types), *asked, _who_to_whom(edge_type, group)]
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


def _census(group: str, *, types: bool) -> tuple[str, str]:
    count_types = ",\n       count(DISTINCT cell_type) AS cell_types" if types else ""
    query = (
        f"SELECT coalesce({group}, 'unassigned') AS {group},\n"
        f"       count(*) AS neurons{count_types}\n"
        "FROM nodes\n"
        "GROUP BY ALL\n"
        f"ORDER BY neurons DESC, {group}\n"
        "LIMIT 12"
    )
    return "Which neurons are there?", query


def _strongest(edge_type: str, labels: list[str]) -> tuple[str, str]:
    lines = ["SELECT e.pre_id", "e.post_id"]
    if labels:
        # The most telling label that a neuron has.
        for side, alias in (("pre", "a"), ("post", "b")):
            choice = ", ".join(f"{alias}.{name}" for name in labels)
            choice = f"coalesce({choice})" if len(labels) > 1 else choice
            lines.append(f"{choice} AS {'sends' if side == 'pre' else 'receives'}")
    lines.append("e.weight")
    joins = (
        "JOIN nodes a ON a.node_id = e.pre_id\nJOIN nodes b ON b.node_id = e.post_id\n"
        if labels
        else ""
    )
    return (
        "Which connections are the strongest?",
        ",\n       ".join(lines) + f"\nFROM edges e\n{joins}"
        f"WHERE e.edge_type = {_quoted(edge_type)} AND e.pre_id <> e.post_id\n"
        "ORDER BY e.weight DESC, e.pre_id, e.post_id\n"
        "LIMIT 10",
    )


def _who_to_whom(edge_type: str, group: str) -> tuple[str, str]:
    query = (
        f"SELECT coalesce(a.{group}, 'unassigned') AS sends,\n"
        f"       coalesce(b.{group}, 'unassigned') AS receives,\n"
        "       count(*) AS connections,\n"
        "       sum(e.weight) AS total_weight\n"
        "FROM edges e\n"
        "JOIN nodes a ON a.node_id = e.pre_id\n"
        "JOIN nodes b ON b.node_id = e.post_id\n"
        f"WHERE e.edge_type = {_quoted(edge_type)}\n"
        "GROUP BY ALL\n"
        "ORDER BY total_weight DESC, sends, receives\n"
        "LIMIT 12"
    )
    return f"Who sends to whom, by {group.replace('_', ' ')}?", query


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
