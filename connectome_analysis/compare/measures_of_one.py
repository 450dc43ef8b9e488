"""Measures of one: what is compared of a connectome where nothing else is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..measures.clustering import mean_clustering
from ..measures.density import density
from ..measures.reciprocity import reciprocity
from ..measures.transitivity import transitivity
from ..motifs.triad_census import triad_census
from ..motifs.triads import CONNECTED_TRIADS
from .summary_table import gini

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

# Share of the neurons that count as hubs, the best connected first.
_HUBS = 0.1


def synapses_per_neuron(g: Graph) -> float:
    """Sum of weights over neurons.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> synapses_per_neuron(ca.Graph.from_edges([1, 2], [2, 1], weight=[3, 5]))
    4.0
    """
    return float(g.weights.sum() / g.n_nodes) if g.n_nodes else np.nan


def synapses_per_connection(g: Graph) -> float:
    """Mean weight of a connection; NaN without one."""
    return float(g.weights.mean()) if g.n_edges else np.nan


def triad_shares(g: Graph) -> pd.Series[float]:
    """Each connected triad's share of all connected triads; NaN where there is none.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> shares = triad_shares(ca.Graph.from_edges([1, 1, 2, 4], [2, 3, 3, 1]))
    >>> shares[["030T", "021C"]].round(4).tolist()
    [0.3333, 0.6667]
    """
    counts: Any = triad_census(g).loc[list(CONNECTED_TRIADS)].astype(float)
    total = float(counts.sum())
    shares: pd.Series[float] = counts / (total if total > 0 else np.nan)
    return shares


def hub_share(g: Graph) -> float:
    """Share of all connection ends at the tenth of the neurons with most connections.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> star = ca.Graph.from_edges([0] * 9, range(1, 10))
    >>> hub_share(star)
    0.5
    """
    degree = np.sort(g.in_degree + g.out_degree)[::-1]
    total = degree.sum()
    hubs = max(1, int(np.ceil(_HUBS * len(degree))))
    return float(degree[:hubs].sum() / total) if total else np.nan


def hub_density(g: Graph) -> float:
    """Density among the hubs over that of the graph: above 1 where hubs seek each other.

    NaN with fewer than two hubs or without connections.
    """
    degree = g.in_degree + g.out_degree
    hubs = int(np.ceil(_HUBS * len(degree)))
    whole = density(g)
    if hubs < 2 or not whole > 0:
        return float("nan")
    # All as well connected as the last hub: which of them comes first must not matter.
    chosen = g.node_ids[degree >= np.sort(degree)[-hubs]]
    return density(g.subgraph(chosen)) / whole


def degree_gini(g: Graph) -> float:
    """Gini coefficient of total degree."""
    return gini(g.in_degree + g.out_degree)


MEASURES = {
    "density": density,
    "synapses_per_neuron": synapses_per_neuron,
    "synapses_per_connection": synapses_per_connection,
    "reciprocity": reciprocity,
    "transitivity": transitivity,
    "clustering": mean_clustering,
    "triad": triad_shares,
    "hub_share": hub_share,
    "hub_density": hub_density,
    "degree_gini": degree_gini,
}
"""Numbers that `case_control` compares where no others are given: name, and function of a graph."""
