"""Attributes: the node table as plain Python values, None where a value is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..graph import Graph


def node_attributes(graph: Graph) -> dict[str, list[Any]]:
    """Columns of the node table without ``node_id``; each a list of N values or None."""
    nodes = graph.nodes.drop(columns="node_id")
    return {
        str(name): [
            None if missing else value
            for value, missing in zip(column.tolist(), column.isna().tolist(), strict=True)
        ]
        for name, column in nodes.items()
    }
