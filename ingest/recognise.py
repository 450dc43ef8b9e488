"""Recognise: what kind of source a file is, from its suffix and its first lines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from connectome_analysis.tables import ContractError

from .column_mapping import names_a_pair, plain_name
from .matrices import ARRAYS, is_cell
from .read_rows import EXCEL, FEATHER, PARQUET, feather_rows, read_sheet
from .source_rows import listed
from .text_files import bare_suffix, choose_delimiter, open_text, read_records

Kind = Literal["edges", "synapses", "matrix", "graphml", "node-link"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_PLACES = frozenset({"x", "y", "z", "x_nm", "y_nm", "z_nm", "position", "synapse_id"})
_COUNTS = frozenset({"weight", "weights", "syn_count", "n_syn", "nsyn", "synapses", "count"})
_FEW = 4


def recognise(
    source: str | Path,
    columns: Mapping[str, str | None],
    *,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Kind:
    """Say what kind of source a file is.

    A graph by its suffix. A matrix has as many rows as columns, give or take the names. Rows with
    positions or synapse ids and no count are synapses; other rows are edges.

    Parameters
    ----------
    source : path
    columns : mapping
        The user's mapping: what is mapped to a count or a position tells the kind, too.
    delimiter, sheet
        As the user gave them.

    Raises
    ------
    ContractError
        Where the file does not exist or could be several things.
    """
    path = Path(source).expanduser()
    if not path.exists():
        msg = f"{path} does not exist."
        raise ContractError(msg)
    suffix = bare_suffix(path)
    if suffix in (".graphml", ".xml"):
        return "graphml"
    if suffix == ".json":
        return "node-link"
    if suffix in ARRAYS:
        return "matrix"
    if path.is_dir() or suffix in PARQUET | FEATHER:
        return _of_rows(_typed_names(path, suffix), columns)
    if suffix in EXCEL:
        _, cells = read_sheet(path, sheet)
        records = [[cell or "" for cell in row] for row in cells]
        first, second, count = records[0], records[min(1, len(records) - 1)], len(records)
    else:
        chosen, runs = choose_delimiter(path, delimiter)
        head = read_records(path, chosen, runs=runs)
        first = next(head)
        second = next(head, first)
        count = _count_lines(path, limit=len(second) + 2)
    fields = len(second)
    names = [cell.strip() for cell in first]
    mapped = any(key.rpartition(".")[2] in ("pre_id", "post_id") for key in columns)
    ends = mapped or names_a_pair(names)
    square = fields >= _FEW and abs(count - fields) <= 1
    if not ends and square and all(is_cell(cell.strip()) for cell in second[1:]):
        return "matrix"
    if ends or fields < _FEW:
        return _of_rows(names, columns)
    msg = (
        f"{path.name}: {fields} columns ({listed(names, 6)}) and no pair of neurons among them. "
        "Say what it is: kind (--kind edges, synapses or matrix), and which columns send and "
        "receive (--map pre_id=... --map post_id=...)."
    )
    raise ContractError(msg)


def _of_rows(names: list[str], columns: Mapping[str, str | None]) -> Kind:
    told = {key.rpartition(".")[2] for key, source in columns.items() if source}
    found = {plain_name(name) for name in names} | told
    counted = found & _COUNTS
    placed = {name.removeprefix("pre_").removeprefix("post_") for name in found} & _PLACES
    return "synapses" if placed and not counted else "edges"


def _typed_names(path: Path, suffix: str) -> list[str]:
    import pyarrow as pa
    import pyarrow.dataset as pads

    if suffix in FEATHER:
        return list(feather_rows(path).schema.names)
    try:
        return list(pads.dataset(str(path), format="parquet").schema.names)
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0].rstrip(".")
        msg = f"{path.name} is not readable Parquet ({first})."
        raise ContractError(msg) from None


def _count_lines(path: Path, limit: int) -> int:
    """Count the lines with content, no further than needed to tell a matrix from a list."""
    count = 0
    with open_text(path) as text:
        for line in text:
            count += bool(line.strip())
            if count > limit:
                break
    return count
