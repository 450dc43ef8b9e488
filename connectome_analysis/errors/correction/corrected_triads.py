"""Corrected triads: an unbiased census of the true graph from the census of what was seen.

Formula: a product over distinct directions of A~ = (Y - alpha) / (1 - alpha - beta), or 1 - A~ where
there is no edge, has the indicator of the true subgraph as its expectation. Summed over all triples:
with the same rates everywhere that is W^-T times the observed census, W the probabilities of seeing
one class where another is; here every pair may have rates of its own.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ...graph import require_graph
from ...motifs.triads import TRIAD_NAMES, TRIADS
from .. import words
from ..error_model import ErrorModel
from ..rate_table import Floats
from ..verdict_warning import PairsAloneWarning, RatesWarning
from .given_rates import given_model, not_corrected
from .intervals import count_interval, normal_quantile, standard_error
from .triad_estimates import TriadEstimates, triad_estimates

if TYPE_CHECKING:
    import pandas as pd

    from ...graph import Graph

_N_EDGES = np.array([len(triad.edges) for triad in TRIADS.values()])


def debias_triad_census(
    g: Graph,
    alpha: Any = None,
    beta: Any = None,
    *,
    error_model: ErrorModel | None = None,
    level: float = 0.95,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Estimate how many triads of each class the true graph has.

    Parameters
    ----------
    g : Graph
        As it was seen. Self-loops are left out.
    alpha : float, (N, N) array, table of pairs or mapping of groups, optional
        P(seen | not connected), see `as_rate`; a number is that of every pair.
    beta : likewise
        P(not seen | connected).
    error_model : ErrorModel, optional
        In place of alpha and beta. Where it is uncertain, the intervals include that.
    level : float
        Of the intervals.
    n_jobs : int, optional
        Threads; by default all processors this process may use.

    Returns
    -------
    DataFrame, one row per class, index ``motif`` ("003" ... "300")
        ``plain_name``; ``observed`` count; ``estimate``, unbiased, may be below 0 where there are
        few; ``se``, NaN where the variance is estimated below 0; ``low``, ``high``, at least 0, see
        `intervals`. ``attrs`` holds the model in words, the level, what is not corrected, and of which
        rows no error is known.

    Raises
    ------
    ValueError
        Where alpha + beta is 1 or more for a pair, or there are fewer than three neurons.

    Examples
    --------
    Fifteen of a hundred connections missed: the fully mutual triad keeps 0.85^6 = 38 %.

    >>> import connectome_analysis as ca
    >>> worm = ca.open("celegans-varshney2011").graph()
    >>> table = ca.errors.debias_triad_census(worm, alpha=0.0, beta=0.15)
    >>> table.loc["300", ["observed", "estimate"]].astype(float).round(1).tolist()
    [48.0, 127.3]
    """
    import pandas as pd

    require_graph(g)
    normal_quantile(level)
    model = given_model(alpha, beta, error_model)
    found = triad_estimates(g, model, n_jobs=n_jobs)
    table = table_of_sums(found, np.eye(16), level)
    table.index = pd.Index(TRIAD_NAMES, name="motif", dtype=object)
    table.insert(0, "plain_name", [TRIADS[name].plain_name for name in TRIAD_NAMES])
    table.attrs.update(provenance(g, model, found, level, table))
    return table


def table_of_sums(found: TriadEstimates, sums: Floats, level: float) -> pd.DataFrame:
    """Counts seen and corrected of sums of classes: ``observed``, ``estimate``, ``se``, ``low``, ``high``.

    Parameters
    ----------
    sums : (K, 16) float64, at least 0
        How often each class counts in each sum.
    """
    import pandas as pd

    low, high = intervals_of(found, sums, level)
    # No sum can be more than if every triple counted most.
    n = found.n_nodes
    most = sums.max(axis=1) * (n * (n - 1) * (n - 2) / 6)
    low, high = np.minimum(low, most), np.minimum(high, most)
    variance = np.einsum("kc,cd,kd->k", sums, found.covariance, sums)
    terms = np.einsum("kc,cd,kd->k", np.abs(sums), np.abs(found.covariance), np.abs(sums))
    return pd.DataFrame(
        {
            "observed": np.rint(sums @ found.observed).astype(np.int64),
            "estimate": sums @ found.counts,
            "se": standard_error(variance, terms),
            "low": low,
            "high": high,
        }
    )


def intervals_of(found: TriadEstimates, sums: Floats, level: float) -> tuple[Floats, Floats]:
    """Intervals of sums of classes.

    Parameters
    ----------
    sums : (K, 16) float64, at least 0
        How often each class counts in each sum.
    """
    true = np.maximum(found.counts, 0.0)
    # (K, 16): what one true triple of each class adds to the variance of each sum.
    each = np.einsum("kc,dcf,kf->kd", sums, found.single, sums)
    counted = sums > 0
    by_class = each * true
    own, total = np.where(counted, by_class, 0.0).sum(axis=1), by_class.sum(axis=1)
    # ... and per unit of the sum: the mean over the classes counted, by how much they make of it.
    parts = sums * true
    per_unit = np.divide(each, sums, out=np.zeros_like(each), where=counted)
    whole = parts.sum(axis=1)
    least = np.where(counted, per_unit, np.inf).min(axis=1)
    own_least = np.divide((per_unit * parts).sum(axis=1), whole, out=least, where=whole > 0)
    # How unequal the weights of motifs are goes up with their connections, which share neurons and so
    # weigh alike: with twice their number, going by simulated worms.
    unequal = np.minimum(found.unequal ** (2.0 * _N_EDGES) - 1.0, 1.0)
    any_one = np.where(counted, unequal, 1.0).min(axis=1)
    of_own = np.divide(
        (unequal * per_unit * parts).sum(axis=1),
        whole * own_least,
        out=any_one,
        where=whole * own_least > 0,
    )
    return count_interval(
        sums @ found.counts,
        np.einsum("kc,cd,kd->k", sums, found.noise, sums),
        own_share=np.divide(own, total, out=np.zeros_like(own), where=total > 0),
        own_least=own_least,
        own_unequal=of_own,
        rate_variance=np.einsum("kc,cd,kd->k", sums, found.rates, sums),
        level=level,
    )


def surely_below_zero(found: TriadEstimates) -> list[str]:
    """Classes whose estimate lies five standard errors or more below 0, as no true count can."""
    error = np.sqrt(np.maximum(np.diag(found.covariance), 0.0))
    low = found.counts < -5.0 * error - 0.5
    return [name for name, there in zip(TRIAD_NAMES, low, strict=True) if there]


def without_error(table: pd.DataFrame) -> str:
    """Rows that have an estimate and no standard error or interval, in words; empty where none."""
    lacks = table["se"].isna() | table["low"].isna()
    names = [str(name) for name in table.index[lacks & table["estimate"].notna()]]
    if not names:
        return ""
    return (
        f"no error is known of {', '.join(names)}: the variance is estimated below 0, as happens where "
        "few were seen, or what is estimated cannot be"
    )


def provenance(
    g: Graph, model: ErrorModel, found: TriadEstimates, level: float, table: pd.DataFrame
) -> dict[str, Any]:
    """What a corrected table must say of itself."""
    said: dict[str, Any] = {
        "graph": g.name,
        "error_model": words.of_model(model),
        "level": level,
    }
    if left := not_corrected(model):
        said["not_corrected"] = left
    if model.fragments:
        warnings.warn(f"Not corrected: {left}.", PairsAloneWarning, stacklevel=3)
    if below := surely_below_zero(found):
        said["rates_do_not_fit"] = (
            f"the corrected count of {', '.join(below)} lies surely below 0, so the true errors are "
            "others: strong connections are missed less often than weak ones, and hubs' partners are "
            "strong; give rates by group or pair, or a model of synapses where they are counted"
        )
        warnings.warn(
            f"The rates do not fit {g.name or 'the graph'}: {said['rates_do_not_fit']}.",
            RatesWarning,
            stacklevel=3,
        )
    if unknown := without_error(table):
        said["no_error_known"] = unknown
    if found.coarse:
        said["coarse"] = "rates of pairs that were not seen are means of groups of neurons"
    return said
