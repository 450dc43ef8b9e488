"""Effective connectivity by hand, walk by walk, and against dense powers of the matrix."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectome_analysis as ca
from connectome_analysis.measures import effective_connectivity
from tests import graphs
from tests.reference import paths as reference


def weighted(matrix: np.ndarray, seed: int) -> np.ndarray:
    return matrix * np.random.default_rng(seed).integers(1, 6, matrix.shape)


def as_matrix(table: pd.DataFrame, column: str, n: int) -> np.ndarray:
    result = np.zeros((n, n))
    result[table["pre_id"], table["post_id"]] = table[column]
    return result


def test_one_connection_is_the_input_fraction_and_two_multiply() -> None:
    g = ca.Graph.from_edges([1, 2, 9, 3], [3, 3, 3, 4], weight=[3, 1, 4, 6])
    table = effective_connectivity(g, [1, 2], sources=[1, 2], targets=[3, 4])
    assert table.to_numpy().tolist() == [
        [1, 1, 3, 0.375],
        [1, 2, 3, 0.125],
        [2, 1, 4, 0.375],
        [2, 2, 4, 0.125],
    ]
    raw = effective_connectivity(g, 2, sources=[1], normalize="none")
    assert raw["influence"].tolist() == [18]


def test_an_inhibitor_of_an_inhibitor_excites() -> None:
    g = ca.Graph.from_edges([1, 2, 1], [2, 3, 3])
    signs = pd.Series([-1, 1, -1], index=[2, 3, 1])  # by node id, in any order
    table = effective_connectivity(g, [1, 2], sources=[1], targets=[3], signs=signs)
    assert table["influence"].tolist() == [-0.5, 0.5]
    assert table["excitatory"].tolist() == [0, 0.5]
    assert table["inhibitory"].tolist() == [0.5, 0]


@given(
    graphs.adjacency(max_nodes=5, min_nodes=1),
    st.integers(0, 99),
    st.sampled_from([0.0, 1e-300]),
)
@settings(max_examples=40, deadline=None)
def test_it_is_the_sum_over_all_walks(matrix: np.ndarray, seed: int, prune: float) -> None:
    weights = weighted(matrix, seed)
    g, n = ca.Graph.from_adjacency(weights), len(matrix)
    rng = np.random.default_rng(seed)
    signs = rng.choice([-1, 0, 1], n)
    sources, targets = (rng.choice(n, rng.integers(1, n + 1), replace=False) for _ in range(2))
    share = weights / np.maximum(weights.sum(axis=0), 1)
    table = effective_connectivity(
        g, range(1, 4), sources=sources, targets=targets, signs=signs, prune=prune, n_jobs=1
    )
    for k in (1, 2, 3):
        rows = table[table["hops"] == k]
        excitatory, inhibitory = np.zeros((n, n)), np.zeros((n, n))
        for s in sources:
            for t in targets:
                excitatory[s, t], inhibitory[s, t] = reference.influence(share, signs, s, t, k)
        assert as_matrix(rows, "excitatory", n) == pytest.approx(excitatory)
        assert as_matrix(rows, "inhibitory", n) == pytest.approx(inhibitory)
        assert as_matrix(rows, "influence", n) == pytest.approx(excitatory - inhibitory)
        assert len(rows) == ((excitatory + inhibitory) > 0).sum()


@pytest.mark.parametrize("kept", ["drop", "keep"])
def test_it_equals_powers_of_the_matrix_over_several_blocks(kept: str) -> None:
    rng = np.random.default_rng(1)
    pre, post = rng.integers(0, 700, (2, 4000))
    g = ca.Graph.from_edges(
        pre, post, weight=rng.integers(1, 9, 4000), node_ids=np.arange(700), self_loops=kept
    )
    matrix = g.to_scipy().toarray()
    share = matrix / np.maximum(matrix.sum(axis=0), 1)
    expected = share @ share @ share
    for ends in ({}, {"sources": np.arange(600)}, {"targets": np.arange(600)}):
        table = effective_connectivity(g, 3, **ends)
        rows, columns = ends.get("sources", slice(None)), ends.get("targets", slice(None))
        mask = np.zeros((700, 700))
        mask[rows, columns] = 1
        np.testing.assert_allclose(as_matrix(table, "influence", 700), expected * mask, atol=1e-12)
        assert table["pre_id"].is_monotonic_increasing
        pd.testing.assert_frame_equal(table, effective_connectivity(g, 3, n_jobs=1, **ends))


def test_influences_on_a_neuron_sum_to_one_where_all_upstream_have_input() -> None:
    ring = np.roll(np.eye(40, dtype=int), 1, axis=1) + np.roll(np.eye(40, dtype=int), 3, axis=1)
    g = ca.Graph.from_adjacency(weighted(ring, seed=2))
    table = effective_connectivity(g, range(1, 7))
    sums = table.groupby(["hops", "post_id"])["influence"].sum()
    assert sums.to_numpy() == pytest.approx(np.ones(6 * 40))


def test_the_threshold_leaves_out_rows_and_pruning_makes_lower_bounds() -> None:
    with ca.open("celegans-varshney2011") as worm:
        g = worm.graph()
    every = effective_connectivity(g, 3).set_index(["pre_id", "post_id"])["influence"]
    some = effective_connectivity(g, 3, threshold=0.01).set_index(["pre_id", "post_id"])
    assert some["influence"].to_dict() == every[every >= 0.01].to_dict()
    pruned = effective_connectivity(g, 3, prune=0.005).set_index(["pre_id", "post_id"])["influence"]
    assert len(pruned) < len(every)
    assert (pruned <= every[pruned.index] + 1e-12).all()
    assert (pruned >= 0.005).all()
    assert effective_connectivity(g, 3, prune=0.005).attrs["prune"] == 0.005


def test_nothing_in_nothing_out() -> None:
    empty = ca.Graph.from_edges([], [])
    assert effective_connectivity(empty, 2).columns.tolist() == [
        "hops", "pre_id", "post_id", "influence",
    ]  # fmt: skip
    g = ca.Graph.from_edges([1], [2])
    assert len(effective_connectivity(g, 2)) == 0
    assert len(effective_connectivity(g, 1, sources=[])) == 0
    assert len(effective_connectivity(g, 1, prune=0.5)) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hops": 0}, "hops must be a whole number of at least 1, got 0"),
        ({"hops": []}, "hops must name at least one number"),
        ({"threshold": -1}, "threshold must be a number of at least 0, got -1"),
        ({"prune": np.nan}, "prune must be a number of at least 0, got nan"),
        ({"normalize": "rows"}, "normalize must be 'input_fraction' or 'none', got 'rows'"),
        ({"signs": [1, 1]}, "signs must have 3 entries, one for each neuron"),
        ({"signs": [1, 1, 2]}, "signs must be 1, -1 or 0, got 2"),
        ({"signs": [1, 1, np.nan]}, "signs must be 1, -1 or 0, got nan"),
        ({"signs": pd.Series([1, 1], index=[1, 2])}, "but node 3 has none"),
        ({"max_rows": 2}, "more than max_rows=2 rows; raise threshold"),
        ({"sources": [7]}, "sources has 1 ids that are not among the nodes"),
    ],
)
def test_mistakes_are_named(options: dict[str, object], message: str) -> None:
    g = ca.Graph.from_edges([1, 2, 3], [2, 3, 1])
    with pytest.raises(ValueError, match=message):
        effective_connectivity(g, **({"hops": 1} | options))
