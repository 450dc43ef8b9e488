"""Plain columns: whole numbers, numbers, yes and no, or text, which is all that other formats hold."""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

Kind = Literal["whole", "number", "flag", "text"]


class PlainColumn(NamedTuple):
    """A column of one of four kinds; `values` is int64, float64, bool or string, with nulls."""

    name: str
    kind: Kind
    values: pa.ChunkedArray


def plain_columns(table: pa.Table, leave_out: tuple[str, ...] = ()) -> list[PlainColumn]:
    """Columns of a table in their order; lists, times and the like become text.

    Whole numbers stay whole; those that do not fit 64 bits with sign become text, so that none is
    rounded.
    """
    return [_plain(name, table[name]) for name in table.schema.names if name not in leave_out]


def _plain(name: str, column: pa.ChunkedArray) -> PlainColumn:
    kind = column.type
    if pa.types.is_boolean(kind):
        return PlainColumn(name, "flag", column)
    if pa.types.is_integer(kind):
        try:
            return PlainColumn(name, "whole", column.cast(pa.int64()))
        except pa.ArrowInvalid:
            return PlainColumn(name, "text", column.cast(pa.string()))
    if pa.types.is_floating(kind):
        return PlainColumn(name, "number", column.cast(pa.float64()))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return PlainColumn(name, "text", column.cast(pa.string()))
    words = [None if value is None else _words(value) for value in column.to_pylist()]
    return PlainColumn(name, "text", pa.chunked_array([pa.array(words, pa.string())]))


def beyond_float(column: PlainColumn) -> bool:
    """Whether whole numbers are among them that a float64 would round."""
    if column.kind != "whole" or len(column.values) == column.values.null_count:
        return False
    low_high = pc.min_max(column.values).as_py()
    return bool(low_high["min"] < -(2**53) or low_high["max"] > 2**53)


def _words(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
