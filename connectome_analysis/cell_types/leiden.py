"""Leiden clusters: neurons whose wiring is alike, or that are joined, as communities of high modularity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..measures.choice import require_choice
from ..measures.communities import communities
from .alike import Metric
from .found import Found
from .hierarchical import nearest_similarity
from .wiring_profiles import Direction, Value

if TYPE_CHECKING:
    from ..graph import Graph

Of = Literal["similarity", "wiring"]
_STEPS = 24
_FINEST = 1e4


def leiden(
    g: Graph,
    n_types: int | None,
    *,
    seed: int,
    of: Of = "similarity",
    neighbours: int = 15,
    metric: Metric = "ruzicka",
    direction: Direction = "both",
    value: Value = "weight",
    types: Any = None,
    resolution: float = 1.0,
    n_runs: int = 5,
    n_jobs: int | None = None,
) -> Found:
    """Communities, of several runs those of the highest modularity.

    Parameters
    ----------
    of : {"similarity", "wiring"}
        Of the graph that joins each neuron to those most like it, weighted by similarity: neurons that
        are alike. Or of the connectome itself: neurons that talk to each other, which is another
        question.
    neighbours : int
        How many, in the graph of similarity.
    metric, direction, value, types
        As for `similarity`.
    resolution : float
        Higher makes more clusters. With `n_types` it is looked for instead, by halving.
    n_runs : int
        Runs of the search.
    """
    import pandas as pd

    require_choice("of", of, get_args(Of))
    if of == "similarity":
        alike = nearest_similarity(
            g, neighbours, metric, direction, value=value, types=types, n_jobs=n_jobs
        ).tocoo()
        off = alike.row != alike.col
        graph = g.with_edges(alike.row[off], alike.col[off], alike.data[off])
    else:
        graph = g
    directed = of == "wiring"
    tried: dict[float, tuple[int, float]] = {}

    def search(at: float) -> tuple[NDArray[np.int64], int]:
        result = communities(
            graph, directed=directed, weighted=True, resolution=at, n_runs=n_runs, rng=seed
        )
        labels = np.asarray(result.labels, dtype=np.int64)
        tried[at] = (int(labels.max()) + 1, result.modularity)
        return labels, tried[at][0]

    labels, n = search(resolution)
    if n_types is None:
        reached = tried[resolution][1]
        height = f"{reached:.3f}" if np.isfinite(reached) else "undefined, for no two are alike"
        chosen = f"the highest modularity, {height}, of {n_runs} runs at resolution {resolution:g}"
    else:
        low, high = 0.0, resolution
        while n < n_types and high < _FINEST:
            low, high = high, 2 * high
            labels, n = search(high)
        nearest_labels, nearest_n, at = labels, n, high
        for _ in range(_STEPS):
            if nearest_n == n_types:
                break
            middle = (low + high) / 2
            labels, n = search(middle)
            if abs(n - n_types) < abs(nearest_n - n_types):
                nearest_labels, nearest_n, at = labels, n, middle
            low, high = (middle, high) if n < n_types else (low, middle)
        labels, n, resolution = nearest_labels, nearest_n, at
        chosen = (
            f"{n_types:,} asked for; resolution {resolution:.4g} gives the nearest number found"
        )
    scores = pd.DataFrame(
        [(at, *each) for at, each in sorted(tried.items())],
        columns=["resolution", "n_types", "modularity"],
    )
    return Found(
        labels,
        chosen,
        scores=scores,
        # A resampled graph is clustered at the resolution found, not at a number.
        fixed={"resolution": resolution, "n_types": None},
        facts={"of": of, "resolution": resolution, "modularity": tried[resolution][1]},
    )
