"""By word: what is made of a column of few words is worked out once per word, not once per row."""

from __future__ import annotations

from typing import NamedTuple

from .source_rows import SourceRows
from .workspace import Workspace, literal, quoted

# Regions, transmitters and types are words; an id or a remark is another in every row.
MOST_WORDS = 20_000


def by_word(workspace: Workspace, rows: SourceRows, column: str, sql: str) -> str:
    """SQL that gives the same as `sql`, looked up by the number of the word.

    Parameters
    ----------
    workspace : Workspace
    rows : SourceRows
    column : str
        The one column that `sql` reads.
    sql : str
        An expression that gives text.

    Returns
    -------
    str
        An expression that gives an ENUM, in the order of text; `sql` itself where the column is
        plain text.
    """
    if not rows.columns[column].startswith("ENUM"):
        return sql
    name = quoted(column)
    words = [
        word
        for (word,) in workspace.rows(
            f"SELECT unnest(enum_range({name})) FROM (SELECT {name} FROM {quoted(rows.view)} LIMIT 1)"
        )
    ]
    listed = ", ".join(literal(word) for word in words)
    # The first is what becomes of an empty field.
    values = workspace.rows(
        f"SELECT {sql} FROM (SELECT unnest([NULL::VARCHAR{', ' if words else ''}{listed}]) AS {name})"
    )
    return f"{workspace.word_list([value for (value,) in values])}[coalesce(enum_code({name})::INTEGER + 2, 1)]"


class LookedUp(NamedTuple):
    """SQL of a value per row, and whether several words may have one value."""

    sql: str
    repeated: bool


def looked_up(workspace: Workspace, table: str, column: str, sql: str) -> LookedUp:
    """SQL that gives the same as `sql`, for a column of plain text in a table.

    Its different words are found first; where they are too many, `sql` is left as it is.

    Parameters
    ----------
    workspace : Workspace
    table : str
    column : str
        The one column that `sql` reads.
    sql : str
        An expression that gives text.
    """
    name = quoted(column)
    found = workspace.rows(f"SELECT DISTINCT {name} FROM {quoted(table)} LIMIT {MOST_WORDS + 1}")
    if len(found) > MOST_WORDS:
        return LookedUp(sql, repeated=True)
    words = [word for (word,) in found]
    listed = ", ".join("NULL::VARCHAR" if w is None else literal(w) for w in words) or "NULL"
    values = [
        v for (v,) in workspace.rows(f"SELECT {sql} FROM (SELECT unnest([{listed}]) AS {name})")
    ]
    lists = f"MAP([{listed}], {workspace.word_list(values)})"
    if None in words or not words:  # a map has no key for it
        return LookedUp(sql, repeated=True)
    return LookedUp(f"{lists}[{name}]", repeated=len(set(values)) < len(words))
