"""BANC: brain and nerve cord of a female fly, in the compiled Feather files of release 888 and bundles of others.

``banc_888_meta`` lists segments, of which most are neurons; ids are text, and so are ``TRUE`` and
``FALSE``. ``banc_888_edgelist_simple_v2`` and ``_v3`` have a row per pair, one for each detector of
synapses, without a threshold and with self-connections. The harmonised bundle of an older version has one
``banc_746_simple_edgelist`` instead, which does not say its detector.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

from connectome_analysis.tables import ContractError

from .account import Ingested
from .choices import require_choices
from .neuron_files import NeuronFile, joined_neurons
from .neurons import UnknownNeurons
from .read_rows import feather_rows
from .release_folder import describe_release, open_release_folder
from .table_reader import table
from .workspace import quoted

Chosen = Literal["proofread", "all"]
Detector = Literal["v2", "v3"]
VOXEL_SIZE_NM = (45.0, 4.0, 4.0)
_META = r"banc_\d+_meta"
_NO_NEURONS = "('glia', 'trachea', 'not_a_neuron')"
_DETECTORS = {
    "v2": "BANC synapses v2, size of 5 and more",
    "v3": "BANC synapses v3, size of 10 and more",
}
_CONTRACT = {
    "cell_type": "cell_type",
    "cell_class": "cell_class",
    "super_class": "super_class",
    "side": "side",
    "region": "region",
    "neurotransmitter": "neurotransmitter_predicted",
    "status": "status",
}


def read_banc(
    source: str | Path,
    out: str | Path,
    *,
    connections: Detector | None = None,
    neurons: Chosen = "proofread",
    min_synapses: int | None = None,
    unknown_neurons: UnknownNeurons = "drop",
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read the compiled files of BANC.

    Parameters
    ----------
    source : path
        Folder of ``banc_888_meta.feather`` and ``banc_888_edgelist_simple_v2.feather`` or ``_v3``.
    out : path
    connections : {"v2", "v3"}, optional
        Which detector's synapses; by default v2, that of the paper, where both are there.
    neurons : {"proofread", "all"}
        Segments that are ``proofread`` or ``roughly_proofread`` and no glia, trachea or
        ``not_a_neuron``; or every row.
    min_synapses : int, optional
        Least number of synapses of a pair; the files have no threshold, Codex shows 3 and more.
    unknown_neurons : {"drop", "add", "error"}
        Rows that name other segments are counted and left out by default.
    overwrite, command, progress
        As for `ingest.table`.

    Raises
    ------
    ContractError
        Where a file is missing or not what its name says; nothing is written then.
    """
    require_choices(connections=(connections, Detector), neurons=(neurons, Chosen))
    folder = open_release_folder(source)
    meta = folder.one(_META)
    if meta is None:
        raise folder.missing("banc_888_meta.feather")
    order = get_args(Detector) if connections is None else (connections,)
    found: list[tuple[Detector | None, Path]] = [
        (d, p) for d in order for p in folder.match(rf"banc_\d+_edgelist_simple_{d}")
    ]
    if not found and connections is None:
        found = [(None, path) for path in folder.match(r"banc_\d+_simple_edgelist")]
    if not found:
        raise folder.missing(*(f"banc_888_edgelist_simple_{d}.feather" for d in order))
    detector, edges = found[0]
    names = list(feather_rows(meta).schema.names)
    release = re.findall(r"\d+", meta.name)[0]
    key = next(
        (n for n in (f"banc_{release}_id", f"root_{release}", "root_id") if n in names), None
    )
    if key is None:
        msg = f"{meta.name} has no column 'banc_{release}_id'; it has {', '.join(names[:12])}."
        raise ContractError(msg)
    decisions = [
        f"{edges.name} does not say which detector found its synapses"
        if detector is None
        else f"synapses are those of {_DETECTORS[detector]} (connections={detector!r})"
    ]
    left = [path.name for path in folder.files.values() if path not in (meta, edges)]
    if left:
        decisions.append(f"not read: {', '.join(left)}")
    keep = _keep(meta, names, decisions) if neurons == "proofread" else None
    columns: dict[str, str | None] = {
        "nodes.node_id": key,
        "nodes.position": None,
        "edges.pre_id": "pre",
        "edges.post_id": "post",
        "edges.syn_count": "count",
    }
    columns |= {f"nodes.{ours}": theirs for ours, theirs in _CONTRACT.items() if theirs in names}
    computed = _positions(names, decisions)
    if "hemibrain_cell_type" in names:
        text = "CAST(hemibrain_cell_type AS VARCHAR)"
        computed["hemibrain_cell_type_is_automatic"] = f"starts_with({text}, 'auto:')"
        decisions.append("a hemibrain_cell_type that begins with auto: was not seen by a person")
    again = tuple(n for n in names if n != key and n.startswith("_"))  # book-keeping of a server
    return table(
        out,
        edges=edges,
        nodes=joined_neurons(
            NeuronFile(source=meta, label="meta", key=key, left_out=again),
            [],
            keep=keep,
            computed=computed,
            first_of_each=True,
        ),
        columns=columns,
        files={"nodes": meta, "edges": edges},
        ids="integers",
        voxel_size_nm=VOXEL_SIZE_NM,
        weight_meaning="synapses",
        min_synapses=min_synapses,
        unknown_neurons=unknown_neurons,
        decisions=decisions,
        description=describe_release(
            folder,
            {
                "name": f"BANC {release}",
                "species": "Drosophila melanogaster",
                "individual": "BANC",
                "sex": "female",
                "stage": "adult",
                "source": "BANC, compiled data",
                "release": release,
                "licence": "CC BY 4.0",
                "citation": ("Bates et al. 2026, Nature 656:957",),
                "doi": ("10.1038/s41586-026-10735-w",),
                "detector": None if detector is None else _DETECTORS[detector],
            },
        ),
        overwrite=overwrite,
        command=command or "ingest.read('banc', ...)",
        progress=progress,
    )


def recognise_banc(path: Path) -> str | None:
    """Say why a folder is BANC, None where it is not."""
    if not path.is_dir():
        return None
    found = [file.name for file in path.iterdir() if re.match(_META, file.name)]
    return f"{found[0]}, as BANC's compiled data name it" if found else None


def _keep(meta: Path, names: list[str], decisions: list[str]) -> str:
    marks = [name for name in ("proofread", "roughly_proofread") if name in names]
    if not marks:
        msg = (
            f"{meta.name} has no column 'proofread', so neurons cannot be told from fragments; say "
            "neurons='all' to take every row."
        )
        raise ContractError(msg)
    true = " OR ".join(f"upper(CAST({name} AS VARCHAR)) = 'TRUE'" for name in marks)
    decisions.append(f"neurons are the segments that are {' or '.join(marks)} and no glia")
    if "super_class" not in names:
        return f"({true})"
    return f"({true}) AND coalesce(super_class, '') NOT IN {_NO_NEURONS}"


def _positions(names: list[str], decisions: list[str]) -> dict[str, str]:
    """SQL of positions from texts such as ``"1, 2, 3"``: in nm where the name says so, else voxels."""
    for name, factors in (("root_position_nm", (1.0, 1.0, 1.0)), ("position", VOXEL_SIZE_NM[::-1])):
        if name not in names:
            continue
        told = "nm" if factors[0] == 1 else "voxels of 4 x 4 x 45 nm (x, y, z)"
        decisions.append(f"x_nm, y_nm, z_nm are {name}, in {told}")
        numbers = f"regexp_extract_all(CAST({quoted(name)} AS VARCHAR), '-?[0-9]+\\.?[0-9]*')"
        return {
            f"{axis}_nm": f"CASE WHEN len({numbers}) = 3 "
            f"THEN TRY_CAST({numbers}[{i}] AS DOUBLE) * {factor} END"
            for i, (axis, factor) in enumerate(zip("xyz", factors, strict=True), start=1)
        }
    return {}
