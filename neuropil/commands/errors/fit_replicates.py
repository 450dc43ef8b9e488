"""``neuropil errors fit replicates``: an error model from repeated observations of the same pairs."""

from __future__ import annotations

from typing import Annotated

import typer

from ...error_model_option import CouldTouch, touch_of
from ...options import Json, Plot
from .observations import JoinBy
from .observations import observations as observed
from .written_model import ModelOut, finish

HELP = """Fit missed and false connections to two or more observations of the same pairs of neurons.

Each is a connectome (folder or bundled name; neurons are joined
by node id, or --join-by name) or a matrix (CSV). Two
need one of --alpha, --beta, --density. Two animals are no replicates: what differs between them counts as error.

Examples:

    neuropil errors fit replicates annotator_1/ annotator_2/ annotator_3/ --out model.json

    neuropil errors fit replicates celegans-witvliet2021-7 celegans-witvliet2021-8 --join-by name --alpha 0

    neuropil errors fit replicates left.csv right.csv --alpha 0 --out model.json
"""


def replicates(
    observations: Annotated[
        list[str], typer.Argument(metavar="OBSERVATION...", help="Connectomes or matrices.")
    ],
    alpha: Annotated[float | None, typer.Option("--alpha", help="Where it is known.")] = None,
    beta: Annotated[float | None, typer.Option("--beta", help="Where it is known.")] = None,
    density: Annotated[
        float | None, typer.Option("--density", help="Of true connections, where it is known.")
    ] = None,
    min_synapses: Annotated[
        int, typer.Option("--min-synapses", help="Synapses seen that make a connection.", min=1)
    ] = 1,
    join_by: JoinBy = "node_id",
    could_touch: CouldTouch = "all",
    name: Annotated[str, typer.Option("--name", help="Name of the model.")] = "",
    source: Annotated[str, typer.Option("--source", help="Where the data is from, with DOI.")] = "",
    out: ModelOut = None,
    json: Json = False,
    plot: Plot = None,
) -> None:
    """Fit to replicates."""
    import connectome_analysis as ca

    model = ca.errors.fit_replicates(
        observed(observations, join_by),
        min_synapses=min_synapses,
        could_touch=touch_of(could_touch),
        alpha=alpha,
        beta=beta,
        density=density,
        name=name,
        source=source,
    )
    finish(model, out, plot, as_json=json)
