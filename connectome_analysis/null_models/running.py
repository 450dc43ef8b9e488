"""Running: an observed statistic held against samples that come one by one, none of them stored.

Kept are means and squared deviations (Chan, Golub and LeVeque 1983, doi:10.2307/2683386), how many
samples were as large and as small as the observation, and the outermost samples that percentiles
need: a twentieth of what storing all of them would take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Percentiles that a comparison reports.
LOW, HIGH = 2.5, 97.5
# Two floats this close relative to their size are the same number summed in another order.
_SAME = 1e-11
_AT_ONCE = 64


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """An observed statistic beside its null, entry by entry; all arrays are (K,) float64.

    Attributes
    ----------
    mean, sd : mean and standard deviation over samples
    low, high : 2.5th and 97.5th percentile over samples
    z : (observed - mean) / sd; NaN where all samples are equal
        An observation that is NaN has no p-value; a sample that is NaN counts as extreme.
    p_over, p_under : share of samples at least, at most, as large as the observation, where the
        observation counts as one of the samples (the +1 rule of Davison and Hinkley 1997, so that
        p is never 0)
    p_value : two-sided, twice the smaller of the two and at most 1
    """

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    z: NDArray[np.float64]
    p_over: NDArray[np.float64]
    p_under: NDArray[np.float64]
    p_value: NDArray[np.float64]


class Running:
    """Takes samples of a statistic in their order and compares the observation with them.

    Parameters
    ----------
    observed : (K,) array
    most_samples : int
        How many samples there may be at most.

    Attributes
    ----------
    n_samples : int
        Samples taken so far.
    at_least, at_most : (K,) int64
        How many of them were as large, and as small, as the observation. Floats are compared up
        to 1e-11 of their size, so that one sum taken in two orders is one number.

    Examples
    --------
    >>> running = Running(np.array([9.0]), most_samples=3)
    >>> for value in (1.0, 2.0, 3.0):
    ...     running.add(np.array([value]))
    >>> result = running.comparison()
    >>> [float(value[0]) for value in (result.mean, result.z, result.p_over)]
    [2.0, 7.0, 0.25]
    """

    def __init__(self, observed: NDArray[Any], *, most_samples: int) -> None:
        self.observed = np.asarray(observed)
        size = len(self.observed)
        self.n_samples = 0
        self.at_least = np.zeros(size, dtype=np.int64)
        self.at_most = np.zeros(size, dtype=np.int64)
        self._slack = (
            _SAME * np.abs(self.observed) if self.observed.dtype.kind == "f" else np.zeros(size)
        )
        # Everything is kept as a difference from the observation: counts of 1e15 that differ by
        # ones lose nothing.
        self._mean = np.zeros(size)
        self._squares = np.zeros(size)
        self._tail = int(np.floor(LOW / 100 * max(most_samples - 1, 0))) + 2
        self._lowest = np.empty((0, size))
        self._highest = np.empty((0, size))
        self._waiting: list[NDArray[np.float64]] = []

    def add(self, value: NDArray[Any]) -> None:
        """Take the next sample, (K,) numbers."""
        more = np.asarray(value - self.observed, dtype=np.float64)
        self.n_samples += 1
        # What cannot be compared counts as extreme either way, which claims nothing.
        unknown = np.isnan(more)
        self.at_least += (more >= -self._slack) | unknown
        self.at_most += (more <= self._slack) | unknown
        self._waiting.append(more)
        if len(self._waiting) == _AT_ONCE:
            self._settle()

    def _settle(self) -> None:
        if not self._waiting:
            return
        block = np.array(self._waiting)
        self._waiting = []
        mean = block.mean(axis=0)
        before, here = self.n_samples - len(block), len(block)
        step = mean - self._mean
        self._squares += ((block - mean) ** 2).sum(axis=0)
        self._squares += step**2 * (before * here / self.n_samples)
        self._mean += step * (here / self.n_samples)
        self._lowest = np.sort(np.concatenate([self._lowest, block]), axis=0)[: self._tail]
        self._highest = np.sort(np.concatenate([self._highest, block]), axis=0)[-self._tail :]

    def comparison(self) -> Comparison:
        """Compare the observation with the samples taken so far, two at least."""
        self._settle()
        count = self.n_samples
        sd = np.sqrt(self._squares / (count - 1))
        sd[sd <= self._slack] = 0.0
        z = np.full_like(self._mean, np.nan)
        np.divide(-self._mean, sd, out=z, where=sd > 0)
        p_over = (1 + self.at_least) / (count + 1)
        p_under = (1 + self.at_most) / (count + 1)
        undefined = np.isnan(self.observed.astype(np.float64))
        p_over[undefined] = p_under[undefined] = np.nan
        low = _between(self._lowest, LOW / 100 * (count - 1))
        # The same place counted from the largest.
        high = _between(self._highest[::-1], (100 - HIGH) / 100 * (count - 1))
        return Comparison(
            mean=self.observed + self._mean,
            sd=sd,
            low=self.observed + low,
            high=self.observed + high,
            z=z,
            p_over=p_over,
            p_under=p_under,
            p_value=np.minimum(1.0, 2 * np.minimum(p_over, p_under)),
        )


def _between(ordered: NDArray[np.float64], place: float) -> NDArray[np.float64]:
    """The value at a place between two rows, linearly."""
    first = int(np.floor(place))
    share = place - first
    if share == 0 or first + 1 >= len(ordered):
        share = 0.0
    after = min(first + 1, len(ordered) - 1)
    result: NDArray[np.float64] = ordered[first] * (1 - share) + ordered[after] * share
    return result


def compare(observed: NDArray[Any], values: NDArray[Any]) -> Comparison:
    """Compare (K,) observed numbers with (S, K) numbers of S samples.

    Examples
    --------
    >>> result = compare(np.array([9.0]), np.array([[1.0], [2.0], [3.0]]))
    >>> [float(value[0]) for value in (result.mean, result.z, result.p_over)]
    [2.0, 7.0, 0.25]
    """
    running = Running(observed, most_samples=len(values))
    for value in values:
        running.add(value)
    return running.comparison()
