"""HITS: hubs send to good authorities, authorities receive from good hubs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..graph import require_graph
from .per_neuron import strengths

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

# Up to here all eigenvectors are quicker than an iteration, and ties are resolved exactly.
_DENSE = 100


def hits(g: Graph, *, weighted: bool = False) -> pd.DataFrame:
    """Hub and authority score of each neuron.

    Kleinberg 1999, doi:10.1145/324133.324140. With a the adjacency matrix (or the weights), the
    authorities x are the leading eigenvector of aT a and the hubs are a x: the limit of updating
    one from the other, beginning with all neurons alike.

    Parameters
    ----------
    g : Graph
        Self-loops, where kept, are edges like others.
    weighted : bool

    Returns
    -------
    DataFrame of float64, one row per neuron, index ``node_id``
        ``hub`` and ``authority``, each at least 0 with sum 1; all 0 for a graph without edges.
        Neurons outside the most densely joined part of the graph score near 0.

    Raises
    ------
    ValueError
        Where a weight used is below 0.
    RuntimeError
        Where the iteration does not converge.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2], [3, 4, 4])
    >>> ca.measures.hits(g).round(3).to_dict("list")
    {'hub': [0.618, 0.382, 0.0, 0.0], 'authority': [0.0, 0.0, 0.382, 0.618]}
    """
    import pandas as pd

    require_graph(g)
    weights = strengths(g, weighted=weighted)
    index = pd.Index(g.node_ids, name="node_id")
    if g.n_edges == 0:
        return pd.DataFrame({"hub": 0.0, "authority": 0.0}, index=index)
    adjacency = g.to_scipy().astype(np.float64)
    adjacency.data = weights / weights.max()
    authority = _leading(adjacency)
    hub = adjacency @ authority
    return pd.DataFrame(
        {"hub": hub / hub.sum(), "authority": authority / authority.sum()}, index=index
    )


def _leading(adjacency: Any) -> NDArray[np.float64]:
    """Leading eigenvector of aT a nearest to all neurons alike; not below 0."""
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    n = adjacency.shape[0]
    if n <= _DENSE:
        dense = adjacency.toarray()
        values, vectors = np.linalg.eigh(dense.T @ dense)
        top = vectors[:, values >= values[-1] * (1 - 1e-10)]
        found = top @ top.sum(axis=0)
    else:
        back = adjacency.T.tocsr()
        product = LinearOperator((n, n), matvec=lambda x: back @ (adjacency @ x), dtype=np.float64)
        try:
            # Begun with all neurons alike: of tied leading vectors it finds their common one.
            _, vectors = eigsh(product, k=1, v0=np.ones(n))
        except ArpackNoConvergence as error:
            msg = (
                "HITS did not converge: several groups of neurons score nearly alike. Take the "
                "largest component (measures.component_labels) or another measure."
            )
            raise RuntimeError(msg) from error
        found = vectors[:, 0] * np.sign(vectors[:, 0].sum())
    leading: NDArray[np.float64] = np.maximum(found, 0.0)
    return leading
