"""To networkx: node ids as nodes, node columns and weights as attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .attributes import node_attributes

if TYPE_CHECKING:
    import networkx

    from ..graph import Graph


def to_networkx(graph: Graph) -> networkx.DiGraph[int]:
    """networkx DiGraph with Python integers and floats, so that it saves to JSON and GraphML."""
    import networkx as nx

    result = nx.DiGraph(name=graph.name)
    columns = node_attributes(graph)
    for i, node_id in enumerate(graph.node_ids.tolist()):
        known = {name: values[i] for name, values in columns.items() if values[i] is not None}
        result.add_node(node_id, **known)
    result.add_weighted_edges_from(
        zip(
            graph.node_ids[graph.out_sources].tolist(),
            graph.node_ids[graph.out_indices].tolist(),
            graph.weights.tolist(),
            strict=True,
        )
    )
    if graph.confidence is not None:
        for (_, _, attributes), value in zip(
            result.edges(data=True), graph.confidence.tolist(), strict=True
        ):
            attributes["confidence"] = value
    return result
