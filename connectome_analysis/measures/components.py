"""Components: the parts of a connectome that hang together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from ..graph import require_graph

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

Kind = Literal["strong", "weak"]


def component_labels(g: Graph, kind: Kind = "strong") -> pd.Series[int]:
    """Component of each neuron.

    Parameters
    ----------
    g : Graph
    kind : {"strong", "weak"}
        Strong: each neuron reaches each other along edges. Weak: directions are ignored.

    Returns
    -------
    (N,) Series of int64, index the node ids
        0 is the largest component, then by falling size, ties by the first node.
    """
    import pandas as pd
    from scipy.sparse.csgraph import connected_components

    require_graph(g)
    if kind not in ("strong", "weak"):
        msg = f"kind must be 'strong' or 'weak', got {kind!r}."
        raise ValueError(msg)
    if g.n_nodes == 0:
        labels = np.zeros(0, dtype=np.int64)
    else:
        _, raw = connected_components(g.to_scipy(), directed=True, connection=kind)
        _, first, size = np.unique(raw, return_index=True, return_counts=True)
        number = np.empty(len(size), dtype=np.int64)
        number[np.lexsort((first, -size))] = np.arange(len(size))
        labels = number[raw]
    return pd.Series(labels, index=pd.Index(g.node_ids, name="node_id"), name="component")


def components(g: Graph, kind: Kind = "strong") -> pd.DataFrame:
    """Sizes of the components, largest first.

    Parameters
    ----------
    g : Graph
    kind : {"strong", "weak"}

    Returns
    -------
    DataFrame, index ``component``
        ``size``: neurons; ``edges``: edges among them.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 2, 4], [2, 1, 3, 5])
    >>> ca.measures.components(g, "strong")["size"].tolist()
    [2, 1, 1, 1]
    >>> ca.measures.components(g, "weak").to_dict("list")
    {'size': [3, 2], 'edges': [3, 1]}
    """
    import pandas as pd

    labels = component_labels(g, kind).to_numpy()
    sizes = np.bincount(labels)
    inside = labels[g.out_sources] == labels[g.out_indices]
    edges = np.bincount(labels[g.out_sources[inside]], minlength=len(sizes))
    return pd.DataFrame(
        {"size": sizes, "edges": edges}, index=pd.RangeIndex(len(sizes), name="component")
    )
