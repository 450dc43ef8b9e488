"""``neuropil plan``: what a reconstruction will cost, and how much must be mapped to answer a question."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..options import EdgeType, Jobs, Json, MinSynapses, Out, Plot, Seed, Where, open_graph
from ..output import console, print_json, print_table, progress, records, write_figure, write_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectome_analysis import Graph

_HELP = """What a reconstruction will cost, and which sample answers the question.

Without a command: all presets side by side.

Examples:

    neuropil plan

    neuropil plan cost mouse-cortex-mm3 --set volume_mm3=0.1 --set gpus=8 --assumptions

    neuropil plan sample celegans-varshney2011 --statistic transitivity --precision 0.1
"""
_COST_HELP = """Costs of one preset, or of several side by side: voxels, bytes, imaging, GPU hours, tables, motifs, machines.

Every assumption can be changed by name with --set; --assumptions prints them with their sources.
"""
_SAMPLE_HELP = """How many neurons, or regions, must be mapped to know a statistic so precisely.

Parts of a connectome that is known are drawn at random; it stands for the one to be mapped.
"""

app = typer.Typer(help=_HELP, rich_markup_mode="markdown", invoke_without_command=True)

Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Change an assumption, e.g. gpus=8; may be given several times.",
    ),
]
_STATISTICS = (
    "density",
    "reciprocity",
    "transitivity",
    "mean_clustering",
    "synapses_per_connection",
    "hub_share",
    "degree_gini",
    "triad:030T and so for every connected triad, its share of them",
)


@app.callback()
def _all(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        cost([], None, assumptions=False, json=False, out=None, plot=None)


@app.command("cost", help=_COST_HELP)
def cost(
    presets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PRESET ...]", help="All presets where none is named."),
    ] = None,
    set_: Set = None,
    assumptions: Annotated[
        bool, typer.Option("--assumptions", help="Also print every assumption and its source.")
    ] = False,
    json: Json = False,
    out: Out = None,
    plot: Plot = None,
) -> None:
    """Print what reconstructions cost."""
    import connectome_analysis as ca

    changes = _changes(set_)
    chosen = presets or list(ca.planning.presets().index)
    plans = {name: ca.planning.cost(name, **changes) for name in chosen}
    table = ca.planning.compare_costs(*chosen, **changes)
    if len(plans) == 1:
        table = next(iter(plans.values())).table
    if out is not None:
        write_table(table, out)
    if plot is not None:
        picture = ca.planning.compare_costs(*chosen, **changes)
        write_figure(ca.plot.plan_costs(picture).figure, plot)
    if json:
        print_json(
            {
                name: {"costs": records(plan.table), "assumptions": records(plan.assumptions)}
                for name, plan in plans.items()
            }
        )
        return
    print_table(table, "What a reconstruction costs")
    borrowed = {
        one: [name for name, plan in plans.items() if one in plan.table.attrs["borrowed"]]
        for one in ("attached_share", "synapses_per_connection")
    }
    if any(borrowed.values()):
        names = " and ".join(one for one, of in borrowed.items() if of)
        whose = ", ".join(dict.fromkeys(name for of in borrowed.values() for name in of))
        console().print(
            f"Connections, and all that follows from them, rest on {names} of an adult fly for {whose}: set yours "
            "with --set.",
            soft_wrap=True,
        )
    if assumptions:
        for name, plan in plans.items():
            print_table(plan.assumptions, f"Assumptions of {name}")
    else:
        console().print(
            "Orders of magnitude. --assumptions prints what they rest on; --set NAME=VALUE changes it."
        )


@app.command("rows")
def rows(
    synapses: Annotated[
        int, typer.Option("--synapses", help="Rows to write.", min=1_000)
    ] = 200_000,
    json: Json = False,
) -> None:
    """Measure how many bytes a row of synapses and of edges takes in Parquet."""
    import connectome_analysis as ca

    table = ca.planning.row_bytes(synapses)
    if json:
        print_json(records(table))
        return
    print_table(table, "Bytes of rows as they are written", {"rows": ",d", "bytes": ",d"})


@app.command("sample", help=_SAMPLE_HELP)
def sample(
    connectome: Annotated[
        str, typer.Argument(metavar="CONNECTOME", help="A folder or the name of a bundled dataset.")
    ],
    statistic: Annotated[
        str, typer.Option("--statistic", help="One of " + ", ".join(_STATISTICS) + ".")
    ] = "reciprocity",
    precision: Annotated[
        float, typer.Option("--precision", help="Wanted, as a share of the value, e.g. 0.05.")
    ] = 0.1,
    absolute: Annotated[
        bool, typer.Option("--absolute", help="The precision is not a share of the value.")
    ] = False,
    regions: Annotated[
        str | None,
        typer.Option("--regions", help="Map whole regions or types: a column of nodes."),
    ] = None,
    larger_brain: Annotated[
        bool,
        typer.Option("--larger-brain", help="The brain to be mapped is much larger than this one."),
    ] = False,
    draws: Annotated[
        int, typer.Option("-n", "--samples", "--draws", help="Samples of each size.", min=20)
    ] = 100,
    level: Annotated[
        float, typer.Option("--level", help="Share of samples that must be so near.")
    ] = 0.95,
    edge_type: EdgeType = "chemical",
    min_synapses: MinSynapses = None,
    where: Where = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    json: Json = False,
    out: Out = None,
    plot: Plot = None,
) -> None:
    """Print how precision grows with the sample."""
    import connectome_analysis as ca

    measure = _statistic(statistic)
    opened, g = open_graph(connectome, edge_type, min_synapses, where)
    with progress("drawing samples"):
        found = ca.planning.sample_size(
            g,
            measure,
            precision,
            relative=not absolute,
            regions=regions,
            larger_brain=larger_brain,
            n_samples=draws,
            level=level,
            rng=seed,
            n_jobs=jobs,
        )
    if out is not None:
        write_table(found.table, out)
    if plot is not None:
        write_figure(ca.plot.sample_precision(found).figure, plot)
    if json:
        facts: dict[str, Any] = {"connectome": opened.name, "statistic": statistic}
        facts |= {"needed": found.needed, "whole": found.whole}
        print_json(facts | dict(found.table.attrs) | {"sizes": records(found.table)})
        return
    unit = "neurons" if regions is None else "regions"
    print_table(found.table, f"{statistic} of {opened.name}: {found.whole:.4g} on the whole")
    wanted = f"{precision:g}" if absolute else f"{100 * precision:.3g} %"
    if found.needed == found.needed:
        most = f"{found.needed_high:,.0f}" if isfinite(found.needed_high) else "more than all tried"
        text = (
            f"{found.needed:,.0f} {unit} give it within {wanted} in {level:.0%} of samples; {draws:,} samples "
            f"of each size leave {found.needed_low:,.0f} to {most} open (95 %)."
        )
    else:
        text = f"No sample tried gives it within {wanted} in {level:.0%} of samples."
    console().print(text)


def _changes(given: list[str] | None) -> dict[str, float]:
    changes = {}
    for one in given or []:
        name, equals, value = one.partition("=")
        try:
            changes[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            msg = f"--set must be NAME=VALUE with a number, e.g. gpus=8, got {one!r}."
            raise ValueError(msg)
    return changes


def _statistic(name: str) -> Callable[[Graph], float]:
    import connectome_analysis as ca
    from connectome_analysis.compare.measures_of_one import triad_shares

    if name.startswith("triad:"):
        triad = name.removeprefix("triad:")
        if triad not in ca.motifs.CONNECTED_TRIADS:
            msg = (
                f"--statistic triad: takes {', '.join(ca.motifs.CONNECTED_TRIADS)}, got {triad!r}."
            )
            raise ValueError(msg)
        return lambda g: float(triad_shares(g)[triad])
    known: dict[str, Any] = {
        "density": ca.measures.density,
        "reciprocity": ca.measures.reciprocity,
        "transitivity": ca.measures.transitivity,
        "mean_clustering": ca.measures.mean_clustering,
        "synapses_per_connection": ca.compare.MEASURES["synapses_per_connection"],
        "hub_share": ca.compare.MEASURES["hub_share"],
        "degree_gini": ca.compare.MEASURES["degree_gini"],
    }
    if name not in known:
        msg = f"--statistic must be one of {', '.join(known)} or triad:NAME, got {name!r}."
        raise ValueError(msg)
    chosen: Callable[[Graph], float] = known[name]
    return chosen
