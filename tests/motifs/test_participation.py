"""How often each neuron and each edge has each role in the triads equals the definition."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.motifs import TRIADS
from connectome_analysis.motifs.dyads import oriented_dyads, ranks_by_degree
from connectome_analysis.motifs.triad_roles import EDGE_ROLES, ROLE_NAMES
from tests import graphs
from tests.reference import triad_roles as reference
from tests.reference.triads import DRAWN, matrix_of


def nonzero(g: ca.Graph) -> tuple[dict, dict]:
    """Counts above 0 of neurons and edges in their roles."""
    nodes = ca.motifs.participation(g).stack()
    edges = ca.motifs.edge_participation(g).set_index(["pre_id", "post_id"]).stack()
    return nodes[nodes > 0].to_dict(), edges[edges > 0].to_dict()


@pytest.mark.parametrize("name", ca.motifs.CONNECTED_TRIADS)
def test_each_neuron_of_a_triad_drawn_by_hand_has_the_role_written_beside_it(name: str) -> None:
    g = ca.Graph.from_adjacency(matrix_of(DRAWN[name]))
    nodes, _ = nonzero(g)
    assert nodes == {(i, f"{name}:{letter}"): 1 for i, letter in enumerate(reference.LETTERS[name])}


def test_the_edges_of_a_feed_forward_loop_have_three_roles() -> None:
    g = ca.Graph.from_edges([10, 10, 20], [20, 30, 30])
    _, edges = nonzero(g)
    assert edges == {
        (10, 20, "030T:a>b"): 1,
        (10, 30, "030T:a>c"): 1,
        (20, 30, "030T:b>c"): 1,
    }


def test_there_are_thirty_roles_and_thirty_edge_roles() -> None:
    table = ca.motifs.triad_roles()
    assert len(table) == 30
    assert len(EDGE_ROLES) == 30
    assert table.index.is_unique
    assert table["description"].is_unique
    assert (table.groupby("motif")["n_nodes"].sum() == 3).all()
    for name, edges in EDGE_ROLES.items():
        assert set(edges) <= set(TRIADS[name.split(":")[0]].edges)


def test_the_degrees_of_a_role_are_those_inside_the_triad() -> None:
    for role in ca.motifs.triad_roles().itertuples():
        drawn = nx.DiGraph(TRIADS[role.motif].edges)
        for node in role.nodes:
            assert (drawn.out_degree(node), drawn.in_degree(node)) == (
                role.out_degree,
                role.in_degree,
            )


def test_the_roles_are_the_orbits_that_networkx_finds() -> None:
    table = ca.motifs.triad_roles()
    for motif, rows in table.groupby("motif"):
        drawn = nx.DiGraph(TRIADS[motif].edges)
        maps = list(nx.isomorphism.DiGraphMatcher(drawn, drawn).isomorphisms_iter())
        orbits = {frozenset(each[node] for each in maps) for node in drawn}
        assert {frozenset(nodes) for nodes in rows["nodes"]} == orbits


def test_the_edge_roles_are_the_orbits_that_networkx_finds() -> None:
    for motif in ca.motifs.CONNECTED_TRIADS:
        drawn = nx.DiGraph(TRIADS[motif].edges)
        maps = list(nx.isomorphism.DiGraphMatcher(drawn, drawn).isomorphisms_iter())
        orbits = {frozenset((each[a], each[b]) for each in maps) for a, b in drawn.edges}
        ours = {frozenset(e) for name, e in EDGE_ROLES.items() if name.split(":")[0] == motif}
        assert ours == orbits


@given(graphs.adjacency(max_nodes=7))
@settings(max_examples=60, deadline=None)
def test_participation_is_what_looking_at_every_three_neurons_gives(matrix: np.ndarray) -> None:
    nodes, edges = nonzero(ca.Graph.from_adjacency(matrix))
    wanted_nodes, wanted_edges = reference.participation(matrix)
    assert nodes == dict(wanted_nodes)
    assert edges == dict(wanted_edges)


@pytest.mark.parametrize("seed", range(2))
def test_participation_equals_the_triads_that_networkx_lists(seed: int) -> None:
    g = graphs.random_graph(30, 0.15, seed)
    table = ca.motifs.triad_roles()
    by_degrees = {(r.motif, r.out_degree, r.in_degree): r.Index for r in table.itertuples()}
    wanted = dict.fromkeys(((i, role) for i in g.node_ids.tolist() for role in ROLE_NAMES), 0)
    for motif, triads in nx.triads_by_type(g.to_networkx()).items():
        if motif in ca.motifs.CONNECTED_TRIADS:
            for triad in triads:
                for node in triad:
                    degrees = triad.out_degree(node), triad.in_degree(node)
                    wanted[node, by_degrees[motif, *degrees]] += 1
    assert ca.motifs.participation(g).stack().to_dict() == wanted


@pytest.mark.parametrize(
    "name",
    ["celegans-cook2019-hermaphrodite", "larva-mushroom-body-left", "fly-mushroom-body-right"],
)
def test_the_sums_over_neurons_and_edges_are_the_census_times_the_size_of_the_orbit(
    name: str,
) -> None:
    with ca.open(name) as connectome:
        g = connectome.graph()
    census = ca.motifs.triad_census(g)
    roles = ca.motifs.triad_roles()
    sums = ca.motifs.participation(g).sum()
    assert (sums == census[roles["motif"]].to_numpy() * roles["n_nodes"]).all()
    edge_sums = ca.motifs.edge_participation(g).drop(columns=["pre_id", "post_id"]).sum()
    for role, edges in EDGE_ROLES.items():
        assert edge_sums[role] == census[role.split(":")[0]] * len(edges)


def test_the_edges_of_a_neuron_add_up_to_its_roles() -> None:
    g = graphs.random_graph(60, 0.1, seed=9)
    nodes = ca.motifs.participation(g)
    edges = ca.motifs.edge_participation(g).groupby("pre_id").sum()
    source = nodes.loc[edges.index, "030T:a"]
    assert (edges["030T:a>b"] == source).all()
    assert (edges["030T:a>c"] == source).all()
    cycles = nodes.loc[edges.index, "030C:a"]
    assert (edges["030C:a>a"] == cycles).all()
    assert (edges["300:a>a"] == 2 * nodes.loc[edges.index, "300:a"]).all()


def test_relabelling_the_neurons_moves_the_counts_with_them() -> None:
    g = graphs.random_graph(60, 0.1, seed=1)
    order = np.random.default_rng(2).permutation(60)
    shuffled = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    before = ca.motifs.participation(g).to_numpy()
    assert (ca.motifs.participation(shuffled).to_numpy() == before[order]).all()


@pytest.mark.parametrize("n_jobs", [1, 2, 5])
def test_the_number_of_threads_changes_nothing(n_jobs: int) -> None:
    g = graphs.random_graph(300, 0.05, seed=4)
    assert ca.motifs.participation(g, n_jobs=n_jobs).equals(ca.motifs.participation(g, n_jobs=3))
    edges = ca.motifs.edge_participation(g, n_jobs=n_jobs)
    assert edges.equals(ca.motifs.edge_participation(g, n_jobs=3))


def test_rows_are_in_the_order_of_the_neurons_and_of_the_edges() -> None:
    g = ca.Graph.from_edges([7, 5, 9], [5, 9, 7], node_ids=[9, 5, 7, 1])
    assert ca.motifs.participation(g).index.tolist() == [9, 5, 7, 1]
    edges, table = ca.motifs.edge_participation(g), g.edges()
    assert edges[["pre_id", "post_id"]].equals(table[["pre_id", "post_id"]])
    assert edges.index.equals(table.index)


@pytest.mark.parametrize("n_nodes", [0, 1, 2, 5])
def test_graphs_without_edges_have_only_zeros(n_nodes: int) -> None:
    g = ca.Graph.from_edges([], [], node_ids=np.arange(n_nodes))
    roles = ca.motifs.participation(g)
    assert roles.shape == (n_nodes, 30)
    assert not roles.to_numpy().any()
    assert ca.motifs.edge_participation(g).shape == (0, 32)


def test_self_loops_are_left_out_and_keep_a_row_of_zeros() -> None:
    g = ca.Graph.from_edges([0, 1, 1], [1, 2, 1], self_loops="keep")
    assert ca.motifs.participation(g)["021C:b"].tolist() == [0, 1, 0]
    edges = ca.motifs.edge_participation(g)
    assert edges[["pre_id", "post_id"]].to_numpy().tolist() == [[0, 1], [1, 1], [1, 2]]
    assert edges["021C:a>b"].tolist() == [1, 0, 0]
    assert edges["021C:b>c"].tolist() == [0, 0, 1]
    assert not edges.iloc[1, 2:].any()


def test_counts_beyond_32_bits_are_exact() -> None:
    leaves = 100_000
    g = ca.Graph.from_edges(np.zeros(leaves, dtype=int), np.arange(1, leaves + 1))
    roles = ca.motifs.participation(g)
    assert roles.loc[0, "021D:a"] == leaves * (leaves - 1) // 2
    assert (roles.loc[1:, "021D:b"] == leaves - 1).all()


def test_another_size_is_refused_with_what_there_is() -> None:
    g = ca.Graph.from_edges([1], [2])
    with pytest.raises(ValueError, match=r"size must be 3 or 4 neurons, got 5\."):
        ca.motifs.participation(g, size=5)  # type: ignore[arg-type]


def test_four_neurons_are_counted_too() -> None:
    g = graphs.random_graph(12, 0.3, seed=6)
    roles = ca.motifs.participation(g, size=4)
    assert len(roles) == 12


def test_the_ranks_are_those_of_the_oriented_dyads() -> None:
    g = graphs.random_graph(80, 0.1, seed=7)
    dyads = oriented_dyads(g.n_nodes, g.out_sources, g.out_indices)
    rank = ranks_by_degree(g.n_nodes, g.out_sources, g.out_indices)
    assert sorted(rank.tolist()) == list(range(80))
    assert (dyads.asymmetric_out[rank] + dyads.mutual[rank] == g.out_degree).all()
    assert (dyads.asymmetric_in[rank] + dyads.mutual[rank] == g.in_degree).all()
