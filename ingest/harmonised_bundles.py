"""Harmonised bundles: FAFB, hemibrain, MANC and male CNS with the same columns, beside BANC's own.

``<dataset>_<version>_meta`` lists bodies, of which most are neurons, with ids as text;
``<dataset>_<version>_simple_edgelist`` has a row per pair. A version is part of every name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from .account import Ingested
from .choices import require_choices
from .neuron_files import NeuronFile, joined_neurons
from .neurons import UnknownNeurons
from .prepared_rows import PreparedRows
from .read_rows import feather_rows, open_rows
from .release_folder import describe_release, open_release_folder
from .source_rows import SourceRows
from .table_reader import table
from .workspace import Workspace, quoted

Chosen = Literal["neurons", "all"]
_META = re.compile(r"^(fafb|hemibrain|malecns|manc)_(\d+)_meta$")
_NO_NEURONS = "('glia', 'trachea', 'not_a_neuron')"
_CONTRACT = {
    "cell_type": "cell_type",
    "cell_class": "cell_class",
    "super_class": "super_class",
    "side": "side",
    "region": "region",
    "neurotransmitter": "neurotransmitter_predicted",
}
_ABOUT: dict[str, dict[str, Any]] = {
    "fafb": {"name": "FlyWire FAFB", "individual": "FAFB", "sex": "female"},
    "hemibrain": {"name": "hemibrain", "sex": "female"},
    "malecns": {"name": "male CNS", "sex": "male"},
    "manc": {"name": "MANC", "sex": "male"},
}
_DOI = {
    "fafb": "10.1038/s41586-024-07558-y",
    "hemibrain": "10.7554/eLife.57443",
    "malecns": "10.1016/j.cell.2026.08.015",
    "manc": "10.7554/eLife.97769",
}


def read_harmonised_bundle(
    source: str | Path,
    out: str | Path,
    *,
    neurons: Chosen = "neurons",
    min_synapses: int | None = None,
    unknown_neurons: UnknownNeurons = "drop",
    overwrite: bool = False,
    command: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ingested:
    """Read a dataset of the harmonised bundles.

    Parameters
    ----------
    source : path
        Folder of ``fafb_783_meta.feather`` and ``fafb_783_simple_edgelist.feather``, or another
        dataset's.
    out : path
    neurons : {"neurons", "all"}
        The bodies whose super_class is not glia, trachea or ``not_a_neuron``, or every row.
    min_synapses, overwrite, command, progress
        As for `ingest.table`.
    unknown_neurons : {"drop", "add", "error"}
        Rows that name other bodies are counted and left out by default.

    Raises
    ------
    ContractError
        Where a file is missing or not what its name says; nothing is written then.
    """
    require_choices(neurons=(neurons, Chosen))
    folder = open_release_folder(source)
    meta = folder.one(_META.pattern)
    if meta is None:
        raise folder.missing("fafb_783_meta.feather")
    dataset, version = meta.name.split("_")[:2]
    edges = folder.get(f"{dataset}_{version}_simple_edgelist")
    if edges is None:
        raise folder.missing(f"{dataset}_{version}_simple_edgelist.feather")
    names = list(feather_rows(meta).schema.names)
    key = f"{dataset}_{version}_id"
    decisions, keep = [], None
    if neurons == "neurons" and "super_class" in names:
        keep = f"coalesce(CAST(super_class AS VARCHAR), '') NOT IN {_NO_NEURONS}"
        decisions.append(
            "neurons are the bodies whose super_class is no glia, trachea or not_a_neuron"
        )
    left = [path.name for path in folder.files.values() if path not in (meta, edges)]
    if left:
        decisions.append(f"not read: {', '.join(left)}")
    columns: dict[str, str | None] = {
        "nodes.node_id": key,
        "edges.pre_id": "pre",
        "edges.post_id": "post",
        "edges.syn_count": "count",
    }
    columns |= {f"nodes.{ours}": theirs for ours, theirs in _CONTRACT.items() if theirs in names}
    bookkeeping = tuple(name for name in names if name.startswith("_"))
    listed = NeuronFile(source=_scored(meta), label="meta", key=key, left_out=bookkeeping)
    return table(
        out,
        edges=edges,
        nodes=joined_neurons(listed, [], keep=keep, first_of_each=True),
        columns=columns,
        files={"nodes": meta, "edges": edges},
        ids="integers",
        weight_meaning="synapses",
        min_synapses=min_synapses,
        unknown_neurons=unknown_neurons,
        decisions=decisions,
        description=describe_release(
            folder,
            {
                "species": "Drosophila melanogaster",
                "stage": "adult",
                "source": "harmonised bundle of fly connectomes (meta and simple edge list)",
                "doi": (_DOI[dataset],),
                **_ABOUT[dataset],
                "release": version,
            },
        ),
        overwrite=overwrite,
        command=command or "ingest.read('harmonised-bundle', ...)",
        progress=progress,
    )


def recognise_harmonised_bundle(path: Path) -> str | None:
    """Say why a folder is a harmonised bundle, None where it is not."""
    if not path.is_dir():
        return None
    stems = {file.name.removesuffix(".feather") for file in path.iterdir()}
    for stem in sorted(stems):
        edges = stem.removesuffix("_meta") + "_simple_edgelist"
        if _META.match(stem) and edges in stems:
            return f"{stem} and {edges}, as the harmonised bundles name them"
    return None


def _scored(meta: Path) -> PreparedRows:
    """The list with its scores as numbers: in some datasets they are text."""

    def make(workspace: Workspace, view: str) -> SourceRows:
        rows = open_rows(workspace, f"{view}_as_published", meta)
        name = "neurotransmitter_score"
        number = f" REPLACE (TRY_CAST({name} AS DOUBLE) AS {name})" if name in rows.columns else ""
        workspace.run(f"CREATE VIEW {quoted(view)} AS SELECT *{number} FROM {quoted(rows.view)}")
        return replace(rows, view=view, columns=workspace.columns(view))

    return PreparedRows(make)
