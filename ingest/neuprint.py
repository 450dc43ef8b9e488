"""neuPrint: hemibrain and its relatives, as CSV exports of adjacencies or as the bulk CSV of a server.

The exports (``traced-neurons``, ``traced-total-connections``, ``traced-roi-connections``, and what
neuprint-python's ``fetch_adjacencies`` writes) have plain tables. The bulk files, from which neo4j is
filled, name columns ``bodyId:long`` and hold regions as JSON, primary ones and others mixed.
Positions are voxels of 8 nm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from connectome_analysis.tables import ContractError

from .account import Ingested
from .neuron_files import NeuronFile, joined_neurons
from .neurons import UnknownNeurons
from .prepared_rows import PreparedRows
from .primary_rois import primary_rois_of, split_by_roi
from .read_once import read_once
from .read_rows import Source, open_rows
from .release_folder import ReleaseFolder, describe_release, open_release_folder
from .safe_files import first_line
from .small_rows import table_columns
from .source_rows import SourceRows
from .table_reader import table
from .text_files import read_dialect
from .workspace import Workspace, quoted

Chosen = Literal["listed", "traced"]
VOXEL_SIZE_NM = (8.0, 8.0, 8.0)
_SITE_COLUMNS: dict[str, str | None] = {
    "synapses.pre_id": "bodyId_pre",
    "synapses.post_id": "bodyId_post",
    "synapses.confidence": "confidence_post",
    "synapses.region": "roi_post",
    **{
        f"synapses.{side}_{axis}_nm": f"{axis}_{side}" for side in ("pre", "post") for axis in "xyz"
    },
}
_NEURONS = ("traced-neurons", "neurons")
_TOTALS = ("traced-total-connections", "traced-connections", "total-connections")
_BY_ROI = ("traced-roi-connections", "traced-connections-per-roi", "roi-connections")
# What fetch_adjacencies gives, saved by hand: by ROI, or not.
_SAVED = "connections"
_BULK_NEURONS = r"Neuprint_Neurons.*"
_BULK_CONNECTIONS = r"Neuprint_Neuron_Connections.*"
_BULK_META = r"Neuprint_Meta.*"
_PROPERTIES = r"neuron-properties.*"
_TRACED = "('traced', 'roughly traced', 'prelim roughly traced')"
_CONTRACT = {
    "cell_type": ("type",),
    "name": ("instance",),
    "cell_class": ("class",),
    "super_class": ("superclass", "superClass"),
    "neurotransmitter": ("consensusNt", "predictedNt"),
    "side": ("somaSide", "side"),
}


def read_neuprint(
    source: str | Path,
    out: str | Path,
    *,
    neurons: Chosen = "listed",
    by_region: bool = True,
    primary_rois: Sequence[str] | None = None,
    synapses: bool = False,
    min_confidence: float | None = None,
    min_synapses: int | None = None,
    unknown_neurons: UnknownNeurons | None = None,
    description: dict[str, Any] | None = None,
    decisions: Sequence[str] = (),
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read CSV files exported from neuPrint.

    Parameters
    ----------
    source : path
        Folder of the files, named as published.
    out : path
    neurons : {"listed", "traced"}
        Every neuron of the list, or those whose ``status`` is Traced or Roughly traced.
    by_region : bool
        Read regions, where they are given.
    primary_rois : sequence of str, optional
        The ROIs that do not overlap. By default those that ``Neuprint_Meta.csv`` of the bulk files
        names. Where nothing names them all ROIs are added up, which is refused where they give more
        than a pair has.
    synapses : bool
        Read single synapses from ``synapse-connections.csv``, with the columns that neuprint-python's
        ``fetch_synapse_connections`` gives; edges then count them.
    min_confidence : float, optional
        Least confidence of a postsynaptic site, with `synapses`.
    min_synapses : int, optional
        Least number of synapses of a pair; neuPrint's ``weight``.
    unknown_neurons : {"error", "add", "drop"}, optional
        By default an error in an export, and dropped in bulk files, which hold fragments.
    description : mapping, optional
        Of the dataset; by default that of hemibrain, for files named as in its export.
    decisions, overwrite, command, progress
        As for `ingest.table`.

    Raises
    ------
    ContractError
        Where a file is missing or two of them disagree; nothing is written then.
    """
    if neurons not in get_args(Chosen):
        msg = f"neurons must be 'listed' or 'traced', got {neurons!r}."
        raise ContractError(msg)
    if min_confidence is not None and not synapses:
        msg = "min_confidence wants synapses=True, for connections have no confidence."
        raise ContractError(msg)
    folder = open_release_folder(source)
    primary = (primary_rois,) if isinstance(primary_rois, str) else primary_rois
    bulk = bool(folder.match(_BULK_NEURONS))
    layout = _bulk if bulk else _export
    edges, listed, names, files, made = layout(folder, by_region, primary)
    decisions = [*decisions, *made]
    wanted = neurons == "traced"
    if wanted and "status" not in names:
        msg = f"{files['nodes'].name} has no column status, so traced neurons cannot be told."
        raise ContractError(msg)
    about, names = _properties(folder, names, files, bulk=bulk)
    split = by_region and (bulk or "edges_by_roi" in files)
    keep = f"lower(status) IN {_TRACED}" if wanted else None
    if keep is None and bulk and "labels" in names:
        keep = "regexp_matches(labels, '(^|;)Neuron(;|$)')"
        decisions.append("neurons are the bodies that have the label Neuron")
    if wanted:
        decisions.append("neurons are the bodies whose status is Traced or Roughly traced")
    computed = {}
    columns: dict[str, str | None] = {"nodes.node_id": "bodyId", "edges.syn_count": "weight"}
    for contract, candidates in _CONTRACT.items():
        found = next((name for name in candidates if name in names), None)
        if found is not None:
            columns[f"nodes.{contract}"] = found
    if about and "class" in names:  # MANC's class is what others call superclass
        columns |= {"nodes.super_class": "class"}
        del columns["nodes.cell_class"]
    if "nodes.side" not in columns and "instance" in names:
        computed["side"] = (
            "CASE right(instance, 2) WHEN '_L' THEN 'left' WHEN '_R' THEN 'right' END"
        )
        decisions.append("side is the end _L or _R of instance")
    if "somaLocation" in names:
        # The srid of a point, as in {x:1, y:2, z:3, srid:9157}, is no coordinate.
        text = "regexp_replace(CAST(somaLocation AS VARCHAR), 'srid: *[0-9]+', '')"
        numbers = f"regexp_extract_all({text}, '-?[0-9]+')"
        computed |= {
            f"{axis}_nm": f"TRY_CAST({numbers}[{i}] AS DOUBLE) * {VOXEL_SIZE_NM[0]}"
            for i, axis in enumerate("xyz", start=1)
        }
        decisions.append("x_nm, y_nm, z_nm are somaLocation, in voxels of 8 nm")
    rows: dict[str, Source] = {"edges": edges}
    edge_columns = _edge_columns(split=split, prepared=bulk or split)
    if synapses:
        path = folder.get("synapse-connections")
        if path is None:
            raise folder.missing("synapse-connections.csv")
        rows = {"synapses": _sites(path, min_confidence)}
        edge_columns = _SITE_COLUMNS
        columns.pop("edges.syn_count")
        files = {role: files[role] for role in ("nodes", "properties") if role in files}
        files["synapses"] = path
    read = {path.name for path in files.values()}
    left = [path.name for path in folder.files.values() if path.name not in read]
    if left and not bulk:
        decisions.append(f"not read: {', '.join(left)}")
    return table(
        out,
        **rows,  # type: ignore[arg-type]
        nodes=joined_neurons(
            NeuronFile(source=listed, label="neurons", key="bodyId"),
            about,
            keep=keep,
            computed=computed,
        ),
        columns={**columns, **edge_columns},
        files=files,
        ids="integers",
        unit="voxels",
        voxel_size_nm=VOXEL_SIZE_NM,
        weight_meaning="synapses",
        min_synapses=min_synapses,
        unknown_neurons=unknown_neurons or ("drop" if bulk or wanted else "error"),
        decisions=decisions,
        description=describe_release(folder, description or _description(folder, bulk=bulk)),
        overwrite=overwrite,
        command=command or "ingest.read('neuprint', ...)",
        progress=progress,
    )


def _properties(
    folder: ReleaseFolder, names: Sequence[str], files: dict[str, Path], *, bulk: bool
) -> tuple[list[NeuronFile], tuple[str, ...]]:
    """What MANC publishes of its bodies beside the export, and all columns about neurons."""
    path = None if bulk else folder.one(_PROPERTIES)
    there = [] if path is None else table_columns(path)
    if path is None or "bodyId" not in there:
        return [], tuple(names)
    files["properties"] = path
    again = [name for name in there if name in names]
    file = NeuronFile(source=path, label="properties", key="bodyId", left_out=again)
    return [file], tuple(dict.fromkeys((*names, *there)))


def recognise_neuprint(path: Path) -> str | None:
    """Say why a folder holds exports of neuPrint, None where it does not."""
    if not path.is_dir():
        return None
    names = {file.name.partition(".")[0] for file in path.iterdir()}
    if any(name.startswith("Neuprint_Neurons") for name in names):
        return "Neuprint_Neurons*, the bulk CSV of a neuPrint server"
    if names & set(_NEURONS) and names & {*_TOTALS, *_BY_ROI}:
        return "neurons and connections, as exports of neuPrint name them"
    for file in path.iterdir():
        if file.name.partition(".")[0] == _SAVED and "bodyId_pre" in first_line(file):
            return (
                f"{file.name} has a column bodyId_pre, as neuprint-python's fetch_adjacencies has"
            )
    return None


def _sites(path: Path, min_confidence: float | None) -> Source:
    """Rows of single synapses, those of enough confidence."""
    if min_confidence is None:
        return path
    least = float(min_confidence)

    def make(workspace: Workspace, view: str) -> SourceRows:
        rows = open_rows(workspace, f"{view}_all", path)
        rows.require("confidence_post")
        enough = (
            f"coalesce(TRY_CAST({rows.trimmed('confidence_post')} AS DOUBLE) >= {least}, false)"
        )
        (below,) = workspace.row(f"SELECT count(*) FILTER (NOT {enough}) FROM {quoted(rows.view)}")
        workspace.account.count("synapses_below_confidence", below, always=True)
        workspace.account.decide(f"synapses have a confidence_post of {least:g} and more")
        workspace.run(
            f"CREATE VIEW {quoted(view)} AS SELECT * FROM {quoted(rows.view)} WHERE {enough}"
        )
        return SourceRows(view=view, columns=rows.columns, label=path.name, path=path)

    return PreparedRows(make)


def _edge_columns(*, split: bool, prepared: bool) -> dict[str, str | None]:
    columns: dict[str, str | None] = {"edges.pre_id": "pre_id", "edges.post_id": "post_id"}
    if not prepared:
        columns = {"edges.pre_id": "bodyId_pre", "edges.post_id": "bodyId_post"}
    return columns | ({"edges.region": "region"} if split else {})


_Layout = tuple[Source, Source, tuple[str, ...], dict[str, Path], list[str]]


def _export(folder: ReleaseFolder, by_region: bool, primary: Sequence[str] | None) -> _Layout:
    listed = folder.get(*_NEURONS)
    totals, by_roi = folder.get(*_TOTALS), folder.get(*_BY_ROI)
    saved = folder.get(_SAVED)
    if totals is None and by_roi is None and saved is not None:
        if "roi" in read_dialect(saved).names:
            by_roi = saved
        else:
            totals = saved
    if listed is None:
        raise folder.missing("traced-neurons.csv", "Neuprint_Neurons.csv")
    names = read_dialect(listed).names
    if by_roi is None or not by_region:
        if totals is None:
            raise folder.missing("traced-total-connections.csv", "traced-roi-connections.csv")
        rows: Source = _once(totals)
        return rows, listed, names, {"nodes": listed, "edges": totals}, []
    files = {"nodes": listed, "edges": by_roi, "edges_by_roi": by_roi}
    if totals is not None:
        files["edges_in_total"] = totals
    decisions = [f"{by_roi.name} gives regions and {totals.name} what a pair has"] if totals else []

    def make(workspace: Workspace, view: str) -> SourceRows:
        parts = _pairs(workspace, f"{view}_parts", by_roi, ("roi", "roi"))
        total = f"{view}_totals"
        if totals is not None:
            _pairs(workspace, total, totals, None)
        else:
            chosen = f"{view}_parts"
            workspace.run(
                f"CREATE TABLE {total} AS SELECT pre_id, post_id, sum(weight) AS weight "
                f"FROM {chosen} GROUP BY ALL"
            )
        split_by_roi(workspace, view, total, parts, primary, by_roi.name)
        return SourceRows(view=view, columns=workspace.columns(view), label=by_roi.name)

    return PreparedRows(make), listed, names, files, decisions


def _once(path: Path) -> PreparedRows:
    return read_once(path, integers=("bodyId_pre", "bodyId_post", "weight"))


def _pairs(workspace: Workspace, name: str, path: Path, roi: tuple[str, str] | None) -> str:
    """Make a table of an export's rows, which must be whole; return its name."""
    rows = _once(path).make(workspace, f"{name}_rows")
    wanted = ["bodyId_pre", "bodyId_post", "weight", *([roi[0]] if roi else [])]
    for column in wanted:
        rows.require(column)
    values = {}
    for column in wanted[:3]:
        values[column] = quoted(column)
        if rows.columns[column] == "BIGINT":
            continue
        text = rows.trimmed(column)
        values[column] = f"TRY_CAST({text} AS BIGINT)"
        bad = f"nullif({text}, '') <> coalesce(CAST({values[column]} AS VARCHAR), '')"
        (faulty,) = workspace.row(f"SELECT count(*) FROM {quoted(rows.view)} WHERE {bad}")
        if faulty:
            row, value = rows.first(workspace, bad, text)
            msg = f"{path.name}: {column} must be an integer, got {value!r} in row {row}."
            raise ContractError(msg)
    region = f", {roi[0]} AS {roi[1]}" if roi else ""
    workspace.run(
        f"CREATE VIEW {name} AS SELECT {values['bodyId_pre']} AS pre_id, "
        f"{values['bodyId_post']} AS post_id, {values['weight']} AS weight{region} "
        f"FROM {quoted(rows.view)}"
    )
    return name


def _bulk(folder: ReleaseFolder, by_region: bool, primary: Sequence[str] | None) -> _Layout:
    neurons, connections = folder.match(_BULK_NEURONS), folder.match(_BULK_CONNECTIONS)
    if not connections:
        raise folder.missing("Neuprint_Neuron_Connections.csv")
    names = _plain_names(read_dialect(neurons[0]).names)
    files = {"nodes": neurons[0], "edges": connections[0]}
    files |= {f"nodes_{i}": path for i, path in enumerate(neurons[1:], start=2)}
    files |= {f"edges_{i}": path for i, path in enumerate(connections[1:], start=2)}
    decisions: list[str] = []
    meta = folder.one(_BULK_META)
    if by_region and primary is None and meta is not None:
        primary = primary_rois_of(meta)
        files["meta"] = meta
        if primary is not None:
            decisions.append(f"{meta.name} names the {len(primary):,} primary ROIs")

    def listed(workspace: Workspace, view: str) -> SourceRows:
        return _union(workspace, view, neurons)

    def edges(workspace: Workspace, view: str) -> SourceRows:
        rows = _union(workspace, f"{view}_rows", connections)
        for column in ("START_ID", "END_ID", "weight"):
            rows.require(column)
        weight = f"TRY_CAST({rows.trimmed('weight')} AS BIGINT)"
        workspace.run(
            f"CREATE TABLE {view}_totals AS SELECT {rows.trimmed('START_ID')} AS pre_id, "
            f"{rows.trimmed('END_ID')} AS post_id, {weight} AS weight FROM {quoted(rows.view)}"
        )
        label = connections[0].name
        if by_region:
            rows.require("roiInfo")
            _make_parts(workspace, rows, f"{view}_parts")
            split_by_roi(workspace, view, f"{view}_totals", f"{view}_parts", primary, label)
        else:
            workspace.run(f"CREATE VIEW {quoted(view)} AS SELECT * FROM {view}_totals")
        (pairs,) = workspace.row(f"SELECT count(*) FROM {view}_totals")
        workspace.account.count("connections_in", pairs)
        return SourceRows(view=view, columns=workspace.columns(view), label=label)

    return PreparedRows(edges), PreparedRows(listed), names, files, decisions


def _make_parts(workspace: Workspace, rows: SourceRows, parts: str) -> None:
    """Take a pair's ROIs out of its JSON: ``{"EB": {"post": 7}}``."""
    info = rows.trimmed("roiInfo")
    bad = f"{info} IS NOT NULL AND {info} <> '' AND NOT json_valid({info})"
    (faulty,) = workspace.row(f"SELECT count(*) FROM {quoted(rows.view)} WHERE {bad}")
    if faulty:
        row, value = rows.first(workspace, bad, info)
        msg = f"{rows.label}: roiInfo must be JSON, got {value!r:.60} in row {row}."
        raise ContractError(msg)
    entries = (
        f"unnest(map_entries(CAST(CAST(nullif({info}, '') AS JSON) "
        "AS MAP(VARCHAR, MAP(VARCHAR, BIGINT)))))"
    )
    workspace.run(
        f"CREATE TABLE {parts} AS SELECT pre_id, post_id, entry.key AS roi, "
        "coalesce(entry.value['post'], entry.value['pre']) AS weight FROM ("
        f"SELECT {rows.trimmed('START_ID')} AS pre_id, {rows.trimmed('END_ID')} AS post_id, "
        f"{entries} AS entry FROM {quoted(rows.view)}) "
        "WHERE coalesce(entry.value['post'], entry.value['pre']) > 0"
    )


def _plain_names(names: Sequence[str]) -> tuple[str, ...]:
    """Column names without their types: ``bodyId:long`` is ``bodyId``, ``:ID(Body-ID)`` the id."""
    special = {":LABEL": "labels", ":TYPE": "relation"}
    out: list[str] = []
    for name in names:
        plain = special.get(name.upper(), name.partition(":")[0])
        if name.upper().startswith((":ID", ":START_ID", ":END_ID")):
            plain = name[1:].partition("(")[0].upper()
        out.append(plain)
    if "ID" in out:  # the key of the rows; where bodyId stands beside it, it says the same
        out = ["bodyId_again" if name == "bodyId" else name for name in out]
        out[out.index("ID")] = "bodyId"
    return tuple(out)


def _union(workspace: Workspace, view: str, paths: Sequence[Path]) -> SourceRows:
    """Rows of the parts of a bulk table, which all have one line of names."""
    selects, first = [], None
    for number, path in enumerate(paths):
        rows = open_rows(workspace, f"{view}_part_{number}", path)
        first = first or rows
        if list(rows.columns) != list(first.columns):
            msg = f"{path.name} and {first.label} must have the same columns in the same order."
            raise ContractError(msg)
        named = ", ".join(
            f"{quoted(old)} AS {quoted(new)}"
            for old, new in zip(rows.columns, _plain_names(list(rows.columns)), strict=True)
            if new != "bodyId_again"
        )
        selects.append(f"SELECT {named} FROM {quoted(rows.view)}")
    assert first is not None
    workspace.run(f"CREATE VIEW {quoted(view)} AS {' UNION ALL '.join(selects)}")
    return SourceRows(
        view=view,
        columns=workspace.columns(view),
        label=first.label,
        path=first.path,
        odd_spaces=first.odd_spaces,
    )


def _description(folder: ReleaseFolder, *, bulk: bool) -> dict[str, Any]:
    """The dataset, where names of files or of the folder tell it: ``traced-*`` is hemibrain's and MANC's."""
    unknown = {"name": folder.path.name, "source": "neuPrint", "detector": "neuPrint weight"}
    if bulk or folder.get("traced-neurons") is None:
        return unknown
    name = folder.path.name.casefold()
    manc = "manc" in name or folder.match(_PROPERTIES)
    published = folder.get("traced-total-connections", "traced-roi-connections") is not None
    if manc and "hemibrain" not in name:
        return {
            "name": "MANC",
            "species": "Drosophila melanogaster",
            "sex": "male",
            "stage": "adult",
            "source": "neuPrint export of traced neurons",
            "licence": "CC BY 4.0",
            "citation": ("Takemura et al. 2024, eLife 13:RP97769",),
            "doi": ("10.7554/eLife.97769",),
            "detector": "neuPrint weight",
        }
    if not published and "hemibrain" not in name and "exported-traced-adjacencies" not in name:
        return unknown
    return {
        "name": "hemibrain",
        "species": "Drosophila melanogaster",
        "sex": "female",
        "stage": "adult",
        "source": "neuPrint export of traced neurons",
        "licence": "CC BY 4.0",
        "citation": ("Scheffer et al. 2020, eLife 9:e57443",),
        "doi": ("10.7554/eLife.57443",),
        "detector": "FlyEM, all postsynaptic sites",
    }
