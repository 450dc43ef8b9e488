"""False alarms and power: how often a test cries where nothing is, and where something is.

Nothing is: the true wiring is a sample of the null, then seen through the errors. Something is:
feed-forward loops are planted in such a sample.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...graph import Graph
from ...motifs.triads import CONNECTED_TRIADS
from ...null_models.sample import NullModelName, sample
from ..error_model import ErrorModel
from ..forward.channel import channel_of
from ..verdict_warning import PairsAloneWarning, VerdictWarning
from .settings import settings
from .truths import truth

if TYPE_CHECKING:
    import pandas as pd

# 2 (4 + 1) / 200 = 0.05: so many nulls make the test exactly one of 5 %.
N_NULLS = 199
LEVEL = 0.05


class Cell(NamedTuple):
    """One truth, setting and null; `planted` loops in each true graph."""

    truth: str
    setting: str
    null_model: NullModelName
    worlds: int
    planted: int
    seed: int


def cry(cell: Cell) -> pd.DataFrame:
    """Run the worlds of one cell.

    Returns
    -------
    DataFrame, one row per connected triad
        ``truth``, ``setting``, ``null_model``, ``planted``, ``motif``, ``worlds``; ``naive`` and
        ``aware``, share of worlds with p <= 0.05 without and with the error model. A world in which
        neither the motif nor any null of it occurs has p = 1.
    """
    import pandas as pd

    from ...motifs.significance import significance

    g = truth(cell.truth)
    setting = _setting(cell, g)
    names = list(CONNECTED_TRIADS)
    counts = {"naive": np.zeros(len(names)), "aware": np.zeros(len(names))}
    words = cell.truth + cell.setting + cell.null_model
    seeds = np.random.SeedSequence([cell.seed, cell.planted, *map(ord, words)])
    for child in seeds.spawn(cell.worlds):
        rng = np.random.default_rng(child)
        seen = _seen(_null_truth(g, cell, rng), setting, rng)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", VerdictWarning)
            warnings.simplefilter("ignore", PairsAloneWarning)
            table = significance(
                seen,
                cell.null_model,
                N_NULLS,
                error_model=setting,
                rng=int(rng.integers(2**31)),
                n_jobs=1,
            ).loc[names]
        counts["naive"] += table["p_value"].to_numpy() <= LEVEL + 1e-12
        counts["aware"] += table["aware_p_value"].to_numpy() <= LEVEL + 1e-12
    rows: dict[str, Any] = {name: count / cell.worlds for name, count in counts.items()}
    head = cell._asdict()
    del head["seed"]
    return pd.DataFrame({"motif": names} | rows).assign(**head)


def _setting(cell: Cell, g: Graph) -> ErrorModel:
    if cell.setting == "none":
        return ErrorModel(beta=0.0)
    return settings(g)[cell.setting].assumed


def _null_truth(g: Graph, cell: Cell, rng: np.random.Generator) -> Graph:
    options: dict[str, Any] = {}
    if cell.null_model in ("configuration", "reciprocal_configuration"):
        options["proposals_per_edge"] = 60
    null = sample(g, cell.null_model, rng=int(rng.integers(2**31)), **options)
    for _ in range(cell.planted):
        null = _with_loop(null, rng)
    # Weights of the graph in random order: synapse counts that say nothing of the wiring.
    weights = rng.choice(g.weights, null.n_edges)
    return null.with_edges(null.out_sources, null.out_indices, weights)


def _with_loop(g: Graph, rng: np.random.Generator) -> Graph:
    """Turn an edge so that it closes a chain of two: one feed-forward loop more, degrees change by one."""
    matrix = g.to_scipy()
    while True:
        a, b = int(g.out_sources[e := rng.integers(g.n_edges)]), int(g.out_indices[e])
        after = g.out_indices[g.out_indptr[b] : g.out_indptr[b + 1]]
        if len(after) == 0:
            continue
        c = int(rng.choice(after))
        drop = g.out_indptr[a] + rng.integers(g.out_degree[a])
        if c == a or matrix[a, c] or drop == e:
            continue
        receivers = g.out_indices.copy()
        receivers[drop] = c
        return g.with_edges(g.out_sources, receivers)


def _seen(true: Graph, model: ErrorModel, rng: np.random.Generator) -> Graph:
    counts = None if model.of_connections else true.weights
    seen = channel_of(model, true).draw(true.out_sources, true.out_indices, counts, rng)
    return true.with_edges(seen.senders, seen.receivers, seen.counts)
