"""Prepared rows: rows that a reader makes in the workspace, where a file is not yet the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .source_rows import SourceRows
    from .workspace import Workspace


@dataclass(frozen=True)
class PreparedRows:
    """A source of rows for `ingest.table`, made when the workspace is there.

    Attributes
    ----------
    make : callable
        Called as ``make(workspace, view)``; makes a view or table of this name and says what is
        in it. What it leaves out it counts in the workspace's account.
    """

    make: Callable[[Workspace, str], SourceRows]
