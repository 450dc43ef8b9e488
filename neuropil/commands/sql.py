"""``neuropil sql``: a question in SQL, read-only."""

from __future__ import annotations

import json as json_text
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from ..leaving import AllowRestricted, require_leave, tell_terms, write_source
from ..options import Json, Name
from ..output import plain, print_json, print_table, records
from ..whole_file import whole_file

if TYPE_CHECKING:
    import pyarrow as pa

    import connectome_analysis as ca

HELP = """Ask a question in DuckDB SQL over the tables nodes, edges, synapses, ...

Views make common questions one line: typed_edges, partners, degrees, type_matrix and more; --schema lists
them with every column. The query may only SELECT and sees nothing but this connectome and the tables that
come --with it.

Examples:

    neuropil sql celegans-cook2019-hermaphrodite "SELECT cell_type, count(*) FROM nodes GROUP BY 1"

    neuropil sql celegans-white1986 --schema

    neuropil sql fly-mushroom-body-right "SELECT * FROM typed_edges ORDER BY weight DESC" --rows 10

    neuropil sql my_connectome/ - --out answer.parquet < question.sql

    neuropil sql my_connectome/ --with communities=communities.parquet
    "SELECT community, count(*) FROM communities GROUP BY 1"
"""
_KINDS = (".csv", ".parquet", ".json")


def sql(
    connectome: Name,
    query: Annotated[
        str | None,
        typer.Argument(help="One SELECT, or - to read it from standard input.", show_default=False),
    ] = None,
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME=FILE",
            help="Join a .parquet or .csv file under this name; may be given several times.",
        ),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="List tables, views and columns instead.")
    ] = False,
    rows: Annotated[
        int, typer.Option("--rows", help="Rows to print at most; 0 for all.", min=0)
    ] = 50,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, all rows.")] = False,
    json: Json = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write all rows to this .csv, .parquet or .json file."),
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
    allow_restricted: AllowRestricted = False,
) -> None:
    """Ask a question in SQL."""
    import connectome_analysis as ca

    if csv and json:
        msg = "--csv and --json are two answers; ask for one."
        raise ValueError(msg)
    if (query is None) != schema:
        msg = "Ask one thing: a query (a SELECT, or - for standard input), or --schema."
        raise ValueError(msg)
    text = sys.stdin.read() if query == "-" else query
    with ca.open(
        connectome, memory_limit=memory_limit, threads=threads, file_access=file_access
    ) as opened:
        if out is not None or csv or file_access or (json and not schema):
            require_leave(opened.manifest, allow_restricted=allow_restricted)
        for given in with_ or []:
            register_given(opened, given)
        if text is None:
            _print_schema(opened, json=json)
            return
        relation = opened.sql(text)
        if out is not None:
            _write(relation, out, opened, text)
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


def register_given(opened: ca.Connectome, given: str) -> str:
    """Register what ``NAME=FILE`` says, and give the name."""
    name, equals, file = given.partition("=")
    if not equals or not name.strip() or not file.strip():
        msg = f"--with must be NAME=FILE, for instance communities=c.parquet, got {given!r}."
        raise ValueError(msg)
    opened.register(name.strip(), Path(file.strip()))
    return name.strip()


def _print_schema(opened: ca.Connectome, *, json: bool) -> None:
    table = opened.catalogue
    views = opened.views
    lacking = views[~views["there"]]
    if json:
        print_json({"columns": records(table), "views": records(views)})
        return
    for (kind, name), columns in table.groupby(["kind", "table"], sort=False):
        what = f": {views.at[str(name), 'rows']!s}" if kind == "view" else ""
        print_table(columns[["column", "type", "unit", "meaning"]], f"{kind} {name}{what}")
    for name, lacks in lacking["lacks"].items():
        typer.echo(f"no view {name}: {lacks}")


def _write(relation: object, out: Path, opened: ca.Connectome, query: str) -> None:
    import pyarrow as pa
    import pyarrow.csv as pacsv
    import pyarrow.parquet as pq

    from connectome_analysis.tables.derived import labelled

    kind = out.suffix.lower()
    if kind not in _KINDS:
        msg = f"{out} must end in .csv, .parquet or .json, got {kind or 'no suffix'}."
        raise ValueError(msg)
    reader: pa.RecordBatchReader = relation.to_arrow_reader(1 << 17)  # type: ignore[attr-defined]
    made_by = f"neuropil sql: {' '.join(query.split())}"
    schema = labelled(reader.schema, opened.manifest, name=out.stem, made_by=made_by)
    count = 0
    with whole_file(out) as part:
        try:
            writer: Any
            if kind == ".csv":
                writer = pacsv.CSVWriter(part, reader.schema)
            elif kind == ".json":
                writer = _JsonWriter(part)
            else:
                writer = pq.ParquetWriter(
                    part, schema, compression="zstd", write_page_checksum=True
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
        if kind != ".parquet":  # which has it inside
            write_source(out, opened.manifest, made_by)
    typer.echo(f"wrote {out}: {count:,} rows", err=True)
    tell_terms(opened.manifest)


class _JsonWriter:
    """One JSON array of objects, a line each, written as the rows come."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._before = "[\n"

    def __enter__(self) -> Self:
        return self

    def write_batch(self, batch: pa.RecordBatch) -> None:
        for row in batch.to_pylist():
            self._file.write(self._before + json_text.dumps(plain(row), ensure_ascii=False))
            self._before = ",\n"

    def __exit__(self, *_: object) -> None:
        self._file.write("[]\n" if self._before == "[\n" else "\n]\n")
        self._file.close()


def _csv(relation: object, stream: object) -> None:
    import pyarrow.csv as pacsv

    reader: pa.RecordBatchReader = relation.to_arrow_reader(1 << 17)  # type: ignore[attr-defined]
    try:
        with pacsv.CSVWriter(stream.buffer, reader.schema) as writer:  # type: ignore[attr-defined]
            for batch in reader:
                writer.write_batch(batch)
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
