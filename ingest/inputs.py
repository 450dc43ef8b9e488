"""Inputs: which files a connectome was made from, byte for byte."""

from __future__ import annotations

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


def _files(path: Path) -> Iterable[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.parquet"))
