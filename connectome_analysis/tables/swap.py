"""Put a finished folder in place of another in one step, whatever kills the writer.

A writer fills a hidden staging folder beside the target and renames it into place last. Where the
target exists, the two names are exchanged by one system call (Linux ``renameat2``, macOS
``renamex_np``), so that at every instant the name leads to a whole folder, the old or the new.
Where the file system has no exchange, the old folder is first set aside under a name that
`recover` knows; whoever opens the target next puts it back.

Each staging folder has a lock file that its writer holds. The system lets go of it when the writer
dies, so that others can tell leftovers from work in progress: the next writer clears them away.
The names of one writer share a token::

    .fly.staging-1f2e3d4c.lock    held while the writer lives
    .fly.staging-1f2e3d4c/        the new folder, later the old one on its way out
    .fly.previous-1f2e3d4c/       the old folder between two renames, where there is no exchange
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import time
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
_TAKEN = {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}
# Between its two renames a living writer needs microseconds; a reader waits for it this long.
_PATIENCE_S = 5.0


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
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(target)
        lock, descriptor = _hold_new_lock(target)
    except OSError as error:
        msg = f"Cannot write in {target.parent} ({error.strerror}). Choose another folder."
        raise ContractError(msg) from None
    folder = lock.with_suffix("")
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        # Where something could not be removed, the lock file lets the next writer try again.
        if not folder.exists():
            lock.unlink(missing_ok=True)
        os.close(descriptor)


def put_in_place(staging: Path, target: Path, *, overwrite: bool) -> None:
    """Let `target` be the folder `staging`, in one step; `staging` is then the old one, if any.

    Parameters
    ----------
    staging : Path
        Complete, and on the disk: call `sync` before.
    target : Path
    overwrite : bool
        Without it only an empty folder is replaced, however late another writer came.
    """
    recover(target)
    try:
        while not _rename_to_free(staging, target):
            if not overwrite or not target.is_dir():
                msg = f"{target} exists. Choose another name, or ask to overwrite it."
                raise ContractError(msg)
            if _exchange(staging, target) or _set_aside_and_rename(staging, target):
                break
    except OSError as error:
        msg = f"{target} cannot be replaced ({error.strerror}). Choose another folder."
        raise ContractError(msg) from None
    _sync_folder(target.parent)


def recover(target: Path) -> None:
    """Put back a folder that a writer had set aside when it was killed.

    Only needed on file systems without an exchange of names; elsewhere there is nothing to find.
    A writer that lives and is between its two renames is waited for.
    """
    until = time.monotonic() + _PATIENCE_S
    while not os.path.lexists(target):
        asides = sorted(target.parent.glob(f".{_escape(target.name)}.previous-*"))
        if not asides:
            return
        for aside in asides:
            if not _is_held(_lock_of(aside)) and not os.path.lexists(target):
                try:
                    aside.rename(target)
                except FileNotFoundError:
                    pass  # another reader was quicker
                except OSError:
                    return  # this one may read here but not write
        if time.monotonic() > until:
            return
        time.sleep(0.001)


def sync(folder: Path) -> None:
    """Make the folder's files survive a power cut before the name leads to them."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                _flush(file.fileno())
    for path in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
        _sync_folder(path)


def _rename_to_free(staging: Path, target: Path) -> bool:
    """Rename where nothing, or an empty folder, stands at `target`; False where something does."""
    try:
        staging.rename(target)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True


def _set_aside_and_rename(staging: Path, target: Path) -> bool:
    """Replace `target` in two renames; False where another writer came between them."""
    aside = target.parent / staging.name.replace(".staging-", ".previous-")
    try:
        target.rename(aside)
        done = _rename_to_free(staging, target)
    except FileNotFoundError:
        if not aside.exists():
            return False  # another writer has set the old one aside
        raise
    finally:
        if aside.exists() and not os.path.lexists(target):
            aside.rename(target)
    # What is superseded gets the name that is cleared away even if this writer is killed now.
    if done:
        aside.rename(staging)
    else:
        shutil.rmtree(aside, ignore_errors=True)
    return done


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
    # Whatever the reason, the two renames that come instead succeed or raise it again.
    return not failed


def _hold_new_lock(target: Path) -> tuple[Path, int]:
    while True:
        lock = target.parent / f".{target.name}.staging-{secrets.token_hex(4)}.lock"
        descriptor = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
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


def _lock_of(aside: Path) -> Path:
    return aside.parent / f"{aside.name.replace('.previous-', '.staging-')}.lock"


def _is_held(lock: Path) -> bool:
    """Tell whether the writer of a lock file lives; one we may not look at counts as living."""
    try:
        descriptor = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    held = not _try_lock(descriptor)
    os.close(descriptor)
    return held


def _clear_leftovers(target: Path) -> None:
    recover(target)
    if fcntl is None:  # pragma: no cover
        return
    for lock in target.parent.glob(f".{_escape(target.name)}.staging-*.lock"):
        try:
            descriptor = os.open(lock, os.O_RDWR)
        except OSError:
            continue
        if _try_lock(descriptor):
            staging = lock.with_suffix("")
            aside = lock.parent / staging.name.replace(".staging-", ".previous-")
            shutil.rmtree(staging, ignore_errors=True)
            # The only copy is never cleared away: first `recover` puts it back.
            if os.path.lexists(target):
                shutil.rmtree(aside, ignore_errors=True)
            if not staging.exists() and not aside.exists():
                lock.unlink(missing_ok=True)
        os.close(descriptor)


def _escape(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _flush(descriptor: int) -> None:
    if hasattr(fcntl, "F_FULLFSYNC"):  # macOS: fsync alone leaves the data in the drive's cache
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system can sync a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
