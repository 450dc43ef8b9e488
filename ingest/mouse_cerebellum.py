"""Mouse cerebellum (Nguyen 2023): which mossy fibres reach which granule cells, and the synapses of
granule cells onto Purkinje cells, each with its place, score and area.

The first list says only that there is a connection, the second counts synapses. So they are two kinds
of edge: ``chemical`` with counts, and ``chemical, not counted`` with weight 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .safe_files import file_names
from .small_rows import small_rows
from .table_reader import table

SYNAPSES = "grc_pc_synapses.csv"
FIBRES = "mf_grc_edges.csv"
CELLS = "mf_grc_nodes.csv"
NOT_COUNTED = "chemical, not counted"


def recognises_mouse_cerebellum(path: Path) -> str | None:
    """Say why a path is the graph of the cerebellum."""
    if path.is_dir() and {SYNAPSES, FIBRES, CELLS} <= set(file_names(path)):
        return f"holds {SYNAPSES}, {FIBRES} and {CELLS} of Nguyen 2023"
    return None


def read_mouse_cerebellum(
    source: str | Path,
    out: str | Path,
    *,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read the graph of mossy fibres, granule cells and Purkinje cells.

    Parameters
    ----------
    source : path
        The folder of the three files.
    out : path
    description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where a file or a column is missing.
    """
    path = Path(source).expanduser()
    files = {"synapses": path / SYNAPSES, "edges": path / FIBRES, "nodes": path / CELLS}
    missing = [file.name for file in files.values() if not file.is_file()]
    if missing:
        msg = f"{path} holds no {' and no '.join(missing)}."
        raise ContractError(msg)
    synapses = small_rows(files["synapses"])
    fibres = small_rows(files["edges"])
    cells = small_rows(files["nodes"])
    for role, rows, needed in (
        ("synapses", synapses, ("pre", "post")),
        ("edges", fibres, ("pre", "post")),
        ("nodes", cells, ("node", "cell_type")),
    ):
        if not rows or any(not rows[0].get(name) for name in needed):
            msg = f"{files[role].name}: wanted rows with {' and '.join(needed)}."
            raise ContractError(msg)
    counts = Counter((row["pre"], row["post"]) for row in synapses)
    pairs: list[tuple[Any, ...]] = [
        (*pair, "chemical", count, count) for pair, count in counts.items()
    ]
    pairs += [(row["pre"], row["post"], NOT_COUNTED, 1, None) for row in fibres]
    listed = {row["node"] for row in cells}
    for row in synapses:
        for name, kind in ((row["pre"], "grc"), (row["post"], "pc")):
            if name not in listed:
                listed.add(name)
                cells.append({"node": name, "cell_type": kind})
    columns = list(dict.fromkeys(name for cell in cells for name in cell))
    names = ("pre_id", "post_id", "edge_type", "weight", "syn_count")
    types = (pa.string(), pa.string(), pa.string(), pa.int64(), pa.int64())
    return table(
        out,
        edges=pa.table(
            {
                name: pa.array([pair[i] for pair in pairs], kind)
                for i, (name, kind) in enumerate(zip(names, types, strict=True))
            }
        ),
        synapses=files["synapses"],
        nodes=pa.table(
            {name: pa.array([cell.get(name) for cell in cells], pa.string()) for name in columns}
        ),
        files=files,
        ids="names",
        unit="nm",
        weight_meaning="synapses, or that there is a connection",
        weight_meanings={
            "chemical": {"meaning": "synapses"},
            NOT_COUNTED: {"meaning": "connected (the source gives no weight)"},
        },
        decisions=[
            f"{SYNAPSES}: edges of kind 'chemical' count the synapses of each pair",
            f"{FIBRES} gives no weight: edges of kind {NOT_COUNTED!r}",
            (
                f"cells of {CELLS}, and those that only {SYNAPSES} names: pre is a granule cell, "
                "post a Purkinje cell"
            ),
        ],
        description={
            "species": "Mus musculus",
            "source": "Nguyen 2023, htem/cb2_project_analysis",
            "release": "2022",
            "licence": "MIT",
            "detector": "automatic, with a score per synapse; fibres by hand",
            "doi": ("10.1038/s41586-022-05471-w",),
        }
        | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )
