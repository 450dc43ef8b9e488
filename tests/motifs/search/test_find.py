"""Search finds what trying every neuron at every node finds, and what networkx finds."""

from __future__ import annotations

import time
from itertools import product
from math import comb
from typing import Any

import duckdb
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from connectome_analysis.motifs import CONNECTED_TRIADS, TRIADS, count_matches, find, iter_matches
from tests import graphs
from tests.reference import motif_search as reference

WORM = "celegans-varshney2011"
FEED_FORWARD = "A -> B; A -> C; B -> C"
CYCLE = "A -> B; B -> C; C -> A"
CLIQUE = "A -> B; B -> A; B -> C; C -> B; A -> C; C -> A"


def rows(table: pd.DataFrame) -> list[tuple[int, ...]]:
    return sorted(table.itertuples(index=False, name=None))


# ---------------------------------------------------------------- small enough to check by hand


def test_a_feed_forward_loop_is_found_with_each_neuron_at_its_node() -> None:
    g = ca.Graph.from_edges([10, 10, 20, 10], [20, 30, 30, 40])
    found = find(g, FEED_FORWARD)
    assert found.to_dict("list") == {"A": [10], "B": [20], "C": [30]}
    assert [str(dtype) for dtype in found.dtypes] == ["int64"] * 3


def test_columns_stand_in_the_order_in_which_the_motif_names_its_nodes() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3])
    found = find(g, "z -> last; first -> z")
    assert list(found.columns) == ["z", "last", "first"]
    assert rows(found) == [(2, 3, 1)]


def test_a_missing_edge_may_be_there_unless_it_is_ruled_out() -> None:
    g = ca.Graph.from_edges([1, 2, 1, 3], [2, 3, 3, 4])
    assert rows(find(g, "A -> B; B -> C")) == [(1, 2, 3), (1, 3, 4), (2, 3, 4)]
    assert rows(find(g, "A -> B; B -> C; A !> C")) == [(1, 3, 4), (2, 3, 4)]
    assert rows(find(g, "A -> B; B -> C; A ~> C")) == [(1, 3, 4), (2, 3, 4)]
    assert rows(find(g, "A -> B; B -> C", induced=True)) == [(1, 3, 4), (2, 3, 4)]


def test_a_cycle_is_one_instance_and_three_mappings() -> None:
    g = ca.Graph.from_edges([7, 8, 9], [8, 9, 7])
    assert rows(find(g, CYCLE)) == [(7, 8, 9)]
    assert rows(find(g, CYCLE, distinct="mappings")) == [(7, 8, 9), (8, 9, 7), (9, 7, 8)]
    # DotMotif's own example for `===`; here one row per cycle, whichever way the ids run.
    alike = CYCLE + "; A === B; B === C"
    assert rows(find(g, alike, distinct="mappings")) == [(7, 8, 9)]
    back = ca.Graph.from_edges([8, 9, 7], [7, 8, 9])
    assert rows(find(back, alike, distinct="mappings")) == [(7, 9, 8)]


def test_neurons_declared_alike_trade_places_only_among_themselves() -> None:
    g = ca.Graph.from_edges([1] * 4, [2, 3, 4, 5])
    star = "H -> A; H -> B; H -> C"
    assert count_matches(g, star) == comb(4, 3)
    assert count_matches(g, star, distinct="mappings") == 4 * 3 * 2
    pair = star + "; A === B"
    found = find(g, pair, distinct="mappings")
    assert len(found) == 4 * 3 * 2 // 2
    assert (found["A"] < found["B"]).all()
    assert count_matches(g, pair) == comb(4, 3)


def test_the_row_kept_of_an_instance_is_the_first_in_the_order_of_the_graph() -> None:
    # The graph's order, not the ids': neuron 9 comes first here.
    g = ca.Graph.from_edges([9, 2], [2, 9], node_ids=[9, 5, 2])
    assert rows(find(g, "A -> B; B -> A")) == [(9, 2)]


def test_conditions_on_an_edge_hold_for_that_edge() -> None:
    g = ca.Graph.from_edges([1, 1, 2], [2, 3, 3], weight=[5, 7, 9])
    assert rows(find(g, "A -> B [weight >= 7]")) == [(1, 3), (2, 3)]
    assert rows(find(g, "A -> B [weight > 5, weight < 9]")) == [(1, 3)]
    assert rows(find(g, "A -> B [weight in [5, 9]]")) == [(1, 2), (2, 3)]
    assert rows(find(g, "A -> B as ab; ab.weight != 7")) == [(1, 2), (2, 3)]
    assert rows(find(g, "A -> B; A !> C [weight > 6]; B -> C")) == []
    assert rows(find(g, "A -> B; A !> C [weight > 7]; B -> C")) == [(1, 2, 3)]
    assert rows(find(g, "A -> B [weight >= 5]; A !> B [weight >= 8]")) == [(1, 2), (1, 3)]
    assert rows(find(g, "A -> B as ab; B -> C as bc; bc.weight > ab.weight")) == [(1, 2, 3)]
    assert rows(find(g, "A -> B as ab; B -> C as bc; bc.weight <= ab.weight")) == []


def typed() -> ca.Graph:
    nodes = pd.DataFrame(
        {
            "node_id": [1, 2, 3, 4],
            "cell_type": ["KC", "PN", None, "KCab"],
            "size": [10.0, 20.5, np.nan, 10.0],
            "volume": [10, 20, 30, 40],
            "sign": pd.array([1, None, -1, 1], dtype="Int8"),
            "proofread": [True, False, True, True],
            "soma side": pd.Categorical(["left", "right", "left", None]),
            "big": [2**62, 2**62 + 1, 2**62 + 2, -(2**62)],
        }
    )
    return ca.Graph.from_edges([1, 2, 3, 4], [2, 3, 4, 1], nodes=nodes)


@pytest.mark.parametrize(
    ("condition", "senders"),
    [
        ('A.cell_type = "KC"', [1]),
        ("A.cell_type = KC", [1]),
        ("A.cell_type == 'KC'", [1]),
        ('A.cell_type != "KC"', [2, 4]),  # a missing type is not another type
        ('A.cell_type <> "KC"', [2, 4]),
        ('A.cell_type in ["KC", "PN"]', [1, 2]),
        ('A.cell_type in ("KC", PN)', [1, 2]),
        ('A.cell_type !in ["KC"]', [2, 4]),
        ('A.cell_type contains "KC"', [1, 4]),
        ('A.cell_type !contains "ab"', [1, 2]),
        ('A.cell_type > "KC"', [2, 4]),
        ("A.size > 10", [2]),
        ("A.size >= 10", [1, 2, 4]),
        ("A.size = 20.5", [2]),
        ("A.size != 10", [2]),
        ("A.volume < 20.5", [1, 2]),
        ("A.volume >= 20.5", [3, 4]),
        ("A.volume = 20.5", []),
        ("A.volume < 1e300", [1, 2, 3, 4]),
        ("A.volume > -99999999999999999999", [1, 2, 3, 4]),
        ("A.volume < 1" + "0" * 400, [1, 2, 3, 4]),
        ("A.size > -1" + "0" * 5000, [1, 2, 4]),
        ("A.sign = -1", [3]),
        ("A.sign != -1", [1, 4]),
        ("A.proofread = true", [1, 3, 4]),
        ("A.proofread != True", [2]),
        ('A["soma side"] = "left"', [1, 3]),
        ("A['soma side'] = right", [2]),
        (f"A.big = {2**62 + 1}", [2]),
        (f"A.big >= {2**62 + 1}", [2, 3]),
        ("A.node_id in [3, 1]", [1, 3]),
        ("A.size < A.volume", [4]),
        ("A.volume > 10; A.volume < 40", [2, 3]),
        ('A.cell_type = "\'; DROP TABLE nodes; --"', []),
    ],
)
def test_conditions_on_a_neuron(condition: str, senders: list[int]) -> None:
    assert find(typed(), f"A -> B; {condition}")["A"].tolist() == senders


@pytest.mark.parametrize(
    ("condition", "pairs"),
    [
        ("A.size < B.size", [(1, 2)]),
        ("A.size = B.size", [(4, 1)]),
        ("A.volume > B.volume", [(4, 1)]),
        ("A.volume >= B.size", [(3, 4), (4, 1)]),
        ("A.big < B.big", [(1, 2), (2, 3), (4, 1)]),
        ("A.cell_type < B.cell_type", [(1, 2)]),
        ("A.proofread = B.proofread", [(3, 4), (4, 1)]),
        ("A.sign != B.sign", [(3, 4)]),
    ],
)
def test_attributes_of_two_neurons_are_compared(condition: str, pairs: list[Any]) -> None:
    assert rows(find(typed(), f"A -> B; {condition}")) == pairs


def test_ids_beyond_the_floats_are_compared_exactly() -> None:
    ids = [2**60, 2**60 + 1]
    g = ca.Graph.from_edges([ids[0]], [ids[1]], nodes=pd.DataFrame({"node_id": ids}))
    assert rows(find(g, f"A -> B; A.node_id = {ids[0]}; A.node_id < B.node_id")) == [tuple(ids)]
    assert rows(find(g, f"A -> B; A.node_id = {ids[1]}")) == []


def test_where_takes_conditions_in_sql() -> None:
    g = typed()
    assert rows(find(g, "A -> B", where={"A": "cell_type IS NULL"})) == [(3, 4)]
    assert rows(find(g, "A -> B", where={"B": "cell_type LIKE 'KC%' OR size > 20"})) == [
        (1, 2), (3, 4), (4, 1),
    ]  # fmt: skip
    assert rows(find(g, "A -> B", where="proofread -- all")) == [(3, 4), (4, 1)]
    both = find(g, "A -> B; A.volume > 30", where={"A": "proofread", "B": "true"})
    assert rows(both) == [(4, 1)]
    assert count_matches(g, "A -> B; B -> A", where={"A": "true"}) == 0


# ---------------------------------------------------------------- the definition


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[reference.Statement], np.ndarray, list[dict]]:
    """A motif of any kind, and a small graph with attributes."""
    size = draw(st.sampled_from([2, 3, 3, 3, 4, 4, 5]))
    names = "ABCDE"[:size]
    weight = st.integers(1, 4)
    operators = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    clauses = st.lists(st.tuples(operators, weight), max_size=1)
    statements: list[reference.Statement] = []
    for later in range(1, size):
        ends = [names[later], names[draw(st.integers(0, later - 1))]]
        if draw(st.booleans()):
            ends.reverse()
        statements.append(("edge", *ends, tuple(draw(clauses))))
    spoken = {s[1:3] for s in statements}
    for a, b in product(names, repeat=2):
        kind = draw(st.sampled_from([None, None, "edge", "absent"]))
        if a != b and (a, b) not in spoken and kind is not None:
            statements.append((kind, a, b, tuple(draw(clauses))))
    n_edges = [i for i, s in enumerate(statements) if s[0] == "edge"]
    node = st.sampled_from(list(names))
    one = st.one_of(
        st.tuples(st.just("node"), node, st.just("kind"), st.sampled_from(["=", "!="]),
                  st.sampled_from(["x", "y"])),
        st.tuples(st.just("node"), node, st.just("size"), operators, st.integers(0, 3)),
        st.tuples(st.just("node"), node, st.just("size"), st.sampled_from(["in", "!in"]),
                  st.just((1, 2))),
    )  # fmt: skip
    statements += draw(st.lists(one, max_size=2))
    two = st.tuples(st.just("nodes"), node, st.just("size"), operators, node, st.just("size"))
    statements += [s for s in draw(st.lists(two, max_size=1)) if s[1] != s[4]]
    if len(n_edges) > 1 and draw(st.booleans()):
        first, second = draw(st.permutations(n_edges))[:2]
        statements.append(("edges", first, draw(operators), second))
    matrix = draw(graphs.adjacency(max_nodes=7 if size < 5 else 6, min_nodes=1))
    seed = draw(st.integers(0, 2**16))
    weights = matrix * np.random.default_rng(seed).integers(1, 5, matrix.shape)
    kind = st.sampled_from(["x", "y", None])
    table = [
        {"kind": draw(kind), "size": draw(st.sampled_from([0, 1, 2, 3, None]))} for _ in matrix
    ]
    return statements, weights, table


def graph_of(weights: np.ndarray, table: list[dict]) -> ca.Graph:
    nodes = pd.DataFrame(
        {
            "node_id": np.arange(len(weights)),
            "kind": pd.Series([row["kind"] for row in table], dtype=object),
            "size": pd.array([row["size"] for row in table], dtype="Int64"),
        }
    )
    return ca.Graph.from_adjacency(weights, nodes=nodes)


@given(questions(), st.booleans())
@settings(max_examples=120, deadline=None)
def test_the_search_finds_what_trying_everything_finds(question, induced: bool) -> None:
    statements, weights, table = question
    g, motif = graph_of(weights, table), reference.text(statements)
    mappings = reference.mappings(statements, weights, table, induced=induced)
    instances = reference.instances(statements, mappings)
    found = find(g, motif, distinct="mappings", induced=induced, n_jobs=1)
    assert list(found.columns) == reference.nodes(statements)
    assert rows(found) == sorted(mappings)
    assert rows(find(g, motif, induced=induced, n_jobs=1)) == instances
    for distinct, expected in (("mappings", mappings), ("instances", instances)):
        count = count_matches(g, motif, distinct=distinct, induced=induced, n_jobs=1)
        assert count == len(expected)


@pytest.mark.slow
@given(questions(), st.booleans())
@settings(max_examples=3000, deadline=None)
def test_the_search_finds_what_trying_everything_finds_at_length(question, induced) -> None:
    test_the_search_finds_what_trying_everything_finds.hypothesis.inner_test(question, induced)


# ---------------------------------------------------------------- networkx

SHAPES = {
    "reciprocal": "A -> B; B -> A",
    "chain": "A -> B; B -> C; C -> D",
    "bi-fan": "A -> C; A -> D; B -> C; B -> D",
    "bi-parallel": "A -> B; A -> C; B -> D; C -> D",
    "four-cycle": "A -> B; B -> C; C -> D; D -> A",
    "star": "A -> B; C -> A; A -> D; E -> A",
    "house": "A -> B; B -> C; C -> D; D -> A; A -> E; B -> E",
    "five-clique": "; ".join(f"{a} -> {b}" for a in "ABCDE" for b in "ABCDE" if a < b),
    "six-chain": "A -> B; C -> B; C -> D; E -> D; E -> F",
    "six-cycle": "A -> B; B -> C; C -> D; D -> E; E -> F; F -> A",
    "prism": "A -> B; B -> C; C -> A; D -> E; E -> F; F -> D; A -> D; B -> E; C -> F",
}


def matcher(g: ca.Graph, edges: list[tuple[str, str]]) -> nx.algorithms.isomorphism.DiGraphMatcher:
    return nx.algorithms.isomorphism.DiGraphMatcher(g.to_networkx(), nx.DiGraph(edges))


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("induced", [False, True])
def test_networkx_finds_the_same(name: str, induced: bool) -> None:
    large = len(SHAPES[name]) > 40 or name.startswith("six")
    g = graphs.random_graph(12 if large else 22, 0.3 if large else 0.2, seed=len(name))
    edges = [tuple(edge.split(" -> ")) for edge in SHAPES[name].split("; ")]
    match = matcher(g, edges)
    each = match.subgraph_isomorphisms_iter() if induced else match.subgraph_monomorphisms_iter()
    found = find(g, SHAPES[name], distinct="mappings", induced=induced)
    expected = [
        tuple({node: neuron for neuron, node in one.items()}[c] for c in found) for one in each
    ]
    assert rows(found) == sorted(expected)
    symmetries = sum(1 for _ in matcher(ca.Graph.from_networkx(nx.DiGraph(edges)),
                                        edges).subgraph_monomorphisms_iter())  # fmt: skip
    assert count_matches(g, SHAPES[name], induced=induced) * symmetries == len(expected)


# ---------------------------------------------------------------- the census


@pytest.mark.parametrize("name", CONNECTED_TRIADS)
def test_induced_counts_of_three_nodes_are_the_triad_census(name: str) -> None:
    motif = "; ".join(f"{'ABC'[a]} -> {'ABC'[b]}" for a, b in TRIADS[name].edges)
    with ca.open(WORM) as worm:
        g = worm.graph()
    assert count_matches(g, motif, induced=True) == ca.motifs.triad_census(g)[name]


def test_feed_forward_loops_of_the_worm_are_as_many_as_networkx_says() -> None:
    with ca.open(WORM) as worm:
        g = worm.graph(min_synapses=3)
    edges = [("A", "B"), ("A", "C"), ("B", "C")]
    expected = sum(1 for _ in matcher(g, edges).subgraph_monomorphisms_iter())
    assert count_matches(g, FEED_FORWARD) == expected == len(find(g, FEED_FORWARD)) > 100


# ---------------------------------------------------------------- properties


def test_relabelling_the_neurons_changes_nothing_but_their_names() -> None:
    rng = np.random.default_rng(5)
    g = graphs.random_graph(50, 0.15, seed=6)
    order = rng.permutation(50)
    ids = rng.integers(2**60, 2**61, 50)
    shuffled = ca.Graph.from_edges(ids[g.out_sources], ids[g.out_indices], node_ids=ids[order])
    for motif in (FEED_FORWARD, CYCLE, "A -> B; B -> C; C -> D; A !> D", SHAPES["bi-fan"]):
        there, here = (
            find(shuffled, motif, distinct="mappings"),
            find(g, motif, distinct="mappings"),
        )
        assert rows(there) == sorted(tuple(ids[list(row)].tolist()) for row in rows(here))
        assert count_matches(shuffled, motif) == count_matches(g, motif)


def test_turning_every_edge_round_turns_the_motif_round() -> None:
    g = graphs.random_graph(60, 0.15, seed=7)
    back = ca.Graph.from_adjacency(g.to_scipy().T)
    fan_in, fan_out = "A -> C; B -> C; A -> B", "C -> A; C -> B; B -> A"
    assert rows(find(g, fan_in)) == rows(find(back, fan_out)[["A", "C", "B"]])


def large_graph() -> ca.Graph:
    """More than one run of neurons to begin with, so that the threads share the work."""
    rng = np.random.default_rng(8)
    pre, post = (rng.integers(0, 3000, (2, 120_000)) ** 2) // 3000
    kind = pd.Series(rng.integers(0, 3, 3000)).map({0: "x", 1: "y", 2: "z"})
    nodes = pd.DataFrame({"node_id": np.arange(3000), "kind": kind, "size": rng.random(3000)})
    return ca.Graph.from_edges(pre, post, nodes=nodes)


@pytest.mark.parametrize(
    "motif",
    [
        FEED_FORWARD + "; A.kind = x",
        CYCLE + "; A.size > B.size",
        "A -> B [weight > 1]; B -> C; A !> C; C !> B [weight > 1]; A.kind = y; C.kind = x",
        CLIQUE,
    ],
)
def test_the_number_of_threads_changes_nothing_not_even_the_order(motif: str) -> None:
    g = large_graph()
    one = find(g, motif, n_jobs=1)
    assert len(one) > 20
    for n_jobs in (2, 5, None):
        pd.testing.assert_frame_equal(find(g, motif, n_jobs=n_jobs), one)
        assert count_matches(g, motif, n_jobs=n_jobs) == len(one)
    for limit in (1, 7, len(one) - 1, len(one), len(one) + 1):
        for n_jobs in (1, 3):
            few = find(g, motif, limit=limit, n_jobs=n_jobs)
            pd.testing.assert_frame_equal(few, one[:limit])
    tables = list(iter_matches(g, motif, rows_at_once=max(1, len(one) // 3)))
    assert len(tables) >= 3
    assert max(map(len, tables)) <= max(1, len(one) // 3)
    pd.testing.assert_frame_equal(pd.concat(tables, ignore_index=True), one)


def test_progress_tells_of_every_part() -> None:
    told: list[tuple[int, int]] = []
    count_matches(large_graph(), CYCLE, n_jobs=2, progress=lambda *now: told.append(now))
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))
    assert len(told) > 1


def complete(n: int) -> ca.Graph:
    matrix = np.ones((n, n), dtype=np.int64)
    np.fill_diagonal(matrix, 0)
    return ca.Graph.from_adjacency(matrix)


def test_a_limit_on_a_graph_with_a_million_million_matches_returns_at_once() -> None:
    g = complete(200)  # 200 * 199 * ... * 195 = 6e13 mappings
    motif = SHAPES["six-chain"]
    find(g, motif, limit=1)  # compiled
    start = time.process_time()
    found = find(g, motif, limit=1000, n_jobs=2, distinct="mappings")
    first = next(iter_matches(g, motif, rows_at_once=10))
    assert time.process_time() - start < 2
    assert len(found) == 1000
    assert not found.duplicated().any()
    assert len(first) == 10


def test_the_last_node_is_counted_without_being_looked_at() -> None:
    g = complete(100)
    assert count_matches(g, "A -> B; B -> C; C -> D", distinct="mappings") == 100 * 99 * 98 * 97
    assert count_matches(g, CLIQUE) == comb(100, 3)


def test_more_rows_than_a_table_can_take_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from connectome_analysis.motifs.search import matches

    monkeypatch.setattr(matches, "_MOST_ENTRIES", 300)
    g = complete(12)
    with pytest.raises(ValueError, match="more than 100 times, too often for a table") as error:
        find(g, FEED_FORWARD)
    assert "count_matches" in str(error.value)
    assert "iter_matches" in str(error.value)
    assert len(find(g, FEED_FORWARD, limit=150)) == 150
    assert count_matches(g, FEED_FORWARD) == 12 * 11 * 10


# ---------------------------------------------------------------- the ends of the range


@pytest.mark.parametrize("n_nodes", [0, 1, 2, 5])
def test_a_graph_without_edges_gives_an_empty_table_with_its_columns(n_nodes: int) -> None:
    g = ca.Graph.from_edges([], [], node_ids=np.arange(n_nodes))
    found = find(g, "A -> B; B -> C")
    assert found.shape == (0, 3)
    assert set(found.dtypes.astype(str)) == {"int64"}
    assert count_matches(g, "A -> B; B -> C") == 0
    assert list(iter_matches(g, "A -> B; B -> C")) == []
    assert find(g, "A -> B", limit=0).shape == (0, 2)


def test_self_loops_are_left_out() -> None:
    g = ca.Graph.from_edges([1, 1, 2], [1, 2, 2], weight=[9, 3, 9], self_loops="keep")
    assert rows(find(g, "A -> B")) == [(1, 2)]
    assert rows(find(g, "A -> B as ab; ab.weight < 9")) == [(1, 2)]
    assert rows(find(g, "A -> B; B !> A")) == [(1, 2)]


def test_a_motif_larger_than_the_graph_fits_nowhere() -> None:
    assert count_matches(complete(3), SHAPES["chain"]) == 0
    assert find(complete(3), SHAPES["prism"]).empty


def test_neurons_at_different_nodes_are_different() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 1])
    assert count_matches(g, "A -> B; B -> C", distinct="mappings") == 0
    hub = ca.Graph.from_edges([0] * 5, [1, 2, 3, 4, 5])
    assert count_matches(hub, "H -> A; H -> B", distinct="mappings") == 20


def test_negative_and_fractional_weights_are_compared_as_they_are() -> None:
    g = ca.Graph.from_edges([1, 2, 3], [2, 3, 1], weight=[-0.5, 0.25, 2.0])
    assert rows(find(g, "A -> B [weight < 0]")) == [(1, 2)]
    assert rows(find(g, "A -> B as ab; B -> C as bc; ab.weight < bc.weight")) == [
        (1, 2, 3), (2, 3, 1),
    ]  # fmt: skip


def test_the_graph_is_left_as_it_was() -> None:
    g = typed()
    before = g.nodes
    find(g, "A -> B; A.size > 1", where={"A": "proofread"})
    pd.testing.assert_frame_equal(g.nodes, before)
    assert "out_indptr" in vars(g)


# ---------------------------------------------------------------- beside other tables


def test_matches_join_with_the_tables_of_a_connectome_in_sql() -> None:
    with ca.open(WORM) as worm:
        matches = find(worm.graph(), 'A -> B [syn_count >= 8]; A.cell_type = "AVA"')
        joined = worm.sql(
            "SELECT a.name, b.name, e.syn_count FROM matches "
            "JOIN nodes a ON matches.A = a.node_id JOIN nodes b ON matches.B = b.node_id "
            "JOIN edges e ON (e.pre_id, e.post_id) = (matches.A, matches.B) "
            "WHERE e.edge_type = 'chemical'",
            tables={"matches": matches},
        ).fetchall()
    assert len(joined) == len(matches) > 5
    assert all(a.startswith("AVA") and n >= 8 for a, _, n in joined)


def test_matches_are_a_table_for_duckdb_as_they_are() -> None:
    g = typed()
    matches, nodes = find(g, "A -> B"), g.nodes
    connection = duckdb.connect()
    connection.register("matches", matches)
    connection.register("nodes", nodes)
    query = "SELECT nodes.volume FROM matches JOIN nodes ON matches.A = nodes.node_id ORDER BY 1"
    assert connection.sql(query).fetchall() == [(10,), (20,), (30,), (40,)]


def test_what_was_asked_is_kept_with_the_table_and_goes_into_a_file(tmp_path) -> None:
    found = find(typed(), "A -> B", where={"A": "proofread"}, limit=2)
    assert found.attrs["motif"] == "A -> B"
    assert found.attrs["limit"] == 2
    found.to_parquet(tmp_path / "matches.parquet")
    assert rows(pd.read_parquet(tmp_path / "matches.parquet")) == rows(found)


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"limit": -1}, "limit must be a whole number of at least 0, or None for all, got -1"),
        ({"limit": 2.5}, "limit must be a whole number"),
        ({"limit": True}, "limit must be a whole number"),
        ({"distinct": "sets"}, "distinct must be 'instances' or 'mappings', got 'sets'"),
        ({"induced": "yes"}, "induced must be True or False, got 'yes'"),
        ({"n_jobs": 0}, "n_jobs must be a whole number of at least 1"),
        ({"where": {"Z": "true"}}, "where has a node 'Z'; the motif's nodes are A, B"),
        ({"where": {"A": 3}}, r"where\['A'\] must be a condition in SQL, got 3"),
        ({"where": {"A": "  "}}, r"where\['A'\] must be a condition in SQL"),
        ({"where": 5}, "where must be a condition in SQL or a mapping of nodes"),
        ({"where": {"A": "colour = 1"}}, "where='colour = 1' is not a condition on nodes"),
        ({"where": "true; DROP TABLE nodes"}, "is not a condition on nodes"),
        ({"where": "(SELECT count(*) FROM read_csv('/etc/passwd')) > 0"}, "not a condition"),
    ],
)
def test_a_wrong_argument_is_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        find(typed(), "A -> B", **arguments)


def test_the_batch_size_and_the_graph_are_checked_at_once() -> None:
    with pytest.raises(ValueError, match="rows_at_once must be a whole number of at least 1"):
        iter_matches(typed(), "A -> B", rows_at_once=0)
    with pytest.raises(TypeError, match="A Graph is wanted"):
        find(nx.DiGraph(), "A -> B")
    with pytest.raises(TypeError, match="A motif must be text"):
        find(typed(), ["A", "B"])


@pytest.mark.parametrize(
    ("motif", "message"),
    [
        ("A -> B; A.colour = 3", "line 1, column 11: neurons have no attribute 'colour'; known"),
        ("A -> B\nA.cell_typ = 3", "line 2, column 3: .*did you mean cell_type"),
        (
            "A -> B [colour = 3]",
            "line 1, column 9: edges have no attribute 'colour'; known: weight",
        ),
        ("A -> B [syn_count = 3]", "edges have no attribute 'syn_count'; known: weight"),
        ("A -> B; A.cell_type = 3", 'cell_type holds text, got 3; write "3" in quotes'),
        ("A -> B; A.size = big", 'size holds numbers, got "big"'),
        ("A -> B; A.size = true", "size holds numbers, got true"),
        ("A -> B; A.proofread = 1", "proofread holds true or false, got 1"),
        ("A -> B; A.proofread > true", "proofread is true or false and has no order"),
        ('A -> B; A.size contains "1"', 'size holds numbers, got "1"'),
        ("A -> B; A.size > B.cell_type", "size and cell_type cannot be compared"),
        ("A -> B; A.proofread < B.proofread", "proofread is true or false and has no order"),
        ('A -> B [weight = "5"]', 'weight holds numbers, got "5"'),
        ("A -> B as ab; A -> C as ac; ab.size < ac.weight", "edges have no attribute 'size'"),
    ],
)
def test_an_attribute_that_cannot_serve_is_named_with_its_place(motif: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        find(typed(), motif)


def test_a_column_that_holds_neither_numbers_nor_words_is_refused() -> None:
    nodes = pd.DataFrame({"node_id": [1, 2], "where": [[1, 2], [3]], "when": pd.Timestamp(0)})
    g = ca.Graph.from_edges([1], [2], nodes=nodes)
    for column in ("where", "when"):
        with pytest.raises(ValueError, match="can be asked for in SQL only"):
            find(g, f"A -> B; A.{column} = 1")
    assert len(find(g, "A -> B", where={"A": 'len("where") = 2'})) == 1
