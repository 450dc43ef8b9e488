"""``neuropil errors fit precision-recall`` and ``segmentation``: an error model from published or own scores."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import Annotated, Any

import typer

from ...error_model_option import CouldTouch, touch_of
from ...options import Json, Plot
from .table_file import table_of
from .written_model import ModelOut, finish

PRECISION_RECALL_HELP = """Turn a table of precision and recall into an error model.

The table (CSV, Parquet) has recall and precision, one row or one per group (--by COLUMN); n_true and n_detected give
the uncertainty, density or n_pairs the false connections.

Examples:

    neuropil errors fit precision-recall scores.csv --density 0.02 --out model.json

    neuropil errors fit precision-recall by_region.csv --by region --level synapses --plot rates.png
"""

SEGMENTATION_HELP = """Turn the scores of a segmentation into an error model of synapses, splits and merges.

The file (JSON, or CSV or Parquet of one row) has some of precision, recall, n_true, n_detected, n_pairs,
splits_per_neuron, merges_per_neuron.

Examples:

    neuropil errors fit segmentation scores.json --density 0.5 --out model.json
"""

Named = Annotated[str, typer.Option("--name", help="Name of the model.")]
Sourced = Annotated[str, typer.Option("--source", help="Where the data is from, with DOI.")]
MinSynapsesSeen = Annotated[
    int, typer.Option("--min-synapses", help="Synapses seen that make a connection.", min=1)
]
TrueDensity = Annotated[
    float | None,
    typer.Option(
        "--density", help="True connections (synapses) per pair that could touch, where known."
    ),
]


def precision_recall(
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="CSV or Parquet.")],
    by: Annotated[
        str | None, typer.Option("--by", help="Column of groups, in the table and in nodes.")
    ] = None,
    level: Annotated[
        str, typer.Option("--level", help="What was counted: connections or synapses.")
    ] = "connections",
    density: TrueDensity = None,
    could_touch: CouldTouch = None,
    min_synapses: MinSynapsesSeen = 1,
    name: Named = "",
    source: Sourced = "",
    out: ModelOut = None,
    json: Json = False,
    plot: Plot = None,
) -> None:
    """Fit to precision and recall."""
    import connectome_analysis as ca

    model = ca.errors.fit_precision_recall(
        table_of(table),
        by=by,
        level=level,  # type: ignore[arg-type]
        density=density,
        could_touch=touch_of(could_touch),
        min_synapses=min_synapses,
        name=name,
        source=source,
    )
    finish(model, out, plot, as_json=json)


def segmentation(
    scores: Annotated[Path, typer.Argument(metavar="SCORES", help="JSON, CSV or Parquet.")],
    density: TrueDensity = None,
    could_touch: CouldTouch = "all",
    split_part: Annotated[
        str, typer.Option("--split-part", help="What leaves: near, random, axon or dendrite.")
    ] = "near",
    split_fraction: Annotated[
        float, typer.Option("--split-fraction", help="Share of its synapses that leaves.")
    ] = 0.3,
    min_synapses: MinSynapsesSeen = 1,
    name: Named = "",
    source: Sourced = "",
    out: ModelOut = None,
    json: Json = False,
    plot: Plot = None,
) -> None:
    """Fit to scores of a segmentation."""
    import connectome_analysis as ca

    model = ca.errors.fit_segmentation_scores(
        _scores(scores),
        density=density,
        could_touch=touch_of(could_touch),
        split_part=split_part,  # type: ignore[arg-type]
        split_fraction=split_fraction,
        min_synapses=min_synapses,
        name=name,
        source=source,
    )
    finish(model, out, plot, as_json=json)


def _scores(path: Path) -> Any:
    if path.suffix.lower() != ".json":
        return table_of(path)
    try:
        return json_text.loads(path.expanduser().read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror})."
    except (json_text.JSONDecodeError, UnicodeDecodeError) as error:
        msg = f"{path} is not JSON ({error})."
    raise ValueError(msg)
