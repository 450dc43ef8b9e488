"""The reciprocal configuration model keeps dyad degrees and draws every graph equally often."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.null_models import (
    ReciprocalConfigurationSampler,
    reciprocal_configuration,
)
from connectome_analysis.random_streams import stream
from tests import graphs
from tests.null_models.uniform import graph_of, require_uniform
from tests.reference.all_graphs import Edges
from tests.reference.dyad_degrees import dyad_degrees, with_the_dyad_degrees_of


def both_ways(*pairs: tuple[int, int]) -> Edges:
    return (*pairs, *((b, a) for a, b in pairs))


# Graphs of which all with the same dyad degrees can be listed.
SMALL: dict[str, Edges] = {
    "three-cycle": ((0, 1), (1, 2), (2, 0)),
    "four-cycle of one-way edges": ((0, 1), (1, 2), (2, 3), (3, 0)),
    "mutual pairs": both_ways((0, 1), (2, 3)),
    "one-way edges and pairs change places": ((0, 1), (2, 3), *both_ways((0, 3), (2, 1))),
    "one-way edges, a pair, a three-cycle": (
        *((0, 1), (1, 2), (2, 0), (3, 0), (4, 3)),
        *both_ways((1, 3)),
    ),
    # Those that take an excursion.
    "path the other way through its middle": ((3, 0), (1, 2), (2, 3)),
    "pairs and one-way edges, all six joined but one": (
        *((3, 0), (1, 2), (2, 3)),
        *both_ways((0, 2), (1, 3)),
    ),
    "nine edges among five": (
        *((1, 0), (4, 2), (3, 1), (4, 3)),
        *both_ways((0, 4), (1, 2), (2, 3)),
    ),
}
# The slowest of all graphs of five neurons that the fast moves cannot leave.
SLOWEST: tuple[Edges, ...] = (
    (*((0, 3), (2, 4), (3, 4)), *both_ways((0, 1), (0, 2), (0, 4), (1, 2), (1, 3), (2, 3), (1, 4))),
    (*((1, 3), (2, 3), (3, 4), (0, 2), (4, 1)), *both_ways((0, 1), (0, 4), (1, 2))),
)


@pytest.fixture(params=["bit matrix", "rows"])
def _store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "rows":
        monkeypatch.setattr(reciprocal_configuration, "BIT_MATRIX_UP_TO_NODES", 0)


def dyad_degrees_of(g: ca.Graph) -> np.ndarray:
    there = g.to_scipy().toarray() > 0
    mutual = there & there.T
    return np.array([(there & ~mutual).sum(1), (there & ~mutual).sum(0), mutual.sum(1)])


@pytest.mark.usefixtures("_store")
@pytest.mark.parametrize("name", SMALL)
def test_every_graph_with_the_same_dyad_degrees_is_equally_likely(name: str) -> None:
    edges = SMALL[name]
    n_nodes = 1 + max(max(edge) for edge in edges)
    everything = with_the_dyad_degrees_of(edges, n_nodes)
    require_uniform(ReciprocalConfigurationSampler(graph_of(edges, n_nodes)), everything, seed=3)


@pytest.mark.parametrize("edges", SLOWEST)
def test_graphs_that_are_hard_to_leave_are_left(edges: Edges) -> None:
    everything = with_the_dyad_degrees_of(edges, 5)
    require_uniform(ReciprocalConfigurationSampler(graph_of(edges, 5)), everything)


def test_all_graphs_of_four_neurons_reach_all_others_with_their_dyad_degrees() -> None:
    pairs = [(a, b) for a in range(4) for b in range(a)]
    classes: dict[tuple[Any, ...], list[Edges]] = {}
    for code in range(4 ** len(pairs)):
        states = [(code >> 2 * k) & 3 for k in range(len(pairs))]
        edges = tuple(
            sorted(
                [pair for pair, state in zip(pairs, states, strict=True) if state & 1]
                + [(b, a) for (a, b), state in zip(pairs, states, strict=True) if state & 2]
            )
        )
        classes.setdefault(tuple(dyad_degrees(edges, 4)), []).append(edges)
    assert len(classes) == 3550
    # One class of each kind: neurons may change names.
    kinds = {tuple(sorted(key)): found for key, found in classes.items() if len(found) > 1}
    for found in kinds.values():
        sampler = ReciprocalConfigurationSampler(graph_of(found[0], 4))
        seen = set()
        for number in range(40 * len(found)):
            senders, receivers, *_ = sampler.draw(stream(5, number))
            seen.add(tuple(sorted(zip(senders.tolist(), receivers.tolist(), strict=True))))
        assert seen == set(found)


@given(graphs.adjacency(max_nodes=10))
@settings(max_examples=60, deadline=None)
def test_dyad_degrees_are_kept_on_any_graph(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    null = ca.null_models.sample(g, "reciprocal_configuration", rng=1)
    assert (dyad_degrees_of(null) == dyad_degrees_of(g)).all()
    assert null.n_edges == g.n_edges
    assert not null.has_self_loops


@pytest.mark.usefixtures("_store")
def test_dyad_degrees_are_kept_on_larger_graphs() -> None:
    for seed in range(6):
        g = graphs.random_graph(120, 0.03 + 0.15 * seed, seed)
        draw = ReciprocalConfigurationSampler(g).draw(stream(seed, 0))
        null = g.with_edges(draw.senders, draw.receivers)
        assert (dyad_degrees_of(null) == dyad_degrees_of(g)).all()
        assert null.n_edges == g.n_edges
        assert not null.has_self_loops
        assert draw.mixing.accepted > 0


def test_bit_matrix_and_rows_run_the_same_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    for g in (
        graphs.random_graph(80, 0.1, seed=3),
        graphs.random_graph(70, 0.8, seed=3),
        graphs.random_graph(900, 0.3, seed=3),  # windows, and rows that are long
    ):
        monkeypatch.setattr(reciprocal_configuration, "BIT_MATRIX_UP_TO_NODES", 10**6)
        in_bits = ca.null_models.sample(g, "reciprocal_configuration", proposals_per_edge=3)
        monkeypatch.setattr(reciprocal_configuration, "BIT_MATRIX_UP_TO_NODES", 0)
        in_rows = ca.null_models.sample(g, "reciprocal_configuration", proposals_per_edge=3)
        assert in_rows.equals(in_bits)


def test_a_graph_without_mutual_pairs_that_cannot_have_any_has_the_plain_null() -> None:
    # Senders and receivers are apart, so that degrees alone exclude mutual pairs.
    matrix = np.zeros((40, 40), dtype=int)
    matrix[:20, 20:] = graphs.random_graph(40, 0.2, seed=5).to_scipy().toarray()[:20, 20:] > 0
    g = ca.Graph.from_adjacency(matrix)
    plain, reciprocal = (
        pd.DataFrame(
            [
                ca.motifs.triad_census(ca.null_models.sample(g, null, rng=seed))
                for seed in range(150)
            ]
        )
        for null in ("configuration", "reciprocal_configuration")
    )
    error = np.sqrt((plain.var() + reciprocal.var()) / 150)
    apart = (plain.mean() - reciprocal.mean()).abs()
    assert (apart <= 4 * error + 1e-9).all()


def test_open_triads_with_a_mutual_pair_are_many_for_their_degrees_and_few_for_their_pairs() -> (
    None
):
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    plain, reciprocal = (
        ca.motifs.significance(g, null, n_samples=100, rng=1).loc[["111D", "111U", "201"], "z"]
        for null in ("configuration", "reciprocal_configuration")
    )
    assert (plain > 5).all()
    assert (reciprocal < -5).all()


@pytest.mark.usefixtures("_store")
def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads() -> None:
    g = graphs.random_graph(60, 0.1, seed=2)
    one, two = (
        ca.motifs.significance(g, "reciprocal_configuration", n_samples=20, rng=3, n_jobs=n_jobs)
        for n_jobs in (1, 2)
    )
    assert one.equals(two)


def test_a_sampler_can_be_sent_elsewhere() -> None:
    sampler = ReciprocalConfigurationSampler(graphs.random_graph(60, 0.1, seed=2))
    here, there = (one.draw(stream(0, 1)) for one in (sampler, pickle.loads(pickle.dumps(sampler))))
    assert here.receivers.tolist() == there.receivers.tolist()


def test_relabelled_neurons_have_the_same_null() -> None:
    g = graphs.random_graph(30, 0.15, seed=6)
    order = np.random.default_rng(0).permutation(30)
    other = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    counts = [
        [
            ca.motifs.triad_census(
                ca.null_models.sample(one, "reciprocal_configuration", rng=seed)
            )["030T"]
            for seed in range(200)
        ]
        for one in (g, other)
    ]
    error = np.sqrt((np.var(counts[0]) + np.var(counts[1])) / 200)
    assert abs(np.mean(counts[0]) - np.mean(counts[1])) < 4 * error


WORST = {
    "complete": 1 - np.eye(12, dtype=int),
    "star": np.eye(1, 70, dtype=int).T * (1 - np.eye(1, 70, dtype=int)),
    "bipartite": np.kron([[0, 1], [0, 0]], np.ones((6, 6), dtype=int)),
    "one mutual pair": np.eye(4, k=1, dtype=int)[:4] * [[1], [0], [0], [0]]
    + np.eye(4, k=-1, dtype=int) * [[0], [1], [0], [0]],
    "one edge": np.eye(4, k=3, dtype=int),
    "no edges": np.zeros((5, 5), dtype=int),
    "no neurons": np.zeros((0, 0), dtype=int),
}


@pytest.mark.usefixtures("_store")
@pytest.mark.parametrize("name", WORST)
def test_graphs_that_are_the_only_ones_of_their_kind_come_back(name: str) -> None:
    g = ca.Graph.from_adjacency(WORST[name])
    assert ca.null_models.sample(g, "reciprocal_configuration", rng=1).equals(g)


def test_self_loops_are_left_out() -> None:
    g = ca.Graph.from_edges([0, 0, 1, 2, 2], [0, 1, 2, 3, 2], self_loops="keep")
    assert ca.null_models.sample(g, "reciprocal_configuration").n_edges == 3


def test_a_length_that_is_not_above_0_is_refused() -> None:
    g = graphs.random_graph(10, 0.3, seed=1)
    with pytest.raises(ValueError, match="proposals_per_edge must be above 0, got 0"):
        ca.null_models.sample(g, "reciprocal_configuration", proposals_per_edge=0)
