"""Ciona: the tadpole larva of *Ciona intestinalis*, a networkx node-link file with quirks.

Ids are texts of digits, ``-`` and bare ``NaN`` (which is no JSON) stand for what is missing, and a
weight is the depth of contact in um, not a number of synapses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from .account import Ingested
from .graphs import read_graph
from .positions import Unit
from .safe_files import file_names, first_bytes
from .table_reader import table

_MISSING = frozenset({"-", ""})
_WEIGHT = {"meaning": "contact depth", "unit": "um"}


def recognises_ciona(path: Path) -> str | None:
    """Say why a path is the connectome of Ciona."""
    file = _file(path)
    if file is None:
        return None
    if file.name.casefold() == "ciona.json":
        return f"{'holds' if path.is_dir() else 'is called'} ciona.json"
    if b'"Brain Region"' in first_bytes(file, 4096) and b'"Ciliated"' in first_bytes(file, 4096):
        return f"{file.name} has the cells' keys Ciliated and Brain Region, as Ciona's have"
    return None


def read_ciona(
    source: str | Path,
    out: str | Path,
    *,
    unit: Unit | None = None,
    directed: bool | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read the connectome of the Ciona larva.

    Parameters
    ----------
    source : path
        The JSON file, or the folder it is in.
    out : path
    unit : {"nm", "um"}, optional
        Of the columns X, Y, Z, which the file does not state; without it they are kept as they are.
    directed : bool, optional
        As the file says, by default.
    description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where the file is no node-link JSON.
    """
    path = Path(source).expanduser()
    file = _file(path) or path
    graph = read_graph(file, "node-link")
    nodes, gaps = _without_dashes(graph.nodes)
    columns: dict[str, str | None] = {
        "nodes.node_id": "id",
        "edges.pre_id": "source",
        "edges.post_id": "target",
    }
    if "Brain Region" in nodes.column_names:
        columns["nodes.region"] = "Brain Region"
    told = [
        *graph.told,
        f"{file.name}: ids are names, also where they are digits; {gaps:,} cells of nodes are '-'",
        "weights are the depth of contact in um, not synapses",
    ]
    return table(
        out,
        edges=graph.edges,
        nodes=nodes,
        columns=columns,
        files={"edges": file},
        ids="names",
        zero_is_a_neuron=True,
        unit=unit,
        directed=graph.directed if directed is None else directed,
        weight_meaning=_WEIGHT["meaning"],
        weight_unit=_WEIGHT["unit"],
        decisions=told,
        description={
            "species": "Ciona intestinalis",
            "individual": "one larva",
            "stage": "larva",
            "source": f"Ryan 2016, {file.name}",
            "release": "2016",
            "detector": "manual tracing",
            "citation": (
                (
                    "Ryan K, Lu Z, Meinertzhagen IA (2016) The CNS connectome of a tadpole larva of "
                    "Ciona intestinalis (L.) highlights sidedness in the brain of a chordate sibling. "
                    "eLife 5:e16962."
                ),
            ),
            "doi": ("10.7554/eLife.16962",),
        }
        | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


def _file(path: Path) -> Path | None:
    if path.is_dir():
        return path / "ciona.json" if "ciona.json" in file_names(path) else None
    return path if path.is_file() and path.suffix.lower() == ".json" else None


def _without_dashes(nodes: pa.Table) -> tuple[pa.Table, int]:
    """Cells that say "missing" emptied; how many there were."""
    gaps = 0
    for index, name in enumerate(nodes.column_names):
        if name == "id":
            continue
        cells = nodes.column(name).to_pylist()
        kept = [None if cell is None or cell.strip() in _MISSING else cell for cell in cells]
        gaps += sum(cell is not None and cell.strip() == "-" for cell in cells)
        nodes = nodes.set_column(index, name, pa.array(kept, pa.string()))
    return nodes, gaps
