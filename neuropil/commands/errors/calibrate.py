"""``neuropil errors calibrate``: from scores of synapses to the probability of each connection."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...error_model_option import CouldTouch, touch_of
from ...options import Json, Name, Plot
from ...output import console, print_json, print_table, records, write_figure
from .table_file import table_of

HELP = """Write a new version of a connectome whose edges have a confidence: the probability that each is real.

It follows from the confidence of the synapses of a pair, and from how many pairs have how many. The error
model in its manifest takes the confidences, edge by edge: --error-model manifest.

--verified is a table (CSV, Parquet) of a random sample that was checked: is_true, and synapse_id or pre_id and
post_id. Without it, the confidence of a synapse is taken for its probability.

Examples:

    neuropil errors calibrate my_connectome/ calibrated/ --verified checked.csv --plot reliability.png

    neuropil errors calibrate my_connectome/ calibrated/ --verified checked.csv --column score --could-touch region

    neuropil errors correct calibrated/ --error-model manifest
"""


def calibrate(
    connectome: Name,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write.")],
    verified: Annotated[
        Path | None, typer.Option("--verified", help="Synapses or pairs that were checked.")
    ] = None,
    column: Annotated[
        str, typer.Option("--column", help="Of synapses: confidence or score.")
    ] = "confidence",
    method: Annotated[
        str | None,
        typer.Option(
            "--method", help="isotonic (for synapses by default) or logistic (for pairs)."
        ),
    ] = None,
    recall: Annotated[
        float | None,
        typer.Option("--recall", help="Share of true synapses detected, known from elsewhere."),
    ] = None,
    could_touch: CouldTouch = "all",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a connectome that stands there.")
    ] = False,
    json: Json = False,
    plot: Plot = None,
) -> None:
    """Calibrate a connectome."""
    import connectome_analysis as ca

    from ...whole_file import require_outside_connectomes

    if plot is not None and verified is None:
        msg = "--plot draws how well the verified ones fit; give --verified."
        raise ValueError(msg)
    checked = None if verified is None else table_of(verified)
    require_outside_connectomes(out)
    with ca.open(connectome) as given:
        done = ca.errors.calibrate_connectome(
            given,
            out,
            verified=checked,
            column=column,
            method=method,  # type: ignore[arg-type]
            could_touch=touch_of(could_touch),
            recall=recall,
            overwrite=overwrite,
        )
    if plot is not None:
        write_figure(ca.plot.reliability(done.calibration).figure, plot)
    real = float(done.edges["probability"].sum())
    if json:
        fit = done.calibration
        print_json(
            {
                "path": str(done.path),
                "pairs_with_synapses": len(done.edges),
                "expected_real": real,
                "calibration": None
                if fit is None
                else {
                    "method": fit.method,
                    "verified": fit.n,
                    "real": fit.n_true,
                    "brier": fit.brier,
                    "reliability": records(fit.reliability),
                },
                "error_model": done.model.to_dict(),
            }
        )
        return
    screen = console()
    if done.calibration is None:
        screen.print("Nothing verified: the column was taken for probabilities as it is.")
    else:
        print_table(done.calibration.reliability.set_index("score_from"), repr(done.calibration))
    screen.print(
        f"{done.path}: of {len(done.edges):,} pairs with synapses, {real:,.1f} are expected to be real.",
        soft_wrap=True,
        markup=False,
    )
    screen.print(f"{done.model!r}", soft_wrap=True, markup=False)
