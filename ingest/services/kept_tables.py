"""Kept tables: the folder in which a service's answers are collected before they are read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectome_analysis.tables import ContractError


@contextmanager
def kept_tables(keep: str | Path | None) -> Iterator[Path]:
    """Give a folder for tables: a new one that stays where `keep` names it, else a passing one.

    Raises
    ------
    ContractError
        Where something stands at `keep`.
    """
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="neuropil-") as folder:
            yield Path(folder)
        return
    kept = Path(keep).expanduser()
    if kept.exists() and (not kept.is_dir() or any(kept.iterdir())):
        msg = f"{kept} exists and is not an empty folder; name another for the tables (keep)."
        raise ContractError(msg)
    kept.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{kept.name}-", dir=kept.parent))
    try:
        yield staging
        staging.chmod(0o755)
        staging.replace(kept)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
