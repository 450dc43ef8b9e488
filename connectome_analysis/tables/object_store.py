"""Object store: a connectome in S3, Google Cloud Storage or Azure, read in place through Arrow.

Only what a question needs is fetched: the manifest and the ends of the files on opening, then the columns
and row groups that are looked at. Nothing is written there, and there is no exchange of names: whoever
replaces a connectome in a store writes it under another name. If its manifest changes all the same, further
questions are refused as they are on a disk.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pyarrow as pa

from .errors import DamagedConnectomeError, one_line
from .manifest import FILE_NAME
from .problem import Problem

if TYPE_CHECKING:
    import pyarrow.fs as pafs

# An Arrow may be built without a store: ImportError.
_NOT_READ = (pa.ArrowException, OSError, ValueError, TypeError, ImportError)
# A drive of Windows has one letter.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
# A Path has made one slash of two.
_URL_AS_PATH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:[/\\]")
_STORES = ("s3", "gs", "gcs", "abfs", "abfss", "hdfs", "viewfs", "file", "mock")
# Google's client goes on asking for 15 minutes.
_RETRY_SECONDS = "15"
_MOST_WORDS = 240


def is_url(path: object) -> bool:
    """Whether a path is the address of an object store.

    Examples
    --------
    >>> is_url("s3://bucket/fly"), is_url("C://fly"), is_url("fly")
    (True, False, False)
    """
    return isinstance(path, str) and _URL.match(path) is not None


def looks_like_url(path: object) -> bool:
    """Whether a text or a Path began as an address, which is no folder of this machine.

    Examples
    --------
    >>> looks_like_url(Path("s3://bucket/fly")), looks_like_url(Path("fly"))
    (True, False)
    """
    return _URL_AS_PATH.match(str(path)) is not None


def shown_address(path: str) -> str:
    """An address without its keys and options; any other path as it is.

    Examples
    --------
    >>> shown_address("s3://key:secret@bucket/fly?region=eu-central-1"), shown_address("fly")
    ('s3://bucket/fly', 'fly')
    """
    return str(StoredFolder(path)) if is_url(path) else path


@dataclass(frozen=True)
class StoredFolder:
    """A folder in an object store.

    Attributes
    ----------
    url : str
        ``s3://bucket/fly``; what Arrow takes behind a question mark may follow, such as
        ``?region=eu-central-1`` or ``?endpoint_override=localhost:9000&scheme=http``, and
        ``?anonymous=true`` for a public bucket of S3 or Google. Without keys in it, those of the environment are used.

    Examples
    --------
    >>> str(StoredFolder("s3://key:secret@bucket/fly?region=eu-central-1"))
    's3://bucket/fly'
    """

    url: str = field(repr=False)

    def __str__(self) -> str:
        """The address, without keys and options."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def __reduce__(self) -> tuple[Any, ...]:
        return StoredFolder, (self.url,)

    @property
    def parent(self) -> Path:
        """Where queries may spill: the system's temporary folder."""
        return Path(tempfile.gettempdir())

    def resolve(self) -> StoredFolder:
        """The folder itself: an address has no links."""
        return self

    def manifest_bytes(self) -> bytes:
        """The manifest's file.

        Raises
        ------
        DamagedConnectomeError
            Where there is none, or the store cannot be reached.
        """
        try:
            with self._open(FILE_NAME) as file:
                return bytes(file.read())
        except FileNotFoundError:
            msg = f"{self} is not a connectome: it has no {FILE_NAME}."
            raise DamagedConnectomeError(msg) from None
        except _NOT_READ as error:
            msg = f"{self} cannot be read: {_said(error)}."
            raise DamagedConnectomeError(msg) from None

    def open_file(self, table: str, path: str) -> pa.NativeFile | Problem:
        """Open one file of a table for reading at any place, or say why that cannot be done."""
        try:
            return self._open(path)
        except FileNotFoundError:
            return Problem(table=table, rule="missing file", message=f"{path} is not there.")
        except _NOT_READ as error:
            reason = _said(error)
            return Problem(
                table=table,
                rule="unreadable file",
                message=f"{path!r} cannot be read ({reason}).",
            )

    def _open(self, path: str) -> pa.NativeFile:
        system, folder = self._system
        return system.open_input_file(f"{folder.rstrip('/')}/{path}")

    @cached_property
    def _system(self) -> tuple[pafs.FileSystem, str]:
        """Arrow's file system, and the folder in it."""
        import pyarrow.fs as pafs

        parts = urlsplit(self.url)
        options = dict(parse_qsl(parts.query))
        if parts.scheme.casefold() not in _STORES:
            msg = (
                f"{parts.scheme}:// is no store that is read here; addresses begin with s3://, gs://, "
                "abfs://, hdfs:// or file://"
            )
            raise ValueError(msg)
        if parts.scheme in ("gs", "gcs"):
            options.setdefault("retry_limit_seconds", _RETRY_SECONDS)
            if options.pop("anonymous", "false") == "true":
                parts = parts._replace(netloc=f"anonymous@{parts.netloc.rpartition('@')[2]}")
        if parts.scheme != "s3" or options.pop("anonymous", "false") != "true":
            system, folder = pafs.FileSystem.from_uri(
                urlunsplit(parts._replace(query=urlencode(options)))
            )
            return system, folder
        # Arrow's addresses cannot say so, though public buckets are read without keys.
        options.setdefault("region", "")
        if not options["region"] and "endpoint_override" not in options:
            options["region"] = pafs.resolve_s3_region(parts.netloc)
        return pafs.S3FileSystem(anonymous=True, **options), f"{parts.netloc}{parts.path}"


def _said(error: Exception) -> str:
    """What a store's client says, of which Google's tells everything three times."""
    line = one_line(error).rstrip(".")
    return line if len(line) <= _MOST_WORDS else f"{line[:_MOST_WORDS]} ..."
