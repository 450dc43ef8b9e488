"""Hemispheres: one connectome as two graphs, the connections within each side."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..graph import Graph
from ..measures.components import component_labels
from ..measures.per_neuron import labels_of
from .given import One, named_graphs


class Hemispheres(NamedTuple):
    """Graphs of the connections within the left side and within the right."""

    left: Graph
    right: Graph


def hemispheres(
    g: One,
    by: str = "side",
    *,
    left: str = "left",
    right: str = "right",
    largest_component: bool = False,
) -> Hemispheres:
    """Split a graph into those induced on the neurons of either side.

    Connections that cross are in neither; neurons of neither side are left out. The graphs are named after
    the connectome and the side.

    Parameters
    ----------
    g : Graph, Connectome, folder or name
    by : str
        Column of the node table.
    left, right : str
        What it says for either side.
    largest_component : bool
        Keep the largest weakly connected component of each, as Pedigo et al. 2023 do.

    Raises
    ------
    ValueError
        Where there is no such column, or a side has no neuron.

    Examples
    --------
    >>> import pandas as pd
    >>> nodes = pd.DataFrame({"node_id": [1, 2, 3, 4], "side": ["left", "left", "right", "right"]})
    >>> g = Graph.from_edges([1, 1, 4], [2, 3, 3], nodes=nodes)
    >>> [side.n_edges for side in hemispheres(g)]
    [1, 1]
    """
    if not isinstance(g, Graph):
        [given] = named_graphs([g])
        g = given.graph
    sides = labels_of(g, by)
    found = []
    for which in (left, right):
        ids = g.node_ids[(sides == which).fillna(False).to_numpy(bool)]
        if not len(ids):
            have = ", ".join(map(repr, sorted(map(str, sides.dropna().unique()))))
            msg = f"No neuron has {by} {which!r}; there are {have or 'none'}."
            raise ValueError(msg)
        part = g.subgraph(ids)
        if largest_component:
            labels = component_labels(part, "weak").to_numpy()
            part = part.subgraph(part.node_ids[np.asarray(labels) == 0])
        found.append(part.named(f"{g.name} {which}".strip()))
    return Hemispheres(*found)
