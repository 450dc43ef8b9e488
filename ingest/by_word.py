"""By word: what is made of a column of few words is worked out once per word, not once per row."""

from __future__ import annotations

from .source_rows import SourceRows
from .workspace import Workspace, literal, quoted


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
