"""Relaxation agrees with least squares, shares errors, and doubts what contradicts the rest."""

from __future__ import annotations

import numpy as np
import pytest

from segmentation_core.alignment.consensus import agreeing
from segmentation_core.alignment.relaxation import PairMatches, basis, relax_mesh, relax_moves

NODES = np.stack(np.meshgrid(np.arange(4.0), np.arange(5.0), indexing="ij"), -1).reshape(-1, 2) * 20


def pairs_of(moves: np.ndarray, reach: int = 2) -> list[PairMatches]:
    """Exact matches of moves (sections, nodes, 2)."""
    n = len(moves)
    return [
        PairMatches(a, b, moves[b] - moves[a], np.ones(moves.shape[1]))
        for a in range(n)
        for b in range(a + 1, min(n, a + 1 + reach))
    ]


@pytest.mark.parametrize("model", ["translation", "affine"])
def test_exact_matches_give_the_moves_back(model: str) -> None:
    functions = basis(NODES, model)
    truth = np.random.default_rng(0).normal(0, 3, (6, functions.shape[1], 2))
    truth -= truth.mean(axis=0)
    found, _ = relax_moves(
        pairs_of(functions @ truth),
        np.zeros_like(truth),
        functions,
        anchor=np.full(functions.shape[1], 1e-9),
        floor=0.1,
    )
    np.testing.assert_allclose(found - found.mean(axis=0), truth, atol=1e-6)


def test_a_wrong_pair_is_outvoted() -> None:
    functions = basis(NODES, "translation")
    truth = np.random.default_rng(1).normal(0, 3, (6, 1, 2))
    truth -= truth.mean(axis=0)
    pairs = pairs_of(functions @ truth, reach=3)
    wrong = PairMatches(
        2, 3, pairs[6].shift + np.where(np.arange(20) < 8, 15, 0)[:, None], np.ones(20)
    )
    pairs[6] = wrong
    assert (wrong.first, wrong.second) == (2, 3)
    found, weights = relax_moves(
        pairs, np.zeros_like(truth), functions, anchor=np.array([1e-9]), floor=0.1
    )
    np.testing.assert_allclose(found - found.mean(axis=0), truth, atol=0.05)
    assert weights[6][:8].max() < 0.01


def test_errors_of_neighbours_are_shared() -> None:
    # Independent errors of 1 px between sections: tied to three neighbours, the end of the stack strays
    # less from its start than a chain of single steps would.
    rng = np.random.default_rng(2)
    chain, shared = [], []
    for _ in range(40):
        for reach, ends in ((1, chain), (3, shared)):
            pairs = [
                PairMatches(a, b, rng.normal(0, 1, (1, 2)), np.ones(1))
                for a in range(12)
                for b in range(a + 1, min(12, a + 1 + reach))
            ]
            found, _ = relax_moves(
                pairs,
                np.zeros((12, 1, 2)),
                np.ones((1, 1)),
                anchor=np.array([1e-6]),
                floor=9,
                n_rounds=1,
            )
            ends.append(np.linalg.norm(found[-1] - found[0]))
    assert np.mean(shared) < 0.6 * np.mean(chain)


def test_a_mesh_follows_matches_and_springs_fill_gaps() -> None:
    y, x = NODES.T
    bend = np.stack([np.sin(x / 30), np.cos(y / 30)], axis=1)
    weight = np.ones(20)
    weight[7] = 0
    moves, _ = relax_mesh(
        [PairMatches(0, 1, bend, weight)],
        np.zeros((2, 4, 5, 2)),
        anchor=1e-6,
        stiffness=1e-3,
        floor=0.1,
    )
    apart = (moves[1] - moves[0]).reshape(-1, 2)
    np.testing.assert_allclose(apart[weight > 0], bend[weight > 0], atol=0.02)
    np.testing.assert_allclose(apart[7], bend[7], atol=0.3)
    # Each of the two moves half the way.
    np.testing.assert_allclose(moves[0], -moves[1], atol=1e-3)


def test_consensus_finds_the_affine_map_among_strays() -> None:
    rng = np.random.default_rng(3)
    functions = basis(NODES, "affine")
    shift = functions @ rng.normal(0, 5, (3, 2)) + rng.normal(0, 0.2, (20, 2))
    strays = rng.permutation(20)[:8]
    shift[strays] += rng.choice([-1, 1], (8, 2)) * rng.uniform(6, 20, (8, 2))
    kept = agreeing(functions, shift, np.ones(20), tolerance=1.5, rng=rng)
    assert set(np.flatnonzero(~kept)) == set(strays)
    assert not agreeing(functions, shift, np.zeros(20), tolerance=1.5, rng=rng).any()
