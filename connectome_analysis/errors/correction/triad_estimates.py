"""Triad estimates: corrected counts of all 16 classes with their joint uncertainty.

Everything that is linear in the census follows from these: edges, mutual pairs, copies of
subgraphs, and the ratios of such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...motifs.triad_census import census_of_edges
from ..edge_rates import EdgeRates
from ..error_model import ErrorModel
from ..rate_table import Floats
from ..uncertainty import bounded, unbounded
from .dyad_states import class_tensor, states_of_codes
from .dyad_table import dyad_table
from .seen_weights import seen_weights
from .triad_covariance import triad_covariance
from .triad_sums import by_neuron, triad_sums, triangle_products

if TYPE_CHECKING:
    from ...graph import Graph


class TriadEstimates(NamedTuple):
    """Corrected triad census.

    Attributes
    ----------
    observed : (16,) int64
        Census of the graph as seen, in the order of `TRIAD_NAMES`.
    counts : (16,) float64
        Unbiased for the true census.
    noise : (16, 16) float64
        Covariance of the counts over reconstructions with the same rates; unbiased.
    rates : (16, 16) float64
        Covariance due to the uncertainty of the rates; 0 where the model has none.
    single : (16, 16, 16) float64
        ``[d]``: covariance of the estimates that one triple of true class d causes, at mean rates.
    unequal : float
        How unequal the chances of being seen are from connection to connection, see `seen_weights`; 1
        where all are the same.
    n_nodes : int
    coarse : bool
        Whether the rates of pairs that were not seen were rounded, see `dyad_table`.
    """

    observed: NDArray[np.int64]
    counts: Floats
    noise: Floats
    rates: Floats
    single: Floats
    unequal: float
    n_nodes: int
    coarse: bool

    @property
    def covariance(self) -> Floats:
        """(16, 16) joint covariance of the counts."""
        return self.noise + self.rates


def triad_estimates(
    g: Graph, model: ErrorModel, *, n_jobs: int | None = None, with_noise: bool = True
) -> TriadEstimates:
    """Correct the census of a graph for the errors of its reconstruction.

    Parameters
    ----------
    g : Graph
        Self-loops are left out. At least three neurons.
    with_noise : bool
        Also the covariance; without it the counts alone, in less time.

    Raises
    ------
    ValueError
        For fewer than three neurons, or where alpha + beta is 1 or more for a pair.
    """
    simple = g.without_self_loops()
    if simple.n_nodes < 3:
        msg = f"A triad needs three neurons, the graph has {simple.n_nodes}."
        raise ValueError(msg)
    edge_rates = model.edge_rates(simple)
    observed = census_of_edges(simple.n_nodes, simple.out_sources, simple.out_indices, n_jobs)
    table = dyad_table(simple, edge_rates)
    shared = np.zeros((len(table.others) if with_noise else 0, 9))
    triangles = triangle_products(table.indptr, table.others, table.excess, shared)
    sums = by_neuron(table)
    mean, unequal = true_rates(simple, edge_rates)
    same = edge_rates.constant if edge_rates.by_count is None else None
    noise = np.zeros((16, 16))
    if with_noise:
        noise = triad_covariance(table, sums, shared, observed, same, n_jobs)
    return TriadEstimates(
        observed=observed,
        counts=triad_sums(table, sums, triangles),
        noise=noise,
        rates=_of_uncertain_rates(simple, model),
        single=covariance_of_one(*mean),
        unequal=unequal,
        n_nodes=simple.n_nodes,
        coarse=table.coarse,
    )


def mean_rates(g: Graph, rates: EdgeRates) -> tuple[float, float]:
    """Mean alpha over pairs that were not seen, and mean beta over those that were.

    Where edges have confidences, those at which estimates of single pairs would scatter as much.
    """
    if rates.by_count is not None and rates.by_count.effective is not None:
        return rates.by_count.effective
    constant = rates.constant
    if constant is not None:
        return constant
    seen = (g.out_sources, g.out_indices)
    beta = float(rates.beta.of(*seen).mean()) if g.n_edges else float(rates.beta.table.mean())
    senders = np.bincount(rates.alpha.sender_class, minlength=rates.alpha.table.shape[0])
    receivers = np.bincount(rates.alpha.receiver_class, minlength=rates.alpha.table.shape[1])
    everywhere = float(senders @ rates.alpha.table @ receivers)
    own = float(rates.alpha.table[rates.alpha.sender_class, rates.alpha.receiver_class].sum())
    everywhere += float(rates.alpha.apart().sum())
    return (everywhere - own) / max(g.n_nodes * (g.n_nodes - 1), 1), beta


def true_rates(g: Graph, rates: EdgeRates) -> tuple[tuple[float, float], float]:
    """Mean alpha and beta of what one true triad meets, and how unequal the betas are."""
    alpha, beta = mean_rates(g, rates)
    weight, unequal = seen_weights(g, rates)
    if rates.by_count is None and rates.constant is None:
        beta = min(1.0 - 1.0 / weight, 0.999 - alpha)
    return (alpha, beta), unequal


def counts_only(g: Graph, model: ErrorModel) -> Floats:
    """(16,) corrected counts without their uncertainty."""
    table = dyad_table(g, model.edge_rates(g))
    triangles = triangle_products(table.indptr, table.others, table.excess, np.zeros((0, 9)))
    return triad_sums(table, by_neuron(table), triangles)


def _of_uncertain_rates(g: Graph, model: ErrorModel) -> Floats:
    """Covariance of the counts from that of the rates, along its principal directions."""
    result = np.zeros((16, 16))
    for more, less in one_deviation_apart(model):
        step = (counts_only(g, more) - counts_only(g, less)) / 2
        result += np.outer(step, step)
    return result


def one_deviation_apart(model: ErrorModel) -> list[tuple[ErrorModel, ErrorModel]]:
    """For each principal direction of the uncertainty, the model one deviation up and down."""
    return _steps(model, 1.0)


def spread(model: ErrorModel) -> list[ErrorModel]:
    """As few models as possible that stand for the uncertainty, each as likely as the others.

    Two for each principal direction, their mean and covariance those of the uncertainty: the cubature
    rule of degree three (Arasaratnam and Haykin 2009, doi:10.1109/TAC.2009.2019800).
    """
    n_directions = len(_steps(model, 1.0))
    pairs = _steps(model, float(np.sqrt(n_directions)))
    return [one for pair in pairs for one in pair] or [model]


def _steps(model: ErrorModel, deviations: float) -> list[tuple[ErrorModel, ErrorModel]]:
    if model.uncertainty is None:
        return []
    names = model.uncertainty.names
    centre = np.array([unbounded(value, name) for name, value in model.values().items()])
    size, direction = np.linalg.eigh(model.uncertainty.covariance)
    pairs = []
    for variance, along in zip(size, direction.T, strict=True):
        if variance <= 1e-15:
            continue
        step = deviations * np.sqrt(variance) * along
        up, down = (
            model.with_values(
                {
                    name: bounded(x, name)
                    for name, x in zip(names, centre + sign * step, strict=True)
                }
            )
            for sign in (1, -1)
        )
        pairs.append((up, down))
    return pairs


def covariance_of_one(alpha: float, beta: float) -> Floats:
    """(16, 16, 16): ``[d]`` covariance of the estimates over what is seen of one triple of class d."""
    from ...motifs.triads import triad_class_of_codes

    tensor = class_tensor()
    code = np.arange(4)
    estimate = states_of_codes(alpha, beta)
    one_way = np.array([[1 - alpha, alpha], [beta, 1 - beta]])
    seen = one_way[code[:, None] & 1, code[None, :] & 1]
    seen = seen * one_way[code[:, None] >> 1, code[None, :] >> 1]
    of_seen = np.einsum("cstu,as,bt,eu->cabe", tensor, estimate, estimate, estimate)
    of_seen = of_seen.reshape(16, 64)
    result = np.zeros((16, 16, 16))
    numbers, first = np.unique(triad_class_of_codes(), return_index=True)
    for cls, number in zip(numbers.tolist(), first.tolist(), strict=True):
        chance = np.einsum(
            "a,b,e->abe", seen[number >> 4], seen[number >> 2 & 3], seen[number & 3]
        ).reshape(64)
        apart = of_seen - (of_seen @ chance)[:, None]
        result[cls] = (apart * chance) @ apart.T
    return result
