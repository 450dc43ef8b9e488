"""``neuropil cell-types evaluate``: how well types can be told in a connectome, beside what is simpler."""

from __future__ import annotations

import warnings
from typing import Annotated, Any

import typer

from ..error_model_option import CouldTouch, Density, ErrorModelName, optional_error_model
from ..options import EdgeType, Json, MinSynapses, Name, Out, Seed, Where
from ..output import console, print_json, print_table, progress, records, write_table
from .cell_types_options import (
    Features,
    Kinds,
    LabelColumn,
    TyperOption,
    open_wiring,
    typer_options,
)

HELP = """Score methods of cell typing on neurons that were kept apart, with leaks said aloud.

Examples:

    neuropil cell-types evaluate larva-mushroom-body-left --labels cell_type --seeds 5

    neuropil cell-types evaluate celegans-cook2019-hermaphrodite --labels cell_class --by hemisphere

    neuropil cell-types evaluate my_connectome/ --by pair --column pair_id --methods seeds,graph-network

    neuropil cell-types evaluate my_connectome/ --by type --error-model alpha=0.002,beta=0.15
"""


def evaluate(
    connectome: Name,
    labels: LabelColumn = "cell_type",
    by: Annotated[
        str,
        typer.Option("--by", help="random, hemisphere, lineage, pair, type (open set) or column."),
    ] = "random",
    column: Annotated[
        str | None, typer.Option("--column", help="Column of the nodes that --by goes by.")
    ] = None,
    train: Annotated[
        str | None, typer.Option("--train", help="By hemisphere: the side to learn from.")
    ] = None,
    test: Annotated[
        str | None, typer.Option("--test", help="By hemisphere: the side to test.")
    ] = None,
    test_share: Annotated[
        float | None,
        typer.Option(
            "--test-share",
            help="Share of the labelled neurons to test; .98 leaves 2 % as seeds.",
            show_default="0.3; by hemisphere, a side",
        ),
    ] = None,
    calibration_share: Annotated[
        float,
        typer.Option("--calibration-share", help="Share kept for conformal sets; 0 for none."),
    ] = 0.1,
    calibration_from: Annotated[
        str,
        typer.Option(
            "--calibration-from",
            help="train or test: sets keep their promise on another side only if calibrated there.",
        ),
    ] = "train",
    pairs: Annotated[
        str | None,
        typer.Option("--pairs", help="Column of bilateral twins, to look for them on both sides."),
    ] = None,
    methods: Annotated[
        str | None,
        typer.Option(
            "--methods",
            metavar="NAME,NAME",
            help="majority, label-propagation, seeds, logistic-regression, gradient-boosting, "
            "perceptron, partner-regression, graph-network; all by default.",
        ),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", help="Splits and seeds.", min=1)] = 3,
    coverage: Annotated[
        float, typer.Option("--coverage", help="Of the conformal sets, above 0 and below 1.")
    ] = 0.9,
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
    out: Out = None,
) -> None:
    """Score methods."""
    import connectome_analysis as ca

    options = typer_options(features, option)
    opened, wiring = open_wiring(connectome, edge_type, kinds, min_synapses, where)
    errors = optional_error_model(error_model, could_touch, density, opened, edge_type)
    split_options: dict[str, Any] = {
        name: value
        for name, value in (
            *(("column", column), ("train", train), ("test", test)),
            *(("test_share", test_share), ("calibration_share", calibration_share)),
            ("calibration_from", calibration_from),
        )
        if value is not None
    }
    chosen = (
        None
        if methods is None
        else [one.strip().replace("-", " ") for one in methods.split(",") if one.strip()]
    )
    with warnings.catch_warnings(), progress("methods") as tell:
        # They are said below, each on a line of its own.
        warnings.simplefilter("ignore", ca.cell_types.LeakageWarning)
        table = ca.cell_types.evaluate(
            wiring,
            labels,
            by,  # type: ignore[arg-type]
            methods=chosen,
            seeds=seeds,
            error_model=errors,
            coverage=coverage,
            split_options=split_options,
            pairs=pairs,
            rng=seed,
            progress=tell,
            **options,
        )
    if out is not None:
        write_table(table, out)
    if json:
        print_json({"connectome": opened.name} | dict(table.attrs) | {"methods": records(table)})
        return
    digits = dict.fromkeys([*table.columns, "set_size"], ".3f") | {
        "seconds": ".1f",
        "types_scored": ".0f",
    }
    print_table(table, f"{opened.name}: {labels}, {table.attrs['n_types']:,} types", digits)
    screen = console()
    screen.print(f"{table.attrs['split']}. {seeds} seeds; 95 % intervals.", soft_wrap=True)
    for words in table.attrs["leakage"]:
        screen.print(f"Leak: {words}", soft_wrap=True, markup=False)
