"""The manifest: what a connectome is, where it came from and what its files must be."""

from __future__ import annotations

import json
import math
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, cast

from .errors import ContractError, DamagedConnectomeError
from .schemas import SCHEMA_VERSION, TABLES

FILE_NAME = "connectome.json"
FORMAT = "neuropil-connectome"


@dataclass(frozen=True, kw_only=True)
class TableFile:
    """One Parquet file of a table, as it was when it was written."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class TableRecord:
    """What the manifest says of one table: its rows, its files and its columns' Arrow types."""

    rows: int
    files: tuple[TableFile, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything about a connectome that is not a row of a table.

    Attributes
    ----------
    name : str
        Short name of the dataset; with `release` and a node id it identifies a neuron.
    species, individual, sex, stage : str or None
    source : str or None
        Where the tables came from: a publication, a server, a file.
    release : str or None
        Version of the source, for instance ``"783"``.
    licence : str or None
        As the source states it.
    citation, doi : tuple of str
    voxel_size_nm : (z, y, x) or None
    weights : mapping
        For each edge type ``{"meaning": ..., "unit": ...}`` of the column ``weight``.
    detector, score_cutoff, pair_threshold
        How synapses were found and what was cut away: the program or "manual tracing", the least
        score kept, the least number of synapses of a pair.
    autapses : str or None
        The rule for self-connections, in words.
    buckets : mapping
        Rows in, rows kept, and rows left out under a name each.
    made_by : mapping
        Command, software and version, inputs with their sha256, parent connectome.
    error_model : mapping or None
        The errors of reconstruction, if known.
    notes : tuple of str
    columns : mapping
        Meaning and unit of columns beyond the contract, under ``"table.column"``.
    written_at : str or None
        ISO 8601 time of writing, UTC.
    tables : mapping
        Filled by the writer: rows, files and columns of each table.
    """

    name: str
    species: str | None = None
    individual: str | None = None
    sex: str | None = None
    stage: str | None = None
    source: str | None = None
    release: str | None = None
    licence: str | None = None
    citation: tuple[str, ...] = ()
    doi: tuple[str, ...] = ()
    voxel_size_nm: tuple[float, float, float] | None = None
    weights: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    detector: str | None = None
    score_cutoff: float | None = None
    pair_threshold: int | None = None
    autapses: str | None = None
    buckets: Mapping[str, int] = field(default_factory=dict)
    made_by: Mapping[str, Any] = field(default_factory=dict)
    error_model: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    written_at: str | None = None
    tables: Mapping[str, TableRecord] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A list and a lone string are what people write by hand; one form is kept.
        for name in ("citation", "doi", "notes"):
            value = getattr(self, name)
            object.__setattr__(self, name, (value,) if isinstance(value, str) else tuple(value))
        if self.voxel_size_nm is not None:
            size = tuple(float(edge) for edge in self.voxel_size_nm)
            if len(size) != 3 or not all(math.isfinite(edge) and edge > 0 for edge in size):
                msg = (
                    f"voxel_size_nm must be three positive lengths (z, y, x) in nm, "
                    f"got {self.voxel_size_nm!r}."
                )
                raise ContractError(msg)
            object.__setattr__(self, "voxel_size_nm", size)
        for item in fields(self):
            _check_type(item.name, getattr(self, item.name), _TYPES[item.name])

    def to_json(self) -> str:
        """Write the manifest as the text of ``connectome.json``."""
        content: dict[str, Any] = {"format": FORMAT, "schema_version": SCHEMA_VERSION}
        for item in fields(self):
            content[item.name] = getattr(self, item.name)
        content["tables"] = {
            name: {
                "rows": record.rows,
                "files": [
                    {"path": file.path, "bytes": file.bytes, "sha256": file.sha256}
                    for file in record.files
                ],
                "columns": dict(record.columns),
            }
            for name, record in self.tables.items()
        }
        try:
            return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        except (TypeError, ValueError) as error:
            msg = f"The manifest of {self.name!r} cannot be written as JSON: {error}."
            raise ContractError(msg) from error

    def with_tables(self, tables: Mapping[str, TableRecord], written_at: str) -> Manifest:
        """Return the manifest with the writer's part filled in."""
        return replace(self, tables=dict(tables), written_at=written_at)

    def weight_meaning(self, edge_type: str) -> str:
        """Say in words what ``weight`` is for one edge type, with its unit."""
        entry = self.weights.get(edge_type, {})
        meaning, unit = entry.get("meaning"), entry.get("unit")
        if meaning is None:
            return "of unstated meaning"
        return meaning if unit is None or unit in meaning else f"{meaning} ({unit})"


_NUMBER = (int, float)
_TYPES: Mapping[str, tuple[type, ...]] = {
    "name": (str,),
    "voxel_size_nm": (tuple, type(None)),
    "citation": (tuple,),
    "doi": (tuple,),
    "notes": (tuple,),
    "weights": (Mapping,),
    "buckets": (Mapping,),
    "made_by": (Mapping,),
    "columns": (Mapping,),
    "tables": (Mapping,),
    "error_model": (Mapping, type(None)),
    "score_cutoff": (*_NUMBER, type(None)),
    "pair_threshold": (int, type(None)),
} | {
    name: (str, type(None))
    for name in (
        "species",
        "individual",
        "sex",
        "stage",
        "source",
        "release",
        "licence",
        "detector",
        "autapses",
        "written_at",
    )
}


def _check_type(name: str, value: object, wanted: tuple[type, ...]) -> None:
    if not isinstance(value, wanted):
        names = " or ".join("nothing" if t is type(None) else t.__name__ for t in wanted)
        msg = f"The manifest's {name} must be {names}, got {type(value).__name__} {value!r}."
        raise ContractError(msg)


def read_manifest(folder: Path) -> Manifest:
    """Read ``connectome.json`` of a connectome folder.

    Raises
    ------
    DamagedConnectomeError
        Where the file is missing, is not whole, or is of a schema version this software
        does not know.
    """
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        msg = (
            f"{folder} is not a connectome: it has no {FILE_NAME}. "
            "Make one with `neuropil ingest`, or give a bundled name (`neuropil datasets`)."
        )
        raise DamagedConnectomeError(msg) from None
    except UnicodeDecodeError as error:
        msg = f"{path} is not UTF-8 text ({error}); the manifest is damaged."
        raise DamagedConnectomeError(msg) from None
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        msg = f"{path} is not whole JSON ({error}); the manifest is truncated or edited."
        raise DamagedConnectomeError(msg) from None
    return _parse(content, path)


def _parse(content: object, path: Path) -> Manifest:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        msg = f'{path} is not a connectome manifest: it has no "format": "{FORMAT}".'
        raise DamagedConnectomeError(msg)
    version = str(content.get("schema_version"))
    major = version.split(".", maxsplit=1)[0]
    if major != SCHEMA_VERSION.split(".", maxsplit=1)[0]:
        msg = (
            f"{path} has schema version {version}, this software reads {SCHEMA_VERSION}. "
            "Update neuropil, or write the connectome again from its source."
        )
        raise DamagedConnectomeError(msg)
    known = {item.name for item in fields(Manifest)}
    try:
        values = {name: value for name, value in content.items() if name in known}
        values["tables"] = {
            str(name): _parse_record(record) for name, record in content["tables"].items()
        }
        return Manifest(**cast(typing.Any, values))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else f"is wrong: {error}"
        msg = f"{path} {reason.rstrip('.')}; the manifest is damaged."
        raise DamagedConnectomeError(msg) from None


def _parse_record(record: Mapping[str, Any]) -> TableRecord:
    return TableRecord(
        rows=int(record["rows"]),
        files=tuple(
            TableFile(path=str(file["path"]), bytes=int(file["bytes"]), sha256=str(file["sha256"]))
            for file in record["files"]
        ),
        columns={str(name): str(type_) for name, type_ in record["columns"].items()},
    )


def unknown_tables(manifest: Manifest) -> list[str]:
    """Names of tables in the manifest that the contract does not have (they MAY be there)."""
    return [name for name in manifest.tables if name not in TABLES]
