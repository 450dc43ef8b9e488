"""The account of a reading: what was decided, what was warned of, how many rows went where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .being_read import advised


@dataclass
class Account:
    """Filled while a source is read; nothing is decided or left out without a line here.

    Attributes
    ----------
    decisions : list of str
        One line each: which column became what, which unit, which orientation.
    warnings : list of str
        What the reader could not know and the user should, with the way to say it.
    buckets : dict of str to int
        Rows and pairs counted under a name. They add up: ``edge_rows_in`` is the sum of
        ``edge_rows_kept`` and every other ``edge_rows_*``.
    """

    decisions: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    buckets: dict[str, int] = field(default_factory=dict)

    def decide(self, line: str) -> None:
        """Record a decision, once."""
        line = advised(line)
        if line not in self.decisions:
            self.decisions.append(line)

    def warn(self, line: str) -> None:
        """Record a warning, once."""
        line = advised(line)
        if line not in self.warnings:
            self.warnings.append(line)

    def count(self, bucket: str, rows: int, *, always: bool = False) -> None:
        """Add rows to a bucket; an empty one is kept only where `always` asks for it."""
        if rows or always:
            self.buckets[bucket] = self.buckets.get(bucket, 0) + rows


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What a reader hands back.

    Attributes
    ----------
    path : Path
        The connectome folder.
    rows : mapping of str to int
        Rows of each table written.
    buckets : mapping of str to int
        Rows in, rows kept and rows left out, by name; the manifest holds the same.
    decisions, warnings : tuple of str
        See `Account`.
    """

    path: Path
    rows: Mapping[str, int]
    buckets: Mapping[str, int]
    decisions: tuple[str, ...]
    warnings: tuple[str, ...]

    def __str__(self) -> str:
        tables = ", ".join(f"{rows:,} {name}" for name, rows in self.rows.items())
        lines = [f"{self.path}: {tables}"]
        lines += [f"  {line}" for line in self.decisions]
        lines += [f"  {name}: {rows:,}" for name, rows in self.buckets.items()]
        lines += [f"  warning: {line}" for line in self.warnings]
        return "\n".join(lines)
