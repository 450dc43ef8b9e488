"""Platynereis: the larva's cells as one matrix with quoted names (Verasztó, Jasek, Jékely)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .account import Ingested
from .matrices import Orientation
from .safe_files import file_names, first_line
from .table_reader import table

_NAME = re.compile(r"^adjacency_matrix_connectome.*\.csv$")


def recognises_platynereis(path: Path) -> str | None:
    """Say why a path is the matrix of Platynereis."""
    file = _file(path)
    if file is not None and first_line(file).lstrip('"').startswith("Neurons"):
        return f"{file.name} is a matrix whose corner says Neurons, as Platynereis' does"
    return None


def read_platynereis(
    source: str | Path,
    out: str | Path,
    *,
    orientation: Orientation | None = None,
    min_synapses: int | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read the matrix of a three-day larva of *Platynereis dumerilii*; cells are named.

    Parameters
    ----------
    source : path
        The CSV, or the folder it is in.
    out : path
    orientation, min_synapses, description, overwrite, command, progress
        As for `table`.
    """
    path = Path(source).expanduser()
    return table(
        out,
        matrix=_file(path) or path,
        header=True,
        row_names=True,
        ids="names",
        orientation=orientation,
        min_synapses=min_synapses,
        weight_meaning="synapses",
        description={
            "species": "Platynereis dumerilii",
            "stage": "three-day larva",
            "source": f"Jasek 2022, {path.name}",
            "release": "2022",
            "detector": "manual tracing",
            "doi": ("10.7554/eLife.71231",),
        }
        | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


def _file(path: Path) -> Path | None:
    if path.is_file():
        return path if _NAME.match(path.name) else None
    found = [name for name in file_names(path) if _NAME.match(name.rpartition("/")[2])]
    return path / found[0] if len(found) == 1 else None
