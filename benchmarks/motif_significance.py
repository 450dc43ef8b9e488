"""Motif significance: a thousand nulls and their triads, beside igraph's rewiring and census."""

from __future__ import annotations

import time
from collections.abc import Iterator

import connectome_analysis as ca

from .measure import Row, processor_seconds_once

SAMPLES = 1000
# Of larger graphs so few samples are drawn, and the time of a thousand follows.
FEW = 8


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Ten proposals an edge on both sides; large graphs by the clock on two threads."""
    for name, g in graphs.items():
        job = f"{SAMPLES:,} configuration nulls and their triads"
        if g.n_edges <= 100_000:
            drawn = SAMPLES if g.n_edges < 10_000 else 100
            ca.motifs.significance(g, n_samples=2, n_jobs=1, proposals_per_edge=10)
            ours = processor_seconds_once(
                lambda g=g, drawn=drawn: ca.motifs.significance(
                    g, n_samples=drawn, n_jobs=1, proposals_per_edge=10
                )
            )
            theirs = _igraph(g, of := drawn // 20) / of
            yield Row(
                job=job,
                graph=name,
                ours=ours / drawn * SAMPLES,
                peer="igraph",
                theirs=theirs * SAMPLES,
                bound=f"from {drawn:,} of ours and {of} of theirs",
            )
        elif g.n_edges < 5_000_000 or slow_peers:
            for proposals in (10, 20):
                ca.motifs.significance(g, n_samples=2, proposals_per_edge=proposals)
                start = time.perf_counter()
                ca.motifs.significance(g, n_samples=FEW, n_jobs=2, proposals_per_edge=proposals)
                seconds = (time.perf_counter() - start) / FEW * SAMPLES
                yield Row(
                    job=f"{job}, {proposals} proposals an edge, two threads by the clock",
                    graph=name,
                    ours=seconds,
                    bound=f"{seconds / 60:.0f} minutes, from {FEW} samples",
                )


def _igraph(g: ca.Graph, samples: int) -> float:
    peer = g.to_igraph()

    def nulls() -> None:
        for _ in range(samples):
            null = peer.copy()
            null.rewire(n=10 * g.n_edges)
            null.triad_census()

    return processor_seconds_once(nulls)
