"""Corrected degrees: how many partners each neuron truly has.

The number seen is that of true partners found plus false ones. The interval holds every number of
partners at which what was seen is not among the outermost twentieth, counting half of what was
exactly seen (mid-p; Lancaster 1961, doi:10.1080/01621459.1961.10482105), so that small degrees
neither jump nor take a normal distribution for granted.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...graph import require_graph
from .. import words
from ..edge_rates import EdgeRates
from ..error_model import ErrorModel
from ..rate_table import Floats, RateTable
from ..verdict_warning import RatesWarning
from .given_rates import given_model
from .intervals import normal_quantile
from .triad_estimates import spread

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph

# Connections of a typical neuron that a neuron's own count as much as.
_TYPICAL = 5.0


class _Seen(NamedTuple):
    """What one side of the neurons was seen to have.

    Attributes
    ----------
    degree : (N,) int64
    estimate : (N,) float64
        Unbiased.
    missed : (N,) float64
        Mean beta of a neuron's connections.
    false : (N,) float64
        Expected number of false partners, if it had no true one.
    """

    degree: NDArray[np.int64]
    estimate: Floats
    missed: Floats
    false: Floats


def debias_degrees(
    g: Graph,
    alpha: Any = None,
    beta: Any = None,
    *,
    error_model: ErrorModel | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate how many neurons each neuron truly sends to and receives from.

    Parameters
    ----------
    g, alpha, beta, error_model, level
        As for `debias_triad_census`.

    Returns
    -------
    DataFrame, one row per neuron, index ``node_id``
        For ``out`` and ``in``: ``out_degree`` as seen, ``out_estimate`` (unbiased), ``out_low`` and
        ``out_high``, whole numbers.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1] * 8, range(2, 10))
    >>> ca.errors.debias_degrees(g, beta=0.2).loc[1, ["out_degree", "out_estimate"]].tolist()
    [8.0, 10.0]
    """
    import pandas as pd

    require_graph(g)
    tail = (1.0 - level) / 2
    normal_quantile(level)
    model = given_model(alpha, beta, error_model)
    simple = g.without_self_loops()
    central = model.edge_rates(simple)
    drawn = (
        [central] if model.uncertainty is None else [m.edge_rates(simple) for m in spread(model)]
    )
    central.require_informative()
    columns: dict[str, Any] = {}
    for side in ("out", "in"):
        seen = _of_side(simple, central, side)
        every = [_of_side(simple, rates, side) for rates in drawn]
        if central.by_count is not None and central.by_count.effective is not None:
            low, high = _by_estimate(
                seen, every, central.by_count.effective, normal_quantile(level)
            )
        else:
            low, high = _limits(every, tail)
        columns |= {
            f"{side}_degree": seen.degree,
            f"{side}_estimate": seen.estimate,
            f"{side}_low": low,
            f"{side}_high": high,
        }
    table = pd.DataFrame(columns, index=pd.Index(g.node_ids, name="node_id"))
    whole = float(columns["out_estimate"].sum())
    if whole < 0 and _refuted(central, drawn, simple):
        warnings.warn(
            f"The rates do not fit {g.name or 'the graph'}: it would have {whole:,.0f} connections, "
            "fewer than none; alpha is too high for it.",
            RatesWarning,
            stacklevel=2,
        )
    table.attrs.update({"graph": g.name, "error_model": words.of_model(model), "level": level})
    return table


def _refuted(central: EdgeRates, drawn: Sequence[EdgeRates], g: Graph) -> bool:
    """Whether fewer connections were seen than there are false ones alone, whatever the truth.

    The number of false ones is binomial; five standard deviations below are no chance. Of rates that
    are uncertain the least are taken, and of edges with confidences what was seen is not counted.
    """
    if central.by_count is not None and central.by_count.effective is not None:
        return True
    false = min(float(_sum_over_others(rates.alpha, "out").sum()) for rates in (central, *drawn))
    return bool(g.n_edges < false - 5.0 * np.sqrt(false))


def _of_side(g: Graph, rates: EdgeRates, side: str) -> _Seen:
    from .dyad_states import seen_and_unseen

    value, unseen = seen_and_unseen(rates, g)
    ends = (g.out_sources, g.out_indices)
    here = ends[0] if side == "out" else ends[1]
    degree = np.bincount(here, minlength=g.n_nodes)
    beta, present = rates.beta.of(*ends), value.of(*ends) - unseen.of(*ends)
    typical = float(beta.mean()) if g.n_edges else float(rates.beta.table.mean())
    estimate = np.bincount(here, present, g.n_nodes) + _sum_over_others(unseen, side)
    false = _sum_over_others(rates.alpha, side)
    if rates.by_count is None:
        mean = np.bincount(here, beta, g.n_nodes) / np.maximum(degree, 1)
        missed = np.where(degree > 0, mean, typical)
    else:
        # Neurons differ in how strong their connections are: what each of them misses shows in its
        # own counts, and for few connections in those of all.
        found = np.maximum(degree - false, 0.0) + _TYPICAL * (1.0 - typical)
        missed = np.clip(1.0 - found / (np.maximum(estimate, 0.0) + _TYPICAL), 0.0, 0.99)
    return _Seen(degree=degree, estimate=estimate, missed=missed, false=false)


def _sum_over_others(rate: RateTable, side: str) -> Floats:
    """(N,) sum of a rate over all pairs of each neuron with another."""
    of, others = rate.sender_class, rate.receiver_class
    table = rate.table
    if side == "in":
        of, others, table = others, of, table.T
    size = np.bincount(others, minlength=table.shape[1])
    total: Floats = (table @ size)[of] - table[of, others]
    if len(rate.keys):
        sender, receiver = np.divmod(rate.keys, rate.n_nodes)
        apart = rate.apart()
        total = total + np.bincount(sender if side == "out" else receiver, apart, rate.n_nodes)
    return total


def _by_estimate(
    seen: _Seen, drawn: Sequence[_Seen], effective: tuple[float, float], z: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of true partners from which the estimate is no farther than chance allows.

    Of edges with confidences, whose number seen is not what the estimate is made of; its variance
    grows with the true number, as each connection scatters.
    """
    alpha, beta = effective
    n_others = max(len(seen.degree) - 1, 0)
    rest = alpha * n_others / (1.0 - alpha - beta) ** 2
    own = beta / max(1.0 - beta, 1e-12)
    of_rates = np.var([one.estimate for one in drawn], axis=0)
    # (estimate - tau)^2 <= z^2 (rest + own tau), solved for tau.
    middle = seen.estimate + z**2 * own / 2
    half = np.sqrt(np.maximum(middle**2 - seen.estimate**2 + z**2 * (rest + of_rates), 0.0))
    low, high = middle - half, middle + half
    least = np.clip(np.ceil(low - 1e-9), 0, n_others).astype(np.int64)
    most = np.clip(np.floor(high + 1e-9), 0, n_others).astype(np.int64)
    return least, np.maximum(most, least)


def _limits(drawn: Sequence[_Seen], tail: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Least and largest number of true partners that fit what was seen."""
    degree = drawn[0].degree
    n_others = max(len(degree) - 1, 0)
    keys = np.column_stack(
        [degree, *(np.round(x, 9) for one in drawn for x in (one.missed, one.false))]
    )
    different, of = np.unique(keys, axis=0, return_inverse=True)
    y = different[:, 0]
    missed, false = different[:, 1::2].T, different[:, 2::2].T
    extra = np.arange(int(false.max(initial=0.0) + 8 * np.sqrt(false.max(initial=0.0)) + 8))
    extra = extra if np.any(false) else extra[:1]

    def share_up_to(d: NDArray[np.int64]) -> Floats:
        """P(fewer seen) + P(as many seen) / 2 with d true partners, mean over the models."""
        mean: Floats = _share_up_to(y, d, missed, false, extra, n_others).mean(axis=0)
        return mean

    # The more true partners, the less often so few are seen: both limits by halving.
    low = _first(lambda d: share_up_to(d) < 1.0 - tail, n_others, len(y))
    high = _first(lambda d: share_up_to(d) <= tail, n_others, len(y)) - 1
    place = of.reshape(-1)
    return low[place], np.maximum(high, low)[place]


def _first(holds: Any, most: int, size: int) -> NDArray[np.int64]:
    """The least number from 0 to most at which a condition holds that stays true; most + 1 if none."""
    low, high = np.zeros(size, np.int64), np.full(size, most + 1, np.int64)
    while np.any(low < high):
        middle = (low + high) // 2
        true = holds(middle) | (middle > most)
        high = np.where((low < high) & true, middle, high)
        low = np.where((low < high) & ~true, middle + 1, low)
    return low


def _share_up_to(
    y: Floats,
    d: NDArray[np.int64],
    missed: Floats,
    false: Floats,
    extra: NDArray[np.int64],
    n_others: int,
) -> Floats:
    """(models, neurons) P(fewer than y seen) + P(y seen) / 2, of d true partners and some false ones.

    missed, false : (models, neurons); extra : numbers of false ones that occur
    """
    from scipy.special import bdtr, pdtr

    rate = false * np.maximum(1.0 - d / max(n_others, 1), 0.0)
    chance = np.diff(pdtr(extra[:, None, None], rate), axis=0, prepend=0.0)
    # y - extra, and one less: what was found of the true ones, at most.
    found = y - np.append(extra, extra[-1] + 1)[:, None, None]
    up_to = bdtr(np.clip(found, 0, d), np.maximum(d, 1), 1.0 - missed)
    up_to = np.where(found < 0, 0.0, np.where(found >= d, 1.0, up_to))
    result: Floats = (chance * (up_to[:-1] + up_to[1:]) / 2).sum(axis=0)
    return result
