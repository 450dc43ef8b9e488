"""Triad closure: draws whose triads are as many as the corrected counts say.

A prior of degrees, groups and reciprocity puts missed connections where they close few triangles, so
triads of its draws stay near the counts of what was seen. Here the counts come from the unbiased
estimates: for each draw counts are drawn from the estimate and its error, and the graph from the
posterior of the pairs given that it has about these counts.

A spring holds the chain near them. Most of the way it is moved by a tilt, a log weight for each edge,
mutual pair and connected triad, found once so that the mean over draws is the estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motifs.triad_census import census_of_edges
from ...random_streams import State
from ..rate_table import Floats
from .dyad_draw import DyadPosterior, TrueEdges
from .triad_chain import SIZE, Chain, Steering
from .triad_coordinates import from_census
from .triad_targets import TriadTargets

# Springs this much stiffer than the estimate is sure add a twentieth to its variance, which is about
# what is lost where the chain is pulled back.
_SPRING = 20.0
# A step may cost this much at most, on average; below the least spring nothing holds the counts.
_COST_OF_A_STEP = 4.0
LEAST_SPRING = 5.0
# Variance of the counts among graphs that were seen so, in parts of that of the estimate: .3 to .9 in
# the worm. Where it is not this the spring takes up the difference.
_OWN_VARIANCE = 0.5
_ROUNDS = 16
_SWEEPS_PER_ROUND = 10
_FULL_ROUNDS = 6
# Rounds go on until the mean of the last ones is this near, in standard errors, or for so many.
_MOST_ROUNDS = 48
_LAST_ROUNDS = 4
_NEAR = 0.35
FAR = 0.7
# Sweeps of a draw: to come near its counts, to see what is left to go, and to forget.
_ARRIVING, _LOOKING, _STAYING = 12, 8, 10


@dataclass(frozen=True, eq=False)
class Closure:
    """Made by `prepare_closure`.

    Attributes
    ----------
    targets : TriadTargets
    tilt : (15,) float64
    precision : (15, 15) float64
        Inverse of the covariance of the estimate.
    spring : float
    start : TrueEdges
        Where the preparation ended; draws begin here.
    off : float
        How far the mean over the last rounds was from the estimates at most, in standard errors.
    """

    targets: TriadTargets
    tilt: Floats
    precision: Floats
    spring: float
    start: TrueEdges
    off: float

    def draw(
        self,
        posterior: DyadPosterior,
        estimate: Floats,
        rng: np.random.Generator,
        state: State,
    ) -> TrueEdges:
        """Draw a true graph.

        Parameters
        ----------
        estimate : (15,) float64
            The estimate at the rates of `posterior`.
        """
        target = self.targets.draw(estimate, rng)
        tilt = self.tilt + self.precision @ (target - estimate) / _OWN_VARIANCE
        chain = Chain(posterior, self.start, counts_of_edges(posterior, self.start))
        steering = Steering(tilt, self.spring * self.precision, target)
        chain.run(_ARRIVING * chain.sweep_length(), steering, state)
        # What the spring still has to pull is given to the tilt.
        mean = np.zeros(SIZE)
        for _ in range(_LOOKING):
            chain.run(chain.sweep_length(), steering, state)
            mean += chain.counts / _LOOKING
        steering = steering._replace(tilt=tilt + steering.stiffness @ (target - mean))
        chain.run(_STAYING * chain.sweep_length(), steering, state)
        return chain.graph()


def spring_for(expected_changes: float) -> float:
    """How stiff the spring can be without stopping the chain.

    Parameters
    ----------
    expected_changes : float
        Number of connections that were missed or invented, about.
    """
    return min(_SPRING, 2.0 * _COST_OF_A_STEP * expected_changes / SIZE)


def prepare_closure(
    posterior: DyadPosterior,
    targets: TriadTargets,
    spring: float,
    rng: np.random.Generator,
    state: State,
) -> Closure:
    """Find the tilt that makes the mean counts the estimates.

    The method of multipliers: what the spring has to pull in one round is given to the tilt.
    """
    precision = np.linalg.inv(targets.covariance).astype(np.float64)
    start = posterior.draw(rng)
    chain = Chain(posterior, start, counts_of_edges(posterior, start))
    tilt: Floats = np.zeros(SIZE)
    # What no graph can have is not asked for.
    target = np.maximum(targets.estimate, 0.0)
    stiffness: Floats = spring * precision
    means: list[Floats] = []
    for number in range(_MOST_ROUNDS):
        mean = np.zeros(SIZE)
        for _ in range(_SWEEPS_PER_ROUND):
            chain.run(chain.sweep_length(), Steering(tilt, stiffness, target), state)
            mean += chain.counts / _SWEEPS_PER_ROUND
        means.append(mean)
        if number + 1 >= _ROUNDS and _off(means, targets) < _NEAR:
            break
        # Whole steps until it is there, then ever smaller ones.
        gain = 1.0 / max(number + 1 - _FULL_ROUNDS, 1) if number < _ROUNDS else 0.5
        tilt = np.asarray(tilt + gain * (stiffness @ (target - mean)), np.float64)
    return Closure(targets, tilt, precision, spring, chain.graph(), _off(means, targets))


def _off(means: list[Floats], targets: TriadTargets) -> float:
    """How far the last rounds were from what was wanted, in standard errors."""
    mean = np.mean(means[-_LAST_ROUNDS:], axis=0)
    off = np.abs(mean - np.maximum(targets.estimate, 0.0))
    return float((off / np.sqrt(targets.covariance.diagonal())).max())


def counts_of_edges(posterior: DyadPosterior, edges: TrueEdges) -> Floats:
    """(15,) edges, mutual pairs and connected triads of a true graph."""
    g = posterior.g
    senders = np.concatenate([g.out_sources[edges.kept], edges.senders]).astype(np.int32)
    receivers = np.concatenate([g.out_indices[edges.kept], edges.receivers]).astype(np.int32)
    census = census_of_edges(g.n_nodes, senders, receivers)
    counts: Floats = from_census(g.n_nodes) @ census
    return counts
