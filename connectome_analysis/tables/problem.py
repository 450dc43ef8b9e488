"""A problem found in a connectome: which table, which rule, how many rows, in one line."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import one_line


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    table : str
        The table, or ``"connectome.json"``, or ``"folder"``.
    rule : str
        Short name of the rule, for scripts: ``"duplicate key"``, ``"unknown neuron"``, ...
    message : str
        What it is, what it must be, with an example.
    rows : int or None
        How many rows break the rule, where it is about rows.
    """

    table: str
    rule: str
    message: str
    rows: int | None = None

    def __str__(self) -> str:
        return one_line(f"{self.table}: {self.rule}: {self.message}")
