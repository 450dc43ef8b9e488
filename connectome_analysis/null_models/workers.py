"""Workers: samples of a null model drawn on threads, or on a Dask cluster, in the order of their numbers.

Each sample has a random stream of its own, seeded by its number, so where it is drawn and what is
drawn beside it change nothing. A worker that dies has its samples drawn again by another.
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..random_streams import State, stream
from ..threads import map_threads
from .draw import Draw, Mixing, Sampler

if TYPE_CHECKING:
    import distributed

Statistic = Callable[[int, Draw], NDArray[Any]]


class Task(NamedTuple):
    """What a worker must know to draw any sample.

    Attributes
    ----------
    source : Sampler
    statistic : callable
        Given the number of nodes and a `Draw`, returns a (K,) array. Can be pickled.
    n_nodes : int
    seed : int
    weights : (E,) array or None
        Weights to deal out at random over the edges of a sample whose null says nothing of
        weights.
    """

    source: Sampler
    statistic: Statistic
    n_nodes: int
    seed: int
    weights: NDArray[Any] | None


Sample = tuple[NDArray[Any], Mixing]


def draw_one(task: Task, number: int) -> Sample:
    """Statistic and mixing of sample `number`."""
    state = stream(task.seed, number)
    draw = task.source.draw(state)
    if task.weights is not None and draw.weights is None:
        draw = draw._replace(weights=_dealt(task.weights, len(draw.senders), state))
    return task.statistic(task.n_nodes, draw), draw.mixing


def _dealt(weights: NDArray[Any], n_edges: int, state: State) -> NDArray[Any]:
    """Weights in random order; drawn with replacement where a sample has another number of edges."""
    rng = np.random.Generator(np.random.PCG64(int(state[0])))
    if len(weights) == n_edges:
        return rng.permutation(weights)
    return rng.choice(weights, n_edges) if len(weights) else np.ones(n_edges, weights.dtype)


def on_threads(task: Task, n_samples: int, n_jobs: int | None) -> Generator[Sample, None, None]:
    """Samples 0 ... n_samples - 1 in order."""
    return map_threads(lambda number: draw_one(task, number), range(n_samples), n_jobs)


def on_cluster(
    task: Task, n_samples: int, client: distributed.Client
) -> Generator[Sample, None, None]:
    """Samples 0 ... n_samples - 1 in order, from the workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
        A few runs of samples for each of its threads are under way at any time, so a long ensemble
        neither fills its memory nor goes on long after one has seen enough.
    """
    if not hasattr(client, "submit") or not hasattr(client, "nthreads"):
        msg = (
            f"client must be a dask.distributed Client, got {type(client).__name__}. "
            "Make one with distributed.Client()."
        )
        raise TypeError(msg)
    cluster: Any = client  # distributed is partly untyped
    threads = max(1, sum(cluster.nthreads().values()))
    run = max(1, min(32, n_samples // (4 * threads)))
    # As the result of a call, not as scattered data, which would be lost with the workers that
    # hold it. Dask warns of arguments above 10 MB; this one goes out once.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
        shared = cluster.submit(_itself, task, pure=False)
    starts = iter(range(0, n_samples, run))
    pending: deque[Any] = deque()
    try:
        while True:
            while len(pending) < 3 * threads and (first := next(starts, None)) is not None:
                stop = min(first + run, n_samples)
                # Pure functions of their numbers: Dask may run one again where a worker was lost.
                pending.append(cluster.submit(_draw_run, shared, first, stop, pure=False))
            if not pending:
                return
            yield from pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()


def _itself(task: Task) -> Task:
    return task


def _draw_run(task: Task, first: int, stop: int) -> list[Sample]:
    return [draw_one(task, number) for number in range(first, stop)]
