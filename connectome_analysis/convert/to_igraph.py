"""To igraph: vertices in the graph's order with ``node_id``, edges with ``weight``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .attributes import node_attributes
from .missing_library import missing_library

if TYPE_CHECKING:
    import igraph

    from ..graph import Graph


def to_igraph(graph: Graph) -> igraph.Graph:
    """Directed igraph Graph; raises ImportError naming the extra where igraph is missing."""
    try:
        import igraph as ig
    except ImportError as error:
        raise missing_library("igraph", "pip install 'neuropil[igraph]'") from error
    edges = np.column_stack([graph.out_sources, graph.out_indices])
    result = ig.Graph(n=graph.n_nodes, edges=edges.tolist(), directed=True)
    result["name"] = graph.name
    result.vs["node_id"] = graph.node_ids.tolist()
    for name, values in node_attributes(graph).items():
        result.vs[name] = values
    result.es["weight"] = graph.weights.tolist()
    if graph.confidence is not None:
        result.es["confidence"] = graph.confidence.tolist()
    return result
