"""Session: DuckDB over one connectome's tables, read-only, streaming, spilling."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.dataset as pads

from .check import check
from .errors import ContractError, DamagedConnectomeError
from .integrity import file_problems, table_files, total_bytes
from .manifest import FILE_NAME, Manifest, read_manifest
from .read_only import require_select
from .spill import make_view, spill_folder
from .swap import recover

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

# Up to here every byte and row is checked on opening (well under a second); above, sizes, footers,
# columns and row counts are, and `neuropil check` does the rest.
CHECK_ALL_BELOW_BYTES = 8_000_000


class Session:
    """One connectome folder, opened for SQL.

    Every table of the manifest is a view under its own name. A query can read those views and
    nothing else: it cannot write, reach another file, change a setting or load an extension.

    Parameters
    ----------
    path : str or Path
        A connectome folder.
    verify : bool, optional
        Check every byte, key and reference before the first query. By default that is done for
        small connectomes; for larger ones sizes, footers, columns and row counts are compared.
    file_access : bool
        Give SQL free hand: other files, COPY, ATTACH, extensions.
    memory_limit : str, optional
        Memory DuckDB may use before it spills to disk, for instance ``"4GB"``.
    threads : int, optional

    Raises
    ------
    DamagedConnectomeError
        Where the folder is not what its manifest says; the first problem is named.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        verify: bool | None = None,
        file_access: bool = False,
        memory_limit: str | None = None,
        threads: int | None = None,
    ) -> None:
        self.path = Path(path).expanduser().resolve()
        self.file_access = file_access
        self.memory_limit = memory_limit
        self.threads = threads
        self.manifest, self._stamp = _read_unmoved(self.path)
        self.verified = _verify(self.path, self.manifest, verify)
        self._spill = spill_folder(self.path.parent)
        self._connection = self._connect()
        self._parser = _connect({})
        self._joined: set[str] = set()
        self._close = weakref.finalize(
            self, _close, self._connection, self._parser, str(self._spill)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return (
            _reopen,
            (str(self.path), False, self.file_access, self.memory_limit, self.threads),
        )

    def close(self) -> None:
        """Close the session and remove what it spilled."""
        self._close()

    def sql(
        self,
        query: str,
        params: Sequence[Any] | Mapping[str, Any] | None = None,
        tables: Mapping[str, pd.DataFrame | pa.Table] | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Ask a question in SQL.

        Parameters
        ----------
        query : str
            One SELECT. Values go into `params`, as ``?`` or ``$name``.
        params : sequence or mapping, optional
        tables : mapping of str to DataFrame or pyarrow.Table, optional
            Tables of your own to join with, by the name the query uses.

        Returns
        -------
        duckdb.DuckDBPyRelation
            Lazy: ``.df()``, ``.arrow()``, ``.fetchall()``, ``.show()`` run it.

        Raises
        ------
        ReadOnlyError
            Where the query is not a SELECT.
        DamagedConnectomeError
            Where another writer has replaced the connectome since it was opened.
        """
        self._require_unmoved()
        if not self.file_access:
            require_select(self._parser, query)
        for name, rows in (tables or {}).items():
            self._join(name, rows)
        # Statements without a result, which only file_access lets through, give None.
        relation: duckdb.DuckDBPyRelation | None = self._connection.sql(query, params=params)
        return self._connection.sql("SELECT 'done' AS result") if relation is None else relation

    def table(self, name: str) -> duckdb.DuckDBPyRelation:
        """One table as a lazy relation."""
        if name not in self.manifest.tables:
            msg = (
                f"{self.manifest.name} has no table {name}; "
                f"it has {', '.join(self.manifest.tables)}."
            )
            raise ContractError(msg)
        self._require_unmoved()
        return self._connection.table(name)

    def _join(self, name: str, rows: pd.DataFrame | pa.Table) -> None:
        if name in self.manifest.tables:
            msg = f"{name} is a table of the connectome; give yours another name."
            raise ContractError(msg)
        if name in self._joined:
            self._connection.unregister(name)
        self._connection.register(name, rows)
        self._joined.add(name)

    def _connect(self) -> duckdb.DuckDBPyConnection:
        config: dict[str, str] = {"temp_directory": str(self._spill)}
        if self.memory_limit is not None:
            config["memory_limit"] = self.memory_limit
        if self.threads is not None:
            config["threads"] = str(self.threads)
        connection = _connect(config)
        for name, record in self.manifest.tables.items():
            files = table_files(self.path, record)
            if self.file_access:
                make_view(connection, name, files)
            else:
                paths = [str(file) for file in files]
                connection.register(name, pads.dataset(paths, format="parquet"))
        if not self.file_access:
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        return connection

    def _require_unmoved(self) -> None:
        if _manifest_stamp(self.path) != self._stamp:
            msg = f"{self.path} has been replaced since it was opened; open it again."
            raise DamagedConnectomeError(msg)


def _connect(config: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    import duckdb

    settings: dict[str, Any] = {"python_enable_replacements": "false", **config}
    connection = duckdb.connect(":memory:", config=settings)
    # DuckDB's own bar prints control characters into notebooks and logs.
    connection.execute("SET enable_progress_bar = false")
    return connection


def _reopen(
    path: str, verify: bool | None, file_access: bool, memory_limit: str | None, threads: int | None
) -> Session:
    return Session(
        path,
        verify=verify,
        file_access=file_access,
        memory_limit=memory_limit,
        threads=threads,
    )


def _close(
    connection: duckdb.DuckDBPyConnection, parser: duckdb.DuckDBPyConnection, spill: str
) -> None:
    connection.close()
    parser.close()
    shutil.rmtree(spill, ignore_errors=True)


def _read_unmoved(folder: Path) -> tuple[Manifest, tuple[int, int, int]]:
    """Read the manifest and remember which file it was, so that a later swap is noticed."""
    recover(folder)
    if not folder.exists():
        msg = (
            f"{folder} does not exist. Give a connectome folder or a bundled name "
            "(`neuropil datasets` lists them)."
        )
        raise DamagedConnectomeError(msg)
    while True:
        stamp = _manifest_stamp(folder)
        manifest = read_manifest(folder)
        if stamp == _manifest_stamp(folder) and stamp is not None:
            return manifest, stamp


def _manifest_stamp(folder: Path) -> tuple[int, int, int] | None:
    try:
        status = (folder / FILE_NAME).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns


def _verify(folder: Path, manifest: Manifest, verify: bool | None) -> bool:
    everything = total_bytes(manifest) <= CHECK_ALL_BELOW_BYTES if verify is None else verify
    problems = check(folder) if everything else list(file_problems(folder, manifest, hashes=False))
    if problems:
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        msg = (
            f"{folder} is damaged: {str(problems[0]).rstrip('.')}{more}. `neuropil check` lists "
            "all; write it again from its source."
        )
        raise DamagedConnectomeError(msg)
    return everything
