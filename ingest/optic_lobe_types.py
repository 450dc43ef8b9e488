"""Optic lobe types (Matsliah 2024): cell types as nodes, and the synapses from one type to another.

Beside the pairs of types there may be tables with the number of cells of each type on either side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .safe_files import exact_id, file_names, first_line
from .small_rows import small_rows
from .table_reader import table

_NAME = "type_to_type_connection_and_synapse_counts.csv"
_SIDES = ("left_vs_right_types_boundary.csv", "left_vs_right_types_intrinsic.csv")


def recognises_optic_lobe_types(path: Path) -> str | None:
    """Say why a path is the table of types."""
    if path.is_dir() and _NAME in file_names(path):
        return f"holds {_NAME} of Matsliah 2024"
    if path.is_file() and first_line(path).startswith("from type,to type,connections total"):
        return "has the columns from type, to type, connections total of Matsliah 2024"
    return None


def read_optic_lobe_types(
    source: str | Path,
    out: str | Path,
    *,
    min_synapses: int | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read the graph of types; ``syn_count`` is the total of both optic lobes.

    Parameters
    ----------
    source : path
        The table, or its folder.
    out : path
    min_synapses, description, overwrite, command, progress
        As for `table`.
    """
    path = Path(source).expanduser()
    file = path / _NAME if path.is_dir() else path
    rows = small_rows(file) if file.is_file() else []
    if not rows or not {"from type", "to type", "synapses total"} <= set(rows[0]):
        msg = f"{file} must be a table with from type, to type and synapses total."
        raise ContractError(msg)
    types = list(dict.fromkeys(row[name] for row in rows for name in ("from type", "to type")))
    files = {"edges": file}
    cells: dict[str, list[int | None]] = {"cells_right": [], "cells_left": []}
    sides: dict[str, dict[str, Any]] = {}
    for name in _SIDES:
        beside = file.parent / name
        if beside.is_file():
            files[f"cells of {name}"] = beside
            sides |= {row["Type"]: row for row in small_rows(beside)}
    for kind in types:
        row = sides.get(kind, {})
        for column, own in (("cells_right", "Right OL"), ("cells_left", "Left OL")):
            cells[column].append(exact_id(row.get(own), f"{kind}: {own}"))
    unconnected = len(set(sides) - set(types))
    return table(
        out,
        edges=file,
        nodes=pa.table(
            {"name": pa.array(types, pa.string()), "cell_type": pa.array(types, pa.string())}
            | {name: pa.array(counts, pa.int64()) for name, counts in cells.items()}
        ),
        columns={"syn_count": "synapses total", "nodes.node_id": "name"},
        files=files,
        ids="names",
        weight_meaning="synapses",
        min_synapses=min_synapses,
        decisions=[f"a node is a cell type, not a neuron; {len(types):,} types have connections"],
        buckets={"types_without_connection": unconnected},
        description={
            "species": "Drosophila melanogaster",
            "individual": "FAFB",
            "sex": "female",
            "stage": "adult",
            "source": "Matsliah 2024, FlyWire 783, types of the optic lobes",
            "release": "783",
            "licence": "Apache-2.0",
            "doi": ("10.1038/s41586-024-07981-1",),
        }
        | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )
