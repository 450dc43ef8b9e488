"""``neuropil errors``: what a reconstruction misses and invents, and what follows."""

from __future__ import annotations

import typer

from . import (
    calibrate,
    compare,
    correct,
    corrupt,
    fit_connectomes,
    fit_replicates,
    fit_tables,
    fit_verified,
    impute,
    presets,
    robustness,
    thresholds,
)

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Errors of a reconstruction: published rates, fits, calibrated confidences, corrected counts, true "
    "graphs as likely, comparisons, corrupted copies, and how large an error would change a conclusion.\n\n`neuropil motifs` and `neuropil rich-club` take "
    "`--error-model` themselves.",
)
fit = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Fit an error model to data and write it to a JSON file that --error-model takes.",
)
app.command("presets", help=presets.HELP)(presets.presets)
app.command("correct", help=correct.HELP)(correct.correct)
app.command("corrupt", help=corrupt.HELP)(corrupt.corrupt)
app.command("calibrate", help=calibrate.HELP)(calibrate.calibrate)
app.command("impute", help=impute.HELP)(impute.impute)
app.command("compare", help=compare.HELP)(compare.compare)
app.command("robustness", help=robustness.HELP)(robustness.robustness)
app.command("thresholds", help=thresholds.HELP)(thresholds.thresholds)
fit.command("verified", help=fit_verified.HELP)(fit_verified.verified)
fit.command("replicates", help=fit_replicates.HELP)(fit_replicates.replicates)
fit.command("precision-recall", help=fit_tables.PRECISION_RECALL_HELP)(fit_tables.precision_recall)
fit.command("completeness", help=fit_connectomes.COMPLETENESS_HELP)(fit_connectomes.completeness)
fit.command("proofread", help=fit_connectomes.PROOFREAD_HELP)(fit_connectomes.proofread)
fit.command("segmentation", help=fit_tables.SEGMENTATION_HELP)(fit_tables.segmentation)
fit.command("confidence", help=fit_connectomes.CONFIDENCE_HELP)(fit_connectomes.confidence)
app.add_typer(fit, name="fit")
