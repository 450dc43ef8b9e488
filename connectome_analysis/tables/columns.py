"""Columns: bring what a reader hands over to the contract's types, exactly or not at all.

An integer may become a wider integer and a whole number a float, but no id ever comes out of a
float and no text is guessed to be a number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from .errors import ContractError
from .integrity import same_type
from .schemas import TABLES, Column

if TYPE_CHECKING:
    import pandas as pd

TableLike: TypeAlias = "pd.DataFrame | pa.Table | pa.RecordBatchReader"


def as_reader(name: str, rows: TableLike) -> pa.RecordBatchReader:
    """Stream a table in the contract's types.

    Parameters
    ----------
    name : str
        A table of the contract, or any other name for a table that is kept as it is.
    rows : DataFrame, pyarrow.Table or RecordBatchReader

    Raises
    ------
    ContractError
        Where a required column is missing, or a column has not the contract's type and cannot be
        brought to it without loss.
    """
    reader = _open(name, rows)
    if name not in TABLES:
        return reader
    contract = TABLES[name]
    for column in contract.columns:
        if column.required and reader.schema.get_field_index(column.name) < 0:
            msg = (
                f"{name} needs a column {column.name} ({column.meaning}), "
                f"got {', '.join(reader.schema.names) or 'no column'}."
            )
            raise ContractError(msg)
    schema = pa.schema([_target_field(name, field) for field in reader.schema])
    casts = [_cast_for(name, field, schema.field(i).type) for i, field in enumerate(reader.schema)]

    def batches() -> object:
        for batch in reader:
            arrays = [cast(array) for cast, array in zip(casts, batch.columns, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _open(name: str, rows: TableLike) -> pa.RecordBatchReader:
    if isinstance(rows, pa.RecordBatchReader):
        reader = rows
    elif isinstance(rows, pa.Table):
        reader = rows.to_reader(max_chunksize=1 << 20)
    else:
        _refuse_mixed_columns(name, rows)
        try:
            reader = pa.Table.from_pandas(rows, preserve_index=False).to_reader(
                max_chunksize=1 << 20
            )
        except (pa.ArrowException, AttributeError, TypeError) as error:
            first = str(error).splitlines()[0]
            msg = f"{name} cannot be read as a table: {first}."
            raise ContractError(msg) from None
    repeated = {column for column in reader.schema.names if reader.schema.names.count(column) > 1}
    if repeated:
        msg = f"{name} has the column {', '.join(sorted(repeated))} more than once; rename one."
        raise ContractError(msg)
    return reader


def _refuse_mixed_columns(name: str, rows: object) -> None:
    """An object column of Python floats and integers is where ids have been through a NaN."""
    dtypes = getattr(rows, "dtypes", None)
    if dtypes is None:
        msg = (
            f"{name} must be a DataFrame, a pyarrow Table or a RecordBatchReader, "
            f"got {type(rows).__name__}."
        )
        raise ContractError(msg)


def _target_field(table: str, field: pa.Field) -> pa.Field:
    column = TABLES[table].by_name.get(field.name)
    if column is not None:
        return pa.field(field.name, column.type)
    if pa.types.is_dictionary(field.type):
        return pa.field(field.name, field.type.value_type)
    if pa.types.is_null(field.type):
        return pa.field(field.name, pa.string())
    return pa.field(field.name, field.type)


def _cast_for(table: str, field: pa.Field, wanted: pa.DataType) -> Callable[[pa.Array], pa.Array]:
    """Choose how one column's arrays become `wanted`; raise where that could lose something."""
    found = field.type
    if pa.types.is_dictionary(found):
        found = found.value_type
    column = TABLES[table].by_name.get(field.name)
    if column is not None:
        _require_lossless(table, column, found)

    def cast(array: pa.Array) -> pa.Array:
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if array.type == wanted:
            return array
        try:
            return pc.cast(array, wanted)
        except pa.ArrowInvalid as error:
            first = str(error).splitlines()[0].rstrip(".")
            msg = f"{table}.{field.name} must be {wanted}, got {array.type}: {first}."
            raise ContractError(msg) from None

    return cast


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
        msg = f"{table}.{column.name} must be {wanted}, got {_plain(found)}.{hint}"
        raise ContractError(msg)
    if pa.types.is_floating(wanted) and (pa.types.is_integer(found) or pa.types.is_floating(found)):
        return
    msg = f"{table}.{column.name} must be {_plain(wanted)}, got {_plain(found)}."
    raise ContractError(msg)


def _plain(type_: pa.DataType) -> str:
    return {"double": "float64", "float": "float32", "string": "text", "large_string": "text"}.get(
        str(type_), str(type_)
    )
