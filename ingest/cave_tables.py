"""CAVE's tables beside the synapses: what nuclei, cell types, proofreading and units say of neurons.

A row is about the root in ``pt_root_id``, or, in a reference table, about the nucleus in ``target_id``,
whose root the table of nuclei knows. What such a table says beyond the bookkeeping of CAVE is kept under
its own name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .extra_columns import names_people
from .safe_files import exact_id
from .small_rows import first_of, small_rows, table_columns, truth
from .text_files import read_records

ROOT, TARGET = "pt_root_id", "target_id"
# What CAVE notes of a row, its place and its join to another table, and not of the neuron.
_BOOKKEEPING = re.compile(
    r"(id|created|superceded_id|valid|deleted|target_id|valid_id|pt_(root_id|supervoxel_id|position(_[xyz])?)"
    r"|bb_(start|end)_position(_[xyz])?|.*_ref)"
)
_UNIT_KEY = ("session", "scan_idx", "unit_id")
_NULL = frozenset({None, "", "nan", "NaN", "None"})
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_WHAT_PREF_ORI_IS = {
    "functional_properties": "radians (0 is horizontal, clockwise)",
    "digital_twin_properties": "degrees (with another zero than functional_properties)",
}


@dataclass(kw_only=True)
class CaveTables:
    """Tables of a folder by what they say, without the synapses.

    Attributes
    ----------
    nuclei, types, proofread, areas : Path or None
    units : list of Path
        Keyed by session, scan_idx and unit_id; coregistration and functional properties.
    targets : list of Path
        What a synapse sits on, keyed by its id in ``target_id``.
    """

    nuclei: Path | None = None
    types: Path | None = None
    proofread: Path | None = None
    areas: Path | None = None
    units: list[Path] = field(default_factory=list)
    targets: list[Path] = field(default_factory=list)

    @property
    def files(self) -> dict[str, Path]:
        """The files by what the manifest calls them."""
        named = {
            "nodes": self.nuclei,
            "cell types": self.types,
            "proofreading": self.proofread,
            "functional areas": self.areas,
        }
        found = {role: file for role, file in named.items() if file is not None}
        found |= {"coregistration" if len(self.units) == 1 else stem(f): f for f in self.units}
        return found | {stem(file): file for file in self.targets}


@dataclass(kw_only=True)
class OfNeurons:
    """What was read: a row per root, further tables, and what became of other rows."""

    nodes: pa.Table | None
    more: dict[str, pa.Table]
    buckets: Counter[str]


def stem(path: Path) -> str:
    """A file's name without its suffixes."""
    return path.name.partition(".")[0]


def kind_of_table(path: Path, columns: set[str]) -> str | None:
    """Which attribute of `CaveTables` a table belongs to, None where to none.

    Examples
    --------
    >>> kind_of_table(Path("mtypes.csv"), {"id", "target_id", "cell_type"})
    'types'
    """
    about = bool({ROOT, TARGET} & columns)
    if columns.issuperset(_UNIT_KEY):
        return "units"
    if {"valid_id", "status_axon"} <= columns:
        return "proofread"
    if "cell_type" in columns and about:
        return "types"
    if {"tag", "value"} <= columns and "functional_area" in stem(path) and about:
        return "areas"
    if {TARGET, "tag"} <= columns and stem(path).startswith("synapse"):
        return "targets"
    return "nuclei" if "volume" in columns and ROOT in columns else None


def header_beside(path: Path) -> list[str]:
    """Names of the columns in ``<table>_header.csv``: one line of names, or one name per line."""
    header = path.with_name(f"{stem(path)}_header.csv")
    if not header.is_file():
        return []
    records = [[cell.strip() for cell in record] for record in read_records(header, ",")]
    if len(records) == 1:
        return records[0]
    return [record[0] for record in records if record[0] not in ("column", "name", "column_name")]


def named_columns(path: Path) -> list[str]:
    """A table's own names of its columns, or those of the header beside it."""
    return table_columns(path) or header_beside(path)


def read_of_neurons(
    tables: CaveTables, synapses_have_ids: bool, told: list[str], warned: list[str]
) -> OfNeurons:
    """One row per root that has a nucleus, or else per root that a table says something of.

    Parameters
    ----------
    tables : CaveTables
    synapses_have_ids : bool
        Whether the table of synapses has the ids that `CaveTables.targets` name.
    told, warned : list of str
        Decisions and warnings; more are appended.

    Raises
    ------
    ContractError
        Where an id is no exact integer, or a file is damaged.
    """
    buckets: Counter[str] = Counter()
    more = {}
    for file in tables.targets:
        if synapses_have_ids:
            more[plain_table(file)] = _targets(file, buckets)
            told.append(f"{file.name} is table {plain_table(file)}, keyed by synapse_id")
        else:
            warned.append(f"not read: {file.name} (it names synapses by ids, which they lack)")
    nuclei = _Nuclei.read(tables.nuclei, buckets, warned)
    of_roots: dict[str, list[tuple[int | None, dict[str, Any]]]] = {}
    for kind in ("types", "proofread", "areas"):
        file = getattr(tables, kind)
        rows = None if file is None else _about(file, nuclei, kind, buckets, told, warned)
        if rows is not None:
            of_roots[kind] = rows
    units = {
        file: _about(file, nuclei, "functional_units", buckets, told, warned)
        for file in tables.units
    }
    if tables.nuclei is not None:
        ids = sorted(nuclei.roots)
        told.append(f"{tables.nuclei.name}: {len(ids):,} roots have a nucleus and are the neurons")
    else:
        everything = [*of_roots.values(), *(rows for rows in units.values() if rows)]
        ids = sorted({root for rows in everything for root, _ in rows if root is not None})
    if not ids and tables.nuclei is None:
        return OfNeurons(nodes=None, more=more, buckets=buckets)
    columns: dict[str, Any] = {"node_id": pa.array(ids, pa.int64())} | nuclei.columns(ids)
    if "types" in of_roots:
        assert tables.types is not None
        columns |= _types(tables.types, of_roots["types"], ids, buckets, told, set(columns))
    if "proofread" in of_roots:
        columns |= _proofread(of_roots["proofread"], ids)
    if "areas" in of_roots:
        assert tables.areas is not None
        columns |= _areas(tables.areas, of_roots["areas"], ids, buckets, told)
    for file, rows in units.items():
        if rows is not None:
            name = "functional_units" if len(tables.units) == 1 else plain_table(file)
            more[name] = _units(file, rows, set(ids), buckets)
            _tell_units(file, name, more[name], told)
    return OfNeurons(nodes=pa.table(columns), more=more, buckets=buckets)


def plain_table(path: Path) -> str:
    """A file's stem as the name of a table."""
    return re.sub(r"\W+", "_", stem(path)).casefold()


@dataclass(kw_only=True)
class _Nuclei:
    """Nuclei by root, and roots by nucleus."""

    path: Path | None
    roots: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    by_nucleus: dict[int, int] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | None, buckets: Counter[str], warned: list[str]) -> _Nuclei:
        found = cls(path=path)
        if path is None:
            return found
        for line, row in enumerate(_rows(path), start=1):
            if truth(row.get("valid")) is False:
                buckets["nuclei_not_valid"] += 1
                continue
            root = _id(path, line, row, ROOT)
            if root is None:
                buckets["nuclei_without_root"] += 1
                continue
            row["id"] = exact_id(row.get("id"), f"{path.name}: row {line}: id")
            found.roots[root].append(row)
            if row["id"] is not None:
                found.by_nucleus[row["id"]] = root
        merged = found.merged
        if merged:
            buckets["roots_with_several_nuclei"] = len(merged)
            warned.append(
                f"{path.name}: {len(merged):,} roots have several nuclei, for instance "
                f"{min(merged)}; they are merged cells, n_nuclei says so, and nucleus_id is empty"
            )
        return found

    @property
    def merged(self) -> set[int]:
        return {root for root, rows in self.roots.items() if len(rows) > 1}

    def columns(self, ids: Sequence[int]) -> dict[str, Any]:
        if self.path is None:
            return {}
        merged = self.merged
        path = self.path
        ones = [None if root in merged else self.roots[root][0] for root in ids]
        split = any("pt_position_x" in rows[0] for rows in self.roots.values())
        return {
            "nucleus_id": pa.array([r and r["id"] for r in ones], pa.int64()),
            "n_nuclei": pa.array([len(self.roots[root]) for root in ids], pa.int64()),
            "nucleus_volume_um3": pa.array(
                [None if r is None else _float(path, r, "volume") for r in ones], pa.float64()
            ),
            "position": pa.array(
                [None if r is None else _place(r, split=split) for r in ones], pa.string()
            ),
        }


def _rows(path: Path) -> list[dict[str, Any]]:
    """Rows by the names of the columns, also where those stand in a file beside it."""
    own = table_columns(path)
    return small_rows(path, names=None if own else header_beside(path) or None)


def _about(
    path: Path,
    nuclei: _Nuclei,
    kind: str,
    buckets: Counter[str],
    told: list[str],
    warned: list[str],
) -> list[tuple[int | None, dict[str, Any]]] | None:
    """Valid rows of a table with the root each is about; None where that cannot be told."""
    columns = named_columns(path)
    keys = [name for name in ("valid_id", ROOT) if name in columns]
    if not keys and nuclei.path is None:
        warned.append(
            f"not read: {path.name} (it names nuclei by target_id, and there is no table of nuclei, "
            "such as nucleus_detection_v0, that knows their roots)"
        )
        return None
    if not keys:
        assert nuclei.path is not None
        told.append(f"{path.name}: target_id is a nucleus, whose root {nuclei.path.name} gives")
    found: list[tuple[int | None, dict[str, Any]]] = []
    for line, row in enumerate(_rows(path), start=1):
        if truth(row.get("valid")) is False:
            buckets[f"{stem(path)}_not_valid"] += 1
            continue
        root = next((r for name in keys if (r := _id(path, line, row, name)) is not None), None)
        if not keys:
            nucleus = _id(path, line, row, TARGET)
            root = None if nucleus is None else nuclei.by_nucleus.get(nucleus)
        if root is None and kind != "functional_units":
            name = {"types": "cell_types", "areas": "functional_areas"}.get(kind, "proofreading")
            buckets[f"{name}_without_root"] += 1
            continue
        found.append((root, row))
    return found


def _id(path: Path, line: int, row: Mapping[str, Any], name: str) -> int | None:
    return exact_id(row.get(name), f"{path.name}: row {line}: {name}", zero_is_none=True)


def _float(path: Path, row: Mapping[str, Any], name: str) -> float | None:
    value = row.get(name)
    if value in _NULL:
        return None
    try:
        return float(str(value))
    except ValueError:
        msg = f"{path.name}: {name} holds {value!r}, wanted a number."
        raise ContractError(msg) from None


def _place(row: Mapping[str, Any], *, split: bool) -> str | None:
    if split:
        found = [row.get(f"pt_position_{axis}") for axis in "xyz"]
        return None if None in found else " ".join(map(str, found))
    value = row.get("pt_position")
    if value is None or isinstance(value, str):
        return value
    return " ".join(map(str, value))


def _beyond(path: Path, known: Sequence[str]) -> list[str]:
    """Columns that are neither bookkeeping, nor read by name, nor about people."""
    return [
        name
        for name in named_columns(path)
        if name not in known and not _BOOKKEEPING.fullmatch(name) and not names_people(name)
    ]


def _only(
    rows: Sequence[tuple[int | None, dict[str, Any]]],
    names: Sequence[str],
    bucket: str,
    buckets: Counter[str],
) -> dict[int, tuple[Any, ...]]:
    """What rows say of each root in some columns, where they agree."""
    by_root: dict[int, dict[str, tuple[Any, ...]]] = defaultdict(dict)
    for root, row in rows:
        if root is not None:
            values = tuple(row.get(name) for name in names)
            by_root[root][repr(values)] = values
    several = [root for root, said in by_root.items() if len(said) > 1]
    if several:
        buckets[bucket] = len(several)
    return {r: next(iter(said.values())) for r, said in by_root.items() if len(said) == 1}


def _types(
    path: Path,
    rows: Sequence[tuple[int | None, dict[str, Any]]],
    ids: Sequence[int],
    buckets: Counter[str],
    told: list[str],
    taken: set[str],
) -> dict[str, Any]:
    names = ["cell_type", "classification_system"]
    only = _only(rows, names, "roots_with_several_cell_types", buckets)
    classed = names[1] in named_columns(path)
    told.append(
        f"{path.name} gives cell_type"
        + (", and cell_class by classification_system" if classed else "")
    )
    out = {
        name: pa.array([only.get(root, (None, None))[i] for root in ids], pa.string())
        for i, name in enumerate(("cell_type", "cell_class") if classed else ("cell_type",))
    }
    soma = [f"soma_{axis}_nm" for axis in "xyz"]
    beyond = _beyond(path, names)
    further = [name for name in beyond if name not in soma and name not in taken]
    if "position" not in taken:
        columns = named_columns(path)
        if set(soma) <= set(columns):
            places = _only(rows, soma, "roots_with_several_places", buckets)
            out |= {
                f"{axis}_nm": pa.array(
                    [_number(path, places.get(root, (None,) * 3)[i]) for root in ids], pa.float64()
                )
                for i, axis in enumerate("xyz")
            }
        elif any(name.startswith("pt_position") for name in columns):
            placed = [(r, {"at": _place(row, split="pt_position_x" in row)}) for r, row in rows]
            only_at = _only(placed, ["at"], "roots_with_several_places", buckets)
            out["position"] = pa.array([only_at.get(r, (None,))[0] for r in ids], pa.string())
    if further:
        said = _only(rows, further, "roots_with_several_cell_types", buckets)
        for i, name in enumerate(further):
            out[name] = _typed([said.get(root, (None,) * len(further))[i] for root in ids])
    return out


def _number(path: Path, value: Any) -> float | None:
    return _float(path, {"position": value}, "position")


def _proofread(
    rows: Sequence[tuple[int | None, dict[str, Any]]], ids: Sequence[int]
) -> dict[str, Any]:
    by_root = dict(rows)
    found = [by_root.get(root, {}) for root in ids]
    return {
        "proofread_axon": pa.array([truth(r.get("status_axon")) for r in found], pa.bool_()),
        "proofread_dendrite": pa.array(
            [truth(r.get("status_dendrite")) for r in found], pa.bool_()
        ),
        "strategy_axon": pa.array([r.get("strategy_axon") for r in found], pa.string()),
        "strategy_dendrite": pa.array([r.get("strategy_dendrite") for r in found], pa.string()),
    }


def _areas(
    path: Path,
    rows: Sequence[tuple[int | None, dict[str, Any]]],
    ids: Sequence[int],
    buckets: Counter[str],
    told: list[str],
) -> dict[str, Any]:
    only = _only(rows, ["tag", "value"], "roots_with_several_areas", buckets)
    told.append(f"{path.name} gives functional_area by tag, and functional_area_value by value")
    tags, values = ([only.get(root, (None, None))[i] for root in ids] for i in range(2))
    return {
        "functional_area": pa.array(tags, pa.string()),
        "functional_area_value": _typed(values),
    }


def _units(
    path: Path,
    rows: Sequence[tuple[int | None, dict[str, Any]]],
    known: set[int],
    buckets: Counter[str],
) -> pa.Table:
    """Which recorded unit is which neuron, several rows per neuron, and what is known of it."""
    neurons = [root if root in known else None for root, _ in rows]
    lost = neurons.count(None)
    if lost:
        buckets["functional_units_without_neuron"] += lost
    columns: dict[str, Any] = {"neuron": pa.array(neurons, pa.int64())}
    for name in _UNIT_KEY:
        columns[name] = pa.array(
            [
                exact_id(first_of(row, name), f"{path.name}: row {line}: {name}")
                for line, (_, row) in enumerate(rows, start=1)
            ],
            pa.int64(),
        )
    for name in _beyond(path, _UNIT_KEY):
        columns[name] = _typed([row.get(name) for _, row in rows])
    return pa.table(columns)


def _tell_units(path: Path, name: str, units: pa.Table, told: list[str]) -> None:
    beyond = [column for column in units.column_names if column not in ("neuron", *_UNIT_KEY)]
    kept = f", with {', '.join(beyond)}" if beyond else ""
    told.append(f"{path.name} is table {name}{kept}")
    unit = next((u for start, u in _WHAT_PREF_ORI_IS.items() if stem(path).startswith(start)), None)
    if unit is not None and "pref_ori" in beyond:
        told.append(f"{path.name}: pref_ori is in {unit}, as MICrONS documents it")


def _targets(path: Path, buckets: Counter[str]) -> pa.Table:
    """What each synapse sits on."""
    columns = named_columns(path)
    kept = []
    for line, row in enumerate(_rows(path), start=1):
        if truth(row.get("valid")) is False:
            buckets[f"{stem(path)}_not_valid"] += 1
        else:
            kept.append((_id(path, line, row, TARGET), row))
    beyond = _beyond(path, ()) if "tag" in columns else []
    return pa.table(
        {"synapse_id": pa.array([key for key, _ in kept], pa.int64())}
        | {name: _typed([row.get(name) for _, row in kept]) for name in beyond}
    )


def _typed(values: Sequence[Any]) -> pa.Array:
    """A column of integers where all of them are, else of numbers, else as it came or as text."""
    some = [value for value in values if value not in _NULL]
    clean = [None if value in _NULL else value for value in values]
    if all(isinstance(value, str) for value in some):
        if all(map(_INTEGER.fullmatch, some)) and some:
            return pa.array([None if v is None else int(v) for v in clean], pa.int64())
        if some and all(_is_number(value) for value in some):
            return pa.array([None if v is None else float(v) for v in clean], pa.float64())
        return pa.array(clean, pa.string())
    try:
        return pa.array(clean)
    except (pa.ArrowException, ValueError, TypeError):
        return pa.array([None if v is None else str(v) for v in clean], pa.string())


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
