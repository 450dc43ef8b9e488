"""Corrected measures: edges, reciprocity, transitivity and their like in the true graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...graph import require_graph
from ...motifs.triads import TRIADS
from ..error_model import ErrorModel
from ..rate_table import Floats
from .corrected_triads import provenance, table_of_sums
from .dyad_states import dyads_of_classes
from .given_rates import given_model
from .intervals import normal_quantile, ratio_interval, standard_error
from .triad_estimates import TriadEstimates, triad_estimates

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph

_CLOSED = ("030T", "030C", "120D", "120U", "120C", "210", "300")


def debias_measures(
    g: Graph,
    alpha: Any = None,
    beta: Any = None,
    *,
    error_model: ErrorModel | None = None,
    level: float = 0.95,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Estimate edges, mutual pairs, density, reciprocity, triangles and transitivity of the true graph.

    Counts are unbiased. Ratios are ratios of unbiased counts: consistent, with a bias that vanishes
    as the graph grows.

    Parameters
    ----------
    g, alpha, beta, error_model, level, n_jobs
        As for `debias_triad_census`.

    Returns
    -------
    DataFrame, one row per measure, index ``measure``
        ``edges``, ``mutual_pairs``, ``density``, ``reciprocity``, ``triangles`` (of the undirected
        graph), ``connected_triples`` (likewise, closed ones three times), ``transitivity``; columns
        ``observed``, ``estimate``, ``se``, ``low``, ``high`` (of ratios by Fieller). A ratio of
        nothing is NaN; so are its error and interval where the variance is estimated below 0, or
        where all of it lies outside 0 and 1 (``attrs["no_error_known"]``).

    Raises
    ------
    ValueError
        As `debias_triad_census`; for fewer than three neurons, though `debias_degrees` takes two.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> table = ca.errors.debias_measures(worm, alpha=0.0, beta=0.15)
    >>> table.loc["edges", ["observed", "estimate"]].round(1).tolist()
    [2194.0, 2581.2]
    """
    require_graph(g)
    normal_quantile(level)
    model = given_model(alpha, beta, error_model)
    if g.n_nodes < 3:
        msg = (
            f"Corrected measures need three neurons at least, {g.name or 'the graph'} has {g.n_nodes}: one "
            "pair tells nothing of its scatter. errors.debias_degrees corrects the connections of a pair."
        )
        raise ValueError(msg)
    found = triad_estimates(g, model, n_jobs=n_jobs)
    table = measures_of(found, level)
    table.attrs.update(provenance(g, model, found, level, table))
    return table


def measures_of(found: TriadEstimates, level: float) -> pd.DataFrame:
    """The table of `debias_measures` from corrected triads."""
    import pandas as pd

    forms = linear_forms(found.n_nodes)
    names, sums = list(forms), np.array(list(forms.values()))
    table = table_of_sums(found, sums, level).astype(np.float64)
    rows: dict[str, Any] = dict(zip(names, table.to_numpy().tolist(), strict=True))
    pairs = found.n_nodes * (found.n_nodes - 1)
    rows["density"] = [value / pairs for value in rows["edges"]]
    covariance = sums @ found.covariance @ sums.T
    for name, (top, bottom, times) in _RATIOS.items():
        i, j = names.index(top), names.index(bottom)
        scale = np.array([times, 1.0])
        both = covariance[np.ix_([i, j], [i, j])] * np.outer(scale, scale)
        seen, counts = table["observed"].to_numpy(), table["estimate"].to_numpy()
        rows[name] = _ratio(times * seen[i], seen[j], times * counts[i], counts[j], both, level)
    order = [
        *("edges", "mutual_pairs", "density", "reciprocity"),
        *("triangles", "connected_triples", "transitivity"),
    ]
    return pd.DataFrame(
        [rows[name] for name in order],
        columns=table.columns,
        index=pd.Index(order, name="measure", dtype=object),
        dtype=np.float64,
    )


# Ratio: numerator, denominator, factor of the numerator.
_RATIOS = {
    "reciprocity": ("mutual_pairs", "edges", 2.0),
    "transitivity": ("triangles", "connected_triples", 3.0),
}


def linear_forms(n_nodes: int) -> dict[str, Floats]:
    """How often each class of triads counts in edges, mutual pairs, triangles and triples."""
    # Every dyad lies in n - 2 triples.
    per_dyad = dyads_of_classes() / (n_nodes - 2)
    closed = np.array([name in _CLOSED for name in TRIADS], dtype=np.float64)
    connected = np.array([triad.connected for triad in TRIADS.values()], dtype=np.float64)
    return {
        "edges": per_dyad[:, 0],
        "mutual_pairs": per_dyad[:, 1],
        "triangles": closed,
        "connected_triples": connected + 2.0 * closed,
    }


def _ratio(
    top_seen: float, bottom_seen: float, top: float, bottom: float, covariance: Floats, level: float
) -> tuple[float, float, float, float, float]:
    nan = float("nan")
    seen = top_seen / bottom_seen if bottom_seen else nan
    if bottom <= 0:
        return seen, nan, nan, 0.0, 1.0
    ratio = top / bottom
    along = np.array([1.0, -ratio]) / bottom
    terms = np.abs(along) @ np.abs(covariance) @ np.abs(along)
    return (
        seen,
        ratio,
        float(standard_error(along @ covariance @ along, terms)),
        *ratio_interval(top, bottom, covariance, level=level),
    )
