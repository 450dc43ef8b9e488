"""Archives: a release as it is downloaded, ``.zip`` or ``.tar``, in a folder that is gone afterwards.

Names that lead outside, links and sizes that no data have are refused before anything is written.
"""

from __future__ import annotations

import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from connectome_analysis.tables import ContractError

from .safe_files import copy_within, is_junk, require_inside, require_sane_size

_TAR = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")


def is_archive(path: Path) -> bool:
    """Whether a file is called an archive; workbooks and ``.npz``, which are zips too, are none.

    Examples
    --------
    >>> is_archive(Path("codex.csv.gz"))
    False
    """
    return path.is_file() and path.name.casefold().endswith((".zip", *_TAR))


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The files of an archive in a folder that has its name.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ContractError
        Where it is damaged, leads outside its folder or grows beyond measure.
    """
    name = path.name
    for suffix in sorted((".zip", *_TAR), key=len, reverse=True):
        if name.casefold().endswith(suffix):
            name = name[: -len(suffix)]
            break
    with tempfile.TemporaryDirectory(prefix="neuropil-") as made:
        folder = Path(made, name or "archive")
        folder.mkdir()
        try:
            if path.name.casefold().endswith(".zip"):
                _unzip(path, folder)
            else:
                _untar(path, folder)
        except (
            zipfile.BadZipFile,
            tarfile.TarError,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            first = (str(error).splitlines() or [""])[0].rstrip(".")
            msg = f"{path.name} is not a readable archive ({first})."
            raise ContractError(msg) from None
        yield folder


def _unzip(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not is_junk(m.filename)]
        for member in members:
            require_inside(path, member.filename)
        sizes = sum(m.file_size for m in members), sum(m.compress_size for m in members)
        require_sane_size(path, *sizes)
        for member in members:
            target = _target(path, folder, member.filename)
            with archive.open(member) as packed, target.open("xb") as written:
                copy_within(path, packed, written, member.file_size)


def _untar(path: Path, folder: Path) -> None:
    size, packed_size = 0, path.stat().st_size
    with tarfile.open(path) as archive:
        for member in archive:
            require_inside(path, member.name)
            if member.isdir() or is_junk(member.name):
                continue
            packed = archive.extractfile(member) if member.isfile() else None
            if packed is None:
                msg = f"{path.name} holds {member.name!r}, a link or device. It is not unpacked."
                raise ContractError(msg)
            size += member.size
            require_sane_size(path, size, packed_size)
            with packed, _target(path, folder, member.name).open("xb") as written:
                copy_within(path, packed, written, member.size)


def _target(path: Path, folder: Path, name: str) -> Path:
    target = folder.joinpath(*PurePosixPath(name.replace("\\", "/")).parts)
    if target.exists():
        msg = f"{path.name} holds {name!r} twice. Unpack it and name one folder."
        raise ContractError(msg)
    target.parent.mkdir(parents=True, exist_ok=True)
    return target
