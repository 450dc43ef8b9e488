"""The bundled data against the numbers their papers print.

Everything is computed here with pandas, numpy and networkx, so that a fault of our own kernels
cannot hide a fault of the data. Where data and paper differ, the test holds the difference and
``docs/datasets.md`` explains it.
"""

from __future__ import annotations

from functools import cache

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from connectome_analysis import datasets


@cache
def nodes_of(name: str) -> pd.DataFrame:
    return pd.read_parquet(datasets.path(name) / "nodes.parquet")


@cache
def edges_of(name: str, kind: str) -> pd.DataFrame:
    edges = pd.read_parquet(datasets.path(name) / "edges.parquet")
    return edges[edges["edge_type"] == kind]


@cache
def digraph(name: str) -> nx.DiGraph:
    """Chemical edges without self-connections over all nodes."""
    graph = nx.DiGraph()
    graph.add_nodes_from(nodes_of(name)["node_id"])
    edges = edges_of(name, "chemical")
    graph.add_edges_from(zip(edges["pre_id"], edges["post_id"], strict=True))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    return graph


@cache
def gap_junctions(name: str) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(nodes_of(name)["node_id"])
    edges = edges_of(name, "electrical")
    graph.add_edges_from(zip(edges["pre_id"], edges["post_id"], strict=True))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    return graph


def matrix(name: str) -> np.ndarray:
    graph = digraph(name)
    return nx.to_numpy_array(graph, nodelist=list(nodes_of(name)["node_id"]), dtype=np.float64)


def largest(components: object) -> set[int]:
    return max(components, key=len)  # type: ignore[call-overload]


def self_connections(name: str, kind: str) -> int:
    edges = edges_of(name, kind)
    return int((edges["pre_id"] == edges["post_id"]).sum())


def chemical_triples(name: str) -> set[tuple[str, str, float]]:
    """(sender, receiver, weight) by name."""
    names = nodes_of(name).set_index("node_id")["name"]
    edges = edges_of(name, "chemical")
    return set(
        zip(
            edges["pre_id"].map(names),
            edges["post_id"].map(names),
            edges["weight"],
            strict=True,
        )
    )


# --- Varshney 2011, doi:10.1371/journal.pcbi.1001066 ------------------------------------------

VARSHNEY = "celegans-varshney2011"


def test_varshney_has_279_neurons_2194_chemical_edges_and_one_synapse_more_than_printed() -> None:
    assert len(nodes_of(VARSHNEY)) == 279
    edges = edges_of(VARSHNEY, "chemical")
    assert len(edges) == 2194
    assert edges["weight"].sum() == 6394  # the paper prints 6393
    assert self_connections(VARSHNEY, "chemical") == 0


def test_varshney_has_514_gap_junction_pairs_three_selves_and_890_gap_junctions() -> None:
    edges = edges_of(VARSHNEY, "electrical")
    upper = edges[edges["pre_id"] <= edges["post_id"]]
    assert gap_junctions(VARSHNEY).number_of_edges() == 514
    assert self_connections(VARSHNEY, "electrical") == 3
    assert upper["weight"].sum() == 890


def test_varshney_counts_1410_neuromuscular_junctions_one_of_them_of_vc6() -> None:
    assert nodes_of(VARSHNEY)["nmj_count"].sum() == 1410 - 1
    assert "VC6" not in set(nodes_of(VARSHNEY)["name"])


def test_varshney_chemical_network_has_the_published_components_and_paths() -> None:
    graph = digraph(VARSHNEY)
    giant = graph.subgraph(largest(nx.strongly_connected_components(graph)))
    assert len(giant) == 237
    assert giant.number_of_edges() == 1936
    assert nx.average_shortest_path_length(giant) == pytest.approx(3.4802, abs=5e-5)
    densities = []
    for neuron in giant:
        targets = list(giant.successors(neuron))
        pairs = len(targets) * (len(targets) - 1)
        inside = giant.subgraph(targets).number_of_edges()
        densities.append(inside / pairs if pairs else 0.0)
    assert np.mean(densities) == pytest.approx(0.2211, abs=5e-5)


def test_varshney_chemical_network_has_the_published_density_reciprocity_and_clustering() -> None:
    graph = digraph(VARSHNEY)
    undirected = graph.to_undirected()
    assert nx.density(graph) == pytest.approx(0.0282870, abs=5e-8)
    assert nx.overall_reciprocity(graph) == pytest.approx(0.212397, abs=5e-7)
    assert nx.transitivity(undirected) == pytest.approx(0.198739, abs=5e-7)
    assert nx.average_clustering(undirected) == pytest.approx(0.320303, abs=5e-7)
    assert nx.average_clustering(graph) == pytest.approx(0.212442, abs=5e-7)  # Fagiolo


def test_varshney_triad_census() -> None:
    census = nx.triadic_census(digraph(VARSHNEY))
    order = "003 012 102 021D 021U 021C 111D 111U 030T 030C 201 120D 120U 120C 210 300"
    expected = [3077866, 409609, 55878, 7118, 8478, 12279, 3134, 3200, 1453, 65, 359]
    expected += [385, 552, 180, 175, 48]
    assert [census[triad] for triad in order.split()] == expected


def test_varshney_gap_junction_network_has_the_published_component_paths_and_clustering() -> None:
    graph = gap_junctions(VARSHNEY)
    giant = graph.subgraph(largest(nx.connected_components(graph)))
    assert len(giant) == 248
    assert nx.average_shortest_path_length(giant) == pytest.approx(4.5229, abs=5e-5)
    assert nx.average_clustering(giant) == pytest.approx(0.2064, abs=5e-5)


def both_kinds() -> nx.Graph:
    graph = gap_junctions(VARSHNEY).copy()
    graph.add_edges_from(digraph(VARSHNEY).edges)
    return graph


def test_varshney_combined_network_is_connected_with_2287_edges() -> None:
    graph = both_kinds()
    assert graph.number_of_edges() == 2287
    assert nx.is_connected(graph)
    assert nx.average_shortest_path_length(graph) == pytest.approx(2.4356, abs=5e-5)
    assert nx.transitivity(graph) == pytest.approx(0.21348, abs=5e-6)


def test_the_rich_club_of_eleven_command_neurons() -> None:
    """Towlson 2013, doi:10.1523/JNEUROSCI.3784-12.2013: degree of at least 44."""
    graph = both_kinds()
    club = [neuron for neuron, degree in graph.degree if degree >= 44]
    names = nodes_of(VARSHNEY).set_index("node_id")["name"]
    expected = [
        "AVAL",
        "AVAR",
        "AVBL",
        "AVBR",
        "AVDL",
        "AVDR",
        "AVEL",
        "AVER",
        "DVA",
        "PVCL",
        "PVCR",
    ]
    assert sorted(names[club]) == expected
    assert nx.density(graph.subgraph(club)) == pytest.approx(0.8364, abs=5e-5)


# --- White 1986, doi:10.1098/rstb.1986.0056 ---------------------------------------------------


def test_the_white_table_of_the_whole_animal_is_the_varshney_table_with_a_pharynx() -> None:
    whole, somatic = chemical_triples("celegans-white1986"), chemical_triples(VARSHNEY)
    inside = set(nodes_of(VARSHNEY)["name"])
    assert {edge for edge in whole if edge[0] in inside and edge[1] in inside} == somatic
    assert len(whole) == 2194 + 72


def test_the_white_table_adds_five_gap_junction_rows_to_the_varshney_table() -> None:
    def pairs(name: str) -> set[tuple[str, str, float]]:
        names = nodes_of(name).set_index("node_id")["name"]
        edges = edges_of(name, "electrical")
        return set(
            zip(
                edges["pre_id"].map(names),
                edges["post_id"].map(names),
                edges["weight"],
                strict=True,
            )
        )

    whole, somatic = pairs("celegans-white1986"), pairs(VARSHNEY)
    inside = set(nodes_of(VARSHNEY)["name"])
    assert somatic <= whole
    extra = {edge[:2] for edge in whole - somatic if edge[0] in inside and edge[1] in inside}
    assert extra == {
        ("BDUL", "PLML"),
        ("PLML", "BDUL"),
        ("BDUR", "PLMR"),
        ("PLMR", "BDUR"),
        ("RID", "RID"),
    }


def test_white_neurons_without_chemical_edges_are_can_and_vc6() -> None:
    names = nodes_of("celegans-white1986").set_index("node_id")["name"]
    assert len(names) == 302
    assert sorted(names[list(nx.isolates(digraph("celegans-white1986")))]) == [
        "CANL",
        "CANR",
        "VC6",
    ]


# --- Cook 2019, doi:10.1038/s41586-019-1352-7 -------------------------------------------------


@pytest.mark.parametrize(
    ("sex", "cells", "active", "edges", "selves", "sections", "reciprocity", "loops", "cycles"),
    [
        ("hermaphrodite", 473, 446, 4841, 38, 27996, 0.276, 15114, 2470),
        ("male", 593, 559, 5246, 60, 45490, 0.284, 17502, 3007),
    ],
)
def test_cook_all_cells(
    sex: str,
    cells: int,
    active: int,
    edges: int,
    selves: int,
    sections: float,
    reciprocity: float,
    loops: int,
    cycles: int,
) -> None:
    name = f"celegans-cook2019-{sex}-all-cells"
    graph = digraph(name)
    table = edges_of(name, "chemical")
    assert len(nodes_of(name)) == cells
    assert sum(degree > 0 for _, degree in graph.degree) == active
    assert graph.number_of_edges() == edges
    assert self_connections(name, "chemical") == selves
    assert table[table["pre_id"] != table["post_id"]]["weight"].sum() == sections
    assert nx.overall_reciprocity(graph) == pytest.approx(reciprocity, abs=5e-4)
    a = matrix(name)
    assert (a * (a @ a)).sum() == loops  # a -> b, b -> c, a -> c, not induced
    assert np.trace(a @ a @ a) / 3 == cycles


@pytest.mark.parametrize(
    ("sex", "neurons", "edges", "selves", "pairs", "electrical_selves"),
    [("hermaphrodite", 302, 3709, 38, 1091, 14), ("male", 384, 4048, 60, 1281, 22)],
)
def test_cook_neurons_only(
    sex: str, neurons: int, edges: int, selves: int, pairs: int, electrical_selves: int
) -> None:
    name = f"celegans-cook2019-{sex}"
    assert len(nodes_of(name)) == neurons
    assert len(edges_of(name, "chemical")) == edges
    assert self_connections(name, "chemical") == selves
    assert gap_junctions(name).number_of_edges() == pairs
    assert self_connections(name, "electrical") == electrical_selves


@pytest.mark.parametrize("sex", ["hermaphrodite", "male"])
def test_cook_neurons_are_those_of_the_table_of_all_cells_with_the_same_edges(sex: str) -> None:
    alone, every = f"celegans-cook2019-{sex}", f"celegans-cook2019-{sex}-all-cells"
    kept = nodes_of(every)[nodes_of(every)["super_class"] == "neuron"]
    assert list(kept["name"]) == list(nodes_of(alone)["name"])
    neurons = set(kept["name"])
    inside = {e for e in chemical_triples(every) if e[0] in neurons and e[1] in neurons}
    assert inside == chemical_triples(alone)


@pytest.mark.parametrize(
    ("sex", "neurons", "printed_edges", "printed_density", "edges", "reciprocity", "transitivity"),
    [
        ("hermaphrodite", 302, 3242, 0.035665, 3709, 0.370989, 0.251918),
        ("male", 364, 3467, 0.026239, 3907, 0.378551, 0.284080),
    ],
)
def test_the_cross_species_table_of_lin_counts_synapses_in_another_file(
    sex: str,
    neurons: int,
    printed_edges: int,
    printed_density: float,
    edges: int,
    reciprocity: float,
    transitivity: float,
) -> None:
    """Lin 2024, doi:10.1038/s41586-024-07968-y, used Cook's SI 2 (synapse counts), not SI 5.

    The node sets are reproduced (the male's without the pharynx), and so is the rule that
    isolated neurons and self-connections count. The edges are not: SI 5 also has connections
    that SI 2 lacks.
    """
    name = f"celegans-cook2019-{sex}"
    nodes = nodes_of(name)
    if sex == "male":
        nodes = nodes[nodes["cell_class"].fillna("") != "pharyngeal"]
    assert len(nodes) == neurons
    assert printed_edges / (neurons * (neurons - 1)) == pytest.approx(printed_density, abs=5e-7)
    table = edges_of(name, "chemical")
    table = table[table["pre_id"].isin(nodes["node_id"]) & table["post_id"].isin(nodes["node_id"])]
    assert len(table) == edges
    pairs = set(zip(table["pre_id"], table["post_id"], strict=True))
    mutual = sum((post, pre) in pairs for pre, post in pairs)
    assert mutual / len(pairs) == pytest.approx(reciprocity, abs=5e-7)
    undirected = digraph(name).subgraph(nodes["node_id"]).to_undirected()
    assert nx.transitivity(undirected) == pytest.approx(transitivity, abs=5e-7)


# --- Witvliet 2021, doi:10.1038/s41586-021-03778-8 --------------------------------------------


@pytest.mark.parametrize(
    ("number", "neurons", "edges", "density", "reciprocity", "transitivity"),
    [
        (1, 161, 675, 0.0262, 0.172, 0.174),
        (2, 162, 865, 0.0332, 0.192, 0.194),
        (3, 162, 887, 0.0340, 0.223, 0.198),
        (4, 168, 1011, 0.0360, 0.206, 0.210),
        (5, 173, 1324, 0.0445, 0.239, 0.229),
        (6, 175, 1315, 0.0432, 0.211, 0.228),
        (7, 180, 1933, 0.0600, 0.273, 0.253),
        (8, 180, 1933, 0.0600, 0.310, 0.254),
    ],
)
def test_witvliet_neurons_with_chemical_edges(
    number: int,
    neurons: int,
    edges: int,
    density: float,
    reciprocity: float,
    transitivity: float,
) -> None:
    graph = digraph(f"celegans-witvliet2021-{number}").copy()
    graph.remove_nodes_from(list(nx.isolates(graph)))
    assert len(graph) == neurons
    assert graph.number_of_edges() == edges
    assert nx.density(graph) == pytest.approx(density, abs=5e-5)
    assert nx.overall_reciprocity(graph) == pytest.approx(reciprocity, abs=5e-4)
    assert nx.transitivity(graph.to_undirected()) == pytest.approx(transitivity, abs=5e-4)


def test_two_witvliet_neurons_have_gap_junctions_only_and_one_animal_has_autapses() -> None:
    isolated = {}
    autapses = {}
    for number in range(1, 9):
        name = f"celegans-witvliet2021-{number}"
        names = nodes_of(name).set_index("node_id")["name"]
        isolated[number] = sorted(names[list(nx.isolates(digraph(name)))])
        autapses[number] = self_connections(name, "chemical")
    assert {k: v for k, v in isolated.items() if v} == {5: ["DB1"], 7: ["CANR"]}
    assert {k: v for k, v in autapses.items() if v} == {7: 11}


# --- flies ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "neurons", "edges", "synapses", "reciprocity", "loops", "cycles"),
    [
        ("left", 209, 7425, 25322, 0.503, 233072, 56379),
        ("right", 213, 7536, 26371, 0.507, 249023, 60600),
    ],
)
def test_larval_mushroom_body(
    side: str,
    neurons: int,
    edges: int,
    synapses: int,
    reciprocity: float,
    loops: int,
    cycles: int,
) -> None:
    """Eichler 2017, doi:10.1038/nature23455."""
    name = f"larva-mushroom-body-{side}"
    graph = digraph(name)
    assert (len(graph), graph.number_of_edges()) == (neurons, edges)
    assert edges_of(name, "chemical")["syn_count"].sum() == synapses
    assert nx.overall_reciprocity(graph) == pytest.approx(reciprocity, abs=5e-4)
    a = matrix(name)
    assert (a * (a @ a)).sum() == loops
    assert np.trace(a @ a @ a) / 3 == cycles


@pytest.mark.parametrize("side", ["left", "right"])
def test_larval_projection_neurons_send_to_kenyon_cells_and_receive_nothing(side: str) -> None:
    name = f"larva-mushroom-body-{side}"
    types = nodes_of(name).set_index("node_id")["cell_type"]
    edges = edges_of(name, "chemical")
    assert set(edges["post_id"][edges["pre_id"].map(types) == "PN"].map(types)) == {"KC"}
    assert not (edges["post_id"].map(types) == "PN").any()


FLY = "fly-mushroom-body-right"


def test_fly_mushroom_body_joins_the_main_matrix_and_the_dopaminergic_list() -> None:
    classes = nodes_of(FLY).set_index("node_id")["cell_class"]
    edges = edges_of(FLY, "chemical")
    sent_by_dan = edges["pre_id"].map(classes) == "DAN"
    assert len(classes) == 2935
    assert classes.value_counts().to_dict() == {
        "Kenyon_Cell": 2597,
        "DAN": 165,
        "ALPN": 124,
        "MBON": 48,
        "MBIN": 1,
    }
    assert (~sent_by_dan).sum() == 24777
    assert sent_by_dan.sum() == 303
    to = edges["post_id"][sent_by_dan].map(classes).value_counts().to_dict()
    assert to == {"MBON": 182, "Kenyon_Cell": 72, "MBIN": 30, "ALPN": 15, "DAN": 4}


def test_fly_pairs_have_at_least_five_synapses_and_kenyon_cells_the_published_claws() -> None:
    """Counts stated with the extract of FlyWire 783, doi:10.1038/s41586-024-07558-y."""
    classes = nodes_of(FLY).set_index("node_id")["cell_class"]
    edges = edges_of(FLY, "chemical")
    assert edges["syn_count"].min() == 5
    blocks = pd.crosstab(edges["pre_id"].map(classes), edges["post_id"].map(classes))
    assert blocks.loc["ALPN", "Kenyon_Cell"] == 9841
    assert blocks.loc["MBIN", "Kenyon_Cell"] == 2586
    assert blocks.loc["Kenyon_Cell", "MBIN"] == 2596
    assert blocks.loc["Kenyon_Cell", "MBON"] == 7485
    assert blocks.loc["Kenyon_Cell", "Kenyon_Cell"] == 942


def test_fly_ids_are_root_ids_beyond_the_reach_of_a_float() -> None:
    ids = nodes_of(FLY)["node_id"]
    assert ids.dtype == np.int64
    assert ids.min() == 720575940602553568 > 2**53
    assert (ids.astype(np.float64).astype(np.int64) != ids).any()
