"""Read rows: a table in any of the ordinary formats, as a view whose values are still as they came."""

from __future__ import annotations

import math
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .column_mapping import names_columns
from .prepared_rows import PreparedRows
from .safe_files import require_sane_zip
from .source_rows import SourceRows, listed
from .text_files import SUFFIXES, bare_suffix, column_names, open_text_file
from .workspace import Workspace, literal, quoted

if TYPE_CHECKING:
    import pandas as pd

Source: TypeAlias = "str | Path | pd.DataFrame | pa.Table | PreparedRows"

PARQUET = frozenset({".parquet", ".pq"})
FEATHER = frozenset({".feather", ".arrow", ".ipc"})
EXCEL = frozenset({".xlsx", ".xlsm"})
_LARGEST_EXACT = 2**53


def open_rows(
    workspace: Workspace,
    view: str,
    source: Source,
    *,
    delimiter: str | None = None,
    header: bool | None = None,
    names: Sequence[str] | None = None,
    sheet: str | None = None,
    label: str | None = None,
) -> SourceRows:
    """Open a table as a view of the workspace.

    Parameters
    ----------
    workspace : Workspace
    view : str
        Name of the view to make.
    source : path, DataFrame, pyarrow.Table or PreparedRows
        CSV, TSV or space-separated text (also ``.gz``, ``.zst``), Parquet (a file or a folder of
        them), Feather, or an Excel workbook; the suffix decides.
    delimiter, header, names
        Of text; see `read_dialect`.
    sheet : str, optional
        Of a workbook; it may be left out where there is only one.
    label : str, optional
        What a table handed over in memory is called in messages.

    Raises
    ------
    ContractError
        Where the file is missing, of unknown format or unreadable.
    """
    if isinstance(source, PreparedRows):
        return source.make(workspace, view)
    if not isinstance(source, (str, Path)):
        name = label or f"{view.removesuffix('_source')} (in memory)"
        return _open_in_memory(workspace, view, source, name)
    path = Path(source).expanduser()
    suffix = bare_suffix(path)
    if not path.exists():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    if path.is_dir() or suffix in PARQUET:
        return _open_parquet(workspace, view, path)
    if suffix in FEATHER:
        return _open_feather(workspace, view, path)
    if suffix in EXCEL:
        return _open_sheet(workspace, view, path, sheet, header)
    if suffix in SUFFIXES or suffix == "":
        return open_text_file(
            workspace, view, path, delimiter=delimiter, header=header, names=names
        )
    msg = (
        f"{path.name}: {suffix} is not a format of rows this reader knows. Give CSV, TSV, Parquet, "
        "Feather or .xlsx."
    )
    raise ContractError(msg)


def read_sheet(path: Path, sheet: str | None) -> tuple[str, list[list[str | None]]]:
    """Read a worksheet as text.

    A number in a worksheet is a float64, whatever digits the file holds: one beyond 2**53 comes
    out as ``7.2e+17``, which no id column takes.

    Returns
    -------
    sheet : str
        The sheet's name.
    rows : list of list of str or None
        Without empty rows at the end; all rows equally long.
    """
    try:
        import openpyxl  # type: ignore[import-untyped]
        from openpyxl.utils.exceptions import (  # type: ignore[import-untyped]
            InvalidFileException,
        )
    except ImportError:
        msg = 'Reading Excel needs openpyxl: pip install "neuropil[excel]".'
        raise ContractError(msg) from None
    # Of a damaged one every layer complains in its own words: zip, XML, and openpyxl's own.
    damaged = (
        OSError,
        LookupError,
        TypeError,
        AttributeError,
        EOFError,
        SyntaxError,
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        InvalidFileException,
    )
    require_sane_zip(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations it does not keep
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except damaged as error:
        raise _unreadable_workbook(path, error) from None
    try:
        name = _choose_sheet(path, list(book.sheetnames), sheet)
        rows = [
            [_cell_text(cell) for cell in row] for row in book[name].iter_rows(values_only=True)
        ]
    except ContractError:
        raise
    except damaged as error:
        raise _unreadable_workbook(path, error) from None
    finally:
        book.close()
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((_filled(row) for row in rows), default=0)
    if not width:
        msg = f"{path.name}: sheet {name!r} is empty."
        raise ContractError(msg)
    return name, [(row + [None] * width)[:width] for row in rows]


def _unreadable_workbook(path: Path, error: BaseException) -> ContractError:
    said = (str(error).splitlines() or [type(error).__name__])[0][:120].rstrip(".")
    return ContractError(f"{path.name} is not a readable Excel workbook ({said}).")


def feather_rows(path: Path) -> Any:
    """Open a Feather file: version 2 as a dataset that streams, version 1 as a table."""
    import pyarrow.dataset as pads
    import pyarrow.feather as paf

    try:
        return pads.dataset(str(path), format="feather")
    except (pa.ArrowException, OSError):
        pass
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that version 1 is old
            return paf.read_table(str(path))
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0].rstrip(".")
        msg = f"{path.name} is not a readable Feather file ({first})."
        raise ContractError(msg) from None


def as_text_view(
    workspace: Workspace,
    view: str,
    columns: dict[str, Iterable[str | None]],
    **described: Any,
) -> SourceRows:
    """Register columns of text as a view."""
    table = pa.table({name: pa.array(list(cells), pa.string()) for name, cells in columns.items()})
    workspace.connection.register(view, table)
    return SourceRows(view=view, columns=dict.fromkeys(table.column_names, "VARCHAR"), **described)


def _open_in_memory(
    workspace: Workspace, view: str, source: pd.DataFrame | pa.Table, label: str
) -> SourceRows:
    if isinstance(source, pa.Table):
        table = source
    else:
        try:
            table = pa.Table.from_pandas(source, preserve_index=False)
        except (pa.ArrowException, AttributeError, TypeError, ValueError) as error:
            first = str(error).splitlines()[0].rstrip(".")
            msg = f"{label}: the rows cannot be read as a table: {first}."
            raise ContractError(msg) from None
    column_names(label, table.column_names)
    table = _decoded(table)
    workspace.connection.register(view, table)
    return SourceRows(view=view, columns=workspace.columns(view), label=label)


def _open_parquet(workspace: Workspace, view: str, path: Path) -> SourceRows:
    files = f"{path}/**/*.parquet" if path.is_dir() else str(path)
    if path.is_dir() and not any(path.rglob("*.parquet")):
        msg = f"{path} is a folder without Parquet files."
        raise ContractError(msg)
    workspace.run(f"CREATE VIEW {quoted(view)} AS SELECT * FROM read_parquet({literal(files)})")
    return SourceRows(
        view=view, columns=workspace.columns(view), label=path.name, path=path, stored=True
    )


def _open_feather(workspace: Workspace, view: str, path: Path) -> SourceRows:
    rows = feather_rows(path)
    if isinstance(rows, pa.Table):
        rows = _decoded(rows)
    # Gigabytes of it stay where they are: DuckDB reads the columns it needs, categories as well.
    workspace.connection.register(view, rows)
    return SourceRows(
        view=view,
        columns=workspace.columns(view),
        label=path.name,
        path=path,
        stored=True,
        arrow=None if isinstance(rows, pa.Table) else rows,
    )


def _decoded(table: pa.Table) -> pa.Table:
    """Categories as their values: two batches need not number them alike."""
    for index, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(
                index, field.name, table.column(index).cast(field.type.value_type)
            )
    return table


def _open_sheet(
    workspace: Workspace, view: str, path: Path, sheet: str | None, header: bool | None
) -> SourceRows:
    name, rows = read_sheet(path, sheet)
    if header is None:
        words = [cell or "" for cell in rows[0]]
        header = names_columns(words) or not any(_is_number(cell) for cell in words)
    first = [(cell or "").strip() for cell in rows[0]] if header else [""] * len(rows[0])
    names = column_names(f"{path.name}, sheet {name!r}", first)
    workspace.account.decide(
        f"{path.name}: sheet {name!r}, "
        + ("first row names the columns" if header else "no header row")
    )
    body = [row for row in rows[int(header) :] if any(cell is not None for cell in row)]
    cells = list(zip(*body, strict=True)) or [()] * len(names)
    return as_text_view(
        workspace,
        view,
        dict(zip(names, cells, strict=True)),
        label=path.name,
        path=path,
        headed=header,
        excel=True,
    )


def _choose_sheet(path: Path, sheets: list[str], asked: str | None) -> str:
    if asked is not None and asked not in sheets:
        msg = f"{path.name} has no sheet {asked!r}; it has {listed(sheets)}."
        raise ContractError(msg)
    if asked is None and len(sheets) > 1:
        msg = f"{path.name} has several sheets; say which: sheet=... (--sheet), {listed(sheets)}."
        raise ContractError(msg)
    return asked or sheets[0]


def _cell_text(cell: object) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        number = float(cell)
        if math.isfinite(number) and number.is_integer() and abs(number) < _LARGEST_EXACT:
            return str(int(number))
        return repr(number)
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())
    return str(cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _filled(row: list[str | None]) -> int:
    return max((index + 1 for index, cell in enumerate(row) if cell not in (None, "")), default=0)
