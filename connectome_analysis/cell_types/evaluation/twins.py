"""Twins: bilateral pairs, from a column of numbers that twins share or of the twin's id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ...graph import Graph


def twin_groups(g: Graph, column: str) -> NDArray[np.int64]:
    """(N,) number that a neuron shares with its twin alone; neurons without one stand alone.

    Parameters
    ----------
    g : Graph
    column : str
        Missing values and -1 are neurons without a twin. Where each value is a node id and stands
        once, it is the id of the twin; otherwise twins have the same value.

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
    place = {int(neuron): k for k, neuron in enumerate(g.node_ids)}
    groups = np.arange(g.n_nodes)
    known = values[~lone]
    numbers = pd.to_numeric(known, errors="coerce")
    are_ids = (
        known.is_unique
        and numbers.notna().all()
        and all(float(x).is_integer() and int(x) in place for x in known)
    )
    if are_ids:
        for k in np.flatnonzero(~lone).tolist():
            groups[k] = min(k, place[int(values.iloc[k])])
        return groups
    first: dict[str, int] = {}
    for k in np.flatnonzero(~lone).tolist():
        groups[k] = first.setdefault(str(values.iloc[k]), k)
    return groups
