"""``neuropil validation``: do corrections, intervals and tests hold where the truth is known?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ..options import Jobs, Json, Seed
from ..output import console, print_json, print_table, progress, records

if TYPE_CHECKING:
    from connectome_analysis.errors.validation import Report
    from connectome_analysis.errors.validation.cells import Part

HELP = """Validate error models: simulate reconstructions of known wiring and see what the analysis says.

Prints, for real and synthetic truths under even and biased errors: the bias of corrected counts beside
the naive one, how often 95 % intervals hold the truth with rates known and fitted, how often tests cry
wolf without and with the error model, their power, and the damage where an assumption is broken. A
thousand worlds of all truths take a day of two processors, twenty of the worm some minutes.

With --out every world is kept in OUT/cells as soon as it is done: a run that was stopped goes on, on as
many processes as there are, and --from-cells makes the tables of what is there.

Examples:

    neuropil validation --worlds 20 --truth worm

    neuropil validation --truth worm --part coverage --out validation/

    neuropil validation --out validation/ --from-cells --markdown
"""


def validation(
    worlds: Annotated[
        int, typer.Option("--worlds", help="Reconstructions of each truth and setting.", min=2)
    ] = 1000,
    truth: Annotated[
        list[str] | None,
        typer.Option(
            "--truth", help="A truth to take, may be given several times; all by default."
        ),
    ] = None,
    part: Annotated[
        list[str] | None,
        typer.Option(
            "--part",
            help="coverage, imputed, false-alarms or power, may be given several times; all by default.",
        ),
    ] = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    json: Json = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the tables as Markdown.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Keep worlds and write tables, as Parquet, in this folder."),
    ] = None,
    from_cells: Annotated[
        bool, typer.Option("--from-cells", help="Run nothing: tables of the worlds in OUT/cells.")
    ] = False,
) -> None:
    """Run the validation and print its tables."""
    from connectome_analysis.errors import validation as room
    from connectome_analysis.errors.validation import summary
    from connectome_analysis.errors.validation.plan import PARTS
    from connectome_analysis.errors.validation.truths import TRUTHS

    names = truth or list(TRUTHS)
    cells = None if out is None else out / "cells"
    if from_cells:
        if cells is None:
            msg = "--from-cells needs --out, the folder of a validation that was begun."
            raise ValueError(msg)
        report = room.tables_of(cells, worlds, names, rng=seed)
    else:
        parts = cast("list[Part]", [one.replace("-", " ") for one in part or PARTS])
        with progress("validation") as tell:
            report = room.run(
                worlds, names, parts=parts, folder=cells, rng=seed, n_jobs=jobs, progress=tell
            )
    if out is not None:
        for path in report.write(out):
            typer.echo(f"wrote {path}", err=True)
    if json:
        print_json({name: records(table) for name, table in vars(report).items()})
    elif markdown:
        typer.echo(summary.markdown(report), nl=False)
    else:
        _print(report)


def _print(report: Report) -> None:
    from connectome_analysis.errors.validation import summary

    print_table(report.words, "Settings")
    for title, table in summary.tables(report).items():
        if len(table):
            print_table(table, title)
    console().print(
        "A coverage of 95 % is seen to within 1.4 points in 1,000 worlds, 4.4 in 100. Bias ratios are "
        "given where the naive bias is more than ten times its Monte Carlo error.",
        soft_wrap=True,
    )
