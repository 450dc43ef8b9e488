"""Imputed: do intervals over posterior draws hold the true values of real wiring?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...measures.reciprocity import reciprocity
from ...measures.transitivity import transitivity
from ...motifs.triad_census import triad_census
from ...null_models.against import Measure
from ..imputation.imputation import impute
from .cells import Cell
from .coverage import LEVEL, degree_rows, outside
from .seen import seen_of
from .settings import fitted, settings
from .truths import truth

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ...graph import Graph

# Quantiles of 40 draws lie between draws such that the next falls outside in one of twenty.
DRAWS = 40


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


def out_degrees(g: Graph) -> pd.Series[int]:
    """Partners each neuron sends to."""
    import pandas as pd

    return pd.Series(g.out_degree, index=g.node_ids)


def in_degrees(g: Graph) -> pd.Series[int]:
    """Partners each neuron receives from."""
    import pandas as pd

    return pd.Series(g.in_degree, index=g.node_ids)


COUNTS: dict[str, Measure] = {
    "edges": edges,
    "mutual_pairs": mutual_pairs,
    "reciprocity": reciprocity,
    "transitivity": transitivity_here,
    "triads": triads,
}
DEGREES: dict[str, Measure] = {"out": out_degrees, "in": in_degrees}
MEASURES: dict[str, Measure] = {**COUNTS, **DEGREES}


def worlds_of(cell: Cell) -> Callable[[np.random.Generator], pd.DataFrame]:
    """Make what runs one world of a cell; rows as those of `coverage.worlds_of`."""
    import pandas as pd

    g = truth(cell.truth)
    setting = settings(g)[cell.setting]
    true = np.concatenate([np.atleast_1d(np.asarray(f(g), float)) for f in COUNTS.values()])

    def one(rng: np.random.Generator) -> pd.DataFrame:
        seen = seen_of(g, setting.channel, rng)
        model = fitted(setting.assumed, rng) if cell.rates == "fitted" else setting.assumed
        table = impute(
            seen,
            model,
            MEASURES,
            n_draws=DRAWS,
            rng=int(rng.integers(2**31)),
            n_jobs=1,
            level=LEVEL,
        )
        columns = ["observed", "estimate", "low", "high"]
        counts = table.iloc[: len(true)][columns].rename_axis("statistic").reset_index()
        counts = outside(counts.assign(kind="imputed", true=true))
        rest = table.iloc[len(true) :][columns].to_numpy().reshape(2, g.n_nodes, 4)
        names = ("degree", "estimate", "low", "high")
        by_side = {
            f"{side}_{name}": rest[place, :, column]
            for place, side in enumerate(DEGREES)
            for column, name in enumerate(names)
        }
        degrees = degree_rows(g, pd.DataFrame(by_side, index=g.node_ids))
        return pd.concat([counts, degrees.assign(kind="imputed degrees")], ignore_index=True)

    return one
