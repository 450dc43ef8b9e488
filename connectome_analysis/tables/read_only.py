"""Read-only: let a query through only if it can do nothing but read the connectome.

Turning off DuckDB's access to files is not enough by itself. A folder it may read it may also
write with ``COPY``, a ``WITH`` clause may hold a ``COPY ... TO``, and ``CREATE VIEW`` changes what
later queries see. So the session gives DuckDB no file at all (the tables come in as open Arrow
datasets), and every query is parsed first: one statement, a ``SELECT`` all the way down, over the
connectome's tables and table functions that are known to do nothing but compute.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .errors import ReadOnlyError, one_line

if TYPE_CHECKING:
    import duckdb

_READING_NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
# Every other table function reads files, writes, runs SQL from a text or changes the session.
_TABLE_FUNCTIONS = {
    *("generate_series", "json_each", "json_tree", "range", "repeat", "repeat_row", "unnest"),
    *("histogram", "histogram_values", "query_table", "summary"),
    *("duckdb_columns", "duckdb_functions", "duckdb_keywords", "duckdb_memory"),
    *("duckdb_settings", "duckdb_tables", "duckdb_temporary_files", "duckdb_types"),
    *("duckdb_views", "pg_timezone_names", "pragma_show", "pragma_table_info", "pragma_version"),
}
# No comment may stand here: then nobody has to agree with DuckDB on where a comment ends.
_EXPLAIN = re.compile(r"\s*EXPLAIN\b\s*(ANALYZE\b\s*)?(\([\w\s,]*\)\s*)?", re.IGNORECASE)


@functools.cache
def _parser() -> duckdb.DuckDBPyConnection:
    """A connection without data, used to parse queries and never to run one."""
    import duckdb

    return duckdb.connect(":memory:", config={"threads": "1", "enable_external_access": "false"})


def require_select(query: str) -> None:
    """Raise unless `query` is one statement that only reads.

    Parameters
    ----------
    query : str

    Raises
    ------
    ReadOnlyError
        Naming the kind of statement that is refused.
    duckdb.ParserException
        Where the query is not SQL; the message marks the place.
    """
    if not isinstance(query, str):
        msg = f"A query must be text, got {type(query).__name__}."
        raise ReadOnlyError(msg)
    parser = _parser().cursor()  # a connection is for one thread at a time
    statements = parser.extract_statements(query)
    kinds = [statement.type.name for statement in statements]
    if not kinds:
        msg = "The query is empty."
        raise ReadOnlyError(msg)
    # DuckDB turns a PIVOT without values into several statements, one of which makes a type.
    if re.match(r"\s*(PIVOT|FROM|SELECT|WITH)\b", query, re.IGNORECASE) and (
        kinds[0].startswith("MULTI") or (kinds[0] == "CREATE" and len(kinds) > 1)
    ):
        msg = "PIVOT must name its values here: PIVOT ... ON column IN (value, ...)."
        raise ReadOnlyError(msg)
    if len(kinds) > 1:
        msg = f"One statement at a time: got {len(kinds)}. Ask them one by one."
        raise ReadOnlyError(msg)
    if kinds[0] == "EXPLAIN":
        start = _EXPLAIN.match(query)
        if start is None:
            msg = "EXPLAIN must be the first word of the query; move the comment behind it."
            raise ReadOnlyError(msg)
        require_select(query[start.end() :])
        return
    if kinds[0] != "SELECT":
        raise ReadOnlyError(_refusal(kinds[0]))
    row = parser.execute("SELECT json_serialize_sql(?::VARCHAR)", [query]).fetchone()
    assert row is not None
    tree = json.loads(row[0])
    if tree.get("error"):
        msg = f"The query cannot be shown to be read-only: {one_line(tree.get('error_message'))}"
        raise ReadOnlyError(msg)
    for part in _parts(tree):
        kind = part.get("type")
        if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _READING_NODES:
            raise ReadOnlyError(_refusal(kind.split("_", maxsplit=1)[0]))
        if kind == "TABLE_FUNCTION":
            name = str(part.get("function", {}).get("function_name")).lower()
            if name not in _TABLE_FUNCTIONS:
                raise ReadOnlyError(_refusal(f"{name}()"))


def _refusal(what: str) -> str:
    return (
        f"{what} is refused: a connectome is read-only and a query may only SELECT from it. "
        "Keep results with .df() or .arrow(); to run any SQL with access to files, "
        "open it with file_access=True (--file-access)."
    )


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    stack = [tree]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
