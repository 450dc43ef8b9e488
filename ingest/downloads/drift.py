"""Drift: whether the files a connectome is read from are those that are known of the release."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .known_before import read_record
from .registry import RemoteFile, releases


def drift_of(
    format: str | None,
    release: str | None,
    inputs: Sequence[Mapping[str, Any]],
    sources: Mapping[str, object],
) -> list[str]:
    """Say which files are not those that are known.

    Parameters
    ----------
    format : str or None
        That is being read; without it nothing is compared with the registry.
    release : str or None
        Version the reader found, such as ``"783"``.
    inputs : sequence of mapping
        Role, file, bytes and SHA-256 of what was read, as the manifest has them.
    sources : mapping of str to object
        The files by role.

    Returns
    -------
    list of str
        One line per file that differs.
    """
    lines = []
    for entry in inputs:
        name, found = entry.get("file"), entry.get("sha256")
        source = sources.get(str(entry.get("role")))
        if not found or not isinstance(source, (str, Path)) or not Path(source).is_file():
            continue
        noted = read_record(Path(source).parent).get(str(name))
        if isinstance(noted, dict) and noted.get("sha256") not in (None, found):
            lines.append(
                f"checksum drift: {name} is not what was downloaded on {noted.get('fetched_at')} "
                f"(SHA-256 {str(noted['sha256'])[:12]}... then, {found[:12]}... now)"
            )
            continue
        known = _known(format, release, str(name))
        if known and not any(_same(file, entry, Path(source)) for file, _ in known):
            said = " or ".join(sorted({what for _, what in known}))
            lines.append(
                f"checksum drift: {name} is not the file that is known as {said}: it has "
                f"{entry['bytes']:,} bytes and SHA-256 {found[:12]}.... It has changed at the source "
                "since, or here; numbers may differ from those published"
            )
    return lines


def _known(format: str | None, release: str | None, name: str) -> list[tuple[RemoteFile, str]]:
    """Files of this name that a reader's releases have, and what is known of them in words."""
    found = [
        (one.version, file, f"{one.name} (seen {one.known_on})" if one.known_on else one.name)
        for one in releases().values()
        if one.reader == format
        for file in one.files
        if file.name == name and (file.known_hash or file.bytes)
    ]
    exact = [item for item in found if release and item[0].lstrip("v") == release.lstrip("v")]
    return [(file, what) for _, file, what in exact or found]


def _same(file: RemoteFile, entry: Mapping[str, Any], path: Path) -> bool:
    if file.bytes is not None and file.bytes != entry["bytes"]:
        return False
    if file.sha256 is not None:
        return bool(file.sha256 == entry["sha256"])
    return file.md5 is None or md5_of(path) == file.md5


def md5_of(path: Path) -> str:
    """MD5 of a file, where a source publishes no better hash."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "md5").hexdigest()
