"""PageRank: where a walker along connections is found, who now and then begins anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..compiled import compiled
from ..graph import require_graph
from .per_neuron import labels_of, per_neuron, strengths

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph


def page_rank(
    g: Graph,
    *,
    weighted: bool = False,
    damping: float = 0.85,
    restart: pd.Series[Any] | ArrayLike | None = None,
    tolerance: float = 1e-10,
    max_sweeps: int = 10_000,
) -> pd.Series[float]:
    """PageRank of each neuron: a neuron ranks high that receives from neurons that rank high.

    Brin and Page 1998, doi:10.1016/S0169-7552(98)00110-X. The walker leaves a neuron along one of
    its outgoing edges, each equally likely or by weight; with probability 1 - damping, and always
    at a neuron without outgoing edges, it begins anew.

    Parameters
    ----------
    g : Graph
        Self-loops, where kept, are edges like others.
    weighted : bool
    damping : float
        In [0, 1): probability to go on along an edge.
    restart : (N,) Series by node id or array, optional
        Where the walker begins, in proportion to these; all neurons alike where left out. In a
        Series neurons may be missing: they are 0.
    tolerance : float
        The result is nearer than this to the exact one, summed over all neurons.
    max_sweeps : int

    Returns
    -------
    (N,) Series of float64, index ``node_id``
        Sums to 1.

    Raises
    ------
    ValueError
        Where a number is out of its range, `restart` is below 0 or 0 everywhere, or a weight used
        is below 0.
    RuntimeError
        Where the tolerance is not reached.

    Notes
    -----
    Gauss-Seidel on (1 - damping P^T) x = restart. Each sweep brings x nearer by at least the
    factor `damping`, so the last change bounds what is missing.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3], [3, 3, 1])
    >>> ca.measures.page_rank(g).round(3).to_dict()
    {1: 0.464, 2: 0.05, 3: 0.486}
    """
    require_graph(g)
    if not 0 <= damping < 1:
        msg = f"damping must be at least 0 and below 1, got {damping}."
        raise ValueError(msg)
    if not tolerance >= 1e-14:
        msg = f"tolerance must be at least 1e-14, got {tolerance}; floats reach no further."
        raise ValueError(msg)
    if g.n_nodes == 0:
        return per_neuron(g, np.zeros(0), "page_rank")
    begin = _restart(g, restart)
    weights = strengths(g, weighted=weighted)
    total = np.bincount(g.out_sources, weights, g.n_nodes)
    x, left = _gauss_seidel(
        g.in_indptr,
        g.in_indices,
        weights[g.in_edges] if weighted else weights[:0],
        np.divide(1.0, total, out=np.zeros(g.n_nodes), where=total > 0),
        begin,
        damping,
        tolerance,
        max_sweeps,
    )
    if left > tolerance:
        msg = (
            f"PageRank did not converge: after {max_sweeps:,} sweeps it may still be off by "
            f"{left:.1e}, wanted {tolerance:.1e}. Allow more max_sweeps, a larger tolerance or a "
            f"damping below {damping}."
        )
        raise RuntimeError(msg)
    return per_neuron(g, x / x.sum(), "page_rank")


def _restart(g: Graph, restart: Any) -> NDArray[np.float64]:
    import pandas as pd

    if restart is None:
        return np.full(g.n_nodes, 1.0 / g.n_nodes)
    if isinstance(restart, pd.Series):
        strange = restart.index[~restart.index.isin(g.node_ids)]
        if len(strange):
            msg = f"restart names {len(strange):,} neurons not in the graph, e.g. {strange[0]}."
            raise ValueError(msg)
        restart = restart.reindex(g.node_ids, fill_value=0)
    values = labels_of(g, restart, argument="restart").to_numpy(dtype=np.float64)
    if not (np.isfinite(values).all() and values.min() >= 0 and values.sum() > 0):
        msg = "restart must be finite, at least 0, and above 0 at some neuron."
        raise ValueError(msg)
    shares: NDArray[np.float64] = values / values.sum()
    return shares


@compiled
def _gauss_seidel(  # type: ignore[no-untyped-def]
    indptr, indices, weights, per_strength, begin, damping, tolerance, max_sweeps
):
    """Solve x = begin + damping * sum of what each sender passes on; return x and its error.

    indptr, indices : CSR by receiver; weights : (E,) in that order, or empty for 1; per_strength :
    (N,) 1 / sum of outgoing weights, 0 for none; begin : (N,) sums to 1. Not checked here.
    """
    n = begin.shape[0]
    weighted = weights.shape[0] > 0
    x = begin / (1 - damping)
    passed = x * per_strength
    left = np.inf
    for _ in range(max_sweeps):
        change = 0.0
        total = 0.0
        for i in range(n):
            received = 0.0
            if weighted:
                for e in range(indptr[i], indptr[i + 1]):
                    received += weights[e] * passed[indices[e]]
            else:
                for e in range(indptr[i], indptr[i + 1]):
                    received += passed[indices[e]]
            new = begin[i] + damping * received
            change += abs(new - x[i])
            total += new
            x[i] = new
            passed[i] = new * per_strength[i]
        # Twice, because x is divided by its sum in the end.
        left = 2 * damping / (1 - damping) * change / total
        if left <= tolerance:
            break
    return x, left
