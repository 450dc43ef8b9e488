"""``neuropil rich-club``: are hubs joined to each other more than their degrees ask for?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..compiling import tell_of_compiling
from ..error_model_option import CouldTouch, Density, ErrorModelName, optional_error_model
from ..leaving import AllowRestricted, require_leave
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
)
from ..output import (
    console,
    print_json,
    print_table,
    progress,
    records,
    write_figure,
    write_rows,
    write_table,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    import connectome_analysis as ca

HELP = """Rich-club curve: density among neurons of degree above k, over its mean on a null model.

Examples:

    neuropil rich-club celegans-varshney2011

    neuropil rich-club larva-mushroom-body-right --degree out -n 200 --json

    neuropil rich-club celegans-cook2019-hermaphrodite --weighted --null weights

    neuropil rich-club celegans-varshney2011 --null none --members 30

    neuropil rich-club celegans-varshney2011 --error-model alpha=0.002,beta=0.15

    neuropil rich-club my_connectome/ --plot rich_club.png --out rich_club.csv
"""


def rich_club(
    connectome: Name,
    degree: Annotated[
        str, typer.Option("--degree", help="Which degree makes a neuron rich: total, in or out.")
    ] = "total",
    null: Null = "configuration",
    samples: Samples = 1000,
    weighted: Annotated[
        bool, typer.Option("--weighted", help="Weight among the rich instead of connections.")
    ] = False,
    members: Annotated[
        int | None,
        typer.Option("--members", help="List the neurons of degree above this instead.", min=0),
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
    allow_restricted: AllowRestricted = False,
    plot: Plot = None,
) -> None:
    """Rich-club curve against a null model."""
    import connectome_analysis as ca

    opened, g = open_graph(connectome, edge_type, min_synapses, where)
    options = null_options(null_option)
    if null == "none" and options:
        msg = "--null-option belongs to a null model; give --null too."
        raise ValueError(msg)
    model = optional_error_model(error_model, could_touch, density, opened, edge_type)
    if model is not None and (null == "none" or members is not None):
        msg = "--error-model puts errors into a null model; leave out --null none and --members."
        raise ValueError(msg)
    if members is not None and (plot is not None or weighted or options):
        msg = "--members lists neurons; --plot, --weighted and --null-option are for the curve."
        raise ValueError(msg)
    if members is not None:
        if out is not None or json:
            require_leave(opened.manifest, allow_restricted=allow_restricted)
        _print_members(opened, g, members, degree, json=json, out=out)
        return
    if model is not None:
        tell_of_compiling()
    with progress(f"{samples:,} {null} nulls") as tell, warnings_as_words() as said:
        table = ca.rich_club(
            g,
            degree,  # type: ignore[arg-type]
            None if null == "none" else null,  # type: ignore[arg-type]
            samples,
            weighted=weighted,
            rng=seed,
            n_jobs=jobs,
            progress=tell,
            error_model=model,
            **options,
        )
    runs = None if null == "none" else ca.rich_club_range(table)
    aware_runs = None if model is None else ca.rich_club_range(_against_aware(table))
    if out is not None:
        write_table(table, out)
    if plot is not None:
        write_figure(ca.plot.rich_club(table).figure, plot)
    facts = {
        "connectome": opened.name,
        "edge_type": edge_type,
        "neurons": g.n_nodes,
        "edges": g.n_edges,
    } | dict(table.attrs)
    if model is not None:
        said += other_threshold(model, g)
        facts |= {"error_model_source": model.source, "error_model_rates": model.to_dict()}
        facts |= {"warnings": said}
    if json:
        ranges = {} if runs is None else {"significant": records(runs)}
        ranges |= {} if aware_runs is None else {"aware_significant": records(aware_runs)}
        print_json(facts | ranges | {"rich_club": records(table)})
        return
    shown = table if model is None else side_by_side(table, "phi")
    shown = shown.drop(columns=["null_model", "n_samples", "null_sd"], errors="ignore")
    if len(shown) > 40:  # a curve has a row for every degree; a screen wants some forty
        shown = shown.iloc[:: -(-len(shown) // 40)]
    counts = dict.fromkeys(("n_neurons", "n_edges"), ",d") | (FORMATS if model is not None else {})
    print_table(shown, f"{opened.name}: {degree} degree > k", counts)
    if null != "none":
        console().print(
            f"Null: {null}, {samples:,} samples, seed {seed}. It keeps {facts['keeps']}.",
            soft_wrap=True,
        )
        console().print(_in_words(runs), soft_wrap=True)
        if model is not None:
            console().print(f"With errors in the null: {_in_words(aware_runs)}", soft_wrap=True)
            print_what_it_rests_on(model, said)


def _against_aware(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of a curve as `rich_club_range` reads them, against the null with errors."""
    mean = table["aware_null_mean"]
    return table.assign(
        q_value=table["aware_q_value"], phi_normalized=table["phi"] / mean.where(mean > 0)
    )


def _in_words(runs: pd.DataFrame | None) -> str:
    if runs is None or len(runs) == 0:
        return "At no degree are the rich joined more than the null asks for (q at most 0.05)."
    spans = [
        f"{run['onset']} to {run['end']}" if run["onset"] < run["end"] else f"{run['onset']}"
        for run in runs.to_dict("records")
    ]
    first = runs.iloc[0]
    return (
        f"Joined more than the null asks for (q at most 0.05) at k = {', '.join(spans)}. It begins "
        f"with {int(first['n_neurons_at_onset']):,} neurons of degree above {int(first['onset'])}; "
        f"--members {int(first['onset'])} lists them."
    )


def _print_members(
    opened: ca.Connectome, g: ca.Graph, k: int, degree: str, *, json: bool, out: Path | None
) -> None:
    import connectome_analysis as ca

    table = ca.rich_club_members(g, k, degree)  # type: ignore[arg-type]
    if out is not None:
        made_by = f"neuropil rich-club --members {k} --degree {degree}"
        write_rows(table, out, opened.manifest, made_by=made_by, ids=["node_id"])
    if json:
        print_json({"connectome": opened.name, "degree": degree, "k": k, "members": records(table)})
        return
    print_table(table, f"{opened.name}: {len(table):,} neurons of {degree} degree above {k}")
