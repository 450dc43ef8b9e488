"""Sizes compared: have synapses changed in size, from before to after or from control to case?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..connectome import open_connectome
from ..errors.generators import generator
from ..measures.level import require_level
from ..random_streams import Seed
from .log_normal_sizes import log_sizes

if TYPE_CHECKING:
    import pandas as pd


def compare_sizes(before: ArrayLike, after: ArrayLike, *, level: float = 0.95) -> pd.Series[Any]:
    """Compare two samples of sizes.

    Parameters
    ----------
    before, after : (S,) and (T,) array
        Above 0; NaN is left out. Synapses count as independent: those of one animal, or of one
        neuron, are more alike than that, so with several animals compare their medians by
        `case_control`.
    level : float
        Of the interval.

    Returns
    -------
    Series
        ``n_before``, ``n_after``, ``median_before``, ``median_after``; ``ratio`` of geometric means,
        after / before, with ``ratio_low``, ``ratio_high`` (Welch, of logarithms) and ``p_ratio``;
        ``superiority``, the probability that one after is larger than one before, half for ties, and
        ``p_rank`` (Mann and Whitney); ``spread_ratio`` of deviations of logarithms and ``p_spread``
        (Brown and Forsythe); ``ks`` and ``p_ks`` (Kolmogorov and Smirnov), any difference.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> before = np.exp(rng.normal(0, 0.5, 400))
    >>> found = compare_sizes(before, 1.3 * np.exp(rng.normal(0, 0.5, 400)))
    >>> bool(found["ratio_low"] < 1.3 < found["ratio_high"]), bool(found["p_spread"] > 0.05)
    (True, True)
    """
    from scipy.stats import ks_2samp, levene, mannwhitneyu, ttest_ind

    from .found_numbers import FoundNumbers

    require_level(level)
    one, two = log_sizes(before), log_sizes(after)
    welch = ttest_ind(two, one, equal_var=False)
    interval = welch.confidence_interval(level)
    ranks = mannwhitneyu(two, one)
    ks = ks_2samp(one, two)
    return FoundNumbers(
        {
            "n_before": len(one),
            "n_after": len(two),
            "median_before": float(np.exp(np.median(one))),
            "median_after": float(np.exp(np.median(two))),
            "ratio": float(np.exp(two.mean() - one.mean())),
            "ratio_low": float(np.exp(interval.low)),
            "ratio_high": float(np.exp(interval.high)),
            "p_ratio": float(welch.pvalue),
            "superiority": float(ranks.statistic / (len(one) * len(two))),
            "p_rank": float(ranks.pvalue),
            "spread_ratio": float(two.std(ddof=1) / one.std(ddof=1)),
            "p_spread": float(levene(one, two, center="median").pvalue),
            "ks": float(ks.statistic),
            "p_ks": float(ks.pvalue),
        },
        dtype=object,
    )


def synapse_pairs(synapses: Any, size: str = "size") -> pd.DataFrame:
    """Sizes of synapses that share both neurons, two by two.

    Two synapses from one axon onto one dendrite have seen the same activity; that their sizes are alike
    is taken for a trace of learning (Bartol et al. 2015, doi:10.7554/eLife.10778; Motta et al. 2019,
    doi:10.1126/science.aay3134).

    Parameters
    ----------
    synapses : DataFrame; or Connectome, folder or name, with a table ``synapses``
        ``pre_id``, ``post_id`` and the column of sizes. Rows without an id or a size are left out.
    size : str

    Returns
    -------
    DataFrame, one row per ordered pair of neurons with exactly two synapses
        ``pre_id``, ``post_id``, ``size_1``, ``size_2`` in the order of the rows.

    Raises
    ------
    ValueError
        Where a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"pre_id": [1, 1, 1, 2], "post_id": [2, 2, 3, 3], "size": [5, 6, 7, 8]})
    >>> synapse_pairs(rows).to_numpy().tolist()
    [[1, 2, 5, 6]]
    """
    import pandas as pd

    if isinstance(synapses, (str, Path)):
        synapses = open_connectome(synapses)
    if hasattr(synapses, "sql"):
        columns = synapses.synapses.columns
        _require(columns, size)
        synapses = synapses.sql(f'SELECT pre_id, post_id, "{size}" FROM synapses').df()
    table = pd.DataFrame(synapses)
    _require(table.columns, size)
    rows = table[["pre_id", "post_id", size]].dropna()
    groups = rows.groupby(["pre_id", "post_id"], sort=True)
    two = rows[groups[size].transform("size") == 2].sort_values(
        ["pre_id", "post_id"], kind="stable"
    )
    sizes = two[size].to_numpy().reshape(-1, 2)
    firsts = two.iloc[::2]
    return pd.DataFrame(
        {
            "pre_id": firsts["pre_id"].to_numpy(np.int64),
            "post_id": firsts["post_id"].to_numpy(np.int64),
            "size_1": sizes[:, 0],
            "size_2": sizes[:, 1],
        }
    )


def pair_similarity(
    pairs: pd.DataFrame, *, n_shuffles: int = 1000, rng: Seed = 0
) -> pd.Series[Any]:
    """Are two synapses of the same neurons more alike in size than two of different ones?

    Parameters
    ----------
    pairs : DataFrame
        Of `synapse_pairs`; five rows at least.
    n_shuffles : int
        All synapses are paired anew so often.
    rng : int or Generator

    Returns
    -------
    Series
        ``n_pairs``; ``correlation`` of the logarithms, over both orders of each pair; ``cv``, median
        over pairs of deviation over mean; ``cv_shuffled``, its mean over shuffles; ``p_value``,
        one-sided: shuffles with as small a cv, +1 rule.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> common = rng.normal(0, 1, 200)
    >>> import pandas as pd
    >>> sizes = {f"size_{k}": np.exp(common + rng.normal(0, 0.3, 200)) for k in (1, 2)}
    >>> found = pair_similarity(pd.DataFrame(sizes), n_shuffles=99)
    >>> bool(found["correlation"] > 0.8), found["p_value"]
    (True, 0.01)
    """
    import pandas as pd

    one, two = (pairs[f"size_{k}"].to_numpy(np.float64) for k in (1, 2))
    if len(one) < 5:
        msg = f"5 pairs of synapses at least are needed, got {len(one)}."
        raise ValueError(msg)
    logs = log_sizes(np.concatenate([one, two])).reshape(2, -1)
    both = np.concatenate([logs, logs[::-1]], axis=1)
    seen = float(np.median(_cv(one, two)))
    draws = generator(rng)
    every = np.concatenate([one, two])
    shuffled = np.empty(n_shuffles)
    for k in range(n_shuffles):
        mixed = draws.permutation(every)
        shuffled[k] = np.median(_cv(mixed[: len(one)], mixed[len(one) :]))
    return pd.Series(
        {
            "n_pairs": len(one),
            "correlation": float(np.corrcoef(both)[0, 1]),
            "cv": seen,
            "cv_shuffled": float(shuffled.mean()) if n_shuffles else np.nan,
            "p_value": float(((shuffled <= seen).sum() + 1) / (n_shuffles + 1)),
        },
        dtype=object,
    )


def _cv(one: Any, two: Any) -> Any:
    """Deviation (n - 1) over mean of two numbers."""
    return np.sqrt(2.0) * np.abs(one - two) / (one + two)


def _require(columns: Any, size: str) -> None:
    for name in ("pre_id", "post_id", size):
        if name not in list(columns):
            msg = f"The synapses have no column {name!r}; they have {', '.join(map(str, columns))}."
            raise ValueError(msg)
