"""``neuropil errors robustness``: the error rate at which each conclusion becomes another one."""

from __future__ import annotations

from typing import Annotated

import typer

from ...compiling import tell_of_compiling
from ...error_model_option import CouldTouch, Density, ErrorModelName, optional_error_model
from ...options import (
    EdgeType,
    Jobs,
    Json,
    MinSynapses,
    Name,
    Null,
    NullOption,
    Out,
    Plot,
    Seed,
    Where,
    null_options,
    open_graph,
)
from ...output import console, print_json, print_table, progress, records, write_figure, write_table

HELP = """Find how large an error rate would have to be for each conclusion to become another one.

Examples:

    neuropil errors robustness celegans-varshney2011 --rate alpha --values 0,0.005,0.01,0.02

    neuropil errors robustness celegans-varshney2011 --rate beta --reading worse --plot robustness.png

    neuropil errors robustness my_connectome/ --motifs 030T,030C --error-model model.json --json
"""


def robustness(
    connectome: Name,
    rate: Annotated[
        str,
        typer.Option(
            "--rate",
            help="beta, alpha, recall, false_rate, pre_completeness, post_completeness, confidence_odds; read "
            "as worse also split and merge.",
        ),
    ] = "beta",
    values: Annotated[
        str | None, typer.Option("--values", help="Rates to go through, with commas between.")
    ] = None,
    reading: Annotated[
        str,
        typer.Option(
            "--reading",
            help="assumed: the graph was seen with that rate. worse: it is corrupted by it further.",
        ),
    ] = "assumed",
    null: Null = "configuration",
    samples: Annotated[
        int,
        typer.Option("-n", "--samples", help="Graphs to draw from the null at each rate.", min=2),
    ] = 200,
    replicas: Annotated[
        int, typer.Option("--replicas", help="Corrupted copies of the reading 'worse'.", min=1)
    ] = 20,
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
    min_synapses: MinSynapses = None,
    where: Where = None,
    jobs: Jobs = None,
    json: Json = False,
    out: Out = None,
    plot: Plot = None,
) -> None:
    """Sweep an error rate."""
    import connectome_analysis as ca

    grid = None if values is None else _numbers(values)
    if null == "none":
        msg = "A conclusion needs a null model; give --null configuration."
        raise ValueError(msg)
    opened, g = open_graph(connectome, edge_type, min_synapses, where)
    model = optional_error_model(error_model, could_touch, density, opened, edge_type)
    tell_of_compiling()
    with progress(f"{rate}, read as {reading}") as tell:
        found = ca.errors.robustness(
            g,
            rate,  # type: ignore[arg-type]
            grid,
            reading=reading,  # type: ignore[arg-type]
            error_model=model,
            null_model=null,
            n_samples=samples,
            n_replicas=replicas,
            motifs=None if motifs is None else [part.strip() for part in motifs.split(",")],
            rng=seed,
            n_jobs=jobs,
            progress=tell,
            **null_options(null_option),
        )
    if out is not None:
        write_table(found.table, out)
    if plot is not None:
        write_figure(ca.plot.robustness(found).figure, plot)
    if json:
        facts = {"connectome": opened.name, "seed": seed} | dict(found.flips.attrs)
        print_json(facts | {"flips": records(found.flips), "sweep": records(found.table)})
        return
    shown = found.flips.drop(columns="assumed")
    first, last = (f"{found.flips.attrs[end]:g}" for end in ("from", "to"))
    title = f"{opened.name}: {rate} from {first} to {last}, read as {reading}"
    print_table(shown, title)
    console().print(
        f"Null: {null}, {samples:,} samples at each rate, seed {seed}; verdicts at q at most 0.05. An empty "
        "flips_at holds throughout. least_false_share: no arrangement of a smaller share of false "
        "connections explains what is over.",
        soft_wrap=True,
    )


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        msg = f"--values must be numbers with commas between, such as 0,0.1,0.2; got {text!r}."
        raise ValueError(msg) from None
