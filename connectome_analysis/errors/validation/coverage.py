"""Coverage: over many worlds, is a corrected count right on average, and does its interval hold the truth?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...motifs.triads import CONNECTED_TRIADS, TRIAD_NAMES
from ..correction.corrected_degrees import debias_degrees
from ..correction.corrected_measures import measures_of
from ..correction.corrected_subgraphs import copies_in_classes
from ..correction.corrected_triads import table_of_sums
from ..correction.triad_estimates import triad_estimates
from ..error_model import ErrorModel
from .cells import Cell
from .seen import seen_of
from .settings import fitted, settings
from .truths import truth

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ...graph import Graph
    from ..rate_table import Floats

LEVEL = 0.95


def worlds_of(cell: Cell) -> Callable[[np.random.Generator], pd.DataFrame]:
    """Make what runs one world of a cell.

    Returns
    -------
    callable
        Given a random stream, a DataFrame with one row per statistic: ``kind``, ``statistic``,
        ``true``, ``observed``, ``estimate``, ``low``, ``high``, and ``below``, ``above``: 1 where the
        true value lies there of the interval. Of degrees, one row a side: means over neurons.
    """
    import pandas as pd

    g = truth(cell.truth)
    setting = settings(g)[cell.setting]
    true = _statistics(g, ErrorModel(beta=0.0))["observed"].to_numpy(np.float64)

    def one(rng: np.random.Generator) -> pd.DataFrame:
        seen = seen_of(g, setting.channel, rng)
        model = fitted(setting.assumed, rng) if cell.rates == "fitted" else setting.assumed
        counts = outside(_statistics(seen, model).assign(true=true))
        degrees = degree_rows(g, debias_degrees(seen, error_model=model, level=LEVEL))
        return pd.concat([counts, degrees], ignore_index=True)

    return one


def outside(table: pd.DataFrame) -> pd.DataFrame:
    """Say of rows with ``true``, ``low`` and ``high`` where the true value lies outside.

    Where there is no interval it is not inside: below.
    """
    true, low = (table[name].to_numpy(np.float64) for name in ("true", "low"))
    slack = 1e-9 * np.abs(true)
    return table.assign(
        below=((true < low - slack) | np.isnan(low)).astype(np.float64),
        above=(true > table["high"].to_numpy() + slack).astype(np.float64),
    )


def degree_rows(g: Graph, found: pd.DataFrame) -> pd.DataFrame:
    """Means over neurons of how their intervals of degree fare, one row a side.

    Parameters
    ----------
    found : DataFrame, index ``node_id``
        As `debias_degrees` returns. Neurons that were merged into others are gone, and fragments are
        no neurons.
    """
    import pandas as pd

    there = np.isin(g.node_ids, found.index)
    kept = found.loc[g.node_ids[there]]
    rows: list[dict[str, Any]] = []
    for side, every in (("out", g.out_degree), ("in", g.in_degree)):
        names = {
            "observed": f"{side}_degree",
            "estimate": f"{side}_estimate",
            "low": f"{side}_low",
            "high": f"{side}_high",
        }
        one = outside(
            pd.DataFrame({key: kept[name].to_numpy() for key, name in names.items()}).assign(
                true=every[there]
            )
        )
        means = {str(name): float(value) for name, value in one.mean().items()}
        rows.append({"kind": "degrees", "statistic": f"{side}-degree"} | means)
    return pd.DataFrame(rows)


def _statistics(g: Graph, model: ErrorModel) -> pd.DataFrame:
    """Every corrected count: ``kind``, ``statistic``, ``observed``, ``estimate``, ``low``, ``high``."""
    import pandas as pd

    found = triad_estimates(g, model, n_jobs=1)
    classes: Floats = np.eye(len(TRIAD_NAMES))
    triads = table_of_sums(found, classes, LEVEL).set_axis([*TRIAD_NAMES])
    copies = table_of_sums(found, copies_in_classes(), LEVEL).set_axis([*CONNECTED_TRIADS])
    measures = measures_of(found, LEVEL)
    parts = {"induced triads": triads, "copies": copies, "measures": measures}
    table = pd.concat([part.assign(kind=kind) for kind, part in parts.items()])
    return (
        table.drop(columns="se")
        .rename_axis("statistic")
        .reset_index()
        .astype({"observed": np.float64, "low": np.float64, "high": np.float64})
    )


def tally(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum up the worlds of one cell.

    Returns
    -------
    DataFrame, one row per statistic
        ``kind``, ``statistic``, ``worlds``, ``true``; ``naive_bias`` and ``bias``, mean of what was
        seen, and of the estimate, less the true value; ``bias_se``, its Monte Carlo standard error;
        ``coverage``, share of worlds whose interval holds the true value; ``true_below``,
        ``true_above``, shares of worlds that it lies outside of. Degrees are one row a side: means
        over neurons, coverage over neurons and worlds.
    """
    import pandas as pd

    apart = rows.assign(
        naive=rows["observed"] - rows["true"], apart=rows["estimate"] - rows["true"]
    )
    groups = apart.groupby(["kind", "statistic"], sort=False)
    worlds = groups.size()
    table = pd.DataFrame(
        {
            "worlds": worlds,
            "true": groups["true"].mean(),
            "naive_bias": groups["naive"].mean(),
            "bias": groups["apart"].mean(),
            "bias_se": groups["apart"].std(ddof=1) / np.sqrt(worlds),
            "coverage": 1.0 - groups["below"].mean() - groups["above"].mean(),
            "true_below": groups["below"].mean(),
            "true_above": groups["above"].mean(),
        }
    )
    return table.reset_index()
