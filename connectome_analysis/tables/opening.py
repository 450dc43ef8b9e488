"""Opening: the manifest and the open files of one connectome, though others may be replacing it.

A path may lead to other bytes a moment later, when another writer has put a new connectome in
place. An open file stays what it was, so what is opened here is checked and read to its end as one
whole connectome. It also spares us DuckDB's reading of paths: ``*`` and ``[`` in a folder's name
are no pattern, and ``weight=5/`` is no column.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from .errors import ContractError, DamagedConnectomeError
from .manifest import FILE_NAME, Manifest, TableRecord, parse_manifest, read_manifest
from .object_store import StoredFolder
from .problem import Problem
from .stamp import Stamp, file_stamps, manifest_stamp
from .swap import recover

if TYPE_CHECKING:
    import pyarrow.dataset as pads

# By the path in the manifest: the open file, or why there is none.
Files = Mapping[str, pa.NativeFile | Problem]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One connectome as it was at one instant."""

    folder: Path | StoredFolder
    manifest: Manifest
    files: Files
    stamp: Stamp | bytes

    def require_unmoved(self) -> None:
        """Raise where the folder's files are no longer the open ones."""
        if isinstance(self.folder, StoredFolder):
            now: Stamp | bytes = self.folder.manifest_bytes()
        else:
            now = _stamp(self.folder, self.manifest)
        if now != self.stamp:
            msg = f"{self.folder} has been replaced since it was opened; open it again."
            raise DamagedConnectomeError(msg)


def open_connectome(folder: Path | StoredFolder) -> Opened:
    """Open the manifest and every file it names.

    Parameters
    ----------
    folder : Path or StoredFolder
        A path is resolved.

    Raises
    ------
    DamagedConnectomeError
        Where there is no connectome, or its manifest is damaged. A file that is damaged or not
        there is told in `Opened.files`.
    """
    if isinstance(folder, StoredFolder):
        data = folder.manifest_bytes()
        manifest = parse_manifest(data, f"{folder}/{FILE_NAME}")
        files = open_files(folder, manifest)
        return Opened(folder=folder, manifest=manifest, files=files, stamp=data)
    while True:
        recover(folder)
        before = manifest_stamp(folder)
        try:
            manifest = _manifest(folder)
            opened = Opened(
                folder=folder,
                manifest=manifest,
                files=open_files(folder, manifest),
                stamp=_stamp(folder, manifest),
            )
        except DamagedConnectomeError:
            if manifest_stamp(folder) == before:
                raise
        else:
            # The manifest of one connectome with the files of the next would look like damage.
            if manifest_stamp(folder) == before:
                return opened


def open_files(folder: Path | StoredFolder, manifest: Manifest) -> Files:
    """Open every file that a manifest names; they close when nobody holds them."""
    return {
        file.path: _open(folder, name, file.path)
        for name, record in manifest.tables.items()
        for file in record.files
    }


def as_dataset(files: Files, record: TableRecord) -> pads.Dataset:
    """Give a table's open files as one Arrow dataset; the first one's columns count."""
    import pyarrow.dataset as pads

    parquet = pads.ParquetFileFormat()
    fragments = [parquet.make_fragment(files[file.path]) for file in record.files]
    return pads.FileSystemDataset(fragments, fragments[0].physical_schema, parquet)


def _manifest(folder: Path) -> Manifest:
    if not folder.exists():
        msg = (
            f"{folder} does not exist. Give a connectome folder or a bundled name "
            "(`neuropil datasets` lists them)."
        )
        raise DamagedConnectomeError(msg)
    if not folder.is_dir():
        msg = (
            f"{folder} is a file; a connectome is a folder with {FILE_NAME} in it. "
            "`neuropil ingest table` makes one of a table."
        )
        raise DamagedConnectomeError(msg)
    return read_manifest(folder)


def _stamp(folder: Path, manifest: Manifest) -> Stamp:
    named = [file.path for record in manifest.tables.values() for file in record.files]
    return file_stamps(folder / path for path in (FILE_NAME, *sorted(named)))


def _open(folder: Path | StoredFolder, table: str, path: str) -> pa.NativeFile | Problem:
    if Path(path).is_absolute() or ".." in Path(path).parts:
        return Problem(
            table=table,
            rule="outside the folder",
            message=f"{FILE_NAME} names {path!r}, which is not inside the connectome.",
        )
    if isinstance(folder, StoredFolder):
        return folder.open_file(table, path)
    try:
        return pa.OSFile(str(folder / path))
    except FileNotFoundError:
        return Problem(table=table, rule="missing file", message=f"{path} is not there.")
    except OSError as error:
        if error.errno == errno.EMFILE:
            msg = (
                f"{folder} has more files than may be open at once. "
                "Raise the limit (`ulimit -n`), or write it again with one file a table."
            )
            raise ContractError(msg) from None
        return Problem(
            table=table,
            rule="unreadable file",
            message=f"{path!r} cannot be read ({error.strerror or error}).",
        )
    except ValueError as error:
        return Problem(
            table=table,
            rule="unreadable file",
            message=f"{path!r} is no path ({error}).",
        )
