"""Options that ``neuropil cell-types train``, ``predict`` and ``evaluate`` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..options import named_values, open_graph

if TYPE_CHECKING:
    import pandas as pd

    import connectome_analysis as ca

LabelColumn = Annotated[
    str, typer.Option("--labels", help="Column of the nodes that holds the types.")
]
OnlyWith = Annotated[
    str | None,
    typer.Option(
        "--only",
        metavar="COLUMN=VALUE",
        help="Know only the labels of neurons with this value, e.g. side=left; others pass messages on.",
    ),
]
MinConfidence = Annotated[
    float,
    typer.Option("--min-confidence", help="Below it the answer is unknown.", min=0, max=1),
]
Features = Annotated[
    str | None,
    typer.Option(
        "--features",
        metavar="NAME,NAME",
        help="degree, strength, reciprocity, motifs, position, and columns of the nodes.",
        show_default="degree,strength,reciprocity,motifs",
    ),
]
TyperOption = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        metavar="NAME=VALUE",
        help="Option of CellTyper, e.g. n_networks=3, hidden=64 or edge_types=neurotransmitter; may be "
        "given several times. docs/cell_types.md lists them.",
    ),
]
Kinds = Annotated[
    str | None,
    typer.Option(
        "--kinds",
        metavar="KIND,KIND",
        help="Kinds of connections with a channel each, e.g. chemical,electrical, in place of "
        "--edge-type.",
    ),
]


def open_wiring(
    name: str, edge_type: str, kinds: str | None, min_synapses: int | None, where: str | None
) -> tuple[ca.Connectome, ca.Graph | dict[str, ca.Graph]]:
    """Open a connectome: one graph, or one for each kind of connection."""
    if kinds is None:
        return open_graph(name, edge_type, min_synapses, where)
    graphs: dict[str, ca.Graph] = {}
    opened = None
    for kind in kinds.split(","):
        opened, graphs[kind.strip()] = open_graph(name, kind.strip(), min_synapses, where)
    assert opened is not None
    return opened, graphs


def typer_options(features: str | None, option: list[str] | None) -> dict[str, Any]:
    """Options of a `CellTyper` from those of the command.

    Examples
    --------
    >>> typer_options("degree,motifs", ["hidden=32"])
    {'hidden': 32, 'features': ('degree', 'motifs')}
    """
    options = named_values(option, "--option", "hidden=64")
    from connectome_analysis.cell_types.graph_network.typer_options import option_names

    known = option_names() - {"features"}
    for name in options:
        if name not in known:
            msg = f"--option must be one of CellTyper: {', '.join(sorted(known))}; got {name!r}."
            raise ValueError(msg)
    if features is not None:
        options["features"] = tuple(one.strip() for one in features.split(",") if one.strip())
    return options


def rows_of(g: ca.Graph, only: str) -> Any:
    """(N,) whether a neuron has the value of ``--only COLUMN=VALUE``."""
    column, equals, value = only.partition("=")
    if not equals or column.strip() not in g.nodes.columns:
        have = ", ".join(map(str, g.nodes.columns))
        msg = f"--only must be COLUMN=VALUE with a column of the nodes ({have}), got {only!r}."
        raise ValueError(msg)
    rows = (g.nodes[column.strip()].astype(str) == value.strip()).to_numpy(
        dtype=bool, na_value=False
    )
    if not rows.any():
        there = ", ".join(sorted(map(str, g.nodes[column.strip()].dropna().unique()))[:10])
        msg = f"--only {only}: no neuron has this value; there are {there}."
        raise ValueError(msg)
    return rows


def types_with_confidence(table: pd.DataFrame) -> pd.DataFrame:
    """Neurons and mean confidence of each type, the largest first."""
    grouped = table[table["label"].notna()].groupby("label")
    counted = grouped.agg(neurons=("confidence", "size"), confidence=("confidence", "mean"))
    return counted.sort_values("neurons", ascending=False, kind="stable")
