"""Label propagation: a neuron has the types its partners have, over and over (Zhu and Ghahramani 2002).

The plainest use of wiring and labels: it asks who a neuron is joined to, and not what it does, so it finds
types whose members are joined to each other and fails where they are joined alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ...graph import Graph

_ROUNDS = 50


def propagate_labels(g: Graph, known: NDArray[np.int64], n_types: int) -> NDArray[np.float64]:
    """(N, T) shares of the types that reach each neuron; those known stay as they are.

    Weights are ln(1 + weight), both directions alike. A neuron that no label reaches has the shares
    of the labels themselves.

    Parameters
    ----------
    known : (N,) int64
        Type, -1 where unknown; at least one is known.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 3], [2, 4])
    >>> propagate_labels(g, np.array([0, -1, 1, -1]), 2).argmax(axis=1).tolist()
    [0, 0, 1, 1]
    """
    import scipy.sparse as sp

    matrix = sp.csr_array(g.to_scipy().astype(np.float64))
    matrix.data = np.log1p(matrix.data)
    joined = sp.csr_array(matrix + matrix.T)
    given = known >= 0
    share = np.bincount(known[given], minlength=n_types) / given.sum()
    clamped = np.zeros((len(known), n_types))
    clamped[given, known[given]] = 1.0
    state = clamped.copy()
    for _ in range(_ROUNDS):
        spread = joined @ state
        total = spread.sum(axis=1, keepdims=True)
        state = np.divide(spread, total, out=np.zeros_like(spread), where=total > 0)
        state[given] = clamped[given]
    unreached = state.sum(axis=1) == 0
    state[unreached] = share
    return state
