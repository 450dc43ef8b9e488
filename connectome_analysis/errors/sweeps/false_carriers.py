"""False carriers: how many connections would have to be false for a motif's excess to vanish, at least.

The worst case: errors do not fall by chance but on the connections that carry the most copies of one
motif. Taking connections away removes at most as many copies as these have a part in, each counted
with every connection it loses. So whatever the arrangement, an excess needs at least as many false
connections as it takes of the busiest to have a part in that many copies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...motifs.edge_participation import edge_roles
from ...motifs.triad_roles import EDGE_ROLE_NAMES
from ..rate_table import Floats

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph

_LEVEL = 0.05


def least_false_share(g: Graph, found: pd.DataFrame) -> pd.Series[float]:
    """Bound from below the share of connections that must be false for each excess to vanish.

    The null is held as it is, though without these connections its degrees would be lower too.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    found : DataFrame
        From `conclusions`.

    Returns
    -------
    Series like `found`, in (0, 1]
        NaN for what is not over, for measures and for triads that are not connected.

    Examples
    --------
    >>> import connectome_analysis as ca, pandas as pd
    >>> g = ca.Graph.from_edges([1, 2, 1, 4, 5, 4], [2, 3, 3, 5, 6, 6])
    >>> row = {"observed": 2.0, "null_mean": 0.1, "null_sd": 0.2, "q_value": 0.01, "verdict": "over"}
    >>> least_false_share(g, pd.DataFrame(row, index=["030T"])).round(3).tolist()  # 2 of 6
    [0.333]
    """
    from scipy.stats import norm

    result = found["observed"].astype(np.float64) * np.nan
    over = found["verdict"] == "over"
    if not over.any() or g.n_edges == 0:
        return result
    rejected = (found["q_value"] <= _LEVEL).mean()
    limit = float(norm.isf(_LEVEL * rejected / 2))
    allowed = found["null_mean"] + limit * found["null_sd"]
    roles = edge_roles(g.n_nodes, g.out_sources, g.out_indices)
    motif = np.array([name.partition(":")[0] for name in EDGE_ROLE_NAMES])
    for name in found.index[over]:
        if not (motif == name).any():
            continue
        copies: Floats = roles[motif == name].sum(axis=0).astype(np.float64)
        removed = np.cumsum(np.sort(copies)[::-1])
        excess = float(found.loc[name, "observed"] - allowed[name])
        number = int(np.searchsorted(removed, excess)) + 1
        result[name] = min(max(number, 1), g.n_edges) / g.n_edges
    return result
