"""One fetcher: a folder is filled by one process at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectome_analysis.tables import ContractError

try:
    import fcntl
except (
    ImportError
):  # pragma: no cover - Windows has no fcntl; two fetchers are not told apart there
    fcntl = None  # type: ignore[assignment]

PARTIAL = ".partial"


@contextmanager
def one_fetcher(folder: Path) -> Iterator[Path]:
    """Give the folder of what is under way within `folder`, held by this process.

    The system lets go of the lock when a process dies, so what a killed one left is taken up.

    Raises
    ------
    ContractError
        Where another process holds it.
    """
    partial = folder / PARTIAL
    partial.mkdir(parents=True, exist_ok=True)
    lock = partial / "lock"
    with lock.open("w") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Whoever held it before may have removed the name that was opened here.
                mine = lock.exists() and os.path.samestat(os.fstat(file.fileno()), lock.stat())
            except OSError:
                mine = False
            if not mine:
                msg = (
                    f"{folder} is being filled by another process. Wait for it, or choose another."
                )
                raise ContractError(msg)
        try:
            yield partial
        finally:
            lock.unlink(missing_ok=True)
            if not any(partial.iterdir()):
                partial.rmdir()
