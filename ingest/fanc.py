"""FANC: the nerve cord of a female fly, in the Parquet files of a CAVE materialization.

``cell_ids_v2`` lists neurons, each under a stable cell id and the root id it has in this version;
the counts of synapses have a row per pair, or per pair and neuropil, of three synapses and more.
Most of their receivers are fragments, which the list does not have.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from connectome_analysis.tables import ContractError

from .account import Ingested
from .neuron_files import NeuronFile, joined_neurons
from .neurons import UnknownNeurons
from .release_folder import describe_release, open_release_folder
from .table_reader import table

VOXEL_SIZE_NM = (45.0, 4.3, 4.3)
_CELLS = r".*cell_ids_v2.*"
_SOMAS = r".*somas_dec2022.*"
_BY_REGION = r".*connectioncountsperneuropil.*"
_TOTALS = r".*connectioncounts_.*|.*connectioncounts"
_PASSES = {
    "proofread_first_pass": r".*proofread_first_pass.*",
    "proofread_second_pass": r".*proofread_second_pass.*",
}
_ROW_KEEPING = ("id", "created", "superceded_id", "valid", "deleted", "pt_supervoxel_id")


def read_fanc(
    source: str | Path,
    out: str | Path,
    *,
    min_synapses: int | None = None,
    unknown_neurons: UnknownNeurons = "drop",
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read a materialization of FANC.

    Parameters
    ----------
    source : path
        Folder of the Parquet files, named as published.
    out : path
    min_synapses : int, optional
        Least number of synapses of a pair. The files have a threshold, which is in their names.
    unknown_neurons : {"drop", "add", "error"}
        Rows of fragments are counted and left out by default.
    overwrite, command, progress
        As for `ingest.table`.

    Raises
    ------
    ContractError
        Where a file is missing or not what its name says; nothing is written then.
    """
    folder = open_release_folder(source)
    cells = folder.one(_CELLS)
    if cells is None:
        raise folder.missing("cell_ids_v2.parquet")
    edges = folder.one(_BY_REGION) or folder.one(_TOTALS)
    if edges is None:
        raise folder.missing("synapses_*_connectioncounts_countthresh3.parquet")
    threshold = re.search(r"countthresh(\d+)", edges.name)
    published = int(threshold[1]) if threshold else None
    if min_synapses is not None and published is not None and min_synapses < published:
        msg = (
            f"min_synapses={min_synapses} needs pairs that {edges.name} leaves out: its pairs have "
            f"{published} and more."
        )
        raise ContractError(msg)
    names = _columns(cells, "pt_root_id")
    decisions = ["pt_position is in voxels of 4.3 x 4.3 x 45 nm (x, y, z)"]
    renamed = {"user_id": "cell_id"}
    if "user_id" in names:
        decisions.append("user_id of cell_ids_v2 is the stable id of a cell, kept as cell_id")
    files = {"nodes": cells, "edges": edges}
    about = []
    somas = folder.one(_SOMAS)
    if somas is not None:
        files["somas"] = somas
        about.append(
            NeuronFile(
                source=somas,
                label="somas",
                key="pt_root_id",
                renamed={"volume": "soma_volume_um3", "pt_position": "soma_position"},
                left_out=[
                    n
                    for n in _columns(somas, "pt_root_id")
                    if n not in ("volume", "pt_position", "pt_root_id")
                ],
                only_first=True,
            )
        )
    for label, pattern in _PASSES.items():
        path = folder.one(pattern)
        if path is None:
            continue
        files[label] = path
        others = [n for n in _columns(path, "pt_root_id") if n not in ("pt_root_id", "valid_id")]
        about.append(
            NeuronFile(
                source=path,
                label=label,
                key="pt_root_id",
                renamed={"valid_id": f"{label}_root_id"},
                left_out=others,
                only_first=True,
            )
        )
    by_region = "neuropil" in _columns(edges, "pre_root_id")
    columns: dict[str, str | None] = {
        "nodes.node_id": "pt_root_id",
        "nodes.position": "pt_position",
        "edges.pre_id": "pre_root_id",
        "edges.post_id": "post_root_id",
        "edges.syn_count": "num_synapses",
        **({"edges.region": "neuropil"} if by_region else {}),
    }
    if "pt_position" not in names:
        columns["nodes.position"] = None
    release = re.search(r"v(\d{3,5})", str(folder.path))
    return table(
        out,
        edges=edges,
        nodes=joined_neurons(
            NeuronFile(
                source=cells,
                label="cells",
                key="pt_root_id",
                renamed=renamed,
                left_out=_ROW_KEEPING,
            ),
            about,
            first_of_each=True,
        ),
        columns=columns,
        files=files,
        ids="integers",
        unit="voxels",
        voxel_size_nm=VOXEL_SIZE_NM,
        weight_meaning="synapses",
        min_synapses=min_synapses,
        source_min_synapses=published,
        unknown_neurons=unknown_neurons,
        decisions=decisions,
        description=describe_release(folder, _description(release[1] if release else None)),
        overwrite=overwrite,
        command=command or "ingest.read('fanc', ...)",
        progress=progress,
    )


def recognise_fanc(path: Path) -> str | None:
    """Say why a folder is FANC, None where it is not."""
    if not path.is_dir():
        return None
    names = [file.name for file in path.iterdir()]
    if any(re.match(_CELLS, name) for name in names) and any("countthresh" in n for n in names):
        return "cell_ids_v2 and counts of synapses, as FANC's materialization names them"
    return None


def _columns(path: Path, needed: str) -> list[str]:
    import pyarrow as pa

    try:
        names = list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0].rstrip(".")
        msg = f"{path.name} is not a readable Parquet file ({first})."
        raise ContractError(msg) from None
    if needed not in names:
        msg = f"{path.name} has no column {needed!r}; it has {', '.join(names[:12])}."
        raise ContractError(msg)
    return names


def _description(release: str | None) -> dict[str, Any]:
    return {
        "name": f"FANC {release}" if release else "FANC",
        "species": "Drosophila melanogaster",
        "individual": "FANC",
        "sex": "female",
        "stage": "adult",
        "source": "FANC, CAVE materialization",
        "release": release,
        "citation": ("Azevedo et al. 2024, Nature 631:360",),
        "doi": ("10.1038/s41586-024-07389-x",),
        "detector": "synapses_nov2022",
        "notes": ["No licence is stated with the files."],
    }
