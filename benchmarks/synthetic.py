"""Synthetic graphs the size of connectomes, seeded; they are no one's brain and are never called so.

Log-normal in- and out-degrees that go together, local blocks of neurons that are wired among
themselves, and a given reciprocity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import connectome_analysis as ca


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a synthetic graph is made of."""

    n_nodes: int
    n_edges: int
    seed: int
    degree_sigma: float
    block_size: int
    local_fraction: float
    reciprocity: float = 0.14


RECIPES = {
    "2k/60k": Recipe(
        n_nodes=2_000, n_edges=60_000, seed=1, degree_sigma=1.0, block_size=200, local_fraction=0.5
    ),
    "20k/1M": Recipe(
        n_nodes=20_000,
        n_edges=1_000_000,
        seed=2,
        degree_sigma=1.1,
        block_size=500,
        local_fraction=0.5,
    ),
    "139k/2.7M": Recipe(
        n_nodes=139_255,
        n_edges=2_700_000,
        seed=3,
        degree_sigma=1.25,
        block_size=300,
        local_fraction=0.6,
    ),
    "139k/15M": Recipe(
        n_nodes=139_255,
        n_edges=15_100_000,
        seed=4,
        degree_sigma=1.15,
        block_size=1200,
        local_fraction=0.6,
    ),
}


def make(recipe: Recipe) -> ca.Graph:
    """Draw the graph of a recipe; the same every time."""
    rng = np.random.default_rng(recipe.seed)
    n = recipe.n_nodes
    logs = rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], n) * recipe.degree_sigma
    block = np.sort(rng.integers(0, max(2, n // recipe.block_size), n))
    first, last = np.searchsorted(block, block), np.searchsorted(block, block, side="right")
    senders_upto, receivers_upto = np.cumsum(np.exp(logs[:, 0])), np.cumsum(np.exp(logs[:, 1]))
    before = np.concatenate([[0.0], receivers_upto])

    def draw(count: int) -> NDArray[np.int64]:
        pre = np.searchsorted(senders_upto, rng.random(count) * senders_upto[-1]).clip(0, n - 1)
        local = rng.random(count) < recipe.local_fraction
        low = np.where(local, before[first[pre]], 0.0)
        high = np.where(local, before[last[pre]], receivers_upto[-1])
        post = np.searchsorted(receivers_upto, low + rng.random(count) * (high - low))
        post = post.clip(0, n - 1)
        return (pre * n + post)[pre != post]

    keys = np.unique(draw(recipe.n_edges))
    while len(keys) < recipe.n_edges:
        missing = recipe.n_edges - len(keys)
        # Hubs are drawn again and again, so ever more draws are needed for what is missing.
        keys = np.unique(np.concatenate([keys, draw(max(4 * missing, recipe.n_edges // 4))]))
    keys = rng.choice(keys, recipe.n_edges, replace=False)
    # Answer as many single edges as are wanted beyond those that chance has answered.
    by_chance = np.isin(keys % n * n + keys // n, keys).mean()
    answers = round(max(0.0, recipe.reciprocity - by_chance) * recipe.n_edges / (2 - by_chance))
    single = recipe.n_edges - answers
    keys = keys[:single]
    back = keys % n * n + keys // n
    free = back[~np.isin(back, keys)]
    keys = np.concatenate([keys, rng.choice(free, recipe.n_edges - single, replace=False)])
    shuffled = rng.permutation(n)
    return ca.Graph.from_edges(
        shuffled[keys // n], shuffled[keys % n], node_ids=np.arange(n), name="synthetic"
    )
