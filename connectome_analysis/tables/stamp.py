"""Stamp: which files a connectome's names lead to, so that a later replacement is noticed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .manifest import FILE_NAME

Stamp = tuple[tuple[int, int, int, int] | None, ...]


def manifest_stamp(folder: Path) -> Stamp:
    """Stamp of ``connectome.json``, which every writer makes anew."""
    return file_stamps([folder / FILE_NAME])


def file_stamps(files: Iterable[Path]) -> Stamp:
    """Device, file, size and time of each file; None for one that is not there."""
    return tuple(_one(file) for file in files)


def _one(file: Path) -> tuple[int, int, int, int] | None:
    try:
        status = file.stat()
    except (OSError, ValueError):  # ValueError: no system could have such a path
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
