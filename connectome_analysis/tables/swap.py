"""Put a finished folder in place of another in one step, whatever kills the writer.

A writer fills a hidden staging folder beside the target and renames it into place last. Where the
target exists, the two names are exchanged by one system call (Linux ``renameat2``, macOS
``renamex_np``), so that at every instant the name leads to a whole folder, the old or the new.
Where the file system has no exchange, the old folder is first set aside under a name that
`recover` knows; whoever opens the target next puts it back.

Each staging folder has a lock file that its writer holds. The system lets go of it when the writer
dies, so the next writer can tell leftovers from work in progress, and clears them away.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import ContractError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no fcntl; leftovers are then kept
    fcntl = None  # type: ignore[assignment]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


@contextmanager
def staging_folder(target: Path) -> Iterator[Path]:
    """Give an empty hidden folder beside `target`; it is gone at the end, whatever happens.

    Parameters
    ----------
    target : Path
        Resolved path of the connectome to write; its parent is made where it does not exist.

    Yields
    ------
    Path
        The staging folder. Call `put_in_place` on it when it is complete.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(target)
    lock, descriptor = _hold_new_lock(target)
    folder = lock.with_suffix("")
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.unlink(missing_ok=True)
        os.close(descriptor)


def put_in_place(staging: Path, target: Path) -> None:
    """Let `target` be the folder `staging`, in one step; `staging` is then the old one, if any."""
    _sync(staging)
    if not target.exists():
        recover(target)
    if target.exists():
        if not _exchange(staging, target):
            _set_aside_and_rename(staging, target)
    else:
        staging.rename(target)
    _sync_folder(target.parent)


def recover(target: Path) -> None:
    """Put back a folder that a writer had set aside when it was killed.

    Only needed on file systems without an exchange of names; elsewhere there is nothing to find.
    """
    for aside in sorted(target.parent.glob(f".{_escape(target.name)}.previous-*")):
        if target.exists():
            return
        with suppress(OSError):  # another reader may have been quicker
            aside.rename(target)


def _escape(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _set_aside_and_rename(staging: Path, target: Path) -> None:
    aside = target.parent / f".{target.name}.previous-{secrets.token_hex(4)}"
    target.rename(aside)
    staging.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names; False where the system cannot."""
    if os.name != "posix":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if hasattr(libc, "renamex_np"):  # macOS
        failed = libc.renamex_np(first, second, ctypes.c_uint(_RENAME_SWAP))
    elif hasattr(libc, "renameat2"):  # Linux
        failed = libc.renameat2(
            ctypes.c_int(_AT_FDCWD),
            first,
            ctypes.c_int(_AT_FDCWD),
            second,
            ctypes.c_uint(_RENAME_EXCHANGE),
        )
    else:
        return False
    if not failed:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(other))


def _hold_new_lock(target: Path) -> tuple[Path, int]:
    while True:
        lock = target.parent / f".{target.name}.staging-{secrets.token_hex(4)}.lock"
        try:
            descriptor = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        except PermissionError as error:
            msg = f"Cannot write in {target.parent} ({error.strerror}). Choose another folder."
            raise ContractError(msg) from None
        if _try_lock(descriptor) and lock.exists():
            return lock, descriptor
        os.close(descriptor)  # somebody who clears leftovers took it for one: try another name


def _try_lock(descriptor: int) -> bool:
    if fcntl is None:  # pragma: no cover
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _clear_leftovers(target: Path) -> None:
    if fcntl is None:  # pragma: no cover
        return
    for lock in target.parent.glob(f".{_escape(target.name)}.staging-*.lock"):
        try:
            descriptor = os.open(lock, os.O_RDWR)
        except OSError:
            continue
        if _try_lock(descriptor):
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
        os.close(descriptor)


def _sync(folder: Path) -> None:
    """Make the folder's files survive a power cut before the name leads to them."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    for path in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
        _sync_folder(path)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system can sync a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
