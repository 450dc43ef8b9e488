"""Fetch: the files of a public release into a folder, each checked, none overwritten."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectome_analysis.tables import ContractError
from connectome_analysis.tables.integrity import file_sha256

from .drift import md5_of
from .known_before import add_to_record, first_seen, read_record, remember
from .one_fetcher import one_fetcher
from .registry import Release, RemoteFile, find_release
from .transfer import SPARE_BYTES, Transfer
from .unpack import unpack


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What a fetch did.

    Attributes
    ----------
    release : Release
    path : Path
        The folder.
    files : tuple of Path
        The files asked for, all of them there now.
    downloaded : tuple of str
        Names of those that were not there before.
    warnings : tuple of str
        What could not be checked, or is not what it was.
    """

    release: Release
    path: Path
    files: tuple[Path, ...]
    downloaded: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def source(self) -> Path:
        """What the release's reader is given."""
        return self.path / self.release.source if self.release.source else self.path


def fetch(
    release: str | Release,
    to: str | Path | None = None,
    *,
    files: Sequence[str] = (),
    everything: bool = False,
    accept_changed: bool = False,
    progress: Callable[[str, int, int | None], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> Fetched:
    """Fetch a public release; run again it goes on where it stopped.

    Parameters
    ----------
    release : str or Release
        See ``neuropil datasets list``.
    to : path, optional
        The folder; by default one of the release's name, here.
    files : sequence of str
        Names of files, in place of those the reader needs.
    everything : bool
        Every file of the release.
    accept_changed : bool
        Take a file that is not the one that was known, with a warning.
    progress : callable, optional
        Told the name of the file, bytes so far, and in all where that is known.
    say : callable, optional
        Told in words when it waits, or begins anew.

    Returns
    -------
    Fetched

    Raises
    ------
    ContractError
        Where the release has to be had by hand, the server does not answer, a hash is wrong, or another
        file stands in the way. What has come stays, and the next call goes on from it.
    OSError
        Where the disk is full, before or while it is fetched.
    """
    found = find_release(release) if isinstance(release, str) else release
    _require_open(found)
    pooch = _pooch()
    folder = Path(to if to is not None else found.name).expanduser()
    wanted = found.choose(tuple(files), everything=everything)
    if folder.exists() and not folder.is_dir():
        msg = f"{folder} is a file; name a folder (--to)."
        raise ContractError(msg)
    downloaded: list[str] = []
    warnings: list[str] = []
    with one_fetcher(folder) as partial:
        record = read_record(folder)
        missing = []
        for file in wanted:
            if (folder / file.name).exists():
                _require_same(folder / file.name, file, record, warnings)
            else:
                missing.append(file)
        _require_room(folder, missing)
        for leftover in partial.glob("tmp*"):
            leftover.unlink(missing_ok=True)
        for file in missing:
            entry = _fetch_one(
                pooch, file, folder, partial, accept_changed, progress, say, warnings
            )
            add_to_record(folder, found.name, file.name, entry)
            downloaded.append(file.name)
        for file in wanted:
            if file.unpack:
                unpack(folder / file.name, folder)
    return Fetched(
        release=found,
        path=folder.resolve(),
        files=tuple(folder.resolve() / file.name for file in wanted),
        downloaded=tuple(downloaded),
        warnings=tuple(warnings),
    )


def _fetch_one(
    pooch: Any,
    file: RemoteFile,
    folder: Path,
    partial: Path,
    accept_changed: bool,
    progress: Callable[[str, int, int | None], None] | None,
    say: Callable[[str], None] | None,
    warnings: list[str],
) -> dict[str, Any]:
    """Fetch a file, check it, and put it in place where nothing stands."""

    def told(done: int, total: int | None) -> None:
        if progress is not None:
            progress(file.name, done, total if total is not None else file.bytes)

    transfer = Transfer(
        part=partial / f"{file.name}.part",
        size=None if accept_changed else file.bytes,
        progress=told,
        say=say or (lambda _: None),
    )
    known = None if accept_changed else file.known_hash
    try:
        pooch.retrieve(
            file.url, known, fname=file.name, path=partial, downloader=transfer, progressbar=False
        )
    except ValueError as error:
        if isinstance(error, ContractError):
            raise
        transfer.forget()
        msg = (
            f"{file.name} is not the file that is known: its hash is not {file.known_hash} "
            f"({file.url}). Either it was damaged on the way, and another try will do, or it has "
            "changed at the source: take it as it is with accept_changed (--accept-changed)."
        )
        raise ContractError(msg) from None
    arrived = partial / file.name
    entry: dict[str, Any] = {
        "url": file.url,
        "bytes": arrived.stat().st_size,
        "sha256": file_sha256(arrived),
        "fetched_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "checked_against": known,
    }
    entry |= {
        key: transfer.seen[key] for key in ("etag", "last_modified") if transfer.seen.get(key)
    }
    drift = _drift(file, arrived, entry)
    if drift is not None:
        if not accept_changed:
            arrived.unlink()
            transfer.forget()
            msg = f"{drift} Take it as it is with accept_changed (--accept-changed)."
            raise ContractError(msg)
        warnings.append(drift)
    target = folder / file.name
    try:
        target.hardlink_to(arrived)  # unlike a rename it never takes the place of a file
        arrived.unlink()
    except FileExistsError:
        msg = f"{target} has come to stand there meanwhile; it is left alone."
        raise ContractError(msg) from None
    except OSError:  # a file system without links
        arrived.rename(target)
    transfer.forget()
    remember(file.url, entry)
    return entry


def _drift(file: RemoteFile, arrived: Path, entry: dict[str, Any]) -> str | None:
    """Say how a file differs from the one that is known, None where it does not."""
    found = entry["sha256"]
    if file.sha256 is not None and file.sha256 != found:
        return (
            f"checksum drift: {file.name} was known with SHA-256 {file.sha256[:12]}..., and has "
            f"{found[:12]}... now."
        )
    if file.sha256 is None and file.md5 is not None and md5_of(arrived) != file.md5:
        return f"checksum drift: {file.name} was known with MD5 {file.md5[:12]}..., which it has no more."
    if file.bytes is not None and file.bytes != entry["bytes"]:
        return (
            f"checksum drift: {file.name} was known with {file.bytes:,} bytes, and has "
            f"{entry['bytes']:,} now."
        )
    before = first_seen(file.url) if file.known_hash is None else None
    if before is not None and before.get("sha256") != found:
        return (
            f"checksum drift: {file.name} had SHA-256 {str(before.get('sha256'))[:12]}... when "
            f"it was first fetched here ({before.get('fetched_at')}), and has {found[:12]}... now."
        )
    return None


def _require_same(
    path: Path, file: RemoteFile, record: dict[str, Any], warnings: list[str]
) -> None:
    """Raise where a file that is there is not the one wanted; it is never replaced."""
    noted = record.get(file.name)
    noted = noted if isinstance(noted, dict) and noted.get("url") == file.url else {}
    size = path.stat().st_size
    wanted_size = noted.get("bytes", file.bytes)
    wanted = noted.get("sha256") or file.sha256
    same = wanted_size in (None, size)
    if same and wanted is not None:
        same = file_sha256(path) == wanted
    elif same and file.md5 is not None:
        same = md5_of(path) == file.md5
    elif same:
        warnings.append(f"{file.name} was there, and no hash is known that it could be checked by.")
    if not same:
        msg = (
            f"{path} is there and is not the file of the release (other bytes or another hash). It is "
            "left alone: move it away, or choose another folder (--to)."
        )
        raise ContractError(msg)


def _require_open(release: Release) -> None:
    if release.access == "open":
        return
    why = "needs a token" if release.access == "token" else "has to be had by hand"
    steps = " ".join(f"{i}. {step}" for i, step in enumerate(release.steps, start=1))
    msg = f"{release.name} {why}: {steps}"
    raise ContractError(msg)


def _require_room(folder: Path, files: Sequence[RemoteFile]) -> None:
    """Raise before anything is fetched where all of it will not fit."""
    partial = folder / ".partial"
    wanted = 0
    for file in files:
        part = partial / f"{file.name}.part"
        have = part.stat().st_size if part.exists() else 0
        wanted += max(0, (file.bytes or 0) - have)
    free = shutil.disk_usage(folder).free
    if wanted and wanted > free - SPARE_BYTES:
        msg = (
            f"{wanted:,} bytes are to be fetched and {folder} has {free:,} left. Make room, or choose "
            "another folder (--to)."
        )
        raise OSError(msg)


def _pooch() -> Any:
    try:
        import pooch
        import requests  # noqa: F401
    except ImportError:
        msg = "Downloads need pooch: pip install 'neuropil[downloads]'."
        raise ImportError(msg) from None
    pooch.get_logger().setLevel(logging.WARNING)
    return pooch
