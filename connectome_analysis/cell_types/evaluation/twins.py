"""Twins: bilateral pairs, from a column of numbers that twins share or of the twin's id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ...graph import Graph

# Share of values that stand twice, below which they are ids and not numbers that twins share.
_FEW = 0.25


def twin_groups(g: Graph, column: str) -> NDArray[np.int64]:
    """(N,) number that a neuron shares with its twin alone; neurons without one stand alone.

    Parameters
    ----------
    g : Graph
    column : str
        Missing values and -1 are neurons without a twin. Where hardly a value stands twice and some
        are node ids, they are ids of twins, which may be missing from the graph or not name the
        neuron in return; otherwise twins have the same value.

    Examples
    --------
    >>> import pandas as pd
    >>> import connectome_analysis as ca
    >>> nodes = pd.DataFrame({"node_id": [7, 8, 9], "pair": [9, -1, 7], "pair_id": [1, None, 1]})
    >>> g = ca.Graph.from_edges([7], [8], nodes=nodes)
    >>> twin_groups(g, "pair").tolist(), twin_groups(g, "pair_id").tolist()
    ([0, 1, 0], [0, 1, 0])
    """
    import pandas as pd

    values = g.nodes[column]
    lone = (values.isna() | (values.astype(str).isin(["-1", "-1.0", ""]))).to_numpy(dtype=bool)
    known = np.flatnonzero(~lone)
    place = {int(neuron): k for k, neuron in enumerate(g.node_ids)}
    named = np.array([_place(x, place) for x in values.iloc[known]], dtype=np.int64)
    repeated = values.iloc[known].duplicated(keep=False).mean() if len(known) else 0.0
    if repeated < _FEW and (named >= 0).any():
        named_here = named >= 0
        return _joined(g.n_nodes, known[named_here], named[named_here])
    code, _ = pd.factorize(values.iloc[known].astype(str))
    _, first = np.unique(code, return_index=True)
    return _joined(g.n_nodes, known, known[first][code])


def _place(value: Any, place: dict[int, int]) -> int:
    """Where the neuron is that a value names, -1 where it is none."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return -1
    exact = isinstance(value, str) or number == value
    return place.get(number, -1) if exact else -1


def _joined(n_neurons: int, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """(N,) the first neuron of each group that pairs join."""
    import scipy.sparse as sp

    pairs = sp.coo_array((np.ones(len(one)), (one, other)), shape=(n_neurons, n_neurons))
    group = sp.csgraph.connected_components(pairs, directed=False)[1]
    _, first = np.unique(group, return_index=True)
    found: NDArray[np.int64] = first[group].astype(np.int64)
    return found
