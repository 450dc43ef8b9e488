"""Small rows: a table of some thousand neurons as records, whatever file it is in, ids still whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .read_rows import FEATHER, PARQUET, feather_rows
from .text_files import bare_suffix, choose_delimiter, read_dialect, read_records

_TRUE = frozenset({"t", "true", "1", "1.0", "yes"})
_FALSE = frozenset({"f", "false", "0", "0.0", "no"})


def table_columns(path: Path) -> list[str]:
    """Names of a table's columns, without reading it; none where it cannot be read."""
    try:
        if bare_suffix(path) in PARQUET:
            import pyarrow.parquet as pq

            return [str(name) for name in pq.read_schema(path).names]
        if bare_suffix(path) in FEATHER:
            return [str(name) for name in feather_rows(path).schema.names]
        dialect = read_dialect(path)
        return list(dialect.names) if dialect.header else []
    except (ContractError, pa.ArrowException, OSError):
        return []


def pandas_attributes(path: Path) -> dict[str, Any]:
    """What pandas stored of a frame's ``attrs``, such as CAVEclient's datastack and version."""
    import json

    try:
        if bare_suffix(path) in PARQUET:
            import pyarrow.parquet as pq

            stored = pq.read_schema(path).metadata or {}
        elif bare_suffix(path) in FEATHER:
            stored = feather_rows(path).schema.metadata or {}
        else:
            return {}
        found = json.loads(stored.get(b"PANDAS_ATTRS", b"{}"))
    except (ContractError, pa.ArrowException, OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def small_rows(path: Path, names: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Rows of a table: text from CSV, values of their own type from Parquet and Feather.

    Parameters
    ----------
    path : Path
    names : sequence of str, optional
        Of the columns of a text file whose first line is data.

    Raises
    ------
    ContractError
        Where the file is damaged.
    """
    suffix = bare_suffix(path)
    if suffix in PARQUET | FEATHER:
        return _typed(path, suffix)
    delimiter, runs = choose_delimiter(path)
    records = read_records(path, delimiter, runs=runs)
    first = next(records, []) if names is None else names
    header = [name.strip() or f"column_{i}" for i, name in enumerate(first, start=1)]
    rows = []
    for line, record in enumerate(records, start=2 if names is None else 1):
        if len(record) != len(header):
            msg = f"{path.name}: line {line} has {len(record)} fields, the header {len(header)}."
            raise ContractError(msg)
        rows.append({n: cell.strip() or None for n, cell in zip(header, record, strict=True)})
    return rows


def _typed(path: Path, suffix: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    try:
        if suffix in PARQUET:
            content = pq.read_table(path)
        else:
            opened = feather_rows(path)
            content = opened if isinstance(opened, pa.Table) else opened.to_table()
    except (pa.ArrowException, OSError) as error:
        first = (str(error).splitlines() or [""])[0].rstrip(".")
        msg = f"{path.name} is not a readable table ({first})."
        raise ContractError(msg) from None
    rows: list[dict[str, Any]] = content.to_pylist()
    return rows


def truth(value: object) -> bool | None:
    """A boolean however it is spelled: ``t``, ``TRUE``, ``1``, True; None where it is neither."""
    plain = str(value).strip().casefold()
    return True if plain in _TRUE else False if plain in _FALSE else None


def first_of(row: Mapping[str, Any], *names: str) -> Any:
    """The first of several columns that a row has and fills."""
    return next((row[name] for name in names if row.get(name) is not None), None)
