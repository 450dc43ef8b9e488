"""Positions: coordinates in nm, whatever unit and layout the source has them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal

from connectome_analysis.tables import ContractError

from .column_mapping import ColumnMapping, plain_name
from .column_values import Fault, Missing, number_value
from .missing_values import SPELLINGS, is_missing, with_given
from .source_rows import SourceRows
from .workspace import Workspace

Unit = Literal["nm", "um", "voxels"]
AXES = ("x", "y", "z")
_COORDINATE = r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What one unit of the source's coordinates is in nm.

    Attributes
    ----------
    nm : tuple of float, (x, y, z), or None
        None where the user has not said.
    unit : str or None
    """

    nm: tuple[float, float, float] | None
    unit: Unit | None


@dataclass
class Positions:
    """SQL of the contract's position columns, by name.

    Attributes
    ----------
    sql : dict of str to str
    faults : list of Fault
    consumed : set of str
        Source columns that are in the tables as they were, and need not be kept twice.
    kept : dict of str to str
        Meaning of source columns that stay beside the converted ones.
    """

    sql: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    consumed: set[str] = field(default_factory=set)
    kept: dict[str, str] = field(default_factory=dict)


def read_scale(unit: Unit | None, voxel_size_nm: tuple[float, float, float] | None) -> Scale:
    """Turn a unit and a voxel size into nm per unit.

    Parameters
    ----------
    unit : {"nm", "um", "voxels"} or None
        None is voxels where a voxel size is given, and unstated otherwise.
    voxel_size_nm : (z, y, x) or None

    Raises
    ------
    ContractError
        Where positions are in voxels and their size is not said.
    """
    if voxel_size_nm is not None:
        size = tuple(voxel_size_nm)
        if len(size) != 3 or not all(isfinite(edge) and edge > 0 for edge in size):
            msg = f"voxel_size_nm must be three lengths (z, y, x) in nm, got {voxel_size_nm!r}."
            raise ContractError(msg)
        unit = unit or "voxels"
    if unit == "voxels":
        if voxel_size_nm is None:
            msg = (
                "Positions in voxels need their size: voxel_size_nm=(z, y, x) in nm "
                "(--voxel-size-nm 40,4,4)."
            )
            raise ContractError(msg)
        z, y, x = voxel_size_nm
        return Scale(nm=(x, y, z), unit=unit)
    factor = {"nm": 1.0, "um": 1000.0, None: None}[unit]
    return Scale(nm=None if factor is None else (factor,) * 3, unit=unit)


def read_positions(
    workspace: Workspace,
    rows: SourceRows,
    mapping: ColumnMapping,
    scale: Scale,
    missing: Missing,
    *,
    prefixes: tuple[str, ...],
) -> Positions:
    """Find a table's positions and convert them to nm.

    Columns that end in ``_nm`` are nm. Others are scaled as the user says; where the user has
    not said, they keep their names and a warning tells so.

    Parameters
    ----------
    workspace : Workspace
    rows : SourceRows
    mapping : ColumnMapping
    scale : Scale
    missing : mapping
    prefixes : tuple of str
        ``""``, ``"pre_"``, ``"post_"``: whose positions the table has.
    """
    out = Positions()
    for prefix in prefixes:
        together = mapping.get(f"{prefix}position")
        if together is not None:
            _from_one_column(workspace, rows, mapping.table, together, prefix, scale, missing, out)
        else:
            _from_three_columns(workspace, rows, mapping, prefix, scale, missing, out)
    if "" in prefixes and "x_nm" not in out.sql and {"pre_x_nm", "post_x_nm"} <= set(out.sql):
        for axis in AXES:
            pre, post = out.sql[f"pre_{axis}_nm"], out.sql[f"post_{axis}_nm"]
            out.sql[f"{axis}_nm"] = f"coalesce(({pre} + {post}) / 2, {pre}, {post})"
        workspace.account.decide(
            f"{mapping.table}: x_nm, y_nm, z_nm lie midway between the two sites"
        )
    return out


def _from_three_columns(
    workspace: Workspace,
    rows: SourceRows,
    mapping: ColumnMapping,
    prefix: str,
    scale: Scale,
    missing: Missing,
    out: Positions,
) -> None:
    sources = _three_columns(rows, mapping, prefix)
    if sources is None:
        return
    in_nm = all(plain_name(source).endswith("_nm") for source in sources)
    if scale.unit is None and f"{prefix}x_nm" in mapping:
        in_nm = True  # who maps a column to x_nm and gives no unit says that it is nm
    factors = (1.0, 1.0, 1.0) if in_nm else scale.nm
    if factors is None:
        _warn_unstated(workspace, rows, ", ".join(sources))
        return
    for axis, source, factor in zip(AXES, sources, factors, strict=True):
        name = f"{prefix}{axis}_nm"
        number, fault = number_value(rows, f"{mapping.table}.{name}", source, missing)
        out.sql[name] = number if factor == 1 else f"({number}) * {factor!r}"
        out.faults.append(fault)
        if factors == (1.0, 1.0, 1.0):
            out.consumed.add(source)
        else:
            out.kept[source] = f"{axis} as the source gives it, {_unit_told(scale)}"
    _told(workspace, mapping.table, prefix, ", ".join(sources), "nm" if in_nm else scale)


def _three_columns(
    rows: SourceRows, mapping: ColumnMapping, prefix: str
) -> tuple[str, str, str] | None:
    plain = {plain_name(column): column for column in mapping.extras}
    found = []
    for axis in AXES:
        name = f"{prefix}{axis}"
        source = mapping.get(f"{name}_nm") or plain.get(name)
        if source is None and prefix:
            source = plain.get(f"{axis}_{prefix.rstrip('_')}")
        if source is not None:
            found.append(source)
    if not found or (len(found) != len(AXES) and not _mapped(mapping, prefix)):
        return None  # a lone column x may be anything
    if len(found) != len(AXES):
        msg = (
            f"{rows.label}: a position has x, y and z, found only {', '.join(map(repr, found))}. "
            f"Name the others: columns={{'{prefix}x_nm': ...}} (--map {prefix}x_nm=...)."
        )
        raise ContractError(msg)
    return found[0], found[1], found[2]


def _mapped(mapping: ColumnMapping, prefix: str) -> bool:
    return any(f"{prefix}{axis}_nm" in mapping for axis in AXES)


def _from_one_column(
    workspace: Workspace,
    rows: SourceRows,
    table: str,
    source: str,
    prefix: str,
    scale: Scale,
    missing: Missing,
    out: Positions,
) -> None:
    in_nm = plain_name(source).endswith("_nm")
    factors = (1.0, 1.0, 1.0) if in_nm else scale.nm
    if factors is None:
        _warn_unstated(workspace, rows, source)
        return
    text = rows.trimmed(source)  # a list of Parquet reads "[1, 2, 3]", as others write it
    numbers = f"regexp_extract_all({text}, '{_COORDINATE}')"
    gap = is_missing(text, with_given(SPELLINGS, missing, f"{prefix}position", source))
    whole = f"(len({numbers}) = 3 AND regexp_full_match({text}, '[-+0-9.eE,;\\s\\[\\]()]*'))"
    out.faults.append(
        Fault(
            condition=f"(NOT {gap} AND NOT {whole})",
            value=text,
            told=lambda row, found: (
                f"{rows.label_of(source)}: a position is three numbers x, y, z such as [1 2 3], got {found!r} "
                f"in row {row} of {source!r}."
            ),
        )
    )
    for index, (axis, factor) in enumerate(zip(AXES, factors, strict=True), start=1):
        number = f"TRY_CAST({numbers}[{index}] AS DOUBLE)"
        out.sql[f"{prefix}{axis}_nm"] = number if factor == 1 else f"{number} * {factor!r}"
    if factors != (1.0, 1.0, 1.0):
        out.kept[source] = f"x, y, z as the source gives them, {_unit_told(scale)}"
    else:
        out.consumed.add(source)
    _told(workspace, table, prefix, source, "nm" if in_nm else scale)


def _told(workspace: Workspace, table: str, prefix: str, sources: str, scale: Scale | str) -> None:
    unit = scale if isinstance(scale, str) else _unit_told(scale)
    workspace.account.decide(
        f"{table}: positions {prefix}x_nm, {prefix}y_nm, {prefix}z_nm are {sources}, in {unit}"
    )


def _unit_told(scale: Scale) -> str:
    if scale.unit != "voxels" or scale.nm is None:
        return str(scale.unit)
    return "voxels of " + " x ".join(f"{edge:g}" for edge in scale.nm) + " nm (x, y, z)"


def _warn_unstated(workspace: Workspace, rows: SourceRows, columns: str) -> None:
    workspace.account.warn(
        f"{rows.label}: the unit of {columns} is not stated, so it is kept as it is and is no "
        "position in nm; say unit='nm', 'um' or voxel_size_nm=(z, y, x) (--unit, --voxel-size-nm)"
    )


def column_meanings(table: str, positions: Positions) -> Mapping[str, str]:
    """Manifest entries for source columns that stay beside the converted ones."""
    return {f"{table}.{column}": meaning for column, meaning in positions.kept.items()}
