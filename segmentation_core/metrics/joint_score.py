"""CREMI score: the geometric mean of variation of information and adapted Rand error.

As the CREMI challenge (cremi.org) computes it: voxels of true label 0 are left out; predicted
label 0 is one segment to the variation of information, and each of its voxels is alone to the
Rand error, whose pairs include each voxel with itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np

from .contingency_table import Contingency, contingency
from .information import variation_of_information_of
from .rand_error import squared_rand_of


class CremiScore(NamedTuple):
    """``score`` is sqrt((voi_split + voi_merge) * adapted_rand_error); lower is better."""

    score: float
    voi_split: float
    voi_merge: float
    adapted_rand_error: float


def cremi_score(
    truth: Any,
    prediction: Any,
    *,
    ignore_truth: Collection[int] = (0,),
    n_jobs: int | None = 1,
) -> CremiScore:
    """CREMI score of a predicted segmentation.

    Parameters
    ----------
    truth, prediction : arrays of any integer type and the same shape
    ignore_truth : collection of int
        Voxels whose true label is one of these are left out. CREMI also takes out those near
        true borders: set them to 0 first.
    n_jobs : int, optional
        Threads; None takes all.

    Returns
    -------
    CremiScore
        NaN where no voxel is left.

    Examples
    --------
    >>> import numpy as np
    >>> cremi_score(np.array([1, 1, 2, 2]), np.array([3, 3, 4, 4])).score
    0.0
    """
    return cremi_score_of(contingency(truth, prediction, n_jobs=n_jobs), ignore_truth=ignore_truth)


def cremi_score_of(table: Contingency, *, ignore_truth: Collection[int] = (0,)) -> CremiScore:
    """`cremi_score` from a table, such as one merged over blocks."""
    voi = variation_of_information_of(table, ignore_truth=ignore_truth)
    error = squared_rand_of(table, ignore_truth=ignore_truth).error
    score = float(np.sqrt(max(voi.total * error, 0.0))) if voi.total == voi.total else voi.total
    return CremiScore(score, voi.split, voi.merge, error)
