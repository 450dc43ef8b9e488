"""Output: tables for people and JSON for scripts, files written whole, progress on stderr."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from .leaving import tell_terms, write_source
from .whole_file import whole_file

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure, SubFigure
    from rich.console import Console

    from connectome_analysis.tables import Manifest


def console() -> Console:
    """Console for answers; as wide as it needs to be where it is not a terminal."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=200)


def json_asked() -> bool:
    """Whether ``--json`` stands on the command line, for options that are answered before it is read."""
    return "--json" in sys.argv[1:]


def print_json(content: Any) -> None:
    """Print JSON on one document; NaN becomes null, because JSON has none."""
    typer.echo(json.dumps(plain(content), indent=2, ensure_ascii=False))


def plain(value: Any) -> Any:
    """Turn numpy, pandas and path values into what JSON knows."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Decimal):  # sums of whole numbers in SQL
        return int(value) if value == value.to_integral_value() else float(value)
    if type(value).__name__ in {"NAType", "NaTType"}:
        return None
    return str(value)


# What a test finds below what a float can hold.
_LEAST_P = "< 1e-300"


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table, its index first, as plain values."""
    rows = table.reset_index() if table.index.name is not None else table
    return [
        {str(name): plain(value) for name, value in zip(rows.columns, row, strict=True)}
        for row in rows.astype(object).itertuples(index=False, name=None)
    ]


def print_table(
    table: pd.DataFrame,
    title: str,
    formats: Mapping[str, str] | None = None,
    *,
    every_digit: bool = False,
) -> None:
    """Print a table for people; numbers stand right, missing values are empty.

    Columns that the screen has no room for make room in the middle; a few such rows stand one under
    the other.
    """
    from rich.markup import render
    from rich.table import Table

    from .wide_table import MOST_ROWS_AS_RECORDS, columns_that_fit, least_width

    rows = table.reset_index() if table.index.name is not None else table
    names = [str(name) for name in rows.columns]
    numeric = [kind.kind in "iuf" for kind in rows.dtypes]
    cells = [
        [
            _LEAST_P
            if _of_p(name) and isinstance(value, float) and value == 0
            else cell(value, (formats or {}).get(name), every_digit=every_digit)
            for name, value in zip(names, row, strict=True)
        ]
        for row in rows.astype(object).itertuples(index=False, name=None)
    ]
    least = [
        least_width(name, [render(row[i]).plain for row in cells], numeric=numeric[i])
        for i, name in enumerate(names)
    ]
    screen = console()
    left, right = columns_that_fit(least, screen.width)
    screen.print(title, style="bold", markup=False, soft_wrap=True)
    if left < len(names) and 0 < len(cells) <= MOST_ROWS_AS_RECORDS:
        for number, row in enumerate(cells, start=1):
            record = Table(header_style="bold", show_header=True)
            record.add_column(f"row {number}", no_wrap=True)
            record.add_column("", overflow="fold")
            for name, text in zip(names, row, strict=True):
                record.add_row(name, text)
            screen.print(record)
        return
    shown = Table(header_style="bold")
    places = [*range(left), *range(len(names) - right, len(names))]
    dots = left if left < len(names) else None
    for at, i in enumerate(places):
        if at == dots:
            shown.add_column("…")
        shown.add_column(
            names[i],
            justify="right" if numeric[i] else "left",
            overflow="fold",
            min_width=least[i] if dots is not None else None,
        )
    if dots == len(places):
        shown.add_column("…")
    for row in cells:
        texts = [row[i] for i in places]
        shown.add_row(*(texts if dots is None else [*texts[:dots], "…", *texts[dots:]]))
    screen.print(shown)
    if dots is not None:
        hidden = names[left : len(names) - right]
        which = hidden[0] if len(hidden) == 1 else f"{hidden[0]} to {hidden[-1]}"
        screen.print(
            f"not shown for want of room: {len(hidden)} of {len(names)} columns, {which}; --json "
            "prints all",
            markup=False,
            soft_wrap=True,
        )


def _of_p(column: str) -> bool:
    return column.startswith("p_") or column.endswith(("p_value", "q_value"))


def cell(value: Any, format_: str | None = None, *, every_digit: bool = False) -> str:
    """One value for people: whole numbers whole, others with four digits or with all of them."""
    from rich.markup import escape

    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if format_ is not None and isinstance(value, (int, float)):
        return format(value, format_)
    if isinstance(value, float):
        return repr(value) if every_digit else format(value, ".4g")
    return escape(str(value))


def write_rows(
    table: pd.DataFrame, path: Path, manifest: Manifest, *, made_by: str, ids: list[str]
) -> None:
    """Write rows about single neurons as `write_table` does, with their source and terms.

    A Parquet file says in itself which connectome it is of, so that ``neuropil sql --with`` takes it; a
    CSV file has ``FILE.source.json`` beside it.
    """
    if path.suffix.lower() == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        from connectome_analysis.tables.derived import labelled

        rows = pa.Table.from_pandas(table, preserve_index=table.index.name is not None)
        schema = labelled(rows.schema, manifest, name=path.stem, ids=ids, made_by=made_by)
        with whole_file(path) as part:
            pq.write_table(
                rows.replace_schema_metadata(schema.metadata),
                part,
                compression="zstd",
                write_page_checksum=True,
            )
        typer.echo(f"wrote {path}", err=True)
    else:
        write_table(table, path)
        write_source(path, manifest, made_by)
    tell_terms(manifest)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV or Parquet, whole or not at all."""
    kind = path.suffix.lower()
    if kind not in {".csv", ".parquet"}:
        msg = f"{path} must end in .csv or .parquet, got {kind or 'no suffix'}."
        raise ValueError(msg)
    with whole_file(path) as part:
        if kind == ".csv":
            table.to_csv(part, index=table.index.name is not None)
        else:
            table.to_parquet(part, index=table.index.name is not None)
    typer.echo(f"wrote {path}", err=True)


def write_figure(figure: Figure | SubFigure, path: Path) -> None:
    """Write a figure, whole or not at all."""
    kind = path.suffix.lower()
    if kind not in {".png", ".svg", ".pdf"}:
        msg = f"{path} must end in .png, .svg or .pdf, got {kind or 'no suffix'}."
        raise ValueError(msg)
    root = figure.figure  # of a sub-figure, the whole one; of a figure, itself
    with whole_file(path) as part:
        root.savefig(part, format=kind[1:], dpi=200)
    typer.echo(f"wrote {path}", err=True)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar with the time left on stderr, where stderr is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    screen = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Left())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tell


@contextmanager
def stage_bar(*, width: int, time_left: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Show what is being done and how much of it on stderr; a line to each stage where that is no terminal.

    width : characters kept for the name of a stage
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    screen = Console(stderr=True)
    columns: list[ProgressColumn] = [
        TextColumn(f"{{task.description:<{width}}}"),
        BarColumn(),
        TimeElapsedColumn(),
        *([TimeRemainingColumn()] if time_left else []),
    ]
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("opening", total=None)
        said = ""

        def tell(what: str, done: int, total: int) -> None:
            nonlocal said
            bar.update(task, description=what, completed=done, total=total or None)
            if what != said and not screen.is_terminal:
                screen.print(what, highlight=False)
            said = what

        yield tell
