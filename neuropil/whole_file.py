"""Whole file: written beside its place and renamed into it, so that nobody ever sees half of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a name to write to; it becomes `path` when all went well."""
    if not path.parent.is_dir():
        msg = f"{path.parent} is not a folder; make it first."
        raise ValueError(msg)
    require_outside_connectomes(path)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        msg = f"Cannot write in {path.parent} ({error.strerror}). Choose another folder."
        raise ValueError(msg) from None
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
        umask = os.umask(0)
        os.umask(umask)
        part.chmod(0o666 & ~umask)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def require_outside_connectomes(path: Path) -> None:
    """Raise ValueError where writing `path` would put something among a connectome's own files."""
    for folder in path.resolve().parents:
        if (folder / "connectome.json").is_file():
            msg = f"{path} lies inside the connectome {folder}; write it elsewhere."
            raise ValueError(msg)
