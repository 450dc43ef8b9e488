"""Truths: graphs that stand for the true wiring, each with a region for every neuron."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ...graph import Graph

COLUMN = "validation_region"
# Thousands of neurons: worlds take seconds.
LARGE = ("fly mushroom body",)


def truth(name: str) -> Graph:
    """A true graph by name, weights its synapse counts; a ValueError lists the names."""
    if name not in TRUTHS:
        msg = f"There is no truth {name!r}; there are: {', '.join(TRUTHS)}."
        raise ValueError(msg)
    return TRUTHS[name]()


def _bundled(dataset: str, column: str) -> Graph:
    from ...connectome import open_connectome

    with open_connectome(dataset) as connectome:
        g = connectome.graph()
    nodes = g.nodes[["node_id"]].assign(**{COLUMN: g.nodes[column].astype(object).to_numpy()})
    return Graph.from_edges(
        g.node_ids[g.out_sources],
        g.node_ids[g.out_indices],
        g.weights,
        nodes=nodes,
        name=g.name,
        weight_meaning=g.weight_meaning,
    )


def _synthetic() -> Graph:
    """300 neurons of three regions; hubs, mutual pairs and wiring within regions above chance."""
    import pandas as pd

    rng = np.random.default_rng(20)
    n = 300
    region = np.repeat(["a", "b", "c"], n // 3)
    sends, receives = np.exp(rng.normal(0, 0.6, n)), np.exp(rng.normal(0, 0.6, n))
    chance = 0.02 * np.outer(sends, receives) * np.where(region[:, None] == region, 2.0, 0.5)
    there = rng.random((n, n)) < np.minimum(chance, 0.7)
    there |= there.T & (rng.random((n, n)) < 0.15)
    np.fill_diagonal(there, False)
    pre, post = np.nonzero(there)
    nodes = pd.DataFrame({"node_id": np.arange(n), COLUMN: region.astype(object)})
    counts = rng.geometric(0.3, len(pre))
    return Graph.from_edges(
        pre, post, counts, nodes=nodes, name="synthetic", weight_meaning="synapses"
    )


TRUTHS: Mapping[str, Callable[[], Graph]] = {
    "worm": lambda: _bundled("celegans-varshney2011", "cell_class"),
    "larva mushroom body": lambda: _bundled("larva-mushroom-body-right", "cell_class"),
    "fly mushroom body": lambda: _bundled("fly-mushroom-body-right", "cell_class"),
    "synthetic": _synthetic,
}
