"""Whole folder: what is written appears under its name complete, or not at all."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# One of these lies in everything that is written here: precomputed volumes, annotations, (OME-)Zarr.
_OURS = ("info", "zarr.json", ".zgroup", ".zattrs", ".zarray")


def require_free(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Tell before the work what `whole_folder` would tell after it.

    Raises
    ------
    ValueError
        As `whole_folder`.
    """
    target = Path(path).absolute()
    if target.exists() and not overwrite:
        msg = f"{path}: already there; give another name, or overwrite=True to replace it."
        raise ValueError(msg)
    if target.exists() and not target.is_dir():
        msg = f"{path}: a file is there, and a folder is to be written; give another name."
        raise ValueError(msg)
    if target.exists() and any(target.iterdir()) and not any((target / n).exists() for n in _OURS):
        msg = f"{path}: the folder holds no volume, so it is left alone; give another name."
        raise ValueError(msg)


@contextmanager
def whole_folder(path: str | os.PathLike[str], *, overwrite: bool) -> Iterator[Path]:
    """Fill a folder beside `path` and give it that name when all is written; see `put_in_place`.

    Raises
    ------
    ValueError
        If something is there and `overwrite` is False, or what is there is no folder, or a folder with
        something else than a volume or annotations in it.
    """
    require_free(path, overwrite=overwrite)
    target = Path(path).absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    with put_in_place(target) as staging:
        yield staging


@contextmanager
def put_in_place(target: Path) -> Iterator[Path]:
    """Fill a folder beside `target`, which takes its place whatever stands there.

    If anything fails, what was there before stays and the partial folder is removed. When a folder is
    replaced, the old one is moved aside first and deleted last; a crash between two renames leaves it
    as ``.NAME.old-...`` beside the place.
    """
    mark = uuid.uuid4().hex[:12]
    staging = target.parent / f".{target.name}.partial-{mark}"
    staging.mkdir()
    try:
        yield staging
        if target.exists():
            old = target.parent / f".{target.name}.old-{mark}"
            target.rename(old)
            try:
                staging.rename(target)
            except BaseException:
                old.rename(target)
                raise
            shutil.rmtree(old)
        else:
            staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
