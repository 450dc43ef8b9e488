"""From networkx: ids where the labels are integers, numbers and a name where they are not."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

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
    ids: dict[Any, int] = {label: number for number, label in enumerate(labels, start=1)}
    named = not all(_is_whole(label) for label in labels)
    if not named:
        ids = {label: int(str(label)) for label in labels}
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
            values = [data.get(attribute) for _, data in graph.nodes(data=True)]
            known = [value for value in values if value is not None]
            # Whole numbers with gaps stay whole: pandas alone would make floats of them.
            whole = bool(known) and all(_is_whole(value) for value in known)
            nodes[attribute] = pd.array(values, dtype="Int64") if whole else values
    return pre, post, weights, nodes


def _is_whole(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))
