"""Graph: what goes in comes out, ids and whole weights unharmed, and nothing can be changed."""

from __future__ import annotations

import copy
import pickle

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csgraph

import connectome_analysis as ca
from tests import graphs

BIG = 720575940629970489  # a FlyWire root id; as float64 it becomes ...970496

edge_lists = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 50)))


@given(edge_lists, st.permutations(range(10)))
@settings(max_examples=100, deadline=None)
def test_a_graph_holds_the_sum_of_every_pair_and_no_loop(edges, order) -> None:
    ids = np.array(order) * 1000 + BIG
    pre, post, weight = (
        (np.array(column, dtype=np.int64) for column in zip(*edges, strict=True))
        if edges
        else (np.zeros(0, dtype=np.int64),) * 3
    )
    g = ca.Graph.from_edges(ids[pre], ids[post], weight, node_ids=ids)
    expected: dict[tuple[int, int], int] = {}
    for a, b, w in edges:
        if a != b:
            pair = (int(ids[a]), int(ids[b]))
            expected[pair] = expected.get(pair, 0) + w
    table = g.edges()
    found = zip(table["pre_id"].tolist(), table["post_id"].tolist(), strict=True)
    assert dict(zip(found, table["weight"].tolist(), strict=True)) == expected
    loops = sum(a == b for a, b, _ in edges)
    assert g.n_self_loops_dropped == loops
    assert g.n_parallel_merged == len(edges) - loops - len(expected)
    assert g.node_ids.tolist() == ids.tolist()


@given(graphs.adjacency(max_nodes=12))
@settings(max_examples=60, deadline=None)
def test_both_directions_of_the_csr_are_the_matrix(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix * 7)
    assert (g.to_scipy().toarray() == matrix * 7).all()
    back = sp.csr_array(
        (g.weights[g.in_edges], g.in_indices, g.in_indptr), shape=matrix.shape
    ).toarray()
    assert (matrix * 7 == back.T).all()
    assert g.out_degree.tolist() == matrix.sum(axis=1).tolist()
    assert g.in_degree.tolist() == matrix.sum(axis=0).tolist()
    for i in range(len(matrix)):
        assert (np.diff(g.out_indices[g.out_indptr[i] : g.out_indptr[i + 1]]) > 0).all()
        assert (np.diff(g.in_indices[g.in_indptr[i] : g.in_indptr[i + 1]]) > 0).all()


def test_ids_without_edges_are_kept_and_the_order_is_the_one_given() -> None:
    g = ca.Graph.from_edges([5], [2], node_ids=[9, 5, 2])
    assert g.node_ids.tolist() == [9, 5, 2]
    assert g.out_degree.tolist() == [0, 1, 0]


def test_large_ids_pass_unharmed_through_every_conversion() -> None:
    g = ca.Graph.from_edges([BIG, BIG + 1], [BIG + 1, BIG + 2], weight=[3, 4])
    assert g.node_ids.tolist() == [BIG, BIG + 1, BIG + 2]
    assert set(g.to_networkx()) == {BIG, BIG + 1, BIG + 2}
    assert g.to_igraph().vs["node_id"] == [BIG, BIG + 1, BIG + 2]
    assert ca.Graph.from_networkx(g.to_networkx()).equals(g)
    assert g.edges()["pre_id"].tolist() == [BIG, BIG + 1]


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8, np.uint32, np.uint64, bool])
def test_whole_weights_stay_whole(dtype: type) -> None:
    g = ca.Graph.from_edges([0, 1], [1, 2], weight=np.array([1, 1], dtype=dtype))
    assert g.weights.dtype.kind == "i"


def test_sums_of_32_bit_weights_do_not_wrap_around() -> None:
    big = np.array([2**31 - 1, 2**31 - 1], dtype=np.int32)
    assert ca.Graph.from_edges([0, 0], [1, 1], weight=big).weights.tolist() == [2**32 - 2]


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, bool, np.int32])
def test_repeated_entries_of_a_matrix_do_not_wrap_around(dtype: type) -> None:
    top = True if dtype is bool else np.iinfo(dtype).max
    data = np.array([top] * 5, dtype=dtype)
    matrix = sp.coo_array((data, ([0] * 5, [1] * 5)), shape=(2, 2))
    assert ca.Graph.from_adjacency(matrix).weights.tolist() == [5 * int(top)]


def test_sums_that_no_integer_holds_or_that_vanish_are_refused() -> None:
    with pytest.raises(ValueError, match="add up to more than int64 holds"):
        ca.Graph.from_edges([0] * 4, [1] * 4, weight=[2**62] * 4)
    with pytest.raises(ValueError, match="weights of 1 pairs add up to 0"):
        ca.Graph.from_edges([0, 0], [1, 1], weight=[5, -5])


def test_large_whole_weights_and_attributes_with_gaps_stay_whole() -> None:
    weight = np.array([2**53 + 1, 3], dtype=object)
    assert ca.Graph.from_edges([0, 1], [1, 0], weight=weight).weights.tolist() == [2**53 + 1, 3]
    nodes = pd.DataFrame({"node_id": [1, 2], "twin": pd.array([2**60 + 1, None], dtype="Int64")})
    g = ca.Graph.from_edges([1], [2], nodes=nodes)
    again = ca.Graph.from_networkx(g.to_networkx()).nodes["twin"]
    assert (str(again.dtype), again.tolist()[0]) == ("Int64", 2**60 + 1)


def test_numpy_integers_as_labels_are_ids() -> None:
    theirs = nx.DiGraph()
    theirs.add_edge(np.int64(BIG), np.int64(BIG + 1))
    assert ca.Graph.from_networkx(theirs).node_ids.tolist() == [BIG, BIG + 1]
    frame = pd.DataFrame([[0, 1], [0, 0]], index=pd.Index([BIG, BIG + 1], dtype=object))
    frame.columns = frame.index
    assert ca.Graph.from_adjacency(frame).node_ids.tolist() == [BIG, BIG + 1]


def test_names_as_labels_of_a_matrix_become_names() -> None:
    frame = pd.DataFrame([[0, 1], [0, 0]], index=["AVAL", "AVAR"], columns=["AVAL", "AVAR"])
    g = ca.Graph.from_adjacency(frame)
    assert g.node_ids.tolist() == [1, 2]
    assert g.nodes["name"].tolist() == ["AVAL", "AVAR"]


def test_a_graph_shares_nothing_with_its_maker_or_its_copies() -> None:
    ids = np.array([1, 2, 3])
    g = ca.Graph.from_edges([1], [2], node_ids=ids)
    ids[0] = 99
    assert g.node_ids.tolist() == [1, 2, 3]
    with pytest.raises(AttributeError, match="A Graph cannot be changed"):
        g.weights = g.weights
    for other in (g, pickle.loads(pickle.dumps(g)), copy.deepcopy(g)):
        assert other.equals(g)
        with pytest.raises(ValueError, match="WRITEABLE"):
            other.weights.setflags(write=True)


def test_nothing_in_a_graph_can_be_changed() -> None:
    g = ca.Graph.from_edges([0, 1], [1, 2])
    for array in (g.node_ids, g.out_indptr, g.out_indices, g.weights, g.in_indices, g.in_degree):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5
    table = g.nodes
    table["node_id"] = 0
    assert g.nodes["node_id"].tolist() == [0, 1, 2]


def test_self_loops_are_kept_or_refused_when_asked() -> None:
    kept = ca.Graph.from_edges([0, 1], [1, 1], self_loops="keep")
    assert kept.has_self_loops
    assert kept.n_edges == 2
    assert kept.without_self_loops().n_edges == 1
    with pytest.raises(ValueError, match="1 edges join a neuron to itself, for instance 1"):
        ca.Graph.from_edges([0, 1], [1, 1], self_loops="error")


def test_parallel_edges_are_refused_when_asked() -> None:
    with pytest.raises(ValueError, match="1 edges are repeated; parallel='sum' adds"):
        ca.Graph.from_edges([0, 0], [1, 1], parallel="error")


def test_a_subgraph_keeps_ids_weights_and_node_table() -> None:
    nodes = pd.DataFrame({"node_id": [10, 20, 30], "cell_type": ["a", "b", "c"]})
    g = ca.Graph.from_edges([10, 20, 30], [20, 30, 10], weight=[1, 2, 3], nodes=nodes)
    part = g.subgraph([30, 10])
    assert part.node_ids.tolist() == [10, 30]
    assert part.edges().to_numpy().tolist() == [[30, 10, 3]]
    assert part.nodes["cell_type"].tolist() == ["a", "c"]
    with pytest.raises(ValueError, match="not among the nodes, for instance 99"):
        g.subgraph([99])


@pytest.mark.parametrize("method", ["D", "BF", "J"])
def test_the_scipy_matrix_goes_through_csgraph_of_every_supported_version(method: str) -> None:
    matrix = ca.Graph.from_edges([10, 20, 20], [20, 10, 30], weight=[3, 4, 5]).to_scipy()
    assert matrix.indices.dtype == matrix.indptr.dtype == np.int32
    assert csgraph.shortest_path(matrix, method=method).tolist() == [
        [0, 3, 8],
        [4, 0, 5],
        [np.inf, np.inf, 0],
    ]
    assert csgraph.connected_components(matrix, connection="strong")[0] == 2


def test_the_scipy_matrix_is_a_copy() -> None:
    g = ca.Graph.from_edges([10, 20], [20, 30], weight=[3, 4])
    matrix = g.to_scipy()
    matrix.data[:], matrix.indices[:], matrix.indptr[:] = 0, 0, 0
    assert g.edges().to_numpy().tolist() == [[10, 20, 3], [20, 30, 4]]


def test_symmetrized_joins_every_pair_both_ways_with_the_sum() -> None:
    g = ca.Graph.from_edges([0, 1, 1], [1, 0, 2], weight=[1, 2, 5]).symmetrized()
    assert g.to_scipy().toarray().tolist() == [[0, 3, 0], [3, 0, 5], [0, 5, 0]]


def test_an_adjacency_frame_is_aligned_by_its_labels() -> None:
    frame = pd.DataFrame([[1, 0], [0, 2]], index=[7, 8], columns=[8, 7])
    g = ca.Graph.from_adjacency(frame)
    assert g.edges().to_numpy().tolist() == [[7, 8, 1], [8, 7, 2]]


def test_columns_are_pre_when_said() -> None:
    matrix = [[0, 5], [0, 0]]
    assert ca.Graph.from_adjacency(matrix).edges().to_numpy().tolist() == [[0, 1, 5]]
    turned = ca.Graph.from_adjacency(matrix, orientation="columns-are-pre")
    assert turned.edges().to_numpy().tolist() == [[1, 0, 5]]


def test_networkx_names_become_names_and_undirected_edges_go_both_ways() -> None:
    worm = nx.Graph()
    worm.add_edge("AVAL", "AVAR", weight=3)
    worm.nodes["AVAL"]["cell_type"] = "AVA"
    g = ca.Graph.from_networkx(worm)
    assert g.node_ids.tolist() == [1, 2]
    assert g.nodes["name"].tolist() == ["AVAL", "AVAR"]
    assert g.nodes["cell_type"].tolist()[0] == "AVA"
    assert g.edges().to_numpy().tolist() == [[1, 2, 3], [2, 1, 3]]


def test_networkx_gets_plain_values_that_it_can_save(tmp_path) -> None:
    with ca.open("larva-mushroom-body-left") as larva:
        graph = larva.graph().to_networkx()
    nx.write_graphml(graph, tmp_path / "larva.graphml")
    again = nx.read_graphml(tmp_path / "larva.graphml", node_type=int)
    assert again.number_of_edges() == graph.number_of_edges()


def test_igraph_carries_weights_and_the_node_table() -> None:
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    graph = g.to_igraph()
    assert graph.is_directed()
    assert graph.es["weight"] == g.weights.tolist()
    assert graph.vs["name"] == g.nodes["name"].tolist()


@pytest.mark.graph_tool
def test_graph_tool_carries_weights_ids_and_the_node_table() -> None:
    import graph_tool.clustering

    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    graph = g.to_graph_tool()
    assert graph.vp["node_id"].a.tolist() == g.node_ids.tolist()
    assert graph.ep["weight"].a.tolist() == g.weights.tolist()
    assert [graph.vp["name"][v] for v in graph.vertices()] == g.nodes["name"].tolist()
    _, counts = graph_tool.clustering.motifs(graph, 3)
    census = ca.motifs.triad_census(g)
    assert sum(counts) == census[list(ca.motifs.CONNECTED_TRIADS)].sum()
    assert sorted(c for c in counts if c) == sorted(
        c for c in census[list(ca.motifs.CONNECTED_TRIADS)] if c
    )


def test_a_missing_library_is_named_with_its_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    g = ca.Graph.from_edges([0], [1])
    for library, convert, way_out in (
        ("igraph", g.to_igraph, r"pip install 'neuropil\[igraph\]'"),
        ("graph_tool", g.to_graph_tool, "conda-forge"),
        ("torch", g.to_pyg, r"neuropil\[gnn\]"),
    ):
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(ImportError, match=way_out):
            convert()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0], [2.0]), "pre must be integers, got float64. Ids above"),
        ((["AVAL"], ["AVAR"]), "pre must be integers, got <U4. Number the neurons"),
        (([1, 2], [1]), "pre and post must be equally long, got 2 and 1"),
        (([1], [2], [0]), "weight must not be 0, got 1 such edges"),
        (([1], [2], [float("nan")]), "weight must be finite"),
        (([1], [2], [1, 2]), r"weight must have 1 entries, one for each edge, got shape \(2,\)"),
        (([1], [2], ["x"]), "weight must be numbers"),
        (([1], [2], None, [1]), "post has 1 ids that are not among the nodes, for instance 2"),
        (([1], [2], None, [1, 2, 1]), "node ids must be unique, got 1 more than once"),
        (([[1]], [[2]]), "pre must be one-dimensional"),
        (([2**63], [1]), f"pre must fit int64, got {2**63}"),
        (([2**64], [1]), f"pre must fit int64, got {2**64}"),
        (([True], [False]), "pre must be integers, got bool"),
    ],
)
def test_bad_edges_are_refused_with_what_came_and_the_way_out(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        ca.Graph.from_edges(*arguments)


@pytest.mark.parametrize(
    ("matrix", "options", "message"),
    [
        (np.ones((2, 3)), {}, "must be square, got 2 x 3"),
        (np.eye(2), {"node_ids": [1]}, "node_ids must have 2 entries"),
        (np.eye(2), {"orientation": "rows"}, "orientation must be 'rows-are-pre' or"),
        (pd.DataFrame(np.eye(2), index=[1, 2], columns=[2, 3]), {}, "the same labels"),
    ],
)
def test_bad_matrices_are_refused(matrix, options, message) -> None:
    with pytest.raises(ValueError, match=message):
        ca.Graph.from_adjacency(matrix, **options)


def test_an_empty_graph_is_a_graph() -> None:
    g = ca.Graph.from_edges([], [])
    assert (g.n_nodes, g.n_edges) == (0, 0)
    assert g.to_scipy().shape == (0, 0)
    assert g.symmetrized().n_edges == 0
    assert len(g.edges()) == 0


@pytest.mark.parametrize(
    "use",
    [
        ca.motifs.triad_census,
        ca.motifs.significance,
        ca.rich_club,
        ca.null_models.sample,
        ca.measures.density,
        ca.measures.reciprocity,
        ca.measures.transitivity,
        ca.measures.components,
    ],
)
def test_something_else_than_a_graph_is_named_with_the_way_to_make_one(use) -> None:
    with pytest.raises(TypeError, match=r"A Graph is wanted, got networkx.*Graph.from_networkx"):
        use(nx.DiGraph())


def test_confidence_goes_along_into_other_libraries() -> None:
    g = ca.Graph.from_edges([1, 2, 1], [2, 3, 3], weight=[3, 1, 2], confidence=[0.5, 0.25, 1.0])
    assert g.confidence is not None
    edges = g.to_networkx().edges
    assert {e: edges[e]["confidence"] for e in edges} == {(1, 2): 0.5, (2, 3): 0.25, (1, 3): 1.0}
    theirs = g.to_igraph()
    assert theirs.es["confidence"] == g.confidence.tolist()


def test_pyg_gets_columns_as_numbers_and_the_words_they_stand_for() -> None:
    geometric = pytest.importorskip("torch_geometric")
    data = ca.open("larva-mushroom-body-left").graph().to_pyg()
    assert isinstance(data, geometric.data.Data)
    assert [data.cell_type_words[i] for i in data.cell_type.tolist()][:1] == ["KC"]


def test_nodes_in_another_order_are_the_same_graph() -> None:
    nodes = pd.DataFrame({"node_id": [7, 8, 9], "kind": ["a", "b", "c"]})
    g = ca.Graph.from_edges(
        [7, 7, 9, 8], [8, 9, 7, 8], [1, 2, 3, 4], nodes=nodes, self_loops="keep"
    )
    other = g.in_order([2, 0, 1])
    assert other.node_ids.tolist() == [9, 7, 8]
    assert other.nodes["kind"].tolist() == ["c", "a", "b"]
    assert set(other.edges().itertuples(index=False, name=None)) == set(
        g.edges().itertuples(index=False, name=None)
    )
    assert other.in_order([1, 2, 0]).equals(g)
    with pytest.raises(ValueError, match="positions must hold each of 0 to 2 once"):
        g.in_order([0, 0, 1])
