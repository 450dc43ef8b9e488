"""Error-aware significance: what the errors of a reconstruction add to a thousand nulls and their triads."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

import connectome_analysis as ca
from connectome_analysis.motifs.statistics import triad_counts
from connectome_analysis.random_streams import stream

from .measure import Row

SAMPLES = 1000
_REGIONS = 40


def with_errors(g: ca.Graph) -> tuple[ca.Graph, ca.errors.ErrorModel]:
    """The graph with regions dealt out at random, and errors that differ between them."""
    rng = np.random.default_rng(0)
    nodes = g.nodes.assign(region=rng.integers(0, _REGIONS, g.n_nodes))
    regions = range(_REGIONS)
    missed = {(a, b): float(rng.uniform(0.05, 0.5)) for a in regions for b in regions}
    alpha = 0.02 * g.n_edges / (g.n_nodes * (g.n_nodes - 1))
    model = ca.errors.ErrorModel(beta={"region": missed}, alpha=alpha, could_touch="all")
    ends = (g.node_ids[g.out_sources], g.node_ids[g.out_indices])
    return ca.Graph.from_edges(*ends, node_ids=g.node_ids, nodes=nodes), model


def rows(graphs: dict[str, ca.Graph], *, slow_peers: bool) -> Iterator[Row]:
    """Both nulls beside the plain one; the time of a thousand samples follows from some."""
    nulls = ("configuration", "reciprocal_configuration", "erdos_renyi", "dyad")
    for name, plain in graphs.items():
        if plain.n_edges > 5_000_000 and not slow_peers:
            continue
        g, model = with_errors(plain)
        for null in nulls[:1] if plain.n_edges > 100_000 and not slow_peers else nulls:
            naive, aware = (_thousand(g, null, errors) for errors in (None, model))
            yield Row(
                job=f"{SAMPLES:,} {null} nulls and their triads, with and without errors",
                graph=name,
                ours=naive + aware,
                peer="without errors alone",
                theirs=naive,
                bound=f"{(naive + aware) / naive:.2f} times the time; at most 3",
            )


def _thousand(g: ca.Graph, null: str, model: ca.errors.ErrorModel | None) -> float:
    """Processor seconds of making a sampler and of drawing and counting a thousand samples."""

    def one(number: int) -> float:
        start = time.process_time()
        triad_counts(g.n_nodes, source.draw(stream(0, number)))
        return time.process_time() - start

    ca.null_models.sampler(g, null, error_model=model)  # compiles
    start = time.process_time()
    source = ca.null_models.sampler(g, null, error_model=model)
    made = time.process_time() - start
    one(0)
    count = max(2, min(40, 200_000 // g.n_edges))
    return made + SAMPLES * float(np.median([one(number) for number in range(1, count + 1)]))
