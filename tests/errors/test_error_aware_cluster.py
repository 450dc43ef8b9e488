"""A Dask cluster gives the error-aware numbers that threads give."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import connectome_analysis as ca
from tests import graphs

distributed = pytest.importorskip(
    "distributed", reason="Dask is not installed: pip install 'neuropil[distributed]'"
)


@pytest.mark.slow
@pytest.mark.parametrize("null", ["configuration", "reciprocal_configuration", "dyad"])
def test_threads_and_cluster_give_identical_tables(null: str) -> None:
    g = graphs.random_graph(40, 0.15, seed=6)
    model = ca.errors.ErrorModel(
        alpha=0.01,
        beta=0.2,
        could_touch="all",
        uncertainty=ca.errors.Uncertainty(("alpha", "beta"), np.diag([0.1, 0.2])),
    )
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", ca.errors.VerdictWarning)
        here = ca.motifs.significance(g, null, n_samples=30, rng=7, error_model=model)
        there = ca.motifs.significance(
            g, null, n_samples=30, rng=7, error_model=model, client=client
        )
    assert here.equals(there)
    assert here.attrs == there.attrs
