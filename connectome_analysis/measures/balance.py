"""Balance: how much excitation and inhibition each neuron, or each type, receives and sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..graph import require_graph
from .neuron_types import NeuronTypes
from .per_neuron import exact_weights, labels_of, require_positive

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph

KINDS = ("excitatory", "inhibitory", "other", "unknown")
_TRANSMITTERS = "neurotransmitter"


def ei_balance(
    g: Graph,
    signs: Mapping[str, int | None] | pd.Series[Any] | ArrayLike | None = None,
    *,
    by: str | pd.Series[Any] | ArrayLike | None = None,
) -> pd.DataFrame:
    """Excitatory and inhibitory input and output of each neuron or type.

    A connection has the sign of the neuron that sends it (Dale's principle).

    Parameters
    ----------
    g : Graph
        Self-loops, where kept, are edges like others.
    signs : mapping, (N,) Series by node id, (N,) array, or None
        +1 excitatory, -1 inhibitory, 0 neither, missing unknown. None takes the column ``sign`` of
        the node table. A mapping gives the sign of each transmitter in the column
        ``neurotransmitter``, None for unknown; it must name every transmitter there is, so that
        nothing is assumed of glutamate. ``ca.motifs.transmitter_signs(g, glutamate=-1)`` makes a
        Series by the conventions of the field.
    by : str, Series or array, optional
        Add up over types; as for `type_matrix`. Neurons without a label are ``unassigned``.

    Returns
    -------
    DataFrame, one row per neuron, index ``node_id``, or per type, sorted, with ``n_neurons``
        For ``in`` and ``out``, and for excitatory, inhibitory, other (0) and unknown:
        ``{in,out}_{kind}_edges`` and ``{in,out}_{kind}_weight``; then ``{in,out}_index_edges`` and
        ``{in,out}_index_weight`` = (E - I) / (E + I), in [-1, 1]; ``{in,out}_unknown_share``, of
        the weight. Per neuron also ``sign`` (Int8). NaN for shares of nothing.

    Raises
    ------
    ValueError
        Where there are no signs, a sign is none of -1, 0, 1, a transmitter is not in the mapping,
        or a weight is below 0.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 4], [3, 3, 3], weight=[6, 2, 2])
    >>> table = ca.measures.ei_balance(g, [1, -1, 1, None])
    >>> table.loc[3, ["in_excitatory_weight", "in_inhibitory_weight", "in_index_weight"]].tolist()
    [6.0, 2.0, 0.5]
    >>> float(table.loc[3, "in_unknown_share"])
    0.2
    """
    import pandas as pd

    require_graph(g)
    require_positive(g)
    sign = _signs(g, signs)
    kind = np.select([sign == 1, sign == -1, sign == 0], [0, 1, 2], default=3)
    row, index, sizes = _rows(g, by)
    columns: dict[str, Any] = {}
    if by is None:
        columns["sign"] = pd.Series(sign, index=index).astype("Int8")
    else:
        columns["n_neurons"] = sizes
    weights = exact_weights(g)
    sender_kind = kind[g.out_sources]
    for way, ends in (("in", g.out_indices), ("out", g.out_sources)):
        cells = row[ends] * len(KINDS) + sender_kind
        shape = (len(index), len(KINDS))
        edges = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
        weight = np.zeros(shape, weights.dtype)
        np.add.at(weight.ravel(), cells, weights)
        for number, name in enumerate(KINDS):
            columns[f"{way}_{name}_edges"] = edges[:, number]
            columns[f"{way}_{name}_weight"] = weight[:, number]
        columns[f"{way}_index_edges"] = _index(edges)
        columns[f"{way}_index_weight"] = _index(weight)
        columns[f"{way}_unknown_share"] = _share(weight[:, 3], weight.sum(axis=1))
    return pd.DataFrame(columns, index=index)


def _signs(g: Graph, given: Any) -> NDArray[np.float64]:
    """(N,) -1, 0, 1 or NaN."""
    import pandas as pd

    if given is None:
        if "sign" not in g.nodes.columns:
            msg = (
                "The node table has no column 'sign'; give signs: one for each neuron, or a "
                "mapping from transmitter to sign; motifs.transmitter_signs(g, glutamate=-1) makes some."
            )
            raise ValueError(msg)
        given = "sign"
    if isinstance(given, Mapping):
        given = _from_transmitters(labels_of(g, _TRANSMITTERS), given)
    values = labels_of(g, given, argument="signs")
    try:
        signs = pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        signs = np.full(len(values), np.inf)
    wrong = ~(np.isnan(signs) | np.isin(signs, (-1, 0, 1)))
    if wrong.any():
        msg = f"A sign must be -1, 0, 1 or missing, got {values[wrong].tolist()[0]!r}."
        raise ValueError(msg)
    if g.n_nodes and np.isnan(signs).all():
        msg = (
            "No neuron has a sign; give signs: one for each neuron, or a mapping from transmitter "
            "to sign; motifs.transmitter_signs(g, glutamate=-1) makes some."
        )
        raise ValueError(msg)
    return signs


def _from_transmitters(labels: pd.Series[Any], signs: Mapping[str, int | None]) -> NDArray[Any]:
    present = [str(name) for name in labels.dropna().unique()]
    lacking = sorted(name for name in present if name not in signs)
    if lacking:
        count = int(labels.isin(lacking).sum())
        msg = (
            f"The mapping gives no sign for {', '.join(lacking)} ({count:,} neurons). Name every "
            "transmitter: 1, -1, 0 for neither, or None for unknown."
        )
        raise ValueError(msg)
    return np.array(
        [
            np.nan if missing or signs[name] is None else signs[name]
            for name, missing in zip(labels, labels.isna(), strict=True)
        ],
        dtype=object,
    )


def _rows(g: Graph, by: Any) -> tuple[NDArray[np.int64], pd.Index[Any], NDArray[np.int64]]:
    """Row of each neuron in the table, the table's index, and neurons to a row."""
    import pandas as pd

    if by is None:
        return np.arange(g.n_nodes), pd.Index(g.node_ids, name="node_id"), np.ones(g.n_nodes, int)
    types = NeuronTypes.of(g, by)
    index = pd.Index(types.names, name=types.by, dtype=object)
    return types.number, index, types.sizes


def _index(counts: NDArray[Any]) -> NDArray[np.float64]:
    return _share(counts[:, 0] - counts[:, 1], counts[:, 0] + counts[:, 1])


def _share(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    shares = np.full(len(whole), np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares
