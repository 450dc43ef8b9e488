"""Dyad prior: how likely two neurons are connected before their own pair is looked at.

The odds that neuron i sends to neuron j are x_i y_j B[a, b], with a and b their groups, and a pair
connected one way is connected the other way too with kappa times those odds::

    P(A_ij, A_ji) ~ (x_i y_j B_ab)^A_ij (x_j y_i B_ba)^A_ji kappa^(A_ij A_ji)

x and y are such that neurons have the degrees expected of them, B such that groups have the edges,
kappa such that there are as many mutual pairs. Degree-corrected odds in this form: Holland and
Leinhardt 1981, doi:10.1080/01621459.1981.10477598.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..rate_table import Floats

Groups = NDArray[np.int32]

# Up to so many neurons each has its own place in the sums; more share levels of alike neurons.
EACH_UP_TO = 500
_LEVELS = 1000
_ITERATIONS = 200
_TOLERANCE = 1e-4
_LEAST, _MOST = 1e-4, 1e6
_LEAST_EXPECTED = 1e-12


@dataclass(frozen=True, eq=False)
class DyadPrior:
    """Prior odds of all ordered pairs.

    Attributes
    ----------
    sends, receives : (N,) float64
        x and y.
    groups : (N,) int32
    blocks : (G, G) float64
        B, by group of the sender and of the receiver.
    mutual : float
        kappa.
    """

    sends: Floats
    receives: Floats
    groups: Groups
    blocks: Floats
    mutual: float

    def odds(self, senders: NDArray[Any], receivers: NDArray[Any]) -> Floats:
        """Odds of connections, where the reverse is not one; same shape as the indices."""
        block = self.blocks[self.groups[senders], self.groups[receivers]]
        odds: Floats = self.sends[senders] * self.receives[receivers] * block
        return odds


@dataclass(frozen=True, eq=False)
class Wanted:
    """What a prior is to expect.

    Attributes
    ----------
    sends, receives : (N,) float64
        Degrees; their sums agree.
    mutual_pairs : float
    block_edges : (G, G) float64 or None
        Edges between groups; None for a single group.
    """

    sends: Floats
    receives: Floats
    mutual_pairs: float
    block_edges: Floats | None = None


def fit_dyad_prior(
    wanted: Wanted,
    groups: Groups,
    start: DyadPrior | None = None,
    iterations: int = _ITERATIONS,
) -> DyadPrior:
    """Find the prior that expects what is wanted.

    Parameters
    ----------
    groups : (N,) int32
        Group of each neuron.
    start : DyadPrior, optional
        One for nearly the same, to begin from.
    iterations : int
        At most; few are enough from a near start.
    """
    n_groups = int(groups.max(initial=0)) + 1
    if len(groups) < 2:
        return DyadPrior(wanted.sends, wanted.receives, groups, np.zeros((n_groups, n_groups)), 1.0)
    of, size = _levels(wanted, groups, n_groups)
    first = _first_of(of, len(size))
    sends = np.bincount(of, wanted.sends) / size
    receives = np.bincount(of, wanted.receives) / size
    group = groups[first]
    total = max(float(wanted.sends.sum()), 1e-9)
    blocks = np.ones((n_groups, n_groups))
    x, y, mutual = sends / np.sqrt(total), receives / np.sqrt(total), 1.0
    if start is not None:
        x = np.exp(np.bincount(of, np.log(start.sends)) / size)
        y = np.exp(np.bincount(of, np.log(start.receives)) / size)
        blocks, mutual = start.blocks.copy(), start.mutual
    one_hot = np.zeros((len(size), n_groups))
    one_hot[np.arange(len(size)), group] = size
    for step in range(iterations):
        odds = np.outer(x, y) * blocks[np.ix_(group, group)]
        both = mutual * odds * odds.T
        rest = 1.0 + odds + odds.T + both
        edge, pair = (odds + both) / rest, both / rest
        own = edge.diagonal()
        expected_out = np.maximum(edge @ size - own, _LEAST_EXPECTED)
        expected_in = np.maximum(edge.T @ size - own, _LEAST_EXPECTED)
        pairs = 0.5 * float(size @ pair @ size - size @ pair.diagonal())
        ratio_x, ratio_y = sends / expected_out, receives / expected_in
        ratio_m = wanted.mutual_pairs / max(pairs, _LEAST_EXPECTED)
        off = max(np.abs(ratio_x - 1).max(), np.abs(ratio_y - 1).max(), abs(ratio_m - 1))
        more = total / float(size @ expected_out)
        ratio_b = np.ones_like(blocks)
        if wanted.block_edges is not None:
            between = one_hot.T @ edge @ one_hot - np.diag(one_hot.T @ own)
            ratio_b = wanted.block_edges / np.maximum(between, _LEAST_EXPECTED)
            off = max(off, float(np.abs(ratio_b - 1).max()))
        if off < _TOLERANCE:
            break
        if wanted.block_edges is not None and step % 2:
            blocks = np.clip(blocks * np.clip(ratio_b, 0.2, 5.0), 1e-9, 1e9)
        else:
            # Steps of both ends of an edge at once would overshoot: half each.
            x = np.clip(x * np.clip(ratio_x, 0.1, 10.0) ** 0.5, _LEAST_EXPECTED, _MOST)
            y = np.clip(y * np.clip(ratio_y, 0.1, 10.0) ** 0.5, _LEAST_EXPECTED, _MOST)
        # Mutual pairs grow with the square of the odds, which have just been changed.
        mutual = float(np.clip(mutual * np.clip(ratio_m / more**2, 0.2, 5.0), _LEAST, _MOST))
    # Neurons of one level differ by what is expected of them.
    return DyadPrior(
        sends=x[of] * wanted.sends / sends[of],
        receives=y[of] * wanted.receives / receives[of],
        groups=groups,
        blocks=blocks,
        mutual=mutual,
    )


def _levels(wanted: Wanted, groups: Groups, n_groups: int) -> tuple[NDArray[np.int64], Floats]:
    """Level of each neuron, and how many neurons each level has."""
    n_nodes = len(groups)
    if n_nodes <= EACH_UP_TO:
        return np.arange(n_nodes), np.ones(n_nodes)
    bins = max(1, int(np.sqrt(_LEVELS / n_groups)))
    key = groups.astype(np.int64)
    for degree in (wanted.sends, wanted.receives):
        log = np.log(degree)
        edges = np.linspace(log.min(), log.max() + 1e-9, bins + 1)
        key = key * bins + np.clip(np.searchsorted(edges, log, side="right") - 1, 0, bins - 1)
    _, of, size = np.unique(key, return_inverse=True, return_counts=True)
    return of.reshape(-1), size.astype(np.float64)


def _first_of(of: NDArray[np.int64], n_levels: int) -> NDArray[np.int64]:
    first = np.empty(n_levels, np.int64)
    first[of[::-1]] = np.arange(len(of))[::-1]
    return first
