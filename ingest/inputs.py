"""Inputs: which files a connectome was made from, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from connectome_analysis.tables.integrity import file_sha256


def describe_inputs(sources: Mapping[str, object]) -> list[dict[str, Any]]:
    """Name, size and SHA-256 of every file that is read.

    Parameters
    ----------
    sources : mapping of str to object
        What each file gives, such as ``"nodes"``, and the file; a table handed over in memory is
        named as such.
    """
    out: list[dict[str, Any]] = []
    for role, source in sources.items():
        if source is None:
            continue
        if not isinstance(source, (str, Path)):
            out.append({"role": role, "file": None, "in_memory": type(source).__name__})
            continue
        path = Path(source).expanduser()
        for file in _files(path):
            name = file.name if path.is_file() else f"{path.name}/{file.relative_to(path)}"
            out.append(
                {
                    "role": role,
                    "file": name,
                    "bytes": file.stat().st_size,
                    "sha256": file_sha256(file),
                }
            )
    return out


def describe_volume_input(role: str, source: object) -> dict[str, Any]:
    """One entry for a volume, a table or weights; a folder of many chunks is one too.

    Parameters
    ----------
    role : str
        What it gives, such as ``"volume"``.
    source : path or anything in memory
        Of a folder the SHA-256 is that of the lines ``<sha256>  <file>`` of its files, by name.
    """
    if not isinstance(source, (str, Path)):
        return {"role": role, "file": None, "in_memory": type(source).__name__}
    path = Path(source).expanduser()
    entry: dict[str, Any] = {"role": role, "file": path.name}
    if path.is_file():
        return entry | {"bytes": path.stat().st_size, "sha256": file_sha256(path)}
    if not path.is_dir():
        return entry | {"file": str(source)}  # a URL
    files = sorted(file for file in path.rglob("*") if file.is_file())
    names = [file.relative_to(path).as_posix() for file in files]
    lines = "".join(f"{file_sha256(f)}  {n}\n" for f, n in zip(files, names, strict=True))
    return entry | {
        "files": len(files),
        "bytes": sum(file.stat().st_size for file in files),
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
    }


def _files(path: Path) -> Iterable[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.parquet"))
