"""Candidates: the neurons that may stand at each node of a motif, judged one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .columns import Mask, NodeColumns
from .motif import Motif

if TYPE_CHECKING:
    from ...graph import Graph


def with_where(motif: Motif, where: str | Mapping[str, str] | None) -> Motif:
    """The motif with conditions in SQL at its nodes: one for all, or some by their name."""
    if where is None:
        return motif
    if isinstance(where, str):
        conditions: dict[str, str] = dict.fromkeys(motif.nodes, where)
    elif isinstance(where, Mapping):
        conditions = dict(where)
    else:
        msg = (
            "where must be a condition in SQL or a mapping of nodes to conditions, such as "
            f"{{'A': \"cell_type = 'KC'\"}}, got {type(where).__name__}."
        )
        raise TypeError(msg)
    for name, condition in conditions.items():
        given: object = condition
        if name not in motif.nodes:
            msg = f"where has a node {name!r}; the motif's nodes are {', '.join(motif.nodes)}."
            raise ValueError(msg)
        if not isinstance(given, str) or not given.strip():
            msg = f"where[{name!r}] must be a condition in SQL, got {given!r}."
            raise ValueError(msg)
    return replace(motif, where=tuple(conditions.get(name) for name in motif.nodes))


def candidates(g: Graph, motif: Motif, columns: NodeColumns) -> list[Mask | None]:
    """For each node, an (N,) mask of the neurons that meet its conditions; None where all do."""
    by_sql: dict[str, Mask] = {}
    found: list[Mask | None] = []
    for node, clauses in enumerate(motif.clauses):
        masks = [columns.column(c.attribute, c.place).meets(c, motif.text) for c in clauses]
        condition = motif.where[node] if motif.where else None
        if condition is not None:
            if condition not in by_sql:
                by_sql[condition] = _selected(g, condition, columns)
            masks.append(by_sql[condition])
        found.append(np.logical_and.reduce(masks) if masks else None)
    return found


def _selected(g: Graph, condition: str, columns: NodeColumns) -> Mask:
    """The neurons that a condition in SQL chooses, with access to nothing but the node table."""
    import duckdb

    from ...ids import Positions
    from ...tables import ReadOnlyError
    from ...tables.errors import not_a_condition
    from ...tables.read_only import require_select

    query = f"SELECT node_id FROM nodes WHERE ({condition}\n)"
    settings: dict[str, str | bool | int | float | list[str]] = {
        "python_enable_replacements": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    chosen = np.zeros(g.n_nodes, dtype=bool)
    try:
        require_select(query)
        with duckdb.connect(":memory:", config=settings) as connection:
            connection.register("nodes", columns.table)
            connection.execute("SET enable_external_access = false")
            ids = connection.sql(query).fetchnumpy()["node_id"]
    except (duckdb.Error, ReadOnlyError) as error:
        raise not_a_condition(condition, error, columns.table.columns) from None
    chosen[Positions(g.node_ids)(np.asarray(ids, dtype=np.int64), "where")] = True
    return chosen
