"""Distinct keys: whether a key of a large table is unique, without a hash table of all its rows.

Writers sort, so that a repeated key would stand beside itself: one look at each row and the row
before it is enough. Numbers that need not be in order (``synapse_id``) are marked on a strip with
a place for each. What neither can tell is left to the query that groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import duckdb

# One byte a place: ids need not be without gaps.
_LONGEST_STRIP = 1 << 30
_MOST_PLACES_PER_ROW = 8
_BATCH_ROWS = 1 << 20


def keys_ascend(connection: duckdb.DuckDBPyConnection, table: str, key: Sequence[str]) -> bool:
    """Whether each row's key is larger than that of the row before it, so that none is repeated.

    False says nothing: rows may be in another order, and empty keys are in none.

    Examples
    --------
    >>> import duckdb
    >>> connection = duckdb.sql("CREATE TABLE t AS SELECT unnest([1, 1, 2]) AS a, "
    ...     "unnest([1, 2, 1]) AS b")
    >>> connection = duckdb.default_connection()
    >>> keys_ascend(connection, "t", ["a", "b"]), keys_ascend(connection, "t", ["a"])
    (True, False)
    """
    before = ", ".join(f"lag({k}) OVER () AS _before_{i}" for i, k in enumerate(key))
    larger = "false"
    for i in reversed(range(len(key))):
        larger = f"({key[i]} > _before_{i} OR ({key[i]} = _before_{i} AND {larger}))"
    rows, ascending = connection.execute(
        f"SELECT count(*), count(*) FILTER ({larger}) "
        f"FROM (SELECT {', '.join(key)}, {before} FROM {table})"
    ).fetchall()[0]
    return bool(ascending == max(rows - 1, 0))


def numbers_differ(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    """Whether no integer stands twice in a column, in whatever order.

    False says nothing: the numbers may be too far apart for a strip, or some may be empty.
    """
    rows, filled, least, most = connection.execute(
        f"SELECT count(*), count({column}), min({column}), max({column}) FROM {table}"
    ).fetchall()[0]
    if not rows or filled != rows:
        return False
    places = most - least + 1
    if places > min(_LONGEST_STRIP, max(_MOST_PLACES_PER_ROW * rows, 1 << 20)):
        return False
    seen = np.zeros(places, bool)
    reader = connection.sql(f"SELECT {column} FROM {table}").to_arrow_reader(_BATCH_ROWS)
    for batch in reader:
        seen[batch.column(0).to_numpy() - least] = True
    return bool(np.count_nonzero(seen) == rows)
