"""Transfer: one file over HTTP, going on where an earlier try stopped.

A downloader for pooch, which checks the hash and puts the file in place. pooch's own begins anew each time.
What has come stands in ``<name>.part`` and what it is a part of in ``<name>.part.json``; a later part is asked for
with ``If-Range``, so that the halves of two versions of a file are never joined.
"""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from connectome_analysis.tables import ContractError

from ..asked_again import LATER, LONGEST_WAIT_S, TRIES, retry_after

if TYPE_CHECKING:
    import requests

TIMEOUT_S = (15.0, 60.0)
CHUNK_BYTES = 1 << 20
# Room that is left on the disk beside what is fetched.
SPARE_BYTES = 64 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_NAME = "the server's name is not known here"

Progress = Callable[[int, int | None], None]


@dataclass
class Transfer:
    """Fetch one file into ``part`` and hand it over whole.

    Attributes
    ----------
    part : Path
        Where bytes are collected; it outlives this process.
    size : int or None
        Bytes the file must have.
    progress : callable
        Told bytes so far and in all, None where that is not known.
    say : callable
        Told in words when it waits or begins anew.
    sleep : callable
        For tests.
    """

    part: Path
    size: int | None = None
    progress: Progress = lambda _done, _total: None
    say: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    seen: dict[str, Any] = field(default_factory=dict)

    def __call__(self, url: str, output_file: str | IO[bytes], pooch: object) -> None:
        """Fetch `url` into `output_file`, as pooch asks for it."""
        del pooch
        assert isinstance(output_file, (str, os.PathLike))
        self._fetch(url)
        # The part stays until the hash is known to be right: hashing 10 GB takes a minute, and
        # whoever is stopped in it need not fetch them again.
        Path(output_file).unlink(missing_ok=True)
        try:
            Path(output_file).hardlink_to(self.part)
        except OSError:  # a file system without links
            self.part.replace(output_file)

    def forget(self) -> None:
        """Remove what stands for the part; for when the file is in place, or wrong."""
        self.part.unlink(missing_ok=True)
        self._state_file.unlink(missing_ok=True)

    @property
    def _state_file(self) -> Path:
        return self.part.with_name(f"{self.part.name}.json")

    def _fetch(self, url: str) -> None:
        import requests

        failed = 0
        with requests.Session() as session:
            while True:
                before = self._size()
                try:
                    if self._ask(session, url):
                        return
                    reason, wait = "the connection was cut", None
                except _Later as later:
                    reason, wait = later.reason, later.wait_s
                except (requests.ConnectionError, requests.Timeout) as error:
                    reason, wait = _said(error), None
                except requests.exceptions.ChunkedEncodingError:
                    reason, wait = "the connection was cut", None
                except requests.RequestException as error:
                    msg = f"{self.name}: {url} cannot be asked for ({_said(error)})."
                    raise ContractError(msg) from None
                failed = 1 if self._size() > before else failed + 1
                if _NO_NAME in reason:
                    failed += 2  # no network comes back within seconds
                if failed >= TRIES:
                    kept = f" {self._size():,} bytes are kept; run it again to go on." * bool(
                        self._size()
                    )
                    msg = f"{self.name}: {reason}, time and again ({url}).{kept}"
                    raise ContractError(msg)
                pause = wait if wait is not None else 2.0 ** (failed - 1) + random.random()
                pause = min(pause, LONGEST_WAIT_S)
                self.say(f"{self.name}: {reason}; again in {pause:.0f} s")
                self.sleep(pause)

    @property
    def name(self) -> str:
        """The name of the file, for messages."""
        return self.part.name.removesuffix(".part")

    def _size(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _ask(self, session: requests.Session, url: str) -> bool:
        """Ask once; say whether the file is whole."""
        state = self._state(url)
        have = self._size() if state else 0
        validator = state.get("etag") or state.get("last_modified")
        headers = {"Accept-Encoding": "identity", "User-Agent": "neuropil"}
        if have and validator:
            headers |= {"Range": f"bytes={have}-", "If-Range": validator}
        else:
            have = 0
        with session.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as answer:
            if answer.status_code == 416:
                whole = answer.headers.get("Content-Range", "").rpartition("/")[2]
                if whole.isdigit() and int(whole) == have == state.get("total"):
                    return True
                self._forget(f"{self.name}: the server has no more of this file; it is begun anew")
                return False
            self._require_answer(answer, url)
            if answer.status_code == 206 and not self._continues(answer, have, state):
                self._forget(f"{self.name}: the server sent another part than asked for; anew")
                return False
            if answer.status_code == 200:
                if have:
                    same = _validator(answer.headers) == validator
                    self.say(
                        f"{self.name}: the server sends no parts, so it is begun anew"
                        if same
                        else f"{self.name} has changed at the source between two parts; begun anew"
                    )
                have = 0
                state = self._begin(answer, url)
            total = state.get("total")
            self._require_room(total, have)
            self.progress(have, total)
            self._receive(answer, have, total)
        return total is None or self._size() == total

    def _require_answer(self, answer: requests.Response, url: str) -> None:
        code = answer.status_code
        if code in LATER:
            raise _Later(f"the server answers {code} {answer.reason}", retry_after(answer.headers))
        if code in (401, 403):
            msg = (
                f"{self.name}: the server does not give it out ({code} {answer.reason}, {url}). "
                "It may want a login; see the release's terms: neuropil datasets fetch NAME --dry-run."
            )
            raise ContractError(msg)
        if code not in (200, 206):
            msg = f"{self.name} is not there ({code} {answer.reason}, {url})."
            raise ContractError(msg)
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith("text/html") and not self.name.endswith((".html", ".htm")):
            msg = f"{self.name}: {url} gives a web page and no file; it may want a login."
            raise ContractError(msg)
        if answer.headers.get("Content-Encoding", "identity") not in ("identity", "gzip"):
            msg = f"{self.name}: the server packs it in a way of its own; fetch it by hand: {url}."
            raise ContractError(msg)

    def _begin(self, answer: requests.Response, url: str) -> dict[str, Any]:
        length = answer.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() else None
        if self.size is not None and total is not None and total != self.size:
            msg = (
                f"{self.name} has changed at the source: it was {self.size:,} bytes and is "
                f"{total:,} now ({url}). Take it as it is with accept_changed (--accept-changed)."
            )
            raise ContractError(msg)
        state = {"url": url, "total": total}
        if etag := answer.headers.get("ETag"):
            state["etag"] = etag if not etag.startswith("W/") else None
        if modified := answer.headers.get("Last-Modified"):
            state["last_modified"] = modified
        self.seen = dict(state)
        self.part.parent.mkdir(parents=True, exist_ok=True)
        with self._room_told():
            with self.part.open("r+b" if self.part.exists() else "wb") as file:
                file.truncate(0)
            self._state_file.write_text(json.dumps(state))
        return state

    def _state(self, url: str) -> dict[str, Any]:
        """What the part is a part of; empty where that is not known."""
        try:
            state = json.loads(self._state_file.read_text())
        except (OSError, ValueError):
            return {}
        if not isinstance(state, dict) or state.get("url") != url:
            return {}
        total = state.get("total")
        if isinstance(total, int) and self._size() > total:
            return {}
        if self.size is not None and total not in (None, self.size):
            return {}
        self.seen = dict(state)
        return state

    def _forget(self, why: str) -> None:
        self.say(why)
        self._state_file.unlink(missing_ok=True)
        with self.part.open("r+b") as file:
            file.truncate(0)

    def _continues(self, answer: requests.Response, have: int, state: Mapping[str, Any]) -> bool:
        span, _, whole = answer.headers.get("Content-Range", "").partition("/")
        return (
            have > 0
            and span.split("-")[0].strip() == f"bytes {have}"
            and (whole == "*" or not state.get("total") or whole == str(state["total"]))
        )

    def _require_room(self, total: int | None, have: int) -> None:
        free = shutil.disk_usage(self.part.parent).free
        if total is not None and total - have > free - SPARE_BYTES:
            msg = (
                f"{self.name} wants {total - have:,} bytes more and {self.part.parent} has "
                f"{free:,} left. Make room, or choose another folder (--to)."
            )
            raise ContractError(msg)

    def _receive(self, answer: requests.Response, have: int, total: int | None) -> None:
        with self._room_told(), self.part.open("ab") as file:
            file.truncate(have)
            # The bytes as they are sent: a .csv.gz that is declared as gzip stays one.
            while chunk := _read(answer, CHUNK_BYTES):
                have += len(chunk)
                if total is not None and have > total:
                    msg = f"{self.name}: the server sends more than the {total:,} bytes it said."
                    raise ContractError(msg)
                file.write(chunk)
                self.progress(have, total)

    @contextmanager
    def _room_told(self) -> Iterator[None]:
        """Say a full disk in one line; what has come is kept."""
        try:
            yield
        except OSError as error:
            if error.errno not in _FULL:
                raise
            msg = (
                f"{self.name}: the disk is full at {self._size():,} bytes ({self.part}). They are "
                "kept: make room and run it again to go on."
            )
            raise OSError(msg) from None


class _Later(Exception):
    """The server asks for patience."""

    def __init__(self, reason: str, wait_s: float | None) -> None:
        super().__init__(reason)
        self.reason, self.wait_s = reason, wait_s


def _read(answer: requests.Response, size: int) -> bytes:
    """Bytes of the body as they come over the wire, with requests' errors."""
    import requests
    import urllib3

    try:
        chunk: bytes = answer.raw.read(size, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.ReadTimeout(error) from None
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(error) from None
    return chunk


def _validator(headers: Mapping[str, str]) -> str | None:
    etag = headers.get("ETag")
    return etag if etag and not etag.startswith("W/") else headers.get("Last-Modified")


def _said(error: Exception) -> str:
    """The cause of a failed request in a few words."""
    text = str(error)
    for sign, words in (
        ("Name or service not known", f"{_NO_NAME} (no network?)"),
        ("Temporary failure in name resolution", f"{_NO_NAME} (no network?)"),
        ("nodename nor servname", f"{_NO_NAME} (no network?)"),
        ("Connection refused", "the server refuses the connection"),
        ("CERTIFICATE_VERIFY_FAILED", "the server's certificate is not trusted here"),
        ("ProxyError", "the proxy does not let it through"),
        ("timed out", "the server does not answer"),
        ("IncompleteRead", "the connection was cut"),
        ("Connection broken", "the connection was cut"),
        ("Connection aborted", "the connection was cut"),
        ("reset by peer", "the connection was cut"),
    ):
        if sign in text:
            return words
    return (text.splitlines() or [type(error).__name__])[0][:120].rstrip(".")
