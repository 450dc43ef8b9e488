"""Four-node census beside igraph, and what a second thread gives."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

import connectome_analysis as ca
from connectome_analysis.motifs.both_ends import both_ends
from connectome_analysis.motifs.dyads import oriented_dyads
from connectome_analysis.motifs.four_cliques import four_clique_codes

from .measure import Row, processor_seconds, processor_seconds_once


def probes_and_cliques(g: ca.Graph) -> tuple[int, int]:
    """Look-ups that a census of this kind makes, sum of min(d_u, d_v), and four-cliques it meets."""
    dyads = oriented_dyads(g.n_nodes, g.out_sources, g.out_indices)
    degree = both_ends(dyads).degrees.sum(axis=1)
    held = np.diff(dyads.indptr)
    return int((held * degree).sum()), int(four_clique_codes(dyads, 1).sum())


def wall_seconds(g: ca.Graph, n_jobs: int) -> float:
    """Least wall time of two runs: it counts what else the machine does."""
    best = float("inf")
    for _ in range(2):
        start = time.perf_counter()
        ca.motifs.four_node_census(g, n_jobs=n_jobs)
        best = min(best, time.perf_counter() - start)
    return best


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Census and roles; igraph on the worm, and on graphs up to 60,000 edges if slow peers may."""
    for name, g in graphs.items():
        ours = processor_seconds(lambda g=g: ca.motifs.four_node_census(g, n_jobs=1))
        probes, cliques = probes_and_cliques(g)
        bound = (
            f"{probes:.2g} look-ups and {cliques:.2g} cliques, "
            f"{1e9 * ours / max(probes + cliques, 1):.1f} ns each"
        )
        if probes > 2_000_000:
            bound += f"; 2 threads {wall_seconds(g, 1) / wall_seconds(g, 2):.2f} times as fast"
        job = "four-node census"
        if g.n_edges < 10_000 or (slow_peers and g.n_edges <= 60_000):
            peer = g.to_igraph()
            time_of = processor_seconds if g.n_edges < 10_000 else processor_seconds_once
            theirs = time_of(lambda peer=peer: peer.motifs_randesu(4))
            yield Row(job=job, graph=name, ours=ours, peer="igraph", theirs=theirs, bound=bound)
        else:
            yield Row(job=job, graph=name, ours=ours, bound=bound)
        if g.n_edges < 5_000_000:
            ours = processor_seconds(lambda g=g: ca.motifs.four_node_participation(g, n_jobs=1))
            yield Row(job="four-node roles", graph=name, ours=ours)
