"""The command ``neuropil``: one line in, one answer out, and one clear line where it cannot be."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from . import __version__
from .commands import (
    benchmark,
    cell_types,
    check,
    compare,
    datasets,
    demo,
    errors,
    evaluate,
    export,
    find,
    info,
    ingest_em,
    motifs,
    plan,
    rich_club,
    segment,
    simulate_release,
    sql,
    train,
    validation,
    view,
)

app = typer.Typer(
    name="neuropil",
    help="From electron-microscopy voxels to error-aware circuit statistics, in tables anyone can "
    "query.\n\nWherever a CONNECTOME is asked for, give a folder or the name of a bundled dataset "
    "(`neuropil datasets`).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo", help=demo.HELP)(demo.demo)
app.add_typer(datasets.app, name="datasets")
app.command("info", help=info.HELP)(info.info)
app.command("sql", help=sql.HELP)(sql.sql)
app.command("motifs", help=motifs.HELP)(motifs.motifs)
app.command("export", help=export.HELP)(export.export)
app.command("find", help=find.HELP)(find.find)
app.command("compare", help=compare.HELP)(compare.compare)
app.add_typer(plan.app, name="plan")
app.command("rich-club", help=rich_club.HELP)(rich_club.rich_club)
app.command("report", help=demo.REPORT_HELP)(demo.report)
app.command("check", help=check.HELP)(check.check)
app.command("validation", help=validation.HELP)(validation.validation)
app.command("segment", help=segment.HELP)(segment.segment)
app.command("train", help=train.HELP)(train.train)
app.command("evaluate", help=evaluate.HELP)(evaluate.evaluate)
app.command("view", help=view.HELP)(view.view)
app.command("simulate-release", help=simulate_release.HELP)(simulate_release.simulate_release)
app.add_typer(errors.app, name="errors")
app.add_typer(benchmark.app, name="benchmark")
app.add_typer(cell_types.app, name="cell-types")


def _mount_ingest() -> None:
    from ingest.command import app as ingest_app

    # That of the command line also fits the error model and writes the report, for which ingest
    # would have to know the analysis.
    ingest_app.registered_commands = [c for c in ingest_app.registered_commands if c.name != "em"]
    ingest_app.command("em", help=ingest_em.HELP)(ingest_em.ingest_em)
    app.add_typer(ingest_app, name="ingest")


_mount_ingest()


@app.callback()
def _root(
    _: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and stop.", callback=lambda on: _version(on=on)
        ),
    ] = False,
) -> None:
    pass


def _version(*, on: bool) -> None:
    if on:
        typer.echo(f"neuropil {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line; a user's mistake ends in one line on stderr and exit code 1."""
    try:
        app()
    except KeyboardInterrupt:
        typer.echo("neuropil: stopped.", err=True)
        sys.exit(130)
    except OSError as error:
        _fail(ValueError(f"{error.filename}: {error.strerror}.") if error.filename else error)
    except (ValueError, ImportError, MemoryError) as error:
        _fail(error)
    except Exception as error:
        # Errors of DuckDB and Arrow are the user's too: SQL that does not parse or names no column. The
        # library is imported by then, or the error would not be its own.
        if type(error).__module__.split(".")[0] not in {"duckdb", "_duckdb", "pyarrow"}:
            raise
        _fail(error)


def _fail(error: BaseException) -> None:
    text = str(error).strip() or type(error).__name__
    # DuckDB marks the place in the query on lines of its own; they are worth keeping.
    first, *more = text.splitlines()
    typer.echo(
        "\n".join([f"neuropil: {first}", *(line for line in more if line.strip())]), err=True
    )
    sys.exit(1)
