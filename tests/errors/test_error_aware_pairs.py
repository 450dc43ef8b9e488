"""Graphs of the Erdos-Renyi and the dyad null seen through a channel come as their odds say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.null_models.pair_channel import channel_of
from connectome_analysis.null_models.seen_dyads import SeenDyadsSampler
from connectome_analysis.null_models.seen_pairs import SeenPairsSampler
from tests import graphs
from tests.errors.shares import require_shares
from tests.null_models.uniform import graph_of
from tests.reference.all_graphs import Edges, with_so_many_edges
from tests.reference.seen_odds import dyad_shares, dyad_states, seen, shares

FOUR = ((0, 1), (1, 0), (1, 2), (3, 2))


def rates_of(n_nodes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 0.15, (n_nodes, n_nodes)), rng.uniform(0, 0.7, (n_nodes, n_nodes))


def own_rates() -> tuple[ca.errors.ErrorModel, np.ndarray, np.ndarray]:
    """Two classes of sender, and three pairs with rates of their own."""
    own = pd.DataFrame({"pre_id": [0, 2, 3], "post_id": [1, 3, 0], "value": [0.8, 0.1, 0.6]})
    completeness = pd.Series([0.5, 0.9, 0.5, 0.9], index=range(4))
    model = ca.errors.ErrorModel(
        beta=own, alpha=0.05, could_touch="all", pre_completeness=completeness
    )
    found = np.repeat(completeness.to_numpy()[:, None], 4, axis=1)
    found[[0, 2, 3], [1, 3, 0]] *= 1 - own["value"].to_numpy()
    return model, np.full((4, 4), 0.05), found


@pytest.mark.parametrize("own", [False, True])
def test_edges_come_in_proportion_to_their_odds(own: bool) -> None:
    g = graph_of(FOUR, 4)
    if own:
        model, false, true = own_rates()
    else:
        false, beta = rates_of(4, seed=1)
        true, model = 1 - beta, ca.errors.ErrorModel(alpha=false, beta=beta, could_touch="all")
    sampler = SeenPairsSampler(g, (channel_of(g, model),), rounds=20)
    everything = with_so_many_edges(4, 4)
    # The odds of a true connection with which four edges are expected to be seen.
    off = ~np.eye(4, dtype=bool)
    share = (4 - false[off].sum()) / (true - false)[off].sum()
    wanted = shares(everything, seen(false, true, np.full((4, 4), share / (1 - share))))
    require_shares(sampler, everything, wanted)


@pytest.mark.parametrize("own", [False, True])
def test_dyads_come_in_proportion_to_what_they_are_seen_as(own: bool) -> None:
    g = graph_of(FOUR, 4)
    if own:
        model, false, true = own_rates()
    else:
        false, beta = rates_of(4, seed=3)
        true, model = 1 - beta, ca.errors.ErrorModel(alpha=false, beta=beta, could_touch="all")
    sampler = SeenDyadsSampler(g, (channel_of(g, model),), rounds=20)
    states, expected = np.zeros((4, 4, 4)), np.zeros(2)
    weights = sampler.true_weights[0]
    for a in range(4):
        for b in range(a + 1, 4):
            states[a, b] = dyad_states(false, true, a, b, weights)
            expected += states[a, b, 1] + states[a, b, 2], states[a, b, 3]
    assert np.allclose(expected, (2, 1), rtol=1e-4)

    def mutual(edges: Edges) -> int:
        return sum((b, a) in edges for a, b in edges)

    everything = [e for e in with_so_many_edges(4, 4) if mutual(e) == mutual(FOUR)]
    require_shares(sampler, everything, dyad_shares(everything, states))


def test_counts_are_kept() -> None:
    g = graphs.random_graph(60, 0.1, seed=2)
    model = ca.errors.ErrorModel(
        alpha=0.01,
        could_touch="all",
        pre_completeness=pd.Series(np.linspace(0.2, 1, 60), g.node_ids),
    )
    assert ca.null_models.sample(g, "erdos_renyi", error_model=model).n_edges == g.n_edges
    null = ca.null_models.sample(g, "dyad", error_model=model)
    assert null.n_edges == g.n_edges
    assert ca.measures.reciprocity(null) == pytest.approx(ca.measures.reciprocity(g))


def test_neurons_that_lose_more_get_fewer() -> None:
    g = graphs.random_graph(60, 0.1, seed=2)
    some = np.where(np.arange(60) < 30, 0.25, 0.75)
    model = ca.errors.ErrorModel(beta=0.0, pre_completeness=pd.Series(some, g.node_ids))
    for null in ("erdos_renyi", "dyad"):
        drawn = [ca.null_models.sample(g, null, error_model=model, rng=k) for k in range(60)]
        sent = np.mean([one.out_degree for one in drawn], axis=0)
        assert sent[30:].sum() / sent[:30].sum() == pytest.approx(3, rel=0.15)


def test_only_the_number_of_edges_itself_can_be_kept() -> None:
    g = graphs.random_graph(20, 0.2, seed=2)
    model = ca.errors.ErrorModel(beta=0.2)
    with pytest.raises(ValueError, match="With errors fixed must be one of 'edges', got 'density'"):
        ca.null_models.sample(g, "erdos_renyi", error_model=model, fixed="density")


def test_graphs_without_edges_stay_so() -> None:
    g = ca.Graph.from_edges([], [], node_ids=[1, 2, 3])
    model = ca.errors.ErrorModel(beta=0.2)
    for null in ("erdos_renyi", "dyad", "configuration"):
        assert ca.null_models.sample(g, null, error_model=model).n_edges == 0
