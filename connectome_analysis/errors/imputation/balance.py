"""Balance: pairs alone, made to have as many edges and mutual pairs as the corrected counts say.

The prior expects these numbers, but what was seen of single pairs moves them: real connectomes are
not drawn from a prior of degrees. Two factors, of all odds and of mutual pairs, put them right, and
vary from draw to draw by as much as the corrected counts are unsure beyond the draws themselves.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..correction.triad_estimates import mean_rates
from ..edge_rates import EdgeRates
from ..rate_table import Floats
from .dyad_draw import TrueEdges
from .dyad_prior import DyadPrior
from .triad_targets import edge_and_pair_estimates

if TYPE_CHECKING:
    from ...graph import Graph

_ROUNDS, _DRAWS = 8, 20
# Of so many edges one draw says their number to a thousandth, and nothing of its spread.
_LARGE = 400_000
_LARGE_ROUNDS = 4


@dataclass(frozen=True)
class Balance:
    """Factors on the logarithmic scale.

    Attributes
    ----------
    odds, mutual : float
        Of all odds, and of mutual pairs.
    odds_sd, mutual_sd : float
        How much they vary between draws.
    """

    odds: float
    mutual: float
    odds_sd: float = 0.0
    mutual_sd: float = 0.0

    def applied_to(self, prior: DyadPrior, rng: np.random.Generator) -> DyadPrior:
        """The prior with these factors, drawn."""
        if self == NO_BALANCE:
            return prior
        odds = self.odds + self.odds_sd * rng.standard_normal()
        mutual = self.mutual + self.mutual_sd * rng.standard_normal()
        return dataclasses.replace(
            prior,
            blocks=prior.blocks * np.exp(odds),
            mutual=float(np.clip(prior.mutual * np.exp(mutual), 1e-4, 1e6)),
        )


NO_BALANCE = Balance(0.0, 0.0)


def wanted_counts(g: Graph, rates: EdgeRates) -> tuple[Floats, Floats]:
    """(2,) estimates of edges and mutual pairs, and (2,) their variances at the mean rates."""
    edges, mutual = edge_and_pair_estimates(g, rates)
    alpha, beta = mean_rates(g, rates)
    real = beta * (1.0 - beta) / (1.0 - alpha - beta) ** 2
    none = alpha * (1.0 - alpha) / (1.0 - alpha - beta) ** 2
    pairs = g.n_nodes * (g.n_nodes - 1)
    one_way = max(edges - 2.0 * mutual, 0.0)
    of_edges = edges * real + max(pairs - edges, 0.0) * none
    of_mutual = max(mutual, 1.0) * ((1.0 + real) ** 2 - 1.0) + one_way * (1.0 + real) * none
    of_mutual += 0.5 * pairs * none**2
    return np.array([edges, mutual]), np.array([of_edges, of_mutual])


def find_balance(
    draw: Callable[[Balance], TrueEdges], g: Graph, wanted: tuple[Floats, Floats]
) -> Balance:
    """Find the factors at which draws have the wanted numbers on average.

    Parameters
    ----------
    draw : callable
        Draws a true graph with given factors.
    wanted : see `wanted_counts`
    """
    large = g.n_edges > _LARGE
    factors, spread = np.zeros(2), np.ones(2)
    for step in range(_LARGE_ROUNDS if large else _ROUNDS):
        drawn = [draw(Balance(*factors)) for _ in range(1 if large else _DRAWS)]
        counts = np.array([_counts(g, one) for one in drawn])
        # A number whose draws have this variance changes by it if its log weight does by 1.
        if large:
            missed = float(len(drawn[0].senders))
            spread = np.maximum([2.0 * missed, 0.5 * counts[0, 1]], 1.0)
        else:
            here = np.maximum(counts.var(axis=0, ddof=1), 1.0)
            spread = here if step == 0 else 0.7 * spread + 0.3 * here
        factors += np.clip((wanted[0] - counts.mean(axis=0)) / spread, -0.5, 0.5) / (1 + step // 4)
    if large:
        return Balance(*factors)
    more = np.sqrt(np.maximum(wanted[1] - spread, 0.0)) / spread
    return Balance(*factors, *np.minimum(more, 0.5))


def _counts(g: Graph, edges: TrueEdges) -> tuple[float, float]:
    senders = np.concatenate([g.out_sources[edges.kept].astype(np.int64), edges.senders])
    receivers = np.concatenate([g.out_indices[edges.kept].astype(np.int64), edges.receivers])
    key = np.sort(np.minimum(senders, receivers) * g.n_nodes + np.maximum(senders, receivers))
    return float(len(key)), float((key[1:] == key[:-1]).sum())
