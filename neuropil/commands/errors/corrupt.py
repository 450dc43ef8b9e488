"""``neuropil errors corrupt``: what a reconstruction with these errors would have made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...error_model_option import CouldTouch, Density, NeededErrorModelName, error_model_of
from ...options import Json, Name, Seed
from ...output import print_json

HELP = """Take a connectome for the truth, and write what a reconstruction with these errors would show.

The error model and the seed stand in the manifest of the copy, which --error-model manifest then takes.

Examples:

    neuropil errors corrupt celegans-varshney2011 seen/ --error-model recall=0.8 --seed 1

    neuropil errors corrupt my_connectome/ seen/ --error-model model.json --overwrite
"""


def corrupt(
    connectome: Name,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write.")],
    error_model: NeededErrorModelName,
    could_touch: CouldTouch = None,
    density: Density = None,
    seed: Seed = 0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a connectome that stands there.")
    ] = False,
    json: Json = False,
) -> None:
    """Corrupt a connectome."""
    import connectome_analysis as ca

    from ...whole_file import require_outside_connectomes

    require_outside_connectomes(out)
    with ca.open(connectome) as truth:
        model = error_model_of(error_model, could_touch, density, truth)
        path = ca.errors.corrupt_connectome(truth, model, out, seed, overwrite=overwrite)
        edges = truth.edge_types()
        name = truth.name
    with ca.open(path) as seen:
        manifest = seen.manifest
        left = seen.edge_types()
    if json:
        print_json(
            {
                "truth": name,
                "path": str(path),
                "error_model": repr(model),
                "error_model_rates": model.to_dict(),
                "seed": seed,
                "edges_of_truth": sum(edges.values()),
                "edges_seen": sum(left.values()),
                "edges_of_truth_by_type": edges,
                "edges_seen_by_type": left,
                "buckets": dict(manifest.buckets),
            }
        )
        return
    typer.echo(repr(model))
    typer.echo(f"{path}: {_said(edges, left)}, seed {seed}.")


def _said(truth: dict[str, int], seen: dict[str, int]) -> str:
    """How many edges are seen, of each type that there is: errors fall on the chemical ones."""
    parts = [
        f"{seen.get('chemical', 0):,} chemical edges seen of a truth of {truth.get('chemical', 0):,}"
    ]
    for kind, true in truth.items():
        if kind == "chemical":
            continue
        left = seen.get(kind, 0)
        if left == true:
            parts.append(f"{left:,} {kind} ones are as they were")
        else:
            parts.append(
                f"{left:,} of {true:,} {kind} ones, of neurons left whole, are as they were"
            )
    return "; ".join(parts)
