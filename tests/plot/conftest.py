"""What the tests of pictures share: no figure is left open, and results to draw."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.motifs import TRIAD_NAMES, TRIADS


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    plt.close("all")
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def worm() -> ca.Graph:
    with ca.open("celegans-varshney2011") as connectome:
        return connectome.graph()


@pytest.fixture(scope="session")
def triads_of_worm(worm: ca.Graph) -> pd.DataFrame:
    return ca.motifs.significance(worm, n_samples=60, rng=0)


@pytest.fixture(scope="session")
def club_of_worm(worm: ca.Graph) -> pd.DataFrame:
    return ca.rich_club(worm, n_samples=60, rng=0)


@pytest.fixture
def made_up() -> pd.DataFrame:
    """A table as `motifs.significance` makes it, with round numbers."""
    n = len(TRIAD_NAMES)
    observed = np.full(n, 20)
    mean = np.full(n, 10.0)
    return pd.DataFrame(
        {
            "plain_name": [TRIADS[name].plain_name for name in TRIAD_NAMES],
            "observed": observed,
            "null_mean": mean,
            "null_sd": np.full(n, 2.0),
            "null_low": np.full(n, 6.0),
            "null_high": np.full(n, 14.0),
            "ratio": observed / mean,
            "z": np.full(n, 5.0),
            "p_value": np.full(n, 0.01),
            "q_value": np.full(n, 0.02),
            "null_model": "configuration",
            "n_samples": 199,
        },
        index=pd.Index(TRIAD_NAMES, name="motif", dtype=object),
    )
