"""``neuropil errors fit completeness``, ``proofread`` and ``confidence``: an error model from connectomes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ...error_model_option import CouldTouch, touch_of
from ...options import Json, Name, Plot
from .fit_tables import MinSynapsesSeen, Named, Sourced
from .table_file import table_of
from .written_model import ModelOut, finish

COMPLETENESS_HELP = """Take the completeness of each neuron from pre_completeness and post_completeness of its nodes.

Examples:

    neuropil errors fit completeness my_connectome/ --out model.json
"""

PROOFREAD_HELP = """Fit an error model to one connectome before and after proofreading, the latter as the truth.

--mapping is a table (CSV, Parquet) of fragment_id and neuron_id; without it a neuron is the fragment of its own id.

Examples:

    neuropil errors fit proofread before/ after/ --mapping owners.csv --out model.json --plot fit.png

    neuropil errors fit proofread before/ after/ --mapping owners.csv --fragments --out model.json
"""

CONFIDENCE_HELP = """Turn confidences of edges into one rate of false connections or synapses.

Edges take their own confidence with --error-model manifest of a calibrated connectome (neuropil errors calibrate);
one rate is what corrupting a truth needs.

Examples:

    neuropil errors fit confidence calibrated/ --could-touch region --out model.json
"""


def completeness(
    connectome: Name,
    min_synapses: MinSynapsesSeen = 1,
    name: Named = "",
    source: Sourced = "",
    out: ModelOut = None,
    json: Json = False,
) -> None:
    """Fit to completeness."""
    import connectome_analysis as ca

    with ca.open(connectome) as opened:
        model = ca.errors.fit_completeness(
            opened, min_synapses=min_synapses, name=name, source=source
        )
    finish(model, out, None, as_json=json)


def proofread(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="Unproofread connectome.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="Proofread connectome.")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="Table of fragment_id and neuron_id.")
    ] = None,
    fragments: Annotated[
        bool,
        typer.Option("--fragments", help="Splits and merges as parts of the model, not of rates."),
    ] = False,
    min_synapses: MinSynapsesSeen = 1,
    could_touch: CouldTouch = "all",
    name: Named = "",
    source: Sourced = "",
    out: ModelOut = None,
    json: Json = False,
    plot: Plot = None,
) -> None:
    """Fit to a proofread pair."""
    import connectome_analysis as ca

    graphs = []
    for given in (before, after):
        with ca.open(given) as opened:
            graphs.append(opened.graph())
    model = ca.errors.fit_proofread(
        *graphs,
        mapping=None if mapping is None else table_of(mapping),
        fragments=fragments,
        min_synapses=min_synapses,
        could_touch=touch_of(could_touch),
        name=name,
        source=source,
    )
    finish(model, out, plot, as_json=json)


def confidence(
    connectome: Name,
    level: Annotated[
        str, typer.Option("--level", help="connections (alpha) or synapses (false_rate).")
    ] = "connections",
    recall: Annotated[
        float | None,
        typer.Option("--recall", help="Share of the true ones detected, known from elsewhere."),
    ] = None,
    could_touch: CouldTouch = "all",
    name: Named = "",
    source: Sourced = "",
    out: ModelOut = None,
    json: Json = False,
    plot: Plot = None,
) -> None:
    """Fit to confidences."""
    import connectome_analysis as ca

    with ca.open(connectome) as opened:
        g = opened.graph()
        table = _confidences(opened, g, level)
    model = ca.errors.fit_confidence(
        table,
        g,
        could_touch=touch_of(could_touch),
        level=level,  # type: ignore[arg-type]
        recall=recall,
        name=name,
        source=source,
    )
    finish(model, out, plot, as_json=json)


def _confidences(opened: Any, g: Any, level: str) -> Any:
    """The confidence of each edge, and for rates of synapses those of its synapses."""
    import connectome_analysis as ca

    if level == "synapses":
        return ca.errors.edge_confidence(opened)
    if g.confidence is None:
        msg = (
            f"{opened.name} has no confidence of its edges; neuropil errors calibrate makes it from "
            "synapses."
        )
        raise ValueError(msg)
    table = g.edges().rename(columns={"confidence": "probability"})
    return table.set_index(["pre_id", "post_id"])[["probability"]]
