"""The block null keeps degrees and edges between groups, and draws every such graph equally often."""

from __future__ import annotations

import pickle
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from connectome_analysis.null_models import NULL_MODELS, BlockSampler
from connectome_analysis.random_streams import stream
from connectome_analysis.threads import map_threads
from tests import graphs
from tests.null_models.uniform import drawn_edges, graph_of, require_uniform
from tests.reference.all_graphs import Edges, alike, with_the_degrees_of

# Groups and edges; in how many parts the graphs wanted fall where only such switches are made as
# keep all wanted numbers themselves. Excursions must join the parts.
SMALL: dict[str, tuple[list[int], Edges, int]] = {
    "four neurons, three groups": ([1, 2, 1, 0], ((0, 1), (1, 2), (2, 0), (3, 0)), 2),
    "only half a turn apart": (
        *([1, 1, 0, 0], ((0, 1), (0, 3), (1, 0), (1, 2), (1, 3), (2, 0), (2, 1), (3, 0), (3, 2))),
        2,
    ),
    "four parts": (
        [0, 1, 0, 1, 2],
        ((0, 1), (0, 3), (1, 2), (2, 0), (2, 3), (3, 0), (3, 1), (3, 4), (4, 2)),
        4,
    ),
    "two pairs": ([0, 0, 1, 1], ((0, 1), (1, 2), (2, 3), (3, 1)), 2),
}


def wanted(groups: list[int], edges: Edges) -> list[Edges]:
    graphs_of_degrees = with_the_degrees_of(edges, len(groups))
    return alike(graphs_of_degrees, edges, lambda a, b: (groups[a], groups[b]))


def parts(everything: list[Edges]) -> int:
    """Parts of a set of graphs, where two are joined if a single switch of two edges parts them."""
    label = list(range(len(everything)))
    for i, one in enumerate(everything):
        for j in range(i):
            out, into = set(one) - set(everything[j]), set(everything[j]) - set(one)
            if len(out) == 2 and label[i] != label[j]:
                (a, b), (c, d) = out
                if into == {(a, d), (c, b)}:
                    label = [label[j] if here == label[i] else here for here in label]
    return len(set(label))


@pytest.mark.parametrize("name", SMALL)
def test_every_graph_with_the_same_degrees_and_blocks_is_equally_likely(name: str) -> None:
    # At the default length of the chain, which is the one that people use.
    groups, edges, _ = SMALL[name]
    sampler = BlockSampler(graph_of(edges, len(groups)), groups=groups)
    require_uniform(sampler, wanted(groups, edges))


@pytest.mark.parametrize("name", SMALL)
def test_switches_that_keep_the_blocks_would_not_reach_them_all(name: str) -> None:
    groups, edges, n_parts = SMALL[name]
    assert parts(wanted(groups, edges)) == n_parts


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_every_graph_of_a_random_problem_is_equally_likely(seed: int) -> None:
    rng = np.random.default_rng(seed)
    everything: list[Edges] = []
    while not 1 < len(everything) < 400:
        n = int(rng.integers(4, 7))
        groups = rng.integers(0, rng.integers(2, 4), n).tolist()
        pairs = [(a, b) for a in range(n) for b in range(n) if a != b]
        chosen = rng.choice(len(pairs), int(rng.integers(4, 10)), replace=False)
        edges = tuple(sorted(pairs[place] for place in chosen))
        everything = wanted(groups, edges)
    require_uniform(BlockSampler(graph_of(edges, n), groups=groups), everything)


@given(graphs.adjacency(max_nodes=10), st.integers(1, 4), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_degrees_and_blocks_are_kept_on_any_graph(
    matrix: np.ndarray, n_groups: int, seed: int
) -> None:
    labels = np.random.default_rng(seed).integers(0, n_groups, len(matrix))
    g = ca.Graph.from_adjacency(matrix)
    null = ca.null_models.sample(g, "block", groups=labels, rng=seed, rounds=3)
    after = null.to_scipy().toarray()
    assert set(np.unique(after)) <= {0, 1}
    assert not after.diagonal().any()
    assert (after.sum(axis=0) == matrix.sum(axis=0)).all()
    assert (after.sum(axis=1) == matrix.sum(axis=1)).all()
    member = np.eye(n_groups, dtype=int)[labels]
    assert (member.T @ after @ member == member.T @ matrix @ member).all()


def test_degrees_and_blocks_of_connectomes_are_kept() -> None:
    for name, column in (
        ("celegans-varshney2011", "cell_type"),
        ("fly-mushroom-body-right", "cell_type"),
        ("larva-mushroom-body-left", "cell_class"),
    ):
        with ca.open(name) as connectome:
            g = connectome.graph()
        null = ca.null_models.sample(g, "block", groups=column, rng=2)
        labels = g.nodes[column].fillna("none").to_numpy(dtype=object)
        before, after = (
            pd.Series(list(zip(labels[one.out_sources], labels[one.out_indices], strict=True)))
            .value_counts()
            .to_dict()
            for one in (g, null)
        )
        assert before == after
        assert null.out_degree.tolist() == g.out_degree.tolist()
        assert null.in_degree.tolist() == g.in_degree.tolist()


def test_one_group_is_the_configuration_model() -> None:
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    block = ca.motifs.significance(g, "block", n_samples=200, groups=np.zeros(g.n_nodes), rng=1)
    plain = ca.motifs.significance(g, "configuration", n_samples=200, rng=2)
    error = np.sqrt((block["null_sd"] ** 2 + plain["null_sd"] ** 2) / 200)
    assert ((block["null_mean"] - plain["null_mean"]).abs() < 4.5 * error).all()


def test_a_group_for_every_neuron_leaves_the_graph_as_it_is() -> None:
    g = graphs.random_graph(40, 0.1, seed=1)
    assert ca.null_models.sample(g, "block", groups=np.arange(40)).equals(g)


def test_other_names_of_the_groups_change_nothing() -> None:
    g = graphs.random_graph(40, 0.2, seed=1)
    labels = np.arange(40) // 10
    named = np.array(["a", "b", "c", "d"], dtype=object)[labels]
    by_number = ca.null_models.sample(g, "block", groups=labels)
    assert ca.null_models.sample(g, "block", groups=named).equals(by_number)


@pytest.mark.parametrize("n_nodes", [0, 1, 2, 9])
def test_empty_and_complete_graphs_stay_as_they_are(n_nodes: int) -> None:
    for matrix in (np.zeros((n_nodes, n_nodes), int), 1 - np.eye(n_nodes, dtype=int)):
        g = ca.Graph.from_adjacency(matrix)
        groups = np.arange(n_nodes) % 2
        assert ca.null_models.sample(g, "block", groups=groups).equals(g)


def test_the_same_seed_gives_the_same_graphs_on_any_number_of_threads() -> None:
    g = graphs.random_graph(60, 0.1, seed=2)
    sampler = pickle.loads(pickle.dumps(BlockSampler(g, groups=np.arange(60) % 3)))
    once, twice = (
        list(map_threads(lambda number: drawn_edges(sampler, 4, number), range(20), n_jobs))
        for n_jobs in (1, 4)
    )
    assert once == twice
    assert len(set(once)) == 20


def test_mixing_says_how_much_of_the_graph_is_left() -> None:
    g = graphs.random_graph(60, 0.1, seed=4)
    senders, receivers, _, mixing = BlockSampler(g, groups=np.arange(60) % 3).draw(stream(0, 0))
    before = set(zip(g.out_sources.tolist(), g.out_indices.tolist(), strict=True))
    after = set(zip(senders.tolist(), receivers.tolist(), strict=True))
    assert mixing.edges_kept == len(before & after) / len(before)
    assert 0 < mixing.accepted < mixing.proposals


def test_what_is_kept_names_the_groups_and_the_neurons_without_one() -> None:
    g = ca.Graph.from_edges([1, 2, 3], [2, 3, 4])
    sampler = BlockSampler(g, groups=["KC", None, "PN", np.nan])
    assert "(2 neurons without one are a group of their own)" in sampler.keeps
    assert "1 neuron without one is a group" in BlockSampler(g, groups=["K", None, "P", "P"]).keeps
    with ca.open("celegans-varshney2011") as worm:
        assert (
            "from each cell_class to each other;"
            in BlockSampler(worm.graph(), groups="cell_class").keeps
        )
    assert "each group" in NULL_MODELS["block"].keeps


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (None, "groups must be given: a column of the node table (it has none but node_id), or"),
        ("region", "There is no column 'region': a column of the node table (it has none but"),
        ([1, 2], "groups must have 3 labels, one for each neuron, got 2."),
        (np.zeros((3, 2)), "groups must have 3 labels, one for each neuron, got shape (3, 2)."),
        (5, "groups must have 3 labels, one for each neuron, got shape ()."),
    ],
)
def test_groups_that_are_not_there_are_asked_for(groups: object, message: str) -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3])
    with pytest.raises(ValueError, match=re.escape(message)):
        ca.null_models.sample(g, "block", groups=groups)


def test_a_missing_column_is_answered_with_those_there_are() -> None:
    with ca.open("larva-mushroom-body-left") as larva:
        g = larva.graph()
    with pytest.raises(ValueError, match=r"no column 'region'.*it has name, cell_type, cell_class"):
        ca.null_models.sample(g, "block", groups="region")


@pytest.mark.parametrize("rounds", [0, -1, 2.5, True])
def test_rounds_are_a_whole_number(rounds: object) -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3])
    with pytest.raises(ValueError, match="rounds must be a whole number of at least 1, got"):
        ca.null_models.sample(g, "block", groups=[0, 0, 0], rounds=rounds)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("celegans-varshney2011", "cell_type"),
        ("celegans-varshney2011", "cell_class"),
        ("larva-mushroom-body-right", "cell_type"),
        ("fly-mushroom-body-right", "cell_type"),
    ],
)
def test_means_at_the_default_agree_with_those_of_a_chain_five_times_as_long(
    name: str, column: str
) -> None:
    with ca.open(name) as connectome:
        g = connectome.graph()
    default = ca.motifs.significance(g, "block", n_samples=300, rng=1, groups=column)
    longer = ca.motifs.significance(g, "block", n_samples=300, rng=2, groups=column, rounds=100)
    error = np.sqrt((default["null_sd"] ** 2 + longer["null_sd"] ** 2) / 300)
    apart = (default["null_mean"] - longer["null_mean"]).abs() / error.where(error > 0)
    assert apart.max() < 4.5
