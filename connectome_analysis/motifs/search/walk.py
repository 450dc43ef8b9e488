"""Walk: a plan carried out over the neurons to begin with, some at a time, on several threads.

The neurons to begin with are cut into runs of about equal work. Each run is walked by itself, and
the runs are put together in order, so what comes out does not depend on the number of threads.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...threads import map_threads, thread_count
from .kernels import (
    KIND,
    LIST_COLUMNS,
    MARK,
    MARKED,
    NEEDED,
    RELATION,
    ROOM,
    ROW,
    STATE_SIZE,
    advance,
)
from .plan import Plan

if TYPE_CHECKING:
    from ...graph import Graph

Rows: TypeAlias = NDArray[np.int32]
Progress: TypeAlias = Callable[[int, int], None]
Result = TypeVar("Result")

# Steps between two looks at whether the search is still wanted: about a tenth of a second.
_STEPS_AT_ONCE = 50_000_000
_MOST_RUNS = 512
_LEAST_WORK_OF_A_RUN = 20_000
_ROWS_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class _Space:
    """Where one walk writes: its own part of memory, and its own arrays."""

    chosen: NDArray[np.int64]
    place: NDArray[np.int64]
    end: NDArray[np.int64]
    lists: NDArray[np.int64]
    marks: NDArray[np.uint8]


class Walks:
    """All walks of one search.

    Parameters
    ----------
    g : Graph
        Without self-loops.
    plan : Plan
    candidate : (N,) bool array or None
        For the first node of the plan.
    ranks : list of (N,) int32 array
    n_jobs : int or None
    """

    def __init__(
        self,
        g: Graph,
        plan: Plan,
        candidate: NDArray[np.bool_] | None,
        ranks: list[NDArray[np.int32]],
        n_jobs: int | None,
    ) -> None:
        self.plan = plan
        self.size = len(plan.nodes)
        roots, work = _roots(plan, candidate, g.n_nodes)
        self._n_roots = len(roots)
        self._bounds = _bounds(work).tolist()
        self._column = np.array(plan.nodes, dtype=np.int64)
        self.threads = min(thread_count(n_jobs), max(len(self._bounds) - 1, 1))
        self._lay_out(g.n_nodes, roots)
        self._ranks = np.stack(ranks) if ranks else np.zeros((0, g.n_nodes), dtype=np.int32)
        # Whole numbers where none are compared, too: the kernel is then compiled once for both.
        none = np.zeros(0, dtype=np.int64)
        self._edges: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[Any]]
        self._edges = (none, none.astype(np.int32), none)
        if plan.compare_weights:
            weights = g.weights
            whole = weights.astype(np.int64) if weights.dtype.kind == "i" else weights
            self._edges = (g.out_indptr.copy(), g.out_indices.copy(), whole.copy())
        self._stop = threading.Event()
        self._lock = threading.Lock()

    def _lay_out(self, n_nodes: int, roots: NDArray[np.int32]) -> None:
        """Put every list into one memory, with room behind them for each thread."""
        plan = self.plan
        lists = [pairs.forward for pairs in plan.pairs]
        lengths = [len(indices) for _, indices in lists]
        starts = np.cumsum([0, *lengths])
        self._relation_ptr = np.stack(
            [ptr + start for (ptr, _), start in zip(lists, starts[:-1], strict=True)]
        )
        self._first_root = int(starts[-1])
        room = int(sum(plan.room))
        own = np.empty(room * self.threads, dtype=np.int32)
        self._memory = np.concatenate([*(indices for _, indices in lists), roots, own])
        begin = self._first_root + len(roots)
        self._spaces: queue.SimpleQueue[_Space] = queue.SimpleQueue()
        for _ in range(self.threads):
            table = np.zeros((len(plan.room), LIST_COLUMNS), dtype=np.int64)
            table[:, ROOM] = begin + np.cumsum([0, *plan.room])[:-1]
            table[:, MARK] = -1
            table[plan.marked, MARK] = np.arange(len(plan.marked))
            marks = np.zeros((len(plan.marked), n_nodes), dtype=np.uint8)
            chosen, place, end = np.zeros((3, self.size), dtype=np.int64)
            self._spaces.put(_Space(chosen, place, end, table, marks))
            begin += room

    # ------------------------------------------------------------ one walk

    def _walked(self, begin: int, end: int, out: Rows) -> Iterator[int]:
        """Walk from some of the neurons to begin with; yields how much each call found.

        `out` is filled from its first column by each call; without columns matches are counted.
        """
        plan, space = self.plan, self._spaces.get()
        state = np.zeros(STATE_SIZE, dtype=np.int64)
        space.place[0], space.end[0] = self._first_root + begin, self._first_root + end
        counting = out.shape[1] == 0
        done = False
        try:
            while not done and not self._stop.is_set():
                found, done = advance(
                    self.size,
                    self._memory,
                    self._relation_ptr,
                    plan.steps,
                    plan.step_ptr,
                    plan.list_of_node,
                    plan.order,
                    plan.order_ptr,
                    plan.checks,
                    plan.check_ptr,
                    self._ranks,
                    *self._edges,
                    self._column,
                    counting and plan.at_once,
                    state,
                    space.chosen,
                    space.place,
                    space.end,
                    space.lists,
                    space.marks,
                    out,
                    _STEPS_AT_ONCE,
                )
                yield int(found)
        finally:
            if not done:  # a finished walk has wiped its marks
                space.marks.fill(0)
                space.lists[:, MARKED] = 0
            self._spaces.put(space)

    def _of_each_run(
        self, function: Callable[[int, int], Result], progress: Progress | None
    ) -> Generator[Result, None, None]:
        """Apply a function to the bounds of each run, on all threads; results in order."""
        runs = list(zip(self._bounds[:-1], self._bounds[1:], strict=True))
        results = map_threads(lambda run: function(*run), runs, self.threads)
        try:
            for done, result in enumerate(results, 1):
                if progress is not None:
                    progress(done, len(runs))
                yield result
        finally:
            self._stop.set()  # before the threads are waited for: nobody wants the rest
            results.close()

    # ------------------------------------------------------------ what comes of it

    def count(self, progress: Progress | None) -> int:
        """Count all matches."""
        nothing = np.empty((self.size, 0), dtype=np.int32)
        counts = self._of_each_run(
            lambda begin, end: sum(self._walked(begin, end, nothing)), progress
        )
        return sum(counts)

    def batches(self, begin: int, end: int, at_once: int) -> Iterator[Rows]:
        """(size, K) matches in order, at most so many at a time, found when they are asked for."""
        out = np.empty((self.size, at_once), dtype=np.int32)
        for found in self._walked(begin, end, out):
            if found:
                yield out[:, :found].copy()

    def all_batches(self, at_once: int) -> Iterator[Rows]:
        """All matches as `batches`."""
        return self.batches(0, self._n_roots, at_once)

    def rows(self, most: int, progress: Progress | None, *, in_all: int | None) -> Rows:
        """(size, K) the first `most` matches, in order.

        Raises
        ------
        OverflowError
            Where more than `in_all` have been found.
        """
        total = 0

        def of_run(begin: int, end: int) -> list[Rows]:
            nonlocal total
            found, number = [], 0
            for batch in self.batches(begin, end, min(most, _ROWS_AT_ONCE)):
                found.append(batch)
                number += batch.shape[1]
                with self._lock:
                    total += batch.shape[1]
                if in_all is not None and total > in_all:
                    raise OverflowError
                if number >= most:
                    break
            return found

        kept: list[Rows] = []
        left = most
        runs = self._of_each_run(of_run, progress)
        for batches in runs:
            for batch in batches:
                kept.append(batch[:, :left])
                left -= kept[-1].shape[1]
            if left == 0:
                break
        runs.close()
        return np.concatenate(kept, axis=1) if kept else np.empty((self.size, 0), np.int32)


def _roots(
    plan: Plan, candidate: NDArray[np.bool_] | None, n_nodes: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Neurons to begin with, those with a partner in every list, and how many partners each has."""
    fits = np.ones(n_nodes, dtype=bool) if candidate is None else candidate.copy()
    work = np.ones(n_nodes, dtype=np.int64)
    for step in plan.steps[: plan.step_ptr[1]]:
        if step[KIND] == ROW and step[NEEDED]:
            lengths = plan.pairs[step[RELATION]].lengths
            fits &= lengths > 0
            work += lengths
    roots = np.flatnonzero(fits).astype(np.int32)
    return roots, work[roots]


def _bounds(work: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cut the neurons to begin with into runs of about equal work; (runs + 1,) places."""
    total = np.cumsum(work)
    runs = int(min(_MOST_RUNS, total[-1] // _LEAST_WORK_OF_A_RUN)) if len(work) else 0
    inner = np.searchsorted(total, total[-1] / max(runs, 1) * np.arange(1, runs)) if runs else []
    return np.unique(np.array([0, *inner, len(work)], dtype=np.int64))
