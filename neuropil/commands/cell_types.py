"""``neuropil cell-types``: types found from wiring, carried over to other neurons, and how sure each is.

The commands of the group stand in files of their own, ``cell_types_*.py``; here they get their names.
"""

from __future__ import annotations

import typer

from . import (
    cell_types_cluster,
    cell_types_evaluate,
    cell_types_predict,
    cell_types_seeded,
    cell_types_train,
)

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Cell types from wiring: found without labels, carried over from neurons that have one, and how "
    "sure each is.",
)
app.command("cluster", help=cell_types_cluster.HELP)(cell_types_cluster.cluster)
app.command("seeded", help=cell_types_seeded.HELP)(cell_types_seeded.seeded)
app.command("train", help=cell_types_train.HELP)(cell_types_train.train)
app.command("predict", help=cell_types_predict.HELP)(cell_types_predict.predict)
app.command("evaluate", help=cell_types_evaluate.HELP)(cell_types_evaluate.evaluate)
