"""Plant: true graphs with something to find in them, of known size."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...graph import Graph
from ...null_models.sample import sample


def planted_in(g: Graph, what: str, null: str, rng: np.random.Generator) -> Graph:
    """Make a true graph with something in it.

    Parameters
    ----------
    what : str
        "300 loops": so many feed-forward loops in a sample of the null. "trace 0.5": a chain of the
        null that stops after so many proposals an edge, so that a trace of the wiring of `g` is left.
    """
    number, word = sorted(what.split(), key=lambda part: not part[0].isdigit())
    options: dict[str, Any] = {"rng": int(rng.integers(2**31)), "proposals_per_edge": 60.0}
    if word == "trace":
        options["proposals_per_edge"] = float(number)
        return sample(g, null, **options)  # type: ignore[arg-type]
    if word != "loops":
        msg = f"'300 loops' or 'trace 0.5' can be planted, got {what!r}."
        raise ValueError(msg)
    graph = sample(g, null, **options)  # type: ignore[arg-type]
    return _with_loops(graph, int(number), rng)


def _with_loops(g: Graph, number: int, rng: np.random.Generator) -> Graph:
    """Turn edges so that each closes a chain of two: one loop more, less those that the turned edge was part of."""
    senders, receivers = g.out_sources.copy(), g.out_indices.copy()
    # Edges of a sender stay its own, so they lie where they lay.
    first, count = g.out_indptr[:-1], np.diff(g.out_indptr)
    there = set(zip(senders.tolist(), receivers.tolist(), strict=True))
    left = number
    while left:
        one = int(rng.integers(len(senders)))
        a, b = int(senders[one]), int(receivers[one])
        if count[b] == 0:
            continue
        c = int(receivers[first[b] + rng.integers(count[b])])
        drop = int(first[a] + rng.integers(count[a]))
        if c == a or (a, c) in there or drop == one:
            continue
        there.remove((a, int(receivers[drop])))
        there.add((a, c))
        receivers[drop] = c
        left -= 1
    return g.with_edges(senders, receivers)
