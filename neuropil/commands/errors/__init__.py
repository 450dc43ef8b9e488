"""``neuropil errors``: what a reconstruction misses and invents, and what follows."""

from __future__ import annotations

import typer

from . import correct, corrupt, fit_replicates, fit_verified, presets, robustness

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Errors of a reconstruction: published rates, fits, corrected counts, corrupted copies, and how "
    "large an error would change a conclusion.\n\n`neuropil motifs` and `neuropil rich-club` take "
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
app.command("robustness", help=robustness.HELP)(robustness.robustness)
fit.command("verified", help=fit_verified.HELP)(fit_verified.verified)
fit.command("replicates", help=fit_replicates.HELP)(fit_replicates.replicates)
app.add_typer(fit, name="fit")
