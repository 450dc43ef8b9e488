"""Session: DuckDB over one connectome's tables, read-only, streaming, spilling."""

from __future__ import annotations

import os
import re
import shutil
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ContractError, DamagedConnectomeError, one_line
from .folder import folder_path
from .manifest import Manifest, require_table_name
from .read_only import require_select
from .snapshot import Snapshot, take_snapshot
from .spill import hide_progress_bar, spill_folder

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa


class Session:
    """One connectome folder, opened for SQL.

    Every table of the manifest is a view under its own name. A query can read those views and
    nothing else: it cannot write, reach another file, change a setting or load an extension.
    The session holds the files it opened, so what it reads stays one whole connectome even while
    another writer replaces the folder; new questions are then refused.

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
        self.path = folder_path(path)
        self.file_access = file_access
        self.memory_limit = memory_limit
        self.threads = threads
        self._snapshot: Snapshot = take_snapshot(self.path, verify=verify)
        self.manifest = self._snapshot.manifest
        self.verified = self._snapshot.verified
        self._spill = spill_folder(self.path.parent)
        self._connection = self._connect()
        self._lock = threading.Lock()
        self._cursors: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()
        self._close = weakref.finalize(
            self,
            _close,
            self._connection,
            self._cursors,
            str(self._spill),
            os.getpid(),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return (
            _reopen,
            (self.path, self.manifest, self.file_access, self.memory_limit, self.threads),
        )

    def close(self) -> None:
        """Close the session and remove what it spilled; its relations end with it."""
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
            Tables of your own to join with in this query, by the name it uses.

        Returns
        -------
        duckdb.DuckDBPyRelation
            Lazy: ``.df()``, ``.arrow()``, ``.fetchall()``, ``.show()`` run it.

        Raises
        ------
        ReadOnlyError
            Where the query is not a SELECT over the connectome.
        DamagedConnectomeError
            Where another writer has replaced the connectome since it was opened.
        """
        import duckdb

        self._snapshot.require_unmoved()
        if not self.file_access:
            require_select(query)
        connection = self._cursor(tables or {})
        # Statements without a result, which only file_access lets through, give None.
        relation: Any
        try:
            relation = connection.sql(query, params=params)
        except duckdb.CatalogException as error:
            raise self._missing_table(error) from None
        return self._kept(
            connection.sql("SELECT 'done' AS result") if relation is None else relation
        )

    def table(self, name: str) -> duckdb.DuckDBPyRelation:
        """One table as a lazy relation."""
        if name not in self.manifest.tables:
            msg = (
                f"{self.manifest.name} has no table {name}; "
                f"it has {', '.join(self.manifest.tables)}."
            )
            raise ContractError(msg)
        self._snapshot.require_unmoved()
        return self._kept(self._cursor({}).table(name))

    def _missing_table(self, error: duckdb.CatalogException) -> Exception:
        """Say which tables there are, where DuckDB guesses at its own."""
        found = re.match(r"Catalog Error: Table with name (\S+) does not exist", str(error))
        if found is None:
            return error
        return ContractError(
            f"{self.manifest.name} has no table {found[1]}; it has "
            f"{', '.join(self.manifest.tables)}."
        )

    def _kept(self, relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """Let the relation keep this session: it dies with its connection, and nobody else holds
        the one of ``Session(path).sql(query)``.
        """
        weakref.finalize(relation, _nothing, self).atexit = False
        return relation

    def _cursor(self, tables: Mapping[str, pd.DataFrame | pa.Table]) -> duckdb.DuckDBPyConnection:
        """Connect anew, with tables of the user's beside the connectome's.

        Every question has a connection of its own, which costs under a millisecond: DuckDB allows
        one open result on each, so that reading one answer as a stream would bar the next
        question. And relations look names up when they run, so that a later table under the same
        name would change what an earlier relation gives.
        """
        import duckdb

        taken = {name.casefold() for name in self.manifest.tables}
        for name in tables:
            require_table_name(name)
            if name.casefold() in taken:
                msg = f"{name} is a table of the connectome; give yours another name."
                raise ContractError(msg)
        with self._lock:
            connection = self._connection.cursor()
        for name, table in self._snapshot.tables.items():
            connection.register(name, table)
        for name, rows in tables.items():
            try:
                connection.register(name, rows)
            except (duckdb.Error, TypeError):
                msg = (
                    f"{name} must be a pandas DataFrame or a pyarrow Table, "
                    f"got {type(rows).__module__}.{type(rows).__qualname__}."
                )
                raise ContractError(msg) from None
        with self._lock:
            self._cursors.add(connection)
        return connection

    def _connect(self) -> duckdb.DuckDBPyConnection:
        config = {"temp_directory": str(self._spill)}
        if self.memory_limit is not None:
            config["memory_limit"] = self.memory_limit
        if self.threads is not None:
            config["threads"] = str(self.threads)
        if not self.file_access:
            # Naming a function of an extension would otherwise fetch and run it.
            config["autoinstall_known_extensions"] = "false"
            config["autoload_known_extensions"] = "false"
        connection = _connect(config)
        for name, table in self._snapshot.tables.items():
            connection.register(name, table)
        if not self.file_access:
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
        return connection


def _nothing(_: Session) -> None:
    pass


def _connect(config: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    import duckdb

    settings: dict[str, Any] = {"python_enable_replacements": "false", **config}
    try:
        connection = duckdb.connect(":memory:", config=settings)
    except duckdb.Error as error:
        asked = {name: config[name] for name in ("memory_limit", "threads") if name in config}
        msg = one_line(
            f"DuckDB cannot be started with {asked}: {one_line(error).rstrip('.')}. "
            'A limit looks like "4GB", threads are 1 or more.'
        )
        raise ValueError(msg) from None
    hide_progress_bar(connection)
    return connection


def _reopen(
    path: Path,
    manifest: Manifest,
    file_access: bool,
    memory_limit: str | None,
    threads: int | None,
) -> Session:
    """Open in another process what one process had opened."""
    session = Session(
        path, verify=False, file_access=file_access, memory_limit=memory_limit, threads=threads
    )
    if session.manifest != manifest:
        session.close()
        msg = f"{path} has been replaced since it was opened; open it again."
        raise DamagedConnectomeError(msg)
    return session


def _close(
    connection: duckdb.DuckDBPyConnection,
    cursors: weakref.WeakSet[duckdb.DuckDBPyConnection],
    spill: str,
    owner: int,
) -> None:
    if os.getpid() != owner:
        return  # a forked child has no business with its parent's files
    # Before the interpreter ends: Arrow's reading threads must not outlive it.
    for opened in (*cursors, connection):
        opened.close()
    shutil.rmtree(spill, ignore_errors=True)
