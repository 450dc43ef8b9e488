"""Log-normal sizes: are sizes of synapses one log-normal population, or two?

Sizes of synapses are spread over decades, and their logarithms about normally; in mouse cortex two
populations fit better than one (Dorkenwald et al. 2022, doi:10.7554/eLife.76120). Which does is told by the
Bayesian information criterion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd

_ROUNDS = 2000
_ENOUGH = 1e-9
# A population of a few equal sizes would be infinitely likely.
_LEAST_SHARE_OF_SPREAD = 1e-3
Floats = NDArray[np.float64]


def size_distribution(sizes: ArrayLike) -> pd.DataFrame:
    """Fit one and two log-normal populations to sizes.

    Parameters
    ----------
    sizes : (S,) array
        Above 0, in any unit; NaN is left out. Ten at least.

    Returns
    -------
    DataFrame, one row per population of either fit, index ``(populations, population)``
        ``share`` of the synapses; ``median`` (exp of the mean of logarithms), ``mean_log``,
        ``sd_log``; ``log_likelihood`` and ``bic`` of the fit, ``best`` where its criterion is the
        smaller one; ``n``. The populations of two stand by rising median.

    Raises
    ------
    ValueError
        Where a size is 0 or below, fewer than ten are known, or all are equal.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> small, large = np.exp(rng.normal(0, 0.4, 900)), np.exp(rng.normal(2, 0.4, 300))
    >>> table = size_distribution(np.concatenate([small, large]))
    >>> table.loc[2, "share"].round(2).tolist(), bool(table.loc[(2, 1), "best"])
    ([0.75, 0.25], True)
    """
    import pandas as pd

    logs = log_sizes(sizes)
    rows: list[dict[str, Any]] = []
    for count in (1, 2):
        share, mean, sd, likelihood = _fit(logs, count)
        bic = (3 * count - 1) * np.log(len(logs)) - 2 * likelihood
        rows.extend(
            {
                "populations": count,
                "population": k + 1,
                "share": share[k],
                "median": np.exp(mean[k]),
                "mean_log": mean[k],
                "sd_log": sd[k],
                "log_likelihood": likelihood,
                "bic": bic,
            }
            for k in range(count)
        )
    table = pd.DataFrame(rows).set_index(["populations", "population"])
    table["best"] = table["bic"] == table["bic"].min()
    return table.assign(n=len(logs))


def log_sizes(sizes: ArrayLike, least: int = 10) -> Floats:
    """Logarithms of the sizes known; ValueError where they cannot be taken or are too few."""
    given = np.asarray(sizes, np.float64).ravel()
    known = given[~np.isnan(given)]
    if len(known) < least:
        msg = f"{least} sizes at least are needed, got {len(known)} that are known."
        raise ValueError(msg)
    if not np.isfinite(known).all() or known.min() <= 0:
        msg = (
            f"Sizes must be finite and above 0, got {known.min():g} to {known.max():g}; leave synapses "
            "of size 0 out."
        )
        raise ValueError(msg)
    logs: Floats = np.log(known)
    if np.ptp(logs) == 0:
        msg = f"All {len(known):,} sizes are {known[0]:g}; there is no distribution to fit."
        raise ValueError(msg)
    return logs


def _fit(logs: Floats, count: int) -> tuple[Floats, Floats, Floats, float]:
    """Share, mean and deviation of each population, and the log-likelihood of the sizes."""
    jacobian = -float(logs.sum())
    if count == 1:
        mean, sd = logs.mean(keepdims=True), logs.std(keepdims=True)
        density = _log_density(logs, np.ones(1), mean, sd)
        return np.ones(1), mean, sd, float(density.sum()) + jacobian
    # From two places, as the likelihood has more than one peak.
    fits = [_two(logs, share) for share in (0.5, 0.25, 0.75)]
    share, mean, sd, likelihood = max(fits, key=lambda fit: fit[3])
    order = np.argsort(mean)
    return share[order], mean[order], sd[order], likelihood + jacobian


def _two(logs: Floats, below: float) -> tuple[Floats, Floats, Floats, float]:
    """Expectation and maximisation, from the smallest `below` of the sizes and the others."""
    cut = np.quantile(logs, below)
    belongs = np.stack([logs <= cut, logs > cut]).astype(np.float64)
    floor = _LEAST_SHARE_OF_SPREAD * logs.std()
    before = -np.inf
    for _ in range(_ROUNDS):
        weight = np.maximum(belongs.sum(axis=1), 1e-12)
        share = weight / len(logs)
        mean = belongs @ logs / weight
        sd = np.sqrt((belongs * (logs - mean[:, None]) ** 2).sum(axis=1) / weight)
        sd = np.maximum(sd, floor)
        parts = _log_density(logs, share, mean, sd)
        whole = np.logaddexp(parts[0], parts[1])
        likelihood = float(whole.sum())
        if likelihood - before < _ENOUGH * abs(likelihood):
            break
        before = likelihood
        belongs = np.exp(parts - whole)
    return share, mean, sd, likelihood


def _log_density(logs: Floats, share: Floats, mean: Floats, sd: Floats) -> Floats:
    z = (logs - mean[:, None]) / sd[:, None]
    result: Floats = np.log(share / sd)[:, None] - 0.5 * z**2 - 0.5 * np.log(2 * np.pi)
    return result
