"""Levels, flow and feedforwardness: by hand, by dense equations, by all orders, and by networkx."""

from __future__ import annotations

from itertools import permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

import connectome_analysis as ca
from connectome_analysis.measures import (
    feedforward_order,
    feedforwardness,
    flow_hierarchy,
    signal_flow,
    trophic_incoherence,
    trophic_levels,
)
from tests import graphs
from tests.measures import weighted


def dense_levels(w: np.ndarray) -> np.ndarray:
    """MacKay 2020, equation 2.6, with a pseudoinverse; lowest level of each component 0."""
    u, v = w.sum(axis=0) + w.sum(axis=1), w.sum(axis=0) - w.sum(axis=1)
    h = np.linalg.pinv(np.diag(u) - w - w.T) @ v
    for part in nx.connected_components(nx.from_numpy_array(w + w.T)):
        nodes = list(part)
        h[nodes] -= h[nodes].min()
    return h


def dense_flow(a: np.ndarray) -> np.ndarray:
    """Varshney 2011: L z = b, mean 0 in each component."""
    w = (a + a.T) / 2
    z = np.linalg.pinv(np.diag(w.sum(axis=1)) - w) @ (w * np.sign(a - a.T)).sum(axis=1)
    for part in nx.connected_components(nx.from_numpy_array(w)):
        nodes = list(part)
        z[nodes] -= z[nodes].mean()
    return z


# ---- levels


def test_a_chain_climbs_by_one_and_a_cycle_stays_level() -> None:
    chain = ca.Graph.from_edges([1, 2, 3, 8], [2, 3, 4, 9], node_ids=[1, 2, 3, 4, 8, 9, 10])
    assert trophic_levels(chain).tolist() == pytest.approx([0, 1, 2, 3, 0, 1, 0], abs=1e-9)
    assert trophic_incoherence(chain) == pytest.approx(0, abs=1e-12)
    cycle = ca.Graph.from_edges([1, 2, 3], [2, 3, 1])
    assert trophic_levels(cycle).tolist() == [0, 0, 0]
    assert trophic_incoherence(cycle) == 1


def test_a_feed_forward_loop_by_hand() -> None:
    # Levels 0, 2/3, 4/3 by symmetry: steps 2/3, 2/3 and 4/3, each off by 1/3.
    g = ca.Graph.from_edges([1, 2, 1], [2, 3, 3])
    assert trophic_levels(g).tolist() == pytest.approx([0, 2 / 3, 4 / 3])
    assert trophic_incoherence(g) == pytest.approx(1 / 9)


@given(weighted.matrices(max_nodes=9, min_nodes=1))
@settings(max_examples=80, deadline=None)
def test_levels_and_flow_equal_the_dense_equations(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    for with_weights in (True, False):
        w = matrix.astype(float) if with_weights else (matrix > 0).astype(float)
        levels = trophic_levels(g, weighted=with_weights)
        assert levels.tolist() == pytest.approx(dense_levels(w).tolist(), abs=1e-6)
        flow = signal_flow(g, weighted=with_weights)
        assert flow.tolist() == pytest.approx(dense_flow(w).tolist(), abs=1e-6)
        if g.n_edges:
            h = dense_levels(w)
            misfit = (w * (h[None, :] - h[:, None] - 1) ** 2).sum() / w.sum()
            found = trophic_incoherence(g, weighted=with_weights)
            assert found == pytest.approx(misfit, abs=1e-9)
            assert -1e-12 <= found <= 1 + 1e-12


def test_networkx_agrees_where_basal_neurons_make_levels_the_same() -> None:
    # Levine's levels and these agree on a tree; networkx begins at 1.
    tree = nx.gn_graph(40, seed=3).reverse()
    g = ca.Graph.from_networkx(tree)
    theirs = np.array([nx.trophic_levels(tree)[node] for node in tree])
    assert trophic_levels(g).tolist() == pytest.approx((theirs - 1).tolist(), abs=1e-8)


def test_without_weights_flow_is_the_level_upside_down() -> None:
    g = ca.open("celegans-varshney2011").graph()
    labels = ca.measures.component_labels(g, "weak")
    levels = trophic_levels(g)
    expected = levels.groupby(labels).transform("mean") - levels
    assert signal_flow(g).tolist() == pytest.approx(expected.tolist(), abs=1e-7)


def test_the_worm_flows_from_sensory_through_inter_to_motor_neurons() -> None:
    """Varshney 2011, doi:10.1371/journal.pcbi.1001066, figure 5."""
    g = ca.open("celegans-varshney2011").graph()
    of = g.nodes.set_index("node_id")["cell_class"]
    flow = signal_flow(g, weighted=True).groupby(of).mean()
    assert flow["sensory"] > flow["interneuron"] > flow["motor"]
    levels = trophic_levels(g, weighted=True).groupby(of).mean()
    assert levels["sensory"] < levels["interneuron"] < levels["motor"]


def test_long_chains_grids_and_weights_of_many_sizes_are_solved() -> None:
    n = 20_000
    chain = ca.Graph.from_edges(np.arange(n - 1), np.arange(1, n))
    assert np.abs(trophic_levels(chain) - np.arange(n)).max() < 1e-6
    side = np.arange(30 * 30).reshape(30, 30)
    pre = np.concatenate([side[:, :-1].ravel(), side[:-1].ravel()])
    post = np.concatenate([side[:, 1:].ravel(), side[1:].ravel()])
    grid = trophic_levels(ca.Graph.from_edges(pre, post)).to_numpy()
    assert np.abs(grid - np.add.outer(np.arange(30), np.arange(30)).ravel()).max() < 1e-6
    rng = np.random.default_rng(0)
    g = graphs.random_graph(80, 0.1, seed=1)
    uneven = g.with_edges(g.out_sources, g.out_indices, 10 ** rng.uniform(-3, 3, g.n_edges))
    expected = dense_levels(uneven.to_scipy().toarray())
    assert trophic_levels(uneven, weighted=True).tolist() == pytest.approx(expected, abs=1e-5)


def test_self_loops_and_the_order_of_neurons_change_no_level() -> None:
    kept = ca.Graph.from_edges([1, 2, 2, 3], [2, 3, 2, 1], self_loops="keep")
    plain = kept.without_self_loops()
    assert trophic_levels(kept).equals(trophic_levels(plain))
    assert signal_flow(kept).equals(signal_flow(plain))
    assert trophic_incoherence(kept) == trophic_incoherence(plain)
    g = graphs.random_graph(70, 0.05, seed=9)
    edges = g.edges()
    other = ca.Graph.from_edges(edges["pre_id"], edges["post_id"], node_ids=g.node_ids[::-1])
    expected = trophic_levels(g)
    assert trophic_levels(other)[expected.index].tolist() == pytest.approx(expected.tolist())


# ---- flow hierarchy


@given(graphs.adjacency(max_nodes=9, min_nodes=1))
@settings(max_examples=60, deadline=None)
def test_flow_hierarchy_equals_networkx(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    if g.n_edges == 0:
        assert np.isnan(flow_hierarchy(g))
    else:
        assert flow_hierarchy(g) == pytest.approx(nx.flow_hierarchy(g.to_networkx()))


def test_flow_hierarchy_by_weight_and_with_a_self_loop() -> None:
    g = ca.Graph.from_edges([1, 2, 2, 3], [2, 1, 3, 3], weight=[1, 1, 6, 2], self_loops="keep")
    assert flow_hierarchy(g) == 0.25
    assert flow_hierarchy(g, weighted=True) == 0.6


# ---- feedforwardness


def best_of_all_orders(w: np.ndarray) -> float:
    upper = np.triu_indices(len(w), 1)
    orders = map(list, permutations(range(len(w))))
    return float(max(w[np.ix_(order, order)][upper].sum() for order in orders) / w.sum())


@given(weighted.matrices(max_nodes=6, min_nodes=2))
@settings(max_examples=40, deadline=None)
def test_the_order_found_is_between_a_half_and_the_best_of_all(matrix: np.ndarray) -> None:
    g = ca.Graph.from_adjacency(matrix)
    if g.n_edges == 0:
        assert np.isnan(feedforwardness(g))
        return
    for with_weights in (True, False):
        w = matrix.astype(float) if with_weights else (matrix > 0).astype(float)
        found, best = feedforwardness(g, weighted=with_weights), best_of_all_orders(w)
        assert 0.5 - 1e-12 <= found <= best + 1e-12
        order = feedforward_order(g, weighted=with_weights)
        assert sorted(order) == list(range(g.n_nodes))
        assert feedforwardness(g, order, weighted=with_weights) == pytest.approx(found)


def test_the_order_found_is_mostly_the_best_of_all() -> None:
    rng = np.random.default_rng(1)
    found, best = [], []
    for _ in range(20):
        matrix = (rng.random((6, 6)) < 0.5) * rng.integers(1, 9, (6, 6))
        np.fill_diagonal(matrix, 0)
        found.append(feedforwardness(ca.Graph.from_adjacency(matrix), weighted=True))
        best.append(best_of_all_orders(matrix))
    assert np.isclose(found, best).sum() >= 15
    assert np.mean(found) > 0.99 * np.mean(best)


def test_a_graph_without_cycles_leads_forward_altogether() -> None:
    rng = np.random.default_rng(0)
    matrix = np.triu(rng.random((120, 120)) < 0.1, 1).astype(int)
    shuffled = rng.permutation(120)
    g = ca.Graph.from_adjacency(matrix[np.ix_(shuffled, shuffled)])
    assert feedforwardness(g) == 1


def test_no_single_neuron_can_be_moved_to_a_better_place() -> None:
    g = ca.open("celegans-varshney2011").graph()
    order = feedforward_order(g)
    found = feedforwardness(g)
    assert found > max(feedforwardness(g, "trophic"), feedforwardness(g, "signal_flow"))
    for neuron in g.node_ids[::40]:
        others = order.drop(neuron).sort_values().index.tolist()
        for place in range(0, 279, 30):
            moved = [*others[:place], neuron, *others[place:]]
            places = dict(zip(moved, range(279), strict=True))
            assert feedforwardness(g, order.index.map(places)) <= found


def test_neurons_at_one_place_have_no_edge_forward() -> None:
    g = ca.Graph.from_edges([1, 2, 1], [2, 3, 3])
    assert feedforwardness(g, [0, 0, 1]) == pytest.approx(2 / 3)
    assert feedforwardness(ca.Graph.from_edges([1, 2], [2, 1]), "trophic") == 0


def test_nothing_has_no_hierarchy() -> None:
    for g in (ca.Graph.from_edges([], []), ca.Graph.from_edges([], [], node_ids=[1, 2])):
        assert not trophic_levels(g).any()
        assert not signal_flow(g).any()
        assert len(feedforward_order(g)) == g.n_nodes
        for measure in (trophic_incoherence, flow_hierarchy, feedforwardness):
            assert np.isnan(measure(g))


def test_errors_say_what_came() -> None:
    g = ca.Graph.from_edges([1, 2], [2, 3], weight=[1, -1])
    with pytest.raises(ValueError, match=r"order must be 'best', .* got 'degree'"):
        feedforwardness(g, "degree")
    with pytest.raises(ValueError, match="order must be finite, got 1 values that are not"):
        feedforwardness(g, [1, np.nan, 2])
    for measure in (trophic_levels, trophic_incoherence, signal_flow, feedforwardness):
        with pytest.raises(ValueError, match="Weights must be above 0"):
            measure(g, weighted=True)
    uneven = ca.Graph.from_edges([1, 2, 3], [2, 3, 1], weight=[1e6, 1e-6, 1])
    with pytest.raises(ValueError, match=r"where weights differ 1e\+09-fold, got 1e-06 to 1e\+06"):
        trophic_levels(uneven, weighted=True)
    with pytest.raises(TypeError, match="A Graph is wanted"):
        signal_flow([[0, 1], [0, 0]])
