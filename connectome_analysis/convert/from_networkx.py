"""From networkx: ids where the labels are integers, numbers and a name where they are not."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx
    import pandas as pd


def edge_lists(
    graph: networkx.Graph[Hashable], weight: str | None
) -> tuple[list[int], list[int], list[Any], pd.DataFrame]:
    """Edges and node table of a networkx graph.

    Returns
    -------
    pre, post : list of int
    weights : list
        1 where an edge lacks the attribute.
    nodes : DataFrame
        ``node_id``, ``name`` where the labels are not integers, and the node attributes.
    """
    import pandas as pd

    labels = list(graph)
    named = not all(isinstance(label, int) and not isinstance(label, bool) for label in labels)
    ids = {label: number for number, label in enumerate(labels, start=1)}
    if not named:
        ids = {label: int(label) for label in labels}
    pre: list[int] = []
    post: list[int] = []
    weights: list[Any] = []
    for sender, receiver, attributes in graph.edges(data=True):
        strength = 1 if weight is None else attributes.get(weight, 1)
        pre.append(ids[sender])
        post.append(ids[receiver])
        weights.append(strength)
        if not graph.is_directed() and sender != receiver:
            pre.append(ids[receiver])
            post.append(ids[sender])
            weights.append(strength)
    nodes = pd.DataFrame({"node_id": [ids[label] for label in labels]}, dtype="int64")
    if named:
        nodes["name"] = [str(label) for label in labels]
    for attribute in dict.fromkeys(key for _, data in graph.nodes(data=True) for key in data):
        if attribute not in nodes:
            nodes[attribute] = [data.get(attribute) for _, data in graph.nodes(data=True)]
    return pre, post, weights, nodes
