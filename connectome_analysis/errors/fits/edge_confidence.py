"""Edge confidence: from the probability of each synapse to that of each connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...ids import Positions, as_ids
from ...whole_numbers import require_whole
from ..rate_table import Floats
from .pair_evidence import connected_given_synapses

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph


def edge_confidence(
    synapses: Any,
    calibration: Callable[[Any], Floats] | None = None,
    *,
    column: str = "confidence",
    theta: int = 1,
    n_pairs: float | None = None,
) -> pd.DataFrame:
    """Say how likely each detected connection is real.

    The synapses of a pair are taken as real or not independently, each with its probability, so
    the number of real ones has a Poisson binomial distribution.

    A probability that belongs to the score of a synapse does not know the pair it is in. Where most
    connections have several synapses and false ones stand alone, it is too high for pairs of one
    synapse and too low for the others. With `n_pairs` the scores are weighed against how many
    pairs have how many synapses, see `pair_evidence`.

    Parameters
    ----------
    synapses : DataFrame or Connectome
        One row per synapse: ``pre_id``, ``post_id`` and `column`. Rows with an id missing, which
        are of unattached sites, are left out.
    calibration : callable, optional
        From the column to probabilities, such as a `Calibration`. Without it the column must be
        probabilities already.
    column : str
        ``"confidence"`` or ``"score"``.
    theta : int
        Real synapses that make a connection.
    n_pairs : float, optional
        Ordered pairs that could have had synapses, to weigh them against; for theta = 1. Where left
        out, probabilities are taken to be those of the synapse in its pair.

    Returns
    -------
    DataFrame, index ``pre_id`` and ``post_id`` (int64), sorted
        ``n_detected`` synapses; ``expected_true``, the expected number of real ones, and its
        ``variance``; ``probability`` of at least `theta` real ones. For theta = 1 it is
        1 - product of (1 - p), unless `n_pairs` is given.

    Raises
    ------
    ValueError
        Where a column is missing, ids are not integers, or probabilities are not between 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> synapses = pd.DataFrame({"pre_id": [1, 1, 2], "post_id": [2, 2, 1],
    ...                          "confidence": [0.5, 0.8, 0.3]})
    >>> edge_confidence(synapses)["probability"].round(3).tolist()
    [0.9, 0.3]
    >>> edge_confidence(synapses, theta=2)["probability"].round(3).tolist()
    [0.4, 0.0]
    >>> edge_confidence(synapses, n_pairs=6)["probability"].round(3).tolist()
    [0.966, 0.2]
    """
    import pandas as pd

    require_whole("theta", theta)
    if n_pairs is not None and theta != 1:
        msg = f"n_pairs weighs synapses against pairs without any, for theta=1; got theta={theta}."
        raise ValueError(msg)
    table = _table(synapses, column)
    attached = table["pre_id"].notna() & table["post_id"].notna()
    table = table[attached.to_numpy()]
    pre, post = (_ids(table[c], f"synapses.{c}") for c in ("pre_id", "post_id"))
    probability = _probabilities(table[column], column, calibration)
    order = np.lexsort((post, pre))
    pre, post, probability = pre[order], post[order], probability[order]
    new = np.ones(len(pre), dtype=bool)
    new[1:] = (pre[1:] != pre[:-1]) | (post[1:] != post[:-1])
    start = np.flatnonzero(new)
    of = np.cumsum(new) - 1
    n_edges = len(start)
    index = pd.MultiIndex.from_arrays([pre[start], post[start]], names=["pre_id", "post_id"])
    return pd.DataFrame(
        {
            "n_detected": np.bincount(of, minlength=n_edges).astype(np.int64),
            "expected_true": np.bincount(of, probability, n_edges),
            "variance": np.bincount(of, probability * (1 - probability), n_edges),
            "probability": _at_least(theta, probability, of, start)
            if n_pairs is None
            else connected_given_synapses(
                probability, start, np.bincount(of, minlength=n_edges), float(n_pairs)
            ),
        },
        index=index,
    )


def edge_probability(confidence: pd.DataFrame, g: Graph) -> Floats:
    """Probability that each edge of a graph is real, in the order of its edges.

    Parameters
    ----------
    confidence : DataFrame
        As `edge_confidence` makes it: index ``pre_id`` and ``post_id``, column ``probability``.
    g : Graph

    Returns
    -------
    (E,) float64, in the order of ``g.edges()``, self-loops left out
        What `Posterior` takes as `edge_probability`.

    Raises
    ------
    ValueError
        Where an edge of the graph has none.

    Examples
    --------
    >>> import connectome_analysis as ca, pandas as pd
    >>> table = pd.DataFrame({"pre_id": [1], "post_id": [2], "confidence": [0.7]})
    >>> edge_probability(edge_confidence(table), ca.Graph.from_edges([1], [2])).tolist()
    [0.7]
    """
    if list(confidence.index.names) != ["pre_id", "post_id"] or "probability" not in confidence:
        have = ", ".join(map(str, confidence.columns))
        msg = (
            "A table of edge_confidence is wanted, with index pre_id and post_id and a column "
            f"probability; got index {list(confidence.index.names)} and columns {have}."
        )
        raise ValueError(msg)
    pre = as_ids(confidence.index.get_level_values("pre_id").to_numpy(), "confidence.pre_id")
    post = as_ids(confidence.index.get_level_values("post_id").to_numpy(), "confidence.post_id")
    g = g.without_self_loops()
    inside = np.isin(pre, g.node_ids) & np.isin(post, g.node_ids)
    where = Positions(g.node_ids)
    keys = where(pre[inside], "confidence").astype(np.int64) * g.n_nodes
    keys += where(post[inside], "confidence")
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    wanted = g.out_sources.astype(np.int64) * g.n_nodes + g.out_indices
    place = np.searchsorted(keys, wanted)
    found = place < len(keys)
    found[found] = keys[place[found]] == wanted[found]
    if not found.all():
        edge = int(np.flatnonzero(~found)[0])
        msg = (
            f"{int((~found).sum()):,} of {g.n_edges:,} edges have no confidence, for instance "
            f"{g.node_ids[g.out_sources[edge]]} to {g.node_ids[g.out_indices[edge]]}; make the graph "
            "from the same synapses."
        )
        raise ValueError(msg)
    values = confidence["probability"].to_numpy(np.float64)[inside][order]
    result: Floats = values[place]
    return result


def _table(synapses: Any, column: str) -> pd.DataFrame:
    from ...connectome import Connectome

    if isinstance(synapses, Connectome):
        columns = list(synapses.synapses.columns)
        if column not in columns:
            msg = f"{synapses.name} has no {column} of synapses; it has {', '.join(columns)}."
            raise ValueError(msg)
        table: pd.DataFrame = synapses.sql(
            f'SELECT pre_id, post_id, "{column}" FROM synapses '
            "WHERE pre_id IS NOT NULL AND post_id IS NOT NULL"
        ).df()
        return table
    if not hasattr(synapses, "columns"):
        msg = f"synapses must be a table or a Connectome, got {type(synapses).__name__}."
        raise ValueError(msg)
    lacking = [c for c in ("pre_id", "post_id", column) if c not in synapses.columns]
    if lacking:
        have = ", ".join(map(str, synapses.columns))
        msg = f"synapses lacks {', '.join(lacking)}; it has {have}."
        raise ValueError(msg)
    given: pd.DataFrame = synapses
    return given


def _ids(column: Any, name: str) -> NDArray[np.int64]:
    # Int64 with gaps would come out as objects or floats; without them it is whole.
    if getattr(column.dtype, "kind", "") in "iu":
        column = column.astype("int64")
    return as_ids(column.to_numpy(), name)


def _probabilities(
    column: Any, name: str, calibration: Callable[[Any], Floats] | None
) -> NDArray[np.float64]:
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isnan(values).any():
        msg = (
            f"{int(np.isnan(values).sum()):,} of {len(values):,} synapses have no {name}; leave them "
            "out or give them one."
        )
        raise ValueError(msg)
    result = values if calibration is None else np.asarray(calibration(values), np.float64)
    bad = ~((result >= 0) & (result <= 1))
    if bad.any():
        way = (
            "give calibration=calibrate_confidence(...)"
            if calibration is None
            else "the calibration must return probabilities"
        )
        msg = f"{name} must be probabilities between 0 and 1, got {result[bad][0]:g}; {way}."
        raise ValueError(msg)
    return result


def _at_least(theta: int, p: Floats, of: NDArray[np.int64], start: NDArray[np.int64]) -> Floats:
    """(E,) probability of at least `theta` real synapses, synapses sorted by edge."""
    n_edges = len(start)
    # Probability of 0 ... theta - 1 real ones; edges take their next synapse together.
    few = np.zeros((n_edges, theta))
    few[:, 0] = 1.0
    size = np.bincount(of, minlength=n_edges)
    order = np.argsort(-size, kind="stable")
    sizes = size[order]
    for turn in range(int(size.max(initial=0))):
        now = order[: int(np.searchsorted(-sizes, -turn, side="left"))]  # edges with more synapses
        here = p[start[now] + turn][:, None]
        old = few[now]
        new = old * (1 - here)
        new[:, 1:] += old[:, :-1] * here
        few[now] = new
    result: Floats = np.clip(1.0 - few.sum(axis=1), 0.0, 1.0)
    result[size < theta] = 0.0
    return result
