"""Pairs by distance: how many pairs of points lie within each distance, exactly, without a list.

139,000 neurons make 10 billion pairs. Points are sorted into small blocks; of two blocks only the
limits that lie between their least and greatest distance need be compared, pair by pair.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiled import compiled
from ..threads import map_threads

Floats = NDArray[np.float64]

_BLOCK = 64
# Always as many runs, so that sums of floats do not depend on the number of threads.
_RUNS = 64


def pairs_within(points: Floats, squares: Floats, n_jobs: int | None = None) -> NDArray[np.int64]:
    """(K,) int64: unordered pairs of points whose squared distance is at most each limit.

    Parameters
    ----------
    points : (N, 3) float64, finite
    squares : (K,) float64, ascending
        Squared limits, in the unit of the points squared. What is compared with them is
        ``dx * dx + dy * dy + dz * dz``.
    n_jobs : int, optional
    """
    blocks = _Blocks(points)

    def one(run: int) -> NDArray[np.int64]:
        counts: NDArray[np.int64] = _count_within(*blocks.arrays, squares, run, _RUNS)
        return counts

    found = np.zeros(len(squares), dtype=np.int64)
    for counts in map_threads(one, range(_RUNS), n_jobs):
        found += counts
    return found


def sum_of_distances(points: Floats, n_jobs: int | None = None) -> float:
    """Sum of the distances of all unordered pairs of (N, 3) points."""
    blocks = _Blocks(points)

    def one(run: int) -> float:
        return float(_sum_distances(blocks.points, blocks.starts, run, _RUNS))

    return sum(map_threads(one, range(_RUNS), n_jobs), start=0.0)


class _Blocks:
    """Points in blocks of neighbours: split in two along the widest axis until small.

    Attributes
    ----------
    points : (3, N) float64, block after block
    starts : (B + 1,) int64
    low, high : (B, 3) float64, corners of the smallest box about each block
    """

    def __init__(self, points: Floats) -> None:
        order = np.arange(len(points))
        ends: list[int] = []
        waiting = [(0, len(points))] if len(points) else []
        while waiting:
            first, stop = waiting.pop()
            if stop - first <= _BLOCK:
                ends.append(stop)
                continue
            part = order[first:stop]
            here = points[part]
            axis = int(np.argmax(np.ptp(here, axis=0)))
            middle = (stop - first) // 2
            order[first:stop] = part[np.argpartition(here[:, axis], middle)]
            waiting += [(first + middle, stop), (first, first + middle)]
        self.points = np.ascontiguousarray(points[order].T)
        self.starts = np.array([0, *ends], dtype=np.int64)
        self.low = np.zeros((len(ends), 3))
        self.high = np.zeros((len(ends), 3))
        if ends:
            self.low = np.minimum.reduceat(self.points, self.starts[:-1], axis=1).T.copy()
            self.high = np.maximum.reduceat(self.points, self.starts[:-1], axis=1).T.copy()

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        return self.points, self.starts, self.low, self.high


@compiled
def _count_within(points, starts, low, high, squares, run, n_runs):  # type: ignore[no-untyped-def]
    """Pairs within each squared limit, of the blocks run, run + n_runs, ... with all later ones.

    points : (3, N), starts : (B + 1,), low, high : (B, 3) as in `_Blocks`; squares : (K,)
    ascending. Not checked here.
    """
    x, y, z = points[0], points[1], points[2]
    n_blocks = starts.shape[0] - 1
    n_limits = squares.shape[0]
    found = np.zeros(n_limits + 1, np.int64)
    held = np.empty(256, np.float64)
    for a in range(run, n_blocks, n_runs):
        for b in range(a, n_blocks):
            least, most = 0.0, 0.0
            for axis in range(3):
                gap = max(low[b, axis] - high[a, axis], low[a, axis] - high[b, axis], 0.0)
                span = max(high[b, axis] - low[a, axis], high[a, axis] - low[b, axis])
                least += gap * gap
                most += span * span
            # A hair's breadth, so that rounding of a box never decides.
            least *= 1 - 1e-12
            most *= 1 + 1e-12
            first, stop = 0, n_limits
            while first < n_limits and squares[first] < least:
                first += 1
            while stop > first and squares[stop - 1] >= most:
                stop -= 1
            n_b = starts[b + 1] - starts[b]
            n_a = starts[a + 1] - starts[a]
            pairs = n_a * (n_a - 1) // 2 if a == b else n_a * n_b
            found[stop] += pairs  # counts for every limit from here on; added up in the end
            if first == stop:
                continue
            for i in range(starts[a], starts[a + 1]):
                begin = i + 1 if a == b else starts[b]
                width = starts[b + 1] - begin
                for j in range(width):
                    dx = x[begin + j] - x[i]
                    dy = y[begin + j] - y[i]
                    dz = z[begin + j] - z[i]
                    held[j] = dx * dx + dy * dy + dz * dz
                for k in range(first, stop):
                    limit = squares[k]
                    count = 0
                    for j in range(width):
                        count += held[j] <= limit
                    found[k] += count
                    found[k + 1] -= count
    total = 0
    for k in range(n_limits):
        total += found[k]
        found[k] = total
    return found[:n_limits]


@compiled
def _sum_distances(points, starts, run, n_runs):  # type: ignore[no-untyped-def]
    """Sum over the pairs of the blocks run, run + n_runs, ... with all later points."""
    x, y, z = points[0], points[1], points[2]
    n = points.shape[1]
    total = 0.0
    for a in range(run, starts.shape[0] - 1, n_runs):
        for i in range(starts[a], starts[a + 1]):
            # Four sums beside each other, so that no addition waits for the one before.
            s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
            j = i + 1
            while j + 3 < n:
                s0 += np.sqrt((x[j] - x[i]) ** 2 + (y[j] - y[i]) ** 2 + (z[j] - z[i]) ** 2)
                j += 1
                s1 += np.sqrt((x[j] - x[i]) ** 2 + (y[j] - y[i]) ** 2 + (z[j] - z[i]) ** 2)
                j += 1
                s2 += np.sqrt((x[j] - x[i]) ** 2 + (y[j] - y[i]) ** 2 + (z[j] - z[i]) ** 2)
                j += 1
                s3 += np.sqrt((x[j] - x[i]) ** 2 + (y[j] - y[i]) ** 2 + (z[j] - z[i]) ** 2)
                j += 1
            while j < n:
                s0 += np.sqrt((x[j] - x[i]) ** 2 + (y[j] - y[i]) ** 2 + (z[j] - z[i]) ** 2)
                j += 1
            total += (s0 + s1) + (s2 + s3)
    return total
