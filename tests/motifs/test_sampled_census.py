"""Sampled counts are unbiased, their intervals hold what they say, and seeds repeat."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from connectome_analysis.motifs import TRIADS
from connectome_analysis.motifs.class_ids import class_ids, code_of_edges, edges_of_id
from connectome_analysis.motifs.four_node_classes import four_node_classes
from connectome_analysis.motifs.neighbourhoods import neighbourhoods
from connectome_analysis.motifs.tree_draws import TREES, draw_codes, tree_edges, tree_maps
from connectome_analysis.random_streams import stream
from tests import graphs
from tests.reference import class_ids as reference


def worm() -> ca.Graph:
    with ca.open("celegans-cook2019-hermaphrodite") as connectome:
        return connectome.graph()


def test_a_graph_of_one_class_is_estimated_without_error_where_every_draw_hits() -> None:
    g = ca.Graph.from_adjacency(np.ones((40, 40), dtype=int))
    table = ca.motifs.estimate(g, 3, n_samples=2000)
    hits = table["n_hits"]
    assert hits[hits > 0].index.tolist() == ["300"]
    count = 40 * 39 * 38 // 6
    assert table.loc["300", "low"] < count < table.loc["300", "high"]
    assert table.loc["300", "estimate"] == pytest.approx(count, rel=0.05)


def test_known_ids_are_found() -> None:
    feed_forward = code_of_edges(TRIADS["030T"].edges, 3)
    bi_fan = code_of_edges(((0, 2), (0, 3), (1, 2), (1, 3)), 4)
    assert class_ids(np.array([feed_forward]), 3).tolist() == [38]
    assert class_ids(np.array([bi_fan]), 4).tolist() == [204]


@given(graphs.adjacency(min_nodes=3, max_nodes=5))
@settings(max_examples=60, deadline=None)
def test_the_id_is_the_least_number_over_all_orders(matrix: np.ndarray) -> None:
    size = len(matrix)
    edges = tuple(zip(*np.nonzero(matrix), strict=True))
    number = class_ids(np.array([code_of_edges(edges, size)]), size)[0]
    assert number == reference.class_id(matrix)
    again = np.zeros_like(matrix)
    for a, b in edges_of_id(int(number), size):
        again[a, b] = 1
    assert reference.class_id(again) == number


@given(st.integers(0, 2**30 - 1), st.permutations(range(6)))
@settings(max_examples=30, deadline=None)
def test_renaming_six_nodes_keeps_the_id(bits: int, order: list[int]) -> None:
    edges = tuple(
        (a, b)
        for k, (a, b) in enumerate((a, b) for a in range(6) for b in range(6) if a != b)
        if bits >> k & 1
    )
    renamed = tuple((order[a], order[b]) for a, b in edges)
    codes = np.array([code_of_edges(edges, 6), code_of_edges(renamed, 6)])
    assert len(set(class_ids(codes, 6).tolist())) == 1


def test_the_trees_of_a_size_are_those_that_networkx_lists() -> None:
    for size, trees in TREES.items():
        ours = [nx.Graph(tree_edges(tree)) for tree in trees]
        theirs = list(nx.nonisomorphic_trees(size))
        assert len(ours) == len(theirs)
        for tree in theirs:
            assert sum(nx.is_isomorphic(tree, other) for other in ours) == 1


@pytest.mark.parametrize("size", [3, 4, 5, 6])
def test_every_map_of_a_tree_is_drawn_equally_often(size: int) -> None:
    # On a path of three with a triangle at one end: few maps, so all can be listed.
    drawn = nx.Graph([(0, 1), (1, 2), (2, 3), (2, 4), (3, 4)])
    pre, post = (np.array(ends, dtype=np.int32) for ends in zip(*drawn.edges, strict=True))
    around = neighbourhoods(5, pre, post)
    for tree in TREES[size]:
        maps = tree_maps(around, tree)
        walks = [(v,) for v in drawn]
        for parent, _ in tree_edges(tree):
            walks = [(*walk, u) for walk in walks for u in drawn[walk[parent]]]
        assert maps.total == len(walks)
        apart = [walk for walk in walks if len(set(walk)) == size]
        wanted = Counter(
            sum(int(drawn.has_edge(a, b)) << k for k, (a, b) in enumerate(combinations(walk, 2)))
            for walk in apart
        )
        n_draws = 20_000
        codes = draw_codes(
            around.indptr, around.indices, around.codes, *maps[1:], stream(1, size), n_draws
        )
        found = Counter(
            sum(int(code >> 2 * k & 3 != 0) << k for k in range(size * (size - 1) // 2))
            for code in codes[codes >= 0].tolist()
        )
        assert set(found) == set(wanted)
        for key, times in wanted.items():
            p = times / len(walks)
            assert abs(found[key] - n_draws * p) < 4.5 * np.sqrt(n_draws * p * (1 - p)) + 1e-9


def z_of_means(g: ca.Graph, size: int, wanted: dict[str, int], n_seeds: int, **options) -> None:
    """The mean of many estimates lies within its error of the exact counts."""
    tables = [ca.motifs.estimate(g, size, rng=seed, **options) for seed in range(n_seeds)]
    for name, count in wanted.items():
        values = np.array([t["estimate"].get(name, 0.0) for t in tables])
        error = values.std(ddof=1) / np.sqrt(n_seeds)
        if error == 0:
            continue
        assert abs(values.mean() - count) < 4.5 * error, name
    seen = set().union(*(t.index[t["n_hits"] > 0] for t in tables))
    assert seen <= {name for name, count in wanted.items() if count}


def test_the_mean_over_seeds_is_the_triad_census() -> None:
    g = worm()
    census = ca.motifs.triad_census(g)[list(ca.motifs.CONNECTED_TRIADS)]
    z_of_means(g, 3, census.to_dict(), 100, n_samples=2000)


@pytest.mark.parametrize("size", [3, 4, 5])
def test_the_mean_over_seeds_is_the_graphlet_count(size: int) -> None:
    g = worm()
    wanted = ca.motifs.graphlets(g, 5)
    classes = ca.motifs.graphlet_classes()
    wanted = wanted[classes.index[classes["n_nodes"] == size]]
    z_of_means(g, size, wanted.to_dict(), 60, n_samples=3000, directed=False)


@pytest.mark.parametrize(("size", "n_nodes"), [(4, 14), (5, 11), (6, 9)])
@pytest.mark.parametrize("directed", [True, False])
def test_the_mean_over_seeds_is_the_count_of_every_class(
    size: int, n_nodes: int, directed: bool
) -> None:
    g = graphs.random_graph(n_nodes, 0.25, seed=11)
    matrix = (g.to_scipy().toarray() > 0).astype(int)
    if not directed:
        matrix = ((matrix + matrix.T) > 0).astype(int)
    exact = reference.connected_census(matrix, size)
    names = {number: f"{size}-{number}" for number in exact}
    if not directed and size < 6:
        for name, row in ca.motifs.graphlet_classes().iterrows():
            if row["n_nodes"] == size:
                both = row["edges"] + tuple((b, a) for a, b in row["edges"])
                number = class_ids(np.array([code_of_edges(both, size)]), size)[0]
                names[int(number)] = str(name)
    wanted = {names[number]: count for number, count in exact.items()}
    z_of_means(g, size, wanted, 60, n_samples=1200, directed=directed)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "directed"), [(3, True), (4, True), (4, False), (5, False)])
def test_intervals_hold_the_exact_counts_as_often_as_they_say(size: int, directed: bool) -> None:
    g = worm()
    if directed and size == 3:
        exact = ca.motifs.triad_census(g).astype(float)
    elif directed:
        exact = ca.motifs.four_node_census(g).astype(float)
    else:
        exact = ca.motifs.graphlets(g, 5).astype(float)
    n_seeds = 1000
    covered, seen = 0, 0
    rare_covered, rare_seen = 0, 0
    for seed in range(n_seeds):
        table = ca.motifs.estimate(g, size, n_samples=1500, rng=seed, directed=directed)
        counts = exact[table.index]
        inside = (table["low"] <= counts) & (counts <= table["high"])
        often = table["n_hits"] >= 20
        covered += int(inside[often].sum())
        seen += int(often.sum())
        rare_covered += int(inside[~often].sum())
        rare_seen += int((~often).sum())
    assert 0.945 < covered / seen < 0.985
    if rare_seen:
        assert rare_covered / rare_seen > 0.95  # few hits: wide, on the safe side


@pytest.mark.slow
def test_the_standard_error_is_the_spread_over_seeds() -> None:
    g = worm()
    for size in (3, 4, 5):
        tables = [
            ca.motifs.estimate(g, size, n_samples=3000, rng=seed, directed=False)
            for seed in range(400)
        ]
        spread = np.std([t["estimate"] for t in tables], axis=0, ddof=1)
        said = np.mean([t["standard_error"] for t in tables], axis=0)
        often = np.mean([t["n_hits"] for t in tables], axis=0) > 20
        assert np.allclose(spread[often], said[often], rtol=0.12)


@pytest.mark.parametrize("n_jobs", [1, 2, 5])
@pytest.mark.parametrize("size", [3, 5])
def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads(
    n_jobs: int, size: int
) -> None:
    g = graphs.random_graph(200, 0.05, seed=4)
    table = ca.motifs.estimate(g, size, n_samples=30_001, rng=7, n_jobs=n_jobs)
    assert table.equals(ca.motifs.estimate(g, size, n_samples=30_001, rng=7, n_jobs=3))


def test_other_seeds_give_other_numbers() -> None:
    g = graphs.random_graph(200, 0.05, seed=4)
    one, other = (ca.motifs.estimate(g, 3, n_samples=5000, rng=rng) for rng in (1, 2))
    assert not one.equals(other)
    generators = [np.random.default_rng(3) for _ in range(2)]
    again = [ca.motifs.estimate(g, 3, n_samples=5000, rng=rng) for rng in generators]
    assert again[0].equals(again[1])


def test_a_higher_level_has_wider_intervals() -> None:
    g = graphs.random_graph(200, 0.05, seed=4)
    narrow = ca.motifs.estimate(g, 3, n_samples=5000, level=0.5)
    wide = ca.motifs.estimate(g, 3, n_samples=5000, level=0.99)
    assert (wide["low"] <= narrow["low"]).all()
    assert (wide["high"] > narrow["high"]).all()
    assert narrow["estimate"].equals(wide["estimate"])


def test_the_classes_of_four_neurons_are_named_as_those_of_the_exact_census() -> None:
    table = ca.motifs.estimate(graphs.random_graph(30, 0.2, seed=1), 4, n_samples=1000)
    assert set(table.index) == set(four_node_classes())


def test_the_table_says_how_it_was_made() -> None:
    g = graphs.random_graph(60, 0.1, seed=2)
    table = ca.motifs.estimate(g, 6, n_samples=1234, rng=5, level=0.9)
    assert (table["method"] == "sampled").all()
    assert (table["n_samples"] == 1234).all()
    assert table.attrs["seed"] == 5
    assert table.attrs["level"] == 0.9
    assert 0 < table.attrs["accepted_fraction"] <= 1
    assert table["n_hits"].sum() == round(table.attrs["accepted_fraction"] * 1234)


@pytest.mark.parametrize("size", [3, 4, 5, 6])
@pytest.mark.parametrize("edges", [[], [(0, 1)], [(0, 1), (1, 0)]])
@pytest.mark.parametrize("directed", [True, False])
def test_graphs_without_any_class_are_estimated_at_0(
    size: int, edges: list[tuple[int, int]], directed: bool
) -> None:
    for n_nodes in (2, 7) if edges else (0, 1, 2, 7):
        pre, post = [a for a, _ in edges], [b for _, b in edges]
        g = ca.Graph.from_edges(pre, post, node_ids=np.arange(n_nodes))
        table = ca.motifs.estimate(g, size, n_samples=500, directed=directed)
        assert not table["estimate"].any()
        assert not table["low"].any()
        assert table["high"].notna().all()


def test_self_loops_are_left_out() -> None:
    pre, post = [0, 1, 1], [1, 2, 1]
    kept = ca.Graph.from_edges(pre, post, self_loops="keep")
    dropped = ca.Graph.from_edges(pre, post)
    assert ca.motifs.estimate(kept).equals(ca.motifs.estimate(dropped))
    assert ca.motifs.estimate(kept).loc["021C", "n_hits"] > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 7}, r"size must be 3, 4, 5 or 6 neurons, got 7\."),
        ({"size": 6, "n_samples": 5}, r"at least 6, one for each tree of 6 nodes, got 5\."),
        ({"n_samples": 10.5}, r"n_samples must be a whole number .* got 10\.5\."),
        ({"n_samples": True}, r"n_samples must be a whole number .* got True\."),
        ({"level": 95}, r"level must be between 0 and 1, got 95\."),
        ({"rng": -1}, r"rng must be an integer of at least 0"),
        ({"n_jobs": 0}, r"n_jobs must be a whole number of at least 1"),
    ],
)
def test_options_out_of_range_are_refused_with_what_is_wanted(
    options: dict[str, object], message: str
) -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3])
    with pytest.raises(ValueError, match=message):
        ca.motifs.estimate(g, **options)  # type: ignore[arg-type]
