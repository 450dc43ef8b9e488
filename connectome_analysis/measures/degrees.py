"""Degrees: how many partners and how much weight each neuron has, in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .reciprocity import reciprocal_edges

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph


def degrees(g: Graph) -> pd.DataFrame:
    """Degree table of a graph.

    Returns
    -------
    DataFrame, one row per neuron, index ``node_id``
        ``in_degree``, ``out_degree``, ``total_degree`` (in plus out), ``mutual_degree``
        (partners joined both ways), ``in_weight``, ``out_weight`` (sums of weights, integers
        where the weights are).

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 1], [2, 1, 3], weight=[5, 2, 1])
    >>> ca.measures.degrees(g).loc[1].to_dict() == {
    ...     "in_degree": 1, "out_degree": 2, "total_degree": 3,
    ...     "mutual_degree": 1, "in_weight": 2, "out_weight": 6,
    ... }
    True
    """
    import pandas as pd

    wide = np.int64 if g.weights.dtype.kind == "i" else np.float64
    in_weight = np.zeros(g.n_nodes, dtype=wide)
    out_weight = np.zeros(g.n_nodes, dtype=wide)
    np.add.at(in_weight, g.out_indices, g.weights)
    np.add.at(out_weight, g.out_sources, g.weights)
    mutual = reciprocal_edges(g) & (g.out_sources != g.out_indices)
    return pd.DataFrame(
        {
            "in_degree": g.in_degree,
            "out_degree": g.out_degree,
            "total_degree": g.in_degree + g.out_degree,
            "mutual_degree": np.bincount(g.out_sources[mutual], minlength=g.n_nodes),
            "in_weight": in_weight,
            "out_weight": out_weight,
        },
        index=pd.Index(g.node_ids, name="node_id"),
    )
