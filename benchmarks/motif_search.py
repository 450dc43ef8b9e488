"""Labelled feed-forward search beside scipy, igraph, networkx, grandiso and DotMotif.

Every neuron has one of eight types, drawn evenly; the loop A -> B, A -> C, B -> C is looked for
with each node of a type of its own. scipy's masked product only counts. igraph and networkx list
mappings; grandiso and DotMotif are measured where they are installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import connectome_analysis as ca

from .measure import Row, installed, processor_seconds, processor_seconds_once

N_TYPES = 8
EDGES = [(0, 1), (0, 2), (1, 2)]
MOTIF = "A -> B; A -> C; B -> C"
LABELLED = MOTIF + '; A.cell_type = "T0"; B.cell_type = "T1"; C.cell_type = "T2"'


def with_types(g: ca.Graph) -> tuple[ca.Graph, NDArray[np.int64]]:
    """The graph with a column ``cell_type``, and the types as numbers."""
    types = np.random.default_rng(7).integers(0, N_TYPES, g.n_nodes)
    words = pd.Series([f"T{number}" for number in types], dtype="str")
    nodes = pd.DataFrame({"node_id": g.node_ids, "cell_type": words})
    edges = g.edges()
    return ca.Graph.from_edges(edges["pre_id"], edges["post_id"], nodes=nodes), types


def by_scipy(g: ca.Graph, types: NDArray[np.int64]) -> Callable[[], int]:
    """Count by a product of the blocks between types, masked by the third."""
    matrix = g.to_scipy()
    matrix.data = np.ones(len(matrix.data), dtype=np.int64)
    of = [np.flatnonzero(types == number) for number in range(3)]

    def count() -> int:
        ab, ac, bc = (matrix[of[a]][:, of[b]] for a, b in EDGES)
        return int((ab @ bc).multiply(ac).sum())

    return count


def by_igraph(g: ca.Graph, types: NDArray[np.int64]) -> Callable[[], int]:
    """List by VF2 with colors; LAD with domains takes minutes and gigabytes on large graphs."""
    import igraph

    peer, pattern = g.to_igraph(), igraph.Graph(len(EDGES), EDGES, directed=True)
    options = {"color1": types.tolist(), "color2": list(range(3))}
    return lambda: len(peer.get_subisomorphisms_vf2(pattern, **options))


def by_networkx(g: ca.Graph) -> Callable[[], int]:
    """List by VF2 on attributes."""
    import networkx as nx

    peer, pattern = g.to_networkx(), nx.DiGraph(EDGES)
    for node in pattern:
        pattern.nodes[node]["cell_type"] = f"T{node}"

    def count() -> int:
        matcher = nx.algorithms.isomorphism.DiGraphMatcher(
            peer, pattern, node_match=lambda a, b: a["cell_type"] == b["cell_type"]
        )
        return sum(1 for _ in matcher.subgraph_monomorphisms_iter())

    return count


def by_grandiso(g: ca.Graph) -> Callable[[], int]:
    """List by grandiso on attributes."""
    import grandiso
    import networkx as nx

    peer, pattern = g.to_networkx(), nx.DiGraph(EDGES)
    for node in pattern:
        pattern.nodes[node]["cell_type"] = f"T{node}"
    return lambda: len(grandiso.find_motifs(pattern, peer))


def by_dotmotif(g: ca.Graph) -> Callable[[], int]:
    """List by DotMotif's executor on grandiso."""
    import dotmotif

    executor = dotmotif.GrandIsoExecutor(graph=g.to_networkx())
    motif = LABELLED.replace("; ", "\n")
    return lambda: len(executor.find(dotmotif.Motif(motif)))


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Ours beside each peer that can take the graph in a minute."""
    for name, plain in graphs.items():
        g, types = with_types(plain)
        g.in_indptr, g.in_degree  # noqa: B018  made once for a graph, whoever asks
        count = processor_seconds(lambda g=g: ca.motifs.count_matches(g, LABELLED, n_jobs=1))
        found = processor_seconds(lambda g=g: ca.motifs.find(g, LABELLED, n_jobs=1))
        number = ca.motifs.count_matches(g, LABELLED, n_jobs=1)
        bound = f"{number:,} loops"
        scipy = by_scipy(g, types)
        assert scipy() == number
        yield Row(
            job="labelled feed-forward count",
            graph=name,
            ours=count,
            peer="scipy, masked product",
            theirs=processor_seconds(scipy),
            bound=bound,
        )
        peers: dict[str, Callable[[], int] | None] = {}
        if g.n_edges < 3_000_000 or slow_peers:
            peers["igraph, VF2"] = by_igraph(g, types)
            peers["grandiso"] = by_grandiso(g) if installed("grandiso") else None
        if g.n_edges < 100_000 or slow_peers:
            peers["networkx, VF2"] = by_networkx(g)
            peers["DotMotif"] = by_dotmotif(g) if installed("dotmotif") else None
        for peer, call in peers.items():
            assert call is None or call() == number, peer
            yield Row(
                job="labelled feed-forward search",
                graph=name,
                ours=found,
                peer=peer,
                theirs=None if call is None else processor_seconds_once(call),
                bound=bound,
            )
        if g.n_edges < 3_000_000:
            whole = processor_seconds(lambda g=g: ca.motifs.count_matches(g, MOTIF, n_jobs=1))
            number = ca.motifs.count_matches(g, MOTIF, n_jobs=1)
            yield Row(
                job="feed-forward count, no labels",
                graph=name,
                ours=whole,
                bound=f"{number:,} loops",
            )
