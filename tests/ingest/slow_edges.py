"""Edges from rows, slowly: what the reader does, in loops anyone can read."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One row of an edge list; None is an unattached side or a missing count."""

    pre: int | None
    post: int | None
    region: str
    count: int | None


def slow_edges(
    rows: list[Row], *, min_synapses: int | None, keep_self_loops: bool
) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int, str], int], Counter[str]]:
    """Edges, edges by region, and how many rows and pairs went where."""
    buckets: Counter[str] = Counter()
    regions: dict[tuple[int, int, str], int] = defaultdict(int)
    for row in rows:
        buckets["edge_rows_in"] += 1
        if row.pre is None or row.post is None:
            buckets["edge_rows_unattached"] += 1
        elif row.count is None:
            buckets["edge_rows_without_weight"] += 1
        elif row.count == 0:
            buckets["edge_rows_zero_weight"] += 1
        else:
            buckets["edge_rows_kept"] += 1
            regions[row.pre, row.post, row.region] += row.count
    totals: dict[tuple[int, int], int] = defaultdict(int)
    for (pre, post, _), count in regions.items():
        totals[pre, post] += count
    kept = {}
    for (pre, post), total in totals.items():
        buckets["pairs_in"] += 1
        if pre == post and not keep_self_loops:
            buckets["self_loops_dropped"] += 1
        elif min_synapses is not None and total < min_synapses:
            buckets["pairs_below_min_synapses"] += 1
        else:
            buckets["edges_kept"] += 1
            kept[pre, post] = total
    by_region = {key: count for key, count in regions.items() if key[:2] in kept}
    return kept, by_region, buckets
