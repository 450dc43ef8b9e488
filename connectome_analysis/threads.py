"""Threads: how many to use, and a map over them that keeps the order.

Kernels release the GIL and every piece of work carries its own random stream, so a result never
depends on the number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from numbers import Integral
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def thread_count(n_jobs: int | None) -> int:
    """Number of threads for a request: None means every processor this process may use.

    Raises
    ------
    ValueError
        Where `n_jobs` is not a whole number of at least 1.
    """
    if n_jobs is None:
        if hasattr(os, "sched_getaffinity"):
            return max(1, len(os.sched_getaffinity(0)))
        return max(1, os.cpu_count() or 1)
    given: object = n_jobs
    if isinstance(given, bool) or not isinstance(given, Integral) or int(given) < 1:
        msg = f"n_jobs must be a whole number of at least 1, or None for all, got {n_jobs!r}."
        raise ValueError(msg)
    return int(n_jobs)


def map_threads(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    n_jobs: int | None = None,
) -> Generator[Result, None, None]:
    """Apply a function that releases the GIL to items, some at a time, results in order.

    At most twice as many items as threads are in work or waiting, so a long list of large results
    is not held in memory.
    """
    threads = thread_count(n_jobs)
    if threads == 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        pending: list[Future[Result]] = []
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) >= 2 * threads:
                    yield pending.pop(0).result()
            while pending:
                yield pending.pop(0).result()
        finally:
            for future in pending:  # an error or Ctrl-C: what has not begun need not begin
                future.cancel()
