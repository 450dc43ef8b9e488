"""Modularity: do groups of neurons hold more of the connections than their degrees ask for?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..graph import require_graph
from .per_neuron import labels_of, strengths
from .reciprocity import reciprocal_edges

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph


def modularity(
    g: Graph,
    labels: str | pd.Series[Any] | ArrayLike,
    *,
    directed: bool = True,
    weighted: bool = False,
    resolution: float = 1.0,
) -> float:
    """Modularity of a partition of the neurons.

    Directed, Leicht and Newman 2008, doi:10.1103/PhysRevLett.100.118703::

        Q = 1/m sum over i, j in the same group of (a_ij - resolution out_i in_j / m)

    with m the number of edges (or the sum of their weights). Undirected, Newman and Girvan 2004,
    doi:10.1103/PhysRevE.69.026113, the same on the undirected graph: a pair joined in either
    direction is one edge, its weight that of both directions together.

    Parameters
    ----------
    g : Graph
        Self-loops, where kept, are edges like others.
    labels : str, (N,) Series by node id, or (N,) array
        The group of each neuron; a string is a column of the node table.
    directed, weighted : bool
    resolution : float
        Above 0; larger values favour smaller groups. Reichardt and Bornholdt 2006,
        doi:10.1103/PhysRevE.74.016110.

    Returns
    -------
    float
        At most 1; NaN for a graph without edges.

    Raises
    ------
    ValueError
        Where a neuron has no label, `resolution` is not above 0, or a weight used is below 0.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3, 4], [2, 1, 4, 3])
    >>> ca.measures.modularity(g, [0, 0, 1, 1])
    0.5
    """
    require_graph(g)
    require_resolution(resolution)
    group = _numbers(labels_of(g, labels, argument="labels"))
    weights = edge_shares(g, directed=directed, weighted=weighted)
    total = float(weights.sum())
    if total == 0:
        return float("nan")
    pre, post = group[g.out_sources], group[g.out_indices]
    n_groups = int(group.max()) + 1
    sent = np.bincount(pre, weights, n_groups) / total
    received = np.bincount(post, weights, n_groups) / total
    inside = weights[pre == post].sum() / total
    if not directed:
        sent = received = (sent + received) / 2
    return float(inside - resolution * (sent @ received))


def edge_shares(g: Graph, *, directed: bool, weighted: bool) -> NDArray[np.float64]:
    """(E,) weight of each edge; undirected and unweighted, a mutual pair shares the 1 of one."""
    values = strengths(g, weighted=weighted)
    if not directed and not weighted:
        values[reciprocal_edges(g) & (g.out_sources != g.out_indices)] = 0.5
    return values


def require_resolution(resolution: float) -> None:
    """Raise ValueError unless a resolution is a number above 0."""
    if not 0 < resolution < np.inf:
        msg = f"resolution must be a number above 0, got {resolution!r}."
        raise ValueError(msg)


def _numbers(labels: pd.Series[Any]) -> NDArray[np.int64]:
    import pandas as pd

    missing = labels.isna()
    if missing.any():
        msg = (
            f"{int(missing.sum()):,} of {len(labels):,} neurons have no label, for instance "
            f"{labels.index[missing.to_numpy()][0]}; give them one, or leave them out with "
            "Graph.subgraph."
        )
        raise ValueError(msg)
    number, _ = pd.factorize(labels)
    return np.asarray(number, dtype=np.int64)
