"""``neuropil simulate-release``: synthetic files in the format of a public release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..options import Json
from ..output import json_asked, print_json

HELP = """Write synthetic files in the format of a public release, to try a reader without a download.

FORMAT is one of those that `neuropil simulate-release --list` names. Nothing in the files was measured; they
say so in README.txt. Ids of 18 digits, gaps, rows per neuropil, self-loops and the other habits of the real
files are in them.

Examples:

    neuropil simulate-release flywire-783 codex/ --neurons 1000 --connections 20000

    neuropil ingest flywire codex/ fly/
"""


def _list_and_leave(value: bool) -> None:
    if value:
        from ingest.simulated_releases import WRITERS

        if json_asked():
            print_json(list(WRITERS))
            raise typer.Exit
        typer.echo("\n".join(WRITERS))
        raise typer.Exit


def simulate_release(
    format: Annotated[str, typer.Argument(help="Which release.", show_default=False)],
    out: Annotated[Path, typer.Argument(help="The folder to make.", show_default=False)],
    neurons: Annotated[int, typer.Option("--neurons", help="How many neurons.")] = 1_000,
    connections: Annotated[
        int, typer.Option("--connections", help="How many ordered pairs are connected.")
    ] = 10_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same values.")] = 0,
    json: Json = False,
    _list: Annotated[
        bool,
        typer.Option(
            "--list", is_eager=True, callback=_list_and_leave, help="Name the releases and leave."
        ),
    ] = False,
) -> None:
    """Write a synthetic release."""
    from ingest.simulated_releases import simulate_release as simulate

    folder = simulate(format, out, n_neurons=neurons, n_connections=connections, seed=seed)
    files = sorted(
        (str(path.relative_to(folder)), path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file()
    )
    if json:
        print_json({"path": folder, "synthetic": True, "bytes": dict(files)})
        return
    typer.echo(f"{folder}: synthetic, nothing was measured")
    for name, size in files:
        typer.echo(f"{size:>15,}  {name}")
