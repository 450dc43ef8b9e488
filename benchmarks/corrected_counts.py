"""Corrected triad counts with their covariance, beside the census alone and a dense matrix formula."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

import connectome_analysis as ca
from connectome_analysis.errors.correction.dyad_states import class_tensor, states

from .measure import Row, processor_seconds

# N x N matrices: 16 products of them, of 0.3 GB each at 6,000 neurons.
DENSE_UP_TO_NODES = 2500


def dense(g: ca.Graph, alpha: float, beta: float) -> NDArray[np.float64]:
    """(16,) corrected counts as sums over products of whole matrices, without covariance."""
    seen = (g.to_scipy().toarray() > 0).astype(np.float64)
    corrected = (seen - alpha) / (1 - alpha - beta)
    x = states(corrected, corrected.T)
    x[np.arange(len(x)), np.arange(len(x))] = 0.0
    pairs = np.array([[(x[..., s] @ x[..., t].T) for t in range(4)] for s in range(4)])
    total = np.einsum("ijs,tuij->stu", x, pairs, optimize=True)
    return np.einsum("cstu,stu->c", class_tensor(), total) / 6


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:  # noqa: ARG001
    """Connections missed, and missed and invented: these make every pair of neurons uncertain."""
    for name, g in graphs.items():
        census = processor_seconds(lambda g=g: ca.motifs.triad_census(g, n_jobs=1))
        bound = f"census alone {1000 * census:.3g} ms"
        for job, alpha in (("missed", 0.0), ("missed and false", 0.05 * g.n_edges / g.n_nodes**2)):
            ours = processor_seconds(
                lambda g=g, alpha=alpha: ca.errors.debias_triad_census(
                    g, alpha=alpha, beta=0.1, n_jobs=1
                )
            )
            label = f"corrected triads, {job}"
            if g.n_nodes <= DENSE_UP_TO_NODES:
                theirs = processor_seconds(lambda g=g, alpha=alpha: dense(g, alpha, 0.1))
                peer = "numpy, dense, no covariance"
                yield Row(job=label, graph=name, ours=ours, peer=peer, theirs=theirs, bound=bound)
            else:
                yield Row(job=label, graph=name, ours=ours, bound=bound)
