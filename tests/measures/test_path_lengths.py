"""Path lengths by hand, by definition, against scipy and igraph, and as published."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from scipy.sparse.csgraph import shortest_path

import connectome_analysis as ca
from connectome_analysis.measures.breadth_first import ranked, reached_by_length
from tests import graphs
from tests.reference import paths as reference

measures = ca.measures
SETS = ("reachable pairs", "largest strong component", "all")


def chain(n: int) -> ca.Graph:
    return ca.Graph.from_edges(np.arange(n - 1), np.arange(1, n), node_ids=np.arange(n))


def by_scipy(g: ca.Graph) -> dict[int, int]:
    lengths = shortest_path(g.to_scipy(), unweighted=True)
    lengths = lengths[np.isfinite(lengths) & ~np.eye(g.n_nodes, dtype=bool)]
    values, counts = np.unique(lengths.astype(int), return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def test_a_chain_has_one_pair_less_for_every_connection_more() -> None:
    lengths = measures.path_lengths(chain(5))
    assert lengths["pairs"].to_dict() == {1: 4, 2: 3, 3: 2, 4: 1}
    assert lengths["pairs"].dtype == np.int64
    assert lengths["share"].tolist() == [0.4, 0.3, 0.2, 0.1]
    facts = lengths.attrs
    assert (facts["mean"], facts["diameter"], facts["diameter_exact"]) == (2.0, 4, True)
    assert (facts["pairs_reachable"], facts["pairs_unreachable"]) == (10, 10)


def test_each_set_of_pairs_has_its_own_mean() -> None:
    # A cycle of three that sends to a fourth.
    g = ca.Graph.from_edges([1, 2, 3, 3], [2, 3, 1, 4])
    mean = {w: measures.mean_path_length(g, within=w) for w in SETS}
    assert mean == {
        "reachable pairs": pytest.approx((3 * 1 + 3 * 2 + 1 + 2 + 3) / 9),
        "largest strong component": 1.5,
        "all": math.inf,
    }
    every = measures.path_lengths(g, within="all")
    assert every["share"].sum() == pytest.approx(9 / 12)
    strong = measures.path_lengths(g, within="largest strong component")
    assert (strong.attrs["n_neurons"], strong.attrs["pairs_unreachable"]) == (3, 0)


@given(graphs.adjacency(max_nodes=9))
@settings(max_examples=60, deadline=None)
def test_the_distribution_is_what_powers_of_the_matrix_give(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    slow = reference.hops(matrix)
    found = measures.path_lengths(g, n_jobs=1)
    for length in range(1, max(len(matrix), 1)):
        assert found["pairs"].get(length, 0) == (slow == length).sum()
    assert found.attrs["pairs_unreachable"] == np.isinf(slow).sum()
    assert measures.distances_from(g, g.node_ids).to_numpy().tolist() == slow.tolist()


@pytest.mark.parametrize("seed", range(12))
def test_the_distribution_equals_scipy_and_igraph_on_graphs_with_hubs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Sparse and dense, below and above the 512 sources that go at once.
    g = graphs.random_graph(int(rng.integers(2, 1200)), float(10 ** rng.uniform(-3, -1)), seed)
    found = measures.path_lengths(g)["pairs"].to_dict()
    assert found == by_scipy(g)
    theirs = g.to_igraph().path_length_hist(directed=True)
    assert list(found.values()) == [int(count) for *_, count in theirs.bins()]


def test_counts_by_source_add_up_to_the_totals_and_equal_the_distances() -> None:
    g = graphs.random_graph(300, 0.01, seed=1)
    parts = ranked(g)
    some = parts.rank[:200]
    each = reached_by_length(*parts[1:], some, True, 2)  # two rows to begin with: it must grow
    total = reached_by_length(*parts[1:], some, False, 2)
    assert (each.sum(axis=1) == total[:, 0]).all()
    hops = measures.distances_from(g, g.node_ids[:200]).to_numpy()
    for length in range(len(each)):
        assert (each[length, :200] == (hops == length).sum(axis=1)).all()
    assert (each[:, 200:] == 0).all()


@pytest.mark.parametrize("n", [1000, 3000])
def test_long_chains_are_walked_to_their_end(n: int) -> None:
    lengths = measures.path_lengths(chain(n))
    assert lengths["pairs"].tolist() == list(range(n - 1, 0, -1))


def test_a_star_and_a_full_graph_are_pulled_and_pushed_alike() -> None:
    n = 700
    star = ca.Graph.from_edges([0] * n + list(range(1, n + 1)), list(range(1, n + 1)) + [0] * n)
    assert measures.path_lengths(star)["pairs"].to_dict() == {1: 2 * n, 2: n * (n - 1)}
    full = ca.Graph.from_adjacency(1 - np.eye(n, dtype=int))
    assert measures.path_lengths(full)["pairs"].to_dict() == {1: n * (n - 1)}


def test_relabelling_the_neurons_changes_nothing() -> None:
    g = graphs.random_graph(150, 0.03, seed=2)
    order = np.random.default_rng(3).permutation(150)
    other = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    assert measures.path_lengths(g).equals(measures.path_lengths(other))


def test_turning_every_edge_round_changes_nothing() -> None:
    g = graphs.random_graph(150, 0.03, seed=4)
    back = ca.Graph.from_adjacency(g.to_scipy().T)
    assert measures.path_lengths(g).equals(measures.path_lengths(back))


@pytest.mark.parametrize("sources", [None, 700])
def test_the_number_of_threads_changes_nothing(sources: int | None) -> None:
    g = graphs.random_graph(1500, 0.004, seed=5)
    one, three = (measures.path_lengths(g, sources=sources, rng=1, n_jobs=n) for n in (1, 3))
    pd.testing.assert_frame_equal(one, three)
    assert one.attrs == three.attrs


def test_self_loops_and_weights_change_nothing() -> None:
    plain = ca.Graph.from_edges([1, 2, 3], [2, 3, 1])
    looped = ca.Graph.from_edges([1, 2, 3, 1], [2, 3, 1, 1], weight=[9, 1, 2, 4], self_loops="keep")
    assert measures.path_lengths(plain).equals(measures.path_lengths(looped))


@pytest.mark.parametrize("within", SETS)
@pytest.mark.parametrize("n", [0, 1, 3])
def test_graphs_without_edges_have_no_lengths(n: int, within: str) -> None:
    found = measures.path_lengths(ca.Graph.from_edges([], [], node_ids=np.arange(n)), within=within)
    assert len(found) == 0
    assert found.attrs["diameter"] == 0
    if within == "all" and n > 1:
        assert found.attrs["mean"] == math.inf
    else:
        assert math.isnan(found.attrs["mean"])


def test_the_mean_of_drawn_sources_lies_in_its_interval_19_times_in_20() -> None:
    g = graphs.random_graph(400, 0.01, seed=6)
    truth = measures.mean_path_length(g, within="reachable pairs")
    hits = 0
    for seed in range(200):
        facts = measures.path_lengths(g, sources=60, rng=seed, n_jobs=1).attrs
        hits += facts["mean_low"] <= truth <= facts["mean_high"]
        assert (facts["n_sources"], facts["diameter_exact"]) == (60, False)
    assert 180 <= hits <= 199


def test_drawing_all_sources_is_exact() -> None:
    g = graphs.random_graph(50, 0.1, seed=7)
    drawn = measures.path_lengths(g, sources=50)
    assert drawn.attrs == measures.path_lengths(g).attrs
    assert drawn.attrs["mean_low"] == drawn.attrs["mean"]


def test_progress_is_told_from_first_to_last() -> None:
    told: list[tuple[int, int]] = []
    measures.path_lengths(chain(1200), progress=lambda *count: told.append(count))
    assert told == [(512, 1200), (1024, 1200), (1200, 1200)]


def test_the_worm_has_the_published_path_lengths() -> None:
    # Varshney et al. 2011, doi:10.1371/journal.pcbi.1001066.
    with ca.open("celegans-varshney2011") as worm:
        chemical = worm.graph()
        gap = worm.graph(edge_type="electrical")
        both = worm.graph(edge_type=None).symmetrized()
    for g, neurons, mean in ((chemical, 237, 3.4802), (gap, 248, 4.5229), (both, 279, 2.4356)):
        found = measures.path_lengths(g, within="largest strong component").attrs
        assert found["n_neurons"] == neurons
        assert found["mean"] == pytest.approx(mean, abs=5e-5)


def test_distances_are_hops_from_rows_to_columns() -> None:
    g = ca.Graph.from_edges([10, 20], [20, 30], node_ids=[10, 20, 30, 40])
    table = measures.distances_from(g, [10, 30], [30, 40, 10])
    assert table.to_numpy().tolist() == [[2, math.inf, 0], [0, math.inf, math.inf]]
    assert (table.index.name, table.columns.name) == ("source_id", "target_id")
    assert measures.distances_from(g, []).shape == (0, 4)
    with pytest.raises(ValueError, match="sources has 1 ids that are not among the nodes"):
        measures.distances_from(g, [11])


def test_mistakes_are_named() -> None:
    g = chain(3)
    with pytest.raises(ValueError, match=r"within must be one of 'reachable pairs', .* got 'scc'"):
        measures.path_lengths(g, within="scc")
    for wrong in (0, 1, 2.5, True):
        with pytest.raises(ValueError, match=r"sources must be a whole number .* distances_from"):
            measures.path_lengths(g, sources=wrong)
    with pytest.raises(TypeError, match="A Graph is wanted"):
        measures.path_lengths(np.eye(3))


@pytest.mark.parametrize("sources", [10, 30])
def test_the_interval_of_drawn_sources_covers_the_mean_as_often_as_it_says(sources: int) -> None:
    # 95 % of 400 is 380; 365 or fewer has a probability below one in a thousand.
    g = graphs.random_graph(200, 0.02, seed=7)
    exact = ca.measures.path_lengths(g).attrs["mean"]
    inside = 0
    for seed in range(400):
        attrs = ca.measures.path_lengths(g, sources=sources, rng=seed).attrs
        inside += attrs["mean_low"] <= exact <= attrs["mean_high"]
    assert inside > 365
