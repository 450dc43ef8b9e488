"""Made by: the manifest of a connectome read from files: what it is, from which bytes, decided how."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from typing import Any

from connectome_analysis.tables import ContractError, Manifest

from .being_read import format_being_read
from .downloads.drift import drift_of
from .inputs import describe_inputs
from .pairs import OnSelfLoops, Pairs
from .weights import Weights
from .workspace import Workspace

# What a user may say of a dataset; the rest of the manifest is the reader's.
DESCRIBED = (
    "name",
    "species",
    "individual",
    "sex",
    "stage",
    "source",
    "release",
    "licence",
    "citation",
    "doi",
    "consent",
    "access",
    "restricted",
    "detector",
    "score_cutoff",
    "notes",
)


def manifest_of(
    workspace: Workspace,
    pairs: Pairs,
    weights: Weights,
    *,
    description: Mapping[str, Any],
    inputs: Mapping[str, object],
    voxel_size_nm: tuple[float, float, float] | None,
    min_synapses: int | None,
    on_self_loops: OnSelfLoops,
    columns: Mapping[str, str],
    command: str,
    weight_meanings: Mapping[str, Mapping[str, str]] | None = None,
    of_a_release: bool = True,
) -> Manifest:
    """Write down what was read and decided; the last look at the staged pairs.

    Where it is `of_a_release` that is known, files that are not the published ones are warned of.

    Raises
    ------
    ContractError
        Where `description` has a field that is not the user's to fill.
    """
    unknown = [name for name in description if name not in DESCRIBED]
    if unknown:
        msg = (
            f"description: {', '.join(map(repr, unknown))} is no field that can be given; there "
            f"are {', '.join(DESCRIBED)}."
        )
        raise ContractError(msg)
    account = workspace.account
    kept, loops = workspace.row(
        f"SELECT count(*), count(*) FILTER (pre_id = post_id) FROM {pairs.table} WHERE {pairs.keep}"
    )
    account.count("edges_kept", kept, always=True)
    types = [
        str(name)
        for (name,) in workspace.rows(f"SELECT DISTINCT edge_type FROM {pairs.table} ORDER BY 1")
    ]
    fields = {name: value for name, value in description.items() if value not in (None, (), [])}
    notes = fields.pop("notes", ())
    notes = (notes,) if isinstance(notes, str) else tuple(notes)
    workspace.progress("hashing the source")
    described = describe_inputs(inputs)
    if fields.get("species") != "synthetic":
        format = format_being_read() if of_a_release else None
        for line in drift_of(format, fields.get("release"), described, inputs):
            account.warn(line)
    return Manifest(
        **fields,
        voxel_size_nm=voxel_size_nm,
        weights={
            name: dict((weight_meanings or {}).get(name) or weights.manifest_entry())
            for name in types or ["chemical"]
        },
        pair_threshold=min_synapses,
        autapses=_autapses(on_self_loops, loops, account.buckets.get("self_loops_dropped", 0)),
        buckets=dict(account.buckets),
        made_by={
            "command": command,
            "software": "neuropil",
            "version": software_version(),
            "inputs": described,
            "decisions": list(account.decisions),
        },
        notes=(*notes, *account.warnings),
        columns=dict(columns) | _sign_meaning(weights),
    )


def software_version() -> str:
    """Version of neuropil that runs."""
    try:
        return importlib.metadata.version("neuropil")
    except importlib.metadata.PackageNotFoundError:  # run from its sources
        return "not installed"


def _autapses(rule: OnSelfLoops, kept: int, dropped: int) -> str:
    if rule == "drop":
        return f"dropped: {dropped:,}"
    return f"kept: {kept:,}" if kept else "the source has none"


def _sign_meaning(weights: Weights) -> dict[str, str]:
    if weights.sign is None:
        return {}
    return {"edges.sign": "sign of the source's signed weight, +1 or -1"}
