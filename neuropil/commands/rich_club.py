"""``neuropil rich-club``: are hubs joined to each other more than their degrees ask for?"""

from __future__ import annotations

from typing import Annotated

import typer

from ..options import (
    EdgeType,
    Jobs,
    Json,
    MinSynapses,
    Name,
    Null,
    Out,
    Plot,
    Samples,
    Seed,
    Where,
    open_graph,
)
from ..output import console, print_json, print_table, progress, records, write_figure, write_table

HELP = """Rich-club curve: density among neurons of degree above k, over its mean on a null model.

Examples:

    neuropil rich-club celegans-varshney2011

    neuropil rich-club larva-mushroom-body-right --degree out -n 200 --json

    neuropil rich-club my_connectome/ --plot rich_club.png --out rich_club.csv
"""


def rich_club(
    connectome: Name,
    degree: Annotated[
        str, typer.Option("--degree", help="Which degree makes a neuron rich: total, in or out.")
    ] = "total",
    null: Null = "configuration",
    samples: Samples = 1000,
    seed: Seed = 0,
    edge_type: EdgeType = "chemical",
    min_synapses: MinSynapses = None,
    where: Where = None,
    jobs: Jobs = None,
    json: Json = False,
    out: Out = None,
    plot: Plot = None,
) -> None:
    """Rich-club curve against a null model."""
    import connectome_analysis as ca

    opened, g = open_graph(connectome, edge_type, min_synapses, where)
    with progress(f"{samples:,} {null} nulls") as tell:
        table = ca.rich_club(
            g,
            degree,  # type: ignore[arg-type]
            None if null == "none" else null,  # type: ignore[arg-type]
            samples,
            rng=seed,
            n_jobs=jobs,
            progress=tell,
        )
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
    if json:
        print_json(facts | {"rich_club": records(table)})
        return
    shown = table.drop(columns=["null_model", "n_samples", "null_sd"], errors="ignore")
    if len(shown) > 40:  # a curve has a row for every degree; a screen wants some forty
        shown = shown.iloc[:: -(-len(shown) // 40)]
    counts = dict.fromkeys(("n_neurons", "n_edges"), ",d")
    print_table(shown, f"{opened.name}: {degree} degree > k", counts)
    if null != "none":
        console().print(
            f"Null: {null}, {samples:,} samples, seed {seed}. It keeps {facts['keeps']}.",
            soft_wrap=True,
        )
