"""Write a connectome: staged, checked by the same rules as `check`, then put in place in one step."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from .check import staged_problems
from .columns import TableLike, as_reader
from .errors import ContractError
from .integrity import file_sha256
from .manifest import FILE_NAME, Manifest, TableFile, TableRecord, read_manifest
from .problem import Problem
from .schemas import REQUIRED_TABLES, TABLES
from .spill import quoted, spilling_connection
from .swap import put_in_place, staging_folder

# One row group of edges is then about 1 MB compressed: small enough to skip by pre_id, large
# enough that the footer of a whole brain stays under 1 MB.
ROW_GROUP_ROWS = 122_880


def write(
    path: str | Path,
    tables: Mapping[str, TableLike],
    manifest: Manifest,
    *,
    overwrite: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Write tables and manifest as a connectome folder.

    Everything goes to a hidden folder beside `path`, is checked there, and is renamed into place
    last: whatever stops the writer, `path` is the old connectome or the new one, whole.

    Parameters
    ----------
    path : str or Path
        The folder to make.
    tables : mapping of str to DataFrame, pyarrow.Table or RecordBatchReader
        ``nodes`` and ``edges`` at least. A reader is streamed, so tables may be larger than
        memory. Tables beyond the contract are kept as they are.
    manifest : Manifest
        Its ``tables`` and ``written_at`` are filled in here.
    overwrite : bool
        Replace a connectome that stands at `path`. Anything else at `path` is never replaced.
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
    target = Path(path).expanduser().resolve()
    say = progress or (lambda _: None)
    _require_free(target, overwrite=overwrite)
    missing = [name for name in REQUIRED_TABLES if name not in tables]
    if missing:
        msg = (
            f"A connectome needs the tables {' and '.join(REQUIRED_TABLES)}, "
            f"got {', '.join(tables) or 'none'}; {' and '.join(missing)} missing."
        )
        raise ContractError(msg)
    for name in tables:
        if not name.isidentifier():
            msg = f"A table's name must be a plain word, got {name!r}."
            raise ContractError(msg)
    with staging_folder(target) as staging:
        records = {}
        for name, rows in tables.items():
            say(f"writing {name}")
            records[name] = _write_table(staging, name, rows)
        complete = manifest.with_tables(records, _now())
        say("checking")
        problems = staged_problems(staging, complete)
        if problems:
            raise ContractError(_refusal(problems))
        (staging / FILE_NAME).write_text(complete.to_json(), encoding="utf-8")
        _require_free(target, overwrite=overwrite)
        put_in_place(staging, target)
    return target


def _write_table(staging: Path, name: str, rows: TableLike) -> TableRecord:
    reader = as_reader(name, rows)
    file = staging / f"{name}.parquet"
    order = ""
    if name in TABLES:
        order = "ORDER BY " + ", ".join(f'"{column}"' for column in TABLES[name].order)
    with spilling_connection(staging) as connection:
        connection.register("rows", reader)
        connection.execute(
            f"COPY (SELECT * FROM rows {order}) TO {quoted(file)} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
        )
    with pq.ParquetFile(file) as footer:
        schema, count = footer.schema_arrow, footer.metadata.num_rows
    return TableRecord(
        rows=count,
        files=(TableFile(path=file.name, bytes=file.stat().st_size, sha256=file_sha256(file)),),
        columns={field.name: str(field.type) for field in schema},
    )


def _require_free(target: Path, *, overwrite: bool) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        msg = f"{target} is a file; a connectome is a folder. Choose another name."
        raise ContractError(msg)
    if not any(target.iterdir()):
        return
    if not (target / FILE_NAME).is_file():
        msg = (
            f"{target} exists and is not a connectome (no {FILE_NAME}), so it is left alone. "
            "Choose another name."
        )
        raise ContractError(msg)
    if not overwrite:
        msg = f"{target} exists. Choose another name, or ask to overwrite it."
        raise ContractError(msg)
    strangers = _strangers(target)
    if strangers:
        msg = (
            f"{target} holds files that are not the connectome's ({', '.join(strangers[:3])}"
            f"{', ...' if len(strangers) > 3 else ''}). Move them away before overwriting."
        )
        raise ContractError(msg)


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
