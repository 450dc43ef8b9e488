"""Matrix rows: the entries of a matrix as an edge list, and its names as a list of neurons."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from connectome_analysis.tables import ContractError

from .matrices import Matrix, Orientation, RowsAndColumns
from .source_rows import SourceRows
from .workspace import POST, PRE, Workspace, quoted


def matrix_neurons(
    workspace: Workspace, view: str, matrix: Matrix, rows_and_columns: RowsAndColumns
) -> SourceRows:
    """List the neurons of a matrix: rows in their order, then columns that are no rows.

    Returns
    -------
    SourceRows
        ``node_id``: text where rows or columns are named, 1...N where none is; and what the file says
        of neurons beside.

    Raises
    ------
    ContractError
        Where a matrix without names is not square and the user has not said that its rows and
        columns are different neurons.
    """
    labels = _labels(matrix, rows_and_columns)
    if labels is None:
        count = neurons_without_names(matrix, rows_and_columns)
        ids = pa.array(range(1, count + 1), pa.int64())
        workspace.account.decide(f"{matrix.label}: node_id is 1, 2, ... in the order of the matrix")
    else:
        rows, columns = labels
        ids = pa.array(list(dict.fromkeys([*rows, *columns])), pa.string())
    of_neurons = {
        name: pa.array(array.tolist(), from_pandas=True) for name, array in matrix.neurons.items()
    }
    workspace.connection.register(view, pa.table({"node_id": ids} | of_neurons))
    return SourceRows(
        view=view, columns=workspace.columns(view), label=matrix.label, excel=matrix.excel
    )


def matrix_rows(
    workspace: Workspace,
    view: str,
    matrix: Matrix,
    orientation: Orientation | None,
    rows_and_columns: RowsAndColumns,
) -> SourceRows:
    """Turn a matrix into rows of ``pre_id``, ``post_id``, ``weight``.

    The ids are names where the matrix has them, and 1...N otherwise; with different rows and
    columns, columns count on where rows end.
    """
    for line in matrix.told:
        workspace.account.decide(line)
    orientation = orientation or "rows-are-pre"
    sender, receiver = ("row", "column") if orientation == "rows-are-pre" else ("column", "row")
    workspace.account.decide(
        f"{matrix.label}: orientation {orientation}: the neuron of the {sender} sends to the neuron "
        f"of the {receiver}"
    )
    labels = _labels(matrix, rows_and_columns)
    if labels is None:
        offset = matrix.shape[0] if rows_and_columns == "different" else 0
        row_ids: Any = pa.array(matrix.rows + 1)
        column_ids: Any = pa.array(matrix.columns + 1 + offset)
    else:
        row_ids = pa.array(labels[0], pa.string()).take(pa.array(matrix.rows))
        column_ids = pa.array(labels[1], pa.string()).take(pa.array(matrix.columns))
    pre, post = (row_ids, column_ids) if sender == "row" else (column_ids, row_ids)
    table = pa.table({"pre_id": pre, "post_id": post, "weight": pa.array(matrix.values)})
    workspace.connection.register(view, table)
    return SourceRows(
        view=view,
        columns=workspace.columns(view),
        label=matrix.label,
        excel=matrix.excel,
        cells=True,
    )


def has_names(matrix: Matrix) -> bool:
    """Whether rows or columns of a matrix are named."""
    return matrix.row_labels is not None or matrix.column_labels is not None


def neurons_without_names(matrix: Matrix, rows_and_columns: RowsAndColumns) -> int:
    """How many neurons a matrix without names has."""
    height, width = matrix.shape
    if rows_and_columns == "different":
        return height + width
    if height != width:
        msg = (
            f"{matrix.label} is a matrix of {height:,} x {width:,} without names, so it cannot be "
            "said which row is which column. Name rows and columns in the file; or if they are "
            'different neurons: rows_and_columns="different" (--rows-and-columns different).'
        )
        raise ContractError(msg)
    return height


def _labels(matrix: Matrix, rows_and_columns: RowsAndColumns) -> tuple[list[str], list[str]] | None:
    """Names of rows and of columns; those of a square matrix serve for both."""
    rows, columns = matrix.row_labels, matrix.column_labels
    if rows is None and columns is None:
        return None
    if rows is None or columns is None:
        named = rows if rows is not None else columns
        assert named is not None
        if matrix.shape[0] != matrix.shape[1] or rows_and_columns == "different":
            side = "columns" if rows is None else "rows"
            msg = (
                f"{matrix.label}: only {side} are named, and the matrix is "
                f"{matrix.shape[0]:,} x {matrix.shape[1]:,}. Name both."
            )
            raise ContractError(msg)
        return named, named
    if rows_and_columns == "different" and set(rows) & set(columns):
        shared = min(set(rows) & set(columns))
        msg = f"{matrix.label}: {shared!r} names a row and a column, so they are not different neurons."
        raise ContractError(msg)
    return rows, columns


def stage_label_keys(workspace: Workspace, table: str, neurons: SourceRows, key: str) -> None:
    """Stage every name of a matrix as a key, so that one without an entry is looked up as well."""
    workspace.run(
        f"CREATE TABLE {quoted(table)} AS SELECT {key} AS {PRE}, NULL AS {POST} "
        f"FROM {quoted(neurons.view)}"
    )
