"""Distance pairs: count, and draw at random, the pairs of neurons whose distance is in a bin.

Neurons are put in order along the longest axis of the brain. Those that can be near a neuron are
then a run, its window. Where a bin has few pairs, or many are wanted, its pairs are listed and
some of the list are taken. Otherwise a pair is drawn from all pairs in windows of the bin's outer
edge and is taken where its distance is in the bin and it is new. Either way every pair of the bin
is equally likely, and all N (N - 1) / 2 are never stored.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..compiled import compiled
from ..random_streams import State, below, next_word
from .distinct import distinct_numbers, empty_table, is_new
from .draw import EdgeArray

# Pairs of a bin are listed where they take no more than 32 MB, or one in eight has an edge.
_LIST_PAIRS = 1 << 22
_LIST_PAIRS_PER_EDGE = 4
_BLOCK = 512


@njit(inline="always")
def distance_bin(positions, squared_edges, a, b):  # type: ignore[no-untyped-def]
    """Bin of the distance between two neurons: how many of the inner edges it reaches.

    positions : (N, 3) float64; squared_edges : (K - 1,) float64; not checked here. The same to the
    last bit for (a, b) and (b, a), and in every kernel that asks.
    """
    x = positions[a, 0] - positions[b, 0]
    y = positions[a, 1] - positions[b, 1]
    z = positions[a, 2] - positions[b, 2]
    squared = x * x + y * y + z * z
    k = np.int64(0)
    for edge in squared_edges:
        k += squared >= edge
    return k


@compiled
def edges_by_bin(senders, receivers, positions, squared_edges):  # type: ignore[no-untyped-def]
    """(K,) int64 number of edges in each bin; see `distance_bin`."""
    counts = np.zeros(squared_edges.shape[0] + 1, np.int64)
    for e in range(senders.shape[0]):
        counts[distance_bin(positions, squared_edges, senders[e], receivers[e])] += 1
    return counts


class DistancePairs:
    """Pairs of neurons by bin of distance.

    Parameters
    ----------
    positions : (N, 3) float64
        Finite.
    squared_edges : (K - 1,) float64
        Squares of the inner edges of K bins, ascending, in the unit of the positions.
    n_edges : (K,) int64
        How many ordered pairs of each bin will be asked for, about.

    Attributes
    ----------
    counts : (K,) int64
        Unordered pairs in each bin. Takes N (N - 1) / 2 distances at worst, five to fifteen seconds for
        140,000 neurons; fewer where the last bin begins near.
    """

    def __init__(
        self,
        positions: NDArray[np.float64],
        squared_edges: NDArray[np.float64],
        n_edges: NDArray[np.int64],
    ) -> None:
        axis = int(np.argmax(np.ptp(positions, axis=0))) if len(positions) else 0
        order = np.argsort(positions[:, axis], kind="stable")
        self._order = order.astype(np.int32)
        self._positions = np.ascontiguousarray(positions[order])
        self._squared_edges = squared_edges
        outer = np.append(squared_edges, np.inf)
        windows = [_window_ends(self._positions[:, axis].copy(), edge) for edge in outer]
        within = windows[-2] if len(outer) > 1 else np.arange(1, len(order) + 1)
        self.counts: NDArray[np.int64] = _pairs_by_bin(
            np.ascontiguousarray(self._positions.T), within, squared_edges
        )
        # For each bin: its pairs, or where the pairs of each window begin among all windows'.
        self._lists: list[tuple[EdgeArray, EdgeArray] | None] = []
        self._starts: list[NDArray[np.int64]] = []
        for k, (count, edges) in enumerate(zip(self.counts, n_edges, strict=True)):
            listed = count <= max(_LIST_PAIRS, _LIST_PAIRS_PER_EDGE * edges)
            wanted = (
                _pairs_in_bin(self._positions, windows[k], squared_edges, k, count)
                if listed and edges
                else None
            )
            sizes = windows[k] - np.arange(1, len(order) + 1)
            self._lists.append(wanted)
            self._starts.append(np.concatenate([[0], np.cumsum(sizes)]))

    def draw(self, k: int, count: int, state: State) -> tuple[EdgeArray, EdgeArray]:
        """Draw `count` different ordered pairs of bin `k`, every set of them equally likely.

        Returns
        -------
        senders, receivers : (count,) int32
        """
        pairs = self._lists[k]
        if pairs is not None:
            numbers = distinct_numbers(state, 2 * len(pairs[0]), count)
            chosen, turned = numbers >> 1, (numbers & 1).astype(bool)
            first, second = pairs[0][chosen], pairs[1][chosen]
            senders, receivers = np.where(turned, second, first), np.where(turned, first, second)
        else:
            senders, receivers = _draw_in_windows(
                self._positions, self._starts[k], self._squared_edges, k, count, state
            )
        return self._order[senders], self._order[receivers]


@compiled
def _window_ends(along, squared_edge):  # type: ignore[no-untyped-def]
    """(N,) int64: for each place, the first after it that is `squared_edge` off or farther.

    along : (N,) float64 ascending; not checked here. Differences are squared as in `distance_bin`,
    so that rounding never puts a pair of a bin outside its windows.
    """
    n = along.shape[0]
    ends = np.empty(n, np.int64)
    end = 0
    for i in range(n):
        end = max(end, i + 1)
        while end < n and (along[i] - along[end]) ** 2 < squared_edge:
            end += 1
        ends[i] = end
    return ends


@compiled
def _pairs_by_bin(coordinates, ends, squared_edges):  # type: ignore[no-untyped-def]
    """(K,) int64 number of unordered pairs in each bin.

    coordinates : (3, N) float64; ends : (N,) windows of the outermost inner edge; not checked here.
    """
    n, n_inner = coordinates.shape[1], squared_edges.shape[0]
    xs, ys, zs = coordinates[0], coordinates[1], coordinates[2]
    below_edge = np.zeros(n_inner, np.int64)
    squared = np.empty(_BLOCK)
    if n_inner > 0:
        for i in range(n):
            x, y, z = xs[i], ys[i], zs[i]
            for first in range(i + 1, ends[i], _BLOCK):
                size = min(_BLOCK, ends[i] - first)
                for t in range(size):
                    dx, dy, dz = x - xs[first + t], y - ys[first + t], z - zs[first + t]
                    squared[t] = dx * dx + dy * dy + dz * dz
                for k in range(n_inner):
                    edge = squared_edges[k]
                    count = 0
                    for t in range(size):
                        count += squared[t] < edge
                    below_edge[k] += count
    counts = np.empty(n_inner + 1, np.int64)
    before = np.int64(0)
    for k in range(n_inner):
        counts[k] = below_edge[k] - before
        before = below_edge[k]
    counts[n_inner] = n * (n - 1) // 2 - before
    return counts


@compiled
def _pairs_in_bin(positions, ends, squared_edges, k, count):  # type: ignore[no-untyped-def]
    """Two (count,) int32 arrays: the pairs of a bin, by place. ends : the windows of its outer edge."""
    first, second = np.empty(count, np.int32), np.empty(count, np.int32)
    found = 0
    for i in range(positions.shape[0]):
        for j in range(i + 1, ends[i]):
            if distance_bin(positions, squared_edges, i, j) == k:
                first[found], second[found] = i, j
                found += 1
    return first, second


@compiled
def _draw_in_windows(positions, starts, squared_edges, k, count, state):  # type: ignore[no-untyped-def]
    """Two (count,) int32 arrays: different ordered pairs of a bin, by place.

    starts : (N + 1,) int64, sums of the sizes of the windows of its outer edge; the bin has many
    more than `count` ordered pairs; not checked here.
    """
    senders, receivers = np.empty(count, np.int32), np.empty(count, np.int32)
    table, shift = empty_table(count)
    n, n_in_windows = positions.shape[0], starts[-1]
    found = 0
    while found < count:
        number = below(state, n_in_windows)
        low, high = np.int64(0), n
        while high - low > 1:
            middle = (low + high) >> 1
            if starts[middle] <= number:
                low = middle
            else:
                high = middle
        a = low
        b = low + 1 + number - starts[low]
        if distance_bin(positions, squared_edges, a, b) == k:
            if next_word(state) >> np.uint64(63):
                a, b = b, a
            if is_new(table, shift, np.uint64(a * n + b + 1)):
                senders[found], receivers[found] = a, b
                found += 1
    return senders, receivers
