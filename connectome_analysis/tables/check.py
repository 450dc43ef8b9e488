"""Check a connectome: files, hashes, keys, references, types and ranges, each fault in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from .errors import DamagedConnectomeError
from .integrity import Progress, file_problems, table_files
from .manifest import FILE_NAME, Manifest, read_manifest
from .problem import Problem
from .rules import row_problems
from .schemas import TABLES
from .skeleton_loops import skeleton_loop_problems
from .spill import make_view, spilling_connection
from .swap import recover


def check(
    path: str | Path,
    *,
    bytes_read: Progress | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Problem]:
    """Check a connectome folder completely.

    Parameters
    ----------
    path : str or Path
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
    folder = Path(path).expanduser().resolve()
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
        manifest = read_manifest(folder)
    except DamagedConnectomeError as error:
        return [Problem(table=FILE_NAME, rule="manifest", message=str(error))]
    if progress is not None:
        progress("files and hashes")
    problems = list(file_problems(folder, manifest, hashes=True, progress=bytes_read))
    # Rows are checked wherever the file can be read as its columns say: a changed file has
    # changed rows, and the reader of the report wants to know which.
    broken = {
        problem.table
        for problem in problems
        if problem.rule in {"missing file", "unreadable file", "outside the folder"}
        or (problem.rule in {"column type", "missing column"})
    }
    readable = [name for name in manifest.tables if name in TABLES and name not in broken]
    problems += _row_problems(folder, manifest, readable, progress)
    return problems


def staged_problems(folder: Path, manifest: Manifest) -> list[Problem]:
    """Check the tables of a folder whose manifest is not yet written beside them."""
    tables = [name for name in manifest.tables if name in TABLES]
    return _row_problems(folder, manifest, tables, None)


def _row_problems(
    folder: Path,
    manifest: Manifest,
    tables: Iterable[str],
    progress: Callable[[str], None] | None,
) -> list[Problem]:
    import duckdb
    import pyarrow.parquet as pq

    problems: list[Problem] = []
    columns: dict[str, set[str]] = {}
    with spilling_connection(folder.parent) as connection:
        for name in tables:
            files = table_files(folder, manifest.tables[name])
            columns[name] = set(pq.read_schema(files[0]).names)
            make_view(connection, name, files)
        try:
            problems += row_problems(connection, manifest, columns, progress)
            if "skeletons" in columns:
                problems += skeleton_loop_problems(connection)
        except duckdb.Error as error:
            problems.append(
                Problem(
                    table="folder",
                    rule="unreadable rows",
                    message=f"the rows cannot be read: {str(error).splitlines()[0].rstrip('.')}.",
                )
            )
    return problems
