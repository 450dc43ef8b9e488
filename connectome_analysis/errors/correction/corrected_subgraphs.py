"""Corrected subgraphs: how many copies of each motif the true graph has, whatever else joins its neurons.

A copy of a feed-forward loop may lie in a triad with more connections; an induced triad may not.
"""

from __future__ import annotations

from functools import cache
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from ...graph import require_graph
from ...motifs.triads import CONNECTED_TRIADS, TRIAD_NAMES, TRIADS
from ..error_model import ErrorModel
from ..rate_table import Floats
from .corrected_triads import provenance, table_of_sums
from .given_rates import given_model
from .intervals import normal_quantile
from .triad_estimates import triad_estimates

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph


def debias_subgraphs(
    g: Graph,
    alpha: Any = None,
    beta: Any = None,
    *,
    error_model: ErrorModel | None = None,
    level: float = 0.95,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Estimate how many copies of each connected three-neuron motif the true graph has.

    Not induced: the feed-forward loops are sum A~ o (A~ A~), the three-cycles tr(A~^3) / 3.

    Parameters
    ----------
    g, alpha, beta, error_model, level, n_jobs
        As for `debias_triad_census`.

    Returns
    -------
    DataFrame, one row per motif, index ``motif`` ("021D" ... "300")
        ``plain_name``, ``observed`` copies, ``estimate``, ``se``, ``low``, ``high``.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.Graph.from_edges([1, 2, 1, 2], [2, 3, 3, 1])
    >>> ca.errors.debias_subgraphs(g, beta=0.5)["estimate"].round(6).loc[["030T", "120U"]].tolist()
    [16.0, 16.0]
    """
    import pandas as pd

    require_graph(g)
    normal_quantile(level)
    model = given_model(alpha, beta, error_model)
    found = triad_estimates(g, model, n_jobs=n_jobs)
    table = table_of_sums(found, copies_in_classes(), level)
    table.index = pd.Index(CONNECTED_TRIADS, name="motif", dtype=object)
    table.insert(0, "plain_name", [TRIADS[name].plain_name for name in CONNECTED_TRIADS])
    table.attrs.update(provenance(g, model, found, level, table))
    return table


@cache
def copies_in_classes() -> Floats:
    """(13, 16): copies of each connected motif in an induced triad of each class."""
    return np.array(
        [[_copies(part, whole) for whole in TRIAD_NAMES] for part in CONNECTED_TRIADS], dtype=float
    )


def _copies(part: str, whole: str) -> int:
    edges = frozenset(TRIADS[whole].edges)
    images = {
        frozenset((order[a], order[b]) for a, b in TRIADS[part].edges)
        for order in permutations(range(3))
    }
    return sum(image <= edges for image in images)
