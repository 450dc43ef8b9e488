"""Per neuron: one value for each neuron, labelled by its id; and weights a measure may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..tables.nearest_names import names_in_words

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

_LEAST, _MOST = 1e-100, 1e100


def per_neuron(g: Graph, values: NDArray[Any], name: str) -> pd.Series[Any]:
    """(N,) Series of values in the order of the nodes, index ``node_id``."""
    import pandas as pd

    return pd.Series(values, index=pd.Index(g.node_ids, name="node_id"), name=name)


def strengths(g: Graph, *, weighted: bool) -> NDArray[np.float64]:
    """(E,) float64: the weights of the edges, all above 0, or 1 for each.

    Raises
    ------
    ValueError
        Where a weight is below 0, or so large or small that squares of it are no longer exact.
    """
    if not weighted:
        return np.ones(g.n_edges)
    require_positive(g)
    values = g.weights.astype(np.float64)
    if len(values) and not (values.min() >= _LEAST and values.max() <= _MOST):
        msg = (
            f"Weights must lie between {_LEAST:g} and {_MOST:g}, got {values.min():g} to "
            f"{values.max():g}; divide them by a typical weight."
        )
        raise ValueError(msg)
    return values


def exact_weights(g: Graph) -> NDArray[Any]:
    """(E,) weights that can be added up: int64 where they are whole and their sum fits, or float64."""
    if g.weights.dtype.kind == "i" and np.abs(g.weights.astype(np.float64)).sum() < 2.0**63:
        return g.weights.astype(np.int64)
    return g.weights.astype(np.float64)


def require_positive(g: Graph) -> None:
    """Raise ValueError where a weight is below 0, as where signs were multiplied in."""
    if g.n_edges and g.weights.min() < 0:
        count = int((g.weights < 0).sum())
        msg = (
            f"Weights must be above 0, got {count:,} below, for instance {g.weights.min()}. Make "
            "the graph from the absolute weights; the signs of neurons have a column of their own."
        )
        raise ValueError(msg)


def labels_of(g: Graph, by: Any, *, argument: str = "by") -> pd.Series[Any]:
    """One label for each neuron: a column of the node table, or a Series or array given.

    Parameters
    ----------
    by : str, (N,) Series with node ids as index, or (N,) array
        A column's name; or labels by node id, or in the order of the nodes.

    Raises
    ------
    ValueError
        Where there is no such column, a neuron has no row in the Series, or the length is wrong.
    """
    import pandas as pd

    index = pd.Index(g.node_ids, name="node_id")
    if isinstance(by, str):
        nodes = g.nodes
        if by not in nodes.columns:
            have = names_in_words(nodes.columns, by)
            msg = f"The node table has no column {by!r}; it has: {have}."
            raise ValueError(msg)
        return pd.Series(nodes[by].array, index=index, name=by)
    if isinstance(by, pd.Series):
        if not by.index.is_unique:
            msg = f"{argument} must have each node id once in its index."
            raise ValueError(msg)
        lacking = index[~index.isin(by.index)]
        if len(lacking):
            msg = (
                f"{argument} has no row for {len(lacking):,} of {g.n_nodes:,} neurons, for "
                f"instance {lacking[0]}. Its index must be node ids; give missing labels as None."
            )
            raise ValueError(msg)
        return pd.Series(
            by.reindex(index).array, index=index, name=argument if by.name is None else by.name
        )
    if not hasattr(by, "__len__") or len(by) != g.n_nodes:
        got = f"{len(by):,} values" if hasattr(by, "__len__") else type(by).__name__
        msg = (
            f"{argument} must be a column of the node table, a Series by node id or one value for "
            f"each of the {g.n_nodes:,} neurons, got {got}."
        )
        raise ValueError(msg)
    return pd.Series(by, index=index, name=argument)
