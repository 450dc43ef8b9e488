"""``neuropil cell-types predict``: types of the neurons of a connectome, from a model that was trained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..leaving import AllowRestricted, require_leave
from ..options import EdgeType, Json, MinSynapses, Name, Out, Where
from ..output import console, print_json, print_table, records, write_rows
from .cell_types_options import Kinds, MinConfidence, open_wiring, types_with_confidence

HELP = """Tell the types of neurons with a model of neuropil cell-types train, in the same connectome or another.

Examples:

    neuropil cell-types predict larva-mushroom-body-right types.pt --out types.parquet

    neuropil sql larva-mushroom-body-right --with types=types.parquet "SELECT label, count(*) FROM types GROUP BY 1"

    neuropil cell-types predict my_connectome/ types.pt --known cell_type --min-confidence 0.8 --coverage 0.95
"""


def predict(
    connectome: Name,
    model: Annotated[Path, typer.Argument(help="File of the model.", show_default=False)],
    known: Annotated[
        str | None,
        typer.Option(
            "--known", help="Column of the nodes with types that are known and told to partners."
        ),
    ] = None,
    min_confidence: MinConfidence = 0.5,
    coverage: Annotated[
        float | None,
        typer.Option(
            "--coverage",
            help="How often the set of types must hold the true one; 0 for no sets.",
            show_default="0.9, where the model was calibrated",
        ),
    ] = None,
    by_type: Annotated[
        bool,
        typer.Option(
            "--by-type", help="Hold the promise of --coverage for the neurons of every type."
        ),
    ] = False,
    edge_type: EdgeType = "chemical",
    kinds: Kinds = None,
    min_synapses: MinSynapses = None,
    where: Where = None,
    json: Json = False,
    out: Out = None,
    allow_restricted: AllowRestricted = False,
) -> None:
    """Tell types."""
    import connectome_analysis as ca

    opened, wiring = open_wiring(connectome, edge_type, kinds, min_synapses, where)
    if out is not None or json:
        require_leave(opened.manifest, allow_restricted=allow_restricted)
    fitted = ca.cell_types.CellTyper.load(model)
    if coverage is None:
        coverage = 0.0 if fitted.conformal is None else 0.9
    if coverage and fitted.conformal is None:
        msg = (
            f"--coverage {coverage:g}: {model} was trained without neurons for sets; train it with "
            "calibration_share above 0 and enough labels, or leave --coverage out."
        )
        raise ValueError(msg)
    found = fitted.cell_types(wiring, known, min_confidence=min_confidence)
    table = found.to_frame()
    if coverage:
        sets = fitted.predict_sets(wiring, coverage, known, by_type=by_type)
        table["set_size"] = sets["size"]
        table["types"] = ["; ".join(names) for names in sets["types"]]
    if out is not None:
        made_by = f"neuropil cell-types predict {model.name}"
        write_rows(table, out, opened.manifest, made_by=made_by, ids=["node_id"])
    if json:
        facts = {"connectome": opened.name, "model": str(model), "coverage": coverage or None}
        print_json(facts | dict(table.attrs) | {"neurons": records(table)})
        return
    print_table(
        types_with_confidence(table),
        f"{opened.name}: {found.n_types:,} types",
        {"confidence": ".3f"},
    )
    screen = console()
    screen.print(
        f"{found.n_unknown:,} of {len(table):,} neurons are unknown, below a confidence of "
        f"{min_confidence:g}. Confidence: {found.confidence_is}.",
        soft_wrap=True,
    )
    if "set_size" in table.columns:
        screen.print(
            f"Sets of types that hold the true one with a probability of {coverage:g}, for neurons drawn "
            f"as those of the calibration: {table['set_size'].mean():.2f} types on average.",
            soft_wrap=True,
        )
