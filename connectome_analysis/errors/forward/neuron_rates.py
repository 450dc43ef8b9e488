"""Neuron rates: a rate that may vary, as one number for each neuron of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..rate_table import Floats
from ..varying import PerGroup, PerMatrix, PerPair, Rate, on_graph

if TYPE_CHECKING:
    from ...graph import Graph


def neuron_rates(rate: Rate, g: Graph, name: str) -> Floats:
    """(N,) float64: the rate of each neuron.

    Raises
    ------
    ValueError
        Where the rate is one of pairs.

    Examples
    --------
    >>> from connectome_analysis import Graph
    >>> neuron_rates(0.5, Graph.from_edges([1], [2]), "split.probability").tolist()
    [0.5, 0.5]
    """
    if isinstance(rate, (PerPair, PerMatrix)) or (isinstance(rate, PerGroup) and rate.of_pairs):
        msg = (
            f"{name} is of single neurons, got {type(rate).__name__}, a rate of pairs; give a number, "
            "a column of the node table, a Series by node id or {column: {group: rate}}."
        )
        raise ValueError(msg)
    if g.n_nodes == 0:
        return np.empty(0)
    table = on_graph(rate, g, name)
    rates: Floats = table.table[table.sender_class, table.receiver_class[0]]
    return rates
