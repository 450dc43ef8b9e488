"""Check a connectome: files, hashes, keys, references, types and ranges, each fault in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from .errors import ContractError, DamagedConnectomeError
from .folder import folder_path
from .integrity import Progress, file_problems
from .manifest import FILE_NAME, Manifest
from .object_store import StoredFolder, is_url
from .opening import Files, as_dataset, open_connectome
from .problem import Problem
from .rules import row_problems
from .schemas import TABLES
from .skeleton_loops import skeleton_loop_problems
from .spill import quoted, spilling_connection
from .swap import recover
from .terms import human_terms_problems

if TYPE_CHECKING:
    import duckdb

_SMALL_ROWS = 200_000
# A table with one of these faults has no columns that the rules could be asked of.
_NO_ROWS = {
    *("missing file", "unreadable file", "outside the folder"),
    *("column type", "missing column", "repeated column"),
}


def check(
    path: str | Path | StoredFolder,
    *,
    bytes_read: Progress | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Problem]:
    """Check a connectome folder completely.

    Parameters
    ----------
    path : str or Path
        A folder, or the address of one in an object store (``s3://bucket/fly``), every byte of
        which is then fetched.
    bytes_read : callable, optional
        Told how many bytes have been hashed since the last call.
    progress : callable, optional
        Told in words what is checked next.

    Returns
    -------
    list of Problem
        Empty where all is well. A damaged file is reported and the rules that need its table are
        left out, so that one fault does not hide another.

    Examples
    --------
    >>> [str(problem) for problem in check("/no/such/folder")]
    ['folder: not there: /no/such/folder does not exist.']
    """
    folder: Path | StoredFolder
    if isinstance(path, StoredFolder):
        folder = path
    elif is_url(path):
        folder = StoredFolder(str(path))
    else:
        try:
            folder = folder_path(path)
        except ContractError as error:
            return [Problem(table="folder", rule="not a path", message=str(error))]
        recover(folder)
        if not folder.exists():
            return [Problem(table="folder", rule="not there", message=f"{folder} does not exist.")]
        if not folder.is_dir():
            return [
                Problem(
                    table="folder",
                    rule="not a folder",
                    message=f"{folder} is a file; a connectome is a folder with {FILE_NAME} in it.",
                )
            ]
    try:
        opened = open_connectome(folder)
    except DamagedConnectomeError as error:
        return [Problem(table=FILE_NAME, rule="manifest", message=str(error))]
    if progress is not None:
        progress("files and hashes")
    problems = human_terms_problems(opened.manifest)
    problems += file_problems(opened.files, opened.manifest, hashes=True, progress=bytes_read)
    with spilling_connection(folder.parent) as connection:
        return problems + contract_problems(
            connection, opened.files, opened.manifest, problems, progress
        )


def contract_problems(
    connection: duckdb.DuckDBPyConnection,
    files: Files,
    manifest: Manifest,
    known: list[Problem],
    progress: Callable[[str], None] | None = None,
    *,
    folder: Path | None = None,
) -> list[Problem]:
    """Check the rows of every table of the contract that can be read.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        The tables are registered there under their names.
    files : mapping
        The open files of the manifest.
    manifest : Manifest
    known : list of Problem
        What is wrong with the files. Rows are checked wherever the file can be read as its
        columns say: a changed file has changed rows, and the reader wants to know which.
    progress : callable, optional
    folder : Path, optional
        Where the files lie, for a writer whose files nobody else can be replacing. DuckDB then
        reads them itself, in a third of the time that Arrow takes to hand them over.
    """
    import duckdb

    broken = {problem.table for problem in known if problem.rule in _NO_ROWS}
    names = [name for name in manifest.tables if name in TABLES and name not in broken]
    problems: list[Problem] = []
    try:
        columns: dict[str, set[str]] = {}
        for name in names:
            table = as_dataset(files, manifest.tables[name])
            if table.count_rows() <= _SMALL_ROWS:
                # Some 20 queries follow; each would open the scan anew.
                table = table.to_table()
            columns[name] = set(table.schema.names)
            if folder is not None and not isinstance(table, pa.Table) and _is_plain(folder):
                paths = ", ".join(quoted(folder / f.path) for f in manifest.tables[name].files)
                connection.execute(
                    f"CREATE VIEW {name} AS SELECT * FROM "
                    f"read_parquet([{paths}], hive_partitioning = false)"
                )
            else:
                connection.register(name, table)
        problems += row_problems(connection, manifest, columns, progress)
        if "skeletons" in columns:
            problems += skeleton_loop_problems(connection)
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        reason = str(error).strip().split("\n", maxsplit=1)[0].rstrip(".")
        problems.append(
            Problem(
                table="folder",
                rule="unreadable rows",
                message=f"the rows cannot be read: {reason}.",
            )
        )
    return problems


def _is_plain(folder: Path) -> bool:
    """Whether DuckDB takes a path as it is, and not as a pattern."""
    return not set(str(folder)) & set("*?[]{}\\")
