"""Partitions: a table of more rows than one file should hold, cut into files by ranges of `pre_id`.

Each file holds all synapses or edges of the neurons in its range, in the order of the table, and the
ranges follow one another: a cluster gives each worker whole neurons, one look at the footers finds the
file of a neuron, and no sort has to hold the whole table.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

BY = "pre_id"


def conditions(
    connection: duckdb.DuckDBPyConnection, select: str, rows: int, most_rows: int
) -> list[str]:
    """SQL conditions that cut the rows of a query into files of some `most_rows` rows.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    select : str
        Rows with a column ``pre_id``.
    rows : int
        How many they are.
    most_rows : int
        A neuron with more rows than that has a file of its own that is larger.

    Returns
    -------
    list of str
        In ascending order; rows without ``pre_id`` are the last file's. Every row meets exactly one.

    Examples
    --------
    >>> import duckdb
    >>> with duckdb.connect() as connection:
    ...     conditions(connection, "SELECT unnest([1, 1, 5, 9]) AS pre_id", 4, 2)
    ['pre_id < 5', 'pre_id >= 5 OR pre_id IS NULL']
    """
    files = -(-rows // most_rows)
    if files < 2:
        return ["true"]
    counted = connection.execute(
        f"SELECT {BY}, count(*) FROM ({select}) WHERE {BY} IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    starts: list[int] = []
    held = 0
    for neuron, count in counted:
        if held and held + count > most_rows:
            starts.append(neuron)
            held = 0
        held += count
    if not starts:
        return ["true"]
    inner = [f"{BY} >= {a} AND {BY} < {b}" for a, b in itertools.pairwise(starts)]
    return [f"{BY} < {starts[0]}", *inner, f"{BY} >= {starts[-1]} OR {BY} IS NULL"]
