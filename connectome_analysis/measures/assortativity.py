"""Assortativity: do neurons of high degree send to neurons of high degree?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..graph import require_graph
from .per_neuron import strengths

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

KINDS = ("out-in", "in-out", "out-out", "in-in")


def assortativity(g: Graph, *, weighted: bool = False) -> pd.Series[float]:
    """Degree assortativity of a directed graph, in its four kinds.

    The correlation over all edges of a degree of the sender with a degree of the receiver. Newman
    2003, doi:10.1103/PhysRevE.67.026126; Foster et al. 2010, doi:10.1073/pnas.0912671107.

    Parameters
    ----------
    g : Graph
        Self-loops, where kept, are edges like others.
    weighted : bool
        Correlate sums of weights in place of degrees; every edge still counts once.

    Returns
    -------
    (4,) Series of float64 in [-1, 1], index ``kind``
        ``"out-in"`` is the out-degree of senders with the in-degree of receivers, and so on. NaN
        where one of the two is the same at all edges, or there is no edge.

    Raises
    ------
    ValueError
        Where a weight used is below 0.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 1, 5], [2, 3, 4, 2])
    >>> ca.measures.assortativity(g).round(3).to_dict()
    {'out-in': -0.577, 'in-out': nan, 'out-out': nan, 'in-in': nan}
    """
    import pandas as pd

    require_graph(g)
    degree: dict[str, NDArray[Any]] = {
        "out": g.out_degree.astype(np.float64),
        "in": g.in_degree.astype(np.float64),
    }
    if weighted:
        values = strengths(g, weighted=True)
        degree["out"] = np.bincount(g.out_sources, values, g.n_nodes)
        degree["in"] = np.bincount(g.out_indices, values, g.n_nodes)
    found = {}
    for kind in KINDS:
        sender, receiver = kind.split("-")
        found[kind] = _correlation(degree[sender][g.out_sources], degree[receiver][g.out_indices])
    return pd.Series(found, name="assortativity").rename_axis("kind")


def _correlation(x: NDArray[Any], y: NDArray[Any]) -> float:
    if len(x) == 0 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    return float(np.clip(x @ y / np.sqrt((x @ x) * (y @ y)), -1.0, 1.0))
