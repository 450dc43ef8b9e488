"""NWB: functional traces of recorded cells as a table keyed by neuron, or a connectome that we exported.

Read with h5py alone: ``/processing/ophys/Fluorescence`` or ``DfOverF`` with a ``RoiResponseSeries``, whose
``data`` is (time, roi) and whose ``rois`` point into the ``PlaneSegmentation``. Which roi is which neuron
says a table of coregistration (session, scan, unit, root); without it the rois stand for themselves.
A file with neurons and connections is read by `nwb_tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from connectome_analysis.tables import ContractError

from .account import Ingested
from .hdf5_files import is_hdf5, open_hdf5, read_dataset
from .nwb_tables import holds_connectome, read_nwb_tables
from .safe_files import exact_id
from .small_rows import first_of, small_rows
from .table_reader import table

if TYPE_CHECKING:
    from numpy.typing import NDArray

# How far a step may be from the others, as a part of it: clocks jitter, and a frame left out is a whole step.
_JITTER = 0.5
_SERIES = ("DfOverF", "Fluorescence")


def recognises_nwb(path: Path) -> str | None:
    """Say why a file is NWB with recorded cells, or with a connectome."""
    if not path.is_file() or not is_hdf5(path):
        return None
    try:
        with open_hdf5(path, "NWB") as file:
            if "nwb_version" in file.attrs and holds_connectome(file):
                return "is NWB with the tables neurons and connections of an export"
            if "nwb_version" in file.attrs:
                return "is HDF5 with an nwb_version"
    except ContractError:
        return None
    return None


def read_nwb(
    source: str | Path,
    out: str | Path,
    *,
    coregistration: str | Path | None = None,
    session: int | None = None,
    scan_idx: int | None = None,
    series: str | None = None,
    description: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read traces: nodes, and the table ``traces`` with one row per roi: its rate and its values.

    A file that `neuropil export` made is read as the connectome in it.

    Parameters
    ----------
    source : path
    out : path
    coregistration : path, optional
        A table with ``unit_id``, ``pt_root_id`` and, to choose by, ``session`` and ``scan_idx``, such
        as MICrONS' coregistration_manual. Rois without a neuron stay, with none.
    session, scan_idx : int, optional
        Which rows of the coregistration belong to this file.
    series : str, optional
        Path of the RoiResponseSeries, where there are several.
    description, overwrite, command, progress
        As for `table`.

    Raises
    ------
    ContractError
        Where the file has no series of rois, rois and data do not fit, or the times are irregular.
    """
    path = Path(source).expanduser()
    with open_hdf5(path, "NWB") as file:
        exported = holds_connectome(file)
    if exported:
        for name, given in (
            ("coregistration", coregistration),
            ("session", session),
            ("scan_idx", scan_idx),
            ("series", series),
        ):
            if given is not None:
                msg = f"{path.name} holds a connectome and no traces, so {name} is not for it."
                raise ContractError(msg)
        return read_nwb_tables(
            source,
            out,
            description=description,
            overwrite=overwrite,
            command=command,
            progress=progress,
        )
    with open_hdf5(path, "NWB") as file:
        place = _series(file, path.name, series)
        group = file[place]
        data = read_dataset(group, "data", path.name, "iuf")
        if data.ndim == 1:
            data = data[:, None]
        units = _units(file, group, path.name, data.shape[1])
        rate, start = _times(group, path.name, data.shape[0])
    told = [f"{path.name}: {place}, {data.shape[0]:,} times of {data.shape[1]:,} rois"]
    neurons: list[int | None] = list(units)
    files = {"edges": path}
    if coregistration is not None:
        listed = Path(coregistration).expanduser()
        roots = _roots(listed, session, scan_idx)
        neurons = [roots.get(unit) for unit in units]
        files["coregistration"] = listed
        told.append(
            f"{sum(n is not None for n in neurons):,} rois are neurons of {listed.name}, by unit_id"
        )
    else:
        told.append("no coregistration, so node_id is the roi's own id")
    known = list(dict.fromkeys(neuron for neuron in neurons if neuron is not None))
    none = pa.array([], pa.int64())
    traces = pa.table(
        {
            "neuron": pa.array(neurons, pa.int64()),
            "unit_id": pa.array(units, pa.int64()),
            "rate_hz": pa.array([rate] * len(units), pa.float64()),
            "start_s": pa.array([start] * len(units), pa.float64()),
            "values": pa.array(
                [np.asarray(data[:, i], np.float32) for i in range(len(units))],
                pa.list_(pa.float32()),
            ),
        }
    )
    return table(
        out,
        edges=pa.table({"pre_id": none, "post_id": none}),
        nodes=pa.table({"node_id": pa.array(known, pa.int64())}),
        files=files,
        ids="integers",
        zero_is_a_neuron=True,
        decisions=told,
        more_tables={"traces": traces},
        description={"source": f"NWB, {path.name}"} | dict(description or {}),
        overwrite=overwrite,
        command=command,
        progress=progress,
    )


def _series(file: Any, label: str, asked: str | None) -> str:
    if asked is not None:
        if asked not in file or "data" not in file[asked]:
            msg = f"{label} has no series {asked!r}."
            raise ContractError(msg)
        return asked
    found = []
    for module in file.get("processing", {}):
        for kind in _SERIES:
            container = file["processing"][module].get(kind)
            for name in container or ():
                if "data" in container[name] and "rois" in container[name]:
                    found.append(f"processing/{module}/{kind}/{name}")
    if not found:
        msg = f"{label} has no Fluorescence or DfOverF with a RoiResponseSeries under /processing."
        raise ContractError(msg)
    first = found[0].rpartition("/")[0]
    if len([name for name in found if name.startswith(first)]) > 1:
        msg = f"{label} has several series: {', '.join(found)}; say which: series={found[0]!r}."
        raise ContractError(msg)
    return next((n for n in found if "/DfOverF/" in n), found[0])


def _units(file: Any, group: Any, label: str, n: int) -> list[int]:
    """Ids of the rois of a series: places in the plane segmentation, looked up there."""
    places = read_dataset(group, "rois", label, "iu")
    if places.shape != (n,):
        msg = f"{label}: rois has {places.size:,} entries, data has {n:,} columns."
        raise ContractError(msg)
    owner = group["rois"].attrs.get("table")
    if owner is None:
        return [int(place) for place in places]
    ids = read_dataset(file[owner], "id", label, "iu")
    if n and int(places.max()) >= len(ids):
        msg = f"{label}: rois names row {int(places.max())} of a table of {len(ids)}."
        raise ContractError(msg)
    return [int(ids[place]) for place in places]


def _times(group: Any, label: str, n: int) -> tuple[float | None, float | None]:
    if "starting_time" in group:
        start = group["starting_time"]
        return float(start.attrs.get("rate", np.nan)) or None, float(start[()])
    if "timestamps" in group:
        times: NDArray[Any] = read_dataset(group, "timestamps", label, "f")
        if len(times) != n:
            msg = f"{label}: {len(times):,} timestamps for {n:,} times."
            raise ContractError(msg)
        steps = np.diff(times)
        step = float(np.median(steps)) if len(steps) else 0.0
        if len(steps) and not (step > 0 and np.abs(steps - step).max() <= _JITTER * step):
            first = int(np.argmax(np.abs(steps - step))) if np.isfinite(steps).all() else 0
            msg = (
                f"{label}: timestamps are not regular (from {times[first]:g} s to "
                f"{times[first + 1]:g} s, mostly {step:g} s apart), and traces have one rate; resample "
                "them at even times first."
            )
            raise ContractError(msg)
        return (float(1 / np.median(steps)) if len(steps) else None), float(times[0]) if n else None
    return None, None


def _roots(path: Path, session: int | None, scan_idx: int | None) -> dict[int, int]:
    roots: dict[int, int] = {}
    seen: set[tuple[int | None, int | None]] = set()
    for line, row in enumerate(small_rows(path), start=1):
        where = f"{path.name}: row {line}"
        unit, root = (
            exact_id(
                first_of(row, *names), f"{where}: {names[0]}", zero_is_none=names[0] != "unit_id"
            )
            for names in (("unit_id",), ("pt_root_id", "root_id"))
        )
        keys = tuple(
            exact_id(row.get(name), f"{where}: {name}") for name in ("session", "scan_idx")
        )
        if (session is not None and keys[0] != session) or (
            scan_idx is not None and keys[1] != scan_idx
        ):
            continue
        seen.add((keys[0], keys[1]))
        if unit is not None and root is not None:
            roots[unit] = root
    if len(seen) > 1:
        msg = (
            f"{path.name} holds {len(seen)} scans; say which is this file's: session=..., "
            "scan_idx=... (--option session=4 --option scan_idx=7)."
        )
        raise ContractError(msg)
    return roots
