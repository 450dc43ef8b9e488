"""The default length of the chain is long enough on the connectomes that come with the package."""

from __future__ import annotations

import numpy as np
import pytest

import connectome_analysis as ca


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "celegans-cook2019-hermaphrodite",
        "celegans-varshney2011",
        "larva-mushroom-body-right",
        "fly-mushroom-body-right",
    ],
)
def test_means_at_the_default_agree_with_those_of_a_chain_five_times_as_long(name: str) -> None:
    with ca.open(name) as connectome:
        g = connectome.graph()
    default = ca.motifs.significance(g, n_samples=300, rng=1)
    longer = ca.motifs.significance(g, n_samples=300, rng=2, proposals_per_edge=100)
    error = np.sqrt((default["null_sd"] ** 2 + longer["null_sd"] ** 2) / 300)
    apart = (default["null_mean"] - longer["null_mean"]).abs() / error.where(error > 0)
    assert apart.max() < 4.5  # sixteen classes, four connectomes
