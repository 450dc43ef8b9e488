"""``neuropil cell-types train``: learn types from labelled neurons and keep what was learnt in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..error_model_option import CouldTouch, Density, ErrorModelName, optional_error_model
from ..options import EdgeType, Json, MinSynapses, Name, Seed, Where
from ..output import console, print_json, progress
from .cell_types_options import (
    Features,
    Kinds,
    LabelColumn,
    OnlyWith,
    TyperOption,
    open_wiring,
    rows_of,
    typer_options,
)

HELP = """Learn cell types from labelled neurons with a graph network, for neurons that have no label.

A tenth of the labelled neurons stops the training and calibrates probabilities, a tenth is kept for
sets with guaranteed coverage. Needs pip install 'neuropil[gnn]'.

Examples:

    neuropil cell-types train larva-mushroom-body-left types.pt --labels cell_type

    neuropil cell-types train my_connectome/ types.pt --labels cell_type --only side=left --option n_networks=3

    neuropil cell-types train my_connectome/ types.pt --labels cell_type --features degree,motifs,length_nm
    --error-model fly-calyx-5 --could-touch region
"""


def train(
    connectome: Name,
    model: Annotated[Path, typer.Argument(help="File to keep the model in.", show_default=False)],
    labels: LabelColumn = "cell_type",
    only: OnlyWith = None,
    features: Features = None,
    option: TyperOption = None,
    error_model: ErrorModelName = None,
    could_touch: CouldTouch = None,
    density: Density = None,
    seed: Seed = 0,
    edge_type: EdgeType = "chemical",
    kinds: Kinds = None,
    min_synapses: MinSynapses = None,
    where: Where = None,
    json: Json = False,
) -> None:
    """Learn types."""
    import connectome_analysis as ca
    from connectome_analysis.cell_types.graph_network.wirings import main_graph
    from connectome_analysis.measures.per_neuron import labels_of

    options = typer_options(features, option)
    opened, wiring = open_wiring(connectome, edge_type, kinds, min_synapses, where)
    errors = optional_error_model(error_model, could_touch, density, opened, edge_type)
    g = main_graph(wiring)
    given = labels_of(g, labels, argument="--labels")
    if only is not None:
        given = given.where(rows_of(g, only), None)
    if not model.parent.is_dir():
        msg = f"There is no folder {model.parent} to keep {model.name} in; make it first."
        raise ValueError(msg)
    with progress("epochs") as tell:
        fitted = ca.cell_types.CellTyper(
            error_model=errors, rng=seed, progress=tell, **options
        ).fit(wiring, given)
    fitted.save(model)
    history = fitted.history_
    best = None if history.empty else float(history.groupby("network")["watched_loss"].min().mean())
    facts: dict[str, Any] = {
        "connectome": opened.name,
        "model": str(model),
        "labels": labels,
        "types": len(fitted.classes_),
        "labelled": int(given.notna().sum()),
        "learnt_from": fitted.n_learnt_,
        "watched": fitted.n_watched_,
        "watched_loss_nats": best,
        "calibration": None if fitted.conformal is None else len(fitted.conformal.number),
        "seed": seed,
        "settings": fitted.settings.to_dict(),
    }
    if json:
        print_json(facts)
        return
    screen = console()
    screen.print(
        f"{opened.name}: {facts['types']:,} types from {facts['labelled']:,} labelled neurons of "
        f"{g.n_nodes:,}: {facts['learnt_from']:,} learnt from, {facts['watched']:,} to stop by, "
        f"{facts['calibration'] or 0:,} for sets."
        + ("" if best is None else f" Loss on neurons kept back: {best:.3f} nats."),
        soft_wrap=True,
    )
    screen.print(
        f"Kept in {model}. neuropil cell-types predict tells types with it.", soft_wrap=True
    )
