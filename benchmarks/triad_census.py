"""Triad census beside igraph, networkx and a masked sparse product in scipy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import connectome_analysis as ca
from connectome_analysis.motifs.dyads import oriented_dyads

from .measure import Row, processor_seconds, processor_seconds_once


def oriented_wedges(g: ca.Graph) -> int:
    """Look-ups that a census of this kind cannot do without."""
    dyads = oriented_dyads(g.n_nodes, g.out_sources, g.out_indices)
    held = np.diff(dyads.indptr)
    return int(held[dyads.codes >> np.uint32(2)].sum())


def scipy_triangles(g: ca.Graph) -> int:
    """Undirected triangles alone by a masked product: a floor for any census in scipy."""
    both = g.symmetrized().to_scipy()
    both.data[:] = 1
    return int((both @ both).multiply(both).sum()) // 6


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Ours beside igraph everywhere, networkx on the worm, scipy up to a million edges."""
    for name, g in graphs.items():
        ours = processor_seconds(lambda g=g: ca.motifs.triad_census(g, n_jobs=1))
        wedges = oriented_wedges(g)
        bound = f"{wedges:.2g} look-ups, {1e9 * ours / max(wedges, 1):.1f} ns each"
        job = "triad census"
        if g.n_edges <= 100_000 or slow_peers:
            peer = g.to_igraph()
            time = processor_seconds_once if g.n_edges > 50_000 else processor_seconds
            theirs = time(peer.triad_census)
            yield Row(job=job, graph=name, ours=ours, peer="igraph", theirs=theirs, bound=bound)
        else:
            yield Row(job=job, graph=name, ours=ours, bound=bound)
        if g.n_edges <= 1_100_000:
            theirs = processor_seconds(lambda g=g: scipy_triangles(g))
            yield Row(job=job, graph=name, ours=ours, peer="scipy, triangles only", theirs=theirs)
        if g.n_edges < 10_000:
            import networkx as nx

            theirs = processor_seconds_once(lambda g=g: nx.triadic_census(g.to_networkx()))
            yield Row(job=job, graph=name, ours=ours, peer="networkx", theirs=theirs)
