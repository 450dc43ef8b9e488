"""Imputed: do intervals over posterior draws hold the true values of real wiring?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...measures.reciprocity import reciprocity
from ...measures.transitivity import transitivity
from ...motifs.triad_census import triad_census
from ..forward.channel import channel_of
from ..imputation.imputation import impute
from .coverage import LEVEL, Cell
from .settings import settings
from .truths import truth

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph

DRAWS = 100


def edges(g: Graph) -> float:
    """Number of edges."""
    return float(g.n_edges)


def mutual_pairs(g: Graph) -> float:
    """Number of pairs joined both ways."""
    return reciprocity(g) * g.n_edges / 2 if g.n_edges else 0.0


def triads(g: Graph) -> pd.Series[int]:
    """Triad census on the thread it is called from."""
    return triad_census(g, n_jobs=1)


def transitivity_here(g: Graph) -> float:
    """Transitivity on the thread it is called from."""
    return transitivity(g, n_jobs=1)


MEASURES = {
    "edges": edges,
    "mutual_pairs": mutual_pairs,
    "reciprocity": reciprocity,
    "transitivity": transitivity_here,
    "triads": triads,
}


def cover(cell: Cell) -> pd.DataFrame:
    """Run the worlds of one cell.

    Returns
    -------
    DataFrame, one row per statistic
        As `coverage.cover`, kind "imputed".
    """
    import pandas as pd

    g = truth(cell.truth)
    model = settings(g)[cell.setting].assumed
    channel = channel_of(model, g)
    true = np.concatenate([np.atleast_1d(np.asarray(f(g), float)) for f in MEASURES.values()])
    seeds = np.random.SeedSequence([cell.seed, 1, *map(ord, cell.truth + cell.setting)])
    naive, mean, squares, below, above = (np.zeros(len(true)) for _ in range(5))
    names: list[Any] = []
    for child in seeds.spawn(cell.worlds):
        rng = np.random.default_rng(child)
        counts = None if model.of_connections else g.weights
        drawn = channel.draw(g.out_sources, g.out_indices, counts, rng)
        seen = g.with_edges(drawn.senders, drawn.receivers, drawn.counts)
        table = impute(
            seen,
            model,
            MEASURES,
            n_draws=DRAWS,
            rng=int(rng.integers(2**31)),
            n_jobs=1,
            level=LEVEL,
        )
        names = table.index.tolist()
        apart = table["estimate"].to_numpy() - true
        naive += table["observed"].to_numpy() - true
        mean += apart
        squares += apart**2
        slack = 1e-9 * np.abs(true)
        below += true < table["low"].to_numpy() - slack
        above += true > table["high"].to_numpy() + slack
    worlds = cell.worlds
    variance = np.maximum(squares / worlds - (mean / worlds) ** 2, 0) * worlds / max(worlds - 1, 1)
    return pd.DataFrame(
        {
            "truth": cell.truth,
            "setting": cell.setting,
            "rates": cell.rates,
            "kind": "imputed",
            "statistic": names,
            "true": true,
            "worlds": worlds,
            "naive_bias": naive / worlds,
            "bias": mean / worlds,
            "bias_se": np.sqrt(variance / worlds),
            "coverage": 1.0 - (below + above) / worlds,
            "true_below": below / worlds,
            "true_above": above / worlds,
        }
    )
