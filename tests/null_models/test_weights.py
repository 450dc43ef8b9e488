"""The weights null keeps every edge, and deals the weights out in every order equally often."""

from __future__ import annotations

import pickle
import re
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

import connectome_analysis as ca
from connectome_analysis.null_models import NULL_MODELS, WeightsSampler
from connectome_analysis.random_streams import stream
from connectome_analysis.threads import map_threads
from tests import graphs


def weighted(matrix: np.ndarray, seed: int = 0) -> ca.Graph:
    weights = np.random.default_rng(seed).integers(1, 50, matrix.shape)
    return ca.Graph.from_adjacency(matrix * weights)


def test_every_order_of_the_weights_is_equally_likely() -> None:
    g = ca.Graph.from_edges([0, 0, 1, 2], [1, 2, 2, 0], weight=[1, 2, 3, 4])
    sampler = WeightsSampler(g)
    drawn = Counter(tuple(sampler.draw(stream(0, number)).weights) for number in range(4800))
    assert set(drawn) == set(permutations([1, 2, 3, 4]))
    assert chisquare(list(drawn.values())).pvalue > 1e-3


@pytest.mark.parametrize(
    ("within", "groups", "orders"),
    [
        # Edges by sender, then receiver: 0>1 0>2 0>3 1>2 2>3 3>2, weights 1 ... 6.
        ("sender", None, [[0, 1, 2], [3], [4], [5]]),
        ("receiver", None, [[0], [1, 3, 5], [2, 4]]),
        ("groups", ["a", "a", None, "b"], [[0], [1, 3], [2], [4], [5]]),
        ("groups", ["a", "a", "b", "b"], [[0], [1, 2, 3], [4, 5]]),
    ],
)
def test_every_order_within_bounds_is_equally_likely(
    within: str, groups: list[str | None] | None, orders: list[list[int]]
) -> None:
    g = ca.Graph.from_edges([0, 0, 0, 1, 2, 3], [1, 2, 3, 2, 3, 2], weight=[1, 2, 3, 4, 5, 6])
    sampler = WeightsSampler(g, within=within, groups=groups)
    drawn = Counter(tuple(sampler.draw(stream(1, number)).weights) for number in range(3000))
    expected = {(1, 2, 3, 4, 5, 6)}
    for places in orders:
        expected = {
            tuple(
                one[order[places.index(place)]] if place in places else one[place]
                for place in range(6)
            )
            for one in expected
            for order in permutations(places)
        }
    assert set(drawn) == expected
    assert chisquare(list(drawn.values())).pvalue > 1e-3


@given(graphs.adjacency(max_nodes=9), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_edges_and_the_sums_asked_for_are_kept_on_any_graph(matrix: np.ndarray, seed: int) -> None:
    g = weighted(matrix, seed)
    before = g.to_scipy().toarray()
    for within, axis in (("all", None), ("sender", 1), ("receiver", 0)):
        after = ca.null_models.sample(g, "weights", within=within, rng=seed).to_scipy().toarray()
        assert ((after > 0) == (before > 0)).all()
        assert sorted(after[after > 0]) == sorted(before[before > 0])
        assert (after.sum(axis=axis) == before.sum(axis=axis)).all()


def test_weights_stay_what_they_were() -> None:
    pre, post = [0, 1, 2], [1, 2, 0]
    for values in ([1, 2, 3], [2**60, -(2**60), 1], [0.5, 1.5, 2.5]):
        g = ca.Graph.from_edges(pre, post, weight=values, weight_meaning="synapses")
        null = ca.null_models.sample(g, "weights", rng=3)
        assert null.weights.dtype == g.weights.dtype
        assert sorted(null.weights.tolist()) == sorted(values)
        assert null.weight_meaning == "synapses"
        assert g.weights.tolist() == values


def test_the_draw_says_that_all_edges_are_kept() -> None:
    g = weighted(np.ones((5, 5), int) - np.eye(5, dtype=int))
    draw = WeightsSampler(g).draw(stream(0, 0))
    assert draw.mixing.edges_kept == 1.0
    assert draw.senders.tolist() == g.out_sources.tolist()
    assert draw.receivers.tolist() == g.out_indices.tolist()


@pytest.mark.parametrize("within", ["all", "sender", "receiver", "groups"])
def test_nothing_to_deal_gives_nothing(within: str) -> None:
    for n_nodes in (0, 1, 3):
        g = ca.Graph.from_edges([], [], node_ids=np.arange(n_nodes))
        groups = np.zeros(n_nodes) if within == "groups" else None
        assert ca.null_models.sample(g, "weights", within=within, groups=groups).equals(g)


def test_self_loops_are_left_out() -> None:
    g = ca.Graph.from_edges([0, 0], [0, 1], weight=[7, 2], self_loops="keep")
    assert ca.null_models.sample(g, "weights").weights.tolist() == [2]


def test_the_same_seed_gives_the_same_weights_on_any_number_of_threads() -> None:
    g = weighted(graphs.random_graph(40, 0.2, seed=1).to_scipy().toarray())
    sampler = pickle.loads(pickle.dumps(WeightsSampler(g, within="receiver")))

    def drawn(number: int) -> tuple[int, ...]:
        return tuple(sampler.draw(stream(2, number)).weights.tolist())

    once, twice = (list(map_threads(drawn, range(20), n_jobs)) for n_jobs in (1, 4))
    assert once == twice
    assert len(set(once)) == 20


def test_what_is_kept_is_said() -> None:
    g = ca.Graph.from_edges([0, 1], [1, 2])
    assert WeightsSampler(g).keeps == NULL_MODELS["weights"].keeps
    assert "each neuron gives" in WeightsSampler(g, within="sender").keeps
    assert "each neuron gets" in WeightsSampler(g, within="receiver").keeps
    assert (
        "1 neuron without one" in WeightsSampler(g, within="groups", groups=["a", "b", None]).keeps
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"within": "cell_type"}, "within must be one of 'all', 'sender', 'receiver', 'groups'"),
        ({"groups": [1, 2, 3]}, "groups is for within=\"groups\", got within='all'"),
        ({"within": "groups"}, "groups must be given: a column of the node table"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, object], message: str) -> None:
    g = ca.Graph.from_edges([0, 1], [1, 2])
    with pytest.raises(ValueError, match=re.escape(message)):
        ca.null_models.sample(g, "weights", **options)
