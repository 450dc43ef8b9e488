"""Type matrix: how cell types, or any groups of neurons, are joined to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..graph import require_graph
from .choice import require_choice
from .neuron_types import NeuronTypes
from .per_neuron import exact_weights, require_positive

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

Value = Literal["edges", "weight", "input_fraction", "output_fraction", "density"]
Missing = Literal["own", "drop"]


def type_matrix(
    g: Graph,
    by: str | pd.Series[Any] | ArrayLike = "cell_type",
    *,
    value: Value = "weight",
    missing: Missing = "own",
) -> pd.DataFrame:
    """Connections from each type to each type, as a matrix.

    Parameters
    ----------
    g : Graph
    by : str, (N,) Series by node id, or (N,) array
        The type of each neuron; a string is a column of the node table.
    value : {"weight", "edges", "input_fraction", "output_fraction", "density"}
        From type a to type b:

        - ``"weight"``, ``"edges"``: sum of weights, number of edges
        - ``"input_fraction"``: weight from a to b / all weight that b receives; columns sum to 1
        - ``"output_fraction"``: the same / all weight that a sends; rows sum to 1
        - ``"density"``: edges from a to b / ordered pairs of a neuron of a and another of b,
          without self-loops
    missing : {"own", "drop"}
        Neurons without a label are a type of their own, ``unassigned``, or their row and column
        are left out. Shares are of everything either way, so that where something was left out
        they sum to less than 1.

    Returns
    -------
    (T, T) DataFrame, rows send, columns receive
        Index ``pre_type``, columns ``post_type``, sorted by name, ``unassigned`` last. Whole
        numbers for counts of edges and for whole weights. 0 for types not joined; a share of
        nothing and a density of no pairs are NaN.

    Raises
    ------
    ValueError
        Where there is no such column, an option is not one of the above, or a share of weights
        below 0 is asked for.

    See Also
    --------
    type_edges : the same as a list of joined types, for thousands of types.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], weight=[2, 6, 4])
    >>> ca.measures.type_matrix(g, ["A", "B", "B"]).to_numpy().tolist()
    [[0, 8], [0, 4]]
    >>> ca.measures.type_matrix(g, ["A", "B", "B"], value="density").to_numpy().tolist()
    [[nan, 1.0], [0.0, 0.5]]
    """
    import pandas as pd

    require_graph(g)
    require_choice("value", value, get_args(Value))
    require_choice("missing", missing, get_args(Missing))
    types = NeuronTypes.of(g, by)
    n_types = len(types.names)
    pairs = _joined(g, types, without_self_loops=value == "density")
    cells = pairs.pre * n_types + pairs.post
    if value in ("weight", "edges"):
        amount = pairs.weight if value == "weight" else pairs.edges
        matrix = np.zeros((n_types, n_types), dtype=amount.dtype)
        matrix.ravel()[cells] = amount
    else:
        matrix = np.zeros((n_types, n_types))
        if value == "density":
            matrix.ravel()[cells] = pairs.edges
            possible = np.outer(types.sizes, types.sizes) - np.diag(types.sizes)
        else:
            require_positive(g)
            matrix.ravel()[cells] = pairs.weight
            axis = 0 if value == "input_fraction" else 1
            possible = np.broadcast_to(matrix.sum(axis=axis, keepdims=True), matrix.shape)
        matrix = _divided(matrix, possible)
    table = pd.DataFrame(
        matrix,
        index=pd.Index(types.names, name="pre_type", dtype=object),
        columns=pd.Index(types.names, name="post_type", dtype=object),
    )
    if missing == "drop" and types.n_unlabelled:
        table = table.iloc[:-1, :-1].copy()
    table.attrs |= {
        "graph": g.name,
        "value": value,
        "by": types.by,
        "weight_meaning": g.weight_meaning,
    }
    return table


def type_edges(
    g: Graph,
    by: str | pd.Series[Any] | ArrayLike = "cell_type",
    *,
    missing: Missing = "own",
) -> pd.DataFrame:
    """Connections between types, as a list of the types that are joined.

    Parameters
    ----------
    g, by, missing
        As for `type_matrix`.

    Returns
    -------
    DataFrame, one row per ordered pair of types with an edge
        ``pre_type``, ``post_type``, sorted by both; ``n_pre``, ``n_post`` (neurons of each type),
        ``n_edges``, ``weight``, ``input_fraction``, ``output_fraction`` and ``density`` as in
        `type_matrix`.

    Raises
    ------
    ValueError
        Where there is no such column, or a weight is below 0.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], weight=[2, 6, 4])
    >>> ca.measures.type_edges(g, ["A", "B", "B"])[["n_edges", "weight"]].to_dict("list")
    {'n_edges': [2, 1], 'weight': [8, 4]}
    """
    import pandas as pd

    require_graph(g)
    require_choice("missing", missing, get_args(Missing))
    require_positive(g)
    types = NeuronTypes.of(g, by)
    n_types = len(types.names)
    pairs = _joined(g, types)
    loops = _joined(g, types, only_self_loops=True)
    proper = pairs.edges.copy()
    proper[np.searchsorted(pairs.pre * n_types + pairs.post, loops.pre * (n_types + 1))] -= (
        loops.edges
    )
    n_pre, n_post = types.sizes[pairs.pre], types.sizes[pairs.post]
    received = np.bincount(pairs.post, pairs.weight, n_types)[pairs.post]
    sent = np.bincount(pairs.pre, pairs.weight, n_types)[pairs.pre]
    names = np.array(types.names, dtype=object)
    table = pd.DataFrame(
        {
            "pre_type": names[pairs.pre],
            "post_type": names[pairs.post],
            "n_pre": n_pre,
            "n_post": n_post,
            "n_edges": pairs.edges,
            "weight": pairs.weight,
            "input_fraction": _divided(pairs.weight, received),
            "output_fraction": _divided(pairs.weight, sent),
            "density": _divided(
                proper, n_pre * n_post - np.where(pairs.pre == pairs.post, n_pre, 0)
            ),
        }
    )
    if missing == "drop" and types.n_unlabelled:
        last = n_types - 1
        table = table[(pairs.pre != last) & (pairs.post != last)].reset_index(drop=True)
    table.attrs |= {"graph": g.name, "by": types.by, "weight_meaning": g.weight_meaning}
    return table


class _Joined(NamedTuple):
    """Ordered pairs of types with an edge, ascending; their edges and weight."""

    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    edges: NDArray[np.int64]
    weight: NDArray[Any]


def _joined(
    g: Graph, types: NeuronTypes, *, without_self_loops: bool = False, only_self_loops: bool = False
) -> _Joined:
    n_types = len(types.names)
    keys = types.number[g.out_sources] * n_types + types.number[g.out_indices]
    weights = exact_weights(g)
    if without_self_loops or only_self_loops:
        chosen = (g.out_sources == g.out_indices) == only_self_loops
        keys, weights = keys[chosen], weights[chosen]
    cells, number, edges = np.unique(keys, return_inverse=True, return_counts=True)
    weight = np.zeros(len(cells), dtype=weights.dtype)
    np.add.at(weight, number, weights)
    side = max(n_types, 1)
    return _Joined(cells // side, cells % side, edges.astype(np.int64, copy=False), weight)


def _divided(above: NDArray[Any], below: NDArray[Any]) -> NDArray[np.float64]:
    shares = np.full(above.shape, np.nan)
    np.divide(above, below, out=shares, where=below > 0)
    return shares
