"""``neuropil info``: what a connectome is, where it came from and how much of it there is."""

from __future__ import annotations

from ..options import Json, Name
from ..output import console, plain, print_json

HELP = """Say what a connectome is: source, licence, citation, meaning of weights, rows, thresholds.

Examples:

    neuropil info celegans-cook2019-hermaphrodite

    neuropil info my_connectome/ --json
"""


def info(connectome: Name, json: Json = False) -> None:
    """Say what a connectome is."""
    from rich.markup import escape
    from rich.table import Table

    import connectome_analysis as ca

    with ca.open(connectome) as opened:
        summary = opened.summary()
        views = opened.views.index[opened.views["there"]].tolist()
        if json:
            content = {str(name): value for name, value in summary.items()}
            print_json(content | {"notes": opened.manifest.notes, "views": views})
            return
        table = Table(show_header=False, box=None, pad_edge=False)
        table.add_column(style="bold")
        table.add_column(overflow="fold")
        for name, value in summary.items():
            text = f"{value:,}" if isinstance(value, int) else str(plain(value))
            table.add_row(str(name), escape(text))
        table.add_row("views (neuropil sql)", ", ".join(views))
        for note in opened.manifest.notes:
            table.add_row("note", escape(note))
        console().print(table)
