"""Counted rows: rows of synapses in the workspace become a table of how many there are per pair and region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .exact_ids import IdColumn
from .packed_counts import MOST_WORDS, NO_ID, Counts, TooManyError, Translate, count_rows
from .source_rows import SourceRows
from .workspace import POST, PRE, Workspace, literal, quoted

NUMBER = "_np_number"
# Below, DuckDB has counted them before a kernel is loaded.
FEW_ROWS = 1_000_000


class Word(NamedTuple):
    """A column of words: its name, SQL of its text, and SQL over that text of what is meant by it."""

    column: str
    written: str
    meant: str


def count_pairs(
    workspace: Workspace,
    table: str,
    rows: SourceRows,
    ids: tuple[IdColumn, IdColumn],
    region: Word | None,
    *,
    where: str = "true",
) -> bool:
    """Make a table of the rows' number per sender, receiver and region.

    Parameters
    ----------
    workspace : Workspace
    table : str
        To be made, with `PRE`, `POST`, ``region`` where one is asked for, and `NUMBER`.
    rows : SourceRows
    ids : tuple of IdColumn
        Of the rows, and seen to be integers.
    region : Word, optional
        By which rows are told apart, too.
    where : str
        SQL condition of the rows that count.

    Returns
    -------
    bool
        Whether the table's rows are in the order of their columns, each group in one row. Where there are
        few rows, or too many ids or words to pack, DuckDB counts, which may do so on disk.
    """
    sides = (ids[0].key("integers"), ids[1].key("integers"))
    source = f"FROM {quoted(rows.view)} WHERE {where}"
    try:
        (count,) = workspace.row(f"SELECT count(*) FROM {quoted(rows.view)}")
        if count < FEW_ROWS:
            raise TooManyError
        if where == "true" and _can_be_read(rows, ids, region):
            counted, regions = _of_file(workspace, rows, ids, region)
        else:
            counted, regions = _of_query(workspace, source, sides, region)
    except TooManyError:
        word = meant = ""
        if region is not None:
            name = quoted(region.column)
            word, meant = f", {region.written} AS {name}", f", {region.meant} AS region"
        workspace.run(
            f"CREATE TABLE {table} AS SELECT {PRE}, {POST}{meant}, sum({NUMBER})::BIGINT AS {NUMBER} "
            f"FROM (SELECT {sides[0]} AS {PRE}, {sides[1]} AS {POST}{word}, count(*) AS {NUMBER} "
            f"{source} GROUP BY ALL) GROUP BY ALL"
        )
        return False
    shown = f", {workspace.word_list(regions)}[region + 1] AS region" if region is not None else ""
    workspace.connection.register("counted", counted)
    workspace.run(
        f"CREATE TABLE {table} AS SELECT nullif(pre, {NO_ID}) AS {PRE}, nullif(post, {NO_ID}) AS {POST}"
        f"{shown}, number AS {NUMBER} FROM counted"
    )
    workspace.connection.unregister("counted")
    return True


_Counted = tuple[pa.Table, list[str | None]]


def _can_be_read(rows: SourceRows, ids: tuple[IdColumn, IdColumn], region: Word | None) -> bool:
    """Whether Arrow's values are those that count, so that DuckDB need not hand them over."""
    if rows.arrow is None or ids[0].zero_is_missing != ids[1].zero_is_missing:
        return False
    schema = rows.arrow.schema
    if any(not column.plain or schema.field(column.source).type != pa.int64() for column in ids):
        return False
    if region is None:
        return True
    kind = schema.field(region.column).type
    return bool(pa.types.is_string(kind.value_type if pa.types.is_dictionary(kind) else kind))


def _of_file(
    workspace: Workspace, rows: SourceRows, ids: tuple[IdColumn, IdColumn], region: Word | None
) -> _Counted:
    assert rows.arrow is not None
    columns = [ids[0].source, ids[1].source, *([region.column] if region is not None else [])]
    try:
        counted = count_rows(
            rows.arrow.to_batches(columns=columns),
            least=int(ids[0].zero_is_missing),
            translate=_translation(workspace, region),
        )
    except (pa.ArrowException, OSError) as error:
        msg = f"{rows.label} cannot be read: {str(error).splitlines()[0].rstrip('.')}."
        raise ContractError(msg) from None
    return _as_table(*counted)


def _of_query(
    workspace: Workspace, source: str, sides: tuple[str, str], region: Word | None
) -> _Counted:
    ids = ", ".join(f"coalesce({side}, {NO_ID})" for side in sides)
    named = ""
    if region is not None:
        query = f"SELECT DISTINCT {region.written} {source} LIMIT {MOST_WORDS + 1}"
        words = [word for (word,) in workspace.rows(query)]
        if len(words) > MOST_WORDS:
            raise TooManyError
        # As numbers of an ENUM: millions of texts are not handed over.
        named = f", CAST({region.written} AS {workspace.word_type(words)})"
    batches = workspace.batches(f"SELECT {ids}{named} {source}")
    return _as_table(*count_rows(batches, translate=_translation(workspace, region)))


def _translation(workspace: Workspace, region: Word | None) -> Translate:
    def translate(words: Sequence[str | None]) -> list[str | None]:
        assert region is not None
        listed = ", ".join("NULL::VARCHAR" if w is None else literal(w) for w in words)
        answers = workspace.rows(
            f"SELECT {region.meant} FROM (SELECT unnest([{listed}]) AS {quoted(region.column)})"
        )
        return [value for (value,) in answers]

    return translate


def _as_table(counts: Counts, regions: list[str | None]) -> _Counted:
    columns = {"pre": counts.pre, "post": counts.post, "region": counts.word}
    return pa.table(columns | {"number": counts.number}), regions
