"""Degree-preserving nulls beside igraph, graph-tool and NetworKit; mutual degrees kept too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

import connectome_analysis as ca

from .measure import Row, installed, processor_seconds, processor_seconds_once

ROUNDS = 20


def curveball_of_networkit(g: ca.Graph) -> Callable[[], object]:
    """As many rounds; shuffled first, without which not every graph could come."""
    import networkit

    networkit.setNumberOfThreads(1)
    ends = (g.out_sources.astype(np.uint64), g.out_indices.astype(np.uint64))
    graph = networkit.graph.GraphFromCoo(
        (np.ones(g.n_edges), ends), n=g.n_nodes, directed=True, weighted=False
    )

    def run() -> object:
        trades = networkit.randomization.GlobalCurveball(graph, ROUNDS, False, True)
        trades.run()
        return trades.getGraph()

    return run


def rewiring_of_graph_tool(g: ca.Graph) -> Callable[[], object]:
    """Ten proposals an edge, as of ours; on a copy, since it changes the graph.

    The graph is bare: with attributes of edges, as `to_graph_tool` gives it, it takes a third longer.
    """
    import graph_tool
    from graph_tool.generation import random_rewire

    graph_tool.openmp_set_num_threads(1)
    graph = graph_tool.Graph()
    graph.add_vertex(g.n_nodes)
    graph.add_edge_list(np.column_stack([g.out_sources, g.out_indices]))

    def run() -> object:
        null = graph.copy()
        random_rewire(null, model="configuration", n_iter=10, edge_sweep=True)
        return null

    return run


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """One null graph by each method; then ten nulls with their triad census."""
    for name, g in graphs.items():
        proposals = 10 * g.n_edges
        ours = processor_seconds(
            lambda g=g: ca.null_models.sample(g, "configuration", proposals_per_edge=10)
        )
        bound = f"{1e9 * ours / proposals:.0f} ns a proposal"
        job = "configuration null, 10 proposals an edge"
        peer = None
        if g.n_edges > 100_000 and not slow_peers:
            yield Row(job=job, graph=name, ours=ours, bound=bound)
        else:
            peer = g.to_igraph()
            time = processor_seconds_once if g.n_edges > 50_000 else processor_seconds
            theirs = time(lambda peer=peer, n=proposals: peer.copy().rewire(n=n))
            yield Row(job=job, graph=name, ours=ours, peer="igraph", theirs=theirs, bound=bound)
            theirs = time(rewiring_of_graph_tool(g)) if installed("graph_tool") else None
            yield Row(job=job, graph=name, ours=ours, peer="graph-tool", theirs=theirs)

        reciprocal = processor_seconds(
            lambda g=g: ca.null_models.sample(g, "reciprocal_configuration", proposals_per_edge=10)
        )
        yield Row(
            job="the same, mutual degrees kept",
            graph=name,
            ours=reciprocal,
            peer="plain configuration null",
            theirs=ours,
            bound=f"{1e9 * reciprocal / proposals:.0f} ns a proposal",
        )

        trading = processor_seconds(
            lambda g=g: ca.null_models.sample(g, method="curveball", rounds=ROUNDS)
        )
        job = f"configuration null, {ROUNDS} rounds of curveball"
        bound = f"{1e9 * trading / (ROUNDS * g.n_edges):.1f} ns an edge and round"
        theirs = None
        if installed("networkit"):
            theirs = processor_seconds(curveball_of_networkit(g), most=2)
        yield Row(job=job, graph=name, ours=trading, peer="NetworKit", theirs=theirs, bound=bound)
        if peer is None or g.n_edges > 100_000:
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
