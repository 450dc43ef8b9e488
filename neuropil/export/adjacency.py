"""Adjacency matrix: sparse as scipy saves it, or dense as CSV; rows send, columns receive."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .plain_columns import beyond_float, plain_columns

if TYPE_CHECKING:
    from .selection import Selection

# 25 million cells: some 60 MB of text.
MOST_NEURONS_DENSE = 5_000


def write_adjacency(selection: Selection, path: Path) -> None:
    """Write a compressed ``.npz``: a CSR matrix for `scipy.sparse.load_npz`, with who its rows are.

    ``node_id`` (and ``root_id``, the same) holds the neuron of each row and column. Whole weights
    stay whole. Columns about neurons are arrays of N: missing texts are empty, whole numbers with gaps
    are float64 with NaN, or text where that would round, and yes and no with gaps are text.
    """
    selection.one_kind()
    matrix = _matrix(selection)
    ids = selection.nodes["node_id"].to_numpy()
    more: dict[str, Any] = {}
    for column in plain_columns(selection.nodes, ("node_id",)):
        if column.kind == "text":
            more[column.name] = np.array(
                [v or "" for v in column.values.to_pylist()], dtype=np.str_
            )
        elif not column.values.null_count:
            more[column.name] = column.values.to_numpy()
        elif column.kind == "number" or (column.kind == "whole" and not beyond_float(column)):
            values = column.values.cast("float64")
            more[column.name] = values.to_numpy(zero_copy_only=False)
        else:
            words = ["" if v is None else str(v) for v in column.values.to_pylist()]
            more[column.name] = np.array(words, dtype=np.str_)
    for taken in (
        "format",
        "shape",
        "indptr",
        "indices",
        "data",
        "node_id",
        "root_id",
        "_is_array",
    ):
        more.pop(taken, None)
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            format=np.array(b"csr"),
            shape=np.array(matrix.shape),
            indptr=matrix.indptr,
            indices=matrix.indices,
            data=matrix.data,
            node_id=ids,
            root_id=ids,
            **more,
        )


def write_adjacency_csv(selection: Selection, path: Path) -> None:
    """Write every cell, with ids as names of rows and columns; 0 where there is no connection.

    Raises
    ------
    ValueError
        Above 5,000 neurons.
    """
    selection.one_kind()
    n = selection.nodes.num_rows
    if n > MOST_NEURONS_DENSE:
        msg = (
            f"{n:,} neurons have {n**2:,} cells; a dense matrix is for {MOST_NEURONS_DENSE:,} at most. "
            "Take the format adjacency, which is sparse, or fewer neurons with where."
        )
        raise ValueError(msg)
    matrix = _matrix(selection)
    ids = selection.nodes["node_id"].to_pylist()
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["", *ids])
        for i, node_id in enumerate(ids):
            cells = matrix[i : i + 1].toarray()[0]
            rows.writerow([node_id, *cells.tolist()])


def _matrix(selection: Selection) -> Any:
    from scipy import sparse

    pre, post = selection.places()
    weight = selection.edges["weight"].to_numpy()
    if len(weight) and (weight == np.floor(weight)).all() and weight.max() <= 2**53:
        weight = weight.astype(np.int64)
    n = selection.nodes.num_rows
    return sparse.csr_array((weight, (pre, post)), shape=(n, n))
