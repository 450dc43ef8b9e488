"""Description length: by hand, by relabelling, and as graph-tool counts it."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest

import connectome_analysis as ca
from connectome_analysis.cell_types.block_models.log_partitions import log_partition_table, log_q
from tests.graphs import random_graph


def ways(n: int, k: int) -> int:
    """Ways to write n as a sum of at most k whole numbers, one by one."""
    return sum(
        sum(parts) == n for parts in itertools.combinations_with_replacement(range(n + 1), k)
    )


def test_partitions_are_counted_as_one_would_by_hand() -> None:
    table = log_partition_table(100, 100)
    for n, k in ((1, 1), (4, 2), (5, 3), (7, 4)):
        assert np.exp(log_q(n, k, table)) == pytest.approx(ways(n, k))
    assert np.exp(log_q(100, 7, table)) == pytest.approx(596_763)


def test_formulas_for_large_numbers_go_on_where_the_table_ends() -> None:
    table, none = log_partition_table(4000, 300), np.zeros((1, 1))
    for n, k in ((3900, 250), (3900, 100), (2000, 3)):
        assert log_q(n, k, none) == pytest.approx(log_q(n, k, table), rel=1e-3)


def test_numbering_of_groups_and_neurons_changes_nothing() -> None:
    g = random_graph(40, 0.2, seed=1)
    groups = np.random.default_rng(0).integers(0, 4, 40)
    whole = ca.cell_types.description_length(g, groups)
    order = np.random.default_rng(1).permutation(40)
    shuffled = ca.Graph.from_adjacency(g.to_scipy().toarray()[np.ix_(order, order)])
    again = ca.cell_types.description_length(shuffled, 3 - groups[order])
    assert again == pytest.approx(whole)


@pytest.mark.graph_tool
@pytest.mark.parametrize("n_groups", [1, 4, 20])
def test_graph_tool_finds_the_same_description_length(n_groups: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from graph_tool import inference
    from graph_tool.inference import libgraph_tool_inference as library

    g = random_graph(60, 0.2, seed=2)
    graph = g.to_graph_tool()
    groups = np.random.default_rng(3).integers(0, n_groups, 60)
    groups[:n_groups] = np.arange(n_groups)
    above = np.arange(n_groups) % 3
    top = np.zeros(above.max() + 1, dtype=int)
    flat = inference.BlockState(graph, b=groups, deg_corr=True).entropy()
    nested = inference.NestedBlockState(graph, [groups, above, top], deg_corr=True).entropy()
    # Its table of partitions holds other numbers than the true ones.
    size = np.bincount(groups)
    table = log_partition_table(2 * g.n_edges, 60)
    more = 0.0
    for degree in (g.out_degree, g.in_degree):
        for m, n in zip(np.bincount(groups, degree).astype(int), size, strict=True):
            more += log_q(int(m), int(n), table) - library.log_q(int(m), int(n))
    assert ca.cell_types.description_length(g, groups).total == pytest.approx(flat + more, abs=1e-6)
    ours = ca.cell_types.description_length(g, groups, [above, top]).total
    assert ours == pytest.approx(nested + more, abs=1e-6)
