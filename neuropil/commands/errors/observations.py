"""Observations: a connectome or a matrix on disk, as the fits take it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import connectome_analysis as ca

JoinBy = Annotated[
    str,
    typer.Option(
        "--join-by",
        help="Column of nodes that says which neurons are the same; ids of two sources are not.",
    ),
]
_MOST_CELLS = 100_000_000
# So many rows of two cells are pairs and their counts, not neurons that all send to the same two.
_MANY_ROWS = 10


def observations(
    given: list[str], join_by: str = "node_id", *, or_columns: bool = False
) -> list[Any]:
    """Graphs of connectomes, or matrices of files (DataFrames where they have names).

    Parameters
    ----------
    given : list of str
        Connectomes or files.
    join_by : str
        Column of nodes that says which neurons of the connectomes are the same.
    or_columns : bool
        Whether the command takes a table of two columns too, with ``--columns``; one that is given
        as a matrix is then refused.
    """
    found = [_one(one, or_columns) for one in given]
    if join_by == "node_id":
        return found
    if any(not hasattr(one, "node_ids") for one in found):
        msg = "--join-by is for connectomes; matrices are joined by the names in them."
        raise ValueError(msg)
    return _renamed(found, join_by)


def _one(given: str, or_columns: bool) -> Any:
    import connectome_analysis as ca

    path = Path(given).expanduser()
    if path.is_file():
        return _matrix(path, or_columns)
    with ca.open(given) as connectome:
        return connectome.graph()


def _renamed(graphs: list[ca.Graph], column: str) -> list[ca.Graph]:
    """The same graphs with one id for each entry of a column."""
    import pandas as pd

    import connectome_analysis as ca

    names = []
    for g in graphs:
        if column not in g.nodes.columns:
            has = ", ".join(map(str, g.nodes.columns))
            msg = f"{g.name} has no column {column!r} to join by; it has {has}."
            raise ValueError(msg)
        of = g.nodes[column]
        if of.isna().any() or not of.is_unique:
            what = "missing entries" if of.isna().any() else "entries that several neurons share"
            msg = f"{column} of {g.name} has {what}, so it does not say which neuron is which."
            raise ValueError(msg)
        names.append(of.astype(str))
    every = pd.Index(pd.concat(names).unique())
    ids = [every.get_indexer(of) + 1 for of in names]
    return [
        ca.Graph.from_edges(
            of[g.out_sources], of[g.out_indices], g.weights, node_ids=of, name=g.name
        )
        for g, of in zip(graphs, ids, strict=True)
    ]


def _refuse_two_columns(path: Path, n_rows: int, header: list[str] | None) -> None:
    if header is None or len(header) != 2:
        return
    msg = (
        f"{path} has a header of two columns ({', '.join(header)}) over {n_rows:,} rows without names: "
        "a table with a row per pair, not a matrix of neurons. Give it once, with "
        f"--columns {','.join(header)} (detected first); or, if it is a matrix, name its rows."
    )
    raise ValueError(msg)


def _matrix(path: Path, or_columns: bool) -> Any:
    import numpy as np
    import pandas as pd

    from ingest.matrices import read_matrix

    found = read_matrix(path)
    if or_columns and found.row_labels is None and found.shape[0] >= _MANY_ROWS:
        _refuse_two_columns(path, found.shape[0], found.column_labels)
    for told in found.told:
        typer.echo(told, err=True)
    cells = found.shape[0] * found.shape[1]
    if cells > _MOST_CELLS:
        msg = (
            f"{path} has {cells:,} cells, more than {_MOST_CELLS:,}; make a connectome of it with "
            "neuropil ingest table and give that."
        )
        raise ValueError(msg)
    values = np.asarray(found.values)
    if np.isnan(values).any():
        msg = f"{path} has {int(np.isnan(values).sum()):,} missing cells; write 0 where no synapse is."
        raise ValueError(msg)
    dense = np.zeros(found.shape)
    dense[found.rows, found.columns] = values
    if found.row_labels is None or found.column_labels is None:
        return dense
    return pd.DataFrame(dense, index=found.row_labels, columns=found.column_labels)
