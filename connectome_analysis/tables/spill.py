"""A private DuckDB connection that may use the disk beside the data when memory runs short."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_PREFIX = ".neuropil-spill-"
# A query that has not touched its spilled data for a week is not running.
_ABANDONED_AFTER_S = 7 * 24 * 3600


def spill_folder(beside: Path) -> Path:
    """Name a folder for DuckDB to spill into; DuckDB makes it only when it needs it.

    It stands beside the data, because a system's temporary folder is often in memory; where that
    place cannot be written, in the system's temporary folder. What killed processes spilled there
    long ago is cleared away.
    """
    parent = beside if os.access(beside, os.W_OK) else Path(tempfile.gettempdir())
    _clear_abandoned(parent)
    return parent / f"{_PREFIX}{secrets.token_hex(6)}"


def _clear_abandoned(parent: Path) -> None:
    now = time.time()
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if not entry.name.startswith(_PREFIX) or not entry.is_dir(follow_symlinks=False):
                continue
            with suppress(OSError):
                inside = [item.stat().st_mtime for item in Path(entry).iterdir()]
                if now - max(inside, default=entry.stat().st_mtime) > _ABANDONED_AFTER_S:
                    shutil.rmtree(entry, ignore_errors=True)


def quoted(path: Path | str) -> str:
    """A path as a SQL text literal."""
    return "'" + str(path).replace("'", "''") + "'"


def hide_progress_bar(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep DuckDB's own bar, which prints control characters, out of notebooks and logs.

    In Jupyter without ipywidgets it is off already, and DuckDB then refuses to set it at all.
    """
    ((on,),) = connection.execute("SELECT current_setting('enable_progress_bar')").fetchall()
    if on:
        connection.execute("SET enable_progress_bar = false")


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
        hide_progress_bar(connection)
        yield connection
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)
