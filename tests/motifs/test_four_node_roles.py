"""Roles of four neurons: each neuron's count equals its definition and adds up to the census."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.motifs import four_node_census, four_node_participation, four_node_roles
from connectome_analysis.motifs.four_node_classes import edges_of_code, four_node_classes
from tests import graphs
from tests.motifs.test_four_node_census import wired
from tests.reference import four_nodes as reference


def rooted_numbers() -> list[tuple[str, int]]:
    """What the slow twin calls each role."""
    return [
        (name, reference.rooted_number(reference.matrix_of(list(kind.edges)), nodes[0]))
        for name, kind in four_node_classes().items()
        for nodes in kind.roles
    ]


def found(g: ca.Graph) -> dict[tuple[int, str, int], int]:
    counts = four_node_participation(g, n_jobs=1).to_numpy()
    names = rooted_numbers()
    return {
        (int(node), *names[role]): int(counts[node, role])
        for node, role in np.argwhere(counts != 0)
    }


def sums_agree(g: ca.Graph) -> None:
    totals = four_node_participation(g).sum().to_numpy()
    roles = four_node_roles()
    wanted = four_node_census(g)[roles["motif"]].to_numpy() * roles["n_nodes"].to_numpy()
    assert np.array_equal(totals, wanted)


def test_all_4096_labelled_graphs_give_each_neuron_its_role() -> None:
    # Side by side in one graph, which keeps them apart, eight at a time.
    for first in range(0, 4096, 512):
        pre, post = [], []
        for place, code in enumerate(range(first, first + 512)):
            for a, b in edges_of_code(code):
                pre.append(4 * place + a)
                post.append(4 * place + b)
        g = ca.Graph.from_edges(pre, post, node_ids=np.arange(4 * 512))
        wanted = {}
        for place, code in enumerate(range(first, first + 512)):
            for (node, *role), many in reference.roles(
                reference.matrix_of(list(edges_of_code(code)))
            ).items():
                wanted[(4 * place + node, *role)] = many
        assert found(g) == wanted


@given(graphs.adjacency(max_nodes=8))
@settings(max_examples=25, deadline=None)
def test_the_roles_are_what_looking_at_every_four_neurons_gives(matrix: np.ndarray) -> None:
    assert found(ca.Graph.from_adjacency(matrix)) == reference.roles(matrix)


@pytest.mark.parametrize("seed", range(12))
def test_roles_add_up_to_the_census_on_random_graphs_with_hubs(seed: int) -> None:
    sums_agree(wired(30 + 15 * seed, 0.6 / (1 + seed), seed))


@pytest.mark.parametrize("name", ["celegans-varshney2011"])
def test_roles_add_up_to_the_census_on_the_worm(name: str) -> None:
    sums_agree(ca.open(name).graph())


@pytest.mark.slow
@pytest.mark.parametrize("name", ca.datasets.names())
def test_roles_add_up_to_the_census_on_every_bundled_connectome(name: str) -> None:
    with ca.open(name) as connectome:
        sums_agree(connectome.graph())


def test_a_neuron_has_as_many_roles_as_are_lost_with_it() -> None:
    g = wired(40, 0.15, seed=5)
    whole = four_node_census(g)
    counts = four_node_participation(g)
    per_motif = counts.T.groupby(four_node_roles()["motif"], sort=False).sum().T
    for node in (0, 7, 31):
        rest = g.subgraph(np.delete(g.node_ids, node))
        lost = whole - four_node_census(rest)
        assert per_motif.loc[g.node_ids[node]].tolist() == lost.tolist()


def test_relabelling_the_neurons_moves_their_rows() -> None:
    g = wired(50, 0.12, seed=1)
    order = np.random.default_rng(2).permutation(50)
    shuffled = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    rows = four_node_participation(g).to_numpy()
    assert np.array_equal(four_node_participation(shuffled).to_numpy(), rows[order])


@pytest.mark.parametrize("n_jobs", [2, 5])
def test_the_number_of_threads_changes_nothing(n_jobs: int) -> None:
    g = wired(1500, 0.01, seed=4)
    one = four_node_participation(g, n_jobs=1)
    pd.testing.assert_frame_equal(four_node_participation(g, n_jobs=n_jobs), one)


def test_chosen_motifs_have_their_columns_in_the_order_asked_for() -> None:
    g = wired(60, 0.1, seed=2)
    some = four_node_participation(g, motifs=["4-904", "4-204"])
    assert list(some.columns) == ["4-904:a", "4-904:b", "4-904:c", "4-204:a", "4-204:b"]
    pd.testing.assert_frame_equal(some, four_node_participation(g)[list(some.columns)])


def test_rows_are_neurons_and_columns_the_described_roles() -> None:
    g = ca.Graph.from_edges([30, 30, 10, 10], [20, 5, 20, 5])
    table = four_node_participation(g)
    assert table.index.tolist() == g.node_ids.tolist()
    assert table.index.name == "node_id"
    assert list(table.columns) == list(four_node_roles().index)
    assert (table.dtypes == np.int64).all()
    assert table.loc[30, "4-204:a"] == table.loc[5, "4-204:b"] == 1
    assert table.to_numpy().sum() == 4


@pytest.mark.parametrize("n_nodes", [0, 1, 3, 4])
def test_graphs_without_edges_have_none(n_nodes: int) -> None:
    g = ca.Graph.from_edges([], [], node_ids=np.arange(n_nodes))
    assert four_node_participation(g).shape == (n_nodes, 697)
    assert four_node_participation(g).to_numpy().sum() == 0


def test_self_loops_are_left_out() -> None:
    edges = ([0, 1, 2], [1, 2, 3])
    with_loop = ca.Graph.from_edges([*edges[0], 1], [*edges[1], 1], self_loops="keep")
    without = four_node_participation(ca.Graph.from_edges(*edges))
    pd.testing.assert_frame_equal(four_node_participation(with_loop), without)


def test_an_unknown_motif_is_met_with_how_they_are_named() -> None:
    g = ca.Graph.from_edges([0], [1])
    with pytest.raises(ValueError, match=r"^There is no motif '4-205'\. Classes of four neurons"):
        four_node_participation(g, motifs=["4-204", "4-205"])
