"""True counts: how many synapses connections really have, from how many were seen.

The counts seen are true counts thinned by the recall, with false synapses added, and cut at a
threshold. What the true counts were is found by the iteration of Richardson (1972,
doi:10.1364/JOSA.62.000055) and Lucy (1974, doi:10.1086/111605), which is the EM algorithm of the
likelihood, a number of connections for each true count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Larger counts are seen at any rate that occurs; they are one class.
MOST = 256
_ITERATIONS = 500
_LEVELS = 32


@dataclass(frozen=True, eq=False)
class TrueCounts:
    """How many connections have 1, 2, ... synapses.

    Attributes
    ----------
    number : (K,) float64
        Expected number of pairs with k = 1 ... K true synapses; the last holds K and more.
    """

    number: Floats

    def share(self, connection_from: int = 1) -> Floats:
        """(K,) probability of each count among connections of at least so many synapses."""
        kept = self.number.copy()
        kept[: connection_from - 1] = 0.0
        total = kept.sum()
        if total <= 0:
            msg = f"No connection has {connection_from} or more synapses; lower connection_from."
            raise ValueError(msg)
        share: Floats = kept / total
        return share


def seen_given_true(recall: Any, false_rate: Any, most_seen: int, most_true: int) -> Floats:
    """(..., most_true + 1, most_seen + 1) probability of each count seen for each true count.

    The number seen is binomial of the true number plus a Poisson number of false ones.

    Parameters
    ----------
    recall, false_rate : array, broadcast
    """
    from scipy.signal import fftconvolve
    from scipy.stats import binom, poisson

    recall, false_rate = np.broadcast_arrays(
        np.asarray(recall, float), np.asarray(false_rate, float)
    )
    true = np.arange(most_true + 1)[:, None]
    seen = np.arange(most_seen + 1)
    found = binom.pmf(seen, true, recall[..., None, None])
    if not np.any(false_rate):
        return np.asarray(found)
    false = poisson.pmf(seen, false_rate[..., None, None])
    both = fftconvolve(np.asarray(found), np.asarray(false), axes=-1)[..., : most_seen + 1]
    return np.clip(both, 0.0, 1.0)


def below_threshold(
    recall: Floats, false_rate: Floats, min_synapses: int, most_true: int
) -> Floats:
    """(M, most_true + 1) probability that fewer than `min_synapses` are seen, for each true count."""
    few = seen_given_true(recall, false_rate, max(min_synapses - 1, 0), most_true)
    below: Floats = np.minimum(few.sum(axis=-1), 1.0)
    return below


def estimate_true_counts(
    seen: NDArray[Any], recall: Floats, false_seen: Floats | None, min_synapses: int
) -> TrueCounts:
    """Find the true counts behind the counts seen.

    Parameters
    ----------
    seen : (E,) int
        Synapses of each connection seen, at least `min_synapses`.
    recall : (E,) float64
        Probability that a true synapse of that pair is seen.
    false_seen : (MOST + 1,) float64, optional
        Expected number of pairs without a true synapse that are seen with so many.
    """
    if len(seen) == 0:
        msg = "True counts cannot be estimated from a graph without connections."
        raise ValueError(msg)
    most = int(min(MOST, np.ceil(seen.max() / max(float(recall.mean()), 0.05)) + 8))
    histogram = np.bincount(np.minimum(seen, most), minlength=most + 1).astype(np.float64)
    # Recalls of the connections seen, as a few levels that stand for as many each.
    level = np.quantile(recall, (np.arange(_LEVELS) + 0.5) / _LEVELS)
    kernel = np.zeros((most + 1, most + 1))
    for one, times in zip(*np.unique(level, return_counts=True), strict=True):
        kernel += times / _LEVELS * seen_given_true(one, 0.0, most, most)
    kernel[:, most] += np.maximum(1.0 - kernel.sum(axis=1), 0.0)
    kernel = kernel[1:, min_synapses:]
    histogram = histogram[min_synapses:]
    base = np.zeros(most + 1)
    if false_seen is not None:
        base[: min(most + 1, len(false_seen))] = false_seen[: most + 1]
    base = base[min_synapses:]
    visible = np.maximum(kernel.sum(axis=1), 1e-12)
    number = np.full(most, histogram.sum() / most)
    for _ in range(_ITERATIONS):
        expected = base + number @ kernel
        ratio = np.divide(histogram, expected, out=np.zeros_like(expected), where=expected > 0)
        number = number * (kernel @ ratio) / visible
    return TrueCounts(number)
