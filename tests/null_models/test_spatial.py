"""The spatial null keeps the edges of each bin of distance, and draws every such graph alike."""

from __future__ import annotations

import pickle
import re
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

import connectome_analysis as ca
from connectome_analysis.null_models import NULL_MODELS, SpatialSampler, distance_pairs
from connectome_analysis.null_models.positions import curve_order
from connectome_analysis.random_streams import stream
from connectome_analysis.threads import map_threads
from tests import graphs
from tests.null_models.uniform import drawn_edges, graph_of, require_uniform
from tests.reference.all_graphs import Edges, alike, with_so_many_edges, with_the_degrees_of
from tests.reference.distance_bins import bin_of, pairs_by_bin

INF = float("inf")
BINS = [0.0, 10.0, 25.0, INF]
PLACES = np.random.default_rng(8).uniform(0, 30_000, (6, 3))


def in_space(n_nodes: int, seed: int, size_nm: float = 100_000) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, size_nm, (n_nodes, 3)) * [1, 0.4, 0.2]


def edges_by_bin(g: ca.Graph, positions: np.ndarray, bins: list[float]) -> list[int]:
    counts = [0] * (len(bins) - 1)
    for a, b in zip(g.out_sources, g.out_indices, strict=True):
        counts[bin_of(positions, bins, a, b)] += 1
    return counts


def random_edges(n_nodes: int, n_edges: int, seed: int) -> Edges:
    pairs = list(permutations(range(n_nodes), 2))
    chosen = np.random.default_rng(seed).choice(len(pairs), n_edges, replace=False)
    return tuple(sorted(pairs[place] for place in chosen))


@pytest.mark.parametrize("how", ["listed", "in windows"])
@pytest.mark.parametrize(
    ("n_nodes", "n_edges", "seed"), [(3, 2, 0), (4, 3, 1), (4, 3, 2), (4, 4, 3)]
)
def test_every_graph_with_the_same_edges_in_each_bin_is_equally_likely(
    n_nodes: int, n_edges: int, seed: int, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "in windows":
        monkeypatch.setattr(distance_pairs, "_LIST_PAIRS", -1)
        monkeypatch.setattr(distance_pairs, "_LIST_PAIRS_PER_EDGE", 0)
    edges = random_edges(n_nodes, n_edges, seed)
    everything = alike(
        with_so_many_edges(n_nodes, n_edges), edges, lambda a, b: bin_of(PLACES, BINS, a, b)
    )
    sampler = SpatialSampler(
        graph_of(edges, n_nodes), positions_nm=PLACES[:n_nodes], bin_edges_um=BINS
    )
    require_uniform(sampler, everything)


@pytest.mark.parametrize(
    ("n_nodes", "n_edges", "seed"),
    [
        (5, 7, 1),
        (5, 8, 4),
        pytest.param(6, 7, 5, marks=pytest.mark.slow),
        pytest.param(6, 8, 6, marks=pytest.mark.slow),
        *(pytest.param(5, 9, seed, marks=pytest.mark.slow) for seed in (8, 17, 50)),
    ],
)
def test_every_graph_with_the_same_degrees_too_is_equally_likely(
    n_nodes: int, n_edges: int, seed: int
) -> None:
    edges = random_edges(n_nodes, n_edges, seed)
    everything = alike(
        with_the_degrees_of(edges, n_nodes), edges, lambda a, b: bin_of(PLACES, BINS, a, b)
    )
    sampler = SpatialSampler(
        graph_of(edges, n_nodes),
        positions_nm=PLACES[:n_nodes],
        bin_edges_um=BINS,
        keep_degrees=True,
    )
    require_uniform(sampler, everything)


@given(graphs.adjacency(max_nodes=10), st.integers(0, 1000), st.booleans())
@settings(max_examples=60, deadline=None)
def test_bins_are_kept_on_any_graph(matrix: np.ndarray, seed: int, keep_degrees: bool) -> None:
    # A grid of whole micrometres, so that many distances are equal or on an edge of a bin.
    positions = np.random.default_rng(seed).integers(0, 3, (len(matrix), 3)) * 10_000.0
    bins = [0.0, 10.0, 20.0, INF]
    g = ca.Graph.from_adjacency(matrix)
    null = ca.null_models.sample(
        *(g, "spatial"),
        positions_nm=positions,
        bin_edges_um=bins,
        keep_degrees=keep_degrees,
        rng=seed,
    )
    assert edges_by_bin(null, positions, bins) == edges_by_bin(g, positions, bins)
    assert not null.has_self_loops
    assert null.n_edges == g.n_edges
    if keep_degrees:
        assert null.out_degree.tolist() == g.out_degree.tolist()
        assert null.in_degree.tolist() == g.in_degree.tolist()


@pytest.mark.parametrize("how", ["listed", "in windows"])
def test_bins_are_kept_on_a_larger_graph_by_default(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "in windows":
        monkeypatch.setattr(distance_pairs, "_LIST_PAIRS", -1)
        monkeypatch.setattr(distance_pairs, "_LIST_PAIRS_PER_EDGE", 0)
    g, positions = graphs.random_graph(300, 0.02, seed=1), in_space(300, seed=2)
    sampler = SpatialSampler(g, positions_nm=positions)
    table = sampler.connection_probability()
    bins = [*table["from_um"], INF]
    assert len(table) == 10
    assert table["edges"].max() - table["edges"].min() <= 1
    assert table["edges"].tolist() == edges_by_bin(g, positions, bins)
    null = ca.null_models.sample(g, "spatial", positions_nm=positions, rng=3)
    assert edges_by_bin(null, positions, bins) == table["edges"].tolist()


@given(st.integers(0, 40), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_pairs_are_counted_as_by_definition_and_by_a_tree(n_nodes: int, seed: int) -> None:
    positions = np.random.default_rng(seed).integers(0, 40, (n_nodes, 3)) * 1000.0
    bins = [0.0, 5.0, 12.0, 30.0, INF]
    g = ca.Graph.from_edges([], [], node_ids=np.arange(n_nodes))
    sampler = SpatialSampler(g, positions_nm=positions, bin_edges_um=bins)
    pairs = sampler.connection_probability()["pairs"].to_numpy() // 2
    assert pairs.tolist() == pairs_by_bin(positions, bins)
    if n_nodes:
        # A tree counts pairs up to a distance, both ways, and each neuron with itself.
        tree = cKDTree(positions)
        within = tree.count_neighbors(tree, np.array(bins[1:-1]) * 1000 - 0.001)
        assert np.cumsum(pairs)[:-1].tolist() == ((within - n_nodes) // 2).tolist()


def test_probabilities_of_the_adult_fly_are_found_again() -> None:
    # Lin et al. 2024, doi:10.1038/s41586-024-07968-y: p = 0.0041656 within 50 um and 4.9635e-5
    # beyond. A graph drawn with these, ten times denser, gives them back, and so do its nulls.
    near, far = 0.041656, 4.9635e-4
    rng = np.random.default_rng(5)
    positions = rng.uniform(0, 1, (1500, 3)) * [500_000, 300_000, 200_000]
    apart = np.sqrt(((positions[:, None] - positions[None]) ** 2).sum(axis=-1))
    matrix = rng.random((1500, 1500)) < np.where(apart < 50_000, near, far)
    np.fill_diagonal(matrix, 0)
    g = ca.Graph.from_adjacency(matrix.astype(int))
    for fixed in ("edges", "density"):
        options = {"positions_nm": positions, "bin_edges_um": (0, 50, np.inf), "fixed": fixed}
        null = ca.null_models.sample(g, "spatial", rng=1, **options)
        for one in (g, null):
            table = SpatialSampler(one, **options).connection_probability()
            error = np.sqrt(table["probability"] / table["pairs"])
            assert ((table["probability"] - [near, far]).abs() < 5 * error).all()


def test_at_fixed_density_the_edges_of_a_bin_are_binomial() -> None:
    g, positions = graphs.random_graph(30, 0.2, seed=1), in_space(30, seed=2)
    sampler = SpatialSampler(g, positions_nm=positions, bin_edges_um=(0, 40, INF), fixed="density")
    table = sampler.connection_probability()
    counts = [
        edges_by_bin(g.with_edges(*sampler.draw(stream(0, number))[:2]), positions, [0, 40, INF])
        for number in range(300)
    ]
    p, pairs = table["probability"].to_numpy(), table["pairs"].to_numpy()
    sd = np.sqrt(pairs * p * (1 - p))
    assert (np.abs(np.mean(counts, axis=0) - pairs * p) < 4.5 * sd / np.sqrt(300)).all()
    assert np.allclose(np.std(counts, axis=0), sd, rtol=0.2)


def test_crowded_bins_are_filled_to_the_last_pair() -> None:
    # Two clusters, complete within and empty between.
    positions = np.repeat([[0.0, 0, 0], [90_000, 0, 0]], 20, axis=0)
    matrix = np.kron(np.eye(2, dtype=int), np.ones((20, 20), int)) - np.eye(40, dtype=int)
    g = ca.Graph.from_adjacency(matrix)
    null = ca.null_models.sample(g, "spatial", positions_nm=positions, bin_edges_um=(0, 50, INF))
    assert null.equals(g)


@pytest.mark.parametrize("keep_degrees", [False, True])
@pytest.mark.parametrize("n_nodes", [0, 1, 2, 9])
def test_empty_and_complete_graphs_stay_as_they_are(n_nodes: int, keep_degrees: bool) -> None:
    for matrix in (np.zeros((n_nodes, n_nodes), int), 1 - np.eye(n_nodes, dtype=int)):
        g = ca.Graph.from_adjacency(matrix)
        null = ca.null_models.sample(
            *(g, "spatial"), positions_nm=in_space(n_nodes, seed=1), keep_degrees=keep_degrees
        )
        assert null.equals(g)


def test_neurons_all_in_one_place_are_one_bin() -> None:
    g = graphs.random_graph(40, 0.2, seed=1)
    sampler = SpatialSampler(g, positions_nm=np.zeros((40, 3)))
    assert len(sampler.connection_probability()) == 1
    assert sampler.keeps == "the number of edges"
    assert len(sampler.draw(stream(0, 0)).senders) == g.n_edges


@pytest.mark.parametrize("keep_degrees", [False, True])
def test_the_same_seed_gives_the_same_graphs_on_any_number_of_threads(keep_degrees: bool) -> None:
    g = graphs.random_graph(60, 0.1, seed=2)
    made = SpatialSampler(g, positions_nm=in_space(60, seed=3), keep_degrees=keep_degrees)
    sampler = pickle.loads(pickle.dumps(made))
    once, twice = (
        list(map_threads(lambda number: drawn_edges(sampler, 4, number), range(20), n_jobs))
        for n_jobs in (1, 4)
    )
    assert once == twice
    assert len(set(once)) == 20


def test_positions_come_from_the_node_table() -> None:
    positions = in_space(30, seed=1)
    drawn = graphs.random_graph(30, 0.2, seed=1)
    nodes = pd.DataFrame(positions, columns=["x_nm", "y_nm", "z_nm"])
    g = ca.Graph.from_edges(
        drawn.out_sources, drawn.out_indices, nodes=nodes.assign(node_id=np.arange(30))
    )
    given_apart = ca.null_models.sample(drawn, "spatial", positions_nm=positions)
    assert ca.null_models.sample(g, "spatial").edges().equals(given_apart.edges())


def test_neighbours_on_the_curve_are_near_each_other() -> None:
    positions = in_space(2000, seed=1)
    order = curve_order(positions)
    assert sorted(order.tolist()) == list(range(2000))
    steps = np.linalg.norm(np.diff(positions[order], axis=0), axis=1)
    assert np.median(steps) < 0.2 * np.median(np.linalg.norm(np.diff(positions, axis=0), axis=1))


def test_what_is_kept_is_said() -> None:
    g, positions = graphs.random_graph(40, 0.2, seed=1), in_space(40, seed=1)
    near = SpatialSampler(g, positions_nm=positions, bin_edges_um=(0, 50, INF))
    assert near.keeps.endswith("between neurons less than 50 um apart and farther")
    assert SpatialSampler(
        g, positions_nm=positions, bin_edges_um=(0, 50, INF), fixed="density"
    ).keeps.endswith(", on average")
    many = SpatialSampler(g, positions_nm=positions, keep_degrees=True)
    assert "ranges of distance, parted at" in many.keeps
    assert "each neuron sends to and receives from" in many.keeps
    assert "distances" in NULL_MODELS["spatial"].keeps


def test_a_graph_without_positions_is_told_what_to_give() -> None:
    with ca.open("larva-mushroom-body-left") as larva:
        g = larva.graph()
    message = (
        r"no column x_nm, y_nm, z_nm; it has name, .*Give positions_nm, an array of \(209, 3\)"
    )
    with pytest.raises(ValueError, match=message):
        ca.null_models.sample(g, "spatial")


def test_a_neuron_without_a_position_is_named() -> None:
    g = ca.Graph.from_edges([10, 20], [20, 30])
    positions = [[0, 0, 0], [0, np.nan, 0], [1, 1, 1]]
    message = "1 of 3 neurons have no position, for instance neuron 20. Leave them out: g.subgraph("
    with pytest.raises(ValueError, match=re.escape(message)):
        ca.null_models.sample(g, "spatial", positions_nm=positions)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bin_edges_um": (0, 50)}, "bin_edges_um must ascend from 0 to infinity, for instance"),
        ({"bin_edges_um": (0, 50, 20, INF)}, "bin_edges_um must ascend"),
        ({"bin_edges_um": (0, np.nan, INF)}, "bin_edges_um must ascend"),
        ({"bin_edges_um": (5, INF)}, "bin_edges_um must ascend"),
        ({"bin_edges_um": 50}, "bin_edges_um must ascend"),
        ({"fixed": "p"}, "fixed must be one of 'edges', 'density', got 'p'"),
        ({"fixed": "density", "keep_degrees": True}, 'keep_degrees=True needs fixed="edges"'),
        ({"proposals_per_edge": 0}, "proposals_per_edge must be above 0, got 0"),
        ({"positions_nm": np.zeros((3, 2))}, "positions_nm must be (3, 3): x, y and z in nm"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, object], message: str) -> None:
    g = ca.Graph.from_edges([10, 20], [20, 30])
    with pytest.raises(ValueError, match=re.escape(message)):
        ca.null_models.sample(g, "spatial", **({"positions_nm": np.zeros((3, 3))} | options))
