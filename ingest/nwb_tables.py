"""NWB tables: the neurons and connections that our export puts under ``/processing/connectome``.

Two DynamicTables as pynwb, MatNWB and DANDI read them. Texts that are empty were missing; of whole numbers
with gaps the file has floats. What the file says of its subject is told where no ``.source.json`` is beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .column_mapping import header_unit
from .hdf5_files import open_hdf5, read_dataset
from .source_beside import source_beside
from .table_reader import table
from .weights import MIXED

CONNECTOME = "processing/connectome"
_TABLES = ("neurons", "connections")
# Words that a DynamicTable has for itself, which the export has given other names.
_OURS = {
    "neuron_name": "name",
    "id_of_source": "id",
    "pre_of_source": "pre",
    "post_of_source": "post",
}
_PLACES = frozenset({"pre", "post"})
_TERM = re.compile(r"; (?=(?:licence|citation|doi|consent|access|restricted): )")
_SEXES = {"M": "male", "F": "female", "O": "hermaphrodite"}


def holds_connectome(file: Any) -> bool:
    """Whether an open NWB file has the two tables."""
    return all(f"{CONNECTOME}/{name}" in file for name in _TABLES)


def read_nwb_tables(
    source: str | Path,
    out: str | Path,
    *,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read the connectome in an NWB file that `neuropil export` made.

    Parameters
    ----------
    source : path
    out : path
    description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where a column is missing, or as long as no other.
    """
    path = Path(source).expanduser()
    with open_hdf5(path, "NWB") as file:
        neurons, connections = (
            _columns(file[f"{CONNECTOME}/{name}"], path.name) for name in _TABLES
        )
        unit = _unit(file[f"{CONNECTOME}/connections"])
        about = _about(file, path.name)
    beside = source_beside(path)
    counts = f"{neurons.num_rows:,} neurons and {connections.num_rows:,} connections"
    told = [f"{path.name}: {counts}, tables of /{CONNECTOME}"]
    known = beside is not None
    shared, by_kind = (None, {}) if known or unit is None else _by_kind(unit)
    return table(
        out,
        edges=connections,
        nodes=neurons,
        files={"edges": path},
        ids="integers",
        zero_is_a_neuron=True,
        decisions=told,
        description=({} if known else about) | dict(description or {}),
        overwrite=overwrite,
        weight_meaning=shared,
        weight_unit=None if by_kind else shared,
        weight_meanings=by_kind,
        command=command,
        progress=progress,
    )


def _columns(group: Any, label: str) -> pa.Table:
    names = [str(name) for name in group.attrs.get("colnames", ())]
    columns: dict[str, pa.Array] = {}
    for name in names:
        if name in _PLACES:
            continue  # rows of the table of neurons, which pre_id and post_id name as well
        values = read_dataset(group, name, label, "iufSb")
        if values.ndim != 1:
            msg = f"{label}: {group.name}/{name} has shape {values.shape}, wanted one value a row."
            raise ContractError(msg)
        columns[_OURS.get(name, name)] = _column(values)
    if len({len(column) for column in columns.values()}) > 1:
        msg = f"{label}: columns of {group.name} are not equally long."
        raise ContractError(msg)
    return pa.table(columns)


def _column(values: Any) -> pa.Array:
    if values.dtype.kind == "f":
        return pa.array(values.astype(np.float64), mask=np.isnan(values))
    if values.dtype.kind in "iu":
        return pa.array(values)
    if values.dtype.kind == "b":
        return pa.array(values.astype(bool))
    return pa.array([str(value) or None for value in values.tolist()], pa.string())


def _unit(group: Any) -> str | None:
    """What the table says that its weights are measured in."""
    if "weight" not in group:
        return None
    return header_unit(str(group["weight"].attrs.get("description", "")))


def _by_kind(unit: str) -> tuple[str, dict[str, dict[str, str]]]:
    """The unit of all weights, or what stands for it where kinds differ, and the units by kind."""
    parts = [part.partition(": ") for part in unit.split(", ")]
    if not all(sign for _, sign, _ in parts):
        return unit, {}
    return MIXED, {kind: {"meaning": of, "unit": of} for kind, _, of in parts}


def _about(file: Any, label: str) -> dict[str, Any]:
    """What the file says of the animal, the papers and the terms."""
    subject = file.get("general/subject", {})
    said = {
        ours: str(read_dataset(subject, theirs, label, "S"))
        for ours, theirs in (("species", "species"), ("individual", "subject_id"), ("sex", "sex"))
        if theirs in subject
    }
    if "sex" in said:
        said["sex"] = _SEXES.get(said["sex"], "")
    about: dict[str, Any] = {name: text for name, text in said.items() if text}
    general = file.get("general", {})
    if "related_publications" in general:
        papers = read_dataset(general, "related_publications", label, "S").tolist()
        about["doi"] = tuple(str(p).removeprefix("doi:") for p in papers)
    if "notes" in general:
        terms = str(read_dataset(general, "notes", label, "S"))
        parts = dict(part.split(": ", 1) for part in _TERM.split(terms) if ": " in part)
        about |= {name: parts[name] for name in ("licence", "consent", "access") if name in parts}
        about |= {"citation": (parts["citation"],)} if "citation" in parts else {}
        about |= {"restricted": True} if "restricted" in parts else {}
        if about.get("licence") == "not stated":
            del about["licence"]
    return about | {"source": f"NWB, {label}"}
