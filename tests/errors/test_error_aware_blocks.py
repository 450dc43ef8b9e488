"""Graphs of the block null seen through a channel come in proportion to the odds of their edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.null_models.pair_channel import channel_of
from connectome_analysis.null_models.seen_blocks import SeenBlocksSampler, _with_groups
from connectome_analysis.null_models.true_odds import fit_true_odds
from tests import graphs
from tests.errors.shares import require_shares
from tests.null_models.uniform import graph_of
from tests.reference.all_graphs import alike, with_the_degrees_of
from tests.reference.seen_odds import seen, shares

EDGES = ((0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 4), (3, 1), (2, 5))
GROUPS = np.array([0, 1, 0, 1, 0, 1])


@pytest.mark.slow
@pytest.mark.parametrize("own", [False, True])
def test_graphs_come_in_proportion_to_their_odds(own: bool) -> None:
    g = graph_of(EDGES, 6)
    rng = np.random.default_rng(2)
    false, beta = rng.uniform(0, 0.15, (6, 6)), rng.uniform(0, 0.7, (6, 6))
    if own:
        false, beta = np.full((6, 6), 0.05), np.zeros((6, 6))
        pre, post = [0, 3, 4], [1, 5, 3]
        beta[pre, post] = 0.8, 0.6, 0.5
        given = pd.DataFrame({"pre_id": pre, "post_id": post, "value": beta[pre, post]})
        model = ca.errors.ErrorModel(alpha=0.05, beta=given, could_touch="all")
    else:
        model = ca.errors.ErrorModel(alpha=false, beta=beta, could_touch="all")
    channel = channel_of(g, model)
    parted, sender_groups, receiver_groups = _with_groups(channel, GROUPS.astype(np.int32))
    odds = fit_true_odds(g, parted, sender_groups, receiver_groups)
    factor = odds.factor[np.ix_(parted.sender_class, parted.receiver_class)]
    true_odds = np.outer(odds.sender, odds.receiver) * factor
    everything = alike(with_the_degrees_of(EDGES, 6), EDGES, lambda a, b: (GROUPS[a], GROUPS[b]))
    assert len(everything) > 5
    sampler = SeenBlocksSampler(g, (channel,), groups=GROUPS)
    sampler.proposals = 1500  # enough for nine edges
    require_shares(sampler, everything, shares(everything, seen(false, 1 - beta, true_odds)))


def test_degrees_and_blocks_stay() -> None:
    g = graphs.random_graph(60, 0.15, seed=3)
    groups = np.arange(60) % 4
    model = ca.errors.ErrorModel(beta=0.3, alpha=0.01, could_touch="all")
    null = ca.null_models.sample(g, "block", groups=groups, error_model=model, rng=2)
    assert (null.in_degree == g.in_degree).all()
    assert (null.out_degree == g.out_degree).all()

    def blocks(one: ca.Graph) -> list[int]:
        return np.bincount(groups[one.out_sources] * 4 + groups[one.out_indices]).tolist()

    assert blocks(null) == blocks(g)
    assert not null.equals(g)
