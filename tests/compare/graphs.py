"""Small graphs that the tests of comparison share."""

from __future__ import annotations

import numpy as np

import connectome_analysis as ca


def random_graph(seed: int, n: int = 30, p: float = 0.15, name: str = "") -> ca.Graph:
    """Every ordered pair joined with probability p; weights 1 to 9."""
    rng = np.random.default_rng(seed)
    joined = rng.random((n, n)) < p
    np.fill_diagonal(joined, val=False)
    return ca.Graph.from_adjacency(joined * rng.integers(1, 10, (n, n)), name=name or f"g{seed}")


def relabelled(g: ca.Graph, seed: int) -> ca.Graph:
    """The same wiring with its neurons in another order and under other ids."""
    order = np.random.default_rng(seed).permutation(g.n_nodes)
    ids = 1_000 + np.arange(g.n_nodes)
    edges = g.edges()
    place = dict(zip(g.node_ids.tolist(), ids[order].tolist(), strict=True))
    return ca.Graph.from_edges(
        edges["pre_id"].map(place).to_numpy(),
        edges["post_id"].map(place).to_numpy(),
        edges["weight"].to_numpy(),
        node_ids=ids,
        name=g.name,
    )
