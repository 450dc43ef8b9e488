"""``neuropil errors correct``: how many there truly are, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...compiling import tell_of_compiling
from ...error_model_option import CouldTouch, Density, NeededErrorModelName, error_model_of
from ...naive_and_aware import other_threshold, print_what_it_rests_on, warnings_as_words
from ...options import EdgeType, Jobs, Json, MinSynapses, Name, Out, Plot, Where, open_graph
from ...output import console, print_json, print_table, records, write_figure, write_table

if TYPE_CHECKING:
    import pandas as pd

    import connectome_analysis as ca

HELP = """Estimate what the true graph has, from what a reconstruction with errors shows.

Examples:

    neuropil errors correct celegans-varshney2011 --error-model alpha=0.002,beta=0.15

    neuropil errors correct my_connectome/ --error-model fly-calyx-5 --could-touch region --min-synapses 5

    neuropil errors correct my_connectome/ --error-model model.json --what measures --out measures.csv

    neuropil errors correct my_connectome/ --error-model manifest --plot corrected.png
"""

_WHAT = ("triads", "measures", "subgraphs", "degrees")
_SHOWN = 30


def correct(
    connectome: Name,
    error_model: NeededErrorModelName,
    what: Annotated[
        str,
        typer.Option(
            "--what",
            help="triads (induced), measures (edges, reciprocity, transitivity ...), subgraphs (copies, "
            "whatever else joins their neurons) or degrees.",
        ),
    ] = "triads",
    level: Annotated[float, typer.Option("--level", help="Of the intervals.")] = 0.95,
    could_touch: CouldTouch = None,
    density: Density = None,
    edge_type: EdgeType = "chemical",
    min_synapses: MinSynapses = None,
    where: Where = None,
    jobs: Jobs = None,
    json: Json = False,
    out: Out = None,
    plot: Plot = None,
) -> None:
    """Correct counts for errors."""
    import connectome_analysis as ca

    if what not in _WHAT:
        msg = f"--what must be {', '.join(_WHAT[:-1])} or {_WHAT[-1]}, got {what!r}."
        raise ValueError(msg)
    if plot is not None and what not in ("triads", "subgraphs"):
        msg = f"--plot draws triads and subgraphs; {what} has no picture, leave --plot out."
        raise ValueError(msg)
    opened, g = open_graph(connectome, edge_type, min_synapses, where)
    model = error_model_of(error_model, could_touch, density, opened, edge_type)
    tell_of_compiling()
    with warnings_as_words() as said:
        table = _corrected(g, what, model, level, jobs)
    if out is not None:
        write_table(table, out)
    if plot is not None:
        write_figure(ca.plot.corrected_triads(table).figure, plot)
    said += other_threshold(model, g)
    if left := table.attrs.get("not_corrected"):
        said.append(f"Not corrected: {left}.")
    if unknown := table.attrs.get("no_error_known"):
        said.append(f"{unknown[0].upper()}{unknown[1:]}.")
    if json:
        facts = {
            "connectome": opened.name,
            "edge_type": edge_type,
            "min_synapses": min_synapses,
            "where": where,
            "neurons": g.n_nodes,
            "edges": g.n_edges,
            "error_model_source": model.source,
            "error_model_rates": model.to_dict(),
            "warnings": said,
        }
        print_json(facts | dict(table.attrs) | {what: records(table)})
        return
    title = f"{opened.name}: {g.n_nodes:,} neurons, {g.n_edges:,} edges"
    shown, formats = _for_people(table, what)
    print_table(shown, title, formats)
    if len(shown) < len(table):
        console().print(
            f"The {len(shown)} neurons of highest degree, of {len(table):,}; --out writes all to a file.",
            soft_wrap=True,
        )
    console().print(f"Intervals: {100 * level:.3g} %.")
    print_what_it_rests_on(model, said)


def _corrected(
    g: ca.Graph, what: str, model: ca.errors.ErrorModel, level: float, jobs: int | None
) -> pd.DataFrame:
    import connectome_analysis as ca

    if what == "degrees":
        return ca.errors.debias_degrees(g, error_model=model, level=level)
    of = {
        "triads": ca.errors.debias_triad_census,
        "measures": ca.errors.debias_measures,
        "subgraphs": ca.errors.debias_subgraphs,
    }[what]
    return of(g, error_model=model, level=level, n_jobs=jobs)


def _for_people(table: pd.DataFrame, what: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """The rows and formats of a screen."""
    if what == "measures":
        return table, {}
    if what == "degrees":
        order = (-(table["out_degree"] + table["in_degree"])).argsort(kind="stable")
        formats: dict[str, Any] = dict.fromkeys(table.columns, ",.0f")
        return table.iloc[order[:_SHOWN]], formats | {
            "out_estimate": ",.1f",
            "in_estimate": ",.1f",
        }
    names = ("estimate", "se", "low", "high")
    shown = table.assign(**{name: table[name].round(1) + 0.0 for name in names})  # no "-0"
    return shown, dict.fromkeys(names, ",.1f") | {"observed": ",d"}
