"""SWC: skeletons as text, one file per neuron: ``id type x y z radius parent``.

The format states no unit: neuPrint writes voxels of 8 nm, others nm or um, so the unit must be said.
Points need not be sorted, ids may be any. A file's name is its neuron's id. Beside the files
there may be one CSV per neuron with its synaptic sites, as navis writes them, or one for all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .positions import Unit, read_scale
from .safe_files import exact_id, first_line, is_junk
from .table_reader import table
from .text_files import open_text, read_records

COMPARTMENTS = {
    1: "soma",
    2: "axon",
    3: "dendrite",
    4: "apical dendrite",
    7: "primary neurite",
    9: "primary dendrite",
}
_SITE_COLUMNS = ("connector_id", "node_id", "type", "x", "y", "z")
_DIGITS = re.compile(r"^\d{1,19}$")


def recognises_swc(path: Path) -> str | None:
    """Say why a path is a skeleton, or a folder of skeletons."""
    files = _files(path)
    if not files:
        return None
    if path.is_file():
        return "is an .swc file"
    return f"holds {len(files):,} .swc files"


def read_swc(
    source: str | Path,
    out: str | Path,
    *,
    unit: Unit | None = None,
    voxel_size_nm: tuple[float, float, float] | None = None,
    sites: bool = True,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    r"""Read skeletons: nodes, skeletons, and synaptic sites where they are beside them.

    Parameters
    ----------
    source : path
        A file, or a folder of files.
    out : path
    unit : {"nm", "um", "voxels"}
        Of all numbers; must be said, with `voxel_size_nm` where it is voxels. Sites of neuPrint
        (columns roi and confidence) beside the skeletons say it: voxels of 8 nm.
    voxel_size_nm : (z, y, x), optional
        8, 8, 8 for hemibrain, MANC and MaleCNS.
    sites : bool
        Whether to read ``<id>.csv`` beside ``<id>.swc``: sites without a partner, so that they are
        synapses of which one side is empty, and no edges.
    description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where the unit is not said, or a file is no tree.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "7.swc").write_text("1 1 0 0 0 5 -1\n2 2 3 4 0 1 1\n")
    ...     result = read_swc(Path(folder, "7.swc"), f"{folder}/fly", unit="um")
    >>> result.rows
    {'nodes': 1, 'edges': 0, 'skeletons': 2}
    """
    path = Path(source).expanduser()
    files = _files(path)
    if not files:
        msg = (
            f"{path} is no .swc file and holds none."
            if path.exists()
            else f"{path} does not exist."
        )
        raise ContractError(msg)
    by_neuprint = unit is None and voxel_size_nm is None and sites and _by_neuprint(files[0])
    if by_neuprint:
        voxel_size_nm = (8.0, 8.0, 8.0)
    scale = read_scale(unit, voxel_size_nm).nm
    if scale is None:
        msg = (
            "SWC states no unit; say it: unit='nm' or 'um', or voxel_size_nm=(8, 8, 8) for neuPrint's "
            "(--option unit=nm, --option voxel_size_nm=8,8,8)."
        )
        raise ContractError(msg)
    numbered = all(_DIGITS.match(file.stem) for file in files)
    points = _Points()
    lengths = [_take(file, _neuron(file, numbered=numbered), scale, points) for file in files]
    neurons = [_neuron(file, numbered=numbered) for file in files]
    told = [
        (
            f"{len(files):,} skeletons, {len(points.point_id):,} points; a neuron's "
            f"{'id' if numbered else 'name'} is its file's name"
        ),
        "radius_nm is scaled by the mean of the voxel's sides x and y",
    ]
    if by_neuprint:
        told.append(
            "sites beside the skeletons have roi and confidence, as neuPrint gives them, so numbers "
            "are voxels of 8 nm; otherwise say unit or voxel_size_nm"
        )
    roles = {f"skeleton {file.stem}": file for file in files}
    site_rows = None
    if sites:
        beside = {file: file.with_suffix(".csv") for file in files}
        beside = {file: other for file, other in beside.items() if other.is_file()}
        if beside:
            site_rows = _sites(beside, numbered=numbered)
            roles |= {f"sites {file.stem}": other for file, other in beside.items()}
            told.append(
                f"{site_rows.num_rows:,} synaptic sites without a partner: synapses with one side empty"
            )
    kind = pa.int64() if numbered else pa.string()
    nodes = {
        "node_id" if numbered else "name": pa.array(neurons, kind),
        "length_nm": pa.array(lengths, pa.float64()),
    }
    edges = pa.table({"pre_id": pa.array([], kind), "post_id": pa.array([], kind)})
    return table(
        out,
        edges=None if site_rows is not None else edges,
        synapses=site_rows,
        nodes=pa.table(nodes),
        columns={} if numbered else {"nodes.node_id": "name"},
        files=roles,
        ids="integers" if numbered else "names",
        zero_is_a_neuron=True,
        unit=unit if voxel_size_nm is None else "voxels",
        voxel_size_nm=voxel_size_nm,
        decisions=told,
        more_tables={"skeletons": points.table(kind)},
        description=description,
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


@dataclass
class _Points:
    neuron: list[Any] = field(default_factory=list)
    point_id: list[int] = field(default_factory=list)
    parent_id: list[int | None] = field(default_factory=list)
    places_nm: list[tuple[float, float, float]] = field(default_factory=list)
    radius_nm: list[float | None] = field(default_factory=list)
    compartment: list[str | None] = field(default_factory=list)

    def table(self, kind: pa.DataType) -> pa.Table:
        """The table ``skeletons``, its neurons by the source's ids."""
        columns = {
            "neuron": pa.array(self.neuron, kind),
            "point_id": pa.array(self.point_id, pa.int64()),
            "parent_id": pa.array(self.parent_id, pa.int64()),
        }
        for i, axis in enumerate("xyz"):
            columns[f"{axis}_nm"] = pa.array([place[i] for place in self.places_nm], pa.float64())
        columns["radius_nm"] = pa.array(self.radius_nm, pa.float64())
        columns["compartment"] = pa.array(self.compartment, pa.string())
        return pa.table(columns)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if path.suffix.lower() == ".swc" else []
    if not path.is_dir():
        return []
    return sorted(f for f in path.iterdir() if f.suffix.lower() == ".swc" and not is_junk(f.name))


def _by_neuprint(file: Path) -> bool:
    """Whether the sites beside a skeleton are such as neuPrint gives."""
    header = first_line(file.with_suffix(".csv")) if file.with_suffix(".csv").is_file() else ""
    return {"roi", "confidence"} <= set(header.split(","))


def _neuron(file: Path, *, numbered: bool) -> Any:
    return exact_id(file.stem, f"{file.name}: its name") if numbered else file.stem


def _take(file: Path, neuron: Any, scale: Sequence[float], points: _Points) -> float:
    """Add a file's points; return the length of its cable in nm."""
    first = len(points.point_id)
    with open_text(file) as text:
        for line, row in enumerate(text, start=1):
            bare = row.partition("#")[0].split()
            if bare:
                _add(file, line, bare, neuron, scale, points)
    if len(points.point_id) == first:
        msg = f"{file.name} has no point."
        raise ContractError(msg)
    return _checked_tree(file, points, first)


def _add(
    file: Path, line: int, bare: list[str], neuron: Any, scale: Sequence[float], points: _Points
) -> None:
    try:
        point, kind, parent = (_whole(bare[i]) for i in (0, 1, 6))
        x, y, z, radius = (float(text) for text in bare[2:6])
        if len(bare) != 7 or not all(map(math.isfinite, (x, y, z))):
            raise ValueError
    except (ValueError, IndexError, OverflowError):
        msg = f"{file.name}: line {line} is {' '.join(bare)[:60]!r}, wanted: id type x y z radius parent."
        raise ContractError(msg) from None
    points.neuron.append(neuron)
    points.point_id.append(point)
    points.parent_id.append(None if parent < 0 else parent)
    points.places_nm.append((x * scale[0], y * scale[1], z * scale[2]))
    known = math.isfinite(radius) and radius >= 0
    points.radius_nm.append(radius * (scale[0] + scale[1]) / 2 if known else None)
    points.compartment.append(COMPARTMENTS.get(kind))


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        number = float(text)
        if number != int(number) or abs(number) > 2**53:
            raise
        return int(number)


def _checked_tree(file: Path, points: _Points, first: int) -> float:
    """Raise where ids repeat or a parent is missing; a loop is found by the writer's own check."""
    place = {point: i for i, point in enumerate(points.point_id[first:], start=first)}
    if len(place) < len(points.point_id) - first:
        msg = f"{file.name}: two points have one id. Give every point its own."
        raise ContractError(msg)
    length = 0.0
    for i in range(first, len(points.point_id)):
        parent = points.parent_id[i]
        if parent is None:
            continue
        if parent not in place:
            msg = f"{file.name}: point {points.point_id[i]} has the parent {parent}, which is no point."
            raise ContractError(msg)
        length += math.dist(points.places_nm[i], points.places_nm[place[parent]])
    return length


def _sites(beside: Mapping[Path, Path], *, numbered: bool) -> pa.Table:
    rows: list[dict[str, Any]] = []
    for file, other in beside.items():
        neuron = _neuron(file, numbered=numbered)
        records = read_records(other, ",")
        header = next(records, [])
        if not set(_SITE_COLUMNS) <= set(header):
            msg = f"{other.name}: wanted columns {', '.join(_SITE_COLUMNS)}; sites=False leaves it out."
            raise ContractError(msg)
        for line, record in enumerate(records, start=2):
            row = dict(zip_longest(header, record[: len(header)]))
            if row["type"] not in ("pre", "post"):
                msg = f"{other.name}: line {line}: type must be pre or post, got {row['type']!r}."
                raise ContractError(msg)
            rows.append({"neuron": neuron, **row})
    kind = pa.int64() if numbered else pa.string()
    columns: dict[str, Any] = {
        f"{side}_id": pa.array([r["neuron"] if r["type"] == side else None for r in rows], kind)
        for side in ("pre", "post")
    }
    names = {"node_id": "point_id", "roi": "region"}
    for name in dict.fromkeys(key for row in rows for key in row if key not in ("neuron", "type")):
        columns[names.get(name, name)] = pa.array([row.get(name) for row in rows], pa.string())
    return pa.table(columns)
