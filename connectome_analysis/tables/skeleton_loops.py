"""Skeleton loops: every point must reach a root by following its parents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from .problem import Problem

if TYPE_CHECKING:
    import duckdb

_POINTS_AT_ONCE = 20_000_000


def skeleton_loop_problems(connection: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    """Find points of the view ``skeletons`` that never reach a root.

    Parents are followed by pointer doubling: after k rounds every point knows its ancestor 2**k
    steps up, so a skeleton of P points takes log2(P) passes. Whole neurons are taken at a time,
    some twenty million points together.
    """
    lost = 0
    example: int | None = None
    for low, high in _neuron_ranges(connection):
        # A point whose parent does not exist counts as an end: that is another rule's finding.
        # A point that is its own parent is no end.
        columns = connection.execute(
            """
            WITH part AS MATERIALIZED (
                SELECT node_id, point_id, parent_id, row_number() OVER () - 1 AS place
                FROM skeletons WHERE node_id BETWEEN ? AND ?
            )
            SELECT a.place, a.node_id, coalesce(b.place, a.place) AS parent,
                   b.place IS NULL AS is_end
            FROM part a LEFT JOIN part b ON a.node_id = b.node_id AND a.parent_id = b.point_id
            """,
            [low, high],
        ).fetchnumpy()
        place = np.asarray(columns["place"], dtype=np.int64)
        size = int(place.max()) + 1 if len(place) else 0
        up = np.arange(size)
        up[place] = columns["parent"]
        end = np.zeros(size, dtype=bool)
        end[place] = columns["is_end"]
        for _ in range(max(1, size.bit_length())):
            up = up[up]
        stuck = ~end[up]
        if stuck.any():
            lost += int(stuck.sum())
            node = np.empty(size, dtype=np.int64)
            node[place] = columns["node_id"]
            example = int(node[stuck][0])
    if lost:
        yield Problem(
            table="skeletons",
            rule="loop",
            rows=lost,
            message="parents must lead to a root; "
            f"{lost:,} {'point runs' if lost == 1 else 'points run'} in a circle, "
            f"for instance in neuron {example}.",
        )


def _neuron_ranges(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    counts = connection.execute(
        "SELECT node_id, count(*) AS n FROM skeletons "
        "WHERE node_id IS NOT NULL GROUP BY node_id ORDER BY node_id"
    ).fetchnumpy()
    ranges: list[tuple[int, int]] = []
    start, points = 0, 0
    ids, sizes = counts["node_id"], counts["n"]
    for i, size in enumerate(sizes.tolist()):
        points += size
        if points >= _POINTS_AT_ONCE or i == len(ids) - 1:
            ranges.append((ids.item(start), ids.item(i)))
            start, points = i + 1, 0
    return ranges
