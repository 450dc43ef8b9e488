"""Degree-preserving null, ten proposals an edge, beside igraph; and motif significance."""

from __future__ import annotations

from collections.abc import Iterator

import connectome_analysis as ca

from .measure import Row, processor_seconds, processor_seconds_once


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """One null graph; then ten nulls with their triad census."""
    for name, g in graphs.items():
        proposals = 10 * g.n_edges
        ours = processor_seconds(
            lambda g=g: ca.null_models.sample(g, "configuration", proposals_per_edge=10)
        )
        bound = f"{1e9 * ours / proposals:.0f} ns a proposal"
        job = "configuration null, 10 proposals an edge"
        if g.n_edges > 100_000 and not slow_peers:
            yield Row(job=job, graph=name, ours=ours, bound=bound)
            continue
        peer = g.to_igraph()
        time = processor_seconds_once if g.n_edges > 50_000 else processor_seconds
        theirs = time(lambda peer=peer, n=proposals: peer.copy().rewire(n=n))
        yield Row(job=job, graph=name, ours=ours, peer="igraph", theirs=theirs, bound=bound)
        if g.n_edges > 100_000:
            continue

        ours = processor_seconds(
            lambda g=g: ca.motifs.significance(g, n_samples=10, n_jobs=1, proposals_per_edge=10)
        )

        def igraph_nulls(peer=peer, n=proposals) -> None:
            for _ in range(10):
                null = peer.copy()
                null.rewire(n=n)
                null.triad_census()

        theirs = processor_seconds_once(igraph_nulls)
        yield Row(
            job="10 nulls and their census", graph=name, ours=ours, peer="igraph", theirs=theirs
        )
