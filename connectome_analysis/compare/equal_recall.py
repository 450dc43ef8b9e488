"""Equal recall: synapses left out of better reconstructions until all find the same share of them.

Of a pair whose true synapses are found with probability r, each synapse seen is kept with probability
r_least / r, so that true ones are left with r_least everywhere; then one threshold for all. False synapses
are thinned along and not made equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..errors.edge_rates import counts_of, synapse_rates
from ..errors.generators import generator
from ..random_streams import Seed, seed_number

if TYPE_CHECKING:
    from ..errors.error_model import ErrorModel
    from ..errors.rate_table import Floats
    from ..graph import Graph


def found_shares(g: Graph, model: ErrorModel) -> Floats:
    """(E,) probability that what makes each connection of a graph is found.

    Of models of synapses recall times completeness, for each synapse; of models of connections
    1 - beta.
    """
    if model.of_connections:
        return 1.0 - model.edge_rates(g).beta.of(g.out_sources, g.out_indices)
    return synapse_rates(model, g).recall.of(g.out_sources, g.out_indices)


def to_equal_recall(
    graphs: Mapping[str, Graph], models: Mapping[str, ErrorModel | None], *, rng: Seed = 0
) -> dict[str, Graph]:
    """Thin graphs to the least recall among them, and to their highest threshold.

    Parameters
    ----------
    graphs : mapping from names to Graph
    models : mapping from the same names to ErrorModel
        All of synapses, or all of connections.
    rng : int or Generator

    Raises
    ------
    ValueError
        Where a graph has no model, models are of both kinds, or weights do not count synapses.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 3], [2, 3, 1], weight=[400, 100, 900])
    >>> better, worse = (ca.errors.ErrorModel(recall=r) for r in (0.8, 0.4))
    >>> thin = to_equal_recall({"a": g, "b": g}, {"a": better, "b": worse})
    >>> bool(abs(thin["a"].weights.sum() / 700 - 1) < 0.1), thin["b"].weights.sum()
    (True, np.int64(1400))
    """
    lacking = [name for name in graphs if models.get(name) is None]
    if lacking:
        msg = (
            f"Equal recall needs an error model of each connectome; {', '.join(lacking)} has none."
        )
        raise ValueError(msg)
    known = {name: model for name, model in models.items() if model is not None and name in graphs}
    kinds = {model.of_connections for model in known.values()}
    if len(kinds) > 1:
        msg = (
            "Equal recall needs models that are all of synapses (recall) or all of connections "
            "(alpha, beta), got both."
        )
        raise ValueError(msg)
    shares = {name: found_shares(g, known[name]) for name, g in graphs.items()}
    least = min((float(share.min()) for share in shares.values() if len(share)), default=1.0)
    if not least > 0:
        names = [name for name, share in shares.items() if len(share) and share.min() <= 0]
        msg = f"The recall of a connection of {names[0]} is 0, to which nothing can be thinned."
        raise ValueError(msg)
    seed = seed_number(rng)
    threshold = max(model.min_synapses for model in known.values())
    return {
        name: _thinned(
            g, least / shares[name], threshold, generator(seed), of_connections=kinds == {True}
        )
        for name, g in graphs.items()
    }


def _thinned(
    g: Graph, keep: Floats, threshold: int, draws: np.random.Generator, *, of_connections: bool
) -> Graph:
    if of_connections:
        return g.edges_kept(draws.random(g.n_edges) < keep)
    left = draws.binomial(counts_of(g), np.minimum(keep, 1.0))
    kept = left >= threshold
    return g.with_edges(g.out_sources[kept], g.out_indices[kept], left[kept])
