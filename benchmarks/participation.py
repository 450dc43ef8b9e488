"""Participation of neurons and edges in triads, and sampled counts, beside the exact census."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

import connectome_analysis as ca

from .measure import Row, processor_seconds, processor_seconds_once


def networkx_roles(g: ca.Graph) -> dict[tuple[int, str, int, int], int]:
    """Neurons by triad and degrees inside it: the only way there is in networkx."""
    counts: dict[tuple[int, str, int, int], int] = {}
    for motif, triads in nx.triads_by_type(g.to_networkx()).items():
        if motif in ca.motifs.CONNECTED_TRIADS:
            for triad in triads:
                for node in triad:
                    key = node, motif, triad.out_degree(node), triad.in_degree(node)
                    counts[key] = counts.get(key, 0) + 1
    return counts


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """On all graphs; networkx, which lists every triple, on the worm. No library counts edges."""
    for name, g in graphs.items():
        census = processor_seconds(lambda g=g: ca.motifs.triad_census(g, n_jobs=1))
        bound = f"{1000 * census:.3g} ms for the census alone"
        neurons = processor_seconds(lambda g=g: ca.motifs.participation(g, n_jobs=1))
        if slow_peers and g.n_nodes < 1000:
            theirs = processor_seconds_once(lambda g=g: networkx_roles(g))
            yield Row(
                job="roles of neurons",
                graph=name,
                ours=neurons,
                peer="networkx",
                theirs=theirs,
                bound=bound,
            )
        else:
            yield Row(job="roles of neurons", graph=name, ours=neurons, bound=bound)
        edges = processor_seconds(lambda g=g: ca.motifs.edge_participation(g, n_jobs=1))
        yield Row(job="roles of edges", graph=name, ours=edges, bound=bound)
        for size in (3, 4, 5, 6):
            sampled = processor_seconds(
                lambda g=g, size=size: ca.motifs.estimate(g, size, n_jobs=1)
            )
            job = f"sampled census, {size} neurons"
            yield Row(job=job, graph=name, ours=sampled, bound="100,000 draws")
