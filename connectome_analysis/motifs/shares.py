"""Shares: the work of a kernel cut into runs of nodes that cost about the same, for threads."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..threads import map_threads

Sums = TypeVar("Sums", bound="tuple[NDArray[np.int64], ...]")

# Below this many steps, a few milliseconds, starting a thread costs more than it saves.
_WORTH_A_THREAD = 2_000_000
_SHARES_PER_THREAD = 24


def shares(work: NDArray[np.int64], threads: int) -> list[tuple[int, int]]:
    """Cut nodes into runs ``first, stop`` of about equal work.

    Parameters
    ----------
    work : (N,) int64
        Steps that each node costs.
    threads : int
        One run for one thread; many for several, so that none waits long for another.
    """
    n_nodes = len(work)
    total = int(work.sum())
    if threads == 1 or total < _WORTH_A_THREAD:
        return [(0, n_nodes)]
    done = np.cumsum(work)
    goals = np.linspace(0, total, _SHARES_PER_THREAD * threads + 1)[1:-1]
    cuts = np.unique(np.concatenate([[0], np.searchsorted(done, goals, side="right"), [n_nodes]]))
    return [(a, b) for a, b in pairwise(cuts.tolist())]


def summed(kernel: Callable[[int, int], Sums], runs: list[tuple[int, int]], threads: int) -> Sums:
    """Sum of what a kernel returns for each run; the same on any number of threads."""
    if len(runs) == 1:
        return kernel(*runs[0])
    results = map_threads(lambda run: kernel(*run), runs, threads)
    total = next(results)
    for result in results:
        for place, more in enumerate(result):
            total[place][...] += more
    return total
