"""CSV files of simulated releases: written in one go from columns, the same bytes every time."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv


def write_csv(
    path: Path, columns: Mapping[str, Any], *, header: bool = True, delimiter: str = ","
) -> None:
    """Write columns as CSV, compressed where the name ends in ``.gz``.

    Parameters
    ----------
    path : Path
    columns : mapping of str to array
        Equally long. None and NaN become empty fields.
    header : bool
        Whether the first line names the columns.
    delimiter : str
    """
    table = pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()})
    options = pacsv.WriteOptions(
        include_header=False,
        delimiter=delimiter,
        quoting_style="needed" if _needs_quotes(table, delimiter) else "none",
        batch_size=1 << 16,
    )
    names = delimiter.join(columns) + "\n"
    with path.open("wb") as raw:
        if path.suffix != ".gz":
            raw.write(names.encode() if header else b"")
            pacsv.write_csv(table, raw, options)
            return
        # Without a time and a name in it, and at the level that 15 million rows take 10 s for.
        with gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as packed:
            packed.write(names.encode() if header else b"")
            pacsv.write_csv(table, packed, options)


def _needs_quotes(table: pa.Table, delimiter: str) -> bool:
    import pyarrow.compute as pc

    special = f'[{delimiter}"\\n]'
    return any(
        pc.any(pc.match_substring_regex(column, special)).as_py()
        for column in table.columns
        if pa.types.is_string(column.type)
    )
