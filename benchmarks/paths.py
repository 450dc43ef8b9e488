"""Path lengths and betweenness beside igraph, and what a second thread brings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

import connectome_analysis as ca

from .measure import Row, processor_seconds, processor_seconds_once

# Times are for one source, since no one has a day for all of igraph's.
_SOURCES, _SOURCES_OF_PEER = 2048, 64
_PIVOTS = 64
_SEED = 1


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Time for one source, both jobs; wall time of one thread and two."""
    del slow_peers
    for name, g in graphs.items():
        peer = g.to_igraph()
        yield _lengths(name, g, peer)
        yield _betweenness(name, g, peer)
        yield _second_thread(name, g)


def _lengths(name: str, g: ca.Graph, peer: object) -> Row:
    drawn = min(_SOURCES, g.n_nodes)
    some = np.random.default_rng(_SEED).choice(g.n_nodes, min(_SOURCES_OF_PEER, g.n_nodes), False)
    ours = processor_seconds(lambda: _path_lengths(g, drawn, 1)) / drawn
    theirs = processor_seconds_once(lambda: peer.distances(source=some.tolist())) / len(some)
    return Row(
        job="path lengths, one source",
        graph=name,
        ours=ours,
        peer="igraph",
        theirs=theirs,
        bound=f"{1e9 * ours / max(g.n_edges, 1):.2f} ns an edge",
    )


def _betweenness(name: str, g: ca.Graph, peer: object) -> Row:
    if g.n_nodes <= 2000:
        ours = processor_seconds(lambda: ca.measures.betweenness(g, n_jobs=1)) / g.n_nodes
        theirs = processor_seconds(peer.betweenness) / g.n_nodes
    else:
        pivots = np.random.default_rng(_SEED).choice(g.n_nodes, _PIVOTS, replace=False).tolist()
        ours = processor_seconds(lambda: ca.measures.sampled_betweenness(g, _PIVOTS, n_jobs=1))
        theirs = processor_seconds_once(lambda: peer.betweenness(sources=pivots))
        ours, theirs = ours / _PIVOTS, theirs / _PIVOTS
    return Row(
        job="betweenness, one source",
        graph=name,
        ours=ours,
        peer="igraph",
        theirs=theirs,
        bound=f"{1e9 * ours / max(g.n_edges, 1):.1f} ns an edge",
    )


def _second_thread(name: str, g: ca.Graph) -> Row:
    drawn = min(2 * _SOURCES, g.n_nodes)
    return Row(
        job="path lengths, two threads, wall time",
        graph=name,
        ours=_wall_seconds(lambda: _path_lengths(g, drawn, 2)),
        peer="ours, one thread",
        theirs=_wall_seconds(lambda: _path_lengths(g, drawn, 1)),
    )


def _path_lengths(g: ca.Graph, drawn: int, threads: int) -> None:
    ca.measures.path_lengths(g, sources=drawn if drawn < g.n_nodes else None, n_jobs=threads)


def _wall_seconds(call: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best
