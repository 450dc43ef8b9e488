"""Shiu 2024: the graph of FlyWire behind a model of the whole fly brain, as its authors share it.

``Connectivity_783.parquet`` has a row per pair, unthresholded, with the number of synapses and whether the
sender excites (1) or inhibits (-1); ``Completeness_783.csv`` lists the neurons, their ids in a first column
without a name. The release 630 has the same under other names. The number of a neuron in the model is its
place in the list.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from connectome_analysis.tables import ContractError

from .account import Ingested
from .neurons import UnknownNeurons
from .prepared_rows import PreparedRows
from .read_rows import open_rows
from .safe_files import is_junk
from .small_rows import table_columns
from .source_rows import SourceRows
from .table_reader import table
from .workspace import Workspace, quoted

_EDGES = re.compile(r"(.*_)?connectivity_(\d+)(_final)?\.parquet", re.IGNORECASE)
_NEURONS = re.compile(r"(.*_)?completeness_(\d+)(_final)?\.csv", re.IGNORECASE)
_NEEDED = ("Presynaptic_ID", "Postsynaptic_ID", "Connectivity", "Excitatory")
# Places in the list, and the product of two other columns.
_AGAIN = ("Presynaptic_Index", "Postsynaptic_Index", "Excitatory x Connectivity")


def recognises_shiu(path: Path) -> str | None:
    """Say why a path is the graph of Shiu 2024, or a folder that holds it."""
    found = _matching(path, _EDGES)
    if len(found) == 1 and set(_NEEDED) <= set(table_columns(found[0])):
        return f"{found[0].name} has Presynaptic_ID and Excitatory, as the model of Shiu 2024 has"
    return None


def read_shiu(
    source: str | Path,
    out: str | Path,
    *,
    min_synapses: int | None = None,
    unknown_neurons: UnknownNeurons = "error",
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read the graph of Shiu 2024.

    Parameters
    ----------
    source : path
        The folder of both files, or the Parquet file; then neurons are those that have a connection.
    out : path
    min_synapses, unknown_neurons, overwrite, command, progress
        As for `ingest.table`.

    Raises
    ------
    ContractError
        Where a file is missing or not what its name says; nothing is written then.
    """
    path = Path(source).expanduser()
    if not path.exists():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    found = _matching(path, _EDGES)
    listed = _matching(path, _NEURONS) if path.is_dir() else []
    if len(found) != 1 or len(listed) > 1:
        names = ", ".join(file.name for file in (*found, *listed)) or "none"
        msg = (
            f"{path.name}: wanted one Connectivity_783.parquet and at most one Completeness_783.csv, "
            f"found {names}."
        )
        raise ContractError(msg)
    edges = found[0]
    release = _release(edges, _EDGES)
    if listed and _release(listed[0], _NEURONS) != release:
        msg = f"{edges.name} and {listed[0].name} are of two releases; take one of them out."
        raise ContractError(msg)
    told = [
        "sign is Excitatory: 1 where most of the sender's synapses excite, -1 where they inhibit"
    ]
    if listed:
        told.append(f"the first column of {listed[0].name} is the root id")
    return table(
        out,
        edges=_without_places(edges),
        nodes=listed[0] if listed else None,
        columns={
            "edges.pre_id": "Presynaptic_ID",
            "edges.post_id": "Postsynaptic_ID",
            "edges.syn_count": "Connectivity",
            "edges.weight": None,
            **({"nodes.node_id": "column_1"} if listed else {}),
        },
        files={"edges": edges} | ({"nodes": listed[0]} if listed else {}),
        ids="integers",
        nodes_header=True if listed else None,
        weight_meaning="synapses",
        min_synapses=min_synapses,
        unknown_neurons=unknown_neurons,
        decisions=told,
        description={
            "name": f"FlyWire {release}, model of Shiu 2024",
            "species": "Drosophila melanogaster",
            "individual": "FAFB",
            "sex": "female",
            "stage": "adult",
            "source": "FlyWire, as shared with the model of Shiu 2024",
            "release": release,
            "citation": ("Shiu et al. 2024, Nature 634:210",),
            "doi": ("10.1038/s41586-024-07763-9",),
            "detector": "Buhmann 2021; cleft score of 50 and more",
        },
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


def _matching(path: Path, name: re.Pattern[str]) -> list[Path]:
    files = [path] if path.is_file() else sorted(path.iterdir()) if path.is_dir() else []
    return [f for f in files if f.is_file() and not is_junk(f.name) and name.fullmatch(f.name)]


def _release(path: Path, name: re.Pattern[str]) -> str:
    match = name.fullmatch(path.name)
    assert match is not None
    return match[2]


def _without_places(path: Path) -> PreparedRows:
    """The rows without places in the model and the product of two columns."""

    def make(workspace: Workspace, view: str) -> SourceRows:
        rows = open_rows(workspace, f"{view}_as_published", path)
        for column in _NEEDED:
            rows.require(column)
        kept = [
            f"{quoted(name)} AS sign" if name == "Excitatory" else quoted(name)
            for name in rows.columns
            if name not in _AGAIN
        ]
        workspace.run(
            f"CREATE VIEW {quoted(view)} AS SELECT {', '.join(kept)} FROM {quoted(rows.view)}"
        )
        workspace.account.decide(
            f"{path.name}: places in the model (the order of the list of neurons) are left out"
        )
        return replace(rows, view=view, columns=workspace.columns(view))

    return PreparedRows(make)
