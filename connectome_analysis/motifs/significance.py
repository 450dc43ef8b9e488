"""Significance: which triads are over- or under-represented, against a null that says what it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..null_models.ensemble import Progress, compare, ensemble
from ..null_models.sample import NullModelName
from ..random_streams import Seed
from .triad_census import census_of_edges, triad_census
from .triads import TRIAD_NAMES, TRIADS

if TYPE_CHECKING:
    import pandas as pd

    from ..graph import Graph


def significance(
    g: Graph,
    null_model: NullModelName = "configuration",
    n_samples: int = 1000,
    *,
    rng: Seed = 0,
    n_jobs: int | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Compare the triad census of a graph with the census of graphs drawn from a null model.

    Parameters
    ----------
    g : Graph
        Self-loops are left out.
    null_model : {"configuration"}
        See `connectome_analysis.null_models`. The plain configuration model does not keep mutual
        pairs, so in a graph richer in them than chance every motif that has one stands out.
    n_samples : int
        The smallest p-value that can be seen is 2 / (n_samples + 1).
    rng : int, Generator or None
        The same seed gives the same numbers on any number of threads.
    n_jobs : int, optional
        Threads; by default all processors this process may use.
    progress : callable, optional
        Called after each sample with the number done and `n_samples`.
    **options
        For the null model, for instance ``proposals_per_edge``.

    Returns
    -------
    DataFrame, one row per MAN class, index ``motif``
        ``plain_name``; ``observed``; ``null_mean``, ``null_sd``, ``null_low``, ``null_high``
        (2.5th and 97.5th percentile); ``ratio`` observed / null_mean; ``z``; ``p_value``
        (empirical, two-sided, +1 rule); ``q_value`` (Benjamini and Hochberg 1995 over the 16
        classes); ``null_model`` and ``n_samples``. ``attrs`` holds the seed, what the null keeps
        and how far its samples mixed.

    Examples
    --------
    >>> import connectome_analysis as ca
    >>> g = ca.open("celegans-varshney2011").graph()
    >>> table = ca.motifs.significance(g, n_samples=200, rng=0)
    >>> int(table.loc["030T", "observed"]), bool(table.loc["300", "z"] > 20)
    (1453, True)
    """
    import pandas as pd
    from scipy.stats import false_discovery_control

    census = triad_census(g, n_jobs=n_jobs)
    nulls = ensemble(
        g,
        null_model,
        census_of_edges,
        n_samples,
        rng=rng,
        n_jobs=n_jobs,
        progress=progress,
        **options,
    )
    observed = census.to_numpy()
    result = compare(observed, nulls.values)
    ratio = np.full(len(observed), np.nan)
    np.divide(observed, result.mean, out=ratio, where=result.mean > 0)
    table = pd.DataFrame(
        {
            "plain_name": [TRIADS[name].plain_name for name in TRIAD_NAMES],
            "observed": observed,
            "null_mean": result.mean,
            "null_sd": result.sd,
            "null_low": result.low,
            "null_high": result.high,
            "ratio": ratio,
            "z": result.z,
            "p_value": result.p_value,
            "q_value": false_discovery_control(result.p_value),
            "null_model": nulls.null_model,
            "n_samples": nulls.n_samples,
        },
        index=pd.Index(TRIAD_NAMES, name="motif", dtype=object),
    )
    table.attrs.update({"graph": g.name} | nulls.provenance())
    return table
