"""Source rows: a table of the outside world as a DuckDB view, its values still as they came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectome_analysis.tables import ContractError

from .workspace import ROW, Workspace, quoted

if TYPE_CHECKING:
    import pyarrow.dataset as pads

_ODD_SPACES = "' \t\r\n\u00a0\ufeff'"


@dataclass(frozen=True, kw_only=True)
class SourceRows:
    """One table of a source.

    Attributes
    ----------
    view : str
        Its view in the workspace.
    columns : dict of str to str
        DuckDB types by column name. Text files have VARCHAR throughout.
    label : str
        The file's name, for messages.
    path : Path or None
        The file, None where the rows were handed over in memory.
    headed : bool
        Whether names of columns are the source's own; otherwise they are ``column_1``, ...
    excel : bool
        Whether numbers have been float64 in a spreadsheet.
    cells : bool
        The rows are cells of a matrix, whose columns have no names.
    odd_spaces : bool
        Whether values may stand between tabs, no-break spaces or byte-order marks.
    stored : bool
        Whether the rows stand in the workspace, or in a file whose columns are read one by one, so
        that looking at them again costs little; a text file would be read and cut up again.
    origins : mapping of str to str
        The file a column is of, where that is joined to the rows of `label`.
    arrow : pyarrow.dataset.Dataset or None
        The same rows without DuckDB, where they lie in an Arrow file; columns of the same name are the same.
    """

    view: str
    columns: dict[str, str]
    label: str
    path: Path | None = None
    headed: bool = True
    excel: bool = False
    cells: bool = False
    odd_spaces: bool = True
    stored: bool = False
    origins: Mapping[str, str] = field(default_factory=dict)
    arrow: pads.Dataset | None = None

    def is_text(self, column: str) -> bool:
        """Whether a column holds text."""
        return self.columns[column] == "VARCHAR" or self.columns[column].startswith("ENUM")

    def label_of(self, column: str) -> str:
        """What messages about a column call its file; rows are counted in `label` all the same."""
        own = self.origins.get(column)
        return self.label if own is None else f"{own}, joined to {self.label}"

    def text(self, column: str) -> str:
        """SQL text of a column, as it came."""
        name = quoted(column)
        return name if self.columns[column] == "VARCHAR" else f"CAST({name} AS VARCHAR)"

    def trimmed(self, column: str) -> str:
        """SQL text of a column without outer spaces."""
        # Naming the characters is 5x slower: 4 s more per column and pass at 15 M rows.
        return f"trim({self.text(column)}{', ' + _ODD_SPACES if self.odd_spaces else ''})"

    def first(self, workspace: Workspace, condition: str, value: str) -> tuple[int, Any]:
        """Find the first row where a condition holds, and a value in it.

        Slow, since rows must be numbered: only for messages. Rows count from 1, the header not.
        """
        return tuple(
            workspace.row(
                f"SELECT {ROW}, {value} FROM (SELECT row_number() OVER () AS {ROW}, * "
                f"FROM {quoted(self.view)}) WHERE {condition} ORDER BY {ROW} LIMIT 1"
            )
        )

    def require(self, column: str) -> None:
        """Raise where the source has no such column."""
        if column not in self.columns:
            msg = f"{self.label} has no column {column!r}; it has {listed(self.columns)}."
            raise ContractError(msg)


def listed(names: object, limit: int = 12) -> str:
    """Names in one line, cut where there are many."""
    assert isinstance(names, (dict, list, tuple))
    shown = [repr(name) for name in list(names)[:limit]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "") if shown else "no column"
