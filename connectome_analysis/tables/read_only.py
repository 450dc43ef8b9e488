"""Read-only: let a query through only if it can do nothing but read the connectome.

Turning off DuckDB's access to files is not enough by itself. A folder it may read it may also
write with ``COPY``, a ``WITH`` clause may hold a ``COPY ... TO``, and ``CREATE VIEW`` changes what
later queries see. So the session gives DuckDB no file at all (the tables come in as Arrow
datasets), and every query is parsed first: one statement, a ``SELECT`` all the way down.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .errors import ReadOnlyError

if TYPE_CHECKING:
    import duckdb

_WRITES = re.compile(r"^(COPY|INSERT|UPDATE|DELETE|MERGE|CREATE|ALTER|DROP)_")
_EXPLAIN = re.compile(r"^\s*EXPLAIN\s+(ANALYZE\s+)?(\([^)]*\)\s*)?", re.IGNORECASE)


def require_select(parser: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raise unless `query` is one statement that only reads.

    Parameters
    ----------
    parser : duckdb.DuckDBPyConnection
        A connection without data or files, used to parse and never to run the query.
    query : str

    Raises
    ------
    ReadOnlyError
        Naming the kind of statement that is refused.
    duckdb.ParserException
        Where the query is not SQL; the message marks the place.
    """
    import duckdb

    statements = duckdb.extract_statements(query)
    if len(statements) != 1:
        msg = (
            "The query is empty."
            if not statements
            else f"One statement at a time: got {len(statements)}. Ask them one by one."
        )
        raise ReadOnlyError(msg)
    kind = statements[0].type.name
    if kind == "EXPLAIN":
        require_select(parser, _EXPLAIN.sub("", query, count=1))
        return
    if kind != "SELECT":
        if kind.startswith("MULTI"):
            msg = "PIVOT must name its values here: PIVOT ... ON column IN (value, ...)."
            raise ReadOnlyError(msg)
        raise ReadOnlyError(_refusal(kind))
    row = parser.execute("SELECT json_serialize_sql(?::VARCHAR)", [query]).fetchone()
    assert row is not None
    tree = json.loads(row[0])
    if tree.get("error"):
        msg = f"The query cannot be shown to be read-only: {tree.get('error_message')}"
        raise ReadOnlyError(msg)
    for name in _node_types(tree):
        match = _WRITES.match(name)
        if match:
            raise ReadOnlyError(_refusal(match[1]))


def _refusal(kind: str) -> str:
    return (
        f"{kind} is refused: a connectome is read-only and a query may only SELECT. "
        "Keep results with .df() or .arrow(); to run any SQL with access to files, "
        "open it with file_access=True (--file-access)."
    )


def _node_types(tree: Any) -> Iterator[str]:
    stack = [tree]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            for key in ("type", "info_type"):
                if isinstance(item.get(key), str):
                    yield item[key]
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
