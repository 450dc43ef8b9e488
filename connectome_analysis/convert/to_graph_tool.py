"""To graph-tool: vertices in the graph's order, property maps ``node_id`` and ``weight``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .attributes import node_attributes
from .missing_library import missing_library

if TYPE_CHECKING:
    import graph_tool

    from ..graph import Graph


def to_graph_tool(graph: Graph) -> graph_tool.Graph:
    """Directed graph-tool Graph; raises ImportError saying where graph-tool comes from.

    Columns of the node table become vertex properties: whole numbers ``int64_t``, other numbers
    ``double`` (NaN where missing), the rest ``string`` (empty where missing).
    """
    try:
        import graph_tool as gt
    except ImportError as error:
        way_out = (
            "it is not on PyPI; see docs/graph_tool.md, or `make test-graph-tool`, "
            "conda install -c conda-forge graph-tool, apt install python3-graph-tool"
        )
        raise missing_library("graph-tool", way_out) from error
    result = gt.Graph(directed=True)
    result.add_vertex(graph.n_nodes)
    result.add_edge_list(np.column_stack([graph.out_sources, graph.out_indices]))
    result.vp["node_id"] = result.new_vertex_property("int64_t", vals=graph.node_ids)
    for name, values in node_attributes(graph).items():
        result.vp[name] = _vertex_property(result, values)
    whole = graph.weights.dtype.kind == "i"
    kind = "int64_t" if whole else "double"
    # Edges keep the order in which they were added, which is the order of the weights.
    result.ep["weight"] = result.new_edge_property(kind, vals=graph.weights)
    if graph.confidence is not None:
        known = result.new_edge_property("double", vals=graph.confidence)
        result.ep["confidence"] = known
    return result


def _vertex_property(result: graph_tool.Graph, values: list[object]) -> object:
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, int) for value in known) and len(known) == len(values):
        return result.new_vertex_property("int64_t", vals=values)
    if known and all(isinstance(value, (int, float)) for value in known):
        numbers = [np.nan if value is None else value for value in values]
        return result.new_vertex_property("double", vals=numbers)
    texts = ["" if value is None else str(value) for value in values]
    return result.new_vertex_property("string", vals=texts)
