"""Unpack: the files of a fetched tar or zip, beside it, whole or not at all."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from connectome_analysis.tables import ContractError

from ..safe_files import copy_within, is_junk, require_inside, require_sane_size

_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
)


def unpack(archive: Path, folder: Path) -> list[Path]:
    """Unpack the plain files of an archive into `folder`, keeping its folders.

    Links, devices and what a file manager left are not unpacked; a name that leads outside, and an
    archive of hundreds of times its size, are refused.

    Parameters
    ----------
    archive : Path
        ``.tar``, ``.tar.gz``, ``.tar.bz2``, ``.tar.xz`` or ``.zip``.
    folder : Path
        What stands there under one of the names is left alone.

    Returns
    -------
    list of Path
        The files, those that were there already among them.

    Raises
    ------
    ContractError
        Where the archive is damaged, leads outside or grows beyond measure; nothing is unpacked.
    """
    staging = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=folder))
    try:
        names = []
        with _opened(archive) as members:
            for name, size, packed in members:
                target = staging / name
                target.parent.mkdir(parents=True, exist_ok=True)
                if target.exists():
                    msg = f"{archive.name} holds {name!r} twice. Unpack it by hand."
                    raise ContractError(msg)
                with target.open("wb") as unpacked:
                    copy_within(archive, packed, unpacked, size)
                names.append(name)
        for name in names:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                (staging / name).replace(target)
        return [folder / name for name in names]
    except _DAMAGED as error:
        first = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        msg = f"{archive.name} is not a readable archive ({first})."
        raise ContractError(msg) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)


Member = tuple[str, int, IO[bytes]]


@contextmanager
def _opened(archive: Path) -> Iterator[Iterator[Member]]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            yield _of_zip(archive, file)
    else:
        with tarfile.open(archive) as file:
            yield _of_tar(archive, file)


def _of_zip(archive: Path, file: zipfile.ZipFile) -> Iterator[Member]:
    members = [m for m in file.infolist() if not m.is_dir() and not is_junk(m.filename)]
    for member in members:
        require_inside(archive, member.filename)
    require_sane_size(
        archive, sum(m.file_size for m in members), sum(m.compress_size for m in members)
    )
    for member in members:
        with file.open(member) as packed:
            yield member.filename, member.file_size, packed


def _of_tar(archive: Path, file: tarfile.TarFile) -> Iterator[Member]:
    members = [m for m in file.getmembers() if not m.isdir() and not is_junk(m.name)]
    for member in members:
        require_inside(archive, member.name)
        if not member.isfile():
            msg = f"{archive.name} holds {member.name!r}, which is a link or a device. Unpack it by hand."
            raise ContractError(msg)
    require_sane_size(archive, sum(m.size for m in members), archive.stat().st_size)
    for member in members:
        packed = file.extractfile(member)
        assert packed is not None
        with packed:
            yield str(PurePosixPath(member.name)), member.size, packed
