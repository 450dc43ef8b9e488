"""CATMAID: skeletons and connectors as its ``compact-detail`` gives them, in nm.

A file is ``[points, connectors, tags, ...]``: a point is ``[id, parent or null, user, x, y, z, radius,
confidence]``, a link ``[point, connector, relation, x, y, z]`` with relation 0 presynaptic, 1 postsynaptic,
2 gap junction, 3 attachment. A connector has one presynaptic point and any number of postsynaptic ones,
mostly of other skeletons; each pair is one synapse. Radius -1 is unset.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .safe_files import exact_id, first_bytes, is_junk, read_json
from .table_reader import table

_RELATIONS = ("pre", "post", "gap", "attachment")
_SKID = re.compile(r"(\d{1,19})$")
_START = re.compile(rb"\s*(\{\s*\"\d+\"\s*:\s*)?\[\s*\[\s*\[\s*\d+\s*,\s*(null|\d+)\s*,")
Place = tuple[float, float, float]


def recognises_catmaid(path: Path) -> str | None:
    """Say why a path is a skeleton of CATMAID, or a folder of them."""
    for file in _files(path)[:1]:
        if _START.match(first_bytes(file, 256)):
            return f"{file.name} begins as a compact-detail skeleton of CATMAID does"
    return None


def read_catmaid(
    source: str | Path,
    out: str | Path,
    *,
    neurons: Mapping[str, str] | None = None,
    min_synapses: int | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read skeletons with their connectors.

    Parameters
    ----------
    source : path
        A file per skeleton, whose name ends in its id (``skeleton-16.json``), in a folder; one such
        file; or one file with an object of skeletons by id.
    out : path
    neurons : mapping of str to str, optional
        Names by skeleton id.
    min_synapses, description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where a file is not compact-detail, a parent is missing, or a connector has two senders.
    """
    path = Path(source).expanduser()
    files = _files(path)
    if not files:
        msg = f"{path} is no .json and holds none." if path.exists() else f"{path} does not exist."
        raise ContractError(msg)
    read = _Read()
    for file in files:
        content = read_json(file, "a CATMAID skeleton")
        if isinstance(content, dict):
            for key, skeleton in content.items():
                _take(f"{file.name}: skeleton {key}", _id(key, file.name), skeleton, read)
        else:
            match = _SKID.search(file.stem)
            if match is None:
                msg = (
                    f"{file.name}: a skeleton's file is named by its id, such as skeleton-16.json."
                )
                raise ContractError(msg)
            _take(file.name, _id(match[1], file.name), content, read)
    synapses = _synapses(read)
    skids = list(read.length_nm)
    told = [
        f"{len(skids):,} skeletons, {len(read.points['point_id']):,} points, in nm",
        (
            f"{len(read.senders):,} connectors with a presynaptic point; every postsynaptic point is "
            "one synapse, connector_id says which share a connector"
        ),
    ]
    if read.buckets.get("links_gap") or read.buckets.get("links_attachment"):
        told.append("gap junctions and attachments are counted and left out")
    names = {str(key): str(name) for key, name in (neurons or {}).items()}
    return table(
        out,
        synapses=synapses,
        nodes=pa.table(
            {
                "node_id": pa.array(skids, pa.int64()),
                "name": pa.array([names.get(str(skid)) for skid in skids], pa.string()),
                "length_nm": pa.array([read.length_nm[skid] for skid in skids], pa.float64()),
            }
        ),
        files={f"skeleton {file.stem}": file for file in files},
        ids="integers",
        unit="nm",
        min_synapses=min_synapses,
        decisions=told,
        buckets=dict(read.buckets),
        more_tables={"skeletons": pa.table(_typed(read.points))},
        description={"detector": "manual tracing"} | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


@dataclass
class _Read:
    points: dict[str, list[Any]] = field(
        default_factory=lambda: {
            name: []
            for name in ("neuron", "point_id", "parent_id", "x_nm", "y_nm", "z_nm", "radius_nm")
        }
    )
    length_nm: dict[int, float] = field(default_factory=dict)
    place_of: dict[int, Place] = field(default_factory=dict)
    senders: dict[int, tuple[int, int]] = field(default_factory=dict)
    receivers: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    connectors: dict[int, Place] = field(default_factory=dict)
    buckets: Counter[str] = field(default_factory=Counter)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if path.name.endswith((".json", ".json.gz")) else []
    if not path.is_dir():
        return []
    return sorted(
        file
        for file in path.iterdir()
        if file.name.endswith((".json", ".json.gz")) and not is_junk(file.name)
    )


def _id(value: Any, where: str) -> int:
    found = exact_id(value, f"{where}: an id")
    if found is None:
        msg = f"{where}: an id is missing."
        raise ContractError(msg)
    return found


def _take(where: str, skid: int, content: Any, read: _Read) -> None:
    if (
        not isinstance(content, list)
        or len(content) < 2
        or not all(isinstance(part, list) for part in content[:2])
    ):
        msg = f"{where}: wanted [points, connectors, tags], as compact-detail gives them."
        raise ContractError(msg)
    if skid in read.length_nm:
        msg = f"{where}: skeleton {skid} is there twice. Keep one file."
        raise ContractError(msg)
    points, links = content[0], content[1]
    places: dict[int, Place] = {}
    parents: dict[int, int] = {}
    for index, point in enumerate(points, start=1):
        here = f"{where}: point {index}"
        if not isinstance(point, list) or len(point) < 7:
            msg = f"{here}: wanted [id, parent, user, x, y, z, radius, confidence], got {point!r:.60}."
            raise ContractError(msg)
        own = _id(point[0], here)
        parent = exact_id(point[1], f"{here}: its parent")
        place = _place(point[3:6], here)
        radius = _number(point[6], here)
        if own in places:
            msg = f"{where}: point {own} is there twice."
            raise ContractError(msg)
        places[own] = place
        if parent is not None:
            parents[own] = parent
        row = (skid, own, parent, *place, None if radius < 0 else radius)
        for column, value in zip(read.points.values(), row, strict=True):
            column.append(value)
    length = 0.0
    for own, parent in parents.items():
        if parent not in places:
            msg = (
                f"{where}: point {own} has the parent {parent}, which is no point of the skeleton."
            )
            raise ContractError(msg)
        length += math.dist(places[own], places[parent])
    read.length_nm[skid] = length
    read.place_of |= places
    for index, link in enumerate(links, start=1):
        _take_link(f"{where}: connector {index}", skid, link, places, read)


def _take_link(here: str, skid: int, link: Any, places: Mapping[int, Place], read: _Read) -> None:
    if not isinstance(link, list) or len(link) < 6 or link[2] not in range(len(_RELATIONS)):
        msg = f"{here}: wanted [point, connector, relation 0 to 3, x, y, z], got {link!r:.60}."
        raise ContractError(msg)
    point, connector = _id(link[0], here), _id(link[1], here)
    if point not in places:
        msg = f"{here}: {point} is no point of the skeleton."
        raise ContractError(msg)
    relation = _RELATIONS[link[2]]
    read.buckets[f"links_{relation}"] += 1
    read.connectors[connector] = _place(link[3:6], here)
    if relation == "pre":
        if connector in read.senders and read.senders[connector] != (skid, point):
            msg = (
                f"{here}: connector {connector} has two presynaptic points. Correct it in CATMAID."
            )
            raise ContractError(msg)
        read.senders[connector] = (skid, point)
    elif relation == "post":
        read.receivers[connector].append((skid, point))


def _synapses(read: _Read) -> pa.Table:
    """One row per pair of a connector; a side in no skeleton that is here stays empty."""
    rows: list[tuple[Any, ...]] = []
    nowhere = (None, None, None)
    for connector in dict.fromkeys([*read.senders, *read.receivers]):
        pre, pre_point = read.senders.get(connector, (None, None))
        ends: Sequence[tuple[int | None, int | None]] = read.receivers.get(connector) or [
            (None, None)
        ]
        for post, post_point in ends:
            rows.append(
                (
                    pre,
                    post,
                    connector,
                    pre_point,
                    post_point,
                    *read.connectors[connector],
                    *(nowhere if pre_point is None else read.place_of[pre_point]),
                    *(nowhere if post_point is None else read.place_of[post_point]),
                )
            )
    names = ["pre_id", "post_id", "connector_id", "pre_point_id", "post_point_id"]
    names += [f"{site}{axis}_nm" for site in ("", "pre_", "post_") for axis in "xyz"]
    return pa.table(
        {
            name: pa.array([row[i] for row in rows], pa.int64() if i < 5 else pa.float64())
            for i, name in enumerate(names)
        }
    )


def _typed(points: Mapping[str, list[Any]]) -> dict[str, Any]:
    ids = ("neuron", "point_id", "parent_id")
    return {
        name: pa.array(values, pa.int64() if name in ids else pa.float64())
        for name, values in points.items()
    }


def _place(values: Sequence[Any], here: str) -> Place:
    x, y, z = (_number(value, here) for value in values)
    return x, y, z


def _number(value: Any, here: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        msg = f"{here}: wanted numbers x, y, z and a radius, got {value!r}."
        raise ContractError(msg)
    return float(value)
