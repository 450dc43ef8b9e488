"""Similarity: how alike the wiring of two neurons is, for all pairs or for the nearest of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..measures.choice import require_choice
from ..threads import map_threads
from ..whole_numbers import require_whole
from .similarity_kernels import rows_above, top_rows
from .wiring_profiles import Direction, Value, profiles

if TYPE_CHECKING:
    import pandas as pd
    import scipy.sparse as sp

    from ..graph import Graph

Metric = Literal["cosine", "jaccard", "ruzicka"]
_ROWS_OF_A_BLOCK = 512


def similarity(
    g: Graph,
    metric: Metric = "ruzicka",
    direction: Direction = "both",
    *,
    value: Value = "weight",
    types: str | pd.Series[Any] | ArrayLike | None = None,
    least: float = 0.0,
    n_jobs: int | None = None,
) -> sp.csr_array:
    """Similarity of the wiring of every pair of neurons that share a partner.

    Parameters
    ----------
    g : Graph
        Weights above 0.
    metric : {"ruzicka", "cosine", "jaccard"}
        Of two profiles x and y: sum min(x, y) / sum max(x, y) (weighted Jaccard); x . y / (|x| |y|);
        partners in common over partners of either, whatever the weights.
    direction, value, types
        What a profile is; see `profiles`. ``value="fraction"`` compares shares of input,
        ``types=`` type vectors.
    least : float in [0, 1]
        Leave out pairs below it. All pairs of large graphs do not fit in memory: 139,000 neurons
        have 10^10.
    n_jobs : int, optional
        Threads. The numbers do not depend on it.

    Returns
    -------
    (N, N) csr_array of float64
        Symmetric, 1 on the diagonal; pairs without a common partner, and neurons without any, are 0.

    Raises
    ------
    ValueError
        Where an option is not one of those above, or a weight is below 0.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2, 2], [3, 4, 3, 4], weight=[2, 2, 1, 3])
    >>> ca.cell_types.similarity(g, direction="out")[[0], [1]].tolist()
    [0.6]
    """
    import scipy.sparse as sp

    smaller, matrix = _prepared(g, metric, direction, value, types)
    if not 0 <= least <= 1:
        msg = f"least must be between 0 and 1, got {least!r}."
        raise ValueError(msg)
    columns = matrix.tocsc()
    size = row_sizes(matrix, smaller=smaller)

    def block(start: int) -> Any:
        stop = min(start + _ROWS_OF_A_BLOCK, g.n_nodes)
        return rows_above(
            *(start, stop, matrix.indptr, matrix.indices, matrix.data, size),
            *(columns.indptr, columns.indices, columns.data, smaller, float(least)),
        )

    blocks = list(map_threads(block, range(0, g.n_nodes, _ROWS_OF_A_BLOCK), n_jobs))
    if not blocks:
        return sp.csr_array((0, 0))
    counts = np.concatenate([one[0] for one in blocks])
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return sp.csr_array(
        (
            np.concatenate([one[2] for one in blocks]),
            np.concatenate([one[1] for one in blocks]),
            indptr,
        ),
        shape=(g.n_nodes, g.n_nodes),
    )


def nearest(
    g: Graph,
    k: int = 10,
    metric: Metric = "ruzicka",
    direction: Direction = "both",
    *,
    value: Value = "weight",
    types: str | pd.Series[Any] | ArrayLike | None = None,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """The k neurons whose wiring is most like that of each, out of all pairs.

    Parameters
    ----------
    g : Graph
    k : int
    metric, direction, value, types, n_jobs
        As for `similarity`.
    progress : callable, optional
        Told (neurons done, neurons).

    Returns
    -------
    DataFrame, at most N k rows
        ``node_id``, ``neighbour_id``, ``rank`` (1 is nearest; ties by the order of the nodes),
        ``similarity`` above 0. A neuron that shares no partner with another has no row. For SQL:
        ``connectome.register("nearest", table, ids=["node_id", "neighbour_id"])``.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2, 2], [3, 4, 3, 4], weight=[2, 2, 1, 3])
    >>> ca.cell_types.nearest(g, 1, direction="out").to_dict("records")[0]
    {'node_id': 1, 'neighbour_id': 2, 'rank': 1, 'similarity': 0.6}
    """
    import pandas as pd

    require_whole("k", k)
    smaller, matrix = _prepared(g, metric, direction, value, types)
    best, found = nearest_rows(
        matrix, matrix, k, smaller=smaller, skip_self=True, n_jobs=n_jobs, progress=progress
    )
    rows, ranks = np.nonzero(best >= 0)
    return pd.DataFrame(
        {
            "node_id": g.node_ids[rows],
            "neighbour_id": g.node_ids[best[rows, ranks]],
            "rank": ranks + 1,
            "similarity": found[rows, ranks],
        }
    )


def nearest_rows(
    matrix: sp.csr_array,
    others: sp.csr_array,
    k: int,
    *,
    smaller: bool,
    skip_self: bool = False,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(N, k) rows of `others` most like each row of `matrix`, -1 where fewer, and how alike.

    Parameters
    ----------
    matrix, others : (N, F) and (M, F) csr_array, entries above 0
    smaller : bool
        Weighted Jaccard; otherwise cosine.
    """
    columns = others.tocsc()
    size, other_size = row_sizes(matrix, smaller=smaller), row_sizes(others, smaller=smaller)
    n_rows = matrix.shape[0]
    width = max(1, min(k, others.shape[0]))

    def block(start: int) -> Any:
        stop = min(start + _ROWS_OF_A_BLOCK, n_rows)
        return top_rows(
            *(start, stop, matrix.indptr, matrix.indices, matrix.data, size),
            *(columns.indptr, columns.indices, columns.data, other_size, smaller, width, skip_self),
        )

    best, value = np.full((n_rows, width), -1, np.int64), np.zeros((n_rows, width))
    starts = range(0, n_rows, _ROWS_OF_A_BLOCK)
    for start, (which, how) in zip(starts, map_threads(block, starts, n_jobs), strict=True):
        best[start : start + len(which)], value[start : start + len(which)] = which, how
        if progress is not None:
            progress(start + len(which), n_rows)
    return best, value


def row_sizes(matrix: sp.csr_array, *, smaller: bool) -> NDArray[np.float64]:
    """(N,) sum, or Euclidean norm, of each row."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    entries = matrix.data if smaller else matrix.data**2
    total: NDArray[np.float64] = np.bincount(rows, entries, matrix.shape[0]).astype(np.float64)
    return total if smaller else np.sqrt(total)


def _prepared(
    g: Graph, metric: str, direction: Any, value: Any, types: Any
) -> tuple[bool, sp.csr_array]:
    require_choice("metric", metric, get_args(Metric))
    matrix = profiles(g, direction, "binary" if metric == "jaccard" else value, types=types)
    if metric == "jaccard":
        matrix.data[:] = 1.0  # several partners of a type are one
    return metric != "cosine", matrix
