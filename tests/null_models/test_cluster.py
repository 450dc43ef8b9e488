"""A Dask cluster gives the numbers that threads give, also when a worker is killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import numpy as np
import pytest

import connectome_analysis as ca
from connectome_analysis.null_models.draw import Draw
from connectome_analysis.null_models.ensemble import ensemble
from tests import graphs

distributed = pytest.importorskip(
    "distributed", reason="Dask is not installed: pip install 'neuropil[distributed]'"
)


@pytest.fixture(scope="module")
def client() -> Iterator[object]:
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as made,
    ):
        yield made


def test_threads_and_cluster_give_identical_tables(client: object) -> None:
    g = graphs.random_graph(40, 0.15, seed=6)
    here = ca.motifs.significance(g, n_samples=50, rng=7)
    there = ca.motifs.significance(g, n_samples=50, rng=7, client=client)
    assert here.equals(there)
    assert here.attrs == there.attrs


def test_the_rich_club_too_and_with_weights(client: object) -> None:
    with ca.open("larva-mushroom-body-left") as larva:
        g = larva.graph()
    for options in ({}, {"weighted": True}):
        here = ca.rich_club(g, n_samples=20, rng=1, **options)
        there = ca.rich_club(g, n_samples=20, rng=1, client=client, **options)
        assert here.equals(there)


def test_early_stops_are_the_same(client: object) -> None:
    g = graphs.random_graph(25, 0.2, seed=4)
    here = ca.motifs.significance(g, n_samples=2000, decide_at=0.2, rng=5)
    there = ca.motifs.significance(g, n_samples=2000, decide_at=0.2, rng=5, client=client)
    assert here.equals(there)


def test_a_killed_worker_changes_nothing() -> None:
    g = graphs.random_graph(40, 0.15, seed=6)

    def slow_count(_n_nodes: int, draw: Draw) -> np.ndarray:
        time.sleep(0.02)  # so that the ensemble still runs when its worker is killed
        return np.array([int((draw.senders.astype(np.int64) * draw.receivers).sum())])

    expected = ensemble(g, "configuration", slow_count, 60, rng=2, keep_values=True)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as made,
    ):
        killed = []

        def progress(done: int, _total: int) -> None:
            if done == 10:
                worker = next(iter(cluster.workers.values()))
                killed.append(worker.pid)
                os.kill(worker.pid, signal.SIGKILL)

        found = ensemble(
            g,
            "configuration",
            slow_count,
            60,
            rng=2,
            keep_values=True,
            client=made,
            progress=progress,
        )
    assert killed
    assert (found.values == expected.values).all()


def test_something_else_than_a_client_is_refused() -> None:
    g = graphs.random_graph(10, 0.2, seed=4)
    with pytest.raises(TypeError, match=r"client must be a dask.distributed Client, got str"):
        ca.motifs.significance(g, n_samples=10, client="localhost:8786")  # type: ignore[arg-type]
