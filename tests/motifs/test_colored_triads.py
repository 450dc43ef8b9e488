"""The colored census equals its definition, networkx, igraph and the plain census."""

from __future__ import annotations

from collections import Counter
from itertools import product

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from connectome_analysis.motifs import CONNECTED_TRIADS, TRIADS
from tests import graphs
from tests.reference import colored_triads as reference
from tests.reference.triads import DRAWN, matrix_of

NAMED = tuple(name for name in ca.datasets.names() if not name.startswith("larva"))


def counted(table: pd.DataFrame) -> Counter:
    """A census whose labels are 0, 1, 2 ... as the reference has it."""
    columns = ["motif", *[name for name in table if name.startswith("color_")]]
    keys = [(name, *map(int, colors)) for name, *colors in table[columns].itertuples(index=False)]
    assert len(set(keys)) == len(keys)
    return Counter(dict(zip(keys, table["count"].tolist(), strict=True)))


@st.composite
def colored(draw: st.DrawFn, max_nodes: int = 8, max_colors: int = 4) -> tuple:
    matrix = draw(graphs.adjacency(max_nodes))
    one = st.integers(0, max_colors - 1)
    colors = draw(st.lists(one, min_size=len(matrix), max_size=len(matrix)))
    return matrix, np.array(colors, dtype=np.int64)


def by_hand() -> ca.Graph:
    # 1 excites 2, which inhibits 3; 1 also excites 3; 3 excites 4 and is inhibited by 5.
    nodes = pd.DataFrame({"node_id": [1, 2, 3, 4, 5], "sign": [1, -1, 1, 1, -1]})
    return ca.Graph.from_edges([1, 2, 1, 3, 5], [2, 3, 3, 4, 3], nodes=nodes)


def test_a_graph_of_five_neurons_is_counted_as_by_hand() -> None:
    table = ca.motifs.colored_census(by_hand(), "sign")
    assert table.set_index("label")["count"].to_dict() == {
        "021U(E,E,I)": 1,
        "021U(I,E,I)": 1,
        "021C(E,E,E)": 1,
        "021C(I,E,E)": 2,
        "030T(E,I,E)": 1,
    }


def test_a_row_spells_its_class_out() -> None:
    row = ca.motifs.colored_census(by_hand(), "sign").set_index("label").loc["030T(E,I,E)"]
    assert row["edges"] == "a:E -> b:I; a:E -> c:E; b:I -> c:E"
    assert row[["motif", "color_a", "color_b", "color_c"]].tolist() == ["030T", "E", "I", "E"]


def test_pairs_are_counted_as_by_hand() -> None:
    g = by_hand()
    table = ca.motifs.colored_census(g, "sign", size=2)
    assert table.set_index("label")["count"].to_dict() == {
        "asymmetric(E,E)": 2,
        "asymmetric(E,I)": 1,
        "asymmetric(I,E)": 2,
    }
    assert table["edges"].tolist() == ["a:E -> b:E", "a:E -> b:I", "a:I -> b:E"]
    every = ca.motifs.colored_census(g, "sign", size=2, connected=False)
    assert every["count"].sum() == 10


@pytest.mark.parametrize("n_colors", [2, 3])
def test_every_labelled_graph_of_three_in_every_coloring_is_named_by_its_definition(
    n_colors: int,
) -> None:
    classes = [tuple(row) for row in ca.motifs.colored_classes(n_colors).itertuples(index=False)]
    every_coloring = list(product(range(n_colors), repeat=3))
    for bits in product((0, 1), repeat=6):
        matrix = np.zeros((3, 3), dtype=int)
        matrix[~np.eye(3, dtype=bool)] = bits
        a, b = (place.astype(np.int32) for place in np.nonzero(matrix))
        for colors in every_coloring:
            counts = ca.motifs.colored_census_of_edges(3, a, b, np.array(colors), n_colors)
            found = [classes[place] for place in np.flatnonzero(counts)]
            wanted = reference.class_of(matrix, colors)
            assert found == ([wanted] if wanted[0] in CONNECTED_TRIADS else [])
            assert counts.sum() == len(found)


@given(colored())
@settings(max_examples=50, deadline=None)
def test_the_census_is_what_looking_at_every_three_neurons_gives(case: tuple) -> None:
    matrix, colors = case
    g = ca.Graph.from_adjacency(matrix)
    wanted = reference.census(matrix, colors)
    assert counted(ca.motifs.colored_census(g, colors, connected=False)) == wanted
    connected = Counter({key: n for key, n in wanted.items() if key[0] in CONNECTED_TRIADS})
    assert counted(ca.motifs.colored_census(g, colors)) == connected


@given(colored())
@settings(max_examples=40, deadline=None)
def test_the_pairs_are_what_looking_at_every_two_neurons_gives(case: tuple) -> None:
    matrix, colors = case
    g = ca.Graph.from_adjacency(matrix)
    table = ca.motifs.colored_census(g, colors, size=2, connected=False)
    assert counted(table) == reference.pairs(matrix, colors)


@pytest.mark.parametrize("seed", range(4))
def test_the_census_is_its_definition_on_graphs_with_hubs(seed: int) -> None:
    g = graphs.random_graph(30, 0.2, seed)
    colors = np.random.default_rng(seed).integers(0, 6, 30)
    wanted = reference.census(g.to_scipy().toarray(), colors)
    assert counted(ca.motifs.colored_census(g, colors, connected=False)) == wanted


def matched(g: ca.Graph, name: str, colors: tuple[str, ...], labels: np.ndarray) -> int:
    """Induced occurrences by networkx: matches over those of the pattern with itself."""
    host, pattern = g.to_networkx(), nx.DiGraph(TRIADS[name].edges)
    nx.set_node_attributes(host, dict(zip(g.node_ids.tolist(), labels, strict=True)), "color")
    nx.set_node_attributes(pattern, dict(enumerate(colors)), "color")
    same = nx.algorithms.isomorphism.categorical_node_match("color", None)

    def matches(graph: nx.DiGraph) -> int:
        matcher = nx.algorithms.isomorphism.DiGraphMatcher(graph, pattern, node_match=same)
        return sum(1 for _ in matcher.subgraph_isomorphisms_iter())

    return matches(host) // matches(pattern)


@pytest.mark.parametrize(
    "label",
    ["030T(E,I,E)", "021C(I,I,E)", "021D(E,I,I)", "201(E,I,E)", "120D(E,E,I)", "210(E,E,I)"],
)
def test_the_counts_of_the_worm_are_those_of_a_search_by_networkx(label: str) -> None:
    g = ca.open("celegans-varshney2011").graph()
    signs = ca.motifs.node_colors(g, "sign")
    labels = np.array(signs.labels)[signs.codes]
    table = ca.motifs.colored_census(g, "sign").set_index("label")["count"]
    name, colors = label[:-1].split("(")
    assert table.get(label, 0) == matched(g, name, tuple(colors.split(",")), labels)


def test_the_counts_of_every_class_are_those_of_a_search_by_igraph() -> None:
    g = graphs.random_graph(40, 0.15, seed=7)
    colors = np.random.default_rng(7).integers(0, 2, 40)
    host = g.to_igraph()
    table = counted(ca.motifs.colored_census(g, colors))
    for name, *wanted in ca.motifs.colored_classes(2).itertuples(index=False):
        pattern = type(host)(3, TRIADS[name].edges, directed=True)
        domains = [np.flatnonzero(colors == color).tolist() for color in wanted]
        found = host.get_subisomorphisms_lad(pattern, domains=domains, induced=True)
        assert table[(name, *wanted)] == len({frozenset(three) for three in found})


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("column", ["sign", "neurotransmitter", "cell_class"])
def test_summed_over_colors_it_is_the_plain_census_of_every_bundled_connectome(
    name: str, column: str
) -> None:
    with ca.open(name) as connectome:
        g = connectome.graph()
    table = ca.motifs.colored_census(g, column, connected=False)
    census = ca.motifs.triad_census(g)
    assert table.groupby("motif")["count"].sum().to_dict() == census[census > 0].to_dict()
    assert sum(table.attrs["neurons"].values()) == g.n_nodes
    assert table.attrs["n_unknown"] == g.nodes[column].isna().sum()


def test_kenyon_cells_and_output_neurons_of_the_larva_are_counted_as_scipy_does() -> None:
    with ca.open("larva-mushroom-body-left") as connectome:
        g = connectome.graph()
    kind = g.nodes["cell_type"].to_numpy()
    matrix = (g.to_scipy().toarray() > 0).astype(np.int64)
    one_way, mutual = matrix * (1 - matrix.T), matrix * matrix.T
    kenyon, output = kind == "KC", kind == "MBON"
    table = ca.motifs.colored_census(g, "cell_type").set_index("label")["count"]
    to_output = one_way[np.ix_(kenyon, output)]
    among = one_way[np.ix_(kenyon, kenyon)]
    loops = int(((among @ to_output) * to_output).sum())
    assert table["030T(KC,KC,MBON)"] == loops == 13_497
    both = mutual[np.ix_(kenyon, kenyon)]
    onto_one = ((both @ to_output) * to_output).sum() // 2
    assert table["120U(MBON,KC,KC)"] == onto_one == 20_629
    pairs = ca.motifs.colored_census(g, "cell_type", size=2).set_index("label")["count"]
    assert pairs["mutual(KC,KC)"] == both.sum() // 2
    assert pairs["asymmetric(KC,MBON)"] == to_output.sum()


def test_one_color_gives_the_plain_census() -> None:
    g = graphs.random_graph(80, 0.1, seed=1)
    census = ca.motifs.triad_census(g)
    counts = ca.motifs.colored_census_of_edges(
        80, g.out_sources, g.out_indices, np.zeros(80, dtype=int), 1
    )
    assert counts.tolist() == census[list(CONNECTED_TRIADS)].tolist()


def test_every_neuron_its_own_color_counts_every_triad_once() -> None:
    g = graphs.random_graph(30, 0.2, seed=2)
    table = ca.motifs.colored_census(g, np.arange(30))
    assert (table["count"] == 1).all()
    assert len(table) == ca.motifs.triad_census(g)[list(CONNECTED_TRIADS)].sum()


@given(colored(max_nodes=12), st.randoms())
@settings(max_examples=40, deadline=None)
def test_other_names_for_the_colors_permute_the_classes(case: tuple, random: object) -> None:
    matrix, colors = case
    other = list(range(4))
    random.shuffle(other)  # type: ignore[attr-defined]
    g = ca.Graph.from_adjacency(matrix)
    renamed = counted(ca.motifs.colored_census(g, np.array(other)[colors]))
    expected: Counter = Counter()
    for (name, *three), count in counted(ca.motifs.colored_census(g, colors)).items():
        drawn = matrix_of(DRAWN[name])
        expected[reference.class_of(drawn, tuple(other[color] for color in three))] += count
    assert renamed == expected


def test_relabelling_the_neurons_changes_nothing() -> None:
    g = graphs.random_graph(60, 0.1, seed=1)
    colors = np.random.default_rng(1).integers(0, 5, 60)
    order = np.random.default_rng(2).permutation(60)
    shuffled = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    pd.testing.assert_frame_equal(
        ca.motifs.colored_census(shuffled, colors[order]), ca.motifs.colored_census(g, colors)
    )


@pytest.mark.parametrize("n_jobs", [2, 5])
def test_the_number_of_threads_changes_nothing(n_jobs: int) -> None:
    rng = np.random.default_rng(4)
    n = 20_000
    pre, post = rng.integers(0, n, (2, 200_000))
    g = ca.Graph.from_edges(pre, post, node_ids=np.arange(n))
    colors = rng.integers(0, 8, n)
    pd.testing.assert_frame_equal(
        ca.motifs.colored_census(g, colors, n_jobs=n_jobs),
        ca.motifs.colored_census(g, colors, n_jobs=1),
    )


def test_sixty_four_colors_are_counted() -> None:
    g = graphs.random_graph(200, 0.05, seed=3)
    colors = np.arange(200) % 64
    table = ca.motifs.colored_census(g, colors, connected=False)
    census = ca.motifs.triad_census(g)
    assert table.groupby("motif")["count"].sum().to_dict() == census[census > 0].to_dict()


@pytest.mark.parametrize(("n_colors", "size"), [(0, 0), (1, 13), (2, 86), (8, 4808)])
def test_there_are_as_many_classes_as_burnside_counts(n_colors: int, size: int) -> None:
    # Six triads have no automorphism, five have one exchange, 030C turns, 300 does everything.
    c = n_colors
    burnside = 6 * c**3 + 5 * (c**3 + c**2) // 2 + (c**3 + 2 * c) // 3
    burnside += (c**3 + 3 * c**2 + 2 * c) // 6
    assert len(ca.motifs.colored_classes(n_colors)) == size == burnside


def test_classes_that_do_not_hang_together_come_first_when_asked_for() -> None:
    classes = ca.motifs.colored_classes(2, connected=False)
    assert classes["motif"].value_counts(sort=False)[:3].to_dict() == {"003": 4, "012": 8, "102": 6}


def test_counts_beyond_32_bits_are_exact() -> None:
    leaves = 100_000
    g = ca.Graph.from_edges(np.zeros(leaves, dtype=int), np.arange(1, leaves + 1))
    colors = np.arange(leaves + 1) % 2  # the hub has color 0
    table = ca.motifs.colored_census(g, colors).set_index("label")["count"]
    half = leaves // 2
    same = half * (half - 1) // 2
    assert table.to_dict() == {"021D(0,0,0)": same, "021D(0,0,1)": half**2, "021D(1,0,1)": same}


@pytest.mark.parametrize("n_nodes", [0, 1, 2, 3])
@pytest.mark.parametrize("size", [2, 3])
def test_graphs_without_edges_have_an_empty_table_of_the_same_form(n_nodes: int, size: int) -> None:
    g = ca.Graph.from_edges([], [], node_ids=np.arange(n_nodes))
    table = ca.motifs.colored_census(g, ["x"] * n_nodes, size=size)
    full = ca.motifs.colored_census(by_hand(), "sign", size=size)
    assert len(table) == 0
    assert table.columns.tolist() == full.columns.tolist()
    assert table.dtypes.tolist() == full.dtypes.tolist()
    every = ca.motifs.colored_census(g, ["x"] * n_nodes, size=size, connected=False)
    assert every["count"].sum() == (n_nodes >= size) * (1 if size == n_nodes else 3)


def test_self_loops_are_left_out() -> None:
    g = ca.Graph.from_edges([0, 1, 1], [1, 2, 1], self_loops="keep")
    table = ca.motifs.colored_census(g, ["x", "y", "z"])
    assert table["label"].tolist() == ["021C(x,y,z)"]
    assert ca.motifs.colored_census(g, ["x", "y", "z"], size=2)["count"].tolist() == [1, 1]


def test_neurons_without_a_color_are_counted_as_unknown_and_the_table_says_how_many() -> None:
    g = ca.Graph.from_edges([0, 1], [1, 2])
    table = ca.motifs.colored_census(g, np.array(["x", np.nan, None], dtype=object))
    assert table["label"].tolist() == ["021C(x,unknown,unknown)"]
    assert table.attrs["n_unknown"] == 2
    assert table.attrs["neurons"] == {"x": 1, "unknown": 2}


def test_labels_with_braces_and_commas_stand_in_the_table_as_they_are() -> None:
    g = ca.Graph.from_edges([0, 1], [1, 2])
    table = ca.motifs.colored_census(g, ["{0}", "a,b", "%s"])
    assert table.loc[0, "edges"] == "a:{0} -> b:a,b; b:a,b -> c:%s"


def test_neurons_keep_their_colors_on_graphs_of_a_null_model() -> None:
    g = ca.open("celegans-varshney2011").graph()
    colors = ca.motifs.node_colors(g, "sign")
    null = ca.null_models.sample(g, "configuration", rng=1)
    counts = ca.motifs.colored_census_of_edges(
        g.n_nodes, null.out_sources, null.out_indices, colors.codes, len(colors.labels)
    )
    table = ca.motifs.colored_census(null, "sign")
    assert counts[counts > 0].tolist() == table["count"].tolist()
    classes = ca.motifs.colored_classes(len(colors.labels))
    assert table["motif"].tolist() == classes["motif"][counts > 0].tolist()


def test_what_is_no_color_code_or_size_is_refused() -> None:
    g = by_hand()
    edges = (5, g.out_sources, g.out_indices)
    census = ca.motifs.colored_census_of_edges
    with pytest.raises(ValueError, match="must lie between 0 and 1, got 0 to 2"):
        census(*edges, np.array([0, 1, 2, 0, 0]), 2)
    with pytest.raises(ValueError, match="must lie between 0 and 1, got -1 to 0"):
        census(*edges, np.array([0, -1, 0, 0, 0]), 2)
    with pytest.raises(ValueError, match=r"5 whole numbers.*float64 with shape \(4,\)"):
        census(*edges, np.zeros(4), 2)
    with pytest.raises(ValueError, match="from 0 to 64, got 65"):
        ca.motifs.colored_classes(65)
    with pytest.raises(ValueError, match="from 0 to 64, got 'many'"):
        ca.motifs.colored_classes("many")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="size must be 2 or 3, got 4"):
        ca.motifs.colored_census(g, "sign", size=4)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="A Graph is wanted"):
        ca.motifs.colored_census(g.to_scipy(), "sign")  # type: ignore[arg-type]


def test_too_many_neurons_for_triads_that_do_not_hang_together_is_said() -> None:
    g = ca.Graph.from_edges([0], [1], node_ids=np.arange(2_000_001))
    with pytest.raises(ValueError, match=r"up to 2,000,000 neurons.*connected=True"):
        ca.motifs.colored_census(g, np.zeros(2_000_001, dtype=int), connected=False)


def test_labels_with_commas_still_name_one_class_each() -> None:
    g = graphs.random_graph(12, 0.4, seed=3)
    table = ca.motifs.colored_census(g, ["a", "a,a"] * 6)
    assert table["label"].is_unique
