"""Triad targets: how many edges, mutual pairs and connected triads there truly are, and how sure.

The unbiased estimates and their covariance, in the coordinates of `triad_coordinates`, and draws of
the truth from them. Counts scatter in proportion to what is truly there: if the truth were larger than
estimated, so would be the scatter. A draw t therefore solves t = estimate + z sqrt(v t), z normal, with
v what is estimated and no less than what one triad of the class causes: where none was seen there may
still be some.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...motifs.triad_census import census_of_edges
from ...motifs.triads import TRIAD_NAMES
from ..correction.dyad_table import dyad_table
from ..correction.triad_covariance import triad_covariance
from ..correction.triad_estimates import covariance_of_one, true_rates
from ..correction.triad_sums import by_neuron, triad_sums, triangle_products
from ..edge_rates import EdgeRates
from ..rate_table import Floats
from .triad_coordinates import COORDINATES, from_census

if TYPE_CHECKING:
    from ...graph import Graph

# Correlations of estimates are themselves estimates: directions with less variance have this much.
_LEAST_EIGENVALUE = 1e-4


@dataclass(frozen=True, eq=False)
class TriadTargets:
    """Estimates of counts.

    Attributes
    ----------
    estimate : (15,) float64
        Unbiased; may be negative.
    covariance : (15, 15) float64
        Positive definite.
    least : (15,) float64
        Variance that one edge, mutual pair or triad causes at least.
    """

    estimate: Floats
    covariance: Floats
    least: Floats

    def draw(self, estimate: Floats, rng: np.random.Generator) -> Floats:
        """(15,) counts as likely, at least 0.

        Parameters
        ----------
        estimate : (15,) float64
            `estimate` or one at rates that are as likely.
        """
        sd = np.sqrt(self.covariance.diagonal())
        z = np.linalg.cholesky(self.covariance) @ rng.standard_normal(len(sd)) / sd
        # An estimate within two errors of 0 says nothing of how the scatter grows: as from 0 to there.
        each = np.maximum(sd**2 / np.maximum(estimate, 2.0 * sd), self.least)
        # Below 0 where no truth is as far above the estimate as z says: then there is none.
        under = each * z**2 + 4.0 * estimate
        root = 0.5 * (z * np.sqrt(each) + np.sqrt(np.maximum(under, 0.0)))
        drawn: Floats = np.where(under > 0, np.maximum(root, 0.0) ** 2, 0.0)
        return drawn


def triad_targets(g: Graph, rates: EdgeRates) -> TriadTargets:
    """Estimate the counts of the truth behind a graph without self-loops."""
    table = dyad_table(g, rates)
    sums = by_neuron(table)
    shared = np.zeros((len(table.others), 9))
    triangles = triangle_products(table.indptr, table.others, table.excess, shared)
    census = census_of_edges(g.n_nodes, g.out_sources, g.out_indices)
    to = from_census(g.n_nodes)
    mean, _ = true_rates(g, rates)
    same = rates.constant if rates.by_count is None else None
    covariance = to @ triad_covariance(table, sums, shared, census, same, 1) @ to.T
    estimate: Floats = to @ triad_sums(table, sums, triangles)
    single = covariance_of_one(*mean)
    each = np.array([TRIAD_NAMES.index(name) for name in COORDINATES[2:]])
    least = np.concatenate([np.zeros(2), single[each, each, each]])
    return TriadTargets(estimate, positive(covariance, least * np.maximum(estimate, 1.0)), least)


def count_estimates(g: Graph, rates: EdgeRates) -> Floats:
    """(15,) unbiased estimates of the counts."""
    table = dyad_table(g, rates)
    triangles = triangle_products(table.indptr, table.others, table.excess, np.zeros((0, 9)))
    estimates: Floats = from_census(g.n_nodes) @ triad_sums(table, by_neuron(table), triangles)
    return estimates


def edge_and_pair_estimates(g: Graph, rates: EdgeRates) -> tuple[float, float]:
    """Unbiased estimates of the number of edges and of mutual pairs, of graphs of any size."""
    table = dyad_table(g, rates)
    size = np.bincount(table.groups, minlength=table.n_groups).astype(np.float64)
    pairs = 0.5 * (np.outer(size, size) - np.diag(size))
    states = (pairs[:, :, None] * table.background).sum(axis=(0, 1))
    one_way = states[1] + states[2] + table.excess[:, :2].sum()
    both = states[3] + table.excess[:, 2].sum()
    return float(one_way + 2.0 * both), float(both)


def positive(covariance: Floats, least: Floats) -> Floats:
    """The nearest covariance, about, that gives no count and no combination too little variance."""
    # A count is a whole number: half a count is the least its error can be.
    sd = np.sqrt(np.maximum(covariance.diagonal(), np.maximum(least, 0.25)))
    values, vectors = np.linalg.eigh(covariance / np.outer(sd, sd))
    values = np.maximum(values, _LEAST_EIGENVALUE)
    fixed: Floats = (vectors * values) @ vectors.T
    # Where the variance was raised the rest of it is the count's own.
    fixed = fixed + np.diag(np.maximum(1.0 - fixed.diagonal(), 0.0))
    scaled: Floats = fixed * np.outer(sd, sd)
    return scaled
