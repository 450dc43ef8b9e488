"""``neuropil errors compare``: do two connectomes differ by more than the errors of their reconstruction?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...compiling import tell_of_compiling
from ...error_model_option import CouldTouch, Density, error_model_of
from ...naive_and_aware import warnings_as_words
from ...options import EdgeType, Jobs, Json, MinSynapses, Out, open_graph
from ...output import console, print_json, print_table, records, write_table

if TYPE_CHECKING:
    import connectome_analysis as ca

HELP = """Compare two connectomes, each with errors of its own: density, reciprocity, transitivity and triads.

Without --error-model-a or -b that one has no errors. --pairs compares the same neurons, pair by pair, joined by
node id.

Examples:

    neuropil errors compare celegans-witvliet2021-7 celegans-witvliet2021-8 --error-model-a beta=0.1 --error-model-b beta=0.2

    neuropil errors compare one/ two/ --error-model-a manifest --error-model-b model.json --pairs --json
"""

_SHOWN = ("observed_a", "observed_b", "naive_q_value", "estimate_a", "estimate_b", "q_value")


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A connectome folder or bundled name.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    error_model_a: Annotated[
        str | None, typer.Option("--error-model-a", help="Errors of A, as --error-model elsewhere.")
    ] = None,
    error_model_b: Annotated[
        str | None, typer.Option("--error-model-b", help="Errors of B.")
    ] = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="The same neurons, pair by pair, by node id.")
    ] = False,
    level: Annotated[float, typer.Option("--level", help="Of the intervals.")] = 0.95,
    could_touch: CouldTouch = None,
    density: Density = None,
    edge_type: EdgeType = "chemical",
    min_synapses: MinSynapses = None,
    jobs: Jobs = None,
    json: Json = False,
    out: Out = None,
) -> None:
    """Compare two connectomes."""
    import connectome_analysis as ca

    graphs, models = [], []
    for name, given in ((a, error_model_a), (b, error_model_b)):
        opened, g = open_graph(name, edge_type, min_synapses, None)
        graphs.append(g)
        models.append(_model(given, could_touch, density, opened, edge_type))
    tell_of_compiling()
    with warnings_as_words() as said:
        if pairs:
            table = ca.errors.compare_pairs(graphs[0], graphs[1], models[0], models[1])
        else:
            table = ca.errors.compare(
                graphs[0], graphs[1], models[0], models[1], level=level, n_jobs=jobs
            )
    if out is not None:
        write_table(table, out)
    if json:
        facts: dict[str, Any] = {"a": a, "b": b, "pair_by_pair": pairs, "warnings": said}
        print_json(facts | dict(table.attrs) | {"comparison": records(table)})
        return
    shown = table
    if not pairs:
        shown = table[list(_SHOWN)].assign(
            verdict_changes=["yes" if x else "" for x in table["verdict_changes"]]
        )
    sizes = " and ".join(f"{g.n_nodes:,} neurons, {g.n_edges:,} edges" for g in graphs)
    print_table(shown, f"a: {a}, b: {b}; {sizes}")
    screen = console()
    for which, model in zip("ab", models, strict=True):
        screen.print(f"{which}: {model!r}", soft_wrap=True, markup=False)
    for one in said:
        screen.print(f"Warning: {one}", style="bold", soft_wrap=True, markup=False)


def _model(
    given: str | None,
    could_touch: str | None,
    density: float | None,
    opened: ca.Connectome,
    edge_type: str,
) -> ca.errors.ErrorModel:
    import connectome_analysis as ca

    if given is None:
        return ca.errors.ErrorModel()
    return error_model_of(given, could_touch, density, opened, edge_type)
