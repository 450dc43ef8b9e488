"""Resampling: graphs that might as well have been seen, and how often neurons keep their cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ..graph import Graph

Resample = Literal["auto", "synapses", "edges"]


def resampled_unit(g: Graph, resample: Resample) -> Literal["synapses", "edges"]:
    """What is drawn anew: synapses where the weights count something more than once, or edges."""
    counted = g.weights.dtype.kind == "i"
    if resample == "auto":
        return "synapses" if counted and int(g.weights.sum()) > g.n_edges else "edges"
    if resample == "synapses" and not counted:
        msg = (
            f"resample='synapses' needs whole numbers of synapses as weights, got "
            f"{g.weights.dtype}; resample='edges' takes any."
        )
        raise ValueError(msg)
    return resample


def resampled(g: Graph, unit: Literal["synapses", "edges"], random: np.random.Generator) -> Graph:
    """The graph with its synapses, or its edges, drawn anew with replacement: a bootstrap sample.

    An edge drawn several times has its weight as often; edges that lose all are gone.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2], [2, 1], weight=[30, 10])
    >>> int(resampled(g, "synapses", np.random.default_rng(0)).weights.sum())
    40
    """
    if unit == "synapses":
        total = int(g.weights.sum())
        weights = random.multinomial(total, g.weights / total).astype(np.int64)
    else:
        times = random.multinomial(g.n_edges, np.full(g.n_edges, 1 / g.n_edges))
        weights = g.weights * times
    kept = weights > 0
    return g.with_edges(g.out_sources[kept], g.out_indices[kept], weights[kept])


def in_the_same_cluster(labels: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(N,) whether a neuron is, in another clustering, in the cluster that matches its own.

    Clusters are matched one to one so that as many neurons as possible agree.

    Parameters
    ----------
    labels, other : (N,) int64
        From 0; -1 is in no cluster.

    Examples
    --------
    >>> in_the_same_cluster(np.array([0, 0, 0, 1, 1]), np.array([5, 5, 2, 2, -1])).tolist()
    [True, True, False, True, False]
    """
    from scipy.optimize import linear_sum_assignment

    present = (labels >= 0) & (other >= 0)
    names, number = np.unique(other[present], return_inverse=True)
    table = np.zeros((int(labels.max()) + 1, len(names)), dtype=np.int64)
    np.add.at(table, (labels[present], number), 1)
    rows, columns = linear_sum_assignment(table, maximize=True)
    matched = np.full(len(table), -2, dtype=np.int64)
    matched[rows] = names[columns]
    same: NDArray[np.bool_] = (matched[labels] == other) & present
    return same
