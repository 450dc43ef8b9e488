"""Codex export: neurons and connections as the web page of Codex saves them, of any of its datasets.

Its list of neurons has columns named for people, ``Root ID`` and ``Primary Cell Type``. Nothing in it
says which dataset it is or which threshold its pairs have, so nothing of that is claimed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .account import Ingested
from .neuron_files import NeuronFile, joined_neurons
from .neurons import UnknownNeurons
from .read_once import read_once
from .release_folder import ReleaseFolder, describe_release
from .safe_files import first_line
from .table_reader import table
from .text_files import read_dialect

KEY = "Root ID"
_RENAMED = {
    "Predicted NT type": "nt_type",
    "Predicted NT confidence": "nt_type_score",
    "Verified NT type": "verified_nt_type",
    "Flow": "flow",
    "Super Class": "super_class",
    "Class": "class",
    "Sub Class": "sub_class",
    "Hemilineage": "hemilineage",
    "Nerve": "nerve",
    "Soma side": "side",
    "Primary Cell Type": "primary_type",
    "Alternative Cell Type(s)": "additional_types",
    "Cable length (nm)": "length_nm",
    "Surface area (nm^2)": "area_nm2",
    "Volume (nm^3)": "volume_nm3",
    "Community labels": "labels",
    "Top in/out region": "group",
}
_CONTRACT = {
    "cell_type": "primary_type",
    "cell_class": "class",
    "super_class": "super_class",
    "side": "side",
    "neurotransmitter": "nt_type",
    "region": "group",
    "length_nm": "length_nm",
    "volume_nm3": "volume_nm3",
}


def is_codex_export(neurons: Path) -> bool:
    """Whether a list of neurons was saved from the web page of Codex."""
    return KEY in first_line(neurons)


def read_codex_export(
    folder: ReleaseFolder,
    out: str | Path,
    *,
    min_synapses: int | None = None,
    unknown_neurons: UnknownNeurons = "error",
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read neurons and connections that were saved from the web page of Codex.

    Parameters
    ----------
    folder : ReleaseFolder
        With ``neurons`` and ``connections``.
    out, min_synapses, unknown_neurons, overwrite, command, progress
        As for `ingest.table`.

    Raises
    ------
    ContractError
        Where a file is missing or not what its name says; nothing is written then.
    """
    neurons, connections = folder.get("neurons"), folder.get("connections")
    if neurons is None or connections is None:
        raise folder.missing("neurons.csv.gz with connections.csv.gz")
    header = read_dialect(neurons).names
    renamed = {theirs: ours for theirs, ours in _RENAMED.items() if theirs in header}
    columns: dict[str, str | None] = {
        "nodes.node_id": KEY,
        "edges.pre_id": "pre_root_id",
        "edges.post_id": "post_root_id",
        "edges.syn_count": "syn_count",
    }
    columns |= {f"nodes.{o}": n for o, n in _CONTRACT.items() if n in renamed.values()}
    there = read_dialect(connections).names
    for ours, theirs in (("region", "neuropil"), ("neurotransmitter", "nt_type")):
        columns |= {f"edges.{ours}": theirs} if theirs in there else {}
    listed = NeuronFile(source=neurons, label="neurons", key=KEY, renamed=renamed)
    read = {neurons.name, connections.name}
    left = [path.name for path in folder.files.values() if path.name not in read]
    decisions = [
        f"{neurons.name}, saved from the web page of Codex, names no dataset and no threshold of pairs",
        *([f"not read: {', '.join(left)}"] if left else ()),
    ]
    return table(
        out,
        edges=read_once(connections, integers=("pre_root_id", "post_root_id", "syn_count")),
        nodes=joined_neurons(listed, []),
        columns=columns,
        files={"nodes": neurons, "edges": connections},
        ids="integers",
        weight_meaning="synapses",
        missing={"region": ["UNASGD"]},
        min_synapses=min_synapses,
        unknown_neurons=unknown_neurons,
        decisions=decisions,
        of_a_release=False,
        description=describe_release(
            folder,
            {
                "name": folder.path.name,
                "species": "Drosophila melanogaster",
                "source": "Codex (codex.flywire.ai), saved from its web page",
            },
        ),
        overwrite=overwrite,
        command=command or "ingest.read('flywire', ...)",
        progress=progress,
    )
