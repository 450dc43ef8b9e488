"""Integrity: are the files of a connectome the ones its manifest names?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .manifest import FILE_NAME, Manifest, TableFile, TableRecord
from .opening import Files
from .problem import Problem
from .schemas import REQUIRED_TABLES, TABLES
from .stored_types import is_text

Progress = Callable[[int], None]


def file_sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with pa.OSFile(str(path)) as file:
        return _sha256(file, None)


def total_bytes(manifest: Manifest) -> int:
    """Bytes of all tables, as the manifest says."""
    return sum(file.bytes for record in manifest.tables.values() for file in record.files)


def file_problems(
    files: Files, manifest: Manifest, *, hashes: bool, progress: Progress | None = None
) -> Iterator[Problem]:
    """Compare every file with the manifest.

    Parameters
    ----------
    files : mapping
        The open files.
    manifest : Manifest
    hashes : bool
        Read every byte and compare SHA-256; without it size, footer, columns and rows are
        compared, which costs the same for any size.
    progress : callable, optional
        Called with the number of bytes hashed.
    """
    for name in REQUIRED_TABLES:
        if name not in manifest.tables:
            yield Problem(
                table=name,
                rule="missing table",
                message=f"{FILE_NAME} lists no {name}; every connectome has nodes and edges.",
            )
    for name, record in manifest.tables.items():
        yield from _table_problems(files, name, record, hashes=hashes, progress=progress)


def _table_problems(
    files: Files, name: str, record: TableRecord, *, hashes: bool, progress: Progress | None
) -> Iterator[Problem]:
    if not record.files:
        yield Problem(table=name, rule="missing file", message=f"{FILE_NAME} names no file.")
        return
    rows = 0
    readable = True
    for expected in record.files:
        file = files[expected.path]
        if isinstance(file, Problem):
            readable = False
            yield file
            continue
        # A changed file is looked into all the same: what changed is what one wants to know.
        try:
            problems = list(_byte_problems(file, name, expected, progress, hashes=hashes))
            footer = pq.ParquetFile(file)
            rows += footer.metadata.num_rows
            problems += _column_problems(name, expected.path, footer.schema_arrow, record)
        except (pa.ArrowException, OSError, ValueError) as error:
            readable = False
            problems.append(
                Problem(
                    table=name,
                    rule="unreadable file",
                    message=f"{expected.path} is not readable Parquet ({_first_line(error)}).",
                )
            )
        yield from problems
    if readable and rows != record.rows:
        yield Problem(
            table=name,
            rule="row count",
            message=f"the files hold {rows:,} rows, {FILE_NAME} says {record.rows:,}.",
        )


def _byte_problems(
    file: pa.NativeFile,
    table: str,
    expected: TableFile,
    progress: Progress | None,
    *,
    hashes: bool,
) -> Iterator[Problem]:
    size = file.size()
    if size != expected.bytes:
        yield Problem(
            table=table,
            rule="changed file",
            message=f"{expected.path} has {size:,} bytes, {FILE_NAME} says {expected.bytes:,}: "
            "it was truncated or edited after it was written.",
        )
    elif hashes and _sha256(file, progress) != expected.sha256:
        yield Problem(
            table=table,
            rule="changed file",
            message=f"the SHA-256 of {expected.path} is not the one in {FILE_NAME}: "
            "it was edited or damaged after it was written.",
        )


def _sha256(file: pa.NativeFile, progress: Progress | None) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(1 << 22):
        digest.update(piece)
        if progress is not None:
            progress(len(piece))
    return digest.hexdigest()


def _column_problems(
    table: str, file: str, schema: pa.Schema, record: TableRecord
) -> Iterator[Problem]:
    folded = [name.casefold() for name in schema.names]
    repeated = sorted({name for name in schema.names if folded.count(name.casefold()) > 1})
    if repeated:
        yield Problem(
            table=table,
            rule="repeated column",
            message=f"{file} has the column {', '.join(repeated)} more than once "
            "(SQL does not tell capitals from small letters).",
        )
    found = {field.name: str(field.type) for field in schema}
    if found != dict(record.columns):
        changed = sorted(set(found.items()) ^ set(record.columns.items()))
        yield Problem(
            table=table,
            rule="columns",
            message=f"{file} and {FILE_NAME} differ in {', '.join(c for c, _ in changed)}.",
        )
    if table in TABLES:
        yield from schema_problems(table, schema)


def schema_problems(table: str, schema: pa.Schema) -> Iterator[Problem]:
    """Compare a Parquet schema with the contract: required columns are there, types are exact."""
    contract = TABLES[table]
    for column in contract.columns:
        index = schema.get_field_index(column.name)
        if index < 0:
            if column.required:
                yield Problem(
                    table=table,
                    rule="missing column",
                    message=f"{column.name} is not there ({column.meaning}).",
                )
            continue
        found = schema.field(index).type
        if not same_type(found, column.type):
            hint = ""
            if pa.types.is_floating(found) and column.name.endswith("_id"):
                hint = " Ids above 2**53 do not survive float64, so read the column as an integer."
            yield Problem(
                table=table,
                rule="column type",
                message=f"{column.name} must be {column.type}, got {found}.{hint}",
            )


def same_type(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Equal types, where the Arrow layouts of text count as one."""
    if pa.types.is_string(wanted):
        return is_text(found)
    return bool(found == wanted)


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", maxsplit=1)[0].rstrip(".") or "no reason"
