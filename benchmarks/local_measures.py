"""Clustering, reciprocity, PageRank, HITS and k-cores beside igraph, networkx and scipy."""

from __future__ import annotations

from collections.abc import Iterator

import igraph
import networkx as nx
import numpy as np
import scipy.sparse as sp

import connectome_analysis as ca

from .measure import Row, processor_seconds, processor_seconds_once


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Peers get their own graph made beforehand; only the measure is timed."""
    for name, g in graphs.items():
        # The list of incoming edges is made once for a graph, as igraph makes its own.
        _ = g.in_indices
        peer = igraph.Graph(
            n=g.n_nodes, edges=np.column_stack([g.out_sources, g.out_indices]), directed=True
        )
        yield from _clustering(name, g, peer, slow_peers=slow_peers)
        yield _reciprocity(name, g, peer)
        yield _page_rank(name, g, peer)
        yield _hits(name, g, peer)
        yield _cores(name, g, peer)


def _clustering(name: str, g: ca.Graph, peer: igraph.Graph, *, slow_peers: bool) -> Iterator[Row]:
    undirected = peer.as_undirected()
    yield Row(
        job="clustering, undirected",
        graph=name,
        ours=processor_seconds(lambda: ca.measures.clustering(g, n_jobs=1)),
        peer="igraph",
        theirs=processor_seconds(lambda: undirected.transitivity_local_undirected(mode="zero")),
    )
    ours = processor_seconds(lambda: ca.measures.clustering(g, "fagiolo", n_jobs=1))
    job = "clustering, directed"
    if g.n_edges <= 1_100_000 or slow_peers:
        yield Row(
            job=job,
            graph=name,
            ours=ours,
            peer="scipy",
            theirs=processor_seconds_once(lambda: _fagiolo_in_scipy(g)),
        )
    else:
        yield Row(job=job, graph=name, ours=ours)
    if g.n_edges <= 100_000:
        theirs = g.to_networkx()
        yield Row(
            job=job,
            graph=name,
            ours=ours,
            peer="networkx",
            theirs=processor_seconds_once(lambda: nx.clustering(theirs)),
        )


def _fagiolo_in_scipy(g: ca.Graph) -> np.ndarray:
    """Directed triangles at each neuron by a sparse product."""
    matrix = g.to_scipy()
    matrix.data[:] = 1
    both = sp.csr_array(matrix + matrix.T)
    return np.asarray((both @ both).multiply(both).sum(axis=1)).ravel()


def _reciprocity(name: str, g: ca.Graph, peer: igraph.Graph) -> Row:
    return Row(
        job="reciprocity",
        graph=name,
        ours=processor_seconds(lambda: ca.measures.reciprocity(g)),
        peer="igraph",
        theirs=processor_seconds(peer.reciprocity),
    )


def _page_rank(name: str, g: ca.Graph, peer: igraph.Graph) -> Row:
    return Row(
        job="PageRank, error below 1e-10",
        graph=name,
        ours=processor_seconds(lambda: ca.measures.page_rank(g)),
        peer="igraph",
        theirs=processor_seconds(peer.pagerank),
    )


def _hits(name: str, g: ca.Graph, peer: igraph.Graph) -> Row:
    return Row(
        job="hubs and authorities",
        graph=name,
        ours=processor_seconds(lambda: ca.measures.hits(g)),
        peer="igraph",
        theirs=processor_seconds(lambda: _both_scores(peer)),
    )


def _both_scores(peer: igraph.Graph) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scores that are 0
        peer.hub_score()
        peer.authority_score()


def _cores(name: str, g: ca.Graph, peer: igraph.Graph) -> Row:
    return Row(
        job="core numbers",
        graph=name,
        ours=processor_seconds(lambda: ca.measures.core_numbers(g)),
        peer="igraph",
        theirs=processor_seconds(peer.coreness),
    )
