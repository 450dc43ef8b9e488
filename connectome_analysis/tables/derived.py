"""Derived tables: what was computed from a connectome, checked to belong to it, beside it in SQL.

Communities, motif instances, predictions: rows about the neurons of one connectome. In memory they are
an Arrow table whose ids have been looked up. On disk they are one Parquet file outside of the connectome's
folder, which names the connectome by its name, release and the hash of its tables, so that it cannot be
joined with another release by mistake.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from .columns import TableLike, as_stream
from .errors import ContractError, DamagedConnectomeError
from .manifest import FILE_NAME, Manifest
from .terms import terms_of_use

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_KEY = b"neuropil"
_FORMAT = "neuropil-derived-table"
ID_COLUMNS = ("node_id", "pre_id", "post_id")


def tables_sha256(manifest: Manifest) -> str:
    """One hash for all rows of a connectome: of the hashes of its files, by table.

    It stays when the manifest alone is written anew, with another licence for instance.

    Examples
    --------
    >>> len(tables_sha256(Manifest(name="none")))
    64
    """
    lines = [
        f"{name} {file.sha256}\n"
        for name, record in sorted(manifest.tables.items())
        for file in record.files
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def derived_table(
    name: str, rows: TableLike | pd.Series[Any], ids: Sequence[str] | None
) -> tuple[pa.Table, tuple[str, ...]]:
    """Rows in types that SQL gives back, with every id column a 64-bit integer.

    Parameters
    ----------
    name : str
    rows : DataFrame, Series, pyarrow.Table or RecordBatchReader
        An index that has a name becomes a column.
    ids : sequence of str, optional
        Columns that hold neurons. By default ``node_id``, ``pre_id`` and ``post_id``, and in a table
        of `motifs.find` all of them.

    Returns
    -------
    table : pyarrow.Table
    ids : tuple of str
        The columns that hold neurons.

    Raises
    ------
    ContractError
        Where an id column is missing or is no integer, or a column cannot be stored.
    """
    wanted = _id_columns(rows, ids)
    table = as_stream(name, _flat(name, rows)).reader.read_all()
    missing = [column for column in wanted if column not in table.schema.names]
    if missing:
        msg = (
            f"{name} has no column {', '.join(missing)} to hold neurons; it has "
            f"{', '.join(table.schema.names) or 'none'}."
        )
        raise ContractError(msg)
    for column in wanted:
        table = _with_integers(name, table, column)
    return table, wanted


def unknown_ids(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Iterable[str]
) -> str | None:
    """What is wrong where a registered table names neurons that are not in ``nodes``; else None."""
    for column in columns:
        rows = connection.execute(
            f'SELECT count(*), min("{column}") FROM "{name}" WHERE "{column}" NOT IN '
            "(SELECT node_id FROM nodes)"
        ).fetchall()
        count, example = rows[0]
        if count:
            return (
                f"{name}.{column} has {count:,} ids that are no neuron here, such as {example}. Is it "
                "of another release?"
            )
    return None


def write_derived(
    path: str | Path,
    table: pa.Table,
    manifest: Manifest,
    *,
    name: str,
    ids: Sequence[str],
    made_by: str | None = None,
    overwrite: bool = False,
) -> Path:
    """Write a table that was computed from a connectome as one Parquet file, whole or not at all.

    Parameters
    ----------
    path : str or Path
        Ends in ``.parquet``, outside of any connectome.
    table : pyarrow.Table
    manifest : Manifest
        Of the connectome it was computed from; its terms of use go along.
    name : str
        What the table is called in SQL.
    ids : sequence of str
        Columns that hold neurons.
    made_by : str, optional
        How it was computed, in words.
    overwrite : bool

    Returns
    -------
    Path
    """
    target = _free_file(Path(path).expanduser(), overwrite=overwrite)
    schema = labelled(table.schema, manifest, name=name, ids=ids, made_by=made_by)
    _write_whole(table.replace_schema_metadata(schema.metadata), target)
    return target


def labelled(
    schema: pa.Schema,
    manifest: Manifest,
    *,
    name: str,
    ids: Sequence[str] | None = None,
    made_by: str | None = None,
) -> pa.Schema:
    """The schema of a Parquet file that knows which connectome its rows are of, and its terms.

    Parameters
    ----------
    schema : pyarrow.Schema
    manifest : Manifest
        Of the connectome.
    name : str
        What the table is called.
    ids : sequence of str, optional
        Columns that hold neurons; by default those called ``node_id``, ``pre_id``, ``post_id`` that
        are 64-bit integers.
    made_by : str, optional
    """
    if ids is None:
        ids = [c for c in _named(schema.names) if schema.field(c).type == pa.int64()]
    label: dict[str, Any] = {
        "format": _FORMAT,
        "version": 1,
        "table": name,
        "ids": list(ids),
        "connectome": _identity(manifest),
        "terms": terms_of_use(manifest),
        "made_by": made_by,
    }
    metadata = {**(schema.metadata or {}), _KEY: json.dumps(label, ensure_ascii=False).encode()}
    metadata.pop(b"pandas", None)
    return schema.with_metadata(metadata)


def read_derived(
    path: str | Path, manifest: Manifest, *, name: str
) -> tuple[pa.Table, tuple[str, ...] | None]:
    """Read a table that was computed from this connectome, or any CSV or Parquet file of one's own.

    Returns
    -------
    table : pyarrow.Table
    ids : tuple of str or None
        Columns that hold neurons, where the file says so.

    Raises
    ------
    ContractError
        Where there is no such file, it cannot be read, or it says that it belongs to another
        connectome or release.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        msg = f"{file} is not there; wanted is a .parquet or .csv file for the table {name}."
        raise ContractError(msg)
    kind = file.suffix.lower()
    try:
        if kind == ".parquet":
            import pyarrow.parquet as pq

            table = pq.ParquetFile(file, page_checksum_verification=True).read()
        elif kind == ".csv":
            import pyarrow.csv as pacsv

            table = pacsv.read_csv(file)
        else:
            msg = f"{file} must end in .parquet or .csv, got {kind or 'no suffix'}."
            raise ContractError(msg)
    except (pa.ArrowException, OSError) as error:
        first = str(error).strip().split("\n", maxsplit=1)[0].rstrip(".")
        msg = f"{file} cannot be read as a table ({first}). Write it anew."
        raise ContractError(msg) from None
    return table, _belonging(file, table, manifest)


def _belonging(file: Path, table: pa.Table, manifest: Manifest) -> tuple[str, ...] | None:
    """Columns of neurons, as the file's label says; raise where it is of another connectome."""
    text = (table.schema.metadata or {}).get(_KEY)
    if text is None:
        return None
    try:
        label = json.loads(text)
        if label["format"] != _FORMAT or label["version"] != 1:
            msg = f"{file} was written by another version of neuropil; compute it again."
            raise ContractError(msg)
        of, ids = dict(label["connectome"]), tuple(map(str, label["ids"]))
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, ContractError):
            raise
        msg = f"{file} has a damaged label ({error}); compute it again."
        raise DamagedConnectomeError(msg) from None
    here = _identity(manifest)
    if of != here:
        msg = (
            f"{file} was computed from {_called(of)}, and this is {_called(here)}: not joined. "
            "Compute it from this one."
        )
        raise ContractError(msg)
    return ids


def _identity(manifest: Manifest) -> dict[str, Any]:
    return {
        "name": manifest.name,
        "release": manifest.release,
        "tables_sha256": tables_sha256(manifest),
    }


def _called(identity: Mapping[str, Any]) -> str:
    release = identity.get("release")
    return (
        f"{identity.get('name')}{f', release {release}' if release else ''}"
        f" (tables {str(identity.get('tables_sha256'))[:8]})"
    )


def _flat(name: str, rows: Any) -> Any:
    """A Series as a table, and an index with a name as a column."""
    import pandas as pd

    if isinstance(rows, pd.Series):
        rows = rows.to_frame("value" if rows.name is None else str(rows.name))
    if isinstance(rows, pd.DataFrame):
        if any(level is not None for level in rows.index.names):
            clash = [level for level in rows.index.names if level in rows.columns]
            if clash:
                msg = f"{name} has {clash[0]} both as index and as column; drop one."
                raise ContractError(msg)
            rows = rows.reset_index()
        rows = rows.rename(columns=str)
        rows.columns.name = None
    return rows


def _id_columns(rows: Any, ids: Sequence[str] | None) -> tuple[str, ...]:
    import pandas as pd

    if ids is not None:
        return (ids,) if isinstance(ids, str) else tuple(ids)
    if isinstance(rows, pd.Series):
        return _named([str(level) for level in rows.index.names])
    if isinstance(rows, pd.DataFrame):
        if "motif" in rows.attrs:  # every column of it is a neuron
            return tuple(map(str, rows.columns))
        return _named([str(c) for c in (*rows.index.names, *rows.columns)])
    return _named(rows.schema.names) if hasattr(rows, "schema") else ()


def _named(columns: Iterable[str]) -> tuple[str, ...]:
    there = set(columns)
    return tuple(name for name in ID_COLUMNS if name in there)


def _with_integers(name: str, table: pa.Table, column: str) -> pa.Table:
    place = table.schema.get_field_index(column)
    found = table.schema.field(column).type
    if pa.types.is_integer(found):
        try:
            return table.set_column(place, column, table[column].cast(pa.int64()))
        except pa.ArrowInvalid:
            msg = f"{name}.{column} has numbers above 2**63 - 1, which are no ids."
            raise ContractError(msg) from None
    if table.num_rows == table[column].null_count:
        return table.set_column(place, column, pa.nulls(table.num_rows, pa.int64()))
    hint = (
        " Ids above 2**53 do not survive float64, so read the column as an integer (Int64 with gaps)."
        if pa.types.is_floating(found)
        else " Ids are whole numbers; convert the column."
    )
    word = {"double": "float64", "string": "text"}.get(str(found), str(found))
    msg = f"{name}.{column} must be int64, got {word}.{hint}"
    raise ContractError(msg)


def _free_file(target: Path, *, overwrite: bool) -> Path:
    if target.suffix.lower() != ".parquet":
        msg = f"{target} must end in .parquet, got {target.suffix or 'no suffix'}."
        raise ContractError(msg)
    if target.is_dir() or (target.exists() and not overwrite):
        msg = f"{target} exists. Choose another name, or ask to overwrite it."
        raise ContractError(msg)
    if not target.parent.is_dir():
        msg = f"{target.parent} is not a folder; make it first."
        raise ContractError(msg)
    for folder in target.resolve().parents:
        if (folder / FILE_NAME).is_file():
            msg = f"{target} lies inside the connectome {folder}; write it elsewhere."
            raise ContractError(msg)
    return target


def _write_whole(table: pa.Table, target: Path) -> None:
    import pyarrow.parquet as pq

    descriptor, part = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            pq.write_table(table, file, compression="zstd", write_page_checksum=True)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(part).chmod(0o666 & ~umask)
        Path(part).replace(target)
    finally:
        Path(part).unlink(missing_ok=True)
