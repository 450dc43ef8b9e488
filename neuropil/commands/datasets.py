"""``neuropil datasets``: the connectomes that come with the package."""

from __future__ import annotations

from ..options import Json
from ..output import console, print_json, print_table, records

HELP = """List the bundled connectomes.

Examples:

    neuropil datasets

    neuropil datasets --json
"""


def datasets(json: Json = False) -> None:
    """List the bundled connectomes."""
    import connectome_analysis as ca

    table = ca.datasets.list()
    if json:
        print_json(records(table))
        return
    shown = table[[name for name in table.columns if name not in {"citation", "licence"}]]
    print_table(shown, "Bundled connectomes; a name works wherever a path does")
    console().print("Licence and citation of each: neuropil info NAME", soft_wrap=True)
