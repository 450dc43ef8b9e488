"""Agreed values: what a group of rows becomes in a column that cannot be added up."""

from __future__ import annotations

from collections.abc import Iterable

from .workspace import quoted


def agreed(names: Iterable[str]) -> list[str]:
    """SQL aggregates that keep a value where all rows of a group agree and are empty elsewhere.

    Empty rows have no say. For a query with ``GROUP BY``.
    """
    return [
        f"CASE WHEN min({quoted(n)}) = max({quoted(n)}) THEN min({quoted(n)}) END AS {quoted(n)}"
        for n in names
    ]
