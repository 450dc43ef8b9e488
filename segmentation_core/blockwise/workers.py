"""Workers: one step for all blocks, on threads or on a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any


def for_all_blocks(
    step: Callable[[int], int],
    numbers: Iterable[int],
    *,
    n_workers: int,
    client: Any,
    told: Callable[[int], None],
) -> None:
    """Do a step for blocks in any order; the first error ends it.

    Parameters
    ----------
    step : takes and returns a block's number; leaves its result in a file
    n_workers : threads, when there is no client
    client : dask.distributed.Client, or None
        A task whose worker is killed is done again by another.
    told : called after each block
    """
    if client is not None:
        _on_cluster(step, list(numbers), client, told)
        return
    waiting = iter(numbers)
    with ThreadPoolExecutor(n_workers) as pool:
        running: set[Future[int]] = set()
        try:
            while True:
                # Not all at once: after an error no more blocks should start.
                while len(running) < n_workers and (n := next(waiting, None)) is not None:
                    running.add(pool.submit(step, n))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    told(future.result())
        finally:
            for future in running:
                future.cancel()


def _on_cluster(
    step: Callable[[int], int], numbers: list[int], client: Any, told: Callable[[int], None]
) -> None:
    """Tasks that the scheduler may repeat: their results are files that are whole or not there."""
    try:
        from dask.distributed import as_completed
    except ImportError as error:
        msg = "client= needs Dask: pip install 'neuropil[distributed]'"
        raise ImportError(msg) from error
    futures = client.map(step, numbers, pure=False, retries=2)
    try:
        for future in as_completed(futures):  # type: ignore[no-untyped-call]
            told(future.result())
    finally:
        client.cancel(futures)
