"""Building a graph, reciprocity and the rich-club curve, beside igraph, scipy and networkx."""

from __future__ import annotations

from collections.abc import Iterator

import igraph
import networkx as nx
import numpy as np
import scipy.sparse as sp

import connectome_analysis as ca

from .measure import Row, processor_seconds, processor_seconds_once


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Three jobs that are bound by reading the edges once or twice."""
    for name, g in graphs.items():
        yield _build(name, g, slow_peers=slow_peers)
        yield _reciprocity(name, g)
        yield _rich_club(name, g)


def _build(name: str, g: ca.Graph, *, slow_peers: bool) -> Row:
    order = np.random.default_rng(0).permutation(g.n_edges)
    pre, post = g.out_sources[order], g.out_indices[order]
    ids = np.arange(g.n_nodes)
    ours = processor_seconds(lambda: ca.Graph.from_edges(pre, post, node_ids=ids))
    if g.n_edges > 100_000 and not slow_peers:
        return Row(job="build from an edge list", graph=name, ours=ours)
    theirs = processor_seconds_once(
        lambda: igraph.Graph(n=g.n_nodes, edges=np.column_stack([pre, post]), directed=True)
    )
    return Row(job="build from an edge list", graph=name, ours=ours, peer="igraph", theirs=theirs)


def _reciprocity(name: str, g: ca.Graph) -> Row:
    matrix = g.to_scipy()
    matrix.data[:] = 1
    return Row(
        job="reciprocity",
        graph=name,
        ours=processor_seconds(lambda: ca.measures.reciprocity(g)),
        peer="scipy",
        theirs=processor_seconds(lambda: sp.csr_array(matrix).multiply(matrix.T).sum()),
    )


def _rich_club(name: str, g: ca.Graph) -> Row:
    ours = processor_seconds(lambda: ca.rich_club(g, null_model=None))
    if g.n_edges > 100_000:
        return Row(job="rich-club curve", graph=name, ours=ours)
    undirected = nx.Graph(g.to_networkx())
    return Row(
        job="rich-club curve",
        graph=name,
        ours=ours,
        peer="networkx, undirected",
        theirs=processor_seconds_once(
            lambda: nx.rich_club_coefficient(undirected, normalized=False)
        ),
    )
