"""Node-link JSON: what `networkx.node_link_graph` reads; ids are whole numbers.

JavaScript rounds whole numbers above 2**53, Python does not. For a browser take GraphML, where ids are
text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .plain_columns import plain_columns

if TYPE_CHECKING:
    import pyarrow as pa

    from .selection import Selection

_ROWS = 65_536


def write_node_link(selection: Selection, path: Path) -> None:
    """Write one object with ``nodes`` and ``edges``; missing attributes are left out.

    It is a multigraph, keyed by ``edge_type``, where there are several kinds of connection.
    """
    from connectome_analysis.tables import terms_of_use

    several = len(selection.kinds) > 1
    about = {"name": selection.connectome.name, **terms_of_use(selection.manifest)}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{{"directed": true, "multigraph": {str(several).lower()},\n')
        file.write(f'"graph": {json.dumps(about, ensure_ascii=False)},\n"nodes": [')
        before = "\n"
        for row in _rows(selection.nodes, {"node_id": "id"}):
            file.write(before + json.dumps(row, ensure_ascii=False))
            before = ",\n"
        file.write('\n],\n"edges": [')
        before = "\n"
        for row in _rows(selection.edges, {"pre_id": "source", "post_id": "target"}):
            if several:
                row["key"] = row["edge_type"]
            file.write(before + json.dumps(row, ensure_ascii=False))
            before = ",\n"
        file.write("\n]}\n")


def _rows(table: pa.Table, renamed: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Rows as they are written; an attribute called like a reserved word has ``_`` behind it."""
    reserved = {"id", "source", "target", "key"}
    columns = plain_columns(table)
    names = [renamed.get(c.name, f"{c.name}_" if c.name in reserved else c.name) for c in columns]
    for start in range(0, table.num_rows, _ROWS):
        values = [c.values.slice(start, _ROWS).to_pylist() for c in columns]
        for row in zip(*values, strict=True):
            yield {n: v for n, v in zip(names, row, strict=True) if v is not None}
