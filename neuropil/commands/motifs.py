"""``neuropil motifs``: exact counts of motifs, and what of it is more than chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..compiling import tell_of_compiling
from ..error_model_option import CouldTouch, Density, ErrorModelName, optional_error_model
from ..naive_and_aware import (
    FORMATS,
    other_threshold,
    print_what_it_rests_on,
    side_by_side,
    warnings_as_words,
)
from ..options import (
    EdgeType,
    Jobs,
    Json,
    MinSynapses,
    Name,
    Null,
    NullOption,
    Out,
    Plot,
    Samples,
    Seed,
    Where,
    null_options,
    open_graph,
    samples_warning,
)
from ..output import console, print_json, print_table, progress, records, write_figure, write_table

if TYPE_CHECKING:
    import pandas as pd

HELP = """Count every motif exactly and compare the counts with graphs drawn from a null model.

Examples:

    neuropil motifs celegans-cook2019-hermaphrodite --null configuration -n 1000

    neuropil motifs celegans-varshney2011 --size 4 --null reciprocal_configuration -n 200 --top 20

    neuropil motifs celegans-varshney2011 --colors sign --null block --null-option groups=sign

    neuropil motifs my_connectome/ --min-synapses 5 --plot triads.png --out triads.csv

    neuropil motifs celegans-varshney2011 --error-model alpha=0.002,beta=0.15

    neuropil motifs my_connectome/ --error-model fly-calyx-5 --could-touch region --min-synapses 5

    neuropil motifs my_connectome/ --null none
"""


def motifs(
    connectome: Name,
    null: Null = "configuration",
    samples: Samples = 1000,
    size: Annotated[
        int, typer.Option("--size", help="Neurons of a motif: 3 (triads) or 4 (199 classes).")
    ] = 3,
    colors: Annotated[
        str | None,
        typer.Option("--colors", help="Column of nodes that colors the neurons, e.g. sign."),
    ] = None,
    decide_at: Annotated[
        float | None,
        typer.Option("--decide-at", help="Stop early once all is decided at this level."),
    ] = None,
    top: Annotated[
        int,
        typer.Option("--top", help="Rows to show, farthest from the null first; 0 for all.", min=0),
    ] = 30,
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
    """Count motifs and compare them with a null model."""
    import connectome_analysis as ca

    if plot is not None and null == "none":
        msg = "--plot draws the comparison with a null model; give --null configuration."
        raise ValueError(msg)
    options = null_options(null_option)
    opened, g = open_graph(connectome, edge_type, min_synapses, where)
    model = optional_error_model(error_model, could_touch, density, opened, edge_type)
    said: list[str] = []
    if null == "none":
        if options or decide_at is not None:
            msg = "--null-option and --decide-at belong to a null model; give --null too."
            raise ValueError(msg)
        if model is not None:
            msg = (
                "--error-model puts errors into a null model, give --null too; neuropil errors "
                "correct gives corrected counts alone."
            )
            raise ValueError(msg)
        table = (
            ca.motifs.triad_census(g, n_jobs=jobs).to_frame()
            if size == 3 and colors is None
            else ca.motifs.count(g, size, colors=colors, n_jobs=jobs)  # type: ignore[arg-type]
        )
    else:
        if model is not None:
            tell_of_compiling()
        with progress(f"{samples:,} {null} nulls") as tell, warnings_as_words() as said:
            table = ca.motifs.significance(
                g,
                null,  # type: ignore[arg-type]
                samples,
                size=size,  # type: ignore[arg-type]
                colors=colors,
                rng=seed,
                n_jobs=jobs,
                decide_at=decide_at,
                progress=tell,
                error_model=model,
                **options,
            )
    if out is not None:
        write_table(table, out)
    if plot is not None:
        triads = size == 3 and colors is None
        alone = ca.plot.triad_profile if triads else ca.plot.striking_motifs
        draw = alone if model is None else ca.plot.naive_and_aware
        write_figure(draw(table).figure, plot)
    facts = {
        "connectome": opened.name,
        "edge_type": edge_type,
        "min_synapses": min_synapses,
        "where": where,
        "neurons": g.n_nodes,
        "edges": g.n_edges,
        "self_loops_dropped": g.n_self_loops_dropped,
        "weight": g.weight_meaning,
    } | dict(table.attrs)
    if model is not None:
        said += other_threshold(model, g)
        facts |= {"error_model_source": model.source, "error_model_rates": model.to_dict()}
        facts |= {"warnings": said}
    if json:
        print_json(facts | {"motifs": records(table)})
        return
    shown = _farthest_first(table, top)
    if model is not None:
        shown = side_by_side(shown)
    shown = shown.drop(columns=["null_model", "n_samples", "null_sd", "edges"], errors="ignore")
    counts = dict.fromkeys(("count", "observed"), ",d") | (FORMATS if model is not None else {})
    means = dict.fromkeys(("null_mean", "null_low", "null_high"), ",.1f")
    print_table(shown, f"{opened.name}: {g.n_nodes:,} neurons, {g.n_edges:,} edges", counts | means)
    if len(shown) < len(table):
        console().print(f"{len(shown)} of {len(table):,} motifs; --top 0 shows all.")
    if null != "none":
        drawn = int(table.attrs["n_samples"])
        console().print(
            f"Null: {null}, {drawn:,} samples, seed {seed}. It keeps {facts['keeps']}.\n"
            f"Mixing: {facts['proposals_per_sample']:,} proposals a sample, "
            f"{facts['accepted_per_sample']:,} accepted, "
            f"{facts['original_edges_kept']:.1%} of the original edges left."
            + (f"\nStopped after {drawn:,} of {samples:,} samples." if drawn < samples else ""),
            soft_wrap=True,
        )
        if model is not None:
            print_what_it_rests_on(model, said)
        if (few := samples_warning(drawn, len(table))) is not None and decide_at is None:
            console().print(few, soft_wrap=True)


def _farthest_first(table: pd.DataFrame, top: int) -> pd.DataFrame:
    """The rows to show: all where few, otherwise the most striking first."""
    if top <= 0 or len(table) <= top:
        return table
    if "z" not in table.columns:
        return table.sort_values("count", ascending=False, kind="stable").head(top)
    # What no sample varies in has no z; farthest of all where it is not what was observed.
    apart = table["z"].isna() & (table["observed"] != table["null_mean"])
    distance = table["z"].abs().mask(apart, float("inf"))
    ranked = table.assign(_distance=distance).sort_values(
        ["_distance", "observed"], ascending=False, kind="stable"
    )
    return ranked.drop(columns="_distance").head(top)
