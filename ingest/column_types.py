"""Column types: what the text columns beyond the contract hold, found out from every row.

A column is an integer, a number or a boolean only if every row of it is; integers with more digits
than float64 holds never become numbers. What is not clear stays text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .missing_values import SPELLINGS, is_missing
from .source_rows import SourceRows
from .workspace import Workspace, quoted

_NUMBER = r"^[+-]?(0|[1-9][0-9]*|)(\.[0-9]*)?([eE][+-]?[0-9]+)?$"
_BOOLEANS = "WHEN 'true' THEN true WHEN 't' THEN true WHEN 'false' THEN false WHEN 'f' THEN false"
_LONG = "^[+-]?[0-9]{16,}"  # float64 keeps 15 digits


def type_questions(rows: SourceRows, columns: Sequence[str]) -> dict[str, str]:
    """Aggregates that tell what text columns hold; the answers go to `typed_columns`."""
    out: dict[str, str] = {}
    for column in columns:
        if not rows.is_text(column):
            continue
        text = rows.trimmed(column)
        filled = f"NOT {is_missing(text, SPELLINGS)}"
        integer = f"CAST(TRY_CAST({text} AS BIGINT) AS VARCHAR) = {text}"
        number = f"TRY_CAST({text} AS DOUBLE) IS NOT NULL AND regexp_matches({text}, '{_NUMBER}')"
        out |= {
            f"{column}.filled": f"count(*) FILTER ({filled})",
            f"{column}.integers": f"count(*) FILTER ({filled} AND {integer})",
            f"{column}.numbers": f"count(*) FILTER ({filled} AND {number})",
            f"{column}.words": f"count(*) FILTER (lower({text}) IN ('true', 'false'))",
            f"{column}.t": f"count(*) FILTER ({text} IN ('t', 'T'))",
            f"{column}.f": f"count(*) FILTER ({text} IN ('f', 'F'))",
            f"{column}.long": f"count(*) FILTER (regexp_matches({text}, '{_LONG}'))",
        }
    return out


def typed_columns(
    rows: SourceRows, columns: Sequence[str], answers: Mapping[str, Any]
) -> dict[str, str]:
    """SQL of each column in the type its rows have.

    Parameters
    ----------
    rows : SourceRows
    columns : sequence of str
    answers : mapping
        To `type_questions`.
    """
    return {column: _typed(rows, column, answers) for column in columns}


def gaps_told(
    workspace: Workspace, rows: SourceRows, columns: Sequence[str], answers: Mapping[str, Any]
) -> None:
    """Record which text columns were taken for numbers or booleans."""
    kinds: dict[str, list[str]] = {}
    for column in columns:
        if rows.is_text(column):
            kinds.setdefault(_kind(column, answers), []).append(column)
    for kind, names in sorted(kinds.items()):
        if kind != "text":
            shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
            workspace.account.decide(f"{rows.label}: kept as {kind}: {shown}")


def _kind(column: str, answers: Mapping[str, Any]) -> str:
    filled = answers[f"{column}.filled"]
    if not filled:
        return "text"
    if answers[f"{column}.integers"] == filled:
        return "integers"
    if answers[f"{column}.numbers"] == filled and not answers[f"{column}.long"]:
        return "numbers"
    words, t, f = (answers[f"{column}.{name}"] for name in ("words", "t", "f"))
    if words == filled or (t and f and words + t + f == filled):  # "f" alone may be a sex
        return "booleans"
    return "text"


def _typed(rows: SourceRows, column: str, answers: Mapping[str, Any]) -> str:
    if not rows.is_text(column):
        return quoted(column)
    text = rows.trimmed(column)
    kind = _kind(column, answers)
    if kind == "integers":
        return f"TRY_CAST({text} AS BIGINT)"
    if kind == "numbers":
        return f"TRY_CAST(CASE WHEN NOT {is_missing(text, SPELLINGS)} THEN {text} END AS DOUBLE)"
    if kind == "booleans":
        return f"CASE lower({text}) {_BOOLEANS} END"
    return f"nullif({text}, '')"
