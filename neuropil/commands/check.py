"""``neuropil check``: is a connectome whole and does it keep the contract?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import Json, Name
from ..output import print_json, progress

HELP = """Check a connectome: files, SHA-256, keys, references, types, ranges, sums.

A table that was computed from it and saved (`neuropil sql --with`) is checked along: is it whole, is it of
this connectome, are its ids neurons.

Prints what is wrong in words, one line each. Exit code 0 where all is well, 1 where not.

Examples:

    neuropil check my_connectome/

    neuropil check celegans-white1986 --json

    neuropil check my_connectome/ --with communities=communities.parquet
"""

if TYPE_CHECKING:
    from connectome_analysis.tables import Manifest, Problem
    from connectome_analysis.tables.object_store import StoredFolder


def check(
    connectome: Name,
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME=FILE",
            help="Check a saved table along; may be given several times.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Check a connectome."""
    import connectome_analysis as ca
    from connectome_analysis.tables import ContractError, check
    from connectome_analysis.tables.integrity import total_bytes
    from connectome_analysis.tables.object_store import StoredFolder, is_url

    folder: Path | StoredFolder
    if is_url(connectome):
        folder = StoredFolder(connectome)
    elif not Path(connectome).expanduser().exists() and connectome in ca.datasets.names():
        folder = ca.datasets.path(connectome)
    else:
        folder = Path(connectome).expanduser()
    done = 0
    with progress("checking") as tell:
        try:
            size = total_bytes(_manifest(folder))
        except (ContractError, OSError):
            size = 0  # `check` says what is wrong with it

        def read(count: int) -> None:
            nonlocal done
            done += count
            tell(done, size)

        problems = check(folder, bytes_read=read)
    belonging: list[str] = []
    if with_ and not problems:
        belonging, problems = _saved_tables(connectome, with_)
    if json:
        print_json(
            {
                "path": str(folder),
                "ok": not problems,
                "problems": [
                    {"table": p.table, "rule": p.rule, "rows": p.rows, "message": p.message}
                    for p in problems
                ],
            }
        )
    elif problems:
        for problem in problems:
            typer.echo(str(problem))
        typer.echo(f"{len(problems)} problem{'s' * (len(problems) > 1)} in {folder}.", err=True)
    else:
        manifest = _manifest(folder)
        rows = ", ".join(f"{record.rows:,} {name}" for name, record in manifest.tables.items())
        typer.echo(f"ok: {manifest.name}: {rows}; files, hashes, keys and values as they must be.")
        for line in belonging:
            typer.echo(line)
    if problems:
        raise typer.Exit(1)


def _manifest(folder: Path | StoredFolder) -> Manifest:
    from connectome_analysis.tables.manifest import parse_manifest, read_manifest

    if isinstance(folder, Path):
        return read_manifest(folder)
    return parse_manifest(folder.manifest_bytes(), str(folder))


def _saved_tables(connectome: str, given: list[str]) -> tuple[list[str], list[Problem]]:
    """Which saved tables belong to a connectome, and what is wrong with the others."""
    import connectome_analysis as ca
    from connectome_analysis.tables import ContractError, Problem

    from .sql import register_given

    belonging, problems = [], []
    with ca.open(connectome, verify=False) as opened:
        for one in given:
            try:
                name = register_given(opened, one)
            except ContractError as error:
                problems.append(
                    Problem(table=one.partition("=")[0], rule="saved table", message=str(error))
                )
            else:
                rows = opened.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0]
                belonging.append(f"ok: {name} belongs to it: {rows:,} rows.")
    return belonging, problems
