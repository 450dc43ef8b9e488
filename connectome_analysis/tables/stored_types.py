"""Stored types: the Arrow types a column beyond the contract may have, and how others become them.

Only types that come back as they were from DuckDB, pyarrow, Spark and every other Parquet reader
are stored. The rest becomes one of them where that loses nothing, or is refused: a duration, for
one, would come back as twelve opaque bytes.
"""

from __future__ import annotations

import pyarrow as pa

_KEPT = {
    *(pa.int8(), pa.int16(), pa.int32(), pa.int64()),
    *(pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
    *(pa.bool_(), pa.float32(), pa.float64(), pa.string(), pa.binary(), pa.date32()),
}


def is_text(found: pa.DataType) -> bool:
    """Tell whether a type is text, in any of Arrow's layouts."""
    return pa.types.is_string(found) or pa.types.is_large_string(found) or _is(found, "string_view")


def stored_type(found: pa.DataType) -> pa.DataType | None:
    """Type under which a column of type `found` is stored, or None where it has none.

    Examples
    --------
    >>> stored_type(pa.dictionary(pa.int8(), pa.string()))
    DataType(string)
    >>> stored_type(pa.duration("s")) is None
    True
    """
    if found in _KEPT:
        return found
    if pa.types.is_dictionary(found) or pa.types.is_run_end_encoded(found):
        return stored_type(found.value_type)
    if pa.types.is_null(found) or is_text(found):
        return pa.string()
    if pa.types.is_float16(found):
        return pa.float32()
    if pa.types.is_date(found):
        return pa.date32()
    if pa.types.is_time(found):
        return pa.time64("us")
    if pa.types.is_timestamp(found):
        if found.tz is not None:
            return pa.timestamp("us", "UTC")
        return pa.timestamp("ns" if found.unit == "ns" else "us")
    if pa.types.is_decimal(found):
        return pa.decimal128(found.precision, found.scale) if found.precision <= 38 else None
    if any(_is(found, kind) for kind in ("large_binary", "fixed_size_binary", "binary_view")):
        return pa.binary()
    return _stored_nested_type(found)


def _stored_nested_type(found: pa.DataType) -> pa.DataType | None:
    if pa.types.is_map(found):
        key, item = stored_type(found.key_type), stored_type(found.item_type)
        return None if key is None or item is None else pa.map_(key, item)
    if any(_is(found, f"{kind}list") for kind in ("", "large_", "fixed_size_")):
        value = stored_type(found.value_type)
        return None if value is None else pa.list_(value)
    if pa.types.is_struct(found):
        fields = [(field.name, stored_type(field.type)) for field in found]
        if not fields or any(type_ is None for _, type_ in fields):
            return None
        return pa.struct(fields)
    return None


def _is(found: pa.DataType, kind: str) -> bool:
    # Some of these predicates came to pyarrow later than the version we need at least.
    predicate = getattr(pa.types, f"is_{kind}", None)
    return predicate is not None and bool(predicate(found))
