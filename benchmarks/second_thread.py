"""Second thread: how much faster two threads are than one.

By the clock, which on a machine that is busy with other work says little; and from the processor
time of each thread, which other work disturbs less: what two free processors would give if the
threads shared their part of the work evenly. What one thread does before and after the others, and
what the two lose by sharing caches and memory, is in it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    """One thread beside two; the ratio is the gain by the clock."""
    for name, g in graphs.items():
        for job, call in calls(g).items():
            if g.n_edges > 5_000_000 and job != "triad census" and not slow_peers:
                continue
            call(2)
            runs = 2 if g.n_edges > 1_000_000 else 5
            taken = [[_seconds(call, jobs) for jobs in (1, 2)] for _ in range(runs)]
            (one, one_free), (two, two_free) = (
                tuple(min(which) for which in zip(*several, strict=True))
                for several in zip(*taken, strict=True)
            )
            yield Row(
                job=f"{job}, by the clock",
                graph=name,
                ours=two,
                peer="ours, one thread",
                theirs=one,
                bound=f"{one_free / two_free:.2f} times on two free processors",
            )


def _seconds(call: Call, jobs: int) -> tuple[float, float]:
    """By the clock; and what this thread works plus what each other works on average."""
    with _thread_times() as others:
        begun, own = time.perf_counter(), time.thread_time()
        call(jobs)
        begun, own = time.perf_counter() - begun, time.thread_time() - own
    return begun, own + sum(others) / jobs


@contextmanager
def _thread_times() -> Iterator[list[float]]:
    """Processor seconds of every thread that ends meanwhile."""
    times: list[float] = []
    run = threading.Thread.run

    def timed(self: threading.Thread) -> None:
        run(self)
        times.append(time.thread_time())

    threading.Thread.run = timed
    try:
        yield times
    finally:
        threading.Thread.run = run
