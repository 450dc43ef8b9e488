"""Graphs of the reciprocal configuration null seen through a channel come as their weights say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.null_models import ReciprocalConfigurationSampler
from connectome_analysis.null_models.dyad_channel import dyad_channel_of
from connectome_analysis.null_models.dyad_tilt import dyad_tilt_of
from connectome_analysis.null_models.pair_channel import channel_of
from connectome_analysis.null_models.true_dyad_odds import fit_true_dyad_odds
from tests import graphs
from tests.errors.shares import require_shares
from tests.null_models.uniform import graph_of
from tests.reference.all_graphs import Edges, with_the_degrees_of
from tests.reference.seen_odds import dyad_shares, dyad_states

SMALL = {
    "two mutual pairs": ((0, 3), (1, 0), (1, 4), (2, 4), (3, 0), (3, 1), (3, 2), (4, 0), (4, 1)),
    "three mutual pairs": (
        *((0, 1), (0, 2), (0, 4), (1, 2), (1, 3), (1, 4)),
        *((2, 1), (2, 3), (3, 0), (3, 1), (4, 0), (4, 3)),
    ),
}


def mutual_degrees(edges: Edges, n_nodes: int) -> list[int]:
    return [sum(a == i and (b, a) in edges for a, b in edges) for i in range(n_nodes)]


def states_of(false: np.ndarray, true: np.ndarray, odds: np.ndarray) -> np.ndarray:
    """(N, N, 4) chances of each pair a < b."""
    n = len(odds)
    states = np.zeros((n, n, 4))
    for a in range(n):
        for b in range(a + 1, n):
            weights = [
                1,
                odds[a, 0] * odds[b, 1],
                odds[b, 0] * odds[a, 1],
                odds[a, 2] * odds[b, 2],
            ]
            states[a, b] = dyad_states(false, true, a, b, weights)
    return states


@pytest.mark.slow
@pytest.mark.parametrize("in_rows", [False, True])
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("name", SMALL)
def test_graphs_come_in_proportion_to_their_weights(
    name: str, own: bool, in_rows: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_rows:
        monkeypatch.setattr(
            "connectome_analysis.null_models.reciprocal_configuration.BIT_MATRIX_UP_TO_NODES", 0
        )
    g = graph_of(SMALL[name], 5)
    rng = np.random.default_rng(3)
    false, beta = rng.uniform(0, 0.15, (5, 5)), rng.uniform(0, 0.7, (5, 5))
    if own:
        false = np.full((5, 5), 0.08)
        pre, post = [0, 2, 4], [1, 3, 2]
        beta = np.zeros((5, 5))
        beta[pre, post] = 0.8, 0.5, 0.7
        given = pd.DataFrame({"pre_id": pre, "post_id": post, "value": beta[pre, post]})
        model = ca.errors.ErrorModel(alpha=0.08, beta=given, could_touch="all")
    else:
        model = ca.errors.ErrorModel(alpha=false, beta=beta, could_touch="all")
    dyads = dyad_channel_of(channel_of(g, model))
    odds = fit_true_dyad_odds(g, dyads)
    # Numbers that ran to their bounds have no ratio a test could tell.
    odds = np.clip(odds, 1e-3, 1e3)
    sampler = ReciprocalConfigurationSampler(
        g, tilts=(dyad_tilt_of(dyads, odds),), proposals_per_edge=100
    )
    wanted = mutual_degrees(SMALL[name], 5)
    everything = [
        edges for edges in with_the_degrees_of(SMALL[name], 5) if mutual_degrees(edges, 5) == wanted
    ]
    assert len(everything) > 3
    require_shares(sampler, everything, dyad_shares(everything, states_of(false, 1 - beta, odds)))


def test_expected_degrees_seen_are_the_degrees_seen() -> None:
    g = graphs.random_graph(50, 0.25, seed=3)
    rng = np.random.default_rng(3)
    false, beta = rng.uniform(0, 0.01, (50, 50)), rng.uniform(0, 0.5, (50, 50))
    model = ca.errors.ErrorModel(alpha=false, beta=beta, could_touch="all")
    odds = fit_true_dyad_odds(g, dyad_channel_of(channel_of(g, model)))
    states = states_of(false, 1 - beta, odds)
    both = states[:, :, 3] + states[:, :, 3].T
    sent = states[:, :, 1] + states[:, :, 2].T
    adjacency = g.to_scipy().toarray() > 0
    seen_both = (adjacency & adjacency.T).sum(axis=1)
    seen_sent = (adjacency & ~adjacency.T).sum(axis=1)
    # But for neurons at the most, or the least, that the channel can show.
    for expected, there in ((both, seen_both), (sent, seen_sent)):
        assert np.isclose(expected.sum(axis=1), there, rtol=0.02, atol=0.02).mean() > 0.8


def test_one_way_and_mutual_degrees_stay() -> None:
    g = graphs.random_graph(70, 0.15, seed=8)
    model = ca.errors.ErrorModel(beta=0.3, alpha=0.01, could_touch="all")
    null = ca.null_models.sample(g, "reciprocal_configuration", error_model=model, rng=2)
    assert (null.in_degree == g.in_degree).all()
    assert (null.out_degree == g.out_degree).all()
    assert ca.measures.reciprocity(null) == ca.measures.reciprocity(g)
    assert not null.equals(ca.null_models.sample(g, "reciprocal_configuration", rng=2))
