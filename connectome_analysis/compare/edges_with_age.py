"""Variable edges: of connections in a row of individuals, which are in all, which come and go, which grow?

After Witvliet et al. 2021, doi:10.1038/s41586-021-03778-8, who followed the worm's brain through eight ages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .given import Many, named_graphs
from .many_tests import corrected
from .raw_counts import warn_of_mixed_counts

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph


def variable_edges(
    connectomes: Many,
    *,
    by: str | None = "name",
    level: float = 0.05,
    edge_type: str | None = "chemical",
    min_synapses: int | None = None,
) -> pd.DataFrame:
    """Weights of each connection in several individuals, and what becomes of it from first to last.

    Parameters
    ----------
    connectomes : sequence or mapping, three or more
        In order, for instance of age.
    by : str or None
        Column of the node tables that says which neuron is which; None takes equal ids. Only neurons
        that all have are compared.
    level : float
        q-value (Benjamini and Hochberg over the connections) up to which a trend counts.
    edge_type, min_synapses
        As for ``Connectome.graph``.

    Returns
    -------
    DataFrame, one row per connection that any has, index ``(pre, post)``
        One column per connectome with its weight, 0 where it is missing; ``n_present``;
        ``mean_weight`` and ``cv`` (deviation over mean) over all; ``trend``, Spearman's correlation
        of weight and order, ``p_value``, ``q_value``; ``kind``: "growing" or "shrinking" where the
        trend counts, otherwise "conserved" in all, "variable" in some. ``attrs`` hold
        ``n_neurons`` compared.

    Raises
    ------
    ValueError
        Where there are fewer than three connectomes, no such column, or fewer than two shared
        neurons.

    Warns
    -----
    MixedCountsWarning

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> ages = {f"age {k}": f"celegans-witvliet2021-{k}" for k in range(1, 9)}
    >>> table = variable_edges(ages)
    >>> sorted(table["kind"].unique())
    ['conserved', 'growing', 'shrinking', 'variable']
    """
    import pandas as pd
    from scipy.stats import rankdata, t

    given = named_graphs(connectomes, least=3, edge_type=edge_type, min_synapses=min_synapses)
    warn_of_mixed_counts(given)
    labels = [_labels(one.graph, by, one.name) for one in given]
    shared = labels[0]
    for other in labels[1:]:
        shared = shared[np.isin(shared, other)]
    if len(shared) < 2:
        msg = f"{len(shared)} neurons are in all by {by or 'node_id'}; give another column in by."
        raise ValueError(msg)
    shared = np.sort(shared)
    n = len(shared)
    keys, weights = [], []
    for one, own in zip(given, labels, strict=True):
        place = np.searchsorted(shared, own)
        place[place == n] = 0
        place = np.where(shared[place] == own, place, -1)
        g = one.graph
        pre, post = place[g.out_sources], place[g.out_indices]
        kept = (pre >= 0) & (post >= 0)
        keys.append(pre[kept] * n + post[kept])
        weights.append(g.weights[kept].astype(np.float64))
    every = np.unique(np.concatenate(keys))
    matrix = np.zeros((len(every), len(given)))
    for column, (key, weight) in enumerate(zip(keys, weights, strict=True)):
        matrix[np.searchsorted(every, key), column] = weight
    trend = _spearman(rankdata(matrix, axis=1), np.arange(len(given), dtype=np.float64))
    free = len(given) - 2
    with np.errstate(divide="ignore", invalid="ignore"):
        p_values = 2 * t.sf(np.abs(trend) * np.sqrt(free / (1 - trend**2)), free)
    q_values = corrected(p_values, "fdr")
    present = (matrix > 0).sum(axis=1)
    kind = np.where(present == len(given), "conserved", "variable").astype(object)
    kind[(q_values <= level) & (trend > 0)] = "growing"
    kind[(q_values <= level) & (trend < 0)] = "shrinking"
    mean = matrix.mean(axis=1)
    table = pd.DataFrame(
        matrix,
        columns=[one.name for one in given],
        index=pd.MultiIndex.from_arrays(
            [shared[every // n], shared[every % n]], names=["pre", "post"]
        ),
    ).assign(
        n_present=present,
        mean_weight=mean,
        cv=matrix.std(axis=1, ddof=1) / mean,
        trend=trend,
        p_value=p_values,
        q_value=q_values,
        kind=kind,
    )
    table.attrs |= {"n_neurons": n, "by": by or "node_id", "level": level}
    return table


def _spearman(ranks: NDArray[np.float64], order: NDArray[np.float64]) -> NDArray[np.float64]:
    """(E,) correlation of each row of ranks with the order; NaN where a row does not vary."""
    rows = ranks - ranks.mean(axis=1, keepdims=True)
    line = order - order.mean()
    length = np.sqrt((rows**2).sum(axis=1) * (line**2).sum())
    result = np.full(len(rows), np.nan)
    np.divide(rows @ line, length, out=result, where=length > 0)
    clipped: NDArray[np.float64] = np.clip(result, -1.0, 1.0)
    return clipped


def _labels(g: Graph, by: str | None, name: str) -> NDArray[np.generic]:
    if by is None:
        return np.asarray(g.node_ids)
    nodes = g.nodes
    if by not in nodes.columns:
        msg = f"The node table of {name} has no column {by!r}; by=None takes equal ids."
        raise ValueError(msg)
    labels = nodes[by].astype(object).where(nodes[by].notna(), None)
    # A neuron without a label is nobody else's.
    filled = [f"\0{name} {i}" if label is None else str(label) for i, label in enumerate(labels)]
    if len(set(filled)) < len(filled):
        twice = next(label for label in filled if filled.count(label) > 1)
        msg = f"{by} is {twice!r} for more than one neuron of {name}."
        raise ValueError(msg)
    return np.array(filled)
