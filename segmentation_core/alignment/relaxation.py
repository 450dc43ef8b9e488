"""Relaxation: one move for every section, so that all matches between all neighbours agree best.

Sections are tied to several neighbours at once, so an error between two of them is shared and does not
add up along the stack. Matches that disagree with the rest lose their weight step by step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import cg, spsolve

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PairMatches:
    """Matches of one pair of sections, both drawn as they are aligned so far.

    Attributes
    ----------
    first, second : int
        Numbers of the sections, dense from 0.
    shift : (N, 2) float
        At each of N nodes, common to all pairs: where its content lies in the second section, from the
        node, in pixels.
    weight : (N,) float >= 0
        0 where nothing was found.
    """

    first: int
    second: int
    shift: Floats
    weight: Floats


def _robust(residual: Floats, weight: Floats, floor: float) -> Floats:
    """Weights of Tukey: none for residuals beyond some of their usual size."""
    length = np.sqrt((residual**2).sum(axis=1))
    used = weight > 0
    if not used.any():
        return weight
    usual = max(float(np.median(length[used])) * 1.5, floor)
    share: Floats = np.clip(1 - (length / (3 * usual)) ** 2, 0, None) ** 2
    return weight * share


def basis(nodes: Floats, model: str) -> Floats:
    """Functions of position (N, K) that moves of a model are sums of, of size about 1."""
    one = np.ones((len(nodes), 1))
    if model == "translation":
        return one
    middle = nodes.mean(axis=0)
    scale = max(float(np.abs(nodes - middle).max()), 1.0)
    return np.hstack([one, (nodes - middle) / scale])


def relax_moves(
    pairs: Sequence[PairMatches],
    present: Floats,
    functions: Floats,
    *,
    anchor: Floats,
    floor: float,
    n_rounds: int = 8,
) -> tuple[Floats, list[Floats]]:
    """Moves that are sums of few functions (translation, affine), for all sections at once.

    Minimises, over moves v, the weighted squares of ``v_second - v_first - shift`` over all matches, plus
    `anchor` times the squares of ``present + v``, the whole way from the section as it was taken.

    Parameters
    ----------
    pairs : sequence of PairMatches
    present : (n_sections, K, 2) float
        How far each section has been moved already.
    functions : (N, K) float
        By `basis`.
    anchor : (K,) float
        Keeps the mean of the stack where it is, and slow drift small; in matches per section.
    floor : float
        Residuals (pixels) below which no match is doubted.
    n_rounds : int
        Rounds of weighting.

    Returns
    -------
    coefficients : (n_sections, K, 2) float
    weights : list of (N,) float
        What each match counted in the end.
    """
    n_sections, k = present.shape[:2]
    coefficients = np.zeros((n_sections, k, 2))
    weights = [pair.weight for pair in pairs]
    for round_number in range(n_rounds):
        if round_number:
            weights = [
                _robust(
                    functions @ (coefficients[p.second] - coefficients[p.first]) - p.shift,
                    p.weight,
                    floor,
                )
                for p in pairs
            ]
        left = sparse.lil_matrix((n_sections * k, n_sections * k))
        right = -(anchor[:, None] * present).reshape(n_sections * k, 2)
        left.setdiag(np.tile(anchor, n_sections))
        for pair, weight in zip(pairs, weights, strict=True):
            squares = functions.T @ (functions * weight[:, None])
            pull = functions.T @ (pair.shift * weight[:, None])
            a = slice(pair.first * k, (pair.first + 1) * k)
            b = slice(pair.second * k, (pair.second + 1) * k)
            left[a, a] += squares
            left[b, b] += squares
            left[a, b] -= squares
            left[b, a] -= squares
            right[a] -= pull
            right[b] += pull
        solved = spsolve(left.tocsc(), right)
        coefficients = np.asarray(solved).reshape(n_sections, k, 2)
    return coefficients, weights


def relax_mesh(
    pairs: Sequence[PairMatches],
    present: Floats,
    *,
    anchor: float,
    stiffness: float,
    floor: float,
    n_rounds: int = 5,
) -> tuple[Floats, list[Floats]]:
    """A move for every node of every section's mesh, whose nodes are joined by springs.

    Minimises the weighted squares of ``v_second - v_first - shift`` at all nodes, plus `stiffness` times the
    squares of the differences of ``present + v`` along the edges of the mesh, plus `anchor` times its squares.

    Parameters
    ----------
    pairs : sequence of PairMatches
        With one match to each node, in raster order.
    present : (n_sections, rows, columns, 2) float
        Displacements of the meshes so far.
    anchor, stiffness : float
        In matches.
    floor, n_rounds
        As in `relax_moves`.

    Returns
    -------
    moves : (n_sections, rows, columns, 2) float
    weights : list of (N,) float
    """
    n_sections, rows, columns, _ = present.shape
    n_nodes = rows * columns
    springs = _springs(rows, columns)
    moves = np.zeros((n_sections, n_nodes, 2))
    weights = [pair.weight for pair in pairs]
    identity = sparse.identity(n_nodes, format="csr")
    one = stiffness * springs + anchor * identity
    base = sparse.block_diag([one] * n_sections, format="csr")
    held = np.stack([-(one @ part.reshape(n_nodes, 2)) for part in present])
    for round_number in range(n_rounds):
        if round_number:
            weights = [
                _robust(moves[p.second] - moves[p.first] - p.shift, p.weight, floor) for p in pairs
            ]
        diagonal = np.zeros((n_sections, n_nodes))
        right = held.copy()
        at: list[Any] = []
        to: list[Any] = []
        values: list[Any] = []
        numbers = np.arange(n_nodes)
        for pair, weight in zip(pairs, weights, strict=True):
            diagonal[pair.first] += weight
            diagonal[pair.second] += weight
            right[pair.first] -= weight[:, None] * pair.shift
            right[pair.second] += weight[:, None] * pair.shift
            a, b = pair.first * n_nodes + numbers, pair.second * n_nodes + numbers
            at += [a, b]
            to += [b, a]
            values += [-weight, -weight]
        ties = sparse.coo_matrix(
            (np.concatenate(values), (np.concatenate(at), np.concatenate(to))), shape=base.shape
        )
        left = (base + sparse.diags(diagonal.ravel()) + ties).tocsr()
        scale = sparse.diags(1 / left.diagonal())
        for axis in range(2):
            found, _ = cg(
                left,
                right[..., axis].ravel(),
                x0=moves[..., axis].ravel(),
                rtol=1e-5,
                maxiter=2000,
                M=scale,
            )
            moves[..., axis] = found.reshape(n_sections, n_nodes)
    return moves.reshape(n_sections, rows, columns, 2), weights


def _springs(rows: int, columns: int) -> Any:
    """Sum over edges of squared differences, as a matrix over nodes."""

    def chain(n: int) -> Any:
        ones: Any = np.ones(n - 1)
        step: Any = sparse.diags([-ones, ones], [0, 1], shape=(n - 1, n))
        return step.T @ step

    return (
        sparse.kron(chain(rows), sparse.identity(columns))
        + sparse.kron(sparse.identity(rows), chain(columns))
    ).tocsr()
