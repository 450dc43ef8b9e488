"""Text files: the delimiter and header of a CSV, TSV or space-separated file, and its rows as text.

Nothing is converted here. Every column is text until a reader knows what it means, so that no id
is ever taken for a measurement.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .column_mapping import names_columns
from .source_rows import SourceRows
from .workspace import Workspace, literal, quoted

SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".tab", ".dat", ".edgelist", ".edges"})
_COMPRESSED = frozenset({".gz", ".zst"})
_NAMED_DELIMITERS = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";"}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SAMPLE_LINES = 20
LONGEST_LINE = 1 << 24  # what DuckDB is told to take


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a text file is cut into fields.

    Attributes
    ----------
    delimiter : str
        One character; ``" "`` stands for any run of spaces where `runs` says so.
    header : bool
        Whether the first line names the columns.
    names : tuple of str
        Names of the columns, the file's own or ``column_1``, ``column_2``, ...
    runs : bool
        Fields are separated by runs of spaces.
    """

    delimiter: str
    header: bool
    names: tuple[str, ...]
    runs: bool = False


def bare_suffix(path: Path) -> str:
    """Suffix in lower case, without that of a compression."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a text file, compressed or not, UTF-8 with or without byte-order mark."""
    if not path.is_file():
        msg = f"{path} does not exist." if not path.exists() else f"{path} is not a file."
        raise ContractError(msg)
    with (
        _open_bytes(path) as binary,
        io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text,
    ):
        try:
            yield text
        except UnicodeDecodeError as error:
            msg = f"{path.name} is not UTF-8 text ({error.reason}). Save it as UTF-8."
            raise ContractError(msg) from None
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> ContractError:
    """The error of a compressed file that breaks off, or was never one."""
    first = str(error).splitlines()[0].rstrip(".")
    return ContractError(f"{path.name} cannot be read: {first}. Fetch it again.")


def _open_bytes(path: Path) -> IO[bytes]:
    try:
        opened: IO[bytes] = pa.input_stream(str(path), compression="detect")
    except (pa.ArrowException, OSError) as error:
        msg = f"{path} cannot be opened: {str(error).splitlines()[0].rstrip('.')}."
        raise ContractError(msg) from None
    return opened


def read_records(path: Path, delimiter: str, *, runs: bool = False) -> Iterator[list[str]]:
    """Read a text file field by field; empty lines are left out."""
    with open_text(path) as text:
        if runs:
            yield from (line.split() for line in text if line.strip())
            return
        try:
            yield from (record for record in csv.reader(text, delimiter=delimiter) if record)
        except csv.Error as error:
            msg = f"{path.name} cannot be read: {error}."
            raise ContractError(msg) from None


def choose_delimiter(path: Path, asked: str | None = None) -> tuple[str, bool]:
    """Choose the delimiter that cuts the first lines into equally many fields.

    Returns
    -------
    delimiter : str
    runs : bool
        Whether fields are separated by runs of spaces.
    """
    sample = _sample(path)
    if asked is not None:
        delimiter = _NAMED_DELIMITERS.get(asked.lower(), asked)
        if len(delimiter) != 1:
            msg = f"The delimiter must be one character, or tab or space, got {asked!r}."
            raise ContractError(msg)
        return delimiter, delimiter == " " and _has_runs(sample)
    first = {".tsv": "\t", ".tab": "\t"}.get(bare_suffix(path), ",")
    for delimiter in dict.fromkeys((first, ",", "\t", ";", "|")):
        try:
            counts = {len(record) for record in csv.reader(sample, delimiter=delimiter)}
        except csv.Error:  # a cell of more than 131,072 characters, or a quote that does not end
            continue
        if len(counts) == 1 and counts != {1}:
            return delimiter, False
    if len({len(line.split()) for line in sample}) == 1 and len(sample[0].split()) > 1:
        return " ", _has_runs(sample)
    # Rows of unequal length are refused by whoever reads them, with the line.
    fields = {d: len(sample[0].split(d)) for d in (first, ",", "\t", ";", "|")}
    best = max(fields, key=lambda d: fields[d])
    return (best, False) if fields[best] > 1 else (first, False)


def read_dialect(
    path: Path,
    *,
    delimiter: str | None = None,
    header: bool | None = None,
    names: Sequence[str] | None = None,
) -> Dialect:
    """Find out how a file of rows is written.

    Parameters
    ----------
    path : Path
    delimiter : str, optional
        Given by the user; one character, ``"tab"`` or ``"space"``.
    header : bool, optional
        Given by the user. By default the first line is a header unless it holds a number: names
        of columns are hardly ever numbers, and one such as ``2019`` stands beside ``pre``, ``post``.
    names : sequence of str, optional
        Of the columns of a file without a header, known from elsewhere.

    Raises
    ------
    ContractError
        Where the file is empty, not UTF-8, names a column twice or has more or fewer than `names`.
    """
    chosen, runs = choose_delimiter(path, delimiter)
    first = next(read_records(path, chosen, runs=runs))
    fields = [field.strip() for field in first]
    if header is None:
        header = names_columns(fields) or not any(_NUMBER.fullmatch(field) for field in fields)
    if names is not None and not header and len(names) != len(fields):
        msg = (
            f"{path.name} has {len(fields)} columns and no header, and {len(names)} names are given "
            "for them."
        )
        raise ContractError(msg)
    found = tuple(fields) if header else tuple(names or ("",) * len(fields))
    return Dialect(delimiter=chosen, header=header, names=column_names(path.name, found), runs=runs)


def column_names(label: str, names: Sequence[str]) -> tuple[str, ...]:
    """Name the columns without a name ``column_N``; raise where two have one name.

    Parquet and SQL do not tell ``X`` from ``x``, so a second one gets a number.
    """
    out: list[str] = []
    for number, name in enumerate(names, start=1):
        new = name or f"column_{number}"
        if new in out:
            msg = f"{label} has the column {new!r} more than once; rename one."
            raise ContractError(msg)
        if new.casefold() in {other.casefold() for other in out}:
            new = f"{new}_{number}"
        out.append(new)
    return tuple(out)


def open_text_file(
    workspace: Workspace,
    view: str,
    path: Path,
    *,
    delimiter: str | None = None,
    header: bool | None = None,
    names: Sequence[str] | None = None,
) -> SourceRows:
    """Open a text file as a view of text columns; rows are read when asked for."""
    dialect = read_dialect(path, delimiter=delimiter, header=header, names=names)
    told = {"\t": "tab", " ": "space"}.get(dialect.delimiter, repr(dialect.delimiter))
    workspace.account.decide(
        f"{path.name}: separated by {told}, "
        + ("first line names the columns" if dialect.header else "no header line")
    )
    if dialect.runs:
        records = list(read_records(path, " ", runs=True))
        _register_records(workspace, view, path, records[dialect.header :], dialect.names)
    else:
        columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in dialect.names)
        workspace.run(
            f"CREATE VIEW {quoted(view)} AS SELECT * FROM read_csv({literal(str(path))}, "
            f"auto_detect = false, header = {str(dialect.header).lower()}, "
            f"delim = {literal(dialect.delimiter)}, quote = '\"', escape = '\"', "
            f"max_line_size = {LONGEST_LINE}, columns = {{{columns}}})"
        )
    return SourceRows(
        view=view,
        columns=dict.fromkeys(dialect.names, "VARCHAR"),
        label=path.name,
        path=path,
        headed=dialect.header or names is not None,
        odd_spaces=_has_odd_spaces(path, dialect.delimiter),
    )


def _register_records(
    workspace: Workspace,
    view: str,
    path: Path,
    records: list[list[str]],
    names: tuple[str, ...],
) -> None:
    for number, record in enumerate(records, start=1):
        if len(record) != len(names):
            msg = (
                f"{path.name}: row {number} has {len(record)} fields, the first line has "
                f"{len(names)}."
            )
            raise ContractError(msg)
    columns = list(zip(*records, strict=True)) or [()] * len(names)
    table = pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)}
    )
    workspace.connection.register(view, table)


def _sample(path: Path) -> list[str]:
    with open_text(path) as text:
        lines: list[str] = []
        while len(lines) < _SAMPLE_LINES and (line := text.readline(LONGEST_LINE + 1)):
            if len(line) > LONGEST_LINE:
                msg = (
                    f"{path.name} has a line of more than {LONGEST_LINE:,} characters, so it is no "
                    "table of rows."
                )
                raise ContractError(msg)
            if line.strip():
                lines.append(line.rstrip("\r\n"))
    if not lines:
        msg = f"{path.name} is empty."
        raise ContractError(msg)
    return lines


def _has_odd_spaces(path: Path, delimiter: str) -> bool:
    """Whether a file has tabs, no-break spaces or byte-order marks within; 0.2 s per GB."""
    marks = [mark for mark in (b"\t", b"\xc2\xa0", b"\xef\xbb\xbf") if mark.decode() != delimiter]
    end = b""
    try:
        with _open_bytes(path) as file:
            start = file.read(3)
            piece = b"" if start == b"\xef\xbb\xbf" else start
            while piece or not end:
                if any(mark in end + piece for mark in marks):
                    return True
                end = piece[-2:] or b" "
                piece = file.read(1 << 24)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None
    return False


def _has_runs(sample: list[str]) -> bool:
    return any("  " in line or line != line.strip(" ") for line in sample)
