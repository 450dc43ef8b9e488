"""Integrity: are the files of a connectome the ones its manifest names?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .manifest import FILE_NAME, Manifest, TableFile, TableRecord
from .problem import Problem
from .schemas import REQUIRED_TABLES, TABLES

Progress = Callable[[int], None]


def file_sha256(path: Path, progress: Progress | None = None) -> str:
    """SHA-256 of a file, read in pieces; `progress` is told the bytes of each."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 22):
            digest.update(piece)
            if progress is not None:
                progress(len(piece))
    return digest.hexdigest()


def table_files(folder: Path, record: TableRecord) -> list[Path]:
    """Paths of a table's Parquet files."""
    return [folder / file.path for file in record.files]


def total_bytes(manifest: Manifest) -> int:
    """Bytes of all tables, as the manifest says."""
    return sum(file.bytes for record in manifest.tables.values() for file in record.files)


def file_problems(
    folder: Path, manifest: Manifest, *, hashes: bool, progress: Progress | None = None
) -> Iterator[Problem]:
    """Compare every file with the manifest.

    Parameters
    ----------
    folder : Path
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
        yield from _table_problems(folder, name, record, hashes=hashes, progress=progress)


def _table_problems(
    folder: Path, name: str, record: TableRecord, *, hashes: bool, progress: Progress | None
) -> Iterator[Problem]:
    if not record.files:
        yield Problem(table=name, rule="missing file", message=f"{FILE_NAME} names no file.")
        return
    rows = 0
    whole = True
    for file in record.files:
        problem = _file_problem(folder, name, file, hashes=hashes, progress=progress)
        if problem is not None:
            yield problem
            whole = False
            continue
        try:
            footer = pq.ParquetFile(folder / file.path)
        except (pa.ArrowException, OSError) as error:
            yield Problem(
                table=name,
                rule="unreadable file",
                message=f"{file.path} is not readable Parquet ({_first_line(error)}).",
            )
            whole = False
            continue
        with footer:
            rows += footer.metadata.num_rows
            schema = footer.schema_arrow
        yield from _column_problems(name, file.path, schema, record)
    if whole and rows != record.rows:
        yield Problem(
            table=name,
            rule="row count",
            message=f"the files hold {rows:,} rows, {FILE_NAME} says {record.rows:,}.",
        )


def _file_problem(
    folder: Path, table: str, file: TableFile, *, hashes: bool, progress: Progress | None
) -> Problem | None:
    path = folder / file.path
    if Path(file.path).is_absolute() or ".." in Path(file.path).parts:
        return Problem(
            table=table,
            rule="outside the folder",
            message=f"{FILE_NAME} names {file.path}, which is not inside the connectome.",
        )
    if not path.is_file():
        return Problem(table=table, rule="missing file", message=f"{file.path} is not there.")
    size = path.stat().st_size
    if size != file.bytes:
        return Problem(
            table=table,
            rule="changed file",
            message=f"{file.path} has {size:,} bytes, {FILE_NAME} says {file.bytes:,}: "
            "it was truncated or edited after it was written.",
        )
    if hashes and file_sha256(path, progress) != file.sha256:
        return Problem(
            table=table,
            rule="changed file",
            message=f"the SHA-256 of {file.path} is not the one in {FILE_NAME}: "
            "it was edited or damaged after it was written.",
        )
    return None


def _column_problems(
    table: str, file: str, schema: pa.Schema, record: TableRecord
) -> Iterator[Problem]:
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
    """Equal types, where the two Arrow layouts of text count as one."""
    if pa.types.is_string(wanted):
        return bool(pa.types.is_string(found) or pa.types.is_large_string(found))
    return bool(found == wanted)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else "no reason"
