"""Result: what a benchmark found, before it is laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from .declared import Dataset, Settings


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A declared dataset that is not at hand, and why.

    Attributes
    ----------
    name, why : str
    failed : bool
        Whether it is there and cannot be read.
    """

    name: str
    why: str
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class BenchmarkResult:
    """Everything the report is made of.

    Attributes
    ----------
    settings : Settings
    datasets : tuple of Dataset
        Those that were measured.
    skipped : tuple of Skipped
    species : DataFrame
        One row per dataset: what it is, its size and descriptive measures, ratios to nulls.
    numbers : DataFrame
        Every number beside every null; see `cell.draw`.
    corrected : DataFrame
        Measures and triads corrected for the errors of each preset, with 95 % intervals.
    drawn, found : int
        Cells that were drawn now, and that were there from before.
    report, folder : Path or None
        Where it was written.
    """

    settings: Settings
    datasets: tuple[Dataset, ...]
    skipped: tuple[Skipped, ...]
    species: pd.DataFrame
    numbers: pd.DataFrame
    corrected: pd.DataFrame
    drawn: int
    found: int
    report: Path | None = None
    folder: Path | None = None
