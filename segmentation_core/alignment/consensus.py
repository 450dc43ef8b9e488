"""Consensus: the move that most blocks of a pair of sections agree on, and the blocks that do."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def agreeing(
    functions: npt.NDArray[np.float64],
    shift: npt.NDArray[np.float64],
    weight: npt.NDArray[np.float64],
    *,
    tolerance: float,
    rng: np.random.Generator,
    n_tries: int = 200,
) -> npt.NDArray[np.bool_]:
    """Which matches lie within `tolerance` of the sum of functions that most of them follow.

    RANSAC (Fischler and Bolles 1981, https://doi.org/10.1145/358669.358692): exact solutions of few
    matches drawn at random, of which the one with the most agreement counts.

    Parameters
    ----------
    functions : (N, K) float
        By `basis`.
    shift : (N, 2) float
    weight : (N,) float
        Matches of weight 0 are not used and agree with none.
    tolerance : float
        Pixels.
    rng : Generator
    n_tries : int

    Returns
    -------
    (N,) bool
    """
    k = functions.shape[1]
    used = np.flatnonzero(weight > 0)
    best: npt.NDArray[Any] = np.zeros(len(shift), bool)
    if used.size <= k:
        return best
    draws = used[rng.random((n_tries, used.size)).argpartition(k, axis=1)[:, :k]]
    matrices = functions[draws]
    # Three blocks in a row do not fix an affine map.
    good = np.abs(np.linalg.det(matrices)) > 1e-2 if k > 1 else np.ones(n_tries, bool)
    if not good.any():
        return best
    solved = np.linalg.solve(matrices[good], shift[draws[good]])
    apart = np.linalg.norm(functions[used] @ solved - shift[used], axis=2)
    score = ((apart < tolerance) * weight[used]).sum(axis=1)
    chosen = solved[int(score.argmax())]
    for _ in range(2):  # least squares over those who agree, and who agrees with that
        apart_all = np.linalg.norm(functions @ chosen - shift, axis=1)
        best = (apart_all < tolerance) & (weight > 0)
        if best.sum() <= k:
            break
        root = np.sqrt(weight[best])[:, None]
        chosen = np.linalg.lstsq(functions[best] * root, shift[best] * root, rcond=None)[0]
    return best
