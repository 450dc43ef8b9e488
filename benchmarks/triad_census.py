"""Triad census beside igraph, GraphBLAS, graph-tool, networkx and a masked product in scipy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

import connectome_analysis as ca
from connectome_analysis.motifs.dyads import oriented_dyads

from . import graphblas_census
from .measure import Row, installed, processor_seconds, processor_seconds_once


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


GRAPHBLAS = {
    "GraphBLAS, a product each class": graphblas_census.by_class,
    "GraphBLAS, by degree": graphblas_census.by_degree,
}


def graphblas_seconds(
    census: Callable[[ca.Graph], Callable[[], graphblas_census.Counts]], g: ca.Graph
) -> float:
    """The matrices are made before the time begins; what comes out must be what ours says."""
    graphblas_census.one_thread()
    count = census(g)
    assert count() == ca.motifs.triad_census(g).to_dict()
    return processor_seconds(count, most=2)


def graph_tool_seconds(g: ca.Graph) -> float:
    """Connected triads, which is all it counts."""
    import graph_tool
    from graph_tool.clustering import motifs

    graph_tool.openmp_set_num_threads(1)
    peer = g.to_graph_tool()
    return processor_seconds(lambda: motifs(peer, 3))


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Ours beside igraph and GraphBLAS; graph-tool and networkx on the worm, scipy on some more."""
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
        if g.n_edges < 3_000_000:
            for peer, census in GRAPHBLAS.items():
                theirs = graphblas_seconds(census, g) if installed("graphblas") else None
                yield Row(job=job, graph=name, ours=ours, peer=peer, theirs=theirs)
        if g.n_edges <= 1_100_000:
            theirs = processor_seconds(lambda g=g: scipy_triangles(g))
            yield Row(job=job, graph=name, ours=ours, peer="scipy, triangles only", theirs=theirs)
        if g.n_edges < 10_000:
            theirs = graph_tool_seconds(g) if installed("graph_tool") else None
            peer = "graph-tool, 13 classes"
            yield Row(job=job, graph=name, ours=ours, peer=peer, theirs=theirs)
            import networkx as nx

            theirs = processor_seconds_once(lambda g=g: nx.triadic_census(g.to_networkx()))
            yield Row(job=job, graph=name, ours=ours, peer="networkx", theirs=theirs)
