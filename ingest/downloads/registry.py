"""Registry: which public releases can be had, from where, under which terms, and who reads them.

A release is one file of ``releases/``, named as it is asked for. An address or a hash stands there only where
a publication, the project's own pages or a catalogue of them gives it; what is unknown is left out.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from connectome_analysis.tables import ContractError

Access = Literal["open", "by hand", "token"]


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file of a release.

    Attributes
    ----------
    name : str
        What it is called on disk, as its reader expects it.
    url : str
    bytes : int or None
        Size, where it is known.
    sha256, md5 : str or None
        As published, or as catalogued on ``Release.known_on``.
    needed : bool
        Fetched by default; others are asked for by name.
    unpack : bool
        A tar or zip whose files are wanted beside it.
    note : str or None
    """

    name: str
    url: str
    bytes: int | None = None
    sha256: str | None = None
    md5: str | None = None
    needed: bool = False
    unpack: bool = False
    note: str | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("https", "http") or not parts.netloc or "@" in parts.netloc:
            msg = f"{self.name}: {self.url!r} is no address of a file (https://...)."
            raise ContractError(msg)
        if not self.name or self.name in (".", "..") or any(c in self.name for c in '/\\:\0"'):
            msg = f"{self.name!r} is no plain name of a file."
            raise ContractError(msg)

    @property
    def known_hash(self) -> str | None:
        """``"sha256:..."`` or ``"md5:..."``, the better one that is known."""
        if self.sha256:
            return f"sha256:{self.sha256}"
        return f"md5:{self.md5}" if self.md5 else None


@dataclass(frozen=True, kw_only=True)
class Release:
    """A public release.

    Attributes
    ----------
    name : str
        As it is asked for: ``neuropil datasets fetch NAME``.
    title, version, species, licence, terms : str
    citation, doi : tuple of str
    access : {"open", "by hand", "token"}
        Whether it can be fetched, or `steps` say how it is had.
    steps : tuple of str
    reader : str or None
        Format of `ingest.formats` that turns it into tables.
    source : str or None
        What the reader is given, within the folder; None: the folder.
    options : mapping
        Of the reader.
    files : tuple of RemoteFile
    known_on : str or None
        Date at which sizes and hashes were seen.
    note : str or None
    """

    name: str
    title: str
    version: str
    species: str
    licence: str
    terms: str
    access: Access
    citation: tuple[str, ...] = ()
    doi: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    reader: str | None = None
    source: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[RemoteFile, ...] = ()
    known_on: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if self.access not in get_args(Access):
            msg = f"{self.name}: access must be one of {', '.join(get_args(Access))}."
            raise ContractError(msg)
        if (self.access == "open") is not bool(self.files) or bool(self.files) is bool(self.steps):
            msg = f"{self.name}: an open release lists files, any other the steps to it."
            raise ContractError(msg)
        names = [file.name for file in self.files]
        if len(set(names)) < len(names):
            msg = f"{self.name} lists a file twice."
            raise ContractError(msg)

    @property
    def known_bytes(self) -> int:
        """Bytes of the needed files whose size is known."""
        return sum(file.bytes or 0 for file in self.files if file.needed)

    def choose(self, asked: tuple[str, ...] = (), *, everything: bool = False) -> list[RemoteFile]:
        """Files that are fetched: the needed ones, or those asked for, or all.

        Raises
        ------
        ContractError
            Where the release has no file of a name.
        """
        names = [file.name for file in self.files]
        for name in asked:
            if name not in names:
                near = difflib.get_close_matches(name, names, n=3) or names[:3]
                msg = f"{self.name} has no file {name!r}; there are {', '.join(near)}, ..."
                raise ContractError(msg)
        if everything:
            return list(self.files)
        if asked:
            return [file for file in self.files if file.name in asked]
        return [file for file in self.files if file.needed]


@cache
def releases() -> Mapping[str, Release]:
    """Every release of the registry, by name.

    Examples
    --------
    >>> releases()["hemibrain-1.2"].licence
    'CC BY 4.0'
    """
    folder = resources.files(__package__) / "releases"
    found = {}
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".toml"):
            name = item.name.removesuffix(".toml")
            found[name] = parse_release(name, item.read_text("utf-8"))
    return found


def parse_release(name: str, text: str) -> Release:
    """Read a release from the text of its file.

    Raises
    ------
    ContractError
        Where a field is missing, unknown or of the wrong kind.
    """
    try:
        content = tomllib.loads(text)
        files = tuple(RemoteFile(**file) for file in content.pop("files", ()))
        for key in ("citation", "doi", "steps"):
            content[key] = tuple(content.get(key, ()))
        return Release(name=name, files=files, **content)
    except (tomllib.TOMLDecodeError, TypeError) as error:
        msg = f"release {name}: {error}."
        raise ContractError(msg) from None


def find_release(name: str) -> Release:
    """Find a release by name.

    Raises
    ------
    ContractError
        Where there is none, with the nearest.

    Examples
    --------
    >>> find_release("ciona-ryan2016").reader
    'ciona'
    """
    known = releases()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    msg = f"{name!r} is no release that is known; see: neuropil datasets list.{hint}"
    raise ContractError(msg)
