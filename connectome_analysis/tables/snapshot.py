"""Snapshot: one whole connectome, opened, checked and ready for queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from .check import contract_problems
from .errors import DamagedConnectomeError
from .integrity import file_problems, total_bytes
from .manifest import Manifest
from .object_store import StoredFolder
from .opening import Opened, as_dataset, open_connectome
from .spill import spilling_connection

if TYPE_CHECKING:
    import pyarrow.dataset as pads

# Up to here every byte and row is checked on opening (well under a second); above, sizes, footers,
# columns and row counts are, and `neuropil check` does the rest.
CHECK_ALL_BELOW_BYTES = 8_000_000


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The open files of a connectome as tables; `verified` where every byte was checked."""

    opened: Opened
    tables: Mapping[str, pads.Dataset]
    verified: bool

    @property
    def manifest(self) -> Manifest:
        """The manifest that belongs to the tables."""
        return self.opened.manifest

    def require_unmoved(self) -> None:
        """Raise where another writer has replaced the connectome since it was opened."""
        self.opened.require_unmoved()


def take_snapshot(folder: Path | StoredFolder, *, verify: bool | None) -> Snapshot:
    """Open and check a connectome.

    Parameters
    ----------
    folder : Path
        Resolved.
    verify : bool, optional
        See `Session`.

    Raises
    ------
    DamagedConnectomeError
    """
    opened = open_connectome(folder)
    files, manifest = opened.files, opened.manifest
    small = total_bytes(manifest) <= CHECK_ALL_BELOW_BYTES and not isinstance(folder, StoredFolder)
    everything = small if verify is None else verify
    problems = list(file_problems(files, manifest, hashes=everything))
    if everything and not problems:
        with spilling_connection(folder.parent) as connection:
            problems = contract_problems(connection, files, manifest, problems)
    if problems:
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        msg = (
            f"{folder} is damaged: {str(problems[0]).rstrip('.')}{more}. `neuropil check` lists "
            "all; write it again from its source."
        )
        raise DamagedConnectomeError(msg)
    try:
        tables = {name: as_dataset(files, record) for name, record in manifest.tables.items()}
    except (pa.ArrowException, OSError) as error:
        msg = f"{folder} is damaged: {error}."
        raise DamagedConnectomeError(msg) from None
    return Snapshot(opened=opened, tables=tables, verified=everything)
