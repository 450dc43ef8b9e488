"""``neuropil errors presets``: published error rates, with where they were published."""

from __future__ import annotations

from ...options import Json, Out
from ...output import console, print_json, print_table, records, write_table

HELP = """List the published error rates that --error-model takes by name.

Examples:

    neuropil errors presets

    neuropil errors presets --json
"""


def presets(json: Json = False, out: Out = None) -> None:
    """List the presets."""
    import connectome_analysis as ca

    table = ca.errors.presets()
    if out is not None:
        write_table(table, out)
    if json:
        print_json(records(table))
        return
    shown = table.drop(columns=["source", "uncertainty"]).rename(
        columns={
            "min_synapses": "synapses",
            "pre_completeness": "pre",
            "post_completeness": "post",
        }
    )
    shown["synapses"] = shown["synapses"].astype("Int64")
    print_table(shown, "Published error rates", {"alpha": ".5f", "beta": ".3f"})
    screen = console()
    screen.print(
        "alpha: share of unconnected pairs seen as connected. beta: share of connections missed. pre, "
        "post: share of sites attached. synapses: least number of a connection.",
        soft_wrap=True,
    )
    for source, rows in table.groupby("source", sort=False):
        screen.print(f"{', '.join(map(str, rows.index))}: {source}", soft_wrap=True, markup=False)
