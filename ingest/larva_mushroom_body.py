"""Larval mushroom body (Eichler 2017) as graspologic carries it: a matrix and one letter per neuron.

``left_adjacency.csv`` has numbers between spaces and no names, ``left_cell_labels.csv`` a letter per line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .choices import choose
from .matrices import Orientation
from .safe_files import file_names
from .table_reader import table
from .text_files import open_text

TYPES: Mapping[str, tuple[str, str]] = {
    "K": ("KC", "Kenyon cell"),
    "P": ("PN", "projection neuron"),
    "O": ("MBON", "mushroom body output neuron"),
    "I": ("MBIN", "mushroom body input neuron"),
}
_SIDES = ("left", "right")


def recognises_larva_mushroom_body(path: Path) -> str | None:
    """Say why a folder is the mushroom body of the larva."""
    names = set(file_names(path)) if path.is_dir() else set()
    for side in _SIDES:
        if {f"{side}_adjacency.csv", f"{side}_cell_labels.csv"} <= names:
            return f"holds {side}_adjacency.csv and {side}_cell_labels.csv, as graspologic has them"
    return None


def read_larva_mushroom_body(
    source: str | Path,
    out: str | Path,
    *,
    side: Literal["left", "right"] | None = None,
    orientation: Orientation | None = None,
    min_synapses: int | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read one side's mushroom body; ``node_id`` is 1, 2, ... in the order of the matrix.

    Parameters
    ----------
    source : path
        The folder.
    out : path
    side : {"left", "right"}, optional
        Needed where both are there: they are graphs of their own.
    orientation, min_synapses, description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where a file is missing, a letter unknown, or both sides are there and none is chosen.
    """
    path = Path(source).expanduser()
    there = [name for name in _SIDES if (path / f"{name}_adjacency.csv").is_file()]
    if side is None and len(there) != 1:
        found = " and ".join(there) or "neither side"
        msg = f"{path.name} holds {found}; say which: side='left' or 'right' (--option side=left)."
        raise ContractError(msg)
    chosen = choose(side or there[0], _SIDES, "side")
    matrix, labels = path / f"{chosen}_adjacency.csv", path / f"{chosen}_cell_labels.csv"
    with open_text(labels) as text:
        letters = [line.strip() for line in text if line.strip()]
    unknown = [letter for letter in letters if letter not in TYPES]
    if unknown:
        msg = f"{labels.name}: {unknown[0]!r} is none of the letters {', '.join(TYPES)}."
        raise ContractError(msg)
    return table(
        out,
        matrix=matrix,
        nodes=pa.table(
            {
                "node_id": pa.array(range(1, len(letters) + 1), pa.int64()),
                "cell_type": pa.array([TYPES[letter][0] for letter in letters], pa.string()),
                "cell_class": pa.array([TYPES[letter][1] for letter in letters], pa.string()),
                "side": pa.array([chosen] * len(letters), pa.string()),
            }
        ),
        delimiter="space",
        header=False,
        row_names=False,
        files={"nodes": labels},
        orientation=orientation,
        min_synapses=min_synapses,
        weight_meaning="synapses",
        decisions=[f"{labels.name}: K, P, O, I are KC, PN, MBON, MBIN"],
        description={
            "species": "Drosophila melanogaster",
            "stage": "first-instar larva",
            "source": f"Eichler 2017, {chosen} mushroom body, as distributed in graspologic",
            "release": "2017",
            "detector": "manual tracing",
            "doi": ("10.1038/nature23455",),
        }
        | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )
