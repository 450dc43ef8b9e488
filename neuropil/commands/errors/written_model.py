"""Written model: a fitted error model in a file, and what to say of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...output import console, print_json, write_figure
from ...whole_file import whole_file

if TYPE_CHECKING:
    import connectome_analysis as ca

ModelOut = Annotated[Path | None, typer.Option("--out", help="Write the model to this .json file.")]


def finish(
    model: ca.errors.ErrorModel, out: Path | None, plot: Path | None, *, as_json: bool
) -> None:
    """Write and print a model that was fitted."""
    import connectome_analysis as ca

    if out is not None:
        if out.suffix.lower() != ".json":
            msg = f"{out} must end in .json, got {out.suffix or 'no suffix'}."
            raise ValueError(msg)
        with whole_file(out) as part:
            ca.errors.write_model(model, part)
        typer.echo(f"wrote {out}", err=True)
    if plot is not None:
        table = None if model.evidence is None else model.evidence.table
        draw = ca.plot.fitted_rates if table is None else ca.plot.error_fit
        write_figure(draw(model).figure, plot)
    evidence = model.evidence
    ends = _intervals(model)
    if as_json:
        said = {} if evidence is None else {
            "numbers": dict(evidence.numbers), "notes": list(evidence.notes)
        }  # fmt: skip
        print_json({"error_model": model.to_dict(), "words": repr(model), "intervals": ends} | said)
        return
    screen = console()
    screen.print(f"{model!r}", soft_wrap=True, markup=False)
    for name, (value, low, high) in ends.items():
        screen.print(f"{name}: {value:.4g} (95 %: {low:.4g} to {high:.4g})", markup=False)
    if evidence is not None:
        screen.print(f"{evidence!r}", soft_wrap=True, markup=False)
    if out is None:
        screen.print("--out model.json writes it, for --error-model of other commands.")


def _intervals(model: ca.errors.ErrorModel) -> dict[str, tuple[float, float, float]]:
    """Each uncertain rate with its 95 % interval."""
    import numpy as np

    if model.uncertainty is None:
        return {}
    from connectome_analysis.errors.uncertainty import bounded, unbounded

    values = model.values()
    spread = 1.959964 * np.sqrt(np.diag(model.uncertainty.covariance))
    return {
        name: (
            value,
            float(bounded(unbounded(value, name) - s, name)),
            float(bounded(unbounded(value, name) + s, name)),
        )
        for (name, value), s in zip(values.items(), spread.tolist(), strict=True)
    }
