"""Options that several commands share: which connectome, which edges, which null, which output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import connectome_analysis as ca

Name = Annotated[
    str,
    typer.Argument(
        metavar="CONNECTOME", help="A connectome folder or the name of a bundled dataset."
    ),
]
EdgeType = Annotated[
    str,
    typer.Option("--edge-type", help="Kind of connection; 'all' adds the kinds up."),
]
MinSynapses = Annotated[
    int | None,
    typer.Option("--min-synapses", help="Keep pairs with at least so many synapses.", min=1),
]
Where = Annotated[
    str | None,
    typer.Option("--where", help="SQL condition on nodes, e.g. \"cell_class = 'interneuron'\"."),
]
Null = Annotated[
    str,
    typer.Option(
        "--null",
        help="Null model: erdos_renyi, dyad, configuration, reciprocal_configuration, block, "
        "spatial or weights; or none for the numbers alone.",
    ),
]
NullOption = Annotated[
    list[str] | None,
    typer.Option(
        "--null-option",
        metavar="NAME=VALUE",
        help="Option of the null model, e.g. groups=cell_type; may be given several times.",
    ),
]
Samples = Annotated[
    int, typer.Option("-n", "--samples", help="Graphs to draw from the null model.", min=2)
]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same numbers.", min=0)]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", help="Threads; all processors by default.", min=1),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Also write the table to this .csv or .parquet file."),
]
Plot = Annotated[
    Path | None,
    typer.Option("--plot", help="Also draw the figure to this .png, .svg or .pdf file."),
]


def open_graph(
    name: str, edge_type: str, min_synapses: int | None, where: str | None
) -> tuple[ca.Connectome, ca.Graph]:
    """Open a connectome and make the graph that a command was asked for."""
    import connectome_analysis as ca

    connectome = ca.open(name)
    kind = None if edge_type == "all" else edge_type
    g = connectome.graph(min_synapses, kind, where)
    if g.n_edges == 0:
        asked = {"--edge-type": edge_type, "--min-synapses": min_synapses, "--where": where}
        given = " ".join(f"{option} {value!r}" for option, value in asked.items() if value)
        msg = f"Nothing to count: {g.n_nodes:,} neurons and no connection are left by {given}."
        raise ValueError(msg)
    return connectome, g


def null_options(given: list[str] | None) -> dict[str, Any]:
    """Read ``NAME=VALUE`` options: numbers as numbers, lists with commas as lists.

    Examples
    --------
    >>> null_options(["groups=cell_type", "proposals_per_edge=30", "bin_edges_um=0,50,100"])
    {'groups': 'cell_type', 'proposals_per_edge': 30, 'bin_edges_um': [0, 50, 100]}
    """
    return named_values(given, "--null-option", "groups=cell_type")


def named_values(given: list[str] | None, option: str, example: str) -> dict[str, Any]:
    """Read ``NAME=VALUE`` options, as `null_options` does; `option` and `example` are for the error."""
    options: dict[str, Any] = {}
    for one in given or []:
        name, equals, text = one.partition("=")
        if not equals or not name.strip() or not text.strip():
            msg = f"{option} must be NAME=VALUE, for instance {example}, got {one!r}."
            raise ValueError(msg)
        values = [_value(part.strip()) for part in text.split(",")]
        options[name.strip()] = values[0] if len(values) == 1 else values
    return options


def _value(text: str) -> int | float | bool | str:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def samples_warning(samples: int, motifs: int = 16) -> str | None:
    """Say so where so few samples cannot show anything at the 5 % level, or not one motif alone.

    Parameters
    ----------
    samples : int
    motifs : int
        Tested together (Benjamini and Hochberg).
    """
    from .species_benchmark.samples_words import can_show, classes_needed, least_p, samples_for

    enough = f"{samples_for(motifs):,} samples"
    if not can_show(samples):
        return (
            f"{samples} samples cannot show anything at the 5 % level: the least p-value is "
            f"{least_p(samples):.2g}. Of {motifs:,} motifs one that alone stands out takes {enough}."
        )
    needed = classes_needed(motifs, samples)
    if needed == 1:
        return None
    which = "all" if needed >= motifs else f"{needed:,} at least"
    return (
        f"With {samples:,} samples the least p-value is {least_p(samples):.2g}: of {motifs:,} motifs "
        f"tested together any is significant at 5 % (q) only where {which} stand out so. {enough} "
        "show one alone."
    )
