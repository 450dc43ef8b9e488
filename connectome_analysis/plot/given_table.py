"""Given table: is what a plot was handed the table it draws?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd


def require_columns(table: object, columns: Iterable[str], plot: str, source: str) -> pd.DataFrame:
    """Return the table, or a ValueError that says which function makes the right one."""
    if not isinstance(table, pd.DataFrame):
        msg = f"{plot} takes the table of {source}, got {type(table).__name__}."
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for a wrong table
    missing = [name for name in columns if name not in table.columns]
    if missing:
        got = ", ".join(map(str, table.columns)) or "none"
        msg = (
            f"{plot} takes the table of {source}; this one lacks the columns "
            f"{', '.join(missing)}. It has: {got}."
        )
        raise ValueError(msg)
    return table


def fact(table: pd.DataFrame, name: str) -> Any:
    """One fact about a whole table, from a column that is the same in every row or ``attrs``.

    None where it is not known: a table that went through a CSV file has lost its ``attrs``.
    """
    if name in table.columns and len(table):
        return table[name].iloc[0]
    return table.attrs.get(name)
