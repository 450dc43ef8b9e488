"""``neuropil benchmark``: the numbers of every connectome at hand, made in the same way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import Jobs, Json, samples_warning
from ..output import print_json, stage_bar
from ..whole_file import require_outside_connectomes

if TYPE_CHECKING:
    from ..species_benchmark import BenchmarkResult

app = typer.Typer(help="Benchmarks over many connectomes.", no_args_is_help=True)

SPECIES_HELP = """Measure every connectome at hand in the same way, beside the same null models.

One file declares the datasets; those of the package, and those of `species.toml` in this folder, which
`neuropil benchmark add` writes. Writes a page, Parquet tables of every number and figures. What is drawn
is kept: the same command goes on where a stopped one was.

Examples:

    neuropil benchmark species --out benchmark

    neuropil benchmark species --only "worm, Varshney 2011" --nulls 200
"""
ADD_HELP = """Add a connectome to the benchmark.

Examples:

    neuropil benchmark add "my fly" my_connectome/ --colors sign

    neuropil benchmark add "my fly, 5 synapses" my_connectome/ --min-synapses 5 --file flies.toml
"""


@app.command("species", help=SPECIES_HELP)
def species(
    out: Annotated[Path, typer.Option("--out", help="Folder for page, tables and figures.")] = Path(
        "benchmark"
    ),
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Your own datasets; species.toml of this folder by default."),
    ] = None,
    nulls: Annotated[
        int | None,
        typer.Option(
            "-n",
            "--nulls",
            "--samples",
            help="Graphs drawn per dataset and null; 1,000 by default.",
            min=2,
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="NAME", help="This dataset alone; may be given several times."
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="The same seed gives the same numbers.", min=0)
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume/--afresh", help="Keep what was drawn before with the same data and code."
        ),
    ] = True,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw figures.")] = True,
    jobs: Jobs = None,
    json: Json = False,
) -> None:
    """Run the species benchmark."""
    from ..species_benchmark import read_plan, run_benchmark
    from ..species_benchmark.declared import OWN_FILE

    own = file if file is not None else Path(OWN_FILE)
    plan = read_plan(own if file is not None or own.is_file() else None)
    settings = plan.settings
    if nulls is not None:
        settings = replace(settings, samples=nulls)
    if seed is not None:
        settings = replace(settings, seed=seed)
    plan = replace(plan, settings=settings).only(only or [])
    require_outside_connectomes(out / "report.html")
    if (few := samples_warning(settings.samples)) is not None:
        typer.echo(few, err=True)
    with stage_bar(width=56, time_left=True) as tell:
        result = run_benchmark(
            plan, out, afresh=not resume, n_jobs=jobs, figures=figures, progress=tell
        )
    if json:
        print_json(
            {
                "report": result.report,
                "tables": out / "tables",
                "datasets": [one.name for one in result.datasets],
                "skipped": {one.name: one.why for one in result.skipped},
                "unreadable": [one.name for one in result.skipped if one.failed],
                "drawn": result.drawn,
                "found": result.found,
            }
        )
        _leave(result)
        return
    for one in result.skipped:
        typer.echo(f"skipped: {one.name} ({one.why})", err=one.failed)
    typer.echo(
        f"{len(result.datasets)} connectomes, {len(result.numbers):,} numbers; "
        f"{result.drawn} cells drawn, {result.found} found from before"
    )
    typer.echo(f"report:  {result.report}")
    typer.echo(f"tables:  {out / 'tables'}")
    _leave(result)


def _leave(result: BenchmarkResult) -> None:
    """Exit with 1 where a dataset that is there could not be read; all others are done by now."""
    if any(one.failed for one in result.skipped):
        raise typer.Exit(1)


@app.command("add", help=ADD_HELP)
def add(
    name: Annotated[str, typer.Argument(help="What the benchmark calls it.")],
    connectome: Annotated[
        str, typer.Argument(help="A connectome folder or the name of a bundled dataset.")
    ],
    file: Annotated[Path, typer.Option("--file", help="File of your own datasets.")] = Path(
        "species.toml"
    ),
    edge_type: Annotated[
        str | None, typer.Option("--edge-type", help="Kind of connection; 'all' adds the kinds up.")
    ] = None,
    min_synapses: Annotated[
        int | None,
        typer.Option("--min-synapses", help="Keep pairs with at least so many synapses.", min=1),
    ] = None,
    where: Annotated[str | None, typer.Option("--where", help="SQL condition on nodes.")] = None,
    colors: Annotated[
        str | None, typer.Option("--colors", help="Column of nodes for colored triads, e.g. sign.")
    ] = None,
) -> None:
    """Add a dataset."""
    from ..species_benchmark import add_dataset

    plan = add_dataset(
        name,
        connectome,
        file,
        edge_type=edge_type,
        min_synapses=min_synapses,
        where=where,
        colors=colors,
    )
    typer.echo(f"wrote {file}: the benchmark has {len(plan.datasets)} datasets")
