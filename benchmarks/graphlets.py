"""Graphlets of four and five nodes beside FGLT, where it is installed, and igraph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import connectome_analysis as ca

from .measure import Row, processor_seconds, processor_seconds_once


def fglt(g: ca.Graph) -> Callable[[], Any] | None:
    """The fast graphlet transform, orbits of up to four nodes; None where it is not installed."""
    try:
        from pyfglt.fglt import compute
    except ImportError:
        return None
    import scipy.sparse as sp

    both = g.symmetrized().to_scipy()
    matrix = sp.csc_matrix((np.ones(both.nnz), both.indices, both.indptr), shape=both.shape)
    return lambda: compute(matrix)


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Counts on all graphs, five nodes up to a million edges; igraph enumerates all it counts."""
    for name, g in graphs.items():
        job = "graphlets, 4 nodes"
        ours = processor_seconds(lambda g=g: ca.motifs.graphlet_degrees(g, 4, n_jobs=1))
        total = int(ca.motifs.graphlets(g, 4).iloc[3:].sum())
        bound = f"{total:.2g} graphlets"
        peer = fglt(g)
        if peer is None:
            yield Row(job=job, graph=name, ours=ours, bound=bound)
        else:
            theirs = processor_seconds(peer)
            yield Row(job=job, graph=name, ours=ours, peer="FGLT", theirs=theirs, bound=bound)
        undirected = g.to_igraph().as_undirected().simplify()
        if total < 1e7 or (slow_peers and total < 1e9):
            theirs = processor_seconds_once(lambda u=undirected: u.motifs_randesu(4))
            yield Row(job=job, graph=name, ours=ours, peer="igraph", theirs=theirs)

        if g.n_edges > 1_100_000:
            continue
        job = "graphlets, 5 nodes"
        ours = processor_seconds(lambda g=g: ca.motifs.graphlet_degrees(g, 5, n_jobs=1))
        total = int(ca.motifs.graphlets(g, 5).iloc[9:].sum())
        bound = f"{total:.2g} graphlets"
        if total < 1e8:
            theirs = processor_seconds_once(lambda u=undirected: u.motifs_randesu(5))
            yield Row(job=job, graph=name, ours=ours, peer="igraph", theirs=theirs, bound=bound)
        else:
            yield Row(job=job, graph=name, ours=ours, bound=bound)
