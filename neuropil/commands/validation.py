"""``neuropil validation``: do corrections, intervals and tests hold where the truth is known?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import Jobs, Json, Seed
from ..output import console, print_json, print_table, progress, records

if TYPE_CHECKING:
    import pandas as pd

    from connectome_analysis.errors.validation import Report

HELP = """Validate error models: simulate reconstructions of known wiring and see what the analysis says.

Prints, for real and synthetic truths under even and biased errors: the bias of corrected counts beside
the naive one, how often 95 % intervals hold the truth with rates known and fitted, how often tests cry
wolf without and with the error model, their power, and the damage where an assumption is broken. A
thousand worlds of all truths take some hours on two processors, a hundred of the worm some minutes.

Examples:

    neuropil validation --worlds 100 --truth worm

    neuropil validation --truth worm --truth synthetic --out validation/

    neuropil validation --worlds 20 --truth worm --json
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
    seed: Seed = 0,
    jobs: Jobs = None,
    json: Json = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Also write every table to this folder, as Parquet."),
    ] = None,
) -> None:
    """Run the validation and print its tables."""
    from connectome_analysis.errors import validation as room
    from connectome_analysis.errors.validation.truths import TRUTHS

    with progress("validation") as tell:
        report = room.run(worlds, truth or list(TRUTHS), rng=seed, n_jobs=jobs, progress=tell)
    if out is not None:
        for path in report.write(out):
            typer.echo(f"wrote {path}", err=True)
    if json:
        print_json({name: records(table) for name, table in vars(report).items()})
        return
    _print(report)


def _print(report: Report) -> None:
    from connectome_analysis.errors.validation import summary

    print_table(report.words, "Settings")
    print_table(
        report.brute_force, "All 4,096 graphs of four neurons: largest error of expectations"
    )
    bias = summary.bias(report.coverage)
    print_table(bias, "Bias of the corrected triad counts, as a share of the naive bias")
    print_table(
        summary.coverage(report.coverage), "Share of worlds whose 95 % interval holds the truth"
    )
    if len(report.imputed):
        print_table(summary.coverage(report.imputed), "The same over posterior draws")
    print_table(summary.damage(report.coverage), "Where an assumption is broken: what it costs")
    print_table(summary.false_alarms(report.false_alarms), "False alarms of the test at 5 %")
    print_table(summary.power(report.power), "Power: feed-forward loops planted")
    print_table(summary.verdicts(report), "What is asked for, and whether it held")
    _say(report.coverage)


def _say(coverage: pd.DataFrame) -> None:
    worlds = coverage["worlds"].max()
    error = 100 * (0.05 * 0.95 / worlds) ** 0.5
    console().print(
        f"{worlds:,} worlds: a coverage of 95 % is seen to within {2 * error:.1f} points. Bias ratios "
        "are given where the naive bias is more than ten times its Monte Carlo error.",
        soft_wrap=True,
    )
