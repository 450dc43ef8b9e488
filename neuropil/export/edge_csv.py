"""CSV: edges and nodes as text, ids as whole numbers, units in the headers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pacsv

from .plain_columns import plain_columns

if TYPE_CHECKING:
    from .selection import Selection


def write_csv(selection: Selection, folder: Path) -> None:
    """Write ``edges.csv`` and ``nodes.csv``.

    A header is the column's name; what has a unit that its name does not say has it in brackets, as
    ``weight [synapses]``. A missing value is an empty field, an empty text is ``""``.
    """
    from connectome_analysis.tables.catalogue import weight_units

    units = {"syn_count": "synapses", "weight": weight_units(selection.manifest, selection.kinds)}
    for name, rows in (("nodes", selection.nodes), ("edges", selection.edges)):
        columns = plain_columns(rows)
        headers = [
            f"{c.name} [{units[c.name]}]" if name == "edges" and units.get(c.name) else c.name
            for c in columns
        ]
        table = pa.table([c.values for c in columns], names=headers)
        options = pacsv.WriteOptions(quoting_style="needed")
        pacsv.write_csv(table, folder / f"{name}.csv", write_options=options)
