"""Profiles: what each neuron sends to and receives from, partner by partner or type by type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..graph import require_graph
from ..measures.choice import require_choice
from ..measures.per_neuron import labels_of, require_positive

if TYPE_CHECKING:
    import pandas as pd
    import scipy.sparse as sp

    from ..graph import Graph

Direction = Literal["in", "out", "both"]
Value = Literal["weight", "binary", "fraction", "log"]


def profiles(
    g: Graph,
    direction: Direction = "both",
    value: Value = "weight",
    *,
    types: str | pd.Series[Any] | ArrayLike | None = None,
) -> sp.csr_array:
    """Wiring profile of each neuron.

    Parameters
    ----------
    g : Graph
        Weights above 0. Self-loops, where kept, are partners like others.
    direction : {"both", "in", "out"}
        Profiles of input, of output, or the two side by side (output first).
    value : {"weight", "binary", "fraction", "log"}
        Weight of a connection; 1; its share of all that the *receiver* receives; ln(1 + weight).
    types : str, (N,) Series by node id, or (N,) array, optional
        Sum the partners by type: a type vector. Partners without a label are left out.

    Returns
    -------
    (N, F) csr_array of float64
        F is the number of neurons or of types, twice that for both directions. Types are sorted by
        name.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], weight=[2, 6, 4])
    >>> profiles(g, "in", "fraction").toarray().tolist()
    [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.6, 0.4, 0.0]]
    >>> profiles(g, "out", types=["A", "B", "B"]).toarray().tolist()
    [[0.0, 8.0], [0.0, 4.0], [0.0, 0.0]]
    """
    import scipy.sparse as sp

    require_graph(g)
    require_choice("direction", direction, get_args(Direction))
    require_choice("value", value, get_args(Value))
    require_positive(g)
    weights = g.weights.astype(np.float64)
    if value == "binary":
        weights = np.ones(g.n_edges)
    elif value == "log":
        weights = np.log1p(weights)
    elif value == "fraction":
        received = np.bincount(g.out_indices, weights, g.n_nodes)
        weights = weights / received[g.out_indices]
    shape = (g.n_nodes, g.n_nodes)
    sent = sp.csr_array((weights, g.out_indices, g.out_indptr), shape=shape)
    received_from = sp.csr_array(sent.T)
    if types is not None:
        of = _membership(g, types)
        sent, received_from = sent @ of, received_from @ of
    if direction == "both":
        return sp.csr_array(sp.hstack([sent, received_from], format="csr"))
    return sp.csr_array(sent if direction == "out" else received_from)


def _membership(g: Graph, types: Any) -> sp.csr_array:
    """(N, T) 1 where a neuron is of a type."""
    import pandas as pd

    number, names = pd.factorize(labels_of(g, types, argument="types"), sort=True)
    return membership(number, len(names))


def membership(number: NDArray[np.int64], n_types: int) -> sp.csr_array:
    """(N, T) 1 where a neuron is of a type; number : (N,) type in [0, T), -1 where unknown."""
    import scipy.sparse as sp

    known = np.flatnonzero(number >= 0)
    return sp.csr_array((np.ones(len(known)), (known, number[known])), shape=(len(number), n_types))
