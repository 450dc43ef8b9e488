"""Degree table: how many neurons of each connectome have how many partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .given import Many, named_graphs
from .raw_counts import warn_of_mixed_counts

if TYPE_CHECKING:
    import pandas as pd


def degree_distributions(
    connectomes: Many,
    *,
    edge_type: str | None = "chemical",
    min_synapses: int | None = None,
    where: str | None = None,
) -> pd.DataFrame:
    """Distributions of in- and out-degree, one below the other.

    Parameters
    ----------
    connectomes : sequence, or mapping from names
        Each a `Connectome`, a `Graph`, a folder or the name of a bundled dataset.
    edge_type, min_synapses, where
        As for ``Connectome.graph``.

    Returns
    -------
    DataFrame, one row per connectome, direction and degree that occurs
        ``connectome``; ``direction`` ("in" or "out"); ``degree``; ``neurons`` that have it;
        ``share_at_least``, of the neurons that have it or more; ``over_mean``, the degree over the
        mean, so that curves of denser and sparser connectomes lie on one another where their shapes
        are the same.

    Warns
    -----
    MixedCountsWarning

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> table = degree_distributions({"star": ca.Graph.from_edges([1, 1, 1], [2, 3, 4])})
    >>> table[table["direction"] == "out"][["degree", "neurons", "share_at_least"]].values.tolist()
    [[0.0, 3.0, 1.0], [3.0, 1.0, 0.25]]
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    given = named_graphs(connectomes, edge_type=edge_type, min_synapses=min_synapses, where=where)
    warn_of_mixed_counts(given, weights=False)
    for one in given:
        for direction, degree in (("in", one.graph.in_degree), ("out", one.graph.out_degree)):
            values, counts = np.unique(degree, return_counts=True)
            mean = float(degree.mean()) if len(degree) else 0.0
            above = counts[::-1].cumsum()[::-1] / max(len(degree), 1)
            rows.extend(
                {
                    "connectome": one.name,
                    "direction": direction,
                    "degree": int(value),
                    "neurons": int(count),
                    "share_at_least": float(share),
                    "over_mean": value / mean if mean > 0 else np.nan,
                }
                for value, count, share in zip(values, counts, above, strict=True)
            )
    return pd.DataFrame(rows)
