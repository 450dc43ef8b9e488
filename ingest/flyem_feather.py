"""FlyEM Feather: the male CNS, the male nerve cord (MANC) and the optic lobe as flat Feather files.

``body-annotations`` (MANC: ``neuron-properties``) lists bodies, of which most are fragments;
``connectome-weights`` has a row per pair and ``syn-partners`` (``synapse-partners``) one per synapse.
Positions are voxels of 8 nm. The three share body numbers that are different neurons.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

from connectome_analysis.tables import ContractError

from .account import Ingested
from .choices import require_choices
from .neuron_files import NeuronFile, joined_neurons
from .neurons import UnknownNeurons
from .prepared_rows import PreparedRows
from .read_once import read_once
from .read_rows import Source, feather_rows, open_rows
from .release_folder import ReleaseFolder, describe_release, open_release_folder
from .source_rows import SourceRows
from .table_reader import table
from .workspace import Workspace, quoted

Chosen = Literal["classified", "traced", "all"]
Weights = Literal["all", "traced-only", "significant-only"]
VOXEL_SIZE_NM = (8.0, 8.0, 8.0)
_ANNOTATIONS = r"(body-annotations|neuron-properties).*"
_TRANSMITTERS = r"body-neurotransmitters.*"
_STATS = r"body-stats.*"
_WEIGHTS = r".*connectome-weights.*|traced-connections|traced-total-connections"
_BY_REGION = r"traced-connections-per-roi|traced-roi-connections"
_PARTNERS = r".*syn(apse)?-partners.*"
_CLASSES = ("superclass", "superClass", "class")
_SUFFIX = re.compile(r"-(traced-only|significant-only)$")
# Numbers of other releases and of groups, written as floats because some bodies have none.
_WHOLE = (
    "mancBodyid",
    "mancGroup",
    "mancSerial",
    "mcnsSerial",
    "group",
    "serial",
    "assignedOlHex1",
    "assignedOlHex2",
)
_CONTRACT = {
    "cell_type": ("type",),
    "name": ("instance",),
    "neurotransmitter": ("consensus_nt", "predicted_nt", "predictedNt"),
    "side": ("somaSide",),
    "status": ("status", "statusLabel"),
}
_ABOUT: dict[str, dict[str, Any]] = {
    "malecns": {
        "name": "male CNS",
        "sex": "male",
        "source": "FlyEM, flat connectome of the male central nervous system",
        "citation": ("Berg et al. 2026, Cell 189:5504",),
        "doi": ("10.1016/j.cell.2026.08.015",),
    },
    "manc": {
        "name": "MANC",
        "sex": "male",
        "source": "FlyEM, male adult nerve cord",
        "citation": ("Takemura et al. 2024, eLife 13:RP97769",),
        "doi": ("10.7554/eLife.97769",),
    },
    "optic-lobe": {
        "name": "male optic lobe",
        "sex": "male",
        "source": "FlyEM, optic lobe of the male central nervous system",
        "citation": ("Nern et al. 2025, Nature 641:1225",),
        "doi": ("10.1038/s41586-025-08746-0",),
    },
}


def read_flyem_feather(
    source: str | Path,
    out: str | Path,
    *,
    dataset: str = "malecns",
    neurons: Chosen | None = None,
    weights: Weights | None = None,
    synapses: bool = False,
    min_confidence: float | None = None,
    min_synapses: int | None = None,
    unknown_neurons: UnknownNeurons = "drop",
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read a release of FlyEM in Feather.

    Parameters
    ----------
    source : path
        Folder of the files, named as published.
    out : path
    dataset : {"malecns", "manc", "optic-lobe"}
    neurons : {"classified", "traced", "all"}, optional
        Which bodies are neurons: those with a superclass (MANC: a class), those whose status is
        Traced, or all that are listed. By default the release's own definition: classified, and
        for MANC traced.
    weights : {"all", "traced-only", "significant-only"}, optional
        Which file of weights; by default the one that is there: all before traced-only, since
        neurons that are classified and not traced have connections as well, and the other way
        round where `neurons` are the traced ones.
    synapses : bool
        Read single synapses instead of weights; edges then count them. Done by itself for
        MANC where there is no file of weights.
    min_confidence : float, optional
        Least confidence of a postsynaptic site, with `synapses`. MANC's file has all of them, and
        0.5 comes near its weights.
    min_synapses : int, optional
        Least number of synapses of a pair.
    unknown_neurons : {"drop", "add", "error"}
        Rows of fragments are counted and left out by default.
    overwrite, command, progress
        As for `ingest.table`.

    Raises
    ------
    ContractError
        Where a file is missing or not what its name says; nothing is written then.
    """
    if dataset not in _ABOUT:
        msg = f"dataset must be one of {', '.join(_ABOUT)}, got {dataset!r}."
        raise ContractError(msg)
    require_choices(neurons=(neurons, Chosen), weights=(weights, Weights))
    if min_confidence is not None and (not synapses or not 0 <= min_confidence <= 1):
        msg = f"min_confidence is between 0 and 1 and wants synapses=True, got {min_confidence}."
        raise ContractError(msg)
    folder = open_release_folder(source)
    decisions: list[str] = []
    no_weights = folder.one(_BY_REGION) is None and not folder.match(_WEIGHTS)
    counted = dataset == "manc" and no_weights and weights is None and not synapses
    if counted and folder.match(_PARTNERS):  # MANC publishes no weights beside them
        synapses = True
        decisions.append(
            f"no file of weights, so {folder.match(_PARTNERS)[0].name} is counted into them, "
            "whatever the confidence (synapses=True with min_confidence=0.5 leaves weak ones out)"
        )
    if synapses:
        path = folder.one(_PARTNERS)
        if path is None:
            raise folder.missing("syn-partners*.feather", "*-synapse-partners*.feather")
        rows, columns = _partners(path, min_confidence)
        role = "synapses"
    else:
        path = _weights_file(
            folder, weights, decisions, traced=_chosen(dataset, neurons) == "traced"
        )
        rows, columns = _weight_rows(path)
        role = "edges"
    nodes, about, files = _bodies(folder, dataset, neurons, decisions)
    buckets, warned = {}, []
    if role == "edges" and "traced-only" in path.name and neurons != "traced":
        lacking = _not_traced(files["nodes"], _chosen(dataset, neurons))
        if lacking:
            buckets["neurons_without_traced_weights"] = lacking
            warned.append(
                f"{path.name} lacks the connections of {lacking:,} neurons that are not traced; they "
                "are counted as neurons_without_traced_weights. weights='all' (--option weights=all) "
                "has them, neurons='traced' (--option neurons=traced) leaves these neurons out"
            )
    cutoff = re.search(r"minconf-([0-9.]+[0-9])", path.name)
    release = re.search(r"v[0-9]+(\.[0-9]+)*", " ".join(p.name for p in folder.files.values()))
    least = min_confidence if min_confidence is not None else cutoff and float(cutoff[1])
    description = {
        "species": "Drosophila melanogaster",
        "stage": "adult",
        "licence": "CC BY 4.0",
        "detector": "FlyEM T-bars and postsynaptic sites",
        **_ABOUT[dataset],
        "release": release[0] if release else None,
        "score_cutoff": least or None,
    }
    return table(
        out,
        **{role: rows},  # type: ignore[arg-type]
        nodes=nodes,
        columns={**about, **columns},
        files={role: path, **files},
        ids="integers",
        unit="voxels",
        voxel_size_nm=VOXEL_SIZE_NM,
        weight_meaning="synapses",
        min_synapses=min_synapses,
        unknown_neurons=unknown_neurons,
        decisions=decisions,
        warnings=warned,
        buckets=buckets,
        description=describe_release(folder, description),
        overwrite=overwrite,
        command=command or f"ingest.read({dataset!r}, ...)",
        progress=progress,
    )


read_malecns = partial(read_flyem_feather, dataset="malecns")
read_manc = partial(read_flyem_feather, dataset="manc")
read_optic_lobe = partial(read_flyem_feather, dataset="optic-lobe")


def recognise_flyem(path: Path, dataset: str) -> str | None:
    """Say why a folder is a FlyEM release in Feather, None where it is not."""
    words = {"malecns": "male-cns", "manc": "manc", "optic-lobe": "optic-lobe"}
    if not path.is_dir():
        return None
    names = [file.name for file in path.iterdir() if file.suffix == ".feather"]
    mine = [name for name in names if words[dataset] in name]
    if mine and any(re.match(_ANNOTATIONS, name) for name in names):
        return f"{mine[0]}, as FlyEM names it"
    return None


def recognise_malecns(path: Path) -> str | None:
    """Say why a folder is the male CNS, None where it is not."""
    return recognise_flyem(path, "malecns")


def recognise_manc(path: Path) -> str | None:
    """Say why a folder is MANC, None where it is not."""
    return recognise_flyem(path, "manc")


def recognise_optic_lobe(path: Path) -> str | None:
    """Say why a folder is the optic lobe, None where it is not."""
    return recognise_flyem(path, "optic-lobe")


def _chosen(dataset: str, asked: Chosen | None) -> Chosen:
    """Which bodies are neurons: as asked, or by the release's own definition."""
    return asked or ("traced" if dataset == "manc" else "classified")


def _not_traced(bodies: Path, chosen: Chosen) -> int:
    """How many neurons of those chosen are not traced."""
    import duckdb

    rows = feather_rows(bodies)
    names = list(rows.schema.names)
    classes = next((name for name in _CLASSES if name in names), None)
    status = next((name for name in ("status", "statusLabel") if name in names), None)
    if status is None:
        return 0
    keep = f"{quoted(classes)} IS NOT NULL" if chosen == "classified" and classes else "true"
    with duckdb.connect() as connection:
        ((count,),) = (
            connection.register("bodies", rows)
            .sql(
                f"SELECT count(*) FROM bodies WHERE {keep} AND coalesce(CAST({quoted(status)} AS VARCHAR), '') "
                "NOT IN ('Traced', 'Roughly traced')"
            )
            .fetchall()
        )
    return int(count)


def _weights_file(
    folder: ReleaseFolder, asked: Weights | None, decisions: list[str], *, traced: bool
) -> Path:
    by_region = folder.one(_BY_REGION)
    if by_region is not None and asked is None:
        return by_region
    found = {}
    for path in folder.match(_WEIGHTS):
        end = _SUFFIX.search(path.name.partition(".feather")[0])
        found[end[1] if end else "all"] = path
    first, second = ("traced-only", "all") if traced else ("all", "traced-only")
    order = (first, second, "significant-only") if asked is None else (asked,)
    for kind in order:
        if kind in found:
            decisions.append(f"weights are those of {found[kind].name} (weights={kind!r})")
            return found[kind]
    raise folder.missing(
        f"connectome-weights*{'' if asked in (None, 'all') else '-' + asked}.feather"
    )


def _weight_rows(path: Path) -> tuple[Source, dict[str, str | None]]:
    if path.suffix != ".feather":  # MANC's, as CSV
        ends = ("bodyId_pre", "bodyId_post")
        region: dict[str, str | None] = {"edges.region": "roi"} if "roi" in path.name else {}
        rows: Source = read_once(path, integers=(*ends, "weight"))
    else:
        ends, region, rows = ("body_pre", "body_post"), {}, path
    both = dict(zip(("edges.pre_id", "edges.post_id"), ends, strict=True))
    return rows, {**both, "edges.syn_count": "weight", **region}


def _partners(path: Path, min_confidence: float | None) -> tuple[Source, dict[str, str | None]]:
    names = feather_rows(path).schema.names
    region = next((name for name in ("primary_post", "roi_post") if name in names), None)
    columns: dict[str, str | None] = {
        "synapses.pre_id": "body_pre",
        "synapses.post_id": "body_post",
        "synapses.confidence": "conf_post",
        **({"synapses.region": region} if region else {}),
    }
    if min_confidence is None:
        return path, columns
    least = float(min_confidence)

    def make(workspace: Workspace, view: str) -> SourceRows:
        rows = open_rows(workspace, f"{view}_all", path)
        rows.require("conf_post")
        (below,) = workspace.row(
            f"SELECT count(*) FROM {quoted(rows.view)} WHERE NOT coalesce(conf_post >= {least}, false)"
        )
        workspace.account.count("synapses_below_confidence", below, always=True)
        workspace.account.decide(f"synapses have a conf_post of {least:g} and more")
        workspace.run(
            f"CREATE VIEW {quoted(view)} AS SELECT * FROM {quoted(rows.view)} "
            f"WHERE conf_post >= {least}"
        )
        return SourceRows(view=view, columns=rows.columns, label=path.name, path=path)

    return PreparedRows(make), columns


def _bodies(
    folder: ReleaseFolder, dataset: str, asked: Chosen | None, decisions: list[str]
) -> tuple[Source, dict[str, str | None], dict[str, Path]]:
    path = folder.one(_ANNOTATIONS)
    if path is None:
        raise folder.missing("body-annotations*.feather", "neuron-properties.feather")
    if path.suffix != ".feather":
        msg = f"{path.name} must be a Feather file."
        raise ContractError(msg)
    names = list(feather_rows(path).schema.names)
    key = next((name for name in ("bodyId", "body") if name in names), None)
    if key is None:
        msg = f"{path.name} has no column 'bodyId'; it has {', '.join(names[:12])}."
        raise ContractError(msg)
    classes = next((name for name in _CLASSES if name in names), None)
    chosen = _chosen(dataset, asked)
    keep = None
    if chosen == "classified":
        keep = f"{quoted(_needed(path, classes, 'superclass', asked))} IS NOT NULL"
        decisions.append(f"neurons are the bodies with a {classes} (neurons='classified')")
    elif chosen == "traced":
        status = next((name for name in ("status", "statusLabel") if name in names), None)
        found = _needed(path, status, "status", asked)
        keep = f"CAST({quoted(found)} AS VARCHAR) IN ('Traced', 'Roughly traced')"
        decisions.append(f"neurons are the bodies whose {status} is Traced (neurons='traced')")
    about, files = [], {"nodes": path}
    for pattern, label in ((_TRANSMITTERS, "neurotransmitters"), (_STATS, "stats")):
        more = folder.one(pattern)
        if more is None:
            continue
        files[label] = more
        columns = list(feather_rows(more).schema.names)
        again = [name for name in columns if name in names or name in ("cell_type", "type")]
        names += columns
        about.append(NeuronFile(source=more, label=label, key=_key(more, columns), left_out=again))
    columns_of: dict[str, str | None] = {"nodes.node_id": key}
    for contract, candidates in _CONTRACT.items():
        name = next((name for name in candidates if name in names), None)
        if name is not None:
            columns_of[f"nodes.{contract}"] = name
    if classes is not None:
        columns_of["nodes.super_class"] = classes
    if classes != "class" and "class" in names:
        columns_of["nodes.cell_class"] = "class"
    computed = {}
    if "somaLocation" in names:
        computed = {
            f"{axis}_nm": f"somaLocation[{i}] * {VOXEL_SIZE_NM[0]}"
            for i, axis in enumerate("xyz", start=1)
        }
        decisions.append("x_nm, y_nm, z_nm are somaLocation, in voxels of 8 nm")
    listed = NeuronFile(source=path, label="bodies", key=key, whole=_WHOLE)
    return joined_neurons(listed, about, keep=keep, computed=computed), columns_of, files


def _key(path: Path, columns: list[str]) -> str:
    for name in ("body", "bodyId", "__index_level_0__"):
        if name in columns:
            return name
    msg = f"{path.name} has no column 'body'; it has {', '.join(columns[:12])}."
    raise ContractError(msg)


def _needed(path: Path, name: str | None, wanted: str, asked: Chosen | None) -> str:
    if name is None:
        hint = "" if asked else "; say neurons='all' to take every body"
        msg = f"{path.name} has no column {wanted!r} that tells neurons from fragments{hint}."
        raise ContractError(msg)
    return name
