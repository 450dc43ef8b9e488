"""Matched neurons: the neurons two graphs share, or that are known to be homologous, in one order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors.same_neurons import require_same_neurons
from ..graph import Graph
from ..ids import as_ids
from .given import One, two_graphs


class Matched(NamedTuple):
    """Two graphs of corresponding neurons: position k is the same neuron in both.

    Attributes
    ----------
    a, b : Graph
        Without self-loops, each with the node ids it had.
    n_only_a, n_only_b : int
        Neurons left out.
    """

    a: Graph
    b: Graph
    n_only_a: int
    n_only_b: int


def matched_neurons(a: One, b: One, pairs: Any = None, **options: Any) -> Matched:
    """Take the neurons of two graphs that correspond, in the same order.

    Parameters
    ----------
    a, b : Graph, Connectome, folder or name
    pairs : optional
        - None: neurons of the same ``node_id``.
        - str: a column of both node tables, such as ``"name"`` or a number of the pair; each entry
          once in each, missing ones match nothing.
        - mapping, Series or table of two columns: ids of `a` to ids of `b`; pairs that are not in
          both graphs are left out.
    **options
        ``edge_type``, ``min_synapses``, ``where`` of connectomes.

    Raises
    ------
    ValueError
        Where fewer than two neurons match, a neuron matches twice, or equal ids are other neurons
        by name.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> a = ca.Graph.from_edges([1, 2], [2, 3])
    >>> b = ca.Graph.from_edges([7, 8], [8, 9])
    >>> found = matched_neurons(a, b, {1: 9, 2: 8})
    >>> found.a.node_ids.tolist(), found.b.node_ids.tolist(), found.n_only_a
    ([1, 2], [9, 8], 1)
    """
    a, b = (one.graph for one in two_graphs(a, b, **options))
    left, right = _ids(a, b, pairs)
    known = np.isin(left, a.node_ids) & np.isin(right, b.node_ids)
    left, right = left[known], right[known]
    for which, ids in (("a", left), ("b", right)):
        if len(np.unique(ids)) < len(ids):
            values, counts = np.unique(ids, return_counts=True)
            msg = (
                f"pairs match neuron {values[counts > 1][0]} of {which} more than once; leave one of "
                "its rows."
            )
            raise ValueError(msg)
    if len(left) < 2:
        msg = (
            f"{len(left)} neurons of the graphs match, and connections need two: pairs must say which "
            "are the same, by a column of both node tables, such as 'name', or {id of a: id of b}."
        )
        raise ValueError(msg)
    return Matched(
        in_order(a, left), in_order(b, right), a.n_nodes - len(left), b.n_nodes - len(left)
    )


def in_order(g: Graph, node_ids: NDArray[np.int64]) -> Graph:
    """Return the graph of some neurons, in the order given, without self-loops."""
    part = g.without_self_loops().subgraph(node_ids)
    if np.array_equal(part.node_ids, node_ids):
        return part
    nodes = None
    table = part.nodes
    if len(table.columns) > 1:
        nodes = table.set_index("node_id").loc[node_ids].reset_index()
    edges = part.edges()
    return Graph.from_edges(
        edges["pre_id"].to_numpy(),
        edges["post_id"].to_numpy(),
        edges["weight"].to_numpy(),
        node_ids=None if nodes is not None else node_ids,
        nodes=nodes,
        confidence=None if part.confidence is None else edges["confidence"].to_numpy(),
        name=g.name,
        weight_meaning=g.weight_meaning,
        how_counted=g.how_counted,
    )


def _ids(a: Graph, b: Graph, pairs: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    import pandas as pd

    if pairs is None:
        require_same_neurons([a, b])
        shared = np.intersect1d(a.node_ids, b.node_ids)
        return shared, shared
    if isinstance(pairs, str):
        tables = []
        for which, g in (("a", a), ("b", b)):
            nodes = g.nodes
            if pairs not in nodes.columns:
                msg = f"The node table of {which} has no column {pairs!r} to match neurons by."
                raise ValueError(msg)
            known = nodes[["node_id", pairs]].dropna()
            if known[pairs].duplicated().any():
                twice = known[pairs][known[pairs].duplicated()].iloc[0]
                count = int((known[pairs] == twice).sum())
                msg = (
                    f"{pairs} is {twice} for {count:,} neurons of {which}, and only what one neuron has alone "
                    "tells it; give pairs={id of a: id of b} without those."
                )
                raise ValueError(msg)
            tables.append(known)
        both = tables[0].merge(tables[1], on=pairs)
        return both["node_id_x"].to_numpy(np.int64), both["node_id_y"].to_numpy(np.int64)
    if isinstance(pairs, (Mapping, pd.Series)):
        given = pd.Series(pairs)
        left, right = given.index.to_numpy(), given.to_numpy()
    else:
        table = pd.DataFrame(pairs)
        if table.shape[1] != 2:
            msg = (
                "pairs must be a column's name, {id of a: id of b}, or a table of two columns, got "
                f"{table.shape[1]} columns."
            )
            raise ValueError(msg)
        left, right = table.iloc[:, 0].to_numpy(), table.iloc[:, 1].to_numpy()
    return as_ids(left, "ids of a in pairs"), as_ids(right, "ids of b in pairs")
