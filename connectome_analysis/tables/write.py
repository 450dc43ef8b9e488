"""Write a connectome: staged, checked by the same rules as `check`, then put in place in one step."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from .check import contract_problems
from .columns import Query, TableLike, as_select, as_stream
from .errors import ContractError, one_line
from .folder import folder_path
from .integrity import file_sha256
from .manifest import (
    FILE_NAME,
    Manifest,
    TableFile,
    TableRecord,
    read_manifest,
    require_table_name,
)
from .opening import open_files
from .partitions import BY, conditions
from .problem import Problem
from .schemas import REQUIRED_TABLES, TABLES
from .spill import quoted, spilling_connection
from .stamp import manifest_stamp
from .swap import put_in_place, recover, staging_folder, sync
from .terms import require_human_terms

if TYPE_CHECKING:
    import duckdb

# One row group of edges is then about 1 MB compressed: small enough to skip by pre_id, large
# enough that the footer of a whole brain stays under 1 MB.
ROW_GROUP_ROWS = 122_880
MOST_ROWS_PER_FILE = 100_000_000
# Level 1 of zstd takes a third less time than the usual 3 and gives files as small, or smaller.
PARQUET = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP_ROWS}"


def write(
    path: str | Path,
    tables: Mapping[str, TableLike],
    manifest: Manifest,
    *,
    overwrite: bool = False,
    most_rows_per_file: int = MOST_ROWS_PER_FILE,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Write tables and manifest as a connectome folder.

    Everything goes to a hidden folder beside `path`, is checked there, and is renamed into place
    last: whatever stops the writer, `path` is the old connectome or the new one, whole.

    Parameters
    ----------
    path : str or Path
        The folder to make.
    tables : mapping of str to DataFrame, pyarrow.Table, RecordBatchReader or Query
        ``nodes`` and ``edges`` at least. A reader or a `Query` is streamed, so tables may be larger
        than memory. Tables beyond the contract are kept as they are.
    manifest : Manifest
        Its ``tables`` and ``written_at`` are filled in here.
    overwrite : bool
        Replace a connectome that stands at `path`. Anything else at `path` is never replaced.
    most_rows_per_file : int
        A `Query` of edges or synapses with more rows becomes a folder of files, cut by ranges of
        ``pre_id``; see `partitions`.
    progress : callable, optional
        Told in words what is done next.

    Returns
    -------
    Path
        The resolved folder.

    Raises
    ------
    ContractError
        Where a table breaks the contract, naming table, column and an example; or where `path`
        is taken. Nothing is written then.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> nodes = pd.DataFrame({"node_id": [1, 2]})
    >>> edges = pd.DataFrame(
    ...     {"pre_id": [1], "post_id": [2], "edge_type": ["chemical"], "weight": [3.0]}
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write(f"{folder}/two", {"nodes": nodes, "edges": edges}, Manifest(name="two"))
    ...     sorted(file.name for file in written.iterdir())
    ['connectome.json', 'edges.parquet', 'nodes.parquet']
    """
    target = folder_path(path)
    say = progress or (lambda _: None)
    _require_free(target, overwrite=overwrite)
    _require_table_names(list(tables))
    require_human_terms(manifest)
    manifest.to_json()  # what JSON cannot hold is told before an hour of writing, not after
    with staging_folder(target) as staging:
        records = {}
        with spilling_connection(staging) as connection:
            for name, rows in tables.items():
                say(f"writing {name}")
                records[name] = _write_table(connection, staging, name, rows, most_rows_per_file)
            complete = manifest.with_tables(records, _now())
            say("checking")
            files = open_files(staging, complete)
            problems = contract_problems(connection, files, complete, [], folder=staging)
        if problems:
            raise ContractError(_refusal(problems))
        (staging / FILE_NAME).write_bytes(complete.to_json().encode())
        say("putting it in place")
        sync(staging)
        _require_free(target, overwrite=overwrite)
        put_in_place(staging, target, overwrite=overwrite)
    return target


def _write_table(
    connection: duckdb.DuckDBPyConnection,
    staging: Path,
    name: str,
    rows: TableLike,
    most_rows: int,
) -> TableRecord:
    import duckdb

    file = staging / f"{name}.parquet"
    order_columns = TABLES[name].order if name in TABLES else ()
    order = "ORDER BY " + ", ".join(f'"{c}"' for c in order_columns) if order_columns else ""
    select = as_select(name, rows) if isinstance(rows, Query) else None
    stream = None
    if isinstance(rows, Query) and select is not None:
        connection = rows.connection  # not a cursor of it: that does not know what is registered
        order = "" if rows.in_order else order
    else:
        stream = as_stream(name, rows)
        connection.register("rows", stream.reader)
        select = "SELECT * FROM rows"
    files = [file]
    try:
        wheres = ["true"]
        if stream is None and order_columns[:1] == (BY,):
            ((rows_in,),) = connection.execute(f"SELECT count(*) FROM ({select})").fetchall()
            wheres = conditions(connection, select, rows_in, most_rows)
        if len(wheres) > 1:
            (staging / name).mkdir()
            files = [staging / name / f"part-{i}.parquet" for i in range(len(wheres))]
        for where, path in zip(wheres, files, strict=True):
            part = select if where == "true" else f"SELECT * FROM ({select}) WHERE {where}"
            connection.execute(f"COPY ({part} {order}) TO {quoted(path)} ({PARQUET})")
    except duckdb.Error as error:
        if stream is not None and stream.failure is not None:
            raise stream.failure from None
        # A full disk or a full memory breaks no contract.
        kind: type[Exception] = ContractError
        if isinstance(error, duckdb.IOException):
            kind = OSError
        elif isinstance(error, duckdb.OutOfMemoryException):
            kind = MemoryError
        msg = f"{name} cannot be written: {one_line(error).rstrip('.')}."
        raise kind(msg) from None
    finally:
        if stream is not None:
            connection.unregister("rows")
    count = 0
    for path in files:
        with pq.ParquetFile(path) as footer:
            schema = footer.schema_arrow
            count += footer.metadata.num_rows
    return TableRecord(
        rows=count,
        files=tuple(
            TableFile(
                path=path.relative_to(staging).as_posix(),
                bytes=path.stat().st_size,
                sha256=file_sha256(path),
            )
            for path in files
        ),
        columns={field.name: str(field.type) for field in schema},
    )


def _require_table_names(names: Sequence[str]) -> None:
    for name in names:
        require_table_name(name)
    folded = [name.casefold() for name in names]
    repeated = sorted({name for name in names if folded.count(name.casefold()) > 1})
    if repeated:
        msg = f"Tables must differ in more than capitals, got {' and '.join(repeated)}. Rename one."
        raise ContractError(msg)
    missing = [name for name in REQUIRED_TABLES if name not in names]
    if missing:
        msg = (
            f"A connectome needs the tables {' and '.join(REQUIRED_TABLES)}, "
            f"got {', '.join(names) or 'none'}; {' and '.join(missing)} missing."
        )
        raise ContractError(msg)


def _require_free(target: Path, *, overwrite: bool) -> None:
    while True:
        recover(target)
        before = manifest_stamp(target)
        try:
            reason = _why_not_free(target, overwrite=overwrite)
        except FileNotFoundError:
            continue  # replaced while it was listed
        if reason is None:
            return
        # The manifest of one connectome and the files of the next do not agree.
        if manifest_stamp(target) == before:
            raise ContractError(reason)


def _why_not_free(target: Path, *, overwrite: bool) -> str | None:
    if not target.exists():
        return None
    if not target.is_dir():
        return f"{target} is a file; a connectome is a folder. Choose another name."
    if not any(target.iterdir()):
        return None
    if not (target / FILE_NAME).is_file():
        return (
            f"{target} exists and is not a connectome (no {FILE_NAME}), so it is left alone. "
            "Choose another name."
        )
    if not overwrite:
        return f"{target} exists. Choose another name, or ask to overwrite it."
    strangers = _strangers(target)
    if strangers:
        return (
            f"{target} holds files that are not the connectome's ({', '.join(strangers[:3])}"
            f"{', ...' if len(strangers) > 3 else ''}). Move them away before overwriting."
        )
    return None


def _strangers(target: Path) -> list[str]:
    """Files that replacing the folder would lose although no manifest names them."""
    try:
        manifest = read_manifest(target)
        known = {file.path for record in manifest.tables.values() for file in record.files}
    except ContractError:
        known = {f"{name}.parquet" for name in TABLES}  # a damaged one may be written anew
    known.add(FILE_NAME)
    return sorted(
        str(file.relative_to(target))
        for file in target.rglob("*")
        if file.is_file() and file.relative_to(target).as_posix() not in known
    )


def _refusal(problems: Sequence[Problem]) -> str:
    first, *others = (str(problem) for problem in problems)
    if not others:
        return f"Not written. {first}"
    return f"Not written, {len(problems)} problems. {first} Also: {' '.join(others)}"


def _now() -> str:
    """The time now, or SOURCE_DATE_EPOCH where a build must be the same every time."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    when = dt.datetime.fromtimestamp(int(epoch), dt.UTC) if epoch else dt.datetime.now(dt.UTC)
    return when.isoformat(timespec="seconds")
