"""``neuropil demo`` and ``neuropil report``: the whole way from tables to a report in one command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..options import Json, Samples, Seed, samples_warning
from ..output import print_json
from ..whole_file import require_outside_connectomes

HELP = """Open the bundled connectomes, ask SQL, count triads, hold them against nulls, write a report.

Needs nothing but the installation, and takes about a minute.

Examples:

    neuropil demo

    neuropil demo --out demo -n 200
"""
REPORT_HELP = """Write the same report for connectomes of your choice.

Examples:

    neuropil report celegans-white1986 celegans-varshney2011 --out worms

    neuropil report my_connectome/ --out report -n 500
"""

Out = Annotated[Path, typer.Option("--out", help="Folder for report, figures and tables.")]


def demo(
    out: Out = Path("demo"), samples: Samples = 1000, seed: Seed = 0, json: Json = False
) -> None:
    """Run the demo."""
    from ..demo import DEMO

    _run(list(DEMO), out, samples, seed, json=json)


def report(
    connectomes: Annotated[
        list[str], typer.Argument(help="Connectome folders or names of bundled datasets.")
    ],
    out: Out = Path("report"),
    samples: Samples = 1000,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Write a report."""
    _run(connectomes, out, samples, seed, json=json)


def _run(names: list[str], out: Path, samples: int, seed: int, *, json: bool) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from ..demo import run_demo

    require_outside_connectomes(out / "report.html")
    if (few := samples_warning(samples)) is not None:
        typer.echo(few, err=True)
    screen = Console(stderr=True)
    with Progress(
        TextColumn("{task.description:<48}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    ) as bar:
        task = bar.add_task("opening", total=None)
        said = ""

        def tell(stage: str, done: int, total: int) -> None:
            nonlocal said
            bar.update(task, description=stage, completed=done, total=total)
            if stage != said and not screen.is_terminal:
                screen.print(stage, highlight=False)
            said = stage

        result = run_demo(out, n_samples=samples, seed=seed, datasets=tuple(names), progress=tell)
    if json:
        print_json({"report": result.report, "figures": result.figures, "tables": result.tables})
        return
    typer.echo(f"report:  {result.report}")
    typer.echo(f"figures: {result.figures}")
    typer.echo(f"tables:  {result.tables}")
