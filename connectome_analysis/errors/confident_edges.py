"""Confident edges: rates and estimates of each edge where its probability of being real is known.

A confidence q is a calibrated probability that an edge is real. Wanted is a number for each edge
whose mean is 1 over connections and 0 over all other pairs, whatever the true graph is. Among edges of
the same strength take::

    w = f v / v1,   v = K q / (K q + 1 - q),   v1 = sum q v / sum q

with v1 the mean of v over *real* edges of that strength and f the estimate of an edge that is surely
real: 1 / (1 - beta), or 1 - t^n where synapses are counted (`count_estimates`). What false edges bring
with them, S = sum (1 - q) w, is taken off the pairs that were not seen. Any v would do; this one
scatters least where scatter of a real edge weighs K times that of a false one. With K = 1 numbers of
edges are known best, but real edges lie in more motifs than false ones, and the rarest motifs then
scatter more than at the mean rates. Strong edges, of which none is doubtful, have v = v1 and count in
full. Where all confidences of a strength are the same, w is the estimate at the mean rates.

Nothing but the confidences says how many edges are false: alpha = sum (1 - q) / pairs without a
connection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .could_touch import ContactPairs, touching
from .count_estimates import CountEstimates
from .fits.pair_counts import total_over_pairs
from .rate_table import Floats, RateTable, combine, constant_rate

if TYPE_CHECKING:
    from ..graph import Graph
    from .error_model import ErrorModel

# Edges alike in weight, so many at least, share a mean confidence.
_LEAST_ALIKE = 100
# K. On a worm with 750 false edges beside 2,194 true ones, counts of all 16 classes of triads scatter
# less than at the mean rates for K from 15 on, open ones least at 3, dense ones at 30.
_WORTH = 20.0
_SAME = 1e-12


@dataclass(frozen=True, eq=False)
class Confidences:
    """Confidences of the edges of one graph, and what follows from them alone.

    Attributes
    ----------
    real : (E,) float64
        Probability that each edge is real; 1 between neurons that could not touch.
    touch : RateTable
        1 for pairs that could touch, 0 for others.
    n_pairs : float
        How many could.
    """

    real: Floats
    touch: RateTable
    n_pairs: float
    inside: NDArray[np.bool_]

    def connected(self, beta: Floats) -> float:
        """Expected number of true connections among the pairs that could touch.

        Parameters
        ----------
        beta : (E,) float64
            Of each edge.
        """
        there = self.inside & (beta < 1)
        return float((self.real[there] / (1.0 - beta[there])).sum())


def confidences_of(model: ErrorModel, g: Graph) -> Confidences:
    """Take the confidences of a graph as a model says.

    Raises
    ------
    ValueError
        Where the graph has none.
    """
    if g.confidence is None:
        msg = (
            f"The error model takes the confidence of every edge, and {g.name or 'the graph'} has none "
            "for all of them: `neuropil errors calibrate` makes it from synapses, Graph.from_edges(..., "
            "confidence=...) takes it."
        )
        raise ValueError(msg)
    given = model.could_touch
    pairs = (
        ContactPairs(given.pre_ids, given.post_ids) if isinstance(given, ContactPairs) else given
    )
    touch = touching(pairs, g)
    inside = touch.of(g.out_sources, g.out_indices) > 0
    odds = 1.0 if model.confidence_odds is None else model.confidence_odds
    real = odds * g.confidence / (odds * g.confidence + 1.0 - g.confidence)
    real = np.minimum(real, 1.0)  # a rounding above
    return Confidences(np.where(inside, real, 1.0), touch, total_over_pairs(touch), inside)


def confident_estimates(
    model: ErrorModel,
    g: Graph,
    found: Confidences,
    beta: RateTable,
    by_count: CountEstimates | None,
) -> tuple[RateTable, CountEstimates | None]:
    """Alpha of every pair, and the estimates of edges; None where the mean rates say the same.

    Parameters
    ----------
    beta : RateTable
        Missed connections, those left out for their low confidence among them.
    by_count : CountEstimates or None
        Of the same model without false connections.

    Raises
    ------
    ValueError
        Where more edges are false than pairs could touch.
    """
    missed = beta.of(g.out_sources, g.out_indices)
    real, inside = found.real, found.inside
    empty = found.n_pairs - found.connected(missed)
    false = float((1.0 - real).sum())
    if false > 0 and false >= empty:
        msg = (
            f"{false:,.1f} edges are expected to be false, of {empty:,.1f} pairs without a connection: "
            "there are too few pairs that could touch, or the confidences are too low."
        )
        raise ValueError(msg)
    rate = false / empty if false > 0 else 0.0
    alpha = found.touch.map(lambda touch: rate * touch)
    share = shares_of_real(g.weights, real)
    exact = by_count is not None and model.confidence_kept == 1 and by_count.exact
    if by_count is None and np.all(np.abs(share - 1.0) < _SAME):
        return alpha, None
    # What an edge that is surely real counts.
    whole = 1.0 / (1.0 - missed) if by_count is None else by_count.seen / model.confidence_kept
    doubt = np.where(inside, 1.0 - real, 0.0)
    per_pair = 1.0 / empty if false > 0 else 0.0
    if exact:
        # 1 - C t^n for what was seen and 1 - C for what was not: C such that nothing counts as 0.
        power = 1.0 - whole
        kept = 1.0 - rate
        turn = (float((doubt * share).sum()) * per_pair + kept) / (
            float((doubt * share * power).sum()) * per_pair + kept
        )
        seen = np.where(inside, 1.0 - turn * power, whole) * share
        unseen = found.touch.map(lambda touch: (1.0 - turn) * touch)
    else:
        brought = float((doubt * share * whole).sum()) * per_pair
        scale = combine(
            lambda touch, b: 1.0 / (1.0 - b * touch * brought / (1.0 - rate)), found.touch, beta
        )
        seen = scale.of(g.out_sources, g.out_indices) * whole * share
        unseen = combine(lambda s, touch: -s * touch * brought / (1.0 - rate), scale, found.touch)
    return alpha, CountEstimates(
        seen, unseen, exact=False, effective=_effective(seen, real, missed, rate, false)
    )


def shares_of_real(weights: NDArray[np.generic], real: Floats) -> Floats:
    """(E,) what each edge counts beside real ones of its strength: v / v1, 1 on average over these."""
    if not len(real):
        return np.empty(0)
    worth = _WORTH * real / (_WORTH * real + 1.0 - real)
    levels, of = np.unique(weights, return_inverse=True)
    number = np.bincount(of, minlength=len(levels))
    # Levels of strength join until they have enough edges; the strongest join those before them.
    group = np.empty(len(levels), np.int64)
    current, held = 0, 0
    for i, n in enumerate(number.tolist()):
        if held >= _LEAST_ALIKE:
            current, held = current + 1, 0
        group[i] = current
        held += n
    if held < _LEAST_ALIKE and current:
        group[group == current] = current - 1
    alike = group[of.reshape(-1)]
    total = np.bincount(alike, real)
    mean = np.ones(len(total))
    np.divide(np.bincount(alike, real * worth), total, out=mean, where=total > 0)
    result: Floats = worth / mean[alike]
    return result


def _effective(
    seen: Floats, real: Floats, missed: Floats, rate: float, false: float
) -> tuple[float, float]:
    """One alpha and one beta at which estimates of single pairs scatter as these do."""
    kept = 1.0 - float(missed.mean()) if len(missed) else 1.0
    doubt = 1.0 - real
    of_false = float((doubt * seen**2).sum()) / false * kept**2 if false > 0 else 1.0
    connected = float((real / np.maximum(1.0 - missed, 1e-12)).sum())
    spread = max(float((real * seen**2).sum()) / max(connected, 1e-300) - 1.0, 0.0)
    return min(rate * of_false, rate), spread / (1.0 + spread)


def confident_part(g: Graph, model: ErrorModel) -> tuple[Graph, ErrorModel]:
    """Leave out the edges that tell least, for comparisons that count edges as they are.

    Edges are kept while the sum of their confidences, squared, over their number rises: those with
    at least half the mean confidence of the edges kept. With the true connections lost so among
    the missed ones and the mean rate of false ones among the rest, a test is as valid as with all
    edges, and what is doubtful no longer drowns what is not.

    Returns
    -------
    Graph, ErrorModel
        Of the edges kept; the same two where the model takes no confidences.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3], [2, 3, 1], confidence=[0.9, 0.9, 0.2])
    >>> part, model = confident_part(g, ca.errors.ErrorModel(confidence_odds=1, could_touch="all"))
    >>> part.n_edges, model.confidence_kept
    (2, 0.9)
    """
    if model.confidence_odds is None:
        return g, model
    real = confidences_of(model, g).real
    if not len(real):
        return g, model
    falling = np.sort(real)[::-1]
    total = np.cumsum(falling)
    worth = total**2 / np.arange(1, len(falling) + 1)
    # The longest part of equal worth: edges of the same confidence stay together.
    best = len(worth) - 1 - int(np.argmax(worth[::-1]))
    keep = real >= falling[best]
    share = float(real[keep].sum() / max(real.sum(), 1e-300))
    if keep.all():
        return g, model
    kept = float(np.round(model.confidence_kept * share, 12))
    return g.edges_kept(keep), model.replace(confidence_kept=kept)


def log_ratios(g: Graph, found: Confidences, beta: RateTable) -> Floats:
    """(E,) log likelihood of what was seen of each edge if it is a connection over that if not.

    A confidence is a posterior probability; what the edge itself says is its odds over those of a
    connection between any two neurons that could touch. Infinite for edges that are surely real.
    """
    connected = found.connected(beta.of(g.out_sources, g.out_indices))
    prior = np.log(max(connected, 1e-300)) - np.log(max(found.n_pairs - connected, 1e-300))
    with np.errstate(divide="ignore"):
        own: Floats = np.log(found.real) - np.log1p(-found.real)
    ratio: Floats = own - prior
    return ratio


def without_confidence(model: ErrorModel) -> ErrorModel:
    """The same model where every edge is real."""
    names = () if model.uncertainty is None else model.uncertainty.names
    dropped = "confidence_odds" in names
    return model.replace(
        confidence_odds=None,
        confidence_kept=1.0,
        could_touch=None,
        uncertainty=None if dropped else model.uncertainty,
    )


def nothing_false(n_nodes: int) -> RateTable:
    """No false connections anywhere."""
    return constant_rate(n_nodes, 0.0)
