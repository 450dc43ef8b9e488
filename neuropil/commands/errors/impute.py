"""``neuropil errors impute``: any measure on true graphs as likely, given what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...compiling import tell_of_compiling
from ...error_model_option import CouldTouch, Density, NeededErrorModelName, error_model_of
from ...naive_and_aware import other_threshold, print_what_it_rests_on, warnings_as_words
from ...options import EdgeType, Jobs, Json, MinSynapses, Name, Out, Seed, Where, open_graph
from ...output import console, print_json, print_table, progress, records, write_table

if TYPE_CHECKING:
    from collections.abc import Callable

    import connectome_analysis as ca

HELP = """Draw true graphs as likely, given what was seen and its errors, and measure each.

Examples:

    neuropil errors impute celegans-varshney2011 --error-model alpha=0.002,beta=0.15

    neuropil errors impute my_connectome/ --error-model manifest --measures transitivity,triads --draws 200

    neuropil errors impute my_connectome/ --error-model model.json --prior blocks --groups cell_class --json
"""

# Besides edges and triads, functions of ca.measures that give one number.
_MEASURES = (
    *("edges", "triads", "reciprocity", "transitivity"),
    *("mean_clustering", "mean_path_length", "global_efficiency"),
)
_USUAL = "edges,reciprocity,transitivity"


def impute(
    connectome: Name,
    error_model: NeededErrorModelName,
    measures: Annotated[
        str, typer.Option("--measures", help=f"From {', '.join(_MEASURES)}, with commas between.")
    ] = _USUAL,
    draws: Annotated[int, typer.Option("-n", "--draws", help="True graphs to draw.", min=2)] = 100,
    prior: Annotated[
        str, typer.Option("--prior", help="degrees, blocks, uniform or graph-tool.")
    ] = "degrees",
    groups: Annotated[
        str | None, typer.Option("--groups", help="Column of nodes, for --prior blocks.")
    ] = None,
    level: Annotated[float, typer.Option("--level", help="Of the intervals.")] = 0.95,
    could_touch: CouldTouch = None,
    density: Density = None,
    seed: Seed = 0,
    edge_type: EdgeType = "chemical",
    min_synapses: MinSynapses = None,
    where: Where = None,
    jobs: Jobs = None,
    json: Json = False,
    out: Out = None,
) -> None:
    """Impute true graphs."""
    import connectome_analysis as ca

    asked = _asked(measures)
    opened, g = open_graph(connectome, edge_type, min_synapses, where)
    model = error_model_of(error_model, could_touch, density, opened, edge_type)
    tell_of_compiling()
    with warnings_as_words() as said, progress(f"{draws:,} true graphs") as tell:
        table = ca.errors.impute(
            g,
            model,
            asked,
            n_draws=draws,
            prior=prior,  # type: ignore[arg-type]
            groups=groups,
            level=level,
            rng=seed,
            n_jobs=jobs,
            progress=tell,
        )
    if out is not None:
        write_table(table, out)
    said += other_threshold(model, g)
    said += [str(note) for note in table.attrs.get("notes", ())]
    if json:
        facts = {
            "connectome": opened.name,
            "neurons": g.n_nodes,
            "edges": g.n_edges,
            "seed": seed,
            "error_model_rates": model.to_dict(),
            "warnings": said,
        }
        print_json(facts | dict(table.attrs) | {"measures": records(table)})
        return
    print_table(table, f"{opened.name}: {g.n_nodes:,} neurons, {g.n_edges:,} edges")
    console().print(
        f"Mean and {100 * level:.3g} % interval over {draws:,} true graphs, prior: {prior}, seed {seed}.",
        soft_wrap=True,
    )
    print_what_it_rests_on(model, said)


def _asked(measures: str) -> dict[str, Callable[[ca.Graph], Any]]:
    names = [name.strip() for name in measures.split(",")]
    unknown = [name for name in names if name not in _MEASURES]
    if unknown:
        msg = (
            f"--measures must be from {', '.join(_MEASURES)}, got {', '.join(map(repr, unknown))}."
        )
        raise ValueError(msg)
    return {name: _measure(name) for name in names}


def _measure(name: str) -> Callable[[ca.Graph], Any]:
    import connectome_analysis as ca

    if name == "edges":
        return lambda g: g.n_edges
    if name == "triads":
        return ca.motifs.triad_census
    of: Callable[[ca.Graph], Any] = getattr(ca.measures, name)
    return of
