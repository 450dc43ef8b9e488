"""Colored triads beside searches for one of them: masked products in scipy, igraph, networkx.

Ours counts every class of every coloring, induced. The peers count one labelled feed-forward loop,
not induced, which is less work; scipy is also asked for that loop in all colorings.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

import connectome_analysis as ca

from .measure import Row, processor_seconds, processor_seconds_once

N_COLORS = 8
LOOP = ((0, 1), (0, 2), (1, 2))
WANTED = (0, 1, 0)  # one color, another, and the first again: feed-forward inhibition


def colors_of(g: ca.Graph) -> NDArray[np.int64]:
    """Eight colors at random, as often as cell classes are: the n-th has 1/n of the first."""
    share = 1 / np.arange(1, N_COLORS + 1)
    return np.random.default_rng(0).choice(N_COLORS, g.n_nodes, p=share / share.sum())


def scipy_loops(g: ca.Graph, colors: NDArray[np.int64], *, every: bool) -> int:
    """Feed-forward loops of one coloring, or of all of them, by masked products."""
    matrix = g.to_scipy()
    matrix.data = np.ones(g.n_edges, dtype=np.int64)
    members = [np.flatnonzero(colors == color) for color in range(N_COLORS)]
    wanted = product(range(N_COLORS), repeat=3) if every else [WANTED]
    blocks = {}
    total = 0
    for a, b, c in wanted:
        for pair in ((a, b), (b, c), (a, c)):
            if pair not in blocks:
                blocks[pair] = matrix[members[pair[0]]][:, members[pair[1]]]
        total += int((blocks[a, b] @ blocks[b, c]).multiply(blocks[a, c]).sum())
    return total


def igraph_loops(g: ca.Graph, colors: NDArray[np.int64]) -> int:
    """Feed-forward loops of one coloring by igraph's LAD search."""
    host = g.to_igraph()
    pattern = type(host)(3, LOOP, directed=True)
    domains = [np.flatnonzero(colors == color).tolist() for color in WANTED]
    return len(host.get_subisomorphisms_lad(pattern, domains=domains))


def networkx_loops(g: ca.Graph, colors: NDArray[np.int64]) -> int:
    """Feed-forward loops of one coloring by networkx's matcher."""
    import networkx as nx

    host, pattern = nx.DiGraph(), nx.DiGraph(LOOP)
    host.add_nodes_from((node, {"color": color}) for node, color in enumerate(colors.tolist()))
    host.add_edges_from(zip(g.out_sources.tolist(), g.out_indices.tolist(), strict=True))
    nx.set_node_attributes(pattern, dict(enumerate(WANTED)), "color")
    same = nx.algorithms.isomorphism.categorical_node_match("color", None)
    matcher = nx.algorithms.isomorphism.DiGraphMatcher(host, pattern, node_match=same)
    return sum(1 for _ in matcher.subgraph_monomorphisms_iter())


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Ours beside scipy everywhere, igraph and networkx on graphs they finish."""
    for name, g in graphs.items():
        yield from rows_of(name, g.without_self_loops(), slow_peers=slow_peers)


def rows_of(name: str, g: ca.Graph, *, slow_peers: bool) -> Iterator[Row]:
    """Rows of one graph."""
    colors = colors_of(g)
    edges = (g.n_nodes, g.out_sources, g.out_indices)
    plain = processor_seconds(lambda: ca.motifs.triad_census(g, n_jobs=1))
    ours = processor_seconds(
        lambda: ca.motifs.colored_census_of_edges(*edges, colors, N_COLORS, n_jobs=1)
    )
    classes = len(ca.motifs.colored_classes(N_COLORS))
    row = {
        "job": f"colored census, {N_COLORS} colors",
        "graph": name,
        "ours": ours,
        "bound": f"{classes:,} classes; {ours / plain:.1f} times the plain census",
    }
    theirs = processor_seconds(lambda: scipy_loops(g, colors, every=False))
    yield Row(**row, peer="scipy, one loop", theirs=theirs)
    theirs = processor_seconds_once(lambda: scipy_loops(g, colors, every=True))
    yield Row(**row, peer=f"scipy, that loop in {N_COLORS**3} colorings", theirs=theirs)
    # Twice where that costs little: the first time imports the library.
    of_peer = processor_seconds if g.n_edges <= 10_000 else processor_seconds_once
    if g.n_edges <= 100_000 or (slow_peers and g.n_edges <= 1_100_000):
        theirs = of_peer(lambda: igraph_loops(g, colors))
        yield Row(**row, peer="igraph LAD, one loop", theirs=theirs)
    if g.n_edges <= 10_000 or (slow_peers and g.n_edges <= 100_000):
        theirs = of_peer(lambda: networkx_loops(g, colors))
        yield Row(**row, peer="networkx, one loop", theirs=theirs)
    strengths = np.ceil(np.random.default_rng(1).lognormal(2, 1, g.n_edges))
    weighted = g.with_edges(g.out_sources, g.out_indices, strengths)
    ours = processor_seconds(lambda: ca.motifs.intensity(weighted, n_jobs=1))
    times = f"{ours / plain:.1f} times the plain census"
    yield Row(job="intensity and coherence", graph=name, ours=ours, bound=times)
