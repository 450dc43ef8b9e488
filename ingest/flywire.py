"""FlyWire: the female adult fly brain (FAFB) as Codex and Zenodo publish it, releases 630 and 783.

Codex gives a CSV per subject: ``neurons`` is the list, other files say more about its neurons, and
``connections*`` have a row per pair and neuropil. Zenodo has the same release as Feather. Both count
every synapse of a pair in its row; a threshold, where there is one, is on the sum of the pair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from connectome_analysis.tables import ContractError

from .account import Ingested
from .choices import require_choices
from .codex_export import is_codex_export, read_codex_export
from .neuron_files import NeuronFile, joined_neurons
from .neurons import UnknownNeurons
from .prepared_rows import PreparedRows
from .read_once import read_once
from .read_rows import Source, open_rows
from .release_folder import ReleaseFolder, describe_release, open_release_folder
from .safe_files import first_line
from .small_rows import table_columns
from .source_rows import SourceRows, listed
from .table_reader import table
from .text_files import read_records
from .workspace import Workspace, quoted

Detector = Literal["buhmann", "princeton"]
PAIR_THRESHOLD = 5
VOXEL_SIZE_NM = (40.0, 4.0, 4.0)
# The brain is 7,062 sections of 40 nm deep: a larger z counts nm, all smaller ones count sections.
MOST_SECTIONS = 8_000

_THRESHOLDED = {
    "buhmann": ("connections_buhmann", "connections"),
    "princeton": ("connections_princeton",),
}
_EVERY_PAIR = {
    "buhmann": (
        "connections_buhmann_no_threshold",
        "connections_no_threshold",
        "no_threshold_connections",
        "proofread_connections_783",
    ),
    "princeton": ("connections_princeton_no_threshold",),
}
_SYNAPSES = {
    "buhmann": ("synapse_coordinates", "flywire_synapses_783"),
    "princeton": ("fafb_v783_princeton_synapse_table",),
}
_CONNECTION_COLUMNS = ("pre_root_id", "post_root_id", "neuropil", "syn_count", "nt_type")
_SYNAPSE_COLUMNS = ("pre_root_id", "post_root_id", "x", "y", "z")
_DETECTORS = {
    "buhmann": "Buhmann 2021, cleft score above 50",
    "princeton": "Princeton (Yu 2025)",
}
_POSITION = re.compile(r"^(?P<site>pre_|post_)?(pt_position_)?(?P<axis>[xyz])$")
# Files that have every neuron, where the list itself is not there.
_LISTS = ("classification", "coordinates", "cell_stats")
_PERSONAL = ("user_id", "user_name", "user_affiliation", "date_created")
_ANNOTATIONS = r"(?i)Supplemental_file1_neuron_annotations.*"
# Ids of the Princeton synapses lack the digits that all of them begin with.
_SHARED_DIGITS = 720575940_000000000
_DESCRIPTION = {
    "species": "Drosophila melanogaster",
    "individual": "FAFB",
    "sex": "female",
    "stage": "adult",
    "source": "FlyWire (codex.flywire.ai; Zenodo 10676866)",
    "licence": "CC BY-NC 4.0 (Codex); CC BY 4.0 (Zenodo)",
    "citation": (
        "Dorkenwald et al. 2024, Nature 634:124",
        "Schlegel et al. 2024, Nature 634:139",
    ),
    "doi": ("10.1038/s41586-024-07558-y", "10.1038/s41586-024-07686-5"),
}


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    """The file of connections or synapses that is read."""

    path: Path
    detector: Detector
    thresholded: bool


def read_flywire(
    source: str | Path,
    out: str | Path,
    *,
    connections: Detector | None = None,
    min_synapses: int | None = None,
    synapses: bool = False,
    min_score: float | None = None,
    keep_synapses: bool = True,
    personal_data: bool = False,
    unknown_neurons: UnknownNeurons = "error",
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read a FlyWire release.

    Parameters
    ----------
    source : path
        Folder of the files, named as published: ``neurons.csv.gz``, ``connections.csv.gz``, ...
    out : path
    connections : {"buhmann", "princeton"}, optional
        Which detector's synapses; by default Buhmann's, where both are there.
    min_synapses : int, optional
        Least number of synapses of a pair. By default the release's five where a file with that
        threshold is there, and none otherwise. Fewer than five need the file without a threshold.
    synapses : bool
        Read single synapses instead of connections; edges then count them. Where there is no file
        of connections they are read in any case.
    min_score, keep_synapses
        Of single synapses; as for `ingest.table`.
    personal_data : bool
        Keep who labelled a neuron and when.
    unknown_neurons, overwrite, command, progress
        As for `ingest.table`.

    Raises
    ------
    ContractError
        Where a file is missing, twice there or not what its name says; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> from ingest.simulated_releases import simulate_release
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     codex = simulate_release("flywire-783", f"{folder}/codex", n_neurons=40, n_connections=99)
    ...     fly = read_flywire(codex, f"{folder}/fly", min_synapses=1)
    >>> fly.rows["nodes"], fly.rows["edges"]
    (40, 99)
    """
    require_choices(connections=(connections, Detector))
    if min_synapses is not None and min_synapses < 1:
        msg = f"min_synapses must be at least 1, got {min_synapses}."
        raise ContractError(msg)
    folder = open_release_folder(source)
    listed = folder.get("neurons")
    if listed is not None and is_codex_export(listed):
        given = {"connections": connections, "synapses": synapses, "min_score": min_score}
        for option, value in given.items():
            if value:
                msg = f"{option} is no option of what the web page of Codex saved ({listed.name})."
                raise ContractError(msg)
        return read_codex_export(
            folder,
            out,
            min_synapses=min_synapses,
            unknown_neurons=unknown_neurons,
            overwrite=overwrite,
            command=command,
            progress=progress,
        )
    decisions: list[str] = []
    if not synapses and folder.get(*_connection_stems()) is None:
        chosen = _choose(folder, _SYNAPSES, connections, thresholded=False)
        if chosen is not None:
            synapses = True
            decisions.append(f"no file of connections, so {chosen.path.name} is counted into them")
    if synapses:
        chosen = _choose(folder, _SYNAPSES, connections, thresholded=False)
        if chosen is None:
            raise folder.missing("synapse_coordinates.csv.gz", "flywire_synapses_783.feather")
        rows: dict[str, Any] = {"synapses": _in_nm(_synapse_rows(chosen))}
    else:
        chosen = _choose_connections(folder, connections, min_synapses, decisions)
        rows = {"edges": _edge_rows(chosen.path)}
    role = next(iter(rows))
    nodes, columns, files, unit = _neurons(folder, decisions, personal_data=personal_data)
    columns |= _columns(role, chosen.path)
    release = _release(folder)
    read = {chosen.path.name, *(path.name for path in files.values())}
    left = [path.name for path in folder.files.values() if path.name not in read]
    if left:
        decisions.append(f"not read: {', '.join(left)}")
    return table(
        out,
        **rows,
        nodes=nodes,
        columns=columns,
        files={role: chosen.path, **files},
        ids="integers",
        unit=unit,
        voxel_size_nm=VOXEL_SIZE_NM,
        weight_meaning="synapses",
        missing={"region": ["UNASGD"]},
        personal_data=personal_data,
        min_synapses=min_synapses,
        min_score=min_score,
        keep_synapses=keep_synapses,
        source_min_synapses=PAIR_THRESHOLD if chosen.thresholded else None,
        unknown_neurons=unknown_neurons,
        decisions=decisions,
        description=describe_release(
            folder,
            {
                "name": f"FlyWire FAFB {release}",
                **_DESCRIPTION,
                "release": release,
                "detector": _DETECTORS[chosen.detector],
            },
        ),
        overwrite=overwrite,
        command=command or "ingest.read('flywire', ...)",
        progress=progress,
    )


def recognise_flywire(path: Path) -> str | None:
    """Say why a folder is a FlyWire release, None where it is not."""
    names = {file.name for file in path.iterdir()} if path.is_dir() else {path.name}
    listed = "neurons.csv.gz" in names and "bodyId" not in first_line(path / "neurons.csv.gz")
    if listed and any("connections" in name for name in names):
        return "neurons.csv.gz and connections*.csv.gz, as FlyWire Codex names them"
    codex = {*_connection_stems(), *(stem for stems in _SYNAPSES.values() for stem in stems)}
    for file in sorted(path.iterdir()) if path.is_dir() else ():
        stem, _, suffix = file.name.partition(".")
        table_of_codex = stem in codex and suffix in ("csv", "csv.gz") and file.is_file()
        if table_of_codex and "pre_root_id" in first_line(file):
            return f"{file.name} has a column pre_root_id, as FlyWire Codex's does"
    for stem in ("proofread_connections_783", "flywire_synapses_783"):
        if any(name.startswith(stem) for name in names):
            return f"{stem}, as FlyWire's Zenodo record names it"
    return None


def _connection_stems() -> list[str]:
    """Stems of every file of connections, whichever detector's."""
    return [
        stem for stems in (_THRESHOLDED, _EVERY_PAIR) for files in stems.values() for stem in files
    ]


def _choose(
    folder: ReleaseFolder,
    stems: dict[str, tuple[str, ...]],
    asked: Detector | None,
    *,
    thresholded: bool,
) -> _Chosen | None:
    for detector in get_args(Detector) if asked is None else (asked,):
        path = folder.get(*stems[detector])
        if path is not None:
            return _Chosen(path=path, detector=detector, thresholded=thresholded)
    return None


def _choose_connections(
    folder: ReleaseFolder,
    asked: Detector | None,
    min_synapses: int | None,
    decisions: list[str],
) -> _Chosen:
    with_threshold = _choose(folder, _THRESHOLDED, asked, thresholded=True)
    every_pair = _choose(folder, _EVERY_PAIR, asked, thresholded=False)
    detectors = [c.detector for c in (with_threshold, every_pair) if c is not None]
    if len(set(detectors)) == 2 and asked is None:  # each detector in another file: Buhmann first
        return _choose_connections(folder, "buhmann", min_synapses, decisions)
    below = min_synapses is not None and min_synapses < PAIR_THRESHOLD
    if below and every_pair is None and with_threshold is not None:
        msg = (
            f"min_synapses={min_synapses} needs pairs that {with_threshold.path.name} leaves out: "
            f"its pairs have {PAIR_THRESHOLD} and more. Put the file without a threshold beside it "
            "(connections_no_threshold.csv.gz), or ask for more synapses."
        )
        raise ContractError(msg)
    chosen = every_pair if below else with_threshold or every_pair
    if chosen is None:
        which = asked or "buhmann"
        names = (*_THRESHOLDED[which], *_EVERY_PAIR[which])
        raise folder.missing(*(f"{name}.csv.gz" for name in names[:3]))
    if asked is None:
        decisions.append(
            f"synapses are those of {_DETECTORS[chosen.detector]} (connections={chosen.detector!r})"
        )
    decisions.append(
        f"{chosen.path.name} holds the pairs of {PAIR_THRESHOLD} synapses and more"
        if chosen.thresholded
        else f"{chosen.path.name} holds every pair"
    )
    return chosen


def _edge_rows(path: Path) -> Source:
    if path.suffix == ".feather":
        return path
    integers = ("pre_root_id", "post_root_id", "syn_count")
    return read_once(path, integers=integers, names=_CONNECTION_COLUMNS)


def _synapse_rows(chosen: _Chosen) -> Source:
    path = chosen.path
    if path.suffix == ".feather":
        return path
    if chosen.detector == "buhmann":
        ids = ("pre_root_id", "post_root_id")
        return read_once(path, integers=_SYNAPSE_COLUMNS, names=_SYNAPSE_COLUMNS, filled_down=ids)
    short = tuple(f"{side}_root_id_720575940" for side in ("pre", "post"))
    places = tuple(f"{site}_{axis}" for site in ("pre", "post", "ctr") for axis in "xyz")
    rows = read_once(path, integers=(*short, *places, "size"))

    def make(workspace: Workspace, view: str) -> SourceRows:
        read = rows.make(workspace, f"{view}_short")
        whole = []
        for name in short:
            read.require(name)
            if read.columns[name] != "BIGINT":
                msg = f"{path.name}: column {name!r} must be integers of up to nine digits."
                raise ContractError(msg)
            full = f"nullif({quoted(name)}, 0) + {_SHARED_DIGITS}"
            whole.append(f"{full} AS {name.removesuffix('_720575940')}")
        others = "".join(
            f", {quoted(c)} AS {c.removeprefix('ctr_')}" for c in read.columns if c not in short
        )
        workspace.run(
            f"CREATE VIEW {quoted(view)} AS SELECT {', '.join(whole)}{others} "
            f"FROM {quoted(read.view)}"
        )
        workspace.account.decide(f"{path.name}: ids have the digits 720575940 put before them")
        return SourceRows(
            view=view,
            columns=workspace.columns(view),
            label=path.name,
            path=path,
            odd_spaces=read.odd_spaces,
        )

    return PreparedRows(make)


def _in_nm(source: Source) -> PreparedRows:
    """Single synapses, whose positions are nm whatever those of the neurons are, under names that say so."""

    def make(workspace: Workspace, view: str) -> SourceRows:
        read = open_rows(workspace, f"{view}_as_published", source)
        named = ", ".join(
            f"{quoted(column)} AS {quoted(re.sub(_POSITION, _name_in_nm, column))}"
            for column in read.columns
        )
        workspace.run(f"CREATE TEMP VIEW {quoted(view)} AS SELECT {named} FROM {quoted(read.view)}")
        return replace(read, view=view, columns=workspace.columns(view))

    return PreparedRows(make)


def _name_in_nm(found: re.Match[str]) -> str:
    return f"{found['site'] or ''}{found['axis']}_nm"


def _columns(role: str, path: Path) -> dict[str, str | None]:
    both = "_pt" if path.suffix == ".feather" else ""
    columns: dict[str, str | None] = {
        f"{role}.{side}_id": f"{side}{both}_root_id" for side in ("pre", "post")
    }
    if role == "edges":
        columns |= {"edges.region": "neuropil", "edges.syn_count": "syn_count"}
        if path.suffix != ".feather":
            columns["edges.neurotransmitter"] = "nt_type"
    elif path.suffix == ".feather":
        columns |= {"synapses.region": "neuropil", "synapses.score": "connection_score"}
    return columns


def _neurons(
    folder: ReleaseFolder, decisions: list[str], *, personal_data: bool
) -> tuple[Source | None, dict[str, str | None], dict[str, Path], Literal["nm", "voxels"]]:
    """The list of neurons, what its columns are, its files by role, and the unit of positions."""
    path = folder.get("neurons")
    annotations = folder.one(_ANNOTATIONS)
    if path is None and (annotations or folder.get("proofread_root_ids_783")):
        return _neurons_of_zenodo(folder, annotations)
    about, files = _about_neurons(folder, decisions, personal_data=personal_data)
    if path is None and folder.get(*_LISTS) is None:
        decisions.append("no file lists the neurons, so they are those that the rows name")
        return None, {}, {}, "nm"
    columns: dict[str, str | None] = {"nodes.position": None}
    if path is None:
        listed = next(file for stem in _LISTS for file in about if file.label == stem)
        about.remove(listed)
        path = files.pop(listed.label)
        decisions.append(f"there is no neurons.csv.gz, so the neurons are those of {path.name}")
        stems = {listed.label, *files}
    else:
        listed, stems = NeuronFile(source=path, label="neurons"), set(files)
        columns |= {"nodes.region": "group", "nodes.neurotransmitter": "nt_type"}
    mapped = {
        "classification": {"nodes.cell_class": "class", "nodes.super_class": "super_class"},
        "consolidated_cell_types": {"nodes.cell_type": "primary_type"},
        "cell_stats": {"nodes.volume_nm3": "size_nm", "nodes.length_nm": "length_nm"},
        "names": {"nodes.name": "name"},
        "coordinates": {"nodes.position": "position"},
    }
    for stem, of in mapped.items():
        columns |= of if stem in stems else {}
        if stem in files:
            _require_columns(files[stem], of)
    unit: Literal["nm", "voxels"] = "nm"
    if "coordinates" in stems:
        unit = _unit_of(files.get("coordinates", path), decisions)
    if annotations is not None:
        about.append(NeuronFile(source=annotations, label="annotations", only_first=True))
        files["annotations"] = annotations
    neurons = joined_neurons(listed, about, first_of_each=listed.only_first)
    return neurons, columns, {"nodes": path, **files}, unit


def _require_columns(path: Path, wanted: Mapping[str, str | None]) -> None:
    """Raise where a file about neurons lacks what it is read for: joined, another would be blamed."""
    there = table_columns(path)
    for column, source in wanted.items():
        if there and source not in there:
            msg = f"{path.name} has no column {source!r} for {column}; it has {listed(there)}."
            raise ContractError(msg)


def _about_neurons(
    folder: ReleaseFolder, decisions: list[str], *, personal_data: bool
) -> tuple[list[NeuronFile], dict[str, Path]]:
    column = {axis: f"column_{axis}" for axis in "xypq"}
    column |= {"type": "column_type", "hemisphere": "column_hemisphere"}
    visual = {
        name: f"visual_{name}" for name in ("type", "family", "subsystem", "category", "side")
    }
    options: dict[str, dict[str, Any]] = {
        "classification": {},
        "consolidated_cell_types": {},
        "fw_and_hemibrain_types": {},
        "names": {"left_out": ("group",)},
        "coordinates": {"only_first": True, "left_out": ("supervoxel_id",)},
        "cell_stats": {"renamed": {"area_nm": "area_nm2"}},
        "column_assignment": {"renamed": column, "only_first": True},
        "connectivity_tags": {},
        "visual_neuron_types": {"renamed": visual},
        "labels": {
            "left_out": ("position", "supervoxel_id", "label_id", *_PERSONAL)
            if not personal_data
            else ("position", "supervoxel_id", "label_id"),
        },
        "processed_labels": {},
    }
    about, files = [], {}
    for stem, option in options.items():
        path = folder.get(stem)
        if path is None:
            continue
        about.append(NeuronFile(source=path, label=stem, **option))
        files[stem] = path
        if stem == "cell_stats":
            decisions.append(
                f"{path.name}: length_nm is in nm, area_nm in nm^2 (kept as area_nm2), size_nm in "
                "nm^3 (volume_nm3)"
            )
        if stem == "labels" and not personal_data:
            decisions.append(
                f"{path.name}: who labelled a neuron and when is left out "
                f"({', '.join(_PERSONAL)}); personal_data=True keeps it"
            )
    return about, files


def _neurons_of_zenodo(
    folder: ReleaseFolder, annotations: Path | None
) -> tuple[Source, dict[str, str | None], dict[str, Path], Literal["nm", "voxels"]]:
    ids = folder.get("proofread_root_ids_783")
    if annotations is not None:
        listed = NeuronFile(source=annotations, label="annotations")
        soma_or_point = {
            axis: f"coalesce(TRY_CAST(soma_{axis} AS DOUBLE), TRY_CAST(pos_{axis} AS DOUBLE))"
            for axis in "xyz"
        }
        columns: dict[str, str | None] = {"nodes.neurotransmitter": "top_nt"}
        neurons = joined_neurons(listed, [], computed=soma_or_point, first_of_each=True)
        return neurons, columns, {"nodes": annotations}, "voxels"
    if ids is not None:
        return _root_ids(ids), {}, {"nodes": ids}, "nm"
    raise folder.missing(
        "neurons.csv.gz", "Supplemental_file1_neuron_annotations.tsv", "proofread_root_ids_783.npy"
    )


def _root_ids(path: Path) -> Source:
    import numpy as np
    import pyarrow as pa

    try:
        ids = np.load(path, allow_pickle=False)
    except (ValueError, OSError) as error:
        msg = f"{path.name} cannot be read: {error}."
        raise ContractError(msg) from None
    if ids.ndim != 1 or ids.dtype.kind not in "iu":
        msg = f"{path.name} must be one row of integers, got {ids.dtype} {ids.shape}."
        raise ContractError(msg)
    return pa.table({"root_id": ids})


def _unit_of(path: Path, decisions: list[str]) -> Literal["nm", "voxels"]:
    """Tell nm from voxels by how deep the brain is."""
    deepest = _deepest_at_once(path)
    if deepest is None:
        deepest = _deepest_by_row(path)
    unit: Literal["nm", "voxels"] = "nm" if deepest > MOST_SECTIONS else "voxels"
    decisions.append(
        f"{path.name}: z goes up to {deepest:,}, "
        f"{'more' if unit == 'nm' else 'no more'} than the brain has sections, so it is in {unit}"
    )
    return unit


def _deepest_at_once(path: Path) -> int | None:
    """The largest z of all positions, None where the file is not what it mostly is."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pacsv

    try:
        texts = pacsv.read_csv(
            pa.input_stream(str(path), compression="detect"),
            convert_options=pacsv.ConvertOptions(
                include_columns=["position"], column_types={"position": pa.string()}
            ),
        )["position"]
        found = pc.struct_field(pc.extract_regex(texts, r"^\D*\d+\D+\d+\D+(?P<z>\d+)\D*$"), "z")
        deepest: int | None = pc.max(found.cast(pa.int64())).as_py()
    except (pa.ArrowException, OSError, KeyError, ValueError):
        return None
    return deepest if found.null_count == 0 else None


def _deepest_by_row(path: Path) -> int:
    """The same for a file with fields that are no positions; says what is wrong with it."""
    records = read_records(path, ",")
    header = [name.strip() for name in next(records, [])]
    place = header.index("position") if "position" in header else None
    deepest = 0
    for record in records:
        numbers = re.findall(r"-?\d+", record[place]) if place is not None else ()
        if len(numbers) == 3:
            deepest = max(deepest, int(numbers[2]))
    return deepest


def _release(folder: ReleaseFolder) -> str:
    """630 or 783, by the files that only one of them has."""
    if folder.get("no_threshold_connections", "lr_matching") is not None:
        return "630"
    later = ("consolidated_cell_types", "proofread_connections_783", "proofread_root_ids_783")
    if folder.get(*later, "flywire_synapses_783", "connections_princeton") is not None:
        return "783"
    found: Sequence[str] = re.findall(r"(?<!\d)(630|783)(?!\d)", str(folder.path))
    return found[-1] if found else "unknown"
