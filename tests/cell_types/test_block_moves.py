"""Moves of the block model: what they say a change costs is what writing the graph down says."""

from __future__ import annotations

import numpy as np
import pytest

import connectome_analysis as ca
from connectome_analysis.cell_types.block_models.levels import (
    improved_levels,
    levels_length,
    levels_of,
)
from connectome_analysis.cell_types.block_models.merges import merge_cost
from connectome_analysis.cell_types.block_models.node_moves import (
    cost_of_a_new_group,
    group_costs,
    relocate,
    shift,
    sweep,
)
from connectome_analysis.cell_types.block_models.state import State, Wiring, state_of, wiring_of
from connectome_analysis.cell_types.block_models.whole_length import length_about, whole_length
from connectome_analysis.random_streams import stream
from tests.reference.block_moves import move_costs

LEVELS = {
    "flat": [],
    "nested": [np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 1]), np.array([0, 0])],
}


def multigraph(n: int, seed: int) -> tuple[ca.Graph, np.ndarray]:
    """Neurons with loops, parallel edges and one without any connection."""
    random = np.random.default_rng(seed)
    matrix = (random.random((n, n)) < 0.2) * random.integers(1, 6, (n, n))
    matrix[-1] = matrix[:, -1] = 0
    g = ca.Graph.from_adjacency(matrix, self_loops="keep")
    return g, g.weights.astype(np.int64)


def partition(n: int, n_groups: int, seed: int) -> np.ndarray:
    group = np.random.default_rng(seed).integers(0, n_groups, n)
    group[:n_groups] = np.arange(n_groups)
    return group


def costs(w: Wiring, s: State, neuron: int, groups: np.ndarray) -> np.ndarray:
    n = len(s.size)
    out_to, in_from, touched, cost = (
        np.zeros(n, int),
        np.zeros(n, int),
        np.empty(n, int),
        np.zeros(n),
    )
    n_touched = group_costs(neuron, groups, w, s, out_to, in_from, touched, cost)
    shift(neuron, s.group[neuron], 1, w, s, out_to, in_from, touched, n_touched)
    return cost


@pytest.mark.parametrize("levels", LEVELS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_cost_of_a_move_is_the_difference_of_description_lengths(
    levels: str, seed: int
) -> None:
    g, count = multigraph(30, seed)
    above = LEVELS[levels]
    group = partition(30, 6, seed + 10)
    w = wiring_of(g, count)
    s = state_of(w, group, above)
    whole = ca.cell_types.description_length(g, group, above or None, multiplicity=count).total
    for neuron in [*range(6, 30, 5), 29]:
        cost = costs(w, s, neuron, np.arange(6))
        expected = move_costs(g, group, above, count, neuron, list(range(6)))
        assert cost - cost[group[neuron]] == pytest.approx(expected, abs=1e-9 * whole)


@pytest.mark.parametrize("levels", LEVELS)
def test_after_sweeps_the_counts_are_those_of_the_groups_and_the_length_that_of_the_graph(
    levels: str,
) -> None:
    g, count = multigraph(40, 3)
    above = LEVELS[levels]
    w = wiring_of(g, count)
    s = state_of(w, partition(40, 6, 1), above)
    none = np.zeros(0, dtype=np.int64)
    lengths = []
    for beta in (1.0, np.inf, np.inf):
        sweep(np.arange(40), none, 0, beta, False, w, s, stream(0, 0))
        lengths.append(whole_length(w, s))
    fresh = state_of(w, s.group, above)
    for name in ("e", "sent", "received", "size", "alike_out", "alike_in", "above_e", "above_size"):
        assert np.array_equal(getattr(s, name), getattr(fresh, name)), name
    assert lengths[0] > lengths[1] >= lengths[2]
    start = state_of(w, partition(40, 6, 1), above)
    difference = lengths[2] - whole_length(w, start)
    full = [
        ca.cell_types.description_length(g, each.group, above or None, multiplicity=count).total
        for each in (s, start)
    ]
    assert difference == pytest.approx(full[0] - full[1], abs=1e-8)


def test_a_new_group_costs_what_the_description_length_says() -> None:
    g, count = multigraph(25, 4)
    group = partition(25, 5, 2)
    w = wiring_of(g, count)
    s = state_of(w, group, spare=1)
    cost = costs(w, s, 20, np.arange(6))
    new = cost[5] + cost_of_a_new_group(5, 25, w.n_edges, w.ln_factorial)
    (expected,) = move_costs(g, group, [], count, 20, [5])
    assert new - cost[group[20]] == pytest.approx(expected, abs=1e-8)


def test_the_cost_of_a_merge_ranks_pairs_as_the_description_length_does() -> None:
    g, count = multigraph(30, 5)
    group = partition(30, 6, 3)
    w = wiring_of(g, count)
    s = state_of(w, group)
    found, expected = [], []
    for r in range(6):
        for t in range(r):
            found.append(merge_cost(r, t, w, s, s.e.T.copy()))
            joined = np.where(group == r, t, group)
            expected.append(ca.cell_types.description_length(g, joined, multiplicity=count).total)
    # What only the number of groups decides is the same for all.
    assert np.subtract(found, found[0]) == pytest.approx(
        np.subtract(expected, expected[0]), abs=1e-8
    )


def test_levels_are_better_than_none_and_single_moves_do_not_improve_them() -> None:
    random = np.random.default_rng(0)
    blocks = random.poisson(random.gamma(0.3, 20.0, (4, 4)))
    e = random.poisson(np.kron(blocks, np.ones((5, 5)))).astype(np.int64)
    w = wiring_of(ca.Graph.from_edges([1], [2]), np.ones(1, dtype=np.int64))
    table = np.resize(w.ln_factorial, 10)  # beyond the table it is worked out
    levels = levels_of(e, table)
    length = levels_length(e, levels)
    assert length < levels_length(e, [np.zeros(20, dtype=np.int64)])
    assert levels[-1].max() == 0
    for x in range(20):
        for r in range(int(levels[0].max()) + 1):
            moved = levels[0].copy()
            moved[x] = r
            if len(np.unique(moved)) == levels[0].max() + 1:
                assert levels_length(e, [moved, *levels[1:]]) >= length - 1e-8
    again = improved_levels(e, levels, table)
    assert all(np.array_equal(one, two) for one, two in zip(levels, again, strict=True))


@pytest.mark.parametrize("levels", LEVELS)
def test_what_changes_with_two_groups_is_all_that_changes(levels: str) -> None:
    g, count = multigraph(40, 6)
    above = LEVELS[levels]
    w = wiring_of(g, count)
    s = state_of(w, partition(40, 6, 2), above)
    for r, t in ((0, 1), (0, 5), (3, 2)):
        whole, about = whole_length(w, s), length_about(r, t, 6, w, s)
        members = np.flatnonzero((s.group == r) | (s.group == t))
        to = np.where(np.arange(len(members)) % 2, r, t)
        relocate(members, to, w, s)
        assert length_about(r, t, 6, w, s) - about == pytest.approx(
            whole_length(w, s) - whole, abs=1e-8
        )


def test_levels_of_more_groups_than_pairs_are_compared_of_are_found_too() -> None:
    random = np.random.default_rng(1)
    blocks = random.poisson(random.gamma(0.3, 3.0, (5, 5)))
    e = random.poisson(np.kron(blocks, np.ones((40, 40))) * 0.1).astype(np.int64)
    levels = levels_of(e, np.zeros(1))
    assert levels[-1].max() == 0
    assert levels_length(e, levels) < levels_length(e, [np.zeros(200, dtype=np.int64)])
