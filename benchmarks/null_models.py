"""One draw from each null model that is not a plain chain; igraph beside the one that it has too."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import connectome_analysis as ca
from connectome_analysis.null_models import (
    BlockSampler,
    ConfigurationSampler,
    DyadSampler,
    ErdosRenyiSampler,
    Sampler,
    SpatialSampler,
    WeightsSampler,
)
from connectome_analysis.random_streams import stream

from .measure import Row, processor_seconds


def in_space(n_nodes: int) -> np.ndarray:
    """Neurons spread over a box of the size of a fly's brain, in nm."""
    return np.random.default_rng(0).random((n_nodes, 3)) * [800_000, 400_000, 250_000]


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """One draw each, the sampler made before."""
    for name, g in graphs.items():

        def seconds(sampler: Sampler) -> float:
            return processor_seconds(lambda: sampler.draw(stream(1, 0)))

        def igraph_gnm(g: ca.Graph = g) -> None:
            import igraph

            igraph.Graph.Erdos_Renyi(n=g.n_nodes, m=g.n_edges, directed=True)

        ours, theirs = seconds(ErdosRenyiSampler(g)), processor_seconds(igraph_gnm)
        yield Row(job="null erdos_renyi", graph=name, ours=ours, peer="igraph", theirs=theirs)
        yield Row(job="null dyad", graph=name, ours=seconds(DyadSampler(g)))
        yield Row(job="null weights", graph=name, ours=seconds(WeightsSampler(g)))
        plain = seconds(ConfigurationSampler(g))
        peer = "our configuration null"
        for n_groups in (10, 1000):
            ours = seconds(BlockSampler(g, groups=np.arange(g.n_nodes) * n_groups // g.n_nodes))
            job = f"null block, {n_groups} groups"
            yield Row(job=job, graph=name, ours=ours, peer=peer, theirs=plain)
        where, bins = in_space(g.n_nodes), (0, 50, np.inf)
        ours = seconds(SpatialSampler(g, positions_nm=where, bin_edges_um=bins))
        yield Row(job="null spatial, 2 bins", graph=name, ours=ours)
        ours = seconds(SpatialSampler(g, positions_nm=where))
        yield Row(job="null spatial, 10 bins", graph=name, ours=ours)
        if g.n_edges <= 100_000 or slow_peers:
            ours = seconds(
                SpatialSampler(g, positions_nm=where, bin_edges_um=bins, keep_degrees=True)
            )
            job = "null spatial, 2 bins, degrees"
            yield Row(job=job, graph=name, ours=ours, peer=peer, theirs=plain)
