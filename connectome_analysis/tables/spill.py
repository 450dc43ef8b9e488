"""A private DuckDB connection that may use the disk beside the data when memory runs short."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def spill_folder(beside: Path) -> Path:
    """Name a folder for DuckDB to spill into; DuckDB makes it only when it needs it.

    It stands beside the data, because a system's temporary folder is often in memory; where that
    place cannot be written, in the system's temporary folder.
    """
    parent = beside if os.access(beside, os.W_OK) else Path(tempfile.gettempdir())
    return parent / f".neuropil-spill-{secrets.token_hex(6)}"


def quoted(path: Path | str) -> str:
    """A path as a SQL text literal."""
    return "'" + str(path).replace("'", "''") + "'"


def make_view(connection: duckdb.DuckDBPyConnection, name: str, files: Iterable[Path]) -> None:
    """Let `name` be the rows of Parquet files, read when asked for."""
    listed = ", ".join(quoted(file) for file in files)
    connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{listed}])')


@contextmanager
def spilling_connection(beside: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB that spills beside `beside` and leaves nothing behind."""
    import duckdb

    folder = spill_folder(beside)
    connection = duckdb.connect(
        ":memory:",
        config={"temp_directory": str(folder), "python_enable_replacements": "false"},
    )
    try:
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)
