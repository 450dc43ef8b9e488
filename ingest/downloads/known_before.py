"""Known before: what a fetched file was, so that a file that has changed at its source is told.

Beside the files of a release, ``downloaded.json`` says for each its address, bytes and SHA-256. One more record,
in the user's cache, outlives the folder: where the registry has no hash, the first download's stands in for it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RECORD = "downloaded.json"


def read_record(folder: Path) -> dict[str, Any]:
    """What is known of the files in a folder, by name; empty where nothing is."""
    return _read(folder / RECORD)


def add_to_record(folder: Path, release: str, name: str, entry: Mapping[str, Any]) -> None:
    """Write down one more file of a folder."""
    files = read_record(folder) | {name: dict(entry)}
    _write(folder / RECORD, {"release": release, "files": files})


def first_seen(url: str) -> dict[str, Any] | None:
    """What a file was when it was first fetched by this user, None where it never was."""
    found = _read(_remembered()).get(url)
    return found if isinstance(found, dict) else None


def remember(url: str, entry: Mapping[str, Any]) -> None:
    """Remember a file, in place of what was known of it."""
    path = _remembered()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, {"files": _read(path) | {url: dict(entry)}})
    except OSError:  # no home that can be written to: nothing is remembered, all else works
        return


def _remembered() -> Path:
    import pooch

    where = os.environ.get("NEUROPIL_CACHE") or pooch.os_cache("neuropil")
    return Path(where) / "first_seen.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        files = json.loads(path.read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return files if isinstance(files, dict) else {}


def _write(path: Path, content: Mapping[str, Any]) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    partial.replace(path)
