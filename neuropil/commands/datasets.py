"""``neuropil datasets``: the connectomes that come with the package, and public releases to fetch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..options import Json
from ..output import console, print_json, print_table, records

if TYPE_CHECKING:
    from ingest.downloads.registry import Release, RemoteFile

HELP = """List the bundled connectomes; `datasets list` adds what can be fetched, `datasets fetch` fetches it.

Examples:

    neuropil datasets

    neuropil datasets list

    neuropil datasets fetch flywire-783 --dry-run

    neuropil datasets fetch flywire-783 --to codex/ --ingest fly/
"""

app = typer.Typer(help=HELP, invoke_without_command=True, rich_markup_mode="markdown")


@app.callback()
def datasets(context: typer.Context, json: Json = False) -> None:
    """List the bundled connectomes."""
    if context.invoked_subcommand is not None:
        return
    import connectome_analysis as ca

    if json:
        print_json(records(ca.datasets.list()))
        return
    _print_bundled()
    console().print("Public releases that can be fetched: neuropil datasets list", soft_wrap=True)


@app.command("list")
def list_datasets(json: Json = False) -> None:
    """List the bundled connectomes, and the public releases that can be fetched."""
    import connectome_analysis as ca
    from ingest.downloads.registry import releases

    known = releases().values()
    if json:
        bundled = [{"kind": "bundled", **row} for row in records(ca.datasets.list())]
        print_json([*bundled, *({"kind": "release", **_described(one)} for one in known)])
        return
    _print_bundled()
    import pandas as pd

    rows = [
        {
            "name": one.name,
            "what": one.title,
            "species": one.species,
            "access": one.access,
            "bytes": _sizes(one),
        }
        for one in known
    ]
    print_table(pd.DataFrame(rows), "Public releases: neuropil datasets fetch NAME")


@app.command("fetch")
def fetch(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Which release.", show_default=False),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(help="The folder; by default one of the release's name.", show_default=False),
    ] = None,
    file: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A file, in place of those the reader needs; repeat.",
            show_default=False,
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every file of the release.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be fetched, and under which terms.")
    ] = False,
    accept_changed: Annotated[
        bool,
        typer.Option("--accept-changed", help="Take files that are not those that are known."),
    ] = False,
    ingest: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT", help="Then read them into the connectome OUT.", show_default=False
        ),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="An option of the reader; repeat.", show_default=False
        ),
    ] = None,
    _list: Annotated[bool, typer.Option("--list", help="Name the releases and leave.")] = False,
    json: Json = False,
) -> None:
    """Fetch a public release; run again it goes on where it stopped."""
    from ingest.downloads.registry import find_release, releases

    if _list:
        typer.echo("\n".join(releases()))
        return
    if name is None:
        msg = "say which release: neuropil datasets fetch NAME; see neuropil datasets list."
        raise ValueError(msg)
    release = find_release(name)
    wanted = release.choose(tuple(file or ()), everything=everything)
    if dry_run:
        _print_plan(release, wanted, to or Path(name), as_json=json)
        return
    _require_free(ingest)
    from ingest.downloads.fetch import fetch as fetch_release

    with _progress() as (told, say):
        fetched = fetch_release(
            release,
            to,
            files=tuple(file or ()),
            everything=everything,
            accept_changed=accept_changed,
            progress=told,
            say=say,
        )
    if ingest is not None:
        from ingest.command import read_into

        read_into(release.reader, fetched.source, ingest, option, release.options, as_json=json)
        for line in fetched.warnings:
            typer.echo(f"neuropil: {line}", err=True)
        return
    if json:
        print_json(
            {
                "release": release.name,
                "path": fetched.path,
                "files": [path.name for path in fetched.files],
                "downloaded": fetched.downloaded,
                "warnings": fetched.warnings,
                "terms": release.terms,
                "licence": release.licence,
            }
        )
        return
    typer.echo(f"{fetched.path}: {len(fetched.files)} files, {len(fetched.downloaded)} of them new")
    for line in fetched.warnings:
        typer.echo(f"! {line}")
    typer.echo(f"Licence: {release.licence}. {release.terms}")
    typer.echo(f"Next: neuropil ingest {release.reader} {fetched.source} OUT{_options(release)}")


def _print_bundled() -> None:
    import connectome_analysis as ca

    table = ca.datasets.list()
    shown = table[[name for name in table.columns if name not in {"citation", "licence"}]]
    print_table(shown, "Bundled connectomes; a name works wherever a path does")
    console().print("Licence and citation of each: neuropil info NAME", soft_wrap=True)


def _print_plan(release: Release, wanted: list[RemoteFile], to: Path, *, as_json: bool) -> None:
    if as_json:
        print_json({**_described(release), "files": [_described_file(one) for one in wanted]})
        return
    typer.echo(f"{release.name}: {release.title}")
    typer.echo(f"Licence: {release.licence}. {release.terms}")
    for text in release.citation:
        typer.echo(f"Cite: {text}")
    if release.note:
        typer.echo(f"Note: {release.note}")
    for number, step in enumerate(release.steps, start=1):
        typer.echo(f"{number}. {step}")
    for one in wanted:
        size = f"{one.bytes:>15,}" if one.bytes else f"{'?':>15}"
        there = " (there)" if (to / one.name).exists() else ""
        check = "sha256" if one.sha256 else "md5" if one.md5 else "no hash known"
        typer.echo(f"{size}  {one.name}{there}  {check}  {one.url}")
    others = [one.name for one in release.files if one not in wanted]
    if others:
        typer.echo(f"Not asked for: {', '.join(others)} (--file NAME, --all)")


def _require_free(out: Path | None) -> None:
    """Raise before an hour of fetching where the connectome could not be written after it."""
    if out is not None and out.expanduser().exists() and any(out.expanduser().iterdir()):
        msg = f"{out} exists and is not empty. Choose another name for the connectome (--ingest)."
        raise ValueError(msg)


def _described(release: Release) -> dict[str, Any]:
    return {
        "name": release.name,
        "title": release.title,
        "version": release.version,
        "species": release.species,
        "licence": release.licence,
        "terms": release.terms,
        "citation": release.citation,
        "doi": release.doi,
        "access": release.access,
        "steps": release.steps,
        "reader": release.reader,
        "known_bytes": release.known_bytes,
        "known_on": release.known_on,
    }


def _described_file(file: RemoteFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "url": file.url,
        "bytes": file.bytes,
        "hash": file.known_hash,
        "needed": file.needed,
        "note": file.note,
    }


def _sizes(release: Release) -> str:
    needed = [file for file in release.files if file.needed]
    if not needed:
        return ""
    more = " and more" if any(file.bytes is None for file in needed) else ""
    return f"{release.known_bytes:,}{more}" if release.known_bytes else "not known"


def _options(release: Release) -> str:
    return "".join(f" --option {name}={value}" for name, value in release.options.items())


@contextmanager
def _progress() -> Iterator[tuple[Callable[[str, int, int | None], None], Callable[[str], None]]]:
    """Bars on the error stream, one a file, and lines of what it waits for; only lines to a file."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    errors = Console(stderr=True, highlight=False)

    def say(line: str) -> None:
        errors.print(line, soft_wrap=True, markup=False)

    if not errors.is_terminal:
        yield (lambda _name, _done, _total: None), say
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors) as bars:
        tasks: dict[str, Any] = {}

        def told(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield told, say
