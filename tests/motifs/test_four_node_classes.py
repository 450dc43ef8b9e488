"""The classes of four neurons are all there are, under the names that others give them."""

from __future__ import annotations

from itertools import permutations

import igraph
import networkx as nx
import numpy as np
import pytest

import connectome_analysis as ca
from connectome_analysis.motifs.four_node_classes import (
    LETTERS,
    SKELETONS,
    code_of_edges,
    code_tables,
    edges_of_code,
    four_node_classes,
)
from connectome_analysis.motifs.igraph_numbers import igraph_number
from tests.reference import four_nodes as reference

CLASSES = four_node_classes()

# Drawn by hand: id, name, edges.
DRAWN = [
    (204, "bi-fan", "A>C A>D B>C B>D"),
    (904, "bi-parallel", "A>B A>C B>D C>D"),
    (14, "fan-out star", "A>B A>C A>D"),
    (2184, "fan-in star", "A>D B>D C>D"),
    (328, "chain", "A>B B>C C>D"),
    (4740, "four-node feedback loop", "A>B B>C C>D D>A"),
    (206, "feed-forward loop with two outputs", "A>B A>C A>D B>C B>D"),
    (2252, "feed-forward loop with two inputs", "A>C A>D B>C B>D C>D"),
    (2190, "feed-forward loop with two relays", "A>B A>C A>D B>D C>D"),
    (2254, "feed-forward clique", "A>B A>C A>D B>C B>D C>D"),
    (4382, "fully mutual star", "A>B B>A A>C C>A A>D D>A"),
]


def edges_of(text: str) -> list[tuple[int, int]]:
    return [(LETTERS.index(edge[0]), LETTERS.index(edge[2])) for edge in text.split()]


@pytest.mark.parametrize(("number", "name", "drawn"), DRAWN)
def test_classes_drawn_by_hand_have_their_id_and_name(number: int, name: str, drawn: str) -> None:
    edges = edges_of(drawn)
    assert reference.number(reference.matrix_of(edges)) == number
    assert ca.motifs.class_of(edges) == f"4-{number}"
    assert CLASSES[f"4-{number}"].plain_name == name


def test_the_feed_forward_loop_is_38_as_in_the_literature() -> None:
    assert ca.motifs.classes(3).loc["030T", "mfinder"] == 38


def test_there_are_199_classes_with_697_roles_and_every_name_is_used_once() -> None:
    assert len(CLASSES) == 199
    assert sum(len(kind.roles) for kind in CLASSES.values()) == 697
    assert len({kind.plain_name for kind in CLASSES.values()}) == 199
    assert list(CLASSES) == [f"4-{n}" for n in sorted(kind.mfinder for kind in CLASSES.values())]


def test_the_4096_labelled_graphs_fall_into_the_classes_as_often_as_they_say() -> None:
    names = list(CLASSES)
    counts = dict.fromkeys(names, 0)
    for code, place in enumerate(code_tables().motif.tolist()):
        matrix = reference.matrix_of(list(edges_of_code(code)))
        assert (place >= 0) is reference.connected(matrix)
        if place >= 0:
            assert names[place] == f"4-{reference.number(matrix)}"
            counts[names[place]] += 1
    assert counts == {name: kind.labelled for name, kind in CLASSES.items()}
    assert sum(counts.values()) == 3834


def test_codes_and_edges_are_one_another() -> None:
    assert all(code_of_edges(edges_of_code(code)) == code for code in range(4096))


def test_roles_are_the_orbits_that_networkx_finds() -> None:
    for kind in CLASSES.values():
        graph = nx.DiGraph(list(kind.edges))
        matcher = nx.algorithms.isomorphism.DiGraphMatcher(graph, graph)
        onto_itself = list(matcher.isomorphisms_iter())
        orbits = {tuple(sorted({m[node] for m in onto_itself})) for node in range(4)}
        assert set(kind.roles) == orbits
        assert kind.automorphisms == len(onto_itself)


def test_the_role_of_a_node_does_not_depend_on_how_the_graph_is_labelled() -> None:
    seen: dict[int, set[tuple[int, int]]] = {}
    for code in range(0, 4096, 3):
        if code_tables().motif[code] >= 0:
            matrix = reference.matrix_of(list(edges_of_code(code)))
            for node in range(4):
                role = int(code_tables().role[code, node])
                key = reference.number(matrix), reference.rooted_number(matrix, node)
                seen.setdefault(role, set()).add(key)
    assert len(seen) > 600
    assert all(len(keys) == 1 for keys in seen.values())


def test_letters_run_from_net_sender_to_net_receiver() -> None:
    table = ca.motifs.four_node_roles()
    for _, roles in table.groupby("motif"):
        net = (roles["out_degree"] - roles["in_degree"]).tolist()
        assert net == sorted(net, reverse=True)
    assert table.groupby("motif")["n_nodes"].sum().eq(4).all()
    assert table.loc["4-328:b", "description"] == "chain, end: receives from 1" or (
        table.loc["4-328:a", "description"] == "chain, end: sends to 1"
    )


def test_skeletons_and_dyads_are_those_of_the_edges() -> None:
    for kind in CLASSES.values():
        joined = {(min(edge), max(edge)) for edge in kind.edges}
        assert joined == set(SKELETONS[kind.skeleton])
        assert kind.mutual == len(kind.edges) - len(joined)
        assert kind.asymmetric == len(joined) - kind.mutual


def test_a_systematic_name_says_which_edges_there_are() -> None:
    for kind in CLASSES.values():
        if ": " not in kind.plain_name:
            continue
        skeleton, text = kind.plain_name.split(": ")
        edges = set()
        for part in text.split(", "):
            pre, arrow, post = part
            edges.add((LETTERS.index(pre), LETTERS.index(post)))
            if arrow == "\N{RIGHTWARDS ARROW OVER LEFTWARDS ARROW}":
                edges.add((LETTERS.index(post), LETTERS.index(pre)))
        assert skeleton == kind.skeleton
        assert edges == set(kind.edges)
    assert CLASSES["4-346"].plain_name == "paw: A→B, A⇄C, B→C, C→D"


@pytest.mark.parametrize(("size", "n"), [(3, 16), (4, 218)])
def test_igraph_numbers_are_those_of_igraph(size: int, n: int) -> None:
    for isoclass in range(n):
        edges = igraph.Graph.Isoclass(size, isoclass, directed=True).get_edgelist()
        assert igraph_number(size, tuple(edges)) == isoclass


def test_the_table_of_triads_has_the_numbers_of_igraph_and_the_names_of_networkx() -> None:
    table = ca.motifs.classes(3, connected=False)
    assert list(table.index) == list(ca.motifs.TRIAD_NAMES)
    g = ca.open("celegans-varshney2011").graph()
    counts = g.to_igraph().motifs_randesu(3)
    census = ca.motifs.triad_census(g)
    for name, row in ca.motifs.classes(3).iterrows():
        assert counts[row["igraph"]] == census[name]
    worm = nx.triadic_census(nx.DiGraph([(0, 1), (1, 2), (0, 2)]))
    assert set(table["networkx"]) == set(worm)
    assert table["automorphisms"].tolist() == [
        6 // ca.motifs.TRIADS[name].labelled for name in table.index
    ]


def test_places_of_graph_tool_are_in_its_order_of_edges_and_degrees() -> None:
    for size in (3, 4):
        table = ca.motifs.classes(size)
        order = table.sort_values("graph_tool")
        assert order["n_edges"].is_monotonic_increasing
        ties = table.groupby("graph_tool").size()
        # A class that ties with others has the first of the places that they share.
        assert (ties.index.to_numpy() == np.concatenate([[0], ties.cumsum()[:-1]])).all()
    assert ca.motifs.classes(3, connected=False)["graph_tool"].isna().sum() == 3


def test_any_names_of_neurons_and_any_order_of_edges_give_the_same_class() -> None:
    for name, kind in CLASSES.items():
        for order in list(permutations("wxyz"))[::5]:
            edges = [(order[a], order[b]) for a, b in reversed(kind.edges)]
            assert ca.motifs.class_of([*edges, ("w", "w"), edges[0]]) == name
    for name, triad in ca.motifs.TRIADS.items():
        if triad.connected:
            assert ca.motifs.class_of([(7 - a, 7 - b) for a, b in triad.edges]) == name


def test_the_table_of_graphlets_has_the_same_columns_for_names_and_edges() -> None:
    table = ca.motifs.classes(4, directed=False)
    assert len(table) == 6
    assert table.index.name == "motif"
    assert table.loc["G5", ["plain_name", "edges", "n_edges"]].tolist() == [
        "square",
        "A-B; B-C; C-D; A-D",
        4,
    ]


def test_what_there_is_no_table_for_is_said() -> None:
    with pytest.raises(ValueError, match=r"^size must be 3 or 4 neurons, got 5\.$"):
        ca.motifs.classes(5)
    with pytest.raises(ValueError, match="only where they are connected"):
        ca.motifs.classes(4, connected=False)
    with pytest.raises(ValueError, match="2 to 5 neurons for undirected graphlets, got 6"):
        ca.motifs.classes(6, directed=False)
    with pytest.raises(ValueError, match=r"^edges must join three to six neurons, got 7\.$"):
        ca.motifs.class_of([(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6)])
    with pytest.raises(ValueError, match="edges must be pairs of a sender and a receiver"):
        ca.motifs.class_of("ABC")
    with pytest.raises(ValueError, match="The 5 neurons of edges must be connected"):
        ca.motifs.class_of([(0, 1), (1, 2), (3, 4)])
    with pytest.raises(ValueError, match="these fall into two pairs"):
        ca.motifs.class_of([(0, 1), (2, 3)])


@pytest.mark.parametrize("size", [3, 4, 5])
def test_undirected_classes_have_igraphs_numbers_and_symmetries(size: int) -> None:
    igraph = pytest.importorskip("igraph")
    table = ca.motifs.classes(size, directed=False)
    for name, row in table.iterrows():
        edges = [
            tuple("ABCDE".index(end) for end in edge.split("-"))
            for edge in row["edges"].split("; ")
        ]
        theirs = igraph.Graph(size, edges)
        assert theirs.isoclass() == row["igraph"], name
        assert theirs.count_automorphisms() == row["automorphisms"], name


def test_larger_classes_are_named_as_the_estimate_names_them() -> None:
    g = ca.open("celegans-varshney2011").graph()
    for size in (5, 6):
        table = ca.motifs.estimate(g, size, n_samples=2000)
        for name, edges in table["edges"].head(20).items():
            pairs = [edge.split("->") for edge in edges.split("; ")]
            assert ca.motifs.class_of(pairs) == name
