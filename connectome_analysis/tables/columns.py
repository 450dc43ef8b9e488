"""Columns: bring what a reader hands over to the contract's types, exactly or not at all.

An integer may become a wider integer and a whole number a float, but no id ever comes out of a
float and no text is guessed to be a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from .errors import ContractError, one_line
from .integrity import same_type
from .schemas import TABLES, Column
from .stored_types import is_text, stored_type

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

TableLike: TypeAlias = "pd.DataFrame | pa.Table | pa.RecordBatchReader | Query"

_BATCH_ROWS = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Query:
    """Rows that stand in a DuckDB of the reader's, written from there without leaving it.

    Attributes
    ----------
    connection : duckdb.DuckDBPyConnection
    sql : str
        A SELECT.
    in_order : bool
        Its rows come in the order of the table's schema already. Only a promise to save time:
        rows in another order are stored as they come, and cost whoever looks for one neuron.
    """

    connection: duckdb.DuckDBPyConnection
    sql: str
    in_order: bool = False


# Whatever DuckDB calls the type a column comes in, these say the type it is stored in.
_SQL_TYPES = {
    pa.int8(): "TINYINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.string(): "VARCHAR",
}


def as_select(name: str, rows: Query) -> str | None:
    """SQL of a query's rows in the contract's types, None where Arrow has to bring them there.

    Only integers of other widths, float32 and text in another layout are cast by DuckDB, which
    refuses an integer that does not fit.

    Raises
    ------
    ContractError
        As `as_stream`.
    """
    schema = rows.connection.sql(f"SELECT * FROM ({rows.sql}) LIMIT 0").to_arrow_table().schema
    _refuse_unusable_names(name, schema.names)
    _refuse_missing_columns(name, schema.names)
    columns = []
    for field in schema:
        wanted = _Column(name, field, empty=False).wanted
        quoted = '"' + field.name.replace('"', '""') + '"'
        if field.type == wanted:
            columns.append(quoted)
        elif wanted in _SQL_TYPES and _cast_is_exact(field.type, wanted):
            columns.append(f"CAST({quoted} AS {_SQL_TYPES[wanted]}) AS {quoted}")
        else:
            return None
    return f"SELECT {', '.join(columns)} FROM ({rows.sql})"


def _cast_is_exact(found: pa.DataType, wanted: pa.DataType) -> bool:
    if pa.types.is_string(wanted):
        return is_text(_plain_type(found))
    if pa.types.is_integer(wanted):
        return bool(pa.types.is_integer(found))
    return bool(pa.types.is_float32(found))


@dataclass
class Stream:
    """Rows on their way to disk.

    Attributes
    ----------
    reader : pyarrow.RecordBatchReader
    failure : BaseException or None
        What went wrong while the rows were read. DuckDB, which pulls them, passes on only its
        text.
    """

    reader: pa.RecordBatchReader
    failure: BaseException | None = None


def as_stream(name: str, rows: TableLike) -> Stream:
    """Stream a table in the contract's types.

    Parameters
    ----------
    name : str
        A table of the contract, or any other name for a table of one's own.
    rows : DataFrame, pyarrow.Table or RecordBatchReader

    Raises
    ------
    ContractError
        Where a required column is missing, or a column has not the contract's type and cannot be
        brought to it without loss.
    """
    reader, empty = _open(name, rows)
    _refuse_missing_columns(name, reader.schema.names)
    columns = [_Column(name, field, empty=empty) for field in reader.schema]
    schema = pa.schema([pa.field(column.name, column.wanted) for column in columns])

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for batch in reader:
                arrays = [column.cast(a) for column, a in zip(columns, batch.columns, strict=True)]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        except BaseException as error:
            stream.failure = error
            raise

    stream = Stream(pa.RecordBatchReader.from_batches(schema, batches()))
    return stream


def _open(name: str, rows: TableLike) -> tuple[pa.RecordBatchReader, bool]:
    """Give the rows as batches, and whether there are none."""
    import pandas as pd

    if isinstance(rows, Query):
        rows = rows.connection.sql(rows.sql).to_arrow_reader(_BATCH_ROWS)
    if isinstance(rows, pa.RecordBatchReader):
        _refuse_unusable_names(name, rows.schema.names)
        return rows, False
    if isinstance(rows, pd.DataFrame):
        _refuse_unusable_names(name, [str(column) for column in rows.columns])
        table = _from_pandas(name, rows)
    elif isinstance(rows, pa.Table):
        table = rows
        _refuse_unusable_names(name, table.schema.names)
    else:
        kind = type(rows)
        msg = (
            f"{name} must be a pandas DataFrame, a pyarrow Table or a RecordBatchReader, "
            f"got {kind.__module__}.{kind.__qualname__}."
        )
        raise ContractError(msg)
    return table.to_reader(max_chunksize=_BATCH_ROWS), table.num_rows == 0


# What pyarrow raises where it cannot make one column of pandas' objects.
_UNREADABLE = (pa.ArrowException, AttributeError, OverflowError, TypeError, ValueError)


def _from_pandas(name: str, rows: pd.DataFrame) -> pa.Table:
    try:
        return pa.Table.from_pandas(rows, preserve_index=False)
    except _UNREADABLE as error:
        whole = error
    for place, column in enumerate(rows.columns):
        try:
            pa.Table.from_pandas(rows.iloc[:, [place]], preserve_index=False)
        except _UNREADABLE as error:
            reason = one_line(error.args[0] if error.args else error).rstrip(".")
            msg = f"{name}.{column} must be of one type: {reason}. Give all its values one type."
            raise ContractError(msg) from None
    msg = f"{name} cannot be read as a table: {one_line(whole).rstrip('.')}."
    raise ContractError(msg)


def _refuse_unusable_names(table: str, names: Sequence[str]) -> None:
    """Names must stay apart in SQL, which does not tell capitals from small letters."""
    if "" in names:
        msg = f"{table} has a column without name; give it one."
        raise ContractError(msg)
    folded = [name.casefold() for name in names]
    repeated = sorted({name for name in names if folded.count(name.casefold()) > 1})
    if repeated:
        msg = (
            f"{table} has the column {', '.join(repeated)} more than once "
            "(SQL does not tell capitals from small letters); rename one."
        )
        raise ContractError(msg)


def _refuse_missing_columns(table: str, names: Sequence[str]) -> None:
    if table not in TABLES:
        return
    for column in TABLES[table].columns:
        if column.required and column.name not in names:
            msg = (
                f"{table} needs a column {column.name} ({column.meaning}), "
                f"got {', '.join(names) or 'no column'}."
            )
            raise ContractError(msg)


class _Column:
    """One column: the type it came in, the type it is stored in, and how to get there."""

    def __init__(self, table: str, field: pa.Field, *, empty: bool) -> None:
        self.name = field.name
        self._label = f"{table}.{field.name}"
        self._empty = empty
        contract = TABLES[table].by_name.get(field.name) if table in TABLES else None
        if contract is None:
            self.wanted = _stored(self._label, field.type)
        else:
            # No rows, no loss: an empty list has no type of its own in pandas.
            if not empty:
                _require_lossless(table, contract, _plain_type(field.type))
            self.wanted = contract.type

    def cast(self, array: pa.Array) -> pa.Array:
        """Bring one batch of the column to the type it is stored in; raise where it loses."""
        if self._empty:
            return pa.array([], self.wanted)
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        elif pa.types.is_run_end_encoded(array.type):
            array = pc.run_end_decode(array)
        if array.type == self.wanted:
            return array
        cast: Callable[[pa.Array, pa.DataType], pa.Array] = pc.cast
        try:
            return cast(array, self.wanted)
        except pa.ArrowException as error:
            reason = one_line(error).rstrip(".")
            msg = (
                f"{self._label} must be {_word(self.wanted)}, got {_word(array.type)}: {reason}. "
                "Convert the column before it is written."
            )
            raise ContractError(msg) from None


def _plain_type(found: pa.DataType) -> pa.DataType:
    encoded = pa.types.is_dictionary(found) or pa.types.is_run_end_encoded(found)
    return found.value_type if encoded else found


def _stored(label: str, found: pa.DataType) -> pa.DataType:
    wanted = stored_type(found)
    if wanted is None:
        msg = (
            f"{label} is of type {found}, which not every reader of Parquet gives back. "
            "Make it numbers (their unit in the name), text, a time, or a list or struct of them."
        )
        raise ContractError(msg)
    return wanted


def _require_lossless(table: str, column: Column, found: pa.DataType) -> None:
    wanted = column.type
    if same_type(found, wanted) or pa.types.is_null(found):
        return
    if pa.types.is_integer(wanted):
        if pa.types.is_integer(found):
            return
        hint = " Read the column as an integer."
        if pa.types.is_floating(found) and wanted == pa.int64():
            hint = " Ids above 2**53 do not survive float64, so read the column as an integer."
        elif pa.types.is_floating(found):
            hint = " Counts are whole numbers; read the column as an integer (Int32 with gaps)."
        msg = f"{table}.{column.name} must be {wanted}, got {_word(found)}.{hint}"
        raise ContractError(msg)
    if pa.types.is_floating(wanted) and (pa.types.is_integer(found) or pa.types.is_floating(found)):
        return
    if pa.types.is_string(wanted) and is_text(found):
        return
    msg = (
        f"{table}.{column.name} must be {_word(wanted)}, got {_word(found)}. "
        "Convert the column before it is written."
    )
    raise ContractError(msg)


def _word(found: pa.DataType) -> str:
    if is_text(found):
        return "text"
    return {"double": "float64", "float": "float32"}.get(str(found), str(found))
