"""Second thread: how much faster two threads are than one, in seconds by the clock.

On a machine that is busy with other work the clock says little: run this alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import connectome_analysis as ca

from .measure import Row

Call = Callable[[int], Any]


def calls(g: ca.Graph) -> dict[str, Call]:
    """What can be shared between threads, each called with a number of threads."""
    samples = 4 if g.n_edges > 1_000_000 else 20
    sources = 2048 if g.n_nodes > 20_000 else None
    labels = g.node_ids % 8
    feed_forward = "A -> B; A -> C; B -> C; A.type = 1; B.type = 2; C.type = 3"
    typed = ca.Graph.from_edges(
        g.node_ids[g.out_sources],
        g.node_ids[g.out_indices],
        nodes=g.nodes.assign(type=labels),
    )
    return {
        "triad census": lambda jobs: ca.motifs.triad_census(g, n_jobs=jobs),
        "4-node census": lambda jobs: ca.motifs.count(g, 4, n_jobs=jobs),
        "nulls and their triads": lambda jobs: ca.motifs.significance(
            g, n_samples=samples, n_jobs=jobs
        ),
        "path lengths": lambda jobs: ca.measures.path_lengths(g, sources=sources, n_jobs=jobs),
        "labelled search": lambda jobs: ca.motifs.find(typed, feed_forward, n_jobs=jobs),
    }


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """One thread beside two; the ratio is the gain."""
    for name, g in graphs.items():
        for job, call in calls(g).items():
            if g.n_edges > 5_000_000 and job != "triad census" and not slow_peers:
                continue
            call(2)
            runs = 2 if g.n_edges > 1_000_000 else 5
            one, two = (min(_seconds(call, jobs) for _ in range(runs)) for jobs in (1, 2))
            yield Row(
                job=f"{job}, by the clock",
                graph=name,
                ours=two,
                peer="ours, one thread",
                theirs=one,
            )


def _seconds(call: Call, jobs: int) -> float:
    start = time.perf_counter()
    call(jobs)
    return time.perf_counter() - start
