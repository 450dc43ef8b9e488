"""The manifest: what a connectome is, where it came from and what its files must be."""

from __future__ import annotations

import hashlib
import json
import math
import numbers
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, cast

from .errors import ContractError, DamagedConnectomeError
from .schemas import SCHEMA_VERSION

FILE_NAME = "connectome.json"
FORMAT = "neuropil-connectome"
# The manifest's own SHA-256, taken with these 64 digits in its place.
_UNSIGNED = "0" * 64
_SIGNATURE = re.compile(rb'"manifest_sha256": "([0-9a-f]{64})"')


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
    consent : str or None
        Under which consent or approval the tissue was given, as the source states it.
    access : str or None
        Terms of access and use beyond the licence, as the source states them.
    restricted : bool
        The rows may leave the folder only when somebody says so explicitly; see `require_leave`.
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
    consent: str | None = None
    access: str | None = None
    restricted: bool = False
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
            object.__setattr__(self, name, _texts(name, getattr(self, name)))
        if self.voxel_size_nm is not None:
            object.__setattr__(self, "voxel_size_nm", _lengths(self.voxel_size_nm))
        for item in fields(self):
            _check_type(item.name, getattr(self, item.name), _TYPES[item.name])
        if not self.name:
            msg = "The manifest's name must not be empty; give the dataset a short name."
            raise ContractError(msg)
        for name in ("weights", "buckets", "made_by", "columns"):
            for key in getattr(self, name):
                _check_type(f"{name} keys", key, (str,))  # JSON has no others
        for kind, entry in self.weights.items():
            _check_type(f"weights[{kind!r}]", entry, (Mapping,))
            for key in ("meaning", "unit"):
                _check_type(f"weights[{kind!r}][{key!r}]", entry.get(key), (str, type(None)))

    def to_json(self) -> str:
        """Write the manifest as the text of ``connectome.json``."""
        content: dict[str, Any] = {
            "format": FORMAT,
            "schema_version": SCHEMA_VERSION,
            "manifest_sha256": _UNSIGNED,
        }
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
            text = json.dumps(
                content, indent=2, ensure_ascii=False, allow_nan=False, default=_plain_value
            )
            data = f"{text}\n".encode()
        except (TypeError, ValueError, RecursionError) as error:
            msg = f"The manifest of {self.name!r} cannot be written as JSON: {error}."
            raise ContractError(msg) from error
        signature = hashlib.sha256(data).hexdigest()
        # The field stands before any that holds text of the user's, so the first is the right one.
        return data.decode().replace(_UNSIGNED, signature, 1)

    def with_tables(self, tables: Mapping[str, TableRecord], written_at: str) -> Manifest:
        """Return the manifest with the writer's part filled in."""
        return replace(self, tables=dict(tables), written_at=written_at)

    def weight_meaning(self, edge_type: str) -> str:
        """Say in words what ``weight`` is for one edge type, with its unit."""
        entry = self.weights.get(edge_type, {})
        meaning, unit = entry.get("meaning"), entry.get("unit")
        if meaning is None:
            return "of unstated meaning"
        return meaning if unit in (None, "count") or unit in meaning else f"{meaning} ({unit})"


def _texts(name: str, value: object) -> tuple[str, ...]:
    texts = (value,) if isinstance(value, str) else value
    if texts is None:
        return ()
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        msg = f"The manifest's {name} must be a text or a list of texts, got {value!r}."
        raise ContractError(msg)
    return tuple(texts)


def _lengths(value: Any) -> tuple[float, ...]:
    try:
        size = tuple(float(edge) for edge in value)
    except (TypeError, ValueError):
        size = ()
    if len(size) != 3 or not all(math.isfinite(edge) and edge > 0 for edge in size):
        msg = f"voxel_size_nm must be three positive lengths (z, y, x) in nm, got {value!r}."
        raise ContractError(msg)
    return size


def _plain_value(value: object) -> object:
    """Numbers of numpy and mappings of any kind, as JSON has them."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    msg = f"{type(value).__name__} {value!r} is neither text, number, list nor mapping"
    raise TypeError(msg)


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
    "restricted": (bool,),
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
        "consent",
        "access",
        "detector",
        "autapses",
        "written_at",
    )
}


def _check_type(name: str, value: object, wanted: tuple[type, ...]) -> None:
    # True is an integer to Python and to nobody else.
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        names = " or ".join("nothing" if t is type(None) else t.__name__ for t in wanted)
        msg = f"The manifest's {name} must be {names}, got {type(value).__name__} {value!r}."
        raise ContractError(msg)


def require_table_name(name: object) -> None:
    """Raise where `name` cannot be both the name of a file and a word of SQL."""
    if not isinstance(name, str) or not name.isidentifier() or len(name.encode()) > 100:
        msg = f"A table's name must be a plain word, got {name!r}."
        raise ContractError(msg)


def read_manifest(folder: str | Path) -> Manifest:
    """Read ``connectome.json`` of a connectome folder.

    Raises
    ------
    DamagedConnectomeError
        Where the file is missing, is not what was written, or is of a schema version this
        software does not know.
    """
    path = Path(folder) / FILE_NAME
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        msg = (
            f"{folder} is not a connectome: it has no {FILE_NAME}. "
            "Make one with `neuropil ingest`, or give a bundled name (`neuropil datasets`)."
        )
        raise DamagedConnectomeError(msg) from None
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror})."
        raise DamagedConnectomeError(msg) from None
    return parse_manifest(data, path)


def parse_manifest(data: bytes, path: str | Path) -> Manifest:
    """Take the manifest from the bytes of its file; `path` is what messages call it.

    Raises
    ------
    DamagedConnectomeError
        As `read_manifest`.
    """
    try:
        content = json.loads(data.decode())
    except UnicodeDecodeError as error:
        msg = f"{path} is not UTF-8 text ({error}); the manifest is damaged."
        raise DamagedConnectomeError(msg) from None
    except (json.JSONDecodeError, RecursionError) as error:
        msg = f"{path} is not whole JSON ({error}); the manifest is truncated or edited."
        raise DamagedConnectomeError(msg) from None
    _require_known_version(content, path)
    _require_signature(data, content, path)
    return _parse(content, path)


def _require_known_version(content: object, path: str | Path) -> None:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        msg = f'{path} is not a connectome manifest: it has no "format": "{FORMAT}".'
        raise DamagedConnectomeError(msg)
    version = content.get("schema_version")
    major = SCHEMA_VERSION.split(".", maxsplit=1)[0]
    if not isinstance(version, str) or not re.fullmatch(rf"{major}\.[0-9]+", version):
        msg = (
            f"{path} has schema version {version}, this software reads {SCHEMA_VERSION}. "
            "Update neuropil, or write the connectome again from its source."
        )
        raise DamagedConnectomeError(msg)


def _require_signature(data: bytes, content: Mapping[str, Any], path: str | Path) -> None:
    found = _SIGNATURE.search(data)
    if found is not None:
        unsigned = data[: found.start(1)] + _UNSIGNED.encode() + data[found.end(1) :]
        signature = hashlib.sha256(unsigned).hexdigest()
        if signature == found[1].decode() == content.get("manifest_sha256"):
            return
    msg = (
        f"{path} is not what was written: its SHA-256 is not its manifest_sha256. "
        "Write the connectome again with the manifest you want."
    )
    raise DamagedConnectomeError(msg)


def _parse(content: Mapping[str, Any], path: str | Path) -> Manifest:
    known = {item.name for item in fields(Manifest)}
    try:
        values = {name: value for name, value in content.items() if name in known}
        values["tables"] = {
            name: _parse_record(name, record) for name, record in content["tables"].items()
        }
        return Manifest(**cast(typing.Any, values))
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else f"is wrong: {error}"
        msg = f"{path} {reason.rstrip('.')}; the manifest is damaged."
        raise DamagedConnectomeError(msg) from None


def _parse_record(name: str, record: Mapping[str, Any]) -> TableRecord:
    # The name becomes a word of SQL, and this one comes from who knows where.
    require_table_name(name)
    return TableRecord(
        rows=int(record["rows"]),
        files=tuple(
            TableFile(path=str(file["path"]), bytes=int(file["bytes"]), sha256=str(file["sha256"]))
            for file in record["files"]
        ),
        columns={str(name): str(type_) for name, type_ in record["columns"].items()},
    )
