"""``neuropil motifs``: the exact triad census, and what of it is more than chance."""

from __future__ import annotations

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
    samples_warning,
)
from ..output import console, print_json, print_table, progress, records, write_figure, write_table

HELP = """Count every triad exactly and compare the counts with graphs drawn from a null model.

Examples:

    neuropil motifs celegans-cook2019-hermaphrodite --null configuration -n 1000

    neuropil motifs fly-mushroom-body-right --where "side = 'right'" --json

    neuropil motifs my_connectome/ --min-synapses 5 --plot triads.png --out triads.csv

    neuropil motifs my_connectome/ --null none
"""


def motifs(
    connectome: Name,
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
    """Count triads and compare them with a null model."""
    import connectome_analysis as ca

    opened, g = open_graph(connectome, edge_type, min_synapses, where)
    if null == "none":
        if plot is not None:
            msg = "--plot draws the comparison with a null model; give --null configuration."
            raise ValueError(msg)
        table = ca.motifs.triad_census(g, n_jobs=jobs).to_frame()
    else:
        with progress(f"{samples:,} {null} nulls") as tell:
            table = ca.motifs.significance(
                g,
                null,  # type: ignore[arg-type]
                samples,
                rng=seed,
                n_jobs=jobs,
                progress=tell,
            )
    if out is not None:
        write_table(table, out)
    if plot is not None:
        write_figure(ca.plot.triad_profile(table).figure, plot)
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
    if json:
        print_json(facts | {"motifs": records(table)})
        return
    shown = table.drop(columns=["null_model", "n_samples", "null_sd"], errors="ignore")
    counts = dict.fromkeys(("count", "observed"), ",d")
    means = dict.fromkeys(("null_mean", "null_low", "null_high"), ",.1f")
    print_table(shown, f"{opened.name}: {g.n_nodes:,} neurons, {g.n_edges:,} edges", counts | means)
    if null != "none":
        console().print(
            f"Null: {null}, {samples:,} samples, seed {seed}. It keeps {facts['keeps']}.\n"
            f"Mixing: {facts['proposals_per_sample']:,} proposals a sample, "
            f"{facts['accepted_per_sample']:,} accepted, "
            f"{facts['original_edges_kept']:.1%} of the original edges left.",
            soft_wrap=True,
        )
        if (few := samples_warning(samples)) is not None:
            console().print(few, soft_wrap=True)
