"""``neuropil find``: every place where a motif fits, as a table of neurons."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ..leaving import AllowRestricted, require_leave
from ..options import EdgeType, Jobs, Json, MinSynapses, Name, Out, Where, open_graph
from ..output import console, print_json, print_table, progress, records, write_rows

HELP = """Find every place where a motif fits, or count them.

The motif is written as in DotMotif: edges A -> B, missing edges A !> B, conditions on edges
in brackets, conditions on neurons as A.column = value; statements end with ; or a new line.

Examples:

    neuropil find fly-mushroom-body-right "A -> B; A -> C; B -> C" --count

    neuropil find larva-mushroom-body-left 'A -> B [weight >= 20]; A.cell_type = "PN"' --out pn.csv

    neuropil find my_connectome/ "A -> B; B -> C; A !> C" --limit 1000 --out chains.parquet

    neuropil find my_connectome/ - < circuit.motif
"""

_SHOWN = 20


def find(
    connectome: Name,
    motif: Annotated[
        str, typer.Argument(help="Edges and conditions, or - to read them from standard input.")
    ],
    limit: Annotated[
        int | None, typer.Option("--limit", help="Stop after so many instances.", min=0)
    ] = None,
    count: Annotated[
        bool, typer.Option("--count", help="Print their number alone; no table is made.")
    ] = False,
    mappings: Annotated[
        bool,
        typer.Option(
            "--mappings", help="A row for every way in which the same neurons fit, as in DotMotif."
        ),
    ] = False,
    induced: Annotated[
        bool,
        typer.Option("--induced", help="Pairs the motif does not speak of must have no edge."),
    ] = False,
    edge_type: EdgeType = "chemical",
    min_synapses: MinSynapses = None,
    where: Where = None,
    jobs: Jobs = None,
    json: Json = False,
    out: Out = None,
    allow_restricted: AllowRestricted = False,
) -> None:
    """Find a motif."""
    import sys

    import connectome_analysis as ca

    if count and (limit is not None or out is not None):
        msg = "--count makes no table; leave out --limit and --out, or --count."
        raise ValueError(msg)
    text = sys.stdin.read() if motif == "-" else motif
    opened, g = open_graph(connectome, edge_type, min_synapses, where)
    if out is not None or (json and not count):
        require_leave(opened.manifest, allow_restricted=allow_restricted)
    distinct: Literal["instances", "mappings"] = "mappings" if mappings else "instances"
    facts = {
        "connectome": opened.name,
        "motif": text,
        "edge_type": edge_type,
        "min_synapses": min_synapses,
        "where": where,
        "distinct": distinct,
        "induced": induced,
        "neurons": g.n_nodes,
        "edges": g.n_edges,
        "weight": g.weight_meaning,
    }
    with progress("motif search") as tell:
        if count:
            number = ca.motifs.count_matches(
                g, text, distinct=distinct, induced=induced, n_jobs=jobs, progress=tell
            )
        else:
            table = ca.motifs.find(
                g,
                text,
                limit=limit,
                distinct=distinct,
                induced=induced,
                n_jobs=jobs,
                progress=tell,
            )
            number = len(table)
    if count:
        if json:
            print_json(facts | {"count": number})
        else:
            typer.echo(number)
        return
    reached = limit is not None and number == limit
    if out is not None:
        made_by = f"neuropil find: {' '.join(text.split())}"
        write_rows(table, out, opened.manifest, made_by=made_by, ids=list(map(str, table.columns)))
    if json:
        print_json(facts | {"limit": limit, "limit_reached": reached, "matches": records(table)})
        return
    what = "mappings" if mappings else "instances"
    first = "the first " if reached else ""
    title = f"{opened.name}: {first}{number:,} {what}"
    print_table(table[:_SHOWN], title)
    if number > _SHOWN:
        console().print(
            f"{_SHOWN} of {number:,} rows; --out writes all to a file, --json prints them.",
            soft_wrap=True,
        )
