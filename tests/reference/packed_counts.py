"""Rows counted by their values, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

Row = tuple[int | None, int | None, str | None]


def count_rows(
    rows: Iterable[Row],
    least: int = 0,
    translate: Callable[[Sequence[str | None]], Sequence[str | None]] = list,
) -> list[tuple[int, int, str | None, int]]:
    """Sorted groups and how many rows each has; -1 for no id."""
    counted: Counter[tuple[int, int, str | None]] = Counter()
    for pre, post, word in rows:
        ids = [-1 if side is None or side < least else side for side in (pre, post)]
        (meant,) = translate([word])
        counted[ids[0], ids[1], meant] += 1
    order = sorted(counted, key=lambda g: (g[0], g[1], g[2] is not None, g[2] or ""))
    return [(*group, counted[group]) for group in order]
