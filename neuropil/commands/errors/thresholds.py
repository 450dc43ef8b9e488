"""``neuropil errors thresholds``: what is concluded at each number of synapses that makes a connection."""

from __future__ import annotations

from typing import Annotated

import typer

from ...compiling import tell_of_compiling
from ...error_model_option import CouldTouch, Density, ErrorModelName, optional_error_model
from ...naive_and_aware import warnings_as_words
from ...options import (
    EdgeType,
    Jobs,
    Json,
    Name,
    Null,
    NullOption,
    Out,
    Plot,
    Seed,
    Where,
    null_options,
)
from ...output import console, print_json, print_table, progress, records, write_figure, write_table

HELP = """Follow each conclusion along the threshold: the least number of synapses of a connection.

Examples:

    neuropil errors thresholds celegans-varshney2011 --values 1,2,3,5 --plot thresholds.png

    neuropil errors thresholds my_connectome/ --values 1,3,5,10 --error-model recall=0.8 --motifs 030T,300 --json
"""


def thresholds(
    connectome: Name,
    values: Annotated[
        str, typer.Option("--values", help="Thresholds, with commas between.")
    ] = "1,2,3,4,5,6,7,8,9,10",
    null: Null = "configuration",
    samples: Annotated[
        int,
        typer.Option(
            "-n", "--samples", help="Graphs to draw from the null at each threshold.", min=2
        ),
    ] = 200,
    motifs: Annotated[
        str | None,
        typer.Option("--motifs", help="Classes of triads, e.g. 030T,300; all by default."),
    ] = None,
    error_model: ErrorModelName = None,
    could_touch: CouldTouch = None,
    density: Density = None,
    seed: Seed = 0,
    null_option: NullOption = None,
    edge_type: EdgeType = "chemical",
    where: Where = None,
    jobs: Jobs = None,
    json: Json = False,
    out: Out = None,
    plot: Plot = None,
) -> None:
    """Sweep the threshold."""
    import connectome_analysis as ca

    if null == "none":
        msg = "A conclusion needs a null model; give --null configuration."
        raise ValueError(msg)
    levels = _whole(values)
    if error_model is not None:
        tell_of_compiling()
    with (
        ca.open(connectome) as opened,
        warnings_as_words() as said,
        progress("thresholds") as tell,
    ):
        model = optional_error_model(error_model, could_touch, density, opened, edge_type)
        found = ca.errors.threshold_sweep(
            opened,
            levels,
            error_model=model,
            null_model=null,
            n_samples=samples,
            motifs=None if motifs is None else [part.strip() for part in motifs.split(",")],
            edge_type=None if edge_type == "all" else edge_type,
            where=where,
            rng=seed,
            n_jobs=jobs,
            progress=tell,
            **null_options(null_option),
        )
        name = opened.name
    if out is not None:
        write_table(found.table, out)
    if plot is not None:
        write_figure(ca.plot.threshold_sweep(found).figure, plot)
    if json:
        facts = {"connectome": name, "seed": seed, "warnings": said} | dict(found.flips.attrs)
        print_json(facts | {"flips": records(found.flips), "sweep": records(found.table)})
        return
    print_table(found.flips, f"{name}: at least {levels[0]} to {levels[-1]} synapses")
    left = found.table.drop_duplicates("min_synapses")
    kept = ", ".join(
        f"{n:,} at {k}" for k, n in zip(left["min_synapses"], left["n_edges"], strict=True)
    )
    console().print(
        f"Connections: {kept}. Null: {null}, {samples:,} samples at each, seed {seed}; verdicts at q at "
        "most 0.05. An empty flips_at holds throughout.",
        soft_wrap=True,
    )
    for one in said:
        console().print(f"Warning: {one}", style="bold", soft_wrap=True, markup=False)


def _whole(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        msg = f"--values must be whole numbers with commas between, such as 1,2,5; got {text!r}."
        raise ValueError(msg) from None
