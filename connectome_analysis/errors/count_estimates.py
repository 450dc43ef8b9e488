"""Count estimates: is a pair connected, judged by how many synapses of it were seen?

Strong connections are missed less often than weak ones, and lie in more motifs: a mean beta would
correct both alike. Wanted is a function f of the number seen whose expectation is 0 for pairs without a
synapse and 1 for connections, whatever their strength.

Where every count was kept and recall is high there is one, exactly: with t = -(1 - r) / r the
expectation of t^n over what is seen of k synapses is 0^k exp(lambda (t - 1)), so::

    f(n) = 1 - t^n exp(lambda (1 - t))

Otherwise, as above a threshold, f is the function that comes nearest: 0 on average over pairs without
a synapse, 1 on average over connections, and as close to 1 for each strength as its variance allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .rate_table import Floats, RateTable, combine
from .true_counts import TrueCounts, seen_given_true

if TYPE_CHECKING:
    from .error_model import ErrorModel

# Below this recall t^n is large and of changing sign.
_STEADY_RECALL = 0.6
# A bias of one in so many connections weighs as much as the variance of one of them.
_CONNECTIONS_OF_A_BIAS = 300.0
# Larger numbers seen leave no doubt; recalls in between are interpolated.
_MOST_SEEN = 64
_RECALLS = 33
_MOST_FALSE_RATES = 8


@dataclass(frozen=True, eq=False)
class CountEstimates:
    """Estimates of whether each pair of a graph is connected.

    Attributes
    ----------
    seen : (E,) float64
        For each edge, in the order of `Graph.out_indices`.
    unseen : RateTable
        For pairs that were not seen.
    exact : bool
        Whether they are right on average for connections of every strength, not only for all.
    effective : (float, float) or None
        One alpha and one beta at which single pairs would scatter as much, where these say less
        than the mean rates do.
    """

    seen: Floats
    unseen: RateTable
    exact: bool = False
    effective: tuple[float, float] | None = None


def count_estimates(
    model: ErrorModel,
    counts: NDArray[np.int64],
    ends: tuple[NDArray[Any], NDArray[Any]],
    recall: RateTable,
    false_rate: RateTable,
    true_counts: TrueCounts,
) -> CountEstimates | None:
    """The estimates, or None where false rates differ too much to have a function for each.

    Parameters
    ----------
    counts : (E,) int64
        Synapses of each edge.
    ends : senders and receivers of the edges, dense indices
    recall, false_rate : RateTable
    true_counts : TrueCounts
        How many connections have how many synapses.
    """
    every_count = max(model.min_synapses, model.connection_from) == 1
    if every_count and recall.least >= _STEADY_RECALL:
        turn = recall.map(lambda r: -(1.0 - r) / r)
        absent = combine(lambda t, f: np.exp(f * (1.0 - t)), turn, false_rate)
        seen = 1.0 - turn.of(*ends) ** counts * absent.of(*ends)
        return CountEstimates(seen, absent.map(lambda a: 1.0 - a), exact=True)
    falses = np.unique(np.concatenate([false_rate.table.ravel(), false_rate.values]))
    if len(falses) > _MOST_FALSE_RATES or recall.least <= 0.0:
        return None
    recalls = np.unique(np.linspace(recall.least, recall.most, _RECALLS))
    weight = np.concatenate([[0.0], true_counts.number])
    # (F, R, 1 + numbers seen): what was not seen first.
    tables = np.array([[_nearest(r, f, weight, model) for r in recalls] for f in falses])

    def value(r: Floats, f: Floats, place: NDArray[np.int64]) -> Floats:
        result = np.empty(np.shape(r))
        for i, false in enumerate(falses):
            here = f == false
            at = np.clip(np.searchsorted(recalls, r[here]), 1, len(recalls) - 1)
            at = np.minimum(at, len(recalls) - 1) if len(recalls) > 1 else np.zeros_like(at)
            before = np.maximum(at - 1, 0)
            width = np.where(at > before, recalls[at] - recalls[before], 1.0)
            share = np.clip((r[here] - recalls[before]) / width, 0.0, 1.0)
            low, high = tables[i, before, place[here]], tables[i, at, place[here]]
            result[here] = low + share * (high - low)
        return result

    place = np.minimum(counts, _MOST_SEEN) - model.min_synapses + 1
    seen = value(recall.of(*ends), false_rate.of(*ends), place)

    def of_nothing(r: Floats, f: Floats) -> Floats:
        r, f = np.broadcast_arrays(r, f)
        return value(r, f, np.zeros(r.shape, np.int64))

    nothing = combine(of_nothing, recall, false_rate)
    return CountEstimates(np.where(counts > _MOST_SEEN, 1.0, seen), nothing)


def _nearest(recall: float, false_rate: float, weight: Floats, model: ErrorModel) -> Floats:
    """f for what was not seen, then for `min_synapses` ... `_MOST_SEEN` synapses seen."""
    chance = seen_given_true(recall, false_rate, _MOST_SEEN, len(weight) - 1)
    chance[:, _MOST_SEEN] += np.maximum(1.0 - chance.sum(axis=1), 0.0)
    theta = model.min_synapses
    cells = np.hstack([chance[:, :theta].sum(axis=1, keepdims=True), chance[:, theta:]])
    k = np.arange(len(weight))
    wanted = (k >= model.connection_from).astype(np.float64)
    # Connections that are hardly ever seen cannot be made up for by the others of their strength.
    share = np.where(1.0 - cells[:, 0] > 1e-3, weight, 0.0)
    share = share / max(share.sum(), 1e-300)
    bias = cells.T @ (share[:, None] * cells)
    spread = np.diag(share @ cells) - bias
    left = bias + spread / _CONNECTIONS_OF_A_BIAS + 1e-9 * np.eye(len(bias))
    right = cells.T @ (share * wanted)
    connected = share * wanted / max((share * wanted).sum(), 1e-300)
    exact = np.vstack([cells[0], connected @ cells])
    top = np.hstack([left, exact.T])
    bottom = np.hstack([exact, np.zeros((2, 2))])
    solved = np.linalg.lstsq(
        np.vstack([top, bottom]), np.concatenate([right, [0.0, 1.0]]), rcond=None
    )
    result: Floats = solved[0][: len(left)]
    return result
