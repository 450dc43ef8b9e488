"""``neuropil cell-types cluster``: types from wiring alone, without any label."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..compiling import tell_of_compiling
from ..leaving import AllowRestricted, require_leave
from ..options import (
    EdgeType,
    Jobs,
    Json,
    MinSynapses,
    Name,
    Out,
    Plot,
    Seed,
    Where,
    named_values,
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
)

if TYPE_CHECKING:
    import pandas as pd

    import connectome_analysis as ca

HELP = """Find cell types from wiring alone: clusters of neurons, and how sure each neuron is.

Examples:

    neuropil cell-types cluster larva-mushroom-body-left

    neuropil cell-types cluster celegans-varshney2011 --method block_model --compare cell_class

    neuropil cell-types cluster larva-mushroom-body-left --method leiden --n-types 12 --json

    neuropil cell-types cluster larva-mushroom-body-left --option metric=cosine --out types.parquet --plot types.png

    neuropil sql larva-mushroom-body-left --with types=types.parquet "SELECT label, count(*) FROM types GROUP BY 1"
"""

_SHOWN = 30
_LARGEST = 3


def cluster(
    connectome: Name,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            help="hierarchical, leiden, spectral, block_model or rounds (unseeded NTAC).",
        ),
    ] = "hierarchical",
    n_types: Annotated[
        int | None,
        typer.Option(
            "--n-types", help="How many; by default the method's criterion decides.", min=1
        ),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--option",
            metavar="NAME=VALUE",
            help="Option of the method, e.g. metric=cosine or engine=graph-tool; may be given "
            "several times. docs/cell_types.md lists them.",
        ),
    ] = None,
    confidence: Annotated[
        str | None,
        typer.Option(
            "--confidence",
            help="bootstrap, posterior or none; by default the posterior where there is one.",
        ),
    ] = None,
    resamples: Annotated[
        int, typer.Option("--resamples", help="Resampled graphs of the bootstrap.", min=1)
    ] = 20,
    compare: Annotated[
        str | None,
        typer.Option("--compare", help="Column of the nodes to compare with, e.g. cell_type."),
    ] = None,
    seed: Seed = 0,
    edge_type: EdgeType = "chemical",
    min_synapses: MinSynapses = None,
    where: Where = None,
    jobs: Jobs = None,
    json: Json = False,
    out: Out = None,
    allow_restricted: AllowRestricted = False,
    plot: Plot = None,
    picture: Annotated[
        str | None,
        typer.Option(
            "--picture",
            help="What --plot draws: adjacency, dendrogram or embedding.",
            show_default="adjacency",
        ),
    ] = None,
) -> None:
    """Clusters of neurons."""
    import connectome_analysis as ca

    _require_picture(picture, plot)
    options: dict[str, Any] = named_values(option, "--option", "metric=cosine")
    opened, g = open_graph(connectome, edge_type, min_synapses, where)
    if out is not None or json:
        require_leave(opened.manifest, allow_restricted=allow_restricted)
    if method == "block_model":
        from connectome_analysis.cell_types.block_models.node_moves import sweep

        tell_of_compiling(sweep)
    with progress("clusters") as tell:
        found = ca.cell_types.cluster(
            g,
            method,  # type: ignore[arg-type]
            n_types,
            confidence=confidence,  # type: ignore[arg-type]
            n_resamples=resamples,
            rng=seed,
            n_jobs=jobs,
            progress=tell,
            **options,
        )
    against = None if compare is None else ca.cell_types.compare_types(_labels(g, compare), found)
    table = found.to_frame()
    if out is not None:
        made_by = f"neuropil cell-types cluster --method {method} --seed {seed}"
        write_rows(table, out, opened.manifest, made_by=made_by, ids=["node_id"])
    if plot is not None:
        write_figure(_drawn(picture, found, g), plot)
    if json:
        facts = {"connectome": opened.name, "neurons": g.n_nodes, "edges": g.n_edges}
        facts |= {str(name): value for name, value in table.attrs.items()} | {
            "options": options,
            "scores": records(found.scores),
        }
        if against is not None:
            facts |= {
                "compared_with": compare,
                "agreement": records(against.agreement),
                "confusion": records(against.confusion),
            }
        print_json(facts | {"types": records(table)})
        return
    _print(opened.name, found, table, g)
    if against is not None:
        _print_comparison(against, str(compare))


def _require_picture(picture: str | None, plot: Path | None) -> None:
    """One line before any work where there is no such picture, or no file for it."""
    if picture not in (None, "adjacency", "dendrogram", "embedding"):
        msg = f"--picture must be adjacency, dendrogram or embedding, got {picture!r}."
        raise ValueError(msg)
    if picture is not None and plot is None:
        msg = f"--picture {picture} says what to draw; give the file to draw it in, --plot FILE."
        raise ValueError(msg)


def _drawn(picture: str | None, found: ca.cell_types.CellTypes, g: ca.Graph) -> Any:
    import connectome_analysis as ca

    if picture == "dendrogram":
        return ca.plot.dendrogram(found).figure
    if picture == "embedding":
        return ca.plot.embedding(found).figure
    return ca.plot.adjacency(g, found.to_frame()["label"].rename("cluster")).figure


def _labels(g: ca.Graph, name: str) -> pd.Series[Any]:
    """Labels of the neurons: a column of the node table, or an error that names those there are."""
    import pandas as pd

    if name not in g.nodes.columns:
        msg = f"--compare must be a column of the nodes, got {name!r}; there are: "
        raise ValueError(msg + ", ".join(map(str, g.nodes.columns)) + ".")
    return pd.Series(g.nodes[name].array, index=g.node_ids)


def _print(name: str, found: ca.cell_types.CellTypes, table: pd.DataFrame, g: ca.Graph) -> None:
    """One row per type: how many, how sure, and which of the names known are in it."""
    import pandas as pd

    known = next((c for c in ("cell_type", "cell_class") if c in g.nodes.columns), None)
    rows = []
    for label, members in table[table["label"].notna()].groupby("label"):
        row: dict[str, Any] = {
            "type": label,
            "neurons": len(members),
            "median_confidence": members["confidence"].median(),
        }
        if known is not None:
            names = pd.Series(g.nodes[known].array, index=g.node_ids).loc[members.index].dropna()
            largest = names.value_counts().head(_LARGEST)
            row[f"largest {known}"] = ", ".join(f"{k} ({n:,})" for k, n in largest.items())
        rows.append(row)
    title = f"{name}: {found.n_types:,} types by {found.method}"
    print_table(pd.DataFrame(rows).head(_SHOWN), title)
    screen = console()
    if len(rows) > _SHOWN:
        more = f"{_SHOWN} of {len(rows):,} types; --out writes the type of each neuron to a file."
        screen.print(more, soft_wrap=True)
    if found.n_unknown:
        screen.print(f"{found.n_unknown:,} neurons without any connection have no type.")
    screen.print(f"{found.chosen} Confidence: {found.confidence_is}.", soft_wrap=True, markup=False)


def _print_comparison(against: ca.cell_types.TypeComparison, name: str) -> None:
    print_table(
        against.agreement, f"Agreement with {name}, {against.n_neurons:,} neurons", _digits(4)
    )


def _digits(n: int) -> dict[str, str]:
    return dict.fromkeys(("value", "low", "high"), f".{n - 1}f")
