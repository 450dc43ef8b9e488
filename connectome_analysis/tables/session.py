"""Session: DuckDB over one connectome's tables, read-only, streaming, spilling."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import threading
import weakref
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .derived import derived_table, read_derived, unknown_ids, write_derived
from .errors import ContractError, DamagedConnectomeError, one_line
from .folder import folder_path
from .manifest import Manifest, require_table_name
from .object_store import StoredFolder, is_url
from .read_only import require_select
from .snapshot import Snapshot, take_snapshot
from .spill import hide_progress_bar, spill_folder
from .terms import require_leave
from .views import View, views_of

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

    from .columns import TableLike

_WORD = re.compile(r"[A-Za-z_]\w*")


class Session:
    """One connectome folder, opened for SQL.

    Every table of the manifest is a view under its own name; `views` are beside them, and tables that
    were registered. A query can read those and nothing else: it cannot write, reach another file,
    change a setting or load an extension. The session holds the files it opened, so what it reads stays one whole connectome even while
    another writer replaces the folder; new questions are then refused.

    Parameters
    ----------
    path : str or Path
        A connectome folder, or the address of one in an object store (``s3://bucket/fly``).
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
        path: str | Path | StoredFolder,
        *,
        verify: bool | None = None,
        file_access: bool = False,
        memory_limit: str | None = None,
        threads: int | None = None,
    ) -> None:
        self.path: Path | StoredFolder
        if isinstance(path, StoredFolder):
            self.path = path
        else:
            self.path = StoredFolder(str(path)) if is_url(path) else folder_path(path)
        self.file_access = file_access
        self.memory_limit = memory_limit
        self.threads = threads
        self._derived: dict[str, Derived] = {}
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
            (
                *(self.path, self.manifest, self.file_access, self.memory_limit, self.threads),
                self._derived,
            ),
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
        connection = self._cursor(tables or {}, query)
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
        """One table, view or registered table as a lazy relation."""
        there = name in self.manifest.tables or name in self._derived
        if not there and (name not in self.views or self.views[name].lacks):
            raise ContractError(self._no_table(name))
        self._snapshot.require_unmoved()
        return self._kept(self._cursor({}, name).table(name))

    @cached_property
    def views(self) -> Mapping[str, View]:
        """Every view by name: its SELECT, or what the connectome lacks for it."""
        return views_of(self.manifest)

    @property
    def derived(self) -> Mapping[str, Derived]:
        """Tables that were registered, by name."""
        return dict(self._derived)

    def register(
        self,
        name: str,
        rows: TableLike | pd.Series[Any] | str | Path,
        *,
        ids: Sequence[str] | None = None,
        replace: bool = False,
    ) -> None:
        """Put a table of one's own beside the connectome's, for every query of this session.

        Parameters
        ----------
        name : str
            A plain word that is no table or view of the connectome.
        rows : DataFrame, Series, pyarrow.Table or path
            A path is a ``.parquet`` file of `save` or any other, or a ``.csv`` file.
        ids : sequence of str, optional
            Columns that hold neurons; see `derived_table`. They must be integers and neurons of
            this connectome.
        replace : bool
            Take the place of a table that was registered before.

        Raises
        ------
        ContractError
            Where the name is taken, an id is no integer or no neuron here, or a file belongs to
            another connectome.
        """
        self._require_free_name(name)
        if name.casefold() in {n.casefold() for n in self._derived} and not replace:
            msg = f"A table {name} is registered already; give another name, or replace=True."
            raise ContractError(msg)
        if isinstance(rows, str | Path):
            rows, of_file = read_derived(rows, self.manifest, name=name)
            ids = of_file if ids is None else ids
        table, columns = derived_table(name, rows, ids)
        connection = self._cursor({name: table}, "")
        try:
            wrong = unknown_ids(connection, name, columns)
        finally:
            connection.close()
        if wrong is not None:
            raise ContractError(wrong)
        for old in [n for n in self._derived if n.casefold() == name.casefold()]:
            del self._derived[old]
        self._derived[name] = Derived(table, columns)

    def unregister(self, name: str) -> None:
        """Take a registered table away again."""
        self._registered(name)
        del self._derived[name]

    def save(
        self,
        name: str,
        path: str | Path,
        *,
        made_by: str | None = None,
        overwrite: bool = False,
        allow_restricted: bool = False,
    ) -> Path:
        """Write a registered table as a Parquet file that knows which connectome it belongs to.

        Parameters
        ----------
        name : str
        path : str or Path
            Ends in ``.parquet``, outside of any connectome.
        made_by : str, optional
            How it was computed, in words.
        overwrite, allow_restricted : bool
        """
        require_leave(
            self.manifest, allow_restricted=allow_restricted, way_out="allow_restricted=True"
        )
        table, ids = self._registered(name)
        return write_derived(
            path, table, self.manifest, name=name, ids=ids, made_by=made_by, overwrite=overwrite
        )

    def _registered(self, name: str) -> Derived:
        if name not in self._derived:
            known = ", ".join(self._derived) or "none"
            msg = f"No table {name} is registered; there are: {known}."
            raise ContractError(msg)
        return self._derived[name]

    def _no_table(self, name: str) -> str:
        """Say which tables there are, or what a view would need."""
        view = self.views.get(name.casefold())
        if view is not None and view.lacks:
            return f"{self.manifest.name} cannot have the view {view.name}: {view.lacks}."
        beside = f"; registered: {', '.join(self._derived)}" if self._derived else ""
        close = difflib.get_close_matches(name, self.views, n=1, cutoff=0.7)
        hint = f" Did you mean the view {close[0]}?" if close else ""
        return (
            f"{self.manifest.name} has no table {name}; it has {', '.join(self.manifest.tables)}"
            f"{beside}.{hint}"
        )

    def _missing_table(self, error: duckdb.CatalogException) -> Exception:
        """Say which tables there are, where DuckDB guesses at its own."""
        found = re.match(r"Catalog Error: Table with name (\S+) does not exist", str(error))
        return error if found is None else ContractError(self._no_table(found[1]))

    def _kept(self, relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """Let the relation keep this session: it dies with its connection, and nobody else holds
        the one of ``Session(path).sql(query)``.
        """
        weakref.finalize(relation, _nothing, self).atexit = False
        return relation

    def _require_free_name(self, name: str) -> None:
        require_table_name(name)
        if name.casefold() in {table.casefold() for table in self.manifest.tables}:
            msg = f"{name} is a table of the connectome; give yours another name."
            raise ContractError(msg)
        if name.casefold() in self.views:
            msg = f"{name} is a view over the connectome; give yours another name."
            raise ContractError(msg)

    def _make_views(self, connection: duckdb.DuckDBPyConnection, query: str) -> None:
        """Make the views that a query names, in its own connection: under a millisecond each."""
        words = {word.casefold() for word in _WORD.findall(query)}
        wanted = [name for name in self.views if name in words]
        if not wanted:
            return
        taken: set[str] = set()
        if self.file_access:  # a table of the user's own goes first
            rows = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
            taken = {str(name).casefold() for (name,) in rows}
        made: set[str] = set()
        for name in wanted:
            for part in (*self.views[name].uses, name):
                view = self.views[part]
                if not view.lacks and part not in taken and part not in made:
                    connection.execute(f"CREATE TEMP VIEW {part} AS {view.sql}")
                    made.add(part)

    def _cursor(
        self, tables: Mapping[str, pd.DataFrame | pa.Table], query: str
    ) -> duckdb.DuckDBPyConnection:
        """Connect anew, with tables of the user's beside the connectome's.

        Every question has a connection of its own, which costs under a millisecond: DuckDB allows
        one open result on each, so that reading one answer as a stream would bar the next
        question. And relations look names up when they run, so that a later table under the same
        name would change what an earlier relation gives.
        """
        import duckdb

        for name in tables:
            self._require_free_name(name)
        with self._lock:
            connection = self._connection.cursor()
        for name, table in self._snapshot.tables.items():
            connection.register(name, table)
        beside = {name.casefold() for name in tables}
        for name, derived in self._derived.items():
            if name.casefold() not in beside:  # what came with the query goes first
                connection.register(name, derived.table)
        for name, rows in tables.items():
            try:
                connection.register(name, rows)
            except (duckdb.Error, TypeError):
                msg = (
                    f"{name} must be a pandas DataFrame or a pyarrow Table, "
                    f"got {type(rows).__module__}.{type(rows).__qualname__}."
                )
                raise ContractError(msg) from None
        self._make_views(connection, query)
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


class Derived(NamedTuple):
    """A registered table, and which of its columns hold neurons."""

    table: pa.Table
    ids: tuple[str, ...]


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
    path: Path | StoredFolder,
    manifest: Manifest,
    file_access: bool,
    memory_limit: str | None,
    threads: int | None,
    derived: Mapping[str, Derived],
) -> Session:
    """Open in another process what one process had opened."""
    session = Session(
        path, verify=False, file_access=file_access, memory_limit=memory_limit, threads=threads
    )
    if session.manifest != manifest:
        session.close()
        msg = f"{path} has been replaced since it was opened; open it again."
        raise DamagedConnectomeError(msg)
    session._derived.update(derived)
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
