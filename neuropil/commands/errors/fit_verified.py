"""``neuropil errors fit verified``: an error model from tissue where every synapse was checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ...error_model_option import CouldTouch, touch_of
from ...options import Json, Plot
from .observations import JoinBy, observations
from .table_file import table_of
from .written_model import ModelOut, finish

HELP = """Fit an error model to synapses detected and synapses verified between the same neurons.

Two matrices (CSV, senders in rows; names in the first row and column are recognised), two connectomes
of the same neurons, or one table (CSV, Parquet) with a row per pair and a column for each count.

Examples:

    neuropil errors fit verified detected.csv verified.csv --min-synapses 5 --out model.json

    neuropil errors fit verified automatic/ proofread/ --level synapses --plot fit.png

    neuropil errors fit verified pairs.csv --columns detected,verified --n-pairs 72864 --out model.json
"""


def verified(
    detected: Annotated[
        str, typer.Argument(metavar="DETECTED", help="What was detected, or the table of both.")
    ],
    truth: Annotated[
        str | None, typer.Argument(metavar="[VERIFIED]", help="What was verified.")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns", help="Of one table: its columns of detected and verified counts."
        ),
    ] = None,
    n_pairs: Annotated[
        int | None,
        typer.Option(
            "--n-pairs", help="All pairs looked at, where only those with a synapse are listed."
        ),
    ] = None,
    level: Annotated[
        str,
        typer.Option("--level", help="connections (alpha, beta) or synapses (recall, false_rate)."),
    ] = "connections",
    min_synapses: Annotated[
        int, typer.Option("--min-synapses", help="Synapses seen that make a connection.", min=1)
    ] = 1,
    join_by: JoinBy = "node_id",
    could_touch: CouldTouch = "all",
    name: Annotated[str, typer.Option("--name", help="Name of the model.")] = "",
    source: Annotated[str, typer.Option("--source", help="Where the data is from, with DOI.")] = "",
    out: ModelOut = None,
    json: Json = False,
    plot: Plot = None,
) -> None:
    """Fit to verified synapses."""
    import connectome_analysis as ca

    if level not in ("connections", "synapses"):
        msg = f"--level must be connections or synapses, got {level!r}."
        raise ValueError(msg)
    seen, true = _counts(detected, truth, columns, join_by)
    model = ca.errors.fit_verified(
        seen,
        true,
        min_synapses=min_synapses,
        could_touch=touch_of(could_touch),
        level=level,  # type: ignore[arg-type]
        n_pairs=n_pairs,
        name=name,
        source=source,
    )
    finish(model, out, plot, as_json=json)


def _counts(detected: str, truth: str | None, columns: str | None, join_by: str) -> tuple[Any, Any]:
    """Both counts, as `fit_verified` takes them."""
    if (truth is None) == (columns is None):
        msg = (
            "Give DETECTED and VERIFIED, or one table and --columns DETECTED,VERIFIED that names its "
            "two columns of counts."
        )
        raise ValueError(msg)
    if truth is not None:
        seen, true = observations([detected, truth], join_by, or_columns=True)
        return seen, true
    table = table_of(Path(detected))
    names = [part.strip() for part in str(columns).split(",")]
    lacking = [name for name in names if name not in table.columns]
    if len(names) != 2 or lacking:
        has = ", ".join(map(str, table.columns[:12]))
        msg = f"--columns must be two columns of {detected}, got {columns!r}; it has {has}."
        raise ValueError(msg)
    for name in names:
        if table[name].dtype.kind not in "iuf":
            msg = f"Column {name} of {detected} must hold counts, it has text or dates."
            raise ValueError(msg)
    return table[names[0]].to_numpy(), table[names[1]].to_numpy()
