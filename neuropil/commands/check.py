"""``neuropil check``: is a connectome whole and does it keep the contract?"""

from __future__ import annotations

from pathlib import Path

import typer

from ..options import Json, Name
from ..output import print_json, progress

HELP = """Check a connectome: files, SHA-256, keys, references, types, ranges, sums.

Prints what is wrong in words, one line each. Exit code 0 where all is well, 1 where not.

Examples:

    neuropil check my_connectome/

    neuropil check celegans-white1986 --json
"""


def check(connectome: Name, json: Json = False) -> None:
    """Check a connectome."""
    import connectome_analysis as ca
    from connectome_analysis.tables import ContractError, check, read_manifest
    from connectome_analysis.tables.integrity import total_bytes

    bundled = not Path(connectome).expanduser().exists() and connectome in ca.datasets.names()
    folder = ca.datasets.path(connectome) if bundled else Path(connectome).expanduser()
    done = 0
    with progress("checking") as tell:
        try:
            size = total_bytes(read_manifest(folder))
        except (ContractError, OSError):
            size = 0  # `check` says what is wrong with it

        def read(count: int) -> None:
            nonlocal done
            done += count
            tell(done, size)

        problems = check(folder, bytes_read=read)
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
        manifest = read_manifest(folder)
        rows = ", ".join(f"{record.rows:,} {name}" for name, record in manifest.tables.items())
        typer.echo(f"ok: {manifest.name}: {rows}; files, hashes, keys and values as they must be.")
    if problems:
        raise typer.Exit(1)
