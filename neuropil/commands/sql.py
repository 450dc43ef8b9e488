"""``neuropil sql``: a question in SQL, read-only."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..options import Json, Name
from ..output import print_json, print_table, records
from ..whole_file import whole_file

HELP = """Ask a question in DuckDB SQL over the tables nodes, edges, synapses, ...

The query may only SELECT and sees nothing but this connectome.

Examples:

    neuropil sql celegans-cook2019-hermaphrodite "SELECT cell_type, count(*) FROM nodes GROUP BY 1"

    neuropil sql fly-mushroom-body-right "SELECT * FROM edges ORDER BY weight DESC" --rows 10

    neuropil sql my_connectome/ - --out answer.parquet < question.sql
"""


def sql(
    connectome: Name,
    query: Annotated[str, typer.Argument(help="One SELECT, or - to read it from standard input.")],
    rows: Annotated[
        int, typer.Option("--rows", help="Rows to print at most; 0 for all.", min=0)
    ] = 50,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, all rows.")] = False,
    json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write all rows to this .csv or .parquet file.")
    ] = None,
    memory_limit: Annotated[
        str | None,
        typer.Option("--memory-limit", help="Memory before spilling to disk, e.g. 4GB."),
    ] = None,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads.", min=1)] = None,
    file_access: Annotated[
        bool,
        typer.Option("--file-access", help="Let SQL read and write other files (COPY, ATTACH)."),
    ] = False,
) -> None:
    """Ask a question in SQL."""
    import connectome_analysis as ca

    if csv and json:
        msg = "--csv and --json are two answers; ask for one."
        raise ValueError(msg)
    text = sys.stdin.read() if query == "-" else query
    with ca.open(
        connectome, memory_limit=memory_limit, threads=threads, file_access=file_access
    ) as opened:
        relation = opened.sql(text)
        if out is not None:
            _write(relation, out)
        elif csv:
            _csv(relation, sys.stdout)
        elif json:
            print_json(records(relation.df()))
        else:
            # One row more than is shown says whether there are more, without fetching them all.
            table = (relation.limit(rows + 1) if rows else relation).df()
            more = rows and len(table) > rows
            counted = f"first {rows:,} rows; --rows 0 shows all" if more else f"{len(table):,} rows"
            shown = table[:rows] if rows else table
            print_table(shown, f"{opened.name}: {counted}", every_digit=True)


def _write(relation: object, out: Path) -> None:
    import pyarrow as pa
    import pyarrow.csv as pacsv
    import pyarrow.parquet as pq

    kind = out.suffix.lower()
    if kind not in {".csv", ".parquet"}:
        msg = f"{out} must end in .csv or .parquet, got {kind or 'no suffix'}."
        raise ValueError(msg)
    reader: pa.RecordBatchReader = relation.to_arrow_reader(1 << 17)  # type: ignore[attr-defined]
    count = 0
    with whole_file(out) as part:
        try:
            writer = (
                pacsv.CSVWriter(part, reader.schema)
                if kind == ".csv"
                else pq.ParquetWriter(part, reader.schema, compression="zstd")
            )
        except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
            types = ", ".join(f"{field.name} {field.type}" for field in reader.schema)
            first = str(error).splitlines()[0].rstrip(".")
            msg = f"A {kind} file cannot hold these columns ({types}): {first}. Cast them in SQL."
            raise ValueError(msg) from None
        with writer:
            for batch in reader:
                writer.write_batch(batch)
                count += batch.num_rows
    typer.echo(f"wrote {out}: {count:,} rows", err=True)


def _csv(relation: object, stream: object) -> None:
    import pyarrow as pa
    import pyarrow.csv as pacsv

    reader: pa.RecordBatchReader = relation.to_arrow_reader(1 << 17)  # type: ignore[attr-defined]
    try:
        with pacsv.CSVWriter(stream.buffer, reader.schema) as writer:  # type: ignore[attr-defined]
            for batch in reader:
                writer.write_batch(batch)
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
