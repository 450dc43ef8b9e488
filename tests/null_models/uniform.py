"""Whether a sampler draws every one of the graphs it should, and each as often as the others."""

from __future__ import annotations

from collections import Counter

import numpy as np
from scipy.stats import chisquare

import connectome_analysis as ca
from connectome_analysis.null_models import Sampler
from connectome_analysis.random_streams import stream
from tests.reference.all_graphs import Edges


def graph_of(edges: Edges, n_nodes: int) -> ca.Graph:
    pre, post = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    return ca.Graph.from_edges(pre, post, node_ids=np.arange(n_nodes))


def drawn_edges(sampler: Sampler, seed: int, number: int) -> Edges:
    senders, receivers, _, _ = sampler.draw(stream(seed, number))
    return tuple(sorted(zip(senders.tolist(), receivers.tolist(), strict=True)))


def require_uniform(sampler: Sampler, everything: list[Edges], *, seed: int = 11) -> None:
    """Fail unless exactly these graphs come, equally often (chi-square, p above 1e-3)."""
    assert len(everything) > 1
    samples = max(2000, 60 * len(everything))
    drawn = Counter(drawn_edges(sampler, seed, number) for number in range(samples))
    assert set(drawn) == set(everything)
    assert chisquare([drawn[graph] for graph in everything]).pvalue > 1e-3
