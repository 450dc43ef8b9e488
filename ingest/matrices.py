"""Matrices: an adjacency matrix, dense or sparse, with or without names, as entries and labels.

Which side sends is nowhere written in a matrix. Rows send unless the user says otherwise, and the
account tells it either way.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from connectome_analysis.tables import ContractError

from .missing_values import SPELLINGS
from .read_rows import EXCEL, read_sheet
from .safe_files import require_sane_zip
from .source_rows import listed
from .text_files import bare_suffix, choose_delimiter, read_records

if TYPE_CHECKING:
    from collections.abc import Callable

Orientation = Literal["rows-are-pre", "columns-are-pre"]
RowsAndColumns = Literal["same", "different"]
ARRAYS = frozenset({".npy", ".npz"})
# Under which an .npz says who its rows are, as ours do, and what scipy puts there itself.
_IDS = ("node_id", "root_id")
_OF_SCIPY = frozenset(
    {
        "format",
        "shape",
        "indptr",
        "indices",
        "data",
        "row",
        "col",
        "offsets",
        "blocksize",
        "_is_array",
    }
)
_TOTALS = frozenset({"sum", "total", "totals"})
_Record = list[str]
# Of a damaged array every layer complains in its own words: zip, numpy and scipy.
_DAMAGED = (
    ValueError,
    OSError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    SyntaxError,
    MemoryError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """The entries of a matrix that are not zero.

    Attributes
    ----------
    label : str
        The file's name.
    shape : (int, int)
    row_labels, column_labels : list of str or None
        None where the file names no row (column).
    rows, columns : (E,) int64
        0-based places of the entries.
    values : (E,) float64
        NaN where the cell says that the value is missing.
    told : tuple of str
        What was decided about the layout.
    excel : bool
    neurons : mapping of str to (N,) array
        What an ``.npz`` says of the neurons of its rows beside their ids.
    """

    label: str
    shape: tuple[int, int]
    row_labels: list[str] | None
    column_labels: list[str] | None
    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    told: tuple[str, ...] = ()
    excel: bool = False
    neurons: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)


def read_matrix(
    source: str | Path,
    *,
    delimiter: str | None = None,
    header: bool | None = None,
    row_names: bool | None = None,
    sheet: str | None = None,
) -> Matrix:
    """Read an adjacency matrix.

    Parameters
    ----------
    source : path
        Text (CSV, TSV, space-separated), ``.npy``, ``.npz`` (scipy sparse, or one array), ``.xlsx``.
    delimiter, sheet
        As for rows.
    header, row_names : bool, optional
        Whether the first row names the columns, and the first column the rows. Found out where
        not said.

    Raises
    ------
    ContractError
        Where the file is no matrix, has rows of unequal length, or names a row twice.
    """
    path = Path(source).expanduser()
    if not path.is_file():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    suffix = bare_suffix(path)
    if suffix in ARRAYS:
        return _read_array(path)
    if suffix in EXCEL:
        name, cells = read_sheet(path, sheet)
        records = [[cell or "" for cell in row] for row in cells]
        return _parse(
            f"{path.name}, sheet {name!r}", lambda: iter(records), header, row_names, excel=True
        )
    chosen, runs = choose_delimiter(path, delimiter)
    return _parse(path.name, lambda: read_records(path, chosen, runs=runs), header, row_names)


@dataclass(frozen=True)
class _Outline:
    """A text matrix at first sight: its first record, its first column, its size."""

    first: _Record
    first_column: list[str]
    fields: int

    @property
    def records(self) -> int:
        return len(self.first_column)


def _parse(
    label: str,
    records: Callable[[], Iterator[_Record]],
    header: bool | None,
    row_names: bool | None,
    *,
    excel: bool = False,
) -> Matrix:
    outline = _outline(label, records())
    header, row_names = _layout(outline, header, row_names)
    column_labels = None
    if header:
        column_labels = [cell.strip() for cell in outline.first]
        if row_names and len(column_labels) == outline.fields:
            column_labels = column_labels[1:]
    body = records()
    if header:
        next(body)
    row_labels: list[str] | None = [] if row_names else None
    parts: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]] = []
    for number, record in enumerate(body, start=1):
        if len(record) != outline.fields:
            msg = (
                f"{label}: row {number} of the matrix has {len(record)} cells, the others have "
                f"{outline.fields}."
            )
            raise ContractError(msg)
        if row_labels is not None:
            row_labels.append(record[0].strip())
        values = _numbers(label, number, record[1:] if row_names else record)
        places = np.flatnonzero(values)  # NaN is not zero, so it stays
        parts.append((places, values[places]))
    rows = np.repeat(np.arange(len(parts)), [len(places) for places, _ in parts])
    width = outline.fields - int(row_names)
    matrix = Matrix(
        label=label,
        shape=(len(parts), width),
        row_labels=row_labels,
        column_labels=column_labels,
        rows=rows.astype(np.int64),
        columns=_joined([places for places, _ in parts], np.int64),
        values=_joined([values for _, values in parts], np.float64),
        told=(_layout_told(label, header, row_names),),
        excel=excel,
    )
    return _checked_labels(_without_totals(matrix))


def _outline(label: str, records: Iterator[_Record]) -> _Outline:
    first = next(records, None)
    if first is None:
        msg = f"{label} is empty."
        raise ContractError(msg)
    column = [first[0].strip()]
    fields = len(first)
    for number, record in enumerate(records):
        if number == 0:
            fields = len(record)
        column.append(record[0].strip())
    return _Outline([cell.strip() for cell in first], column, fields)


def _layout(outline: _Outline, header: bool | None, row_names: bool | None) -> tuple[bool, bool]:
    """Find out whether the first row and the first column are names.

    Names are there where they are words. Where they could be numbers, they are names if the
    corner is empty and they are all different, or if the matrix is square only without them.
    """
    first, column, records, fields = (
        outline.first,
        outline.first_column,
        outline.records,
        outline.fields,
    )
    r_style = len(first) == fields - 1  # R leaves the corner out
    empty_corner = not first[0] and _all_different(first[1:]) and _all_different(column[1:])
    if header is None:
        words = any(not is_cell(cell) for cell in first[1:])
        odd_corner = not is_cell(first[0]) and records == fields
        only_header = records == fields + 1 and _all_different(first)
        header = words or empty_corner or odd_corner or only_header or r_style
    if row_names is None:
        below = column[int(header) :]
        words = any(not is_cell(cell) for cell in below)
        labelled = header and not is_cell(first[0])  # a corner with a word stands over names
        only_names = records - int(header) == fields - 1 and _all_different(below)
        row_names = words or empty_corner or r_style or (labelled and only_names)
        if not header and not words:
            row_names = only_names and records != fields
    return header, row_names


def _numbers(label: str, number: int, cells: _Record) -> npt.NDArray[np.float64]:
    try:
        return np.array(cells, dtype=np.float64)  # 10x faster than cell by cell
    except ValueError:
        return np.array([_number(label, number, cell) for cell in cells], dtype=np.float64)


def _number(label: str, number: int, cell: str) -> float:
    text = cell.strip()
    if not text:
        return 0.0
    if text.lower() in SPELLINGS:
        return float("nan")
    try:
        return float(text)
    except ValueError:
        msg = (
            f"{label}: row {number} of the matrix holds {text!r}, which is no number. Say whether "
            "the first row and column are names: header=, row_names= (--header, --row-names)."
        )
        raise ContractError(msg) from None


def _read_array(path: Path) -> Matrix:
    from scipy import sparse

    try:
        if bare_suffix(path) == ".npy":
            array: Any = np.load(path, mmap_mode="r", allow_pickle=False)
        else:
            array = _sparse_or_only_array(path)
        square = getattr(array, "ndim", 0) == 2 and array.shape[0] == array.shape[1]
        named, neurons = _neurons_of(path, int(array.shape[0])) if square else (None, {})
    except ContractError:
        raise
    except _DAMAGED as error:
        first = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        msg = f"{path.name} is not a readable array ({first})."
        raise ContractError(msg) from None
    if getattr(array, "ndim", 0) != 2 or array.dtype.kind not in "biuf":
        msg = (
            f"{path.name} must hold a matrix of numbers, got an array of shape "
            f"{getattr(array, 'shape', ())} and type {getattr(array, 'dtype', type(array).__name__)}."
        )
        raise ContractError(msg)
    entries = sparse.coo_array(array)
    height, width = (int(count) for count in array.shape)
    labels = None if named is None else [str(label) for label in neurons.pop(named).tolist()]
    with_names = (
        "without names" if named is None else f"whose neurons are {', '.join((named, *neurons))}"
    )
    matrix = Matrix(
        label=path.name,
        shape=(height, width),
        row_labels=labels,
        column_labels=labels,
        rows=entries.row.astype(np.int64),
        columns=entries.col.astype(np.int64),
        values=entries.data.astype(np.float64),
        told=(f"{path.name}: a matrix of {height:,} x {width:,} {with_names}",),
        neurons=neurons,
    )
    return _checked_labels(matrix)


def _neurons_of(path: Path, n: int) -> tuple[str | None, dict[str, npt.NDArray[Any]]]:
    """Which array of an ``.npz`` names its N rows, and every array of that length."""
    if bare_suffix(path) != ".npz":
        return None, {}
    arrays: dict[str, npt.NDArray[Any]] = {}
    with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
        for name in file.files:
            if name in _OF_SCIPY:
                continue
            try:
                array = file[name]
            except ValueError:  # pickled objects, which are not opened
                continue
            if not isinstance(array, np.ndarray):  # a file of another kind in the zip
                continue
            if array.shape == (n,) and array.dtype.kind in "Uiufb":
                arrays[name] = array
    ids = [name for name in _IDS if name in arrays and arrays[name].dtype.kind in "Uiu"]
    if not ids:
        return None, {}
    for same in ids[1:]:
        if np.array_equal(arrays[same], arrays[ids[0]]):
            del arrays[same]
    return ids[0], arrays


def _sparse_or_only_array(path: Path) -> Any:
    from scipy import sparse

    require_sane_zip(path)
    # Given a path, numpy leaves a damaged file open.
    with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
        names = list(file.files)
        if "format" in names:
            raw.seek(0)
            matrix = sparse.load_npz(raw)
            if hasattr(matrix, "check_format"):
                matrix.check_format(full_check=True)
            return matrix
        matrices = [name for name in names if getattr(file[name], "ndim", 0) == 2]
        if len(matrices) == 1:
            return file[matrices[0]]
    msg = f"it holds {listed(names)}; wanted a scipy sparse matrix or one two-dimensional array"
    raise ValueError(msg)


def _without_totals(matrix: Matrix) -> Matrix:
    """Leave out rows and columns of totals, which a spreadsheet keeps at its edge."""
    keep_rows, row_labels, dropped = _kept(matrix.row_labels, matrix.shape[0])
    keep_columns, column_labels, more = _kept(matrix.column_labels, matrix.shape[1])
    if not dropped + more:
        return matrix
    chosen = (keep_rows[matrix.rows] >= 0) & (keep_columns[matrix.columns] >= 0)
    names = ", ".join(sorted({repr(name) for name in dropped + more}))
    return Matrix(
        label=matrix.label,
        shape=(int((keep_rows >= 0).sum()), int((keep_columns >= 0).sum())),
        row_labels=row_labels,
        column_labels=column_labels,
        rows=keep_rows[matrix.rows[chosen]],
        columns=keep_columns[matrix.columns[chosen]],
        values=matrix.values[chosen],
        told=(*matrix.told, f"{matrix.label}: {names} is a total, not a neuron, and left out"),
        excel=matrix.excel,
    )


def _kept(
    labels: list[str] | None, count: int
) -> tuple[npt.NDArray[np.int64], list[str] | None, list[str]]:
    """New place of each row, -1 where it is left out; the labels left; the labels left out."""
    if labels is None:
        return np.arange(count), None, []
    keep = np.array([label.lower() not in _TOTALS for label in labels], dtype=bool)
    places = np.where(keep, np.cumsum(keep) - 1, -1)
    left = [label for label, kept in zip(labels, keep, strict=True) if kept]
    out = [label for label, kept in zip(labels, keep, strict=True) if not kept]
    return places, left, out


def _checked_labels(matrix: Matrix) -> Matrix:
    for labels, what in ((matrix.row_labels, "row"), (matrix.column_labels, "column")):
        if labels is None:
            continue
        seen: set[str] = set()
        for number, label in enumerate(labels, start=1):
            if not label:
                msg = f"{matrix.label}: {what} {number} of the matrix has no name. Name it or take it out."
                raise ContractError(msg)
            if label in seen:
                msg = f"{matrix.label}: two {what}s are named {label!r}. Names must differ."
                raise ContractError(msg)
            seen.add(label)
    return matrix


def _layout_told(label: str, header: bool, row_names: bool) -> str:
    named = [
        words
        for words, there in (
            ("the first row names the columns", header),
            ("the first column names the rows", row_names),
        )
        if there
    ]
    return f"{label}: a matrix; " + (" and ".join(named) or "no row or column is named")


def is_cell(cell: str) -> bool:
    """Whether a text can be a value of a matrix: a number or nothing."""
    if not cell or cell.lower() in SPELLINGS:
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _all_different(cells: Iterable[str]) -> bool:
    names = list(cells)
    return len(names) > 0 and all(names) and len(set(names)) == len(names)


def _joined(parts: list[Any], dtype: Any) -> Any:
    return np.concatenate(parts).astype(dtype) if parts else np.empty(0, dtype)
