"""Graphs of the configuration null seen through a channel come as often as their odds say."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

import connectome_analysis as ca
from connectome_analysis.null_models import ConfigurationSampler
from connectome_analysis.null_models.pair_channel import channel_of
from connectome_analysis.null_models.tilt import tilt_of
from connectome_analysis.null_models.true_odds import TrueOdds, fit_true_odds
from connectome_analysis.random_streams import stream
from tests import graphs
from tests.errors.shares import require_shares
from tests.null_models.uniform import graph_of
from tests.reference.all_graphs import with_the_degrees_of
from tests.reference.seen_odds import seen, shares

SMALL = {
    "three-cycle with a mutual tail": ((0, 1), (1, 2), (2, 0), (3, 0), (0, 3)),
    "two three-cycles": ((0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)),
    "dense": ((0, 1), (0, 2), (1, 2), (2, 0), (3, 1), (1, 3), (2, 3), (3, 4), (4, 0)),
}


def rates_of(n_nodes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """alpha and beta of every pair, all different."""
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 0.2, (n_nodes, n_nodes)), rng.uniform(0, 0.7, (n_nodes, n_nodes))


def tame(odds: TrueOdds) -> TrueOdds:
    """On a handful of edges some run to their bounds, where no test could tell ratios."""
    return odds._replace(
        sender=np.clip(odds.sender, 1e-3, 1e3), receiver=np.clip(odds.receiver, 1e-3, 1e3)
    )


@pytest.mark.parametrize("in_rows", [False, True])
@pytest.mark.parametrize("name", SMALL)
def test_graphs_come_in_proportion_to_their_odds(
    name: str, in_rows: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_rows:
        monkeypatch.setattr(
            "connectome_analysis.null_models.configuration.BIT_MATRIX_UP_TO_NODES", 0
        )
    n_nodes = 1 + max(max(edge) for edge in SMALL[name])
    g = graph_of(SMALL[name], n_nodes)
    alpha, beta = rates_of(n_nodes, seed=len(name))
    channel = channel_of(g, ca.errors.ErrorModel(alpha=alpha, beta=beta, could_touch="all"))
    odds = tame(fit_true_odds(g, channel))
    everything = with_the_degrees_of(SMALL[name], n_nodes)
    wanted = shares(everything, seen(alpha, 1 - beta, np.outer(odds.sender, odds.receiver)))
    assert wanted.max() > 2 / len(everything)  # far from even
    sampler = ConfigurationSampler(g, tilts=(tilt_of(channel, odds),), proposals_per_edge=200)
    require_shares(sampler, everything, wanted)


def test_pairs_with_rates_of_their_own_are_looked_up() -> None:
    edges = SMALL["dense"]
    g = graph_of(edges, 5)
    own = pd.DataFrame({"pre_id": [0, 3, 4], "post_id": [4, 1, 2], "value": [0.9, 0.8, 0.95]})
    channel = channel_of(g, ca.errors.ErrorModel(beta=own, alpha=0.05, could_touch="all"))
    assert len(channel.pairs) == 3
    odds = tame(fit_true_odds(g, channel))
    false, true = np.full((5, 5), 0.05), np.ones((5, 5))
    true[[0, 3, 4], [4, 1, 2]] = 0.1, 0.2, 0.05
    # At these alpha and beta, the pair 4->2 is as likely seen where there is nothing.
    everything = with_the_degrees_of(edges, 5)
    wanted = shares(everything, seen(false, true, np.outer(odds.sender, odds.receiver)))
    sampler = ConfigurationSampler(g, tilts=(tilt_of(channel, odds),), proposals_per_edge=200)
    require_shares(sampler, everything, wanted)


def test_expected_degrees_seen_are_the_degrees_seen() -> None:
    g = graphs.random_graph(60, 0.15, seed=3)
    alpha, beta = rates_of(60, seed=2)
    channel = channel_of(g, ca.errors.ErrorModel(alpha=alpha / 20, beta=beta, could_touch="all"))
    odds = fit_true_odds(g, channel)
    probability = seen(alpha / 20, 1 - beta, np.outer(odds.sender, odds.receiver))
    np.fill_diagonal(probability, 0)
    fits = (odds.sender > 1e-9) & (odds.sender < 1e9)
    assert np.allclose(probability.sum(axis=1)[fits], g.out_degree[fits], rtol=2e-3, atol=2e-3)
    assert fits.mean() > 0.9


def test_neurons_alike_are_fitted_together_and_rightly() -> None:
    g = graphs.random_graph(200, 0.1, seed=4)
    model = ca.errors.ErrorModel(beta=0.2, alpha=0.004, could_touch="all")
    channel = channel_of(g, model)
    odds = fit_true_odds(g, channel)
    probability = seen(
        np.full((200, 200), 0.004), np.full((200, 200), 0.8), np.outer(odds.sender, odds.receiver)
    )
    np.fill_diagonal(probability, 0)
    some = g.out_degree > 1  # fewer are less than the false ones expected
    assert np.allclose(probability.sum(axis=1)[some], g.out_degree[some], rtol=0.03, atol=0.15)
    assert np.isclose(probability.sum(), g.n_edges, rtol=5e-3)


def test_degrees_stay() -> None:
    g = graphs.random_graph(80, 0.1, seed=8)
    model = ca.errors.ErrorModel(beta=0.3, alpha=0.01, could_touch="all")
    null = ca.null_models.sample(g, error_model=model, rng=2)
    assert (null.in_degree == g.in_degree).all()
    assert (null.out_degree == g.out_degree).all()
    assert not null.equals(ca.null_models.sample(g, rng=2))


def test_without_errors_the_null_is_the_plain_one() -> None:
    g = graphs.random_graph(40, 0.15, seed=6)
    for null in ca.null_models.NULL_MODELS.values():
        if not null.error_aware or "groups" in null.options:
            continue
        plain = ca.null_models.sample(g, null.name, rng=1)
        aware = ca.null_models.sample(g, null.name, error_model=ca.errors.ErrorModel(), rng=1)
        assert aware.equals(plain)


def test_a_sampler_can_be_pickled() -> None:
    g = graphs.random_graph(30, 0.2, seed=6)
    sampler = ca.null_models.sampler(g, error_model=ca.errors.ErrorModel(beta=0.3))
    again = pickle.loads(pickle.dumps(sampler))
    assert (again.draw(stream(1, 2)).receivers == sampler.draw(stream(1, 2)).receivers).all()
    assert "true wiring seen with the errors of ErrorModel: 30 % of connections" in sampler.keeps


def test_mixing_takes_an_error_model() -> None:
    g = graphs.random_graph(60, 0.1, seed=6)
    report = ca.null_models.mixing(g, error_model=ca.errors.ErrorModel(beta=0.3), n_samples=4)
    assert report.mixed, report.verdict


def test_nulls_that_cannot_take_errors_say_which_can() -> None:
    g = graphs.random_graph(30, 0.2, seed=6)
    model = ca.errors.ErrorModel(beta=0.2)
    with pytest.raises(
        ValueError, match="'weights' cannot be passed through an error model; these"
    ):
        ca.null_models.sample(g, "weights", error_model=model)
    with pytest.raises(ValueError, match="Errors need method='switching'"):
        ca.null_models.sample(g, method="curveball", error_model=model)
    with pytest.raises(TypeError, match=r"error_model must be an errors\.ErrorModel, got float"):
        ca.null_models.sample(g, error_model=0.1)
    impossible = pd.DataFrame(
        {"pre_id": [g.node_ids[g.out_sources[0]]], "post_id": [g.node_ids[g.out_indices[0]]]}
    ).assign(value=1.0)
    with pytest.raises(ValueError, match="1 edges of the graph could not have been seen"):
        ca.null_models.sample(g, error_model=ca.errors.ErrorModel(beta=impossible))
    high = ca.errors.ErrorModel(alpha=0.5, beta=0.6, could_touch="all")
    with pytest.raises(
        ValueError, match=r"alpha \+ beta must be at most 1 for every pair, got 1\.1"
    ):
        ca.null_models.sample(g, error_model=high)
